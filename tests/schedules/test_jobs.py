"""What the clock asks for runs once, on its day, whoever ticks."""

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.render import Renderer
from schedules.jobs import due, next_due
from schedules.ticker import Ticker
from storage.unit import Units
from tests.conftest import Clock
from tests.stories import fixtures
from tests.stories.chat import GROUP, OTHER_GROUP, Chat, company_of

chat, empty_chat = fixtures.chat, fixtures.empty_chat

SHANGHAI = ZoneInfo("Asia/Shanghai")
SIX = datetime(2026, 11, 23, 18, 0, tzinfo=SHANGHAI)


def ticker(chat: Chat, clock: Clock) -> Ticker:
    return Ticker(chat.units.work, chat.units.company, clock.now)


def days(now: datetime) -> list[str]:
    """The digests due at a moment, as project and day."""
    return [one.key.removeprefix("job:digest:") for one in due(company_of(), now)]


def test_the_digest_is_due_at_six_and_not_a_moment_before() -> None:
    assert days(SIX - timedelta(microseconds=1)) == []
    assert days(SIX) == ["P01:2026-11-23", "P02:2026-11-23"]


def test_the_next_run_is_later_than_now() -> None:
    assert next_due(company_of(), SIX - timedelta(microseconds=1)) == SIX
    assert next_due(company_of(), SIX) == SIX + timedelta(days=1)
    assert next_due(company_of({"groups": []}), SIX) is None


def test_the_company_chooses_the_time() -> None:
    company = company_of({"settings": {"digest_time": "20:30"}})
    assert list(due(company, SIX)) == []
    assert len(list(due(company, SIX + timedelta(hours=2, minutes=30)))) == 2


def test_a_project_without_a_group_gets_no_digest() -> None:
    company = company_of({"groups": [{"conversation_id": GROUP, "name": "翠湖群", "project": "P01"}]})
    assert [one.key for one in due(company, SIX)] == ["job:digest:P01:2026-11-23"]


def test_a_project_with_two_groups_has_one_digest() -> None:
    groups = [{"conversation_id": c, "name": c, "project": "P01"} for c in ("one", "two")]
    assert len(list(due(company_of({"groups": groups}), SIX))) == 1


@pytest.mark.parametrize(
    ("late", "is_due"), [(timedelta(hours=11, minutes=59), True), (timedelta(hours=12, seconds=1), False)]
)
def test_a_digest_missed_for_more_than_half_a_day_is_not_caught_up(late: timedelta, is_due: bool) -> None:
    assert ("P01:2026-11-23" in days(SIX + late)) is is_due


@pytest.mark.parametrize(
    "day", [date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28), date(2028, 2, 29)]
)
def test_the_ends_of_months_and_leap_days_are_days_like_others(day: date) -> None:
    six = datetime(day.year, day.month, day.day, 18, tzinfo=SHANGHAI)
    assert days(six) == [f"P01:{day}", f"P02:{day}"]
    assert days(six + timedelta(hours=6, minutes=1)) == [f"P01:{day}", f"P02:{day}"]
    assert days(six + timedelta(days=1)) == [f"{p}:{day + timedelta(days=1)}" for p in ("P01", "P02")]


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kathmandu"])
def machine_elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine stands in another time zone than the company."""
    monkeypatch.setitem(os.environ, "TZ", str(request.param))
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.usefixtures("machine_elsewhere")
async def test_the_machines_own_time_zone_changes_nothing(chat: Chat, clock: Clock) -> None:
    clock.set((SIX - timedelta(seconds=1)).astimezone(UTC))
    seen = Ticker(chat.units.work, chat.units.company, lambda: clock.now().astimezone(SHANGHAI))
    assert await seen.tick() == 0
    clock.forward(seconds=1)
    assert await seen.tick() == 2
    rows = await chat.rows("SELECT period FROM job_run")
    assert [row["period"] for row in rows] == ["2026-11-23"] * 2


async def test_each_group_is_told_once_a_day(chat: Chat, clock: Clock) -> None:
    clock.set(SIX)
    one = ticker(chat, clock)
    assert await one.tick() == 2
    told = await chat.listen()
    assert sorted(message.conversation for message in told) == [OTHER_GROUP, GROUP]
    for _ in range(20):
        clock.forward(minutes=30)
        await one.tick()
    assert await chat.listen() == []
    clock.set(SIX + timedelta(days=1))
    assert await one.tick() == 2


async def test_a_restart_does_not_tell_it_again(chat: Chat, clock: Clock) -> None:
    clock.set(SIX)
    await ticker(chat, clock).tick()
    await chat.listen()
    clock.forward(minutes=1)
    await ticker(chat, clock).tick()
    assert await chat.listen() == []


async def test_two_copies_that_tick_together_tell_it_once(chat: Chat, clock: Clock, zone: ZoneInfo) -> None:
    clock.set(SIX)
    other = Units(chat.database, clock=clock, zone=zone, render=Renderer(zone))
    copies = [Ticker(units.work, units.company, clock.now) for units in (chat.units, other)]
    try:
        for _ in range(3):
            await asyncio.gather(*(copy.tick() for copy in copies))
    finally:
        await other.close()
    assert len(await chat.listen()) == 2
    assert await chat.rows("SELECT count(*) AS n FROM job_run") == [{"n": 2}]
    assert await chat.rows("SELECT count(*) AS n FROM anchor") == [{"n": 2}]
    await chat.verify()


async def test_a_robot_that_was_down_at_six_tells_it_when_it_is_back(chat: Chat, clock: Clock) -> None:
    clock.set(SIX + timedelta(hours=8))
    assert await ticker(chat, clock).tick() == 2
    told = await chat.listen()
    assert all("11月23日" in message.words for message in told)


async def test_a_robot_that_was_down_until_the_next_morning_leaves_it_out(chat: Chat, clock: Clock) -> None:
    clock.set(SIX + timedelta(hours=13))
    assert await ticker(chat, clock).tick() == 0
    assert await chat.listen() == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_job_that_fails_does_not_stop_the_others_and_is_tried_again(
    chat: Chat, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    clock.set(SIX)
    tries = list[str]()

    async def work(key: str, operation: object) -> object:
        tries.append(key)
        if "P01" in key and len(tries) < 3:
            raise RuntimeError("the database is away")
        return None

    flaky = Ticker(work, chat.units.company, clock.now)
    assert await flaky.tick() == 1
    assert "job failed" in caplog.text
    assert await flaky.tick() == 1
    assert await flaky.tick() == 0


async def test_a_clock_that_jumps_back_tells_nothing_twice(chat: Chat, clock: Clock) -> None:
    clock.set(SIX)
    one = ticker(chat, clock)
    await one.tick()
    await chat.listen()
    clock.set(SIX - timedelta(hours=2))
    await one.tick()
    clock.set(SIX + timedelta(minutes=1))
    await ticker(chat, clock).tick()
    assert await chat.listen() == []
