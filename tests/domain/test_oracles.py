"""Worked examples of others, as tables: what value leaves, what a unit is worth, how much may come, who is asked.

The ids are those of the list of oracles that these came from; where another system differs, ours is told beside it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from domain import approval, receipt
from domain.arrival import ArrivedLine, OverReceipt, ReceiptOrder
from domain.company import Company, Flow, FlowNode, Material, Person
from domain.documents import Document, DocumentKind, Number, State
from domain.pools import Pool, PoolTooSmall
from domain.stock import NotEnoughStock, in_base, whole_if_within_rounding
from domain.values import Money, Price
from tests.site import Site, qty


def pool_of(steps: Sequence[str], *, averaged: bool) -> tuple[Pool, list[str]]:
    """A pool after `8@10` (in, at a price) and `-10` (out), with the value of each that left."""
    pool, left = Pool(material="M", owner="P", lot="", unit="件"), list[str]()
    for step in steps:
        if step.startswith("-"):
            value, pool = pool.take(qty(step[1:] + "件"))
            left.append(str(value))
        else:
            quantity, _, price = step.partition("@")
            came = qty(quantity + "件")
            pool = pool.put(came, Price.of(price).times_to_fen(came), averaged=averaged)
    return pool, left


@pytest.mark.parametrize(
    ("steps", "left", "rest"),
    [
        pytest.param(["8@10", "4@16"], [], "12 件 144.00", id="O-01 after the second receipt"),
        pytest.param(["8@10", "4@16", "-10"], ["120.00"], "2 件 24.00", id="O-01 out 10"),
        pytest.param(["8@10", "4@16", "-10", "2@6"], ["120.00"], "4 件 36.00", id="O-01 in again"),
        pytest.param(
            ["15000@1.35", "36000@1.20", "2000@1.45", "-40600"],
            ["50826.60"],
            "12400 件 15523.40",
            id="O-02 no unit cost is rounded on the way",
        ),
        pytest.param(["1@1.00", "1@1.00", "1@1.01", "-3"], ["3.01"], "0 件 0.00", id="O-06 the last takes the rest"),
        pytest.param(
            ["2@5.07", "5@3.02", *["-1"] * 7],
            ["3.61", "3.61", "3.60", "3.61", "3.60", "3.61", "3.60"],
            "0 件 0.00",
            id="O-08 seven times one",
        ),
    ],
)
def test_a_moving_average_loses_no_fen(steps: list[str], left: list[str], rest: str) -> None:
    pool, went = pool_of(steps, averaged=True)
    assert (went, f"{pool.quantity} {pool.value}") == (left, rest)


@pytest.mark.parametrize(
    ("steps", "left", "rest"),
    [
        pytest.param(
            ["15000@1.35", "36000@1.20", "2000@1.45", "-40600"], ["50970.00"], ["10400 件 12480.00", "2000 件 2900.00"],
            id="O-03",
        ),
        pytest.param(["8@10", "4@16", "-10"], ["112.00"], ["2 件 32.00"], id="O-04 out 10"),
        pytest.param(["8@10", "4@16", "-10", "2@6"], ["112.00"], ["2 件 32.00", "2 件 12.00"], id="O-04 in again"),
        pytest.param(["1@10", "2@20", "1@20", "5@20", "-4"], ["70.00"], ["5 件 100.00"], id="O-14"),
    ],
)  # fmt: skip
def test_first_in_leaves_first_at_its_own_value(steps: list[str], left: list[str], rest: list[str]) -> None:
    pool, went = pool_of(steps, averaged=False)
    assert (went, [f"{layer.quantity} {layer.value}" for layer in pool.layers]) == (left, rest)


def test_more_than_is_there_is_never_valued() -> None:
    """O-13: others build a queue of −10 here and value it later."""
    with pytest.raises(PoolTooSmall):
        pool_of(["10@10", "-15"], averaged=False)


@pytest.mark.parametrize("database_kind", ["sqlite"])
class TestInTheBook:
    """The same through operations and tables; one database is enough, the arithmetic is ours."""

    async def test_o05_a_receipt_undone_takes_the_present_value_and_leaves_nothing_on_nothing(self, site: Site) -> None:
        await site.receive("合页 1件 @14", supplier="S01")
        last = await site.receive("合页 1件 @10", supplier="S01")
        await site.issue("合页 1件")
        assert await site.value("合页") == "12"
        await site.undo(last)
        assert await site.on_hand("合页") == qty("0件")
        assert await site.value("合页") == "0"
        # 10 had come in and 12 go out; the supplier is square at 10, the other 2 are a price difference.
        assert await site.price_difference() == "-2"
        await site.receive("合页 1件 @10", supplier="S01")
        assert await site.value("合页") == "10"
        await site.verify()

    async def test_o11_what_was_issued_comes_back_at_the_value_at_which_it_left(self, site: Site) -> None:
        await site.receive("合页 1件 @13.13")
        await site.receive("合页 1件 @12.20")
        taken = await site.issue("合页 2件")
        assert await site.amounts(taken) == ["25.33"]
        await site.undo(taken)
        assert await site.value("合页") == "25.33"
        await site.verify()

    async def test_o13_fifteen_of_ten_are_refused_and_nothing_is_booked(self, site: Site) -> None:
        await site.receive("钢筋 10根 @10")
        before = await site.head()
        with pytest.raises(NotEnoughStock) as refused:
            await site.issue("钢筋 15根")
        assert refused.value.short == qty("5根")
        assert await site.head() == before
        assert await site.value("钢筋") == "100"

    async def test_o14_layers_survive_the_table(self, site: Site) -> None:
        for line in ("钢筋 1根 @10", "钢筋 2根 @20", "钢筋 1根 @20", "钢筋 5根 @20"):
            await site.receive(line)
        assert await site.amounts(await site.issue("钢筋 4根")) == ["70"]
        layers = await site.rows("SELECT quantity, value FROM pool WHERE material = 'STL' ORDER BY layer")
        assert [dict(layer) for layer in layers] == [{"quantity": 5_000_000, "value": 10_000}]
        await site.verify()

    async def test_o32_nine_pieces_are_the_whole_box(self, site: Site) -> None:
        await site.receive("瓷砖 1箱 @90")
        assert await site.amounts(await site.issue("瓷砖 9片")) == ["90"]
        assert await site.on_hand("瓷砖") == qty("0箱")
        await site.verify()

    async def test_o32_nine_times_one_piece_leaves_nothing_either(self, site: Site) -> None:
        await site.receive("瓷砖 1箱 @90")
        for _ in range(9):
            await site.issue("瓷砖 1片")
        assert (await site.on_hand("瓷砖"), await site.value("瓷砖")) == (qty("0箱"), "0")
        await site.verify()

    async def test_o33_what_was_bought_in_pounds_is_not_lost_in_kilograms(self, site: Site) -> None:
        ordered = await site.order("沙 970千克 @1")
        await site.receive("沙 2138.484磅 @0.45", document=ordered)
        # A factor of 0.454 would make it 970.872, one cut to seven digits 969.999859: never closed.
        assert await site.on_hand("沙") == qty("970.000026千克")
        assert (await site.document(ordered))["state"] == "received"
        await site.verify()

    async def test_o35_what_is_left_can_be_taken_to_the_last(self, site: Site) -> None:
        await site.receive("沙 3140.0千克 @1")
        await site.issue("沙 3106.40千克")
        assert await site.on_hand("沙") == qty("33.60千克")
        await site.issue("沙 33.60千克")
        assert (await site.on_hand("沙"), await site.value("沙")) == (qty("0千克"), "0")

    async def test_o36_the_tolerance_counts_all_trucks_together(self, site: Site) -> None:
        order = await site.order("水泥 10000包 @25")
        for _ in range(20):
            await site.receive("水泥 505包", document=order)
        await site.receive("水泥 100包", document=order)
        assert await site.on_hand("水泥") == qty("10200包")
        with pytest.raises(OverReceipt) as refused:
            await site.receive("水泥 1包", document=order)
        assert (refused.value.allowed, refused.value.received) == (qty("10200包"), qty("10200包"))
        await site.verify()

    async def test_o36_two_lines_of_one_truck_count_together_as_well(self, site: Site) -> None:
        order = await site.order("水泥 100包 @25")
        with pytest.raises(OverReceipt):
            await site.receive("水泥 60包", "水泥 60包", document=order)
        assert await site.on_hand("水泥") == qty("0包")
        await site.receive("水泥 60包", "水泥 42包", document=order)
        await site.verify()

    async def test_a_typed_amount_is_spread_over_orders_without_a_fen_too_much(self, site: Site) -> None:
        for _ in range(4):
            await site.order("合页 1件 @1")
        arrived = ArrivedLine(material="HNG", entered=qty("4件"), amount=Money.of("0.02"))
        await site.do(receipt.book(ReceiptOrder(project="P01", lines=(arrived,)), by=site.asker("老张")))
        # Three times a quarter of two fen, each rounded up, would be three, and the last line would owe one.
        assert await site.amounts("RK20261123-001") == ["0.01", "0", "0.01", "0"]
        await site.verify()


def material(base: str, **units: str) -> Material:
    return Material(
        code="M", name="M", base_unit=base, units=tuple((unit, Fraction(ratio)) for unit, ratio in units.items())
    )


@pytest.mark.parametrize(
    ("kept", "entered", "expected"),
    [
        pytest.param(material("吨", 克="1000000"), "1020000克", "1.02吨", id="O-31 grams to tonnes"),
        pytest.param(material("件", 打="1/12"), "1打", "12件", id="O-31 a dozen"),
        pytest.param(material("千克", 克="1000"), "1234克", "1.234千克", id="O-31 grams to kilograms"),
        pytest.param(material("廿", 件="20"), "2件", "0.1廿", id="O-31 two of a score, not rounded up to one"),
        pytest.param(material("箱", 片="9"), "1片", "0.111111箱", id="a ninth is rounded once, half up"),
        pytest.param(material("箱", 片="9"), "5片", "0.555556箱", id="five ninths are rounded once, half up"),
        pytest.param(material("箱", 片="9"), "9片", "1箱", id="O-32 nine pieces are a box"),
        pytest.param(material("片", 箱="1/9"), "0.111111箱", "0.999999片", id="what was typed is what counts"),
        pytest.param(material("千克", 磅="100000000/45359237"), "2138.484磅", "970.000026千克", id="O-33"),
    ],
)
def test_a_unit_is_an_exact_fraction_and_a_conversion_is_rounded_once(
    kept: Material, entered: str, expected: str
) -> None:
    assert in_base(kept, qty(entered)) == qty(expected)


@pytest.mark.parametrize(
    ("wanted", "there", "taken"),
    [
        ("1箱", "1.000001箱", "1.000001箱"),
        ("1箱", "0.999999箱", "0.999999箱"),
        ("1箱", "1.00002箱", "1.00002箱"),
        ("1箱", "1.000021箱", "1箱"),
        ("0.000001箱", "0箱", "0.000001箱"),
    ],
)
def test_a_conversion_within_its_rounding_of_the_balance_takes_all_of_it(wanted: str, there: str, taken: str) -> None:
    assert whole_if_within_rounding(qty(wanted), qty(there), converted=True) == qty(taken)
    assert whole_if_within_rounding(qty(wanted), qty(there), converted=False) == qty(wanted)


@pytest.mark.parametrize(
    ("asked", "chain"),
    [
        (["A", "A", "B", "A"], ["A", "B", "A"]),  # O-56
        (["A", "B", "B", "B"], ["A", "B"]),
        (["A", "A"], ["A"]),
        (["A", "B", "A", "B"], ["A", "B", "A", "B"]),
    ],
)
def test_only_neighbouring_nodes_with_the_same_person_are_asked_once(asked: list[str], chain: list[str]) -> None:
    company = Company(
        people={code: Person(id=code, name=code) for code in ("A", "B", "R")},
        flows=(Flow(document="requisition", nodes=tuple(FlowNode(person=code) for code in asked)),),
    )
    drawn = approval.draw_up(company, _paper(), Money(1_00))
    assert drawn is not None
    assert [[s.person for s in node.signers] for node in drawn.nodes] == [[code] for code in chain]


def test_nobody_is_asked_about_their_own_document_but_their_superior_is() -> None:
    people = {
        "R": Person(id="R", name="R", superior="S"),
        "S": Person(id="S", name="S"),
    }
    flow = Flow(document="requisition", nodes=(FlowNode(person="R"), FlowNode(person="S")))
    drawn = approval.draw_up(Company(people=people, flows=(flow,)), _paper(), None)
    assert drawn is not None
    assert [[s.person for s in node.signers] for node in drawn.nodes] == [["S"]]
    alone = {"R": replace(people["R"], superior=None)}
    stuck = approval.draw_up(Company(people=alone, flows=(replace(flow, nodes=flow.nodes[:1]),)), _paper(), None)
    assert stuck is not None
    assert stuck.nodes[0].is_stuck, "a node without a person is no consent"


def _paper() -> Document:
    return Document(
        number=Number("SG20261123-001"),
        kind=DocumentKind.REQUISITION,
        state=State.PENDING,
        project="P01",
        requester="R",
        created_at=datetime(2026, 11, 23, 1, 0, tzinfo=UTC),
        dated=date(2026, 11, 23),
    )
