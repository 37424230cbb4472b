"""Read models: what other programs see adds up to what the book holds."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import Money
from storage import reports
from storage.reports import MoveAt, MovesAsked, StockAsked, StockRow, TooManyRows
from tests.conftest import Clock
from tests.site import Site

OWNERS = {"W01": "", "W02": "P01", "W03": "P01"}
TWO_STORES = {
    "warehouses": [
        {"code": "W01", "name": "中心库", "project": None},
        {"code": "W02", "name": "翠湖库", "project": "P01"},
        {"code": "W03", "name": "翠湖二库", "project": "P01"},
    ]
}


async def stock(site: Site, **asked: str) -> list[StockRow]:
    async with site.database.read() as connection:
        return await reports.stock(connection, StockAsked(**asked), owners=OWNERS, limit=100)


@pytest.fixture
async def stores(site: Site) -> Site:
    """The company with a second store on the same site."""
    found = Site(site.book, site.database, changes=TWO_STORES)
    await found.load()
    return found


async def test_the_stores_of_one_owner_share_the_pool_to_the_fen(stores: Site) -> None:
    for place in ("W02", "W03"):
        await stores.opening("水泥 1包 @0.005", place=place)  # a fen each, rounded up
    await stores.issue("水泥 0.5包", warehouse="W02")
    rows = await stock(stores)
    assert [(row.warehouse, row.millionths) for row in rows] == [("W02", 500_000), ("W03", 1_000_000)]
    held = (await stores.rows("SELECT SUM(value) AS v FROM pool"))[0]["v"]
    assert sum(row.value.fen for row in rows) == held


@given(fen=st.integers(0, 10**12), held=st.lists(st.integers(1, 10**12), min_size=1, max_size=6))
def test_shares_add_up_whatever_the_pool_is_worth(fen: int, held: list[int]) -> None:
    ends = [reports._up_to(end, sum(held), fen).fen for end in itertools.accumulate(held, initial=0)]  # pyright: ignore[reportPrivateUsage]
    assert ends[0] == 0
    assert ends[-1] == fen
    assert ends == sorted(ends)


async def test_a_row_is_worth_the_same_however_it_was_asked_for(stores: Site) -> None:
    for place, cost in (("W02", "0.333333"), ("W03", "0.666667"), ("W01", "9")):
        await stores.opening(f"水泥 7包 @{cost}", f"涂料 3桶 @{cost} #A1", f"涂料 4桶 @{cost} #A2", place=place)
    everything = {(row.warehouse, row.material, row.lot): row.value for row in await stock(stores)}
    assert len(everything) == 9
    for asked in (
        {"warehouse": "W03"},
        {"project": "P01"},
        {"material": "PNT"},
        {"lot": "A2"},
        {"warehouse": "W01", "material": "CEM"},
    ):
        found = await stock(stores, **asked)
        assert found
        for row in found:
            assert row.value == everything[row.warehouse, row.material, row.lot], asked


async def test_a_lot_that_keeps_its_own_cost_is_worth_that(site: Site) -> None:
    await site.opening("涂料 3桶 @90 #A1 ~2027-01-01", "涂料 4桶 @95 #A2 ~2027-02-01")
    assert [row.value for row in await stock(site)] == [Money(27_000), Money(38_000)]


async def test_layers_that_leave_in_turn_are_worth_their_sum(site: Site) -> None:
    await site.opening("钢筋 3根 @40")
    await site.receive("钢筋 2根 @50", supplier="S02")
    (row,) = await stock(site)
    assert (row.millionths, row.value) == (5_000_000, Money(22_000))


async def test_too_wide_a_question_is_refused(site: Site) -> None:
    await site.opening("水泥 1包 @1", "钢筋 1根 @1", "合页 1件 @1")
    async with site.database.read() as connection:
        with pytest.raises(TooManyRows):
            await reports.stock(connection, StockAsked(), owners=OWNERS, limit=2)
        assert len(await reports.stock(connection, StockAsked(), owners=OWNERS, limit=3)) == 3


async def test_stock_in_a_store_that_the_company_no_longer_names_is_the_companys(site: Site) -> None:
    await site.opening("水泥 1包 @1", place="W01")
    async with site.database.read() as connection:
        for asked in (StockAsked(), StockAsked(warehouse="W01")):
            (row,) = await reports.stock(connection, asked, owners={}, limit=10)
            assert (row.owner, row.value) == ("", Money(100))


async def test_the_next_page_begins_after_the_last_move_even_within_one_entry(site: Site) -> None:
    await site.opening("水泥 1包 @1", "钢筋 1根 @1", "合页 1件 @1")
    async with site.database.read() as connection:
        everything = [row.at for row in await reports.moves(connection, MovesAsked(), limit=10)]
        assert everything == [MoveAt(seq=1, no=1), MoveAt(seq=1, no=2), MoveAt(seq=1, no=3)]
        for i, at in enumerate(everything):
            rest = await reports.moves(connection, MovesAsked(after=at), limit=10)
            assert [row.at for row in rest] == everything[i + 1 :]
        assert len(await reports.moves(connection, MovesAsked(), limit=2)) == 2


async def test_a_price_difference_is_a_move_without_quantity(site: Site) -> None:
    first = await site.receive("水泥 10包 @20", supplier="S01")
    await site.receive("水泥 10包 @30", supplier="S01")
    await site.undo(first)
    async with site.database.read() as connection:
        last = (await reports.moves(connection, MovesAsked(), limit=10))[-1]
    assert (last.millionths, last.amount) == (0, Money(5_000))
    assert "price_difference" in (last.source[0], last.target[0])


async def test_a_document_of_an_unknown_number_is_none(site: Site) -> None:
    async with site.database.read() as connection:
        assert await reports.document(connection, "SG20261123-001") is None


async def test_the_backlog_tells_since_when_anything_waits(site: Site, clock: Clock) -> None:
    async with site.database.read() as connection:
        before = await reports.backlog(connection)
    assert (before.inbox_waiting, before.inbox_oldest) == (0, None)
    since = clock.now()
    await site.opening("水泥 1包 @1")
    clock.forward(minutes=1)
    await site.issue("水泥 1包")
    async with site.database.read() as connection:
        found = await reports.backlog(connection)
    assert found.outbox_oldest is not None
    assert since <= found.outbox_oldest <= clock.now()
    assert found.outbox["waiting"] > 0
    assert set(found.outbox) == {"waiting", "sent", "superseded", "dead"}
    assert found.journal_seq == 2
