"""The same history ends in the same head: one by one or in batches, on SQLite or PostgreSQL, and after a restore."""

import asyncio
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from bot.render import Renderer
from domain.documents import Number
from domain.operation import Operation
from storage import portable
from storage.database import Database
from storage.unit import Units
from tests.conftest import KINDS, Clock, Databases
from tests.site import Site
from tests.storage.told import tell


def _history(site: Site) -> list[Operation]:
    """What people wrote, in the order in which it arrived; some of it is refused."""
    from domain import purchase_order, requisition, reversal
    from domain.approval import Verdict

    def decide(name: str, verdict: Verdict = Verdict.APPROVE, serial: int = 1) -> Operation:
        number = Number(f"SG20261123-{serial:03d}")
        return requisition.decide(number, verdict, by=site.asker(name), reason="先用库存")

    order = Number("CG20261123-001")
    return [
        site.receiving("水泥 100包 @27.5", "钢筋 50根 @30", supplier="S01"),
        site.requesting("水泥 200包 @28", "钢筋 10根 @31"),
        site.issuing("水泥 30包"),
        decide("张工"),
        site.issuing("水泥 300包"),
        decide("小李"),
        decide("王姐"),
        decide("李会计"),
        site.requesting("水泥 7包 @28"),
        decide("张工", Verdict.REJECT, 2),
        purchase_order.confirm(order, by=site.asker("王姐"), supplier_code="S01"),
        site.receiving("水泥 120包", "钢筋 3根"),
        site.issuing("钢筋 52根", team="钢筋班"),
        reversal.undo(Number("LL20261123-001"), by=site.asker("老张")),
        site.receiving("水泥 90包"),
        site.receiving("水泥 1包"),
        reversal.undo(Number("RK20261123-001"), by=site.asker("老张")),
        site.issuing("水泥 0.333333吨"),
        site.receiving("涂料 10桶 @200 #A1 ~2027-02-01"),
        site.receiving("涂料 5桶 @210 #A2 ~2027-01-01"),
        site.issuing("涂料 7桶"),
        site.issuing("水泥 5包", project="P02"),
    ]


async def _told(databases: Databases, kind: str, batch: int, zone: ZoneInfo) -> tuple[int, str]:
    database = Database.open(databases.url(kind))
    units = Units(database, clock=Clock(), zone=zone, render=Renderer(zone), batch_max=batch)
    try:
        site = Site(units, database)
        await site.load()
        await asyncio.gather(*(units.work(f"frame:{i}", step) for i, step in enumerate(_history(site))))
        await site.verify()
        return await site.head()
    finally:
        await units.close()
        await database.close()


_ONE_BY_ONE: Final = 1


@pytest.mark.parametrize("batch", [_ONE_BY_ONE, 3, 32])
@pytest.mark.parametrize("kind", KINDS)
async def test_the_same_history_ends_in_the_same_head(
    databases: Databases, kind: str, batch: int, zone: ZoneInfo
) -> None:
    expected = await _told(databases, "sqlite", _ONE_BY_ONE, zone)
    assert expected[0] > 15
    assert await _told(databases, kind, batch, zone) == expected


@pytest.mark.parametrize("into", KINDS)
async def test_a_backup_of_one_restored_into_the_other_has_the_same_head(
    book: Units, database: Database, clock: Clock, databases: Databases, into: str, tmp_path: Path
) -> None:
    site = await tell(book, database, clock)
    await portable.backup(database, tmp_path / "book.lzg")
    other = Database.open(databases.bare_url(into))
    try:
        await portable.restore(other, tmp_path / "book.lzg")
        assert await Site(book, other).head() == await site.head()
    finally:
        await other.close()
