"""The fabricated past (benchmarks/fabricator.py) is a real one: every invariant holds, and bookings go on behind it."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from benchmarks import company, fabricator
from domain import issue, reversal
from domain.documents import Number
from domain.issue import IssueOrder, TakenLine
from domain.operation import Asker
from domain.values import Quantity
from storage import tables
from storage.database import Database
from storage.unit import End, Units
from storage.verify import Report, verify
from tests.conftest import MORNING

SEED = 20261123


async def _verified(database: Database) -> Report:
    async with database.read() as connection:
        report = await verify(connection)
    assert report.ok, f"seed {SEED}\n" + "\n".join(report.lines())
    return report


async def _goes_on(database: Database, book: Units, zone: ZoneInfo, *, moves: int) -> None:
    await fabricator.new_book(database, company.company(), moves=moves, seed=SEED, now=MORNING, zone=zone)
    await fabricator.fabricate_talk(database, messages=moves // 4, now=MORNING)
    await _verified(database)
    async with database.read() as connection:
        written = (await connection.execute(select(func.count()).select_from(tables.move))).scalar_one()
        kinds = set((await connection.execute(select(tables.entry.c.kind).distinct())).scalars())
    assert moves <= written < moves * 1.02 + 20
    assert kinds == {"opening", "requisition", "purchase_order", "receipt", "issue", "reversal"}
    keeper = Asker(person=company.STOREKEEPER)
    taken = TakenLine(material=company.CEMENT, entered=Quantity.of("30", "包"))
    order = IssueOrder(project=company.PROJECT, lines=(taken,), team="瓦工班")  # the stage is the team's last
    booked = await book.work("issue", issue.book(order, by=keeper))
    assert booked.end is End.DONE, booked.refusal
    number = Number(booked.entries[0].number)
    assert number.serial == 1
    assert (await book.work("undo", reversal.undo(number, by=keeper))).end is End.DONE
    await _verified(database)


async def test_a_fabricated_past_keeps_every_invariant_and_goes_on_with_real_bookings(
    database: Database, book: Units, zone: ZoneInfo
) -> None:
    await _goes_on(database, book, zone, moves=2_000)


@pytest.mark.soak
async def test_a_million_fabricated_moves_keep_every_invariant_and_go_on_with_real_bookings(
    database: Database, book: Units, zone: ZoneInfo
) -> None:
    await _goes_on(database, book, zone, moves=1_000_000)
