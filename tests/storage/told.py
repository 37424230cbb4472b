"""One history with something of everything, to be broken in every way one can think of."""

from typing import Any, Final

import pytest

from domain import digest
from domain.stock import NotEnoughStock
from storage.database import Database
from storage.unit import Units
from tests.conftest import MORNING, Clock
from tests.site import Site

CHANGES: Final[dict[str, Any]] = {
    "stock_rules": [{"material": "CEM", "warehouse": "W02", "safety_stock": "100", "responsible": ["u-laozhang"]}],
}


async def tell(book: Units, database: Database, clock: Clock) -> Site:
    """A day on the site: SG001 bought, SG002 rejected, SG003 withdrawn, SG004 still being decided."""
    site = Site(book, database, changes=CHANGES)
    await site.load()
    await site.opening("水泥 150包 @27.5", "钢筋 100根 @30")  # QC001
    await site.opening("水泥 40包 @26", place="W01")  # QC002
    await site.receive("涂料 10桶 @200 #A1 ~2027-02-01", supplier="S01")  # RK001
    await _buy(site, clock)
    clock.forward(minutes=5)
    await site.issue("水泥 30包")  # LL001
    await site.issue("水泥 150包")  # LL002: below the safety line
    await site.undo("LL20261123-001")  # CX001: above it again
    await site.receive("钢筋 50根 @33")  # RK003
    await site.issue("钢筋 120根", team="钢筋班")  # LL003
    await site.receive("水泥 10包 @30")  # RK004, on the order
    await site.undo("RK20261123-004")  # CX002: at today's average
    await _more_papers(site)
    await site.issue("涂料 3桶")  # LL004
    await site.issue("水泥 5包", project="P02")  # LL005, from the company's stock
    with pytest.raises(NotEnoughStock):
        await site.issue("水泥 9999包")
    clock.forward(minutes=5)
    await site.do(digest.tell("P01", MORNING.date()))
    return site


async def _buy(site: Site, clock: Clock) -> None:
    await site.request("水泥 200包 @28")  # SG001, with finance
    for name in ("张工", "王姐", "李会计"):
        clock.forward(minutes=1)
        await site.approve("SG20261123-001", by=name)
    await site.confirm("CG20261123-001", supplier="S01")
    await site.receive("水泥 120包", document="CG20261123-001")  # RK002


async def _more_papers(site: Site) -> None:
    await site.request("水泥 10包 @28")  # SG002
    await site.reject("SG20261123-002", by="张工")
    await site.request("水泥 11包 @28")  # SG003
    await site.approve("SG20261123-003", by="张工")
    await site.withdraw("SG20261123-003")
    await site.order("钢筋 20根 @31", supplier="S02")  # CG002
    await site.cancel("CG20261123-002")
    await site.request("水泥 300包 @28")  # SG004
    await site.approve("SG20261123-004", by="张工")
