"""P16: from whatever revision, an upgrade keeps every row and ends in the walls that a new book has."""

import re
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.render import Renderer
from storage import schema
from storage.database import Database
from storage.failpoint import VARIABLE
from storage.tables import metadata
from storage.unit import Units
from storage.verify import verify
from tests.bot.test_process import ended
from tests.conftest import Clock, Databases
from tests.storage.told import tell

MIGRATIONS: Final = Path(schema.__file__).parent / "migrations"
REVISIONS: Final = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]

_POSTGRESQL: Final = (
    "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS said "
    "FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT indexdef AS said FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT pg_get_triggerdef(oid) AS said FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS said FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace",
)


def _structure(connection: Connection) -> set[str]:
    """Columns, indexes, triggers and constraints, each as one text, in no order."""
    if connection.dialect.name == "postgresql":
        return {str(said) for sql in _POSTGRESQL for said in connection.execute(text(sql)).scalars()}
    found = set[str]()
    for kind, name, sql in connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master"):
        if kind == "table":
            columns = connection.exec_driver_sql(f"PRAGMA table_info({name})").fetchall()
            found |= {f"{name}.{c[1]} {c[2]} {c[3]} {c[5]}" for c in columns}
            found |= {f"{name}: {check}" for check in re.findall(r"CONSTRAINT \w+ (?:CHECK|UNIQUE)[^\n]*\)", sql)}
            found |= {f"{name} is strict"} if sql.rstrip().endswith("STRICT") else set()
        else:
            found.add(f"{kind} {name} {' '.join((sql or '').split())}")
    return found


def _rows(connection: Connection) -> dict[str, int]:
    names = sa.inspect(connection).get_table_names()
    return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


def _upgrade_to(connection: Connection, revision: str) -> None:
    command.upgrade(schema._config(connection), revision)


def _pour(connection: Connection, book: dict[str, list[dict[str, Any]]]) -> None:
    """Fill an older schema with the rows of a full book, as far as it has the columns."""
    older = sa.MetaData()
    older.reflect(connection)
    connection.execute(text("DELETE FROM chain"))
    for name, rows in book.items():
        table = older.tables.get(name)
        if table is not None and rows:
            shared = [c.name for c in table.columns if c.name in rows[0]]
            connection.execute(table.insert(), [{c: row[c] for c in shared} for row in rows])


async def _full_book(url: str, zone: ZoneInfo) -> dict[str, list[dict[str, Any]]]:
    database, clock = Database.open(url), Clock()
    units = Units(database, clock=clock, zone=zone, render=Renderer(zone))
    await tell(units, database, clock)
    await units.close()
    async with database.read() as connection:
        found = {
            name: [dict(row) for row in (await connection.execute(text(f"SELECT * FROM {name}"))).mappings()]
            for name in metadata.tables
        }
    await database.close()
    assert sum(map(len, found.values())) > 100
    return found


@pytest.mark.slow
@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_upgrade_keeps_every_row_and_every_wall_even_when_it_is_killed(
    databases: Databases, database_kind: str, zone: ZoneInfo, revision: str, tmp_path: Path
) -> None:
    book = await _full_book(databases.url(database_kind), zone)
    url = databases.bare_url(database_kind)
    database = Database.open(url)
    async with database.write() as connection:
        await connection.run_sync(_upgrade_to, revision)
        await connection.run_sync(_pour, book)
        before, stood = await connection.run_sync(_rows), await connection.run_sync(_structure)
    await database.close()

    status, said = await ended("migrate", folder=tmp_path, DATABASE_URL=url, **{VARIABLE: "schema-changed:kill"})
    assert status == -9, said
    database = Database.open(url)
    async with database.read() as connection:
        assert await connection.run_sync(schema.current) == revision
        assert (await connection.run_sync(_rows), await connection.run_sync(_structure)) == (before, stood)

    fresh = Database.open(databases.url(database_kind), exclusive=False)
    async with fresh.read() as connection:
        wanted = await connection.run_sync(_structure)
    await fresh.close()
    for _ in range(2):  # the second time nothing is left to do
        await schema.upgrade(database)
        async with database.read() as connection:
            after = await connection.run_sync(_rows)
            assert {name: after[name] for name in before} == before
            assert await connection.run_sync(_structure) == wanted
            head = (await connection.execute(text("SELECT seq, hash FROM chain"))).one()
            assert (head.seq, bytes(head.hash)) == (book["chain"][0]["seq"], bytes(book["chain"][0]["hash"]))
            if database.is_sqlite:
                assert (await connection.exec_driver_sql("PRAGMA foreign_key_check")).fetchall() == []
            report = await verify(connection)
            assert report.ok, "\n".join(report.lines())
    await database.close()
