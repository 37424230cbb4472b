"""PostgreSQL goes away in every way it has (D4): the whole unit again, an unknown outcome settled by the key."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from storage import unit
from storage.database import Database
from storage.unit import End
from tests.conftest import Clock, Databases
from tests.site import Site, qty
from tests.storage.faults.history import count
from tests.storage.faults.hooks import every_statement
from tests.storage.faults.wire import Break, Wire

BOOKINGS: Final = 40
KILLED_MIN: Final = 5
TERMINATIONS: Final = (*range(4), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 44)))
INJECTED: Final = ("40001", "40P01", "57P01", "55P03", "53100")


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


async def _terminate(url: str) -> int:
    """As an operator does: every connection to this book but the one that says so."""
    admin = create_async_engine(url)
    try:
        async with admin.connect() as connection:
            sql = """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
            return int((await connection.execute(text(sql))).scalar_one())
    finally:
        await admin.dispose()


async def _book(site: Site, key: str) -> End:
    """One booking, asked for until somebody knows how it ended, as the sweeper does."""
    for _ in range(20):
        try:
            return (await site.book.work(key, site.issuing("水泥 1包"))).end
        except Exception:
            await asyncio.sleep(0.05)
    raise AssertionError(f"{key} never ended")


async def _holds(site: Site, booked: int) -> None:
    """Each booking took effect once, the pool is clean, and the next one works."""
    assert await site.on_hand("水泥") == qty(f"{1000 - booked} 包")
    assert await count(site.database, "SELECT count(*) FROM document WHERE kind = 'issue'") == booked
    assert await count(site.database, "SELECT count(*) FROM inbox WHERE key LIKE 'f:%' AND state = 'done'") == booked
    await site.do(site.issuing("水泥 1包"), key="the next")
    await site.verify()


@pytest.mark.slow
@pytest.mark.parametrize("seed", TERMINATIONS)
async def test_connections_terminated_at_any_moment_lose_nothing_and_double_nothing(
    site: Site, database_url: str, seed: int
) -> None:
    await site.opening("水泥 1000包 @27.5")
    chance, killed, going = random.Random(seed), 0, True

    async def kill() -> None:
        nonlocal killed
        while going:
            await asyncio.sleep(chance.uniform(0, 0.2))
            killed += await _terminate(database_url)

    killer = asyncio.create_task(kill())
    ends = list[End]()
    while len(ends) < BOOKINGS or (killed < KILLED_MIN and len(ends) < 1000):  # until it was really disturbed
        start = len(ends)
        ends += await asyncio.gather(*(_book(site, f"f:{n}") for n in range(start, start + 4)))
    going = False
    await killer
    assert killed >= KILLED_MIN, f"seed {seed}: {killed} connections were terminated"
    assert set(ends) <= {End.DONE, End.KNOWN}, f"seed {seed}: {Counter(ends)}"
    await _holds(site, len(ends))


@contextmanager
def raising(engine: Engine, states: list[str], seed: int, hits: Counter[str]) -> Generator[None]:
    """Every now and then the server itself refuses a statement, with one of these states."""
    chance = random.Random(seed)

    def refuse(connection: Connection, _statement: str) -> None:
        if chance.random() < 0.015:
            state = states[hits.total() % len(states)]
            hits[state] += 1
            connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '{state}'; END $$")

    with every_statement(engine, refuse):
        yield


async def test_what_the_server_refuses_for_now_is_tried_again_as_a_whole(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "TRIES_MAX", 12)
    await site.opening("水泥 1000包 @27.5")
    hits, seed, ends = Counter[str](), 3, list[End]()
    with raising(site.database.write_engine.sync_engine, list(INJECTED), seed, hits):
        for n in range(BOOKINGS):
            ends.append(await _book(site, f"f:{n}"))
    assert all(hits[state] for state in INJECTED), f"seed {seed}: {hits}"
    assert set(ends) == {End.DONE}, f"seed {seed}: {Counter(ends)}"
    await _holds(site, BOOKINGS)


@pytest.fixture
async def wire(database_url: str, tmp_path: Path) -> AsyncGenerator[Wire]:
    """Between the program and the server, to be cut."""
    async with Wire.to(database_url) as found:
        yield found


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_answer_lost_inside_commit_is_settled_by_the_key(
    site: Site, wire: Wire, clock: Clock, zone: Any, moment: Literal["before", "after"]
) -> None:
    """Cut before COMMIT reaches the server, or after: to the program both look alike."""
    from bot.render import Renderer
    from storage.unit import Units

    await site.opening("水泥 1000包 @27.5")
    database = Database.open(wire.url)
    units = Units(database, clock=clock, zone=zone, render=Renderer(zone))
    far = Site(units, database)
    try:
        for n in range(BOOKINGS // 2):
            wire.break_next(Break.BEFORE_COMMIT if moment == "before" else Break.AFTER_COMMIT)
            answer = await units.work(f"f:{n}", far.issuing("水泥 1包"))
            assert answer.end is (End.DONE if moment == "before" else End.KNOWN)
        assert wire.broken == BOOKINGS // 2
        await _holds(far, BOOKINGS // 2)
    finally:
        await units.close()
        await database.close()


@pytest.mark.slow
async def test_bytes_cut_anywhere_on_the_wire_lose_nothing(site: Site, wire: Wire, clock: Clock, zone: Any) -> None:
    from bot.render import Renderer
    from storage.unit import Units

    await site.opening("水泥 1000包 @27.5")
    chance, seed = random.Random(11), 11
    database = Database.open(wire.url)
    units = Units(database, clock=clock, zone=zone, render=Renderer(zone))
    far = Site(units, database)
    try:
        for n in range(BOOKINGS):
            wire.break_after(chance.randrange(1, 4_000))
            assert await _book(far, f"f:{n}") in {End.DONE, End.KNOWN}, f"seed {seed}"
        assert wire.broken >= BOOKINGS // 2, f"seed {seed}: {wire.broken}"
        wire.break_next(None)
        await _holds(far, BOOKINGS)
    finally:
        await units.close()
        await database.close()


@pytest.mark.slow
async def test_a_server_that_restarts_is_waited_for(clock: Clock, zone: Any, tmp_path: Path) -> None:
    """A server of its own: stopped at once and started anew, and stopped in order."""
    from bot.render import Renderer
    from storage.unit import Units

    own = Databases(tmp_path)
    database = Database.open(own.url("postgresql"))
    units = Units(database, clock=clock, zone=zone, render=Renderer(zone))
    site = Site(units, database)
    try:
        await site.load()
        await site.opening("水泥 1000包 @27.5")
        for mode in ("immediate", "fast"):
            restart = asyncio.create_task(asyncio.to_thread(_restart, own, mode))
            done = 0
            while not restart.done() or done < 4:
                first = await count_done(site)
                ends = await asyncio.gather(*(_patiently(site, f"f:{first + n}") for n in range(4)))
                assert set(ends) <= {End.DONE, End.KNOWN}
                done += len(ends)
            await restart
        booked = await count_done(site)
        assert booked >= 8
        await _holds(site, booked)
    finally:
        await units.close()
        await database.close()
        own.close()


async def count_done(site: Site) -> int:
    for _ in range(200):
        try:
            return await count(site.database, "SELECT count(*) FROM inbox WHERE key LIKE 'f:%'")
        except Exception:
            await asyncio.sleep(0.1)
    raise AssertionError("the server never came back")


async def _patiently(site: Site, key: str) -> End:
    async with asyncio.timeout(60):
        while True:
            try:
                return (await site.book.work(key, site.issuing("水泥 1包"))).end
            except Exception:
                await asyncio.sleep(0.2)


def _restart(own: Databases, mode: str) -> None:
    from pgserver._commands import pg_ctl

    server = own._server
    assert server is not None
    pg_ctl(["-w", "-m", mode, "-l", str(server.log), "restart"], pgdata=server.pgdata, user=server.system_user)
