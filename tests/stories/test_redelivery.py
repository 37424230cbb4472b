"""Frames that come again, to any of several copies, while copies are killed and started: what is booked and answered is
what one copy books and answers that is handed every frame once, in the order that the book itself gives.
"""

import asyncio
import copy
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot import corridor
from bot.dingtalk.frames import read_frame, read_raw
from bot.render import card_id
from storage import tables
from tests.conftest import Clock
from tests.stories.chat import OTHER_GROUP, PRIVATE, Chat, company_of
from tests.stories.copies import Books, Copy, Owners

SEEDS: Final = 200
SEEDS_SOAK: Final = 5_000
CHUNK: Final = 20  # so many that every disturbance comes in each
POSTGRESQL_EVERY: Final = 4  # every fourth seed is told on PostgreSQL, with up to three copies
FRAMES: Final = 20
TIMES_MAX: Final = 4
ROUNDS: Final = 3
KILLS_OF_TEN: Final = 7
VERIFY_EVERY: Final = 3  # `verify` takes a third of the time; the same head and the same answers say most of it

Frame = dict[str, Any]


@dataclass
class Seen:
    """What happened over the seeds of a chunk: a disturbance that never came proves nothing."""

    counts: Counter[str] = field(default_factory=Counter[str])

    def expect(self, *names: str) -> None:
        assert all(self.counts[name] for name in names), self.counts


def _story(chat: Chat, rng: random.Random) -> list[Frame]:
    """A day's frames: bookings, decisions, takings-back, questions, refusals, presses; each with a key of its own."""
    frames = [
        chat.text_frame("张建国", f"收货42.5水泥{rng.randint(200, 400)}包 单价{rng.randint(25, 29)}"),
        chat.text_frame("张建国", f"收货红砖{rng.randint(200, 400)}块 单价1"),
        chat.text_frame("李强", f"申购42.5水泥{rng.randint(50, 90)}包"),
    ]
    while len(frames) < FRAMES:
        frames.append(_one(chat, rng))
    return frames


def _one(chat: Chat, rng: random.Random) -> Frame:
    nth, quantity = rng.randint(1, 2), rng.randint(1, 90)
    thing = rng.choice(("42.5水泥{}包", "红砖{}块")).format(quantity)
    match rng.randrange(14):
        case 0 | 1:
            return chat.text_frame("张建国", f"收货{thing} 单价{rng.randint(1, 30)}")
        case 2 | 3 | 4:
            return chat.text_frame("张建国", f"领{thing} {rng.choice(('瓦工班', '钢筋班'))} 主体结构")
        case 5:
            return chat.text_frame("张建国", f"领{thing} 主体结构")  # who takes it?
        case 6:
            return chat.text_frame("李强", f"申购{thing}")
        case 7:
            who = rng.choice(("张伟", "张丽"))
            return chat.text_frame(who, f"同意 SG20261123-00{nth}", chat=PRIVATE)
        case 8:
            return chat.text_frame("张伟", f"驳回 SG20261123-00{nth} 先用库存", chat=PRIVATE)
        case 9:
            return chat.text_frame("张建国", f"撤销 {rng.choice(('LL', 'RK'))}20261123-00{nth}")
        case 10:
            return chat.text_frame("刘洋", f"库存 {rng.choice(('42.5水泥', '红砖'))}")
        case 11:
            return chat.text_frame("王建军", f"领{thing} 钢筋班", chat=OTHER_GROUP)
        case 12:
            return _press(chat, "张伟", "approve", f"approval:SG20261123-00{nth}:1", rng)
        case _:
            subject, action = rng.choice(
                ((f"approval:SG20261123-00{nth}:2", "approve"), (f"order:CG20261123-00{nth}", "confirm"))
            )
            return _press(chat, "张丽", action, subject, rng)


def _press(chat: Chat, who: str, action: str, subject: str, rng: random.Random) -> Frame:
    return chat.press_frame(who, card_id(subject), action, nonce=f"n{rng.randrange(10**9)}")


def _is_press(frame: Frame) -> bool:
    return str(frame["headers"]["topic"]).startswith("/v1.0/card")


def _again(frame: Frame, rng: random.Random) -> Frame:
    """The same frame once more; half of the time under another name of the push."""
    if rng.random() < 0.5:
        return frame
    renamed = copy.deepcopy(frame)
    renamed["headers"]["messageId"] = f"again{rng.randrange(10**9)}"
    return renamed


def _rounds(frames: list[Frame], rng: random.Random) -> list[list[Frame]]:
    """Each frame one to four times, in any order, spread over the rounds.

    A press comes again in its own round only: pressed anew after five seconds it counts as a press of its own.
    """
    rounds: list[list[Frame]] = [[] for _ in range(ROUNDS)]
    for frame in frames:
        own = rng.randrange(ROUNDS)
        rounds[own].append(frame)
        for _ in range(rng.randrange(TIMES_MAX)):
            rounds[own if _is_press(frame) else rng.randrange(ROUNDS)].append(_again(frame, rng))
    for one in rounds:
        rng.shuffle(one)
    return rounds


async def _disturbed(url: str, copies_max: int, clock: Clock, zone: ZoneInfo, rng: random.Random, seen: Seen) -> Copy:
    """Hand everything to the copies, killing one now and then; returns a copy that has seen it all end."""
    copies = [Copy(url, clock, zone) for _ in range(copies_max)]
    copies[0].chat.company = company_of()
    frames = _story(copies[0].chat, rng)
    for frames_now in _rounds(frames, rng):
        tasks = [rng.choice(copies).hand(frame) for frame in frames_now]
        if rng.randrange(10) < KILLS_OF_TEN:
            victim = rng.randrange(len(copies))
            await _until_some_ended(tasks, rng)
            await copies[victim].kill()
            seen.counts["killed"] += 1
            copies[victim] = Copy(url, clock, zone)
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        seen.counts["frames never acknowledged"] += sum(isinstance(one, BaseException) for one in ended)
        for one in copies:
            await one.chat.nursery.drain(30)
        clock.forward(seconds=rng.choice((2, 40)))
        left = await copies[0].chat.rows("SELECT key FROM inbox WHERE state = 'received'")
        seen.counts["frames left behind"] += len(left)
        await rng.choice(copies).take_up()
    await _see_to_the_end(copies, frames, clock, rng, seen)
    for one in copies[1:]:
        await one.close()
    return copies[0]


async def _until_some_ended(tasks: list[asyncio.Task[Any]], rng: random.Random) -> None:
    """Some moment in the middle of it."""
    for _ in range(rng.randrange(8)):
        running = [task for task in tasks if not task.done()]
        if running:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    for _ in range(rng.randrange(60)):
        await asyncio.sleep(0)


async def _see_to_the_end(
    copies: list[Copy], frames: list[Frame], clock: Clock, rng: random.Random, seen: Seen
) -> None:
    """Frames that left no trace come again, as DingTalk repeats what is not acknowledged; the rest is taken up."""
    known = {row["key"] for row in await copies[0].chat.rows("SELECT key FROM inbox")}
    lost = [frame for frame in frames if read_frame(frame).key not in known]
    seen.counts["frames that left no trace"] += len(lost)
    await asyncio.gather(*(rng.choice(copies).hand(frame) for frame in lost))
    for one in copies:
        clock.forward(seconds=31)
        await one.take_up()


def _in_order(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The keys of the frames in the book's order: answers are numbered while the chain is held, as entries are."""
    return iter(dict.fromkeys(row["key"].rpartition("#")[0] for row in rows))


OUTBOX: Final = "SELECT key, order_key, message, number, created_at FROM outbox ORDER BY id"


async def _told(chat: Chat) -> list[tuple[Any, ...]]:
    return [tuple(str(value) for value in row.values()) for row in await chat.rows(OUTBOX)]


async def _head(chat: Chat) -> tuple[int, str]:
    row = (await chat.rows("SELECT seq, hash FROM chain"))[0]
    return int(row["seq"]), bytes(row["hash"]).hex()


async def _tell(seed: int, books: Books, zone: ZoneInfo, seen: Seen) -> None:
    rng = random.Random(seed)
    kind = "postgresql" if seed % POSTGRESQL_EVERY == 0 else "sqlite"
    copies = rng.randint(1, 3) if kind == "postgresql" else 1
    clock = Clock()
    with Owners():
        url = await books.url(kind)
        last = await _disturbed(url, copies, clock, zone, rng, seen)
        inbox = await last.chat.rows("SELECT * FROM inbox WHERE kind IN ('message', 'card')")
        assert {row["state"] for row in inbox} <= {"done", "refused"}, f"seed {seed}: {inbox}"
        if seed % VERIFY_EVERY == 0:
            await last.chat.verify()
        told, head = await _told(last.chat), await _head(last.chat)
        again = Copy(await books.url("sqlite"), clock := Clock(), zone)
        await _replay(again, clock, last.chat, seed)
        assert (await _head(again.chat)) == head, f"seed {seed} ({kind}, {copies} copies)"
        assert await _told(again.chat) == told, f"seed {seed} ({kind}, {copies} copies): other answers"
        await last.close()
        await again.close()
    seen.counts["entries"] += head[0]
    seen.counts["refused"] += sum(row["state"] == "refused" for row in inbox)
    seen.counts[f"{kind}, {copies} copies"] += 1


async def _replay(again: Copy, clock: Clock, before: Chat, seed: int) -> None:
    """Each frame once, one after the other, at the moment that the book noted."""
    inbox = {row["key"]: row for row in await _moments(before)}
    order = list(_in_order(await before.rows(OUTBOX)))
    assert set(order) == set(inbox), f"seed {seed}: frames without any answer, or answers without a frame"
    for key in order:
        clock.set(inbox[key]["finished_at"])
        await again.chat.corridor.receive(read_raw(inbox[key]["raw"]))
        await again.chat.nursery.drain(30)


async def _moments(chat: Chat) -> list[dict[str, Any]]:
    """The frames with the moments at which their units ran."""
    async with chat.database.read() as connection:
        query = select(tables.inbox).where(tables.inbox.c.kind.in_(("message", "card")))
        return [dict(row) for row in (await connection.execute(query)).mappings()]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corridor, "ACK_WITHIN_SECONDS", 20)


@pytest.mark.slow
@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
async def test_the_book_equals_a_replay_of_the_frames_each_handed_over_once(
    first: int, books: Books, zone: ZoneInfo
) -> None:
    seen = Seen()
    for seed in range(first, first + CHUNK):
        await _tell(seed, books, zone, seen)
    seen.expect("killed", "frames never acknowledged", "frames left behind", "entries", "refused")


@pytest.mark.soak
@pytest.mark.usefixtures("patient")
async def test_the_book_equals_the_replay_over_and_over(books: Books, zone: ZoneInfo) -> None:
    seen = Seen()
    for seed in range(SEEDS, SEEDS_SOAK):
        await _tell(seed, books, zone, seen)
    seen.expect("killed", "frames never acknowledged", "frames left behind", "entries", "refused")
