"""Random stories over the real book: whatever people do, in whatever order, it stays sound and says what a child would.

The model is a dictionary that is told the journal in its own order and knows nothing of how it was written.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from fractions import Fraction
from typing import Any, Final, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.render import Renderer
from domain import arrival, purchase_order, receipt, requisition, reversal
from domain.approval import Verdict
from domain.documents import Number
from domain.errors import DomainError
from domain.operation import Operation
from domain.stock import NotEnoughStock
from storage.database import Database
from storage.unit import End, Units
from tests.conftest import KINDS, ZONE, Clock, Databases
from tests.site import Site

T = TypeVar("T")

VERIFIED_EVERY: Final = 8
PEOPLE: Final = ("老张", "小李", "张工", "王姐", "李会计")
BOOKED_BY_LOT: Final = {"PNT"}
FIRST_IN_FIRST_OUT: Final = {"STL"}
OWNERS: Final = {"W01": "", "W02": "P01"}

amounts = st.sampled_from(["1", "2", "3.5", "7", "0.333333", "19.999999", "40"])
prices = st.sampled_from(["10", "27.5", "3.02", "0.333333", "0"])
materials = st.sampled_from(["水泥", "钢筋", "瓷砖", "涂料"])
units_of: Final = {"水泥": ("包", "吨", "千克"), "钢筋": ("根",), "瓷砖": ("箱", "片"), "涂料": ("桶",)}
projects = st.sampled_from(["P01", "P01", "P01", "P02"])
lots = st.sampled_from(["A", "B"])


class Model:
    """What lies where and what it is worth, from the lines of documents alone."""

    def __init__(self) -> None:
        self.seq = 0
        self.held: dict[tuple[str, str, str], int] = {}
        self.pools: dict[tuple[str, str, str], list[list[int]]] = {}
        self.papers: dict[str, tuple[str, list[dict[str, Any]]]] = {}

    def hear(self, entry: dict[str, Any], lines: list[dict[str, Any]]) -> None:
        """Take in the next entry of the journal."""
        assert entry["seq"] == self.seq + 1
        self.seq, kind = entry["seq"], entry["kind"]
        if entry["act"] != "post":
            return
        self.papers[entry["number"]] = (kind, lines)
        for line in lines:
            place = (line["material"], entry["warehouse"], line["lot"])
            if kind in {"receipt", "opening"}:
                self._come(place, line["quantity"], line["amount"])
            elif kind == "issue":
                assert self._go(place, line["quantity"]) == line["amount"], (entry, line)
            elif kind == "reversal":
                self._undo(place, line, self.papers[entry["reverses"]][0])

    def _undo(self, place: tuple[str, str, str], line: dict[str, Any], kind: str) -> None:
        if kind == "issue":
            self._come(place, line["quantity"], line["amount"])
        else:
            self._go(place, line["quantity"])

    def _pool(self, place: tuple[str, str, str]) -> list[list[int]]:
        material, warehouse, lot = place
        return self.pools.setdefault((material, OWNERS[warehouse], lot if material in BOOKED_BY_LOT else ""), [])

    def _come(self, place: tuple[str, str, str], quantity: int, value: int) -> None:
        self.held[place] = self.held.get(place, 0) + quantity
        pool = self._pool(place)
        if place[0] in FIRST_IN_FIRST_OUT or not pool:
            pool.append([quantity, value])
        else:
            pool[0] = [pool[0][0] + quantity, pool[0][1] + value]

    def _go(self, place: tuple[str, str, str], quantity: int) -> int:
        self.held[place] = self.held.get(place, 0) - quantity
        assert self.held[place] >= 0
        pool, worth = self._pool(place), 0
        while quantity:
            held, value = pool[0]
            part = min(held, quantity)
            share = int(Fraction(value * part, held) + Fraction(1, 2))
            worth, quantity = worth + share, quantity - part
            pool[0] = [held - part, value - share]
            if part == held:
                pool.pop(0)
        return worth

    def on_hand(self, material: str, warehouse: str) -> int:
        return sum(q for (m, w, _), q in self.held.items() if (m, w) == (material, warehouse))


class Story(RuleBasedStateMachine):
    """A few people who do what comes to their minds."""

    databases: Databases
    kind: str

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._model = Model()
        self._steps = 0
        self._last: tuple[str, Operation] | None = None
        self._clock = Clock()
        self._runner.run(self._open())

    async def _open(self) -> None:
        self._database = Database.open(self.databases.url(self.kind))
        self._units = Units(self._database, clock=self._clock, zone=ZONE, render=Renderer(ZONE))
        self._site = Site(self._units, self._database)
        await self._site.load()
        await self._site.opening("水泥 20包 @27.5", "钢筋 10根 @3.33")

    def teardown(self) -> None:
        async def close() -> None:
            try:
                await self._site.verify()
            finally:
                await self._units.close()
                await self._database.close()

        try:
            self._runner.run(close())
        finally:
            self._runner.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def _try(self, operation: Operation) -> DomainError | None:
        """Do it; what a person may hear as a refusal is not a fault of ours."""
        self._steps += 1
        key = f"step:{self._steps}"
        self._last = (key, operation)
        before = self._run(self._site.head())
        try:
            self._run(self._site.do(operation, key=key))
        except DomainError as refused:
            assert self._run(self._site.head()) == before, "a refusal books nothing"
            return refused
        return None

    def _line(self, name: str, amount: str, unit: int, price: str, lot: str) -> str:
        units = units_of[name]
        written = f"{name} {amount}{units[unit % len(units)]}"
        written += f" @{price}" if price else ""
        return f"{written} #{lot}" if name == "涂料" and lot else written

    @rule(name=materials, amount=amounts, unit=st.integers(0, 2), price=prices, lot=lots, project=projects)
    def receive(self, name: str, amount: str, unit: int, price: str, lot: str, project: str) -> None:
        self._try(self._site.receiving(self._line(name, amount, unit, price, lot), project=project, supplier="S01"))

    @rule(name=materials, amount=amounts, unit=st.integers(0, 2), project=projects)
    def issue(self, name: str, amount: str, unit: int, project: str) -> None:
        line = self._line(name, amount, unit, "", "")
        operation = self._site.issuing(line, project=project)
        said, place = self._site.line(line), "W02" if project == "P01" else "W01"
        kept = self._site.company.materials[said.material]
        ratio = dict(kept.units).get(said.quantity.unit, Fraction(1))
        wanted = int(Fraction(said.quantity.millionths) / ratio + Fraction(1, 2))
        held = self._model.on_hand(kept.code, place)
        if said.quantity.unit != kept.base_unit and held and abs(wanted - held) <= 1:
            wanted = held
        refused = self._try(operation)
        assert isinstance(refused, NotEnoughStock) == (wanted > held), (line, held, refused)

    @rule(back=st.integers(0, 12), name=st.sampled_from(["老张", "张工"]))
    def undo(self, back: int, name: str) -> None:
        self._try(reversal.undo(self._number(back), by=self._site.asker(name)))

    def _number(self, back: int, kind: str = "") -> Number:
        """One of the papers that there are, counted from the latest."""
        numbers = [n for n, (k, _) in self._model.papers.items() if not kind or k == kind]
        return Number(numbers[-1 - back % len(numbers)] if numbers else "SG20261123-404")

    @rule(name=materials, amount=amounts, unit=st.integers(0, 2), price=prices, by=st.sampled_from(["小李", "老张"]))
    def request(self, name: str, amount: str, unit: int, price: str, by: str) -> None:
        self._try(self._site.requesting(self._line(name, amount, unit, price, ""), by=by))

    @rule(back=st.integers(0, 3), verdict=st.sampled_from([*[Verdict.APPROVE] * 4, Verdict.REJECT]))
    def decide(self, back: int, verdict: Verdict) -> None:
        """Everybody presses the same button, one after the other."""
        number = self._number(back, "requisition")
        for name in PEOPLE:
            self._try(requisition.decide(number, verdict, by=self._site.asker(name), reason="先用库存"))

    @rule(back=st.integers(0, 3))
    def withdraw(self, back: int) -> None:
        self._try(requisition.withdraw(self._number(back, "requisition"), by=self._site.asker("小李")))

    @rule(back=st.integers(0, 2), supplier=st.sampled_from(["", "S01", "S02"]), takes=st.booleans())
    def confirm(self, back: int, supplier: str, takes: bool) -> None:
        number, by = self._number(back, "purchase_order"), self._site.asker("王姐")
        self._try(
            purchase_order.confirm(number, by=by, supplier_code=supplier)
            if takes
            else purchase_order.cancel(number, by=by)
        )

    @rule(back=st.integers(0, 2))
    def receive_the_order(self, back: int) -> None:
        order = arrival.ReceiptOrder(project="", document=self._number(back, "purchase_order"))
        self._try(receipt.book(order, by=self._site.asker("老张")))

    @rule()
    def load_the_file_again(self) -> None:
        before = self._run(self._site.head())
        self._run(self._site.load())
        assert self._run(self._site.head()) == before

    @rule()
    def the_same_message_comes_again(self) -> None:
        if self._last is None:
            return
        before = self._run(self._site.head())
        assert self._run(self._units.work(*self._last)).end is End.KNOWN
        assert self._run(self._site.head()) == before

    @rule(waiting=st.lists(st.tuples(materials, amounts, st.sampled_from(["receive", "issue", "undo"])), max_size=6))
    def many_at_once(self, waiting: list[tuple[str, str, str]]) -> None:
        """Messages that wait together are done together."""

        def work(at: int, name: str, amount: str, what: str) -> Awaitable[Any]:
            if what == "undo":
                operation = reversal.undo(self._number(at), by=self._site.asker("老张"))
            else:
                make: Callable[..., Operation] = self._site.receiving if what == "receive" else self._site.issuing
                operation = make(self._line(name, amount, 0, "10" if what == "receive" else "", "A"))
            return self._units.work(f"together:{self._steps}:{at}", operation)

        async def together() -> list[Any]:
            return await asyncio.gather(*(work(at, *one) for at, one in enumerate(waiting)))

        self._steps += 1
        assert all(answer.end in {End.DONE, End.REFUSED} for answer in self._run(together()))

    @rule(minutes=st.sampled_from([1, 20, 60 * 24]))
    def time_passes(self, minutes: int) -> None:
        self._clock.forward(minutes=minutes)

    @invariant()
    def the_book_says_what_the_model_says(self) -> None:
        self._run(self._compare())
        if self._steps % VERIFIED_EVERY == VERIFIED_EVERY - 1:
            self._run(self._site.verify())

    async def _compare(self) -> None:
        rows, since = self._site.rows, {"seq": self._model.seq}
        lines = await rows("SELECT * FROM entry_line WHERE seq > :seq ORDER BY seq, no", **since)
        for entry in await rows("SELECT * FROM entry WHERE seq > :seq ORDER BY seq", **since):
            self._model.hear(dict(entry), [dict(line) for line in lines if line["seq"] == entry["seq"]])
        held = await rows("SELECT * FROM balance WHERE quantity > 0")
        assert {(r["material"], r["warehouse"], r["lot"]): r["quantity"] for r in held} == {
            place: quantity for place, quantity in self._model.held.items() if quantity
        }
        sql = "SELECT material, owner, lot, SUM(quantity) AS q, SUM(value) AS v FROM pool GROUP BY 1, 2, 3"
        pools = {(r["material"], r["owner"], r["lot"]): (int(r["q"]), int(r["v"])) for r in await rows(sql)}
        model = {key: (sum(q for q, _ in pool), sum(v for _, v in pool)) for key, pool in self._model.pools.items()}
        assert {k: v for k, v in pools.items() if v != (0, 0)} == {k: v for k, v in model.items() if v != (0, 0)}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_people_do_the_book_stays_sound(databases: Databases, kind: str) -> None:
    class Told(Story):
        pass

    Told.databases, Told.kind = databases, kind
    modest = settings(
        max_examples=5,
        stateful_step_count=25,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    run_state_machine_as_test(Told, settings=modest)
