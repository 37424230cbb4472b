"""One robot as a process over one book, and a DingTalk beside it that sees everything from outside."""

import asyncio
import json
import re
import signal
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from bot.sandbox.app import LocalDingTalk
from domain.chain import microseconds
from storage.database import Database
from storage.failpoint import VARIABLE
from storage.verify import verify
from tests.bot.test_process import CLIENT_ID, SECRET, START_SECONDS_MAX, Program, started
from tests.conftest import MORNING
from tests.durability.day import MANAGER, QUESTION, Act, Line, effects
from tests.stories.chat import COMPANY, GROUP, PRIVATE, until

SETTLED_SECONDS_MAX: Final = 60
ASKED_MAX: Final = 200
LOOK_SECONDS: Final = 0.25
PAUSE_SECONDS: Final = 0.02  # between two things said, so that not all of them are one transaction
LEASES_OVER: Final = timedelta(minutes=2)
WHILE_SETTLING: Final = timedelta(seconds=20)  # with each look, so that twenty messages a minute are no long wait
NEVER_AGAIN: Final = 3_600.0  # seconds until DingTalk delivers again, longer than any test
SOON: Final = 2.0
NAMES: Final = tuple(person["id"] for person in COMPANY["people"])
EFFECTS: Final = frozenset({"receipt", "issue", "requisition", "reversal"})
# The book was begun at nine o'clock, and the day begins a little later.
BEGIN: Final = microseconds(MORNING)
BOOKED: Final = re.compile(r"(?:已入库|已领料|冲销单) ([A-Z]{2}\d{8}-\d{3,})")
JOURNAL: Final = """
    SELECT e.kind, e.reverses, l.material, l.quantity FROM entry e JOIN entry_line l ON l.seq = e.seq
    WHERE e.act = 'post' AND e.at > :begin
"""
MOVED: Final = "SELECT DISTINCT e.number FROM entry e JOIN move m ON m.seq = e.seq"


@dataclass(frozen=True, slots=True)
class Frame:
    """A line that was said, under the id that DingTalk gave it."""

    id: str
    line: Line


@dataclass
class Site:
    """The company's people at their telephones, the robot's book, and what the people have seen."""

    local: LocalDingTalk
    url: str
    folder: Path
    settings: dict[str, str]
    frames: list[Frame] = field(default_factory=list[Frame])
    lost: set[str] = field(default_factory=set[str])
    pressed: set[str] = field(default_factory=set[str])

    # --- people

    async def say(self, lines: Sequence[Line]) -> None:
        """Say one after the other, whether the robot lives or not."""
        for line in lines:
            said = self.local.say(line.person, line.chat, line.text)
            self.frames.append(Frame(str(said["id"]), line))
            await asyncio.sleep(PAUSE_SECONDS)

    async def keep_asking(self, program: Program) -> None:
        """Ask for the stock until the robot is dead: on a busy machine a day's frames are only few transactions."""
        while program.process.returncode is None and len(self.frames) < ASKED_MAX:
            await self.say([QUESTION])
            await asyncio.sleep(5 * PAUSE_SECONDS)

    async def keep_pressing(self) -> None:
        """The manager approves every requisition by its card, and presses again where nothing came back."""
        while True:
            for card in self._open_cards():
                if (await self.local.press(MANAGER, card, "approve"))["ok"]:
                    self.pressed.add(card)
            await asyncio.sleep(LOOK_SECONDS)

    def _open_cards(self) -> list[str]:
        shown = [m["card"] for m in self.local.messages(MANAGER, PRIVATE) if "card" in m]
        cards: dict[str, Any] = {card["outTrackId"]: card for card in shown if isinstance(card, dict)}
        offering = [track for track, card in cards.items() if any(b["id"] == "approve" for b in card["buttons"])]
        return [track for track in offering if track not in self.pressed]

    # --- the robot

    @asynccontextmanager
    async def robot(self, failpoint: str = "", **settings: str) -> AsyncGenerator[Program]:
        more = {**settings, **({VARIABLE: failpoint} if failpoint else {})}
        async with started("run", settings={**self.settings, **more}, folder=self.folder) as program:
            yield program

    async def dies(self, program: Program) -> None:
        """Wait until the armed point has killed it; note which frames died with it."""
        await ended(program, START_SECONDS_MAX)
        assert program.process.returncode == -signal.SIGKILL, f"{program.process.returncode}\n{printed(program)}"
        await self.note_lost()
        self.local.move_clock(LEASES_OVER)  # what it had claimed is free again

    async def note_lost(self) -> None:
        """Which frames a robot that is gone had been brought and did not acknowledge."""
        await until(self._is_alone, seconds=10)
        deliveries = self.deliveries()
        self.lost |= {f.id for f in self.frames if deliveries[f.id] == "sent"}

    async def _is_alone(self) -> bool:
        return not self.local.gateway.connections

    async def settles(self, program: Program, *, redelivered: bool) -> None:
        """Wait until every frame that can still arrive has, and nothing is left to do or to say."""
        await program.says("connected to DingTalk")  # where nothing was left, it would be stopped before it had begun
        calm = 0

        async def settled() -> bool:
            nonlocal calm
            assert program.process.returncode is None, printed(program)
            calm = calm + 1 if await self._is_calm(redelivered=redelivered) else 0
            self.local.move_clock(WHILE_SETTLING)
            await asyncio.sleep(LOOK_SECONDS)
            return calm >= 3

        try:
            await until(settled, seconds=SETTLED_SECONDS_MAX)
        except TimeoutError:
            unheard = [f for f in self.frames if self.deliveries()[f.id] != "acked"]
            raise AssertionError(f"left: {await self.left()}\nunheard: {unheard}\n{printed(program)}") from None

    async def settles_jobs(self, program: Program, *, runs: int) -> None:
        """Wait until the clock's jobs have run so often, and nothing is left to say."""

        async def ran() -> bool:
            assert program.process.returncode is None, printed(program)
            await asyncio.sleep(LOOK_SECONDS)
            return len(await self.rows("SELECT scope FROM job_run")) == runs and not await self.left()

        await until(ran, seconds=SETTLED_SECONDS_MAX)

    async def _is_calm(self, *, redelivered: bool) -> bool:
        deliveries = self.deliveries()
        coming = [f for f in self.frames if redelivered or f.id not in self.lost]
        return all(deliveries[f.id] == "acked" for f in coming) and not await self.left() and not self._open_cards()

    async def left(self) -> list[dict[str, Any]]:
        """What the robot has still to do."""
        return await self.rows(
            "SELECT key, state FROM inbox WHERE state = 'received' "
            "UNION ALL SELECT key, state FROM outbox WHERE state = 'waiting'"
        )

    # --- what can be seen

    def deliveries(self) -> dict[str, str]:
        """How far each message of a person came, as the gateway saw it."""
        return {str(m["id"]): str(m["delivery"]) for _, m in self._everything()}

    def acknowledged(self) -> set[str]:
        return {message for message, delivery in self.deliveries().items() if delivery == "acked"}

    def seen(self) -> Counter[tuple[str, str]]:
        """Every text of the robot's with the conversation it stands in."""
        return Counter((chat, str(m["text"])) for chat, m in self._everything() if m["from"] not in NAMES)

    def shown(self) -> Counter[tuple[str, str]]:
        """How often each card stands in each conversation; none is without its picture."""
        found = Counter[tuple[str, str]]()
        for chat, message in self._everything():
            card = message.get("card")
            if isinstance(card, dict):
                assert not card["blank"], card
                found[chat, card["outTrackId"]] += 1
        return found

    def _everything(self) -> list[tuple[str, dict[str, object]]]:
        groups = [(GROUP, m) for m in self.local.messages(NAMES[0], GROUP)]
        return groups + [(person, m) for person in NAMES for m in self.local.messages(person, PRIVATE)]

    async def rows(self, sql: str, **values: object) -> list[dict[str, Any]]:
        """Read the book from outside."""
        database = Database.open(self.url, exclusive=False)
        try:
            async with database.read() as connection:
                return [dict(row) for row in (await connection.execute(text(sql), values)).mappings()]
        finally:
            await database.close()

    async def verify(self) -> None:
        """Every invariant holds."""
        database = Database.open(self.url, exclusive=False)
        try:
            async with database.read() as connection:
                report = await verify(connection)
        finally:
            await database.close()
        assert report.ok, "\n".join(report.lines())

    # --- what must be true

    async def check(self, *, redelivered: bool) -> None:
        """P1: what was acknowledged or told is booked, once; what was never heard of is booked once or not at all."""
        await self.verify()
        inbox = {row["key"]: row["state"] for row in await self.rows("SELECT key, state FROM inbox")}
        booked, acked = effects(await self.rows(JOURNAL, begin=BEGIN)), self.acknowledged()
        for frame in self.frames:
            key = next((k for k in inbox if frame.id in k), "")
            must = redelivered or frame.id in acked
            assert key or not must, f"{frame}: acknowledged, and not in the inbox"
            due = int(bool(key) and frame.line.act.value in EFFECTS)
            times = booked.pop((frame.line.act.value, *frame.line.mark), 0)
            assert times == due, f"{frame}: booked {times} times, acknowledged: {frame.id in acked}, key {key!r}"
            if key:
                due_state = "refused" if frame.line.act is Act.WRONG else "done"
                assert inbox[key] == due_state, f"{frame}: {inbox[key]}"
        assert not {mark for mark in booked if mark[0] in EFFECTS}, "booked, and nobody asked for it"
        await self._check_answers({f.id for f in self.frames if any(f.id in k for k in inbox)})
        await self._check_told()
        await self._check_cards()

    async def _check_answers(self, frames: set[str]) -> None:
        """Everything that was to be said can be read where it was to be said; each frame was answered."""
        said, seen = Counter[tuple[str, str]](), self.seen()
        rows = await self.rows("SELECT key, state, message FROM outbox WHERE created_at > :begin", begin=BEGIN)
        for row in rows:
            assert row["state"] in {"sent", "superseded"}, row
        for frame in self.frames:
            if frame.id in frames:
                answers = [row for row in rows if frame.id in row["key"]]
                assert answers, f"{frame}: no answer"
        for row in rows:
            said.update(_placed(row["message"]))
        for place, times in said.items():
            assert seen[place] >= times, f"said {times} times, seen {seen[place]}: {place}"
        assert set(seen) <= set(said) | {place for place in seen if place[1] == ""}, "seen, and never said"

    async def _check_told(self) -> None:
        """Whoever reads a number as booked finds its moves."""
        moved = {row["number"] for row in await self.rows(MOVED)}
        for _, words in self.seen():
            for number in BOOKED.findall(words):
                assert number in moved, words

    async def _check_cards(self) -> None:
        """Every card was shown, once in every place; every press that was acknowledged decided, once."""
        shown = self.shown()
        assert shown, "no card was shown"
        assert set(shown.values()) == {1}, shown
        decided = await self.rows("SELECT number FROM entry WHERE act = 'approve' AND \"by\" = :who", who=MANAGER)
        requisitions = await self.rows("SELECT number FROM document WHERE kind = 'requisition'")
        assert Counter(r["number"] for r in decided) == Counter(r["number"] for r in requisitions)


def _placed(message: str) -> Iterator[tuple[str, str]]:
    """Where a message of the outbox is to be read, and its words; nothing for a card."""
    body = json.loads(message)
    route = body["route"]
    if body["card"] is None:
        for place in [route["conversation"]] if route["conversation"] else route["people"]:
            yield place, body["markdown"]


async def ended(program: Program, seconds: float) -> None:
    try:
        await asyncio.wait_for(program.process.wait(), seconds)
    except TimeoutError:
        raise AssertionError(f"it lives: the fault never fired\n{printed(program)}") from None


def printed(program: Program) -> str:
    """The last it said, without the ticking."""
    return "".join([line for line in program.printed if "apscheduler" not in line][-200:])


class WorkingDay:
    """A clock that stands at five past nine when it is made, and runs."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        return MORNING + timedelta(minutes=5, seconds=time.monotonic() - self._began)


@asynccontextmanager
async def at_work(
    url: str,
    folder: Path,
    *,
    redeliver_after: float,
    before: Callable[[LocalDingTalk], None] = lambda _: None,
    **settings: str,
) -> AsyncGenerator[Site]:
    """A DingTalk for the small company, and the settings of a robot over this book."""
    local = LocalDingTalk(
        COMPANY,
        client_id=CLIENT_ID,
        client_secret=SECRET,
        limits_on=False,
        redeliver_after=redeliver_after,
        now=WorkingDay(),
    )
    before(local)
    await local.start(port=0)
    try:
        yield Site(local, url, folder, {**robot_settings(local, url), **settings})
    finally:
        await local.stop()


def robot_settings(local: LocalDingTalk, url: str) -> dict[str, str]:
    return {
        "DINGTALK_CLIENT_ID": CLIENT_ID,
        "DINGTALK_CLIENT_SECRET": SECRET,
        "DINGTALK_OPENAPI_ENDPOINT": local.url,
        "DINGTALK_OAPI_ENDPOINT": local.url,
        "SANDBOX_CLOCK_URL": f"{local.url}/sandbox/clock",
        "DATABASE_URL": url,
        "HTTP_PORT": "0",
    }
