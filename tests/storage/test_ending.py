"""The look at the end of the book before the robot starts: what it must notice, and that it costs the same for ever."""

import asyncio
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from bot.render import Renderer
from storage.database import Database
from storage.unit import Units
from storage.verify import verify
from storage.verify.ending import ENTRIES_LOOKED_AT, BookDoubtful, check_ending
from tests.conftest import Clock, Databases
from tests.site import Site
from tests.storage.tampering import changed
from tests.storage.told import tell

_TOLD: Final = dict[str, str]()
LAST: Final = "(SELECT seq FROM chain)"
CUT_OFF: Final = (
    *(f"DELETE FROM {table} WHERE seq = {LAST}" for table in ("move", "entry_line", "entry")),
    "UPDATE chain SET seq = seq - 1",
    "UPDATE chain SET hash = (SELECT hash FROM entry WHERE entry.seq = chain.seq)",
)


@pytest.fixture
async def told(databases: Databases, database_kind: str, zone: ZoneInfo) -> str:
    """A copy of a book with a rich history and a digest at its end."""
    if database_kind not in _TOLD:
        url, clock = databases.url(database_kind), Clock()
        database = Database.open(url)
        units = Units(database, clock=clock, zone=zone, render=Renderer(zone))
        await tell(units, database, clock)
        await units.close()
        await database.close()
        _TOLD[database_kind] = url
    return databases.copy(_TOLD[database_kind])


async def look(url: str) -> str:
    """What the look finds, "" for nothing."""
    database = Database.open(url, exclusive=False)
    try:
        async with database.read() as connection:
            await check_ending(connection)
    except BookDoubtful as found:
        return found.why
    finally:
        await database.close()
    return ""


async def test_a_sound_book_and_an_empty_one_are_in_order(told: str, database_url: str) -> None:
    assert await look(told) == ""
    assert await look(database_url) == ""


@pytest.mark.parametrize(
    ("tampered", "said"),
    [
        (f"UPDATE entry SET remark = '少记一包' WHERE seq = {LAST}", "被改动过"),
        (f"UPDATE move SET quantity = quantity - 1 WHERE seq = {LAST}", "被改动过"),
        ("UPDATE entry_line SET entered = entered + 1 WHERE seq = 3", "账页 3（RK20261123-001）被改动过"),
        (f"DELETE FROM entry WHERE seq = {LAST}", "最后一笔账却是"),
        ("DELETE FROM entry WHERE seq = 3", "缺账页 3"),
        ("UPDATE chain SET hash = (SELECT hash FROM entry WHERE seq = 1)", "账本末页记的是"),
        ("UPDATE chain SET seq = seq + 1", "最后一笔账却是"),
        ("DELETE FROM chain", "记了 0 次"),
        ("UPDATE anchor SET hash = (SELECT hash FROM entry WHERE seq = 1)", "日报报过的账页"),
    ],
)
async def test_whoever_changes_the_end_is_noticed(told: str, tampered: str, said: str) -> None:
    await changed(told, tampered)
    assert said in await look(told)


async def test_an_older_book_under_newer_digests_is_noticed_here_and_by_verification(told: str) -> None:
    """Its entries are in order among themselves; the digests have told of more."""
    await changed(told, *CUT_OFF)
    assert "不在账上" in await look(told)
    database = Database.open(told, exclusive=False)
    async with database.read() as connection:
        report = await verify(connection)
    await database.close()
    assert "I10" in set(report.broken), report.lines()


async def test_the_look_costs_the_same_however_long_the_book_is(site: Site, database: Database) -> None:
    """As many statements behind four hundred entries as behind two hundred."""
    asked, found = list[str](), dict[int, list[str]]()
    await site.opening("水泥 100000包 @27")

    @event.listens_for(database.read_engine.sync_engine, "after_cursor_execute")
    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    for length in (ENTRIES_LOOKED_AT, 2 * ENTRIES_LOOKED_AT):
        while (await site.head())[0] <= length:
            await asyncio.gather(*(site.issue("水泥 1包") for _ in range(50)))
        asked.clear()
        async with database.read() as connection:
            await check_ending(connection)
        found[length] = list(asked)
    short, long = found.values()
    assert short == long
