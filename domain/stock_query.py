"""库存: what lies where. Value is shown only to those who may see cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from domain import case
from domain.company import Company, Material, Person, Warehouse
from domain.operation import AnyNeed, Asker, Draft, Facts, Operation, sees_cost
from domain.permissions import Action, Permit, check, in_project, known, may
from domain.records import OnOrderOf, material, warehouse
from domain.stock import PoolsOf, StockIn, owner_of, rule_of
from domain.values import Money, Quantity

# A chat answer longer than this is cut, saying how many lines are left out.
LINES_MAX: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class StockQuestion:
    """`materials` empty asks for everything in the project's warehouses (or the named one)."""

    project: str
    materials: tuple[str, ...] = ()
    warehouse: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """One material in one warehouse. `value` is None where the asker may not see it."""

    material: Material
    warehouse: Warehouse
    quantity: Quantity
    safety: Quantity | None
    on_order: Quantity
    value: Money | None

    @property
    def is_low(self) -> bool:
        return self.safety is not None and self.quantity < self.safety


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAnswer:
    """`left_out` lines did not fit; `absent` lies nowhere, while something else that was asked about does."""

    lines: tuple[StockLine, ...]
    left_out: int
    question: StockQuestion
    absent: tuple[Material, ...] = ()


def ask(question: StockQuestion, *, by: Asker) -> Operation:
    """What is there? Raises NoSuchWarehouse, NoSuchMaterial."""
    return Operation(
        by=by,
        may=in_project(by.person, Action.ASK_STOCK, question.project),
        needs=partial(_needs, question),
        decide=partial(_answer, question, by),
    )


def _places(company: Company, question: StockQuestion) -> tuple[Warehouse, ...]:
    if question.warehouse:
        return (warehouse(company, question.warehouse),) if question.warehouse in company.warehouses else ()
    if question.project:
        own = case.warehouses_of(company, question.project)
        shared = tuple(w for w in company.warehouses.values() if w.project is None and w not in own)
        return own + (shared if question.materials else ())
    return tuple(company.warehouses.values())


def _needs(question: StockQuestion, facts: Facts) -> Iterable[AnyNeed]:
    wanted: list[AnyNeed] = []
    for place in _places(facts.company, question):
        held = StockIn(warehouse=place.code)
        wanted.append(held)
        codes = question.materials or tuple({b.material for b in facts[held]} if held in facts else ())
        for code in codes:
            wanted.append(OnOrderOf(project=place.project or "", material=code))
            wanted.append(PoolsOf(material=code, owner=owner_of(place)))
    return wanted


def _answer(question: StockQuestion, by: Asker, draft: Draft) -> None:
    draft.answer(what_lies(question, by, draft))


def what_lies(question: StockQuestion, by: Asker, draft: Draft) -> StockAnswer:
    """The answer, for whoever has it told together with something else; needs what `ask` needs."""
    person = known(draft.company, by.person)
    if question.warehouse:
        _must_see(person, warehouse(draft.company, question.warehouse), draft.company)
    found = list[StockLine]()
    for place in _places(draft.company, question):
        if not _sees(person, place):
            continue
        found += _lines(draft, question, place, sees_cost(by, draft.company, project=place.project))
    telling = [line for line in found if line.quantity or line.is_low or line.on_order] or found
    shown, told = tuple(telling[:LINES_MAX]), {line.material.code for line in telling}
    absent = {line.material.code: line.material for line in found if line.material.code not in told}
    return StockAnswer(
        lines=shown, left_out=len(telling) - len(shown), question=question, absent=tuple(absent.values())
    )


def _sees(person: Person, place: Warehouse) -> bool:
    """A project's store is seen by those with a role there, the company's by everybody with a role anywhere."""
    shared = place.project is None and bool(person.grants)
    return shared or may(person, Action.ASK_STOCK, project=place.project)


def _must_see(person: Person, place: Warehouse, company: Company) -> None:
    if not _sees(person, place):
        check(Permit(by=person.id, action=Action.ASK_STOCK, project=place.project), company)


def _lines(draft: Draft, question: StockQuestion, place: Warehouse, with_value: bool) -> list[StockLine]:
    held: dict[str, int] = {}
    for balance in draft[StockIn(warehouse=place.code)]:
        held[balance.material] = held.get(balance.material, 0) + balance.quantity.millionths
    codes = question.materials or tuple(c for c in draft.company.materials if held.get(c))
    lines = list[StockLine]()
    for code in codes:
        kept = material(draft.company, code)
        rule = rule_of(draft.company, code, place.code)
        if not held.get(code) and rule is None and place.project != (question.project or None):
            continue  # a company store that never held it says nothing about it
        quantity = Quantity(held.get(code, 0), kept.base_unit)
        lines.append(
            StockLine(
                material=kept,
                warehouse=place,
                quantity=quantity,
                safety=rule.safety_stock if rule else None,
                on_order=draft[OnOrderOf(project=place.project or "", material=code)],
                value=_value(draft, code, place, quantity) if with_value else None,
            )
        )
    return lines


def _value(draft: Draft, code: str, place: Warehouse, quantity: Quantity) -> Money:
    """The share of the owner's pools that lies in this warehouse."""
    pools = draft[PoolsOf(material=code, owner=owner_of(place))]
    held, value = sum(p.quantity.millionths for p in pools), sum(p.value.fen for p in pools)
    if not held:
        return Money(0)
    return Money(value).share(quantity, Quantity(held, quantity.unit))
