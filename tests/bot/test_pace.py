"""However many copies call, DingTalk sees no more calls in any stretch than it allows, and people come first."""

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.cards import CardFace
from bot.dingtalk.cards import dialect_of
from bot.dingtalk.errors import Throttled
from bot.dingtalk.openapi import GROUP_SEND, PrivateSend
from bot.dispatcher import Dispatcher
from bot.pace import SECOND, Limits, Pace, Turn, Wanted
from bot.sender import Sender
from bot.usage import UsageMeter
from domain.messaging import Outbound, Route, RouteKind, Urgency
from storage import outbox
from storage.database import Database
from storage.unit import Units
from tests.conftest import Clock
from tests.stories.wire import EPOCH

API = f"POST {GROUP_SEND}"
DINGTALK_A_SECOND, DINGTALK_A_MINUTE = 20, 20
MESSAGES, GROUPS, COPIES = 1_000, 5, 3
SEEDS = [
    *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2)),
    *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 20)),
]


def micros(clock: Clock) -> int:
    return (clock.now() - EPOCH) // timedelta(microseconds=1)


def pace_of(database: Database, clock: Clock, **limits: int) -> Pace:
    async def sleep(seconds: float) -> None:
        clock.forward(seconds=int(seconds) + 1)

    return Pace(
        database,
        limits=Limits(**limits),
        now=lambda: micros(clock),
        sleep=sleep,
        monotonic=lambda: micros(clock) / SECOND,
    )


async def granted(database: Database, pace: Pace, *wanted: Wanted) -> list[int]:
    async with database.write() as connection:
        return await pace.grant(connection, wanted, await pace.begin(connection))


async def test_a_full_stretch_says_when_the_next_turn_is_free(database: Database, clock: Clock) -> None:
    pace = pace_of(database, clock, api_calls=3, api_kept=0, good=0)
    one = Wanted(Turn("send"), is_awaited=True)
    assert await granted(database, pace, one, one, one) == [0, 0, 0]
    clock.forward(seconds=0)
    assert await granted(database, pace, one, one, one, one) == [SECOND, SECOND, SECOND, 2 * SECOND]
    clock.forward(seconds=1)
    assert await granted(database, pace, one) == [0]


async def test_copies_see_each_others_turns(database: Database, clock: Clock) -> None:
    here, there = pace_of(database, clock, api_calls=2, api_kept=0), pace_of(database, clock, api_calls=2, api_kept=0)
    one = Wanted(Turn("send"), is_awaited=True)
    assert await granted(database, here, one) == [0]
    assert await granted(database, there, one) == [0]
    assert min(await granted(database, here, one)) > 0


async def test_a_full_chat_holds_up_no_other(database: Database, clock: Clock) -> None:
    pace = pace_of(database, clock, chat_calls=1, chat_kept=0)
    busy, quiet = Wanted(Turn("send", "busy"), is_awaited=True), Wanted(Turn("send", "quiet"), is_awaited=True)
    waits = await granted(database, pace, busy, busy, quiet)
    assert waits[0] == waits[2] == 0
    assert waits[1] >= 60 * SECOND


async def test_some_turns_are_kept_for_people_who_wait(database: Database, clock: Clock) -> None:
    pace = pace_of(database, clock, api_calls=5, api_kept=2)
    digest, answer = Wanted(Turn("send"), is_awaited=False), Wanted(Turn("send"), is_awaited=True)
    assert [wait == 0 for wait in await granted(database, pace, *[digest] * 5)] == [True] * 3 + [False] * 2
    assert await granted(database, pace, answer, answer) == [0, 0]
    assert min(await granted(database, pace, answer)) > 0


async def test_a_turn_not_used_in_time_is_void_and_another_is_taken(database: Database, clock: Clock) -> None:
    pace = pace_of(database, clock, api_calls=1, api_kept=0)
    assert await granted(database, pace, Wanted(Turn("send"), is_awaited=True)) == [0]
    clock.forward(seconds=30)
    await pace.take(api="send")
    before = clock.now()
    await pace.take(api="send")
    assert clock.now() - before >= timedelta(seconds=1)


async def test_nobody_waits_longer_than_the_limit(database: Database, clock: Clock) -> None:
    pace = pace_of(database, clock, chat_calls=1)
    await pace.take(api="send", conversation="c")
    with pytest.raises(Throttled) as refusal:
        await pace.take(api="send", conversation="c")
    assert refusal.value.retry_after > 59


async def test_what_dingtalk_finds_too_fast_rests_for_all_copies(database: Database, clock: Clock) -> None:
    here, there = pace_of(database, clock), pace_of(database, clock)
    here.slow_down(api="send", seconds=5)
    assert await granted(database, here, Wanted(Turn("send"), is_awaited=True)) == [5 * SECOND]
    assert await granted(database, there, Wanted(Turn("send"), is_awaited=True)) == [5 * SECOND]
    assert await granted(database, there, Wanted(Turn("other"), is_awaited=True)) == [0]


async def test_a_clock_that_was_put_back_shuts_nobody_out_for_long(database: Database, clock: Clock) -> None:
    pace = pace_of(database, clock, api_calls=1, api_kept=0)
    await granted(database, pace, Wanted(Turn("send"), is_awaited=True))
    clock.forward(days=-3)
    (wait,) = await granted(database, pace, Wanted(Turn("send"), is_awaited=True))
    assert wait <= 2 * SECOND


# --- three copies, a thousand messages, on a clock that is moved by hand ---------------------------------------------


@dataclass
class Gateway:
    """Counts as DingTalk does, and refuses what is too fast; a call arrives up to `late` after its turn."""

    clock: Clock
    chance: random.Random
    arrived: list[tuple[int, str, str]] = field(default_factory=list[tuple[int, str, str]])
    refused: int = 0
    apis: deque[int] = field(default_factory=lambda: deque(maxlen=DINGTALK_A_SECOND))
    chats: Mapping[str, deque[int]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=DINGTALK_A_MINUTE))
    )

    async def send_to_group(self, conversation_id: str, *, title: str, markdown: str) -> str:
        now = micros(self.clock) + self.chance.randrange(0, SECOND // 2)
        for seen, span in ((self.apis, SECOND), (self.chats[conversation_id], 60 * SECOND)):
            if len(seen) == seen.maxlen and now - seen[0] < span:
                self.refused += 1
                raise Throttled("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", retry_after=1.0)
        self.apis.append(now)
        self.chats[conversation_id].append(now)
        self.arrived.append((now, conversation_id, markdown))
        return f"key-{len(self.arrived)}"

    async def send_to_people(self, user_ids: Sequence[str], *, title: str, markdown: str) -> PrivateSend:
        raise AssertionError("everything here goes to groups")


def message(number: int, group: int, urgency: Urgency) -> Outbound:
    return Outbound(
        key=f"m{number}",
        urgency=urgency,
        order_key=f"group:g{group}",
        route=Route(kind=RouteKind.GROUP, conversation=f"g{group}"),
        title="t",
        markdown=f"m{number}",
    )


async def next_due(database: Database) -> datetime | None:
    async with database.read() as connection:
        return await outbox.next_due(connection)


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_thousand_messages_of_three_copies_stay_within_the_limits_and_answers_overtake(
    database_url: str, clock: Clock, zone: ZoneInfo, book: Units, seed: int
) -> None:
    chance = random.Random(seed)
    gateway = Gateway(clock, chance)
    databases = [Database.open(database_url) for _ in range(COPIES)]
    try:
        copies = [_dispatcher(database, book, gateway, clock, zone) for database in databases]
        digests = [message(n, n % GROUPS, Urgency.DIGEST) for n in range(MESSAGES - 20)]
        async with databases[0].write() as connection:
            await outbox.put(connection, digests, clock.now())
        asked: dict[str, int] = {}
        for step in range(20_000):
            if step % 20 == 10 and len(asked) < 20:
                answer = message(MESSAGES + step, chance.randrange(GROUPS), Urgency.ANSWER)
                asked[answer.markdown] = micros(clock)
                async with databases[0].write() as connection:
                    await outbox.put(connection, [answer], clock.now())
            await asyncio.gather(*(one.send_due() for one in chance.sample(copies, chance.randint(1, COPIES))))
            if (due := await next_due(databases[0])) is None and len(asked) == 20:
                break
            # Not every moment has to be lived through: to the next message that may be due, or the next question.
            until = due - clock.now() if due else timedelta()
            clock.forward(milliseconds=max(100, min(until // timedelta(milliseconds=1), 5_000)))
        assert {text for _, _, text in gateway.arrived} == {d.markdown for d in digests} | set(asked), seed
        assert len(gateway.arrived) == MESSAGES, seed
        assert gateway.refused == 0, seed
        took = sorted(at - asked[text] for at, _, text in gateway.arrived if text in asked)
        assert took[-1] < 5 * SECOND, (seed, took)
    finally:
        for database in databases:
            await database.close()


def _dispatcher(database: Database, book: Units, gateway: Any, clock: Clock, zone: ZoneInfo) -> Dispatcher:
    usage = UsageMeter(database, clock, zone)
    sender = Sender(gateway, CardFace(dialect_of("markdown_button"), "robot"), usage)
    return Dispatcher(database, book, sender, clock=clock, usage=usage, pace=pace_of(database, clock))
