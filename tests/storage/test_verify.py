"""Verification would notice: whatever is broken in a sound book, the invariant that it breaks is named."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commands.verify import run
from bot.render import Renderer
from storage import tables, triggers
from storage.database import Database
from storage.unit import Units
from storage.verify import CHECKS, Report, verify
from storage.verify.book import Book
from storage.verify.hashing import NOTHING_BEFORE, digest
from storage.verify.schema import has_reset_bug
from tests.conftest import Clock, Databases
from tests.storage.told import tell

_TOLD: Final = dict[str, str]()


@pytest.fixture
async def told(databases: Databases, database_kind: str, zone: ZoneInfo) -> str:
    """The address of a sound book with a rich history; told once, because every test takes back what it breaks."""
    if database_kind not in _TOLD:
        url, clock = databases.url(database_kind), Clock()
        database = Database.open(url)
        units = Units(database, clock=clock, zone=zone, render=Renderer(zone))
        try:
            await tell(units, database, clock)
        finally:
            await units.close()
            await database.close()
        _TOLD[database_kind] = url
    return _TOLD[database_kind]


@asynccontextmanager
async def broken_open(url: str) -> AsyncGenerator[AsyncConnection]:
    """A transaction without the walls, never committed."""
    database = Database.open(url, exclusive=False)
    try:
        async with database.write_engine.connect() as connection:
            if database.is_sqlite:
                await connection.exec_driver_sql("PRAGMA ignore_check_constraints=1")
                for name in triggers.names("sqlite"):
                    await connection.exec_driver_sql(f"DROP TRIGGER {name}")
            else:
                await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield connection
            await connection.rollback()
    finally:
        await database.close()


async def rebuild_walls(connection: AsyncConnection) -> None:
    """Put the triggers back, so that only what was broken behind them is missing."""
    if connection.dialect.name == "sqlite":
        for statement in triggers.statements("sqlite", triggers.GUARDED):
            await connection.exec_driver_sql(statement)


async def forge_chain(connection: AsyncConnection) -> None:
    """What a patient forger does: every hash anew, and the anchors too, as far as they lie in the database."""
    previous, places = NOTHING_BEFORE, dict[int, bytes]()
    async for page in (await Book.open(connection)).pages():
        previous = places[page.head["seq"]] = digest(previous, page)
    for seq, forged in places.items():
        for table in ("entry", "anchor", "chain"):
            sql = text(f"UPDATE {table} SET hash = :hash WHERE seq = :seq")
            await connection.execute(sql, {"hash": forged, "seq": seq})


async def look(url: str, *statements: str, forged: bool = False) -> Report:
    """What verification says of a book after some SQL that nothing stopped."""
    async with broken_open(url) as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
        if forged:
            await forge_chain(connection)
        await rebuild_walls(connection)
        return await verify(connection)


class Break(NamedTuple):
    """SQL that breaks `ids` and nothing else; with `forged`, by somebody who recomputed the whole chain."""

    name: str
    ids: str
    sql: Sequence[str]
    forged: bool = False


def _entry(number: str, act: str = "post") -> str:
    return f"(SELECT seq FROM entry WHERE number = '{number}' AND act = '{act}')"


_D: Final = "20261123"
_LL3, _SG1, _SG4, _CX1 = f"LL{_D}-003", f"SG{_D}-001", f"SG{_D}-004", f"CX{_D}-001"
_SG2, _CG1 = f"SG{_D}-002", f"CG{_D}-001"
_OF_LL3: Final = f"WHERE seq = {_entry(_LL3)} AND no = 1"
_PAPER_LL3: Final = f"WHERE number = '{_LL3}'"
_STEEL: Final = "material = 'STL' AND owner = 'P01'"
BREAKS: Final = (
    Break(
        "stock comes from a place that sells nothing",
        "I1",
        [
            f"UPDATE spent SET fen = fen - (SELECT SUM(amount) FROM move WHERE seq = {_entry(f'RK{_D}-003')})",
            f"UPDATE move SET source_kind = 'customer' WHERE seq = {_entry(f'RK{_D}-003')}",
        ],
        forged=True,
    ),
    Break("a balance was edited", "I2", ["UPDATE balance SET quantity = quantity + 1 WHERE material = 'STL'"]),
    Break("a balance was deleted", "I2", ["DELETE FROM balance WHERE material = 'STL'"]),
    Break(
        "a balance of something that never moved",
        "I2",
        ["INSERT INTO balance VALUES ('SND', 'W02', '', 5000000, NULL)"],
    ),
    Break("a lot lasts longer", "I5", ["UPDATE balance SET expiry = '2030-01-01' WHERE lot = 'A1'"]),
    Break("a fen appeared in a pool", "I7", [f"UPDATE pool SET value = value + 1 WHERE {_STEEL}"]),
    Break("a fen was spent that no delivery tells of", "I41", ["UPDATE spent SET fen = fen + 1 WHERE project = 'P01'"]),
    Break("what was spent was forgotten", "I41", ["DELETE FROM spent"]),
    Break("a pool was deleted", "I7", [f"DELETE FROM pool WHERE {_STEEL}"]),
    Break("a layer in an averaged pool", "I7", ["UPDATE pool SET layer = 3 WHERE material = 'CEM' AND owner = 'P01'"]),
    Break("a pool in another unit", "I7", [f"UPDATE pool SET unit = '吨' WHERE {_STEEL}"]),
    Break(
        "an issue cost a fen more than the pool gave",
        "I8",
        [
            f"UPDATE move SET amount = amount + 1 {_OF_LL3}",
            f"UPDATE entry_line SET amount = amount + 1 {_OF_LL3}",
            f"UPDATE document_line SET amount = amount + 1 {_PAPER_LL3}",
            f"UPDATE pool SET value = value - 1 WHERE {_STEEL}",
        ],
        forged=True,
    ),
    Break(
        "an entry was recorded long before the one before it",
        "I9",
        [f"UPDATE entry SET at = at - 86400000000 WHERE seq = {_entry(_CG1, 'confirm')}"],
        forged=True,
    ),
    Break("a reason was reworded", "I10", ["UPDATE entry SET reason = '没有理由' WHERE act = 'reject'"]),
    Break("the head was moved", "I10", ["UPDATE chain SET seq = seq - 1"]),
    Break("another hash was told to the group", "I10", ["UPDATE anchor SET seq = seq - 1"]),
    Break(
        "a reversal for another team",
        "I11",
        [
            f"UPDATE move SET team = '钢筋班' WHERE seq = {_entry(_CX1)}",
            f"UPDATE entry SET team = '钢筋班' WHERE number = '{_CX1}'",
            f"UPDATE document SET team = '钢筋班' WHERE number = '{_CX1}'",
        ],
        forged=True,
    ),
    Break(
        "more was entered than booked",
        "I13",
        [
            f"UPDATE entry_line SET entered = entered * 2 {_OF_LL3}",
            f"UPDATE document_line SET entered = entered * 2 {_PAPER_LL3}",
        ],
        forged=True,
    ),
    Break("a serial was skipped", "I15", ["UPDATE series SET last = last + 1 WHERE kind = 'issue'"]),
    Break("a series was forgotten", "I15", ["DELETE FROM series WHERE kind = 'receipt'"]),
    Break("a remark was added to a document", "I16", [f"UPDATE document SET remark = '补记' {_PAPER_LL3}"]),
    Break("a document was set to reversed", "I16", [f"UPDATE document SET state = 'reversed' {_PAPER_LL3}"]),
    Break("an order was set to received", "I16", [f"UPDATE document SET state = 'received' WHERE number = '{_CG1}'"]),
    Break(
        "more came on an order", "I16", [f"UPDATE document_line SET fulfilled = fulfilled + 1 WHERE number = '{_CG1}'"]
    ),
    Break("a document lost its lines", "I16", [f"DELETE FROM document_line {_PAPER_LL3}"]),
    Break("a link was cut", "I16", [f"DELETE FROM document_link WHERE number = '{_CG1}'"]),
    Break("a line of no document", "I16", [f"UPDATE document_line SET number = 'LL20261123-099' {_PAPER_LL3}"]),
    Break("a move for another stage", "I17", [f"UPDATE move SET stage = '基础' {_OF_LL3}"], forged=True),
    Break(
        "a move worth more than its line",
        "I17",
        [f"UPDATE entry_line SET amount = 1 {_OF_LL3}", f"UPDATE document_line SET amount = 1 {_PAPER_LL3}"],
        forged=True,
    ),
    Break(
        "a move of no entry",
        "I17",
        [
            "INSERT INTO move VALUES "
            "(9999, 1, 1, 'STL', '', 0, 1, 'supplier', 'S01', 'price_difference', '', '', '', '')"
        ],
    ),
    Break(
        "nobody answers for an issue",
        "I18",
        [
            f"UPDATE move SET team = '' {_OF_LL3}",
            f"UPDATE entry SET team = '' {_PAPER_LL3}",
            f"UPDATE document SET team = '' {_PAPER_LL3}",
        ],
        forged=True,
    ),
    Break(
        "an issue for no stage",
        "I18",
        [
            f"UPDATE move SET stage = '' {_OF_LL3}",
            f"UPDATE entry SET stage = '' {_PAPER_LL3}",
            f"UPDATE document SET stage = '' {_PAPER_LL3}",
        ],
        forged=True,
    ),
    Break(
        "a decision by another right", "I20", [f"UPDATE approval_signer SET capacity = 'named' WHERE number = '{_SG1}'"]
    ),
    Break(
        "a decision that nobody made",
        "I20",
        [f"UPDATE approval_signer SET verdict = 'approve', at = 1764000000000000 WHERE number = '{_SG4}' AND node = 3"],
    ),
    Break(
        "two nodes at once",
        "I21",
        [f"UPDATE approval_node SET state = 'open' WHERE number = '{_SG4}' AND state = 'waiting'"],
    ),
    Break(
        "an open node after the end",
        "I21",
        [f"UPDATE approval_node SET state = 'open' WHERE number = '{_SG2}' AND state = 'void'"],
    ),
    Break(
        "somebody approved their own request",
        "I22",
        [
            f"UPDATE approval_signer SET person = 'u-xiaoli' WHERE number = '{_SG1}' AND node = 1",
            f"UPDATE entry SET \"by\" = 'u-xiaoli' WHERE number = '{_SG1}' AND node = 1",
        ],
        forged=True,
    ),
    Break(
        "an order from a request that was rejected",
        "I24",
        [
            f"UPDATE entry SET source = '{_SG2}' WHERE number = '{_CG1}' AND act = 'post'",
            f"UPDATE document_link SET other = '{_SG2}' WHERE number = '{_CG1}'",
            f"UPDATE document_link SET number = '{_SG2}' WHERE other = '{_CG1}' AND number = '{_SG1}'",
        ],
        forged=True,
    ),
    Break("a message finished at no time", "I30", ["UPDATE inbox SET finished_at = NULL WHERE key = 'said:3'"]),
    Break(
        "a message that still waits says when it was finished",
        "I30",
        ["UPDATE inbox SET state = 'received' WHERE key = 'said:3'"],
    ),
    Break("a refusal without a reason", "I31", ["UPDATE inbox SET error = '' WHERE state = 'refused'"]),
    Break("a message sent at no time", "I32", ["UPDATE outbox SET state = 'sent' WHERE id = 1"]),
    Break("a message about no document", "I32", ["UPDATE outbox SET number = 'LL20261123-999' WHERE id = 1"]),
    Break("a message that cannot be read", "I32", ["UPDATE outbox SET message = '{' WHERE id = 1"]),
    Break(
        "a message without a successor",
        "I32",
        ["UPDATE outbox SET state = 'superseded' WHERE id = (SELECT MAX(id) FROM outbox)"],
    ),
    Break("a digest left no anchor", "I33", ["DELETE FROM anchor"]),
    Break("an anchor of no digest", "I33", ["DELETE FROM job_run"]),
    Break("a warning closed before it was opened", "I34", ["UPDATE alert SET closed_at = opened_at - 1"]),
    Break("a supplier left the book", "I38", ["DELETE FROM master WHERE kind = 'suppliers' AND code = 'S02'"]),
    Break("a person left the book", "I38", ["DELETE FROM master WHERE kind = 'people' AND code = 'u-likuaiji'"]),
    Break("the schema is of another version", "I40", ["UPDATE alembic_version SET version_num = '9999'"]),
)


@pytest.mark.parametrize("change", BREAKS, ids=lambda b: f"{b.ids}: {b.name}")
async def test_what_is_broken_is_named_and_nothing_else_is(told: str, change: Break) -> None:
    report = await look(told, *change.sql, forged=change.forged)
    assert report.broken == {change.ids}, "\n".join(report.lines())


async def test_a_sound_book_is_sound_and_every_check_looked_at_something(told: str) -> None:
    report = await look(told)
    assert report.ok, "\n".join(report.lines())
    assert {f.id: f.counted for f in report.findings if not f.counted} == {}


async def test_a_balance_below_zero_is_named(told: str) -> None:
    change = ["INSERT INTO balance VALUES ('SND', 'W02', '', -5, NULL)"]
    if not told.startswith("sqlite"):
        change.insert(0, "ALTER TABLE balance DROP CONSTRAINT ck_balance_not_negative")
    report = await look(told, *change)
    assert report.broken - {"I39"} == {"I2", "I3"}


async def test_stock_that_was_below_zero_at_some_moment_is_named(told: str) -> None:
    steel_came, steel_more = _entry(f"QC{_D}-001"), _entry(f"RK{_D}-003")
    late = "UPDATE move SET quantity = quantity {} 90000000 WHERE material = 'STL' AND seq = {}"
    # 10 at first and 140 with the truck, so 120 could leave; but the truck comes after it now.
    last = _entry(f"LL{_D}-004")
    report = await look(told, late.format("-", steel_came), late.format("+", steel_more), *_swapped(steel_more, last))
    assert "I3" in report.broken


def _swapped(one: str, other: str) -> list[str]:
    """SQL that lets the moves of two entries change places."""
    return [
        f"UPDATE move SET seq = 88888 WHERE seq = {one}",
        f"UPDATE move SET seq = {one} WHERE seq = {other}",
        f"UPDATE move SET seq = {other} WHERE seq = 88888",
    ]


async def test_two_balances_of_one_place_are_named(told: str) -> None:
    if told.startswith("sqlite"):
        change = [
            "CREATE TABLE copy AS SELECT * FROM balance",
            "DROP TABLE balance",
            "ALTER TABLE copy RENAME TO balance",
        ]
    else:
        change = ["ALTER TABLE balance DROP CONSTRAINT pk_balance"]
    report = await look(told, *change, "INSERT INTO balance SELECT * FROM balance WHERE material = 'PNT'")
    assert {"I2", "I4", "I39"} <= report.broken


async def test_nothing_that_is_worth_something_is_named(told: str) -> None:
    change = ["INSERT INTO pool VALUES ('SND', 'P01', '', 0, '千克', 0, 5)"]
    if not told.startswith("sqlite"):
        change.insert(0, "ALTER TABLE pool DROP CONSTRAINT ck_pool_nothing_is_worth_nothing")
    report = await look(told, *change)
    assert report.broken - {"I39"} == {"I7"}


async def test_a_number_that_is_no_whole_number_is_named(told: str) -> None:
    if told.startswith("sqlite"):
        table = (
            "CREATE TABLE usage (month TEXT NOT NULL, pool TEXT NOT NULL, units NOT NULL, PRIMARY KEY (month, pool))"
        )
        change = ["DROP TABLE usage", table, "INSERT INTO usage VALUES ('2026-11', 'api', 1.5)"]
    else:
        change = ["ALTER TABLE usage ALTER COLUMN units TYPE numeric"]
    assert (await look(told, *change)).broken == {"I14"}


async def test_two_open_warnings_are_named(told: str) -> None:
    again = "INSERT INTO alert SELECT material, warehouse, opened_at + 1, on_hand, unit, NULL FROM alert"
    report = await look(told, "DROP INDEX uq_alert_open", "UPDATE alert SET closed_at = NULL", again)
    assert report.broken == {"I34", "I39"}


async def test_a_document_reversed_twice_is_named(told: str) -> None:
    twice = f"UPDATE entry SET reverses = 'LL{_D}-001' WHERE number = 'CX{_D}-002'"
    report = await look(told, "DROP INDEX uq_entry_reverses", twice, forged=True)
    assert {"I11", "I39"} <= report.broken


async def test_an_order_received_before_it_was_placed_is_named(told: str) -> None:
    report = await look(told, f"UPDATE entry SET act = 'note' WHERE number = '{_CG1}' AND act = 'confirm'", forged=True)
    assert "I24" in report.broken


@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER move_no_update{of}",
        "DROP INDEX uq_entry_decision",
        "DROP INDEX uq_alert_open",
    ],
)
async def test_a_missing_wall_is_named(told: str, change: str) -> None:
    async with broken_open(told) as connection:
        await rebuild_walls(connection)
        of = "" if told.startswith("sqlite") else " ON move"
        await connection.exec_driver_sql(change.format(of=of))
        assert (await verify(connection)).broken == {"I39"}


async def test_a_trigger_that_stands_but_does_nothing_is_named(told: str) -> None:
    async with broken_open(told) as connection:
        await rebuild_walls(connection)
        if told.startswith("sqlite"):
            await connection.exec_driver_sql("DROP TRIGGER move_no_update")
            await connection.exec_driver_sql("CREATE TRIGGER move_no_update BEFORE UPDATE ON move BEGIN SELECT 1; END")
        else:
            await connection.exec_driver_sql("ALTER TABLE move DISABLE TRIGGER move_no_update")
        assert (await verify(connection)).broken == {"I39"}


async def test_a_hollow_function_behind_the_triggers_is_named(told: str) -> None:
    if told.startswith("sqlite"):
        change = "UPDATE sqlite_master SET sql = REPLACE(sql, 'quantity >= 0', 'quantity >= -9') WHERE name = 'balance'"
        statements = ["PRAGMA writable_schema=ON", change]
    else:
        statements = [
            "CREATE OR REPLACE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        ]
    assert (await look(told, *statements)).broken == {"I39"}


@pytest.mark.parametrize("table", ["entry", "entry_line", "move"])
async def test_every_changed_column_of_the_ledger_is_noticed(told: str, table: str) -> None:
    found = tables.metadata.tables[table]
    async with broken_open(told) as connection:
        for column in found.columns:
            async with connection.begin_nested() as change:
                if connection.dialect.name == "postgresql":
                    await _drop_checks(connection, table)
                await connection.exec_driver_sql(
                    f'UPDATE {table} SET "{column.name}" = {_other(str(column.type.compile(connection.dialect)))} '
                    f"WHERE seq = {_entry(_LL3)}".replace("{c}", f'"{column.name}"')
                )
                report = await verify(connection)
                await change.rollback()
            assert report.broken - {"I39"}, f"{table}.{column.name}"


def _other(kind: str) -> str:
    """Another value of a column's type."""
    if re.search("INT", kind, re.IGNORECASE):
        return "COALESCE({c}, 0) + 7000"
    if re.search("BLOB|BYTEA", kind, re.IGNORECASE):
        return "(SELECT hash FROM chain)"
    return "COALESCE({c}, '') || 'x'"


async def _drop_checks(connection: AsyncConnection, table: str) -> None:
    sql = text("SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = CAST(:table AS regclass)")
    for row in await connection.execute(sql, {"table": table}):
        await connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {row.conname}")


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM {t} WHERE seq = (SELECT MAX(seq) / 2 FROM entry)",
        "DELETE FROM {t} WHERE seq = (SELECT MAX(seq) FROM {t})",
    ],
)
@pytest.mark.parametrize("table", ["entry", "entry_line", "move"])
async def test_a_deleted_row_of_the_ledger_is_noticed(told: str, table: str, change: str) -> None:
    report = await look(told, change.format(t=table))
    assert "I10" in report.broken


async def test_two_entries_that_changed_places_are_noticed(told: str) -> None:
    report = await look(told, *(s.replace("UPDATE move", "UPDATE entry") for s in _swapped("3", "4")))
    assert "I10" in report.broken


async def test_a_forged_chain_is_given_away_by_what_the_group_was_told(told: str) -> None:
    async with broken_open(told) as connection:
        kept = (await connection.execute(text("SELECT hash FROM anchor"))).scalar_one()
        await connection.exec_driver_sql("UPDATE entry SET reason = '没有理由' WHERE act = 'reject'")
        await forge_chain(connection)
        await connection.execute(text("UPDATE anchor SET hash = :hash"), {"hash": kept})
        await rebuild_walls(connection)
        assert (await verify(connection)).broken == {"I10"}


async def test_a_book_too_broken_to_be_read_is_broken_and_not_an_error(told: str) -> None:
    report = await look(told, "DROP TABLE approval_signer")
    assert {"I16", "I20", "I39"} <= report.broken


def test_every_check_has_something_that_breaks_it() -> None:
    told_apart = {"I3", "I4", "I14", "I39"}  # in tests of their own above
    assert {change.ids for change in BREAKS} | told_apart == set(CHECKS)


async def test_the_command_prints_the_invariant_and_exits_with_one(
    databases: Databases, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = databases.copy(told)
    assert await run(url) == 0
    assert re.search(r"^I7 ok \d+ pools$", capsys.readouterr().out, re.MULTILINE)
    database = Database.open(url)
    async with database.write() as connection:
        await connection.exec_driver_sql(f"UPDATE pool SET value = value + 1 WHERE {_STEEL}")
    # The robot may be running: the command takes no lock.
    assert await run(url) == 1
    await database.close()
    said = capsys.readouterr()
    assert re.search(r"^I7 BROKEN 1 in \d+ pools\nI7   STL/P01/", said.out, re.MULTILINE)
    assert "对不上" in said.err


@pytest.mark.parametrize(
    ("version", "bad"),
    [
        ("3.6.23", False),
        ("3.7.0", True),
        ("3.40.1", True),
        ("3.44.5", True),
        ("3.44.6", False),
        ("3.50.6", True),
        ("3.50.7", False),
        ("3.51.2", True),
        ("3.51.3", False),
        ("3.52.0", False),
    ],
)
def test_an_sqlite_that_can_lose_a_commit_is_known(version: str, bad: bool) -> None:
    assert has_reset_bug(version) is bad
