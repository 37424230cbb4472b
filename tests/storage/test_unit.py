"""The unit of work and the walls behind it: once for ever, all or nothing, one after the other."""

import asyncio
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from domain import opening, reversal
from domain.company import Company
from domain.company_file import read_company_file
from domain.documents import Number
from domain.faults import OurFault
from domain.issue import IssueBooked
from domain.operation import AnyNeed, Asker, Draft, Facts, Operation
from domain.permissions import NotAllowed
from domain.places import PlaceKind
from domain.stock import BalancesOf, NotEnoughStock
from storage.database import Database
from storage.lock import AlreadyRunning
from storage.unit import End, Units
from tests.conftest import Databases
from tests.site import COMPANY, Site, qty


async def test_the_same_key_a_second_time_changes_nothing(site: Site) -> None:
    await site.opening("水泥 20包 @27.5")
    first = await site.book.work("frame:1", site.issuing("水泥 5包"))
    before = await site.head()
    second = await site.book.work("frame:1", site.issuing("水泥 5包"))
    assert (first.end, second.end, second.told) == (End.DONE, End.KNOWN, ())
    assert await site.head() == before
    assert await site.on_hand("水泥") == qty("15包")


async def test_the_same_key_twice_at_one_moment_is_done_once(site: Site) -> None:
    await site.opening("水泥 20包 @27.5")
    answers = await asyncio.gather(*(site.book.work("frame:1", site.issuing("水泥 5包")) for _ in range(5)))
    assert sorted(a.end for a in answers) == [End.DONE, *[End.KNOWN] * 4]
    assert await site.on_hand("水泥") == qty("15包")
    await site.verify()


async def test_a_refusal_is_recorded_with_its_answer_and_books_nothing(site: Site) -> None:
    await site.opening("水泥 20包 @27.5")
    before = await site.head()
    with pytest.raises(NotEnoughStock):
        await site.do(site.issuing("水泥 25包"), key="frame:9")
    assert await site.head() == before
    (stored,) = await site.rows("SELECT state, error FROM inbox WHERE key = 'frame:9'")
    assert (stored["state"], stored["error"]) == ("refused", "NotEnoughStock")
    (answer,) = await site.rows("SELECT state, message FROM outbox WHERE key LIKE 'frame:9%'")
    assert answer["state"] == "waiting"
    assert "还差 5 包" in answer["message"]
    assert (await site.book.work("frame:9", site.issuing("水泥 5包"))).end is End.KNOWN
    await site.verify()


async def test_what_is_not_allowed_is_refused_and_noted_in_the_audit_log(site: Site) -> None:
    await site.opening("水泥 20包 @27.5")
    with pytest.raises(NotAllowed):
        await site.issue("水泥 5包", by="小李")
    (line,) = await site.rows("SELECT person, action, project FROM audit")
    assert (line["person"], line["action"], line["project"]) == ("u-xiaoli", "ISSUE", "P01")
    assert await site.on_hand("水泥") == qty("20包")


def _breaking(by: Asker) -> Operation:
    def decide(_: Draft) -> None:
        raise RuntimeError("a fault of ours")

    return Operation(by=by, may=None, decide=decide)


def _overdrawing(by: Asker) -> Operation:
    """An operation whose decision is wrong: the database has to refuse it."""
    need = BalancesOf(material="CEM", warehouse="W02")

    def needs(_: Facts) -> Iterable[AnyNeed]:
        return (need,)

    def decide(draft: Draft) -> None:
        from dataclasses import replace

        (held,) = draft[need]
        draft[need] = (replace(held, quantity=replace(held.quantity, millionths=-1)),)

    return Operation(by=by, may=None, needs=needs, decide=decide)


async def test_a_fault_in_one_operation_of_a_batch_does_not_spoil_the_others(site: Site) -> None:
    await site.opening("水泥 20包 @27.5")
    laozhang = site.asker("老张")
    answers = await asyncio.gather(
        site.book.work("a", site.issuing("水泥 5包")),
        site.book.work("b", _breaking(laozhang)),
        site.book.work("c", site.issuing("水泥 6包")),
    )
    assert [a.end for a in answers] == [End.DONE, End.FAULT, End.DONE]
    assert isinstance(answers[1].refusal, OurFault)
    assert [dict(r) for r in await site.rows("SELECT state, error FROM inbox WHERE key = 'b'")] == [
        {"state": "dead", "error": "OurFault"}
    ]
    assert await site.on_hand("水泥") == qty("9包")
    await site.verify()


async def test_a_batch_that_the_database_refuses_is_done_one_by_one(site: Site) -> None:
    await site.opening("水泥 20包 @27.5")
    answers = await asyncio.gather(
        site.book.work("a", site.issuing("水泥 5包")),
        site.book.work("b", _overdrawing(site.asker("老张"))),
        site.book.work("c", site.issuing("水泥 6包")),
        return_exceptions=True,
    )
    assert isinstance(answers[1], DBAPIError)
    assert [a.end for a in (answers[0], answers[2]) if not isinstance(a, BaseException)] == [End.DONE, End.DONE]
    assert await site.on_hand("水泥") == qty("9包")
    assert await site.rows("SELECT key FROM inbox WHERE key = 'b'") == []
    await site.verify()


async def test_the_last_of_the_stock_goes_to_one_of_those_who_ask_at_once(site: Site) -> None:
    await site.opening("水泥 20包 @27.5")
    answers = await asyncio.gather(*(site.book.work(f"ask:{i}", site.issuing("水泥 7包")) for i in range(10)))
    assert [a.end for a in answers].count(End.DONE) == 2
    assert await site.on_hand("水泥") == qty("6包")
    assert [e.what.document.number for a in answers for e in map(_only, a.events) if e] == [
        "LL20261123-001",
        "LL20261123-002",
    ]
    await site.verify()


async def test_a_booking_can_be_undone_in_the_unit_that_made_it(site: Site) -> None:
    """Both wait together: the moves to walk back are not there yet when the unit first looks for them."""
    await site.opening("水泥 20包 @27.5")
    undoing = reversal.undo(Number("LL20261123-001"), by=site.asker("老张"))
    answers = await asyncio.gather(site.book.work("a", site.issuing("水泥 5包")), site.book.work("b", undoing))
    assert [a.end for a in answers] == [End.DONE, End.DONE]
    assert await site.on_hand("水泥") == qty("20包")
    await site.verify()


class _Booked:
    def __init__(self, what: IssueBooked):
        self.what = what


def _only(event: object) -> _Booked | None:
    return _Booked(event) if isinstance(event, IssueBooked) else None


async def test_a_right_is_checked_against_the_table_of_the_moment(site: Site) -> None:
    """Loaded, decided and taken away in one batch: the later operation sees the change of the earlier one."""
    await site.opening("水泥 20包 @27.5")
    before = await site.book.company()
    people = [{**p, "roles": ["施工员"]} if p["name"] == "老张" else p for p in COMPANY["people"]]
    file = read_company_file({"people": people}, into=before)
    issuing = site.issuing("水泥 5包")  # made while he still may
    first, dismissed, late = await asyncio.gather(
        site.book.work("a", issuing),
        site.book.work("b", opening.take_in(file.company, (), over=before, by=Asker(person=opening.LOADER))),
        site.book.work("c", issuing),
    )
    assert (first.end, dismissed.end, late.end) == (End.DONE, End.DONE, End.REFUSED)
    assert isinstance(late.refusal, NotAllowed)
    assert await site.on_hand("水泥") == qty("15包")


@pytest.mark.parametrize("table", ["entry", "entry_line", "move"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET seq = seq", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_journal_only_grows(site: Site, table: str, statement: str) -> None:
    await site.opening("水泥 20包 @27.5")
    if statement.startswith("TRUNCATE") and site.database.is_sqlite:
        statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"  # SQLite's own way past a trigger
    with pytest.raises(DBAPIError, match="only grows"):
        async with site.database.write() as connection:
            await connection.exec_driver_sql(statement.format(table))
    await site.verify()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE balance SET quantity = -1",
        "UPDATE pool SET value = -1",
        "UPDATE pool SET quantity = 0",
        "UPDATE document_line SET fulfilled = -1",
        "UPDATE inbox SET state = 'lost'",
        "UPDATE outbox SET state = 'lost'",
        "INSERT INTO move VALUES (1, 9, 1, 'CEM', '', 0, 0, 'opening', '', 'warehouse', 'W02', '', '', '')",
        "INSERT INTO move VALUES (1, 9, 1, 'CEM', '', -1, 5, 'opening', '', 'warehouse', 'W02', '', '', '')",
        "INSERT INTO move VALUES (1, 9, 1, 'CEM', '', 1, 0, 'warehouse', 'W02', 'warehouse', 'W02', '', '', '')",
        "INSERT INTO balance SELECT * FROM balance",
        "UPDATE chain SET id = 2",
    ],
)
async def test_the_database_itself_refuses_what_cannot_be(site: Site, statement: str) -> None:
    await site.opening("水泥 20包 @27.5")
    with pytest.raises(DBAPIError):
        async with site.database.write() as connection:
            await connection.exec_driver_sql(statement)
    await site.verify()


@pytest.mark.parametrize(
    "statement", ["UPDATE usage SET units = 0", "DELETE FROM inbox", "CREATE TABLE mine (x INTEGER)"]
)
async def test_a_reader_cannot_write(site: Site, statement: str) -> None:
    with pytest.raises(DBAPIError):
        async with site.database.read() as connection:
            await connection.exec_driver_sql(statement)


async def test_a_reader_sees_one_moment_while_others_write(site: Site) -> None:
    await site.opening("水泥 20包 @27.5")
    async with site.database.read() as connection:
        before = (await connection.exec_driver_sql("SELECT seq FROM chain")).scalar_one()
        await site.issue("水泥 5包")
        assert (await connection.exec_driver_sql("SELECT seq FROM chain")).scalar_one() == before
    assert (await site.head())[0] == before + 1


_SECOND = """
import sys
from storage.database import Database
from storage.lock import AlreadyRunning
try:
    Database.open(sys.argv[1])
except AlreadyRunning as refused:
    print(refused.pid)
    sys.exit(3)
"""


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_second_process_may_read_an_sqlite_book_but_not_write_it(
    site: Site, database_url: str, databases: Databases
) -> None:
    import os

    def second(url: str) -> tuple[int, str]:
        root = Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, "-c", _SECOND, url], capture_output=True, text=True, timeout=60, cwd=root, check=False
        )
        return done.returncode, done.stdout.strip()

    assert await asyncio.to_thread(second, database_url) == (3, str(os.getpid()))
    with pytest.raises(AlreadyRunning):
        Database.open(database_url)
    assert await asyncio.to_thread(second, databases.url("sqlite")) == (0, "")
    await site.verify()


async def test_two_writers_on_one_postgresql_share_the_chain(databases: Databases, clock: object, zone: object) -> None:
    """Two copies of the program, each with its own unit of work: the head's lock puts them in one order."""
    from zoneinfo import ZoneInfo

    from bot.render import Renderer
    from tests.conftest import ZONE, Clock

    assert isinstance(clock, Clock)
    assert isinstance(zone, ZoneInfo)
    url = databases.url("postgresql")
    both = [Database.open(url) for _ in range(2)]
    books = [Units(d, clock=clock, zone=ZONE, render=Renderer(ZONE), batch_max=2) for d in both]
    sites = [Site(b, d) for b, d in zip(books, both, strict=True)]
    try:
        await sites[0].load()
        await sites[0].opening("水泥 20包 @27.5")
        waiting = [b.work(f"{n}:{i}", sites[n].issuing("水泥 3包")) for i in range(5) for n, b in enumerate(books)]
        answers = await asyncio.gather(*waiting)
        assert [a.end for a in answers].count(End.DONE) == 6
        assert await sites[0].on_hand("水泥") == qty("2包")
        moves = await sites[0].rows("SELECT seq FROM move WHERE target_kind = :kind", kind=PlaceKind.CONSUMPTION.value)
        assert len(moves) == 6
        await sites[1].verify()
    finally:
        for book in books:
            await book.close()
        for database in both:
            await database.close()


def test_an_empty_company_is_what_a_new_book_holds() -> None:
    assert read_company_file({}, into=Company()).company == Company()
