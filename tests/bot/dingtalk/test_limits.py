"""Below DingTalk's limits, in turn, and counted."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.dingtalk.errors import Throttled
from bot.dingtalk.limits import RateLimit, Rates
from bot.dingtalk.units import MonthlyUnits, Pool, pool_of
from tests.bot.dingtalk.local_dingtalk import HandClock


async def test_no_second_ever_holds_more_calls_than_allowed(clock: HandClock) -> None:
    rate = RateLimit(clock, Rates(api_calls=3, api_seconds=1))
    turns: list[float] = []
    for _ in range(10):
        await rate.take(api="send")
        turns.append(clock.now)
    assert all(later - earlier >= 1 for earlier, later in zip(turns, turns[3:], strict=False))
    assert turns[-1] == 1003


async def test_a_conversation_has_a_limit_of_its_own_and_holds_up_no_other(clock: HandClock) -> None:
    rate = RateLimit(clock, Rates(conversation_calls=2, conversation_seconds=8))
    for _ in range(3):
        await rate.take(api="send", conversation="busy")
    assert clock.slept == [8]
    await rate.take(api="send", conversation="quiet")
    assert clock.slept == [8]


async def test_turns_are_given_in_the_order_of_asking() -> None:
    class Still(HandClock):
        async def sleep(self, seconds: float) -> None:
            order.append(seconds)

    order: list[float] = []
    rate = RateLimit(Still(), Rates(api_calls=1, api_seconds=1))
    await asyncio.gather(*(rate.take(api="send") for _ in range(4)))
    assert order == [1, 2, 3]


async def test_nobody_waits_longer_than_the_limit(clock: HandClock) -> None:
    rate = RateLimit(clock, Rates(conversation_calls=1, conversation_seconds=60, wait_seconds_max=10))
    await rate.take(api="send", conversation="c")
    with pytest.raises(Throttled) as refusal:
        await rate.take(api="send", conversation="c")
    assert refusal.value.retry_after == 60
    clock.now += 60
    await rate.take(api="send", conversation="c")


async def test_an_api_that_dingtalk_throttles_rests(clock: HandClock) -> None:
    rate = RateLimit(clock)
    rate.slow_down(api="send", seconds=5)
    await rate.take(api="update")
    assert clock.slept == []
    await rate.take(api="send")
    assert clock.slept == [5]


def test_units_are_counted_by_the_month_of_beijing() -> None:
    now = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    units = MonthlyUnits(lambda: now)
    units.count(Pool.API)
    units.count(Pool.STREAM, 2)
    assert (units.used(Pool.API), units.used(Pool.STREAM), units.month) == (1, 2, "2026-11")
    now = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert (units.used(Pool.API), units.month) == (0, "2026-12")


@pytest.mark.parametrize(
    ("path", "pool"),
    [
        ("/v1.0/oauth2/accessToken", None),
        ("/topapi/v2/user/get", None),
        ("/v1.0/gateway/connections/open", None),
        ("/v1.0/robot/groupMessages/send", Pool.API),
        ("/v1.0/card/instances", Pool.API),
        ("/v1.0/robot/messageFiles/download", Pool.API),
        ("/media/upload", Pool.API),
        ("/robot/sendBySession", Pool.STREAM),
    ],
)
def test_each_call_draws_on_its_pool(path: str, pool: Pool | None) -> None:
    assert pool_of(path) is pool
