"""Clocks that differ, jump and stand still: each digest that was due while somebody looked comes once (E1, F1)."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from bot.render import Renderer
from schedules.jobs import JOBS
from schedules.ticker import Ticker
from storage.database import Database
from storage.unit import Units
from storage.verify import verify
from tests.conftest import MORNING, Clock, Databases
from tests.stories.chat import Chat, open_chat

DAYS: Final = 30
COPIES: Final = 3
APART: Final = timedelta(minutes=10)
PROJECTS: Final = ("P01", "P02")


class Skewed:
    """A copy's own clock: the true time, and so much beside it."""

    def __init__(self, true: Clock, beside: timedelta):
        self._true = true
        self.beside = beside

    def now(self) -> datetime:
        return self._true.now() + self.beside


@asynccontextmanager
async def opened(url: str, clock: Skewed, zone: ZoneInfo) -> AsyncGenerator[Ticker]:
    """A copy that was just started: it remembers nothing."""
    database = Database.open(url, exclusive=False)
    units = Units(database, clock=clock, zone=zone, render=Renderer(zone))
    try:
        yield Ticker(units.work, units.company, clock.now)
    finally:
        await units.close()
        await database.close()


def due_days(now: datetime) -> set[str]:
    """The days whose digest is due at a moment, reckoned here anew."""
    six, grace = time(18), JOBS[0].grace
    days = (now.date() - timedelta(days=1), now.date())
    return {str(day) for day in days if timedelta() <= now - datetime.combine(day, six, tzinfo=now.tzinfo) <= grace}


async def live(url: str, clock: Clock, zone: ZoneInfo, chance: random.Random) -> tuple[set[str], Counter[str]]:
    """A month: somebody looks now and then, copies come and go, clocks jump. The days seen due, and what happened."""
    wanted, happened = set[str](), Counter[str]()
    end = clock.now() + timedelta(days=DAYS)
    while clock.now() < end:
        skews = [
            Skewed(clock, chance.choice((-1, 1)) * APART * chance.random()) for _ in range(chance.randint(1, COPIES))
        ]
        copies = [opened(url, skew, zone) for skew in skews]
        tickers = [await copy.__aenter__() for copy in copies]
        for _ in range(chance.randint(1, 6)):
            for skew in skews:
                wanted |= due_days(skew.now())
            await asyncio.gather(*(ticker.tick() for ticker in tickers))
            happened["ticks"] += len(tickers)
            clock.forward(minutes=chance.choice((0, 1, 10, 90, 240)))
        for copy in copies:
            await copy.__aexit__(None, None, None)
        match chance.randrange(8):
            case 0:
                happened["back"] += 1
                clock.forward(minutes=-120)
            case 1:
                happened["ahead"] += 1
                clock.forward(days=3)
            case 2:
                happened["down over six"] += 1
                clock.set(clock.now().replace(hour=17, minute=59))
                clock.forward(minutes=chance.choice((2, 400, 800)))
            case _:
                clock.forward(minutes=chance.choice((30, 200, 600)))
    return wanted, happened


async def _month(databases: Databases, kind: str, zone: ZoneInfo, seed: int) -> Counter[str]:
    url, clock, chance = databases.url(kind), Clock(MORNING), random.Random(seed)
    database = Database.open(url, exclusive=False)
    units = Units(database, clock=clock, zone=zone, render=Renderer(zone))
    chat: Chat = open_chat(database, units, clock, zone)
    try:
        await chat.load()
        wanted, happened = await live(url, clock, zone, chance)
        runs = [(r["scope"], r["period"]) for r in await chat.rows("SELECT scope, period FROM job_run")]
        assert sorted(runs) == sorted((project, day) for project in PROJECTS for day in wanted), seed
        keys = [r["key"] for r in await chat.rows("SELECT key FROM outbox WHERE urgency = 3")]
        assert len(keys) == len(set(keys)) == len(runs), seed  # each project of the story has one group
        async with database.read() as connection:
            report = await verify(connection)
        assert report.ok, (seed, report.lines())
        return happened
    finally:
        await units.close()
        await database.close()


async def _months(databases: Databases, kind: str, zone: ZoneInfo, seeds: range) -> None:
    happened = Counter[str]()
    for seed in seeds:
        happened += await _month(databases, kind, zone, seed)
    assert min(happened[what] for what in ("back", "ahead", "down over six")) > 0, happened


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])
async def test_whatever_the_clocks_do_each_digest_comes_once(
    databases: Databases, database_kind: str, zone: ZoneInfo
) -> None:
    await _months(databases, database_kind, zone, range(3 if database_kind == "sqlite" else 2))


@pytest.mark.soak
@pytest.mark.parametrize("first", range(100, 3_100, 100))
async def test_whatever_the_clocks_do_each_digest_comes_once_in_years(
    databases: Databases, zone: ZoneInfo, first: int
) -> None:
    await _months(databases, "sqlite", zone, range(first, first + 100))
