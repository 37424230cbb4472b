"""Low-stock warnings: once when a booking takes stock below its safety line, closed when it is back above."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.company import Company, Material, StockRule, Warehouse
from domain.entries import Move
from domain.operation import AnyNeed, Draft, Facts, Need, ToPeople
from domain.permissions import Action, who_may
from domain.places import Place, PlaceKind
from domain.records import OnOrderOf
from domain.stock import on_hand, rule_of, touched
from domain.values import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An open warning: since when, and how little there was."""

    opened_at: datetime
    on_hand: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertOf(Need[Alert | None]):
    """The open low-stock warning for a material in a warehouse."""

    material: str
    warehouse: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLow:
    """Told to those responsible, with a button that prepares the requisition of `suggested`."""

    material: Material
    warehouse: Warehouse
    on_hand: Quantity
    on_order: Quantity
    safety: Quantity
    suggested: Quantity
    opened_at: datetime

    @property
    def card(self) -> str:
        # The unit separator cannot stand in a code, so the parts can be told apart again.
        return "\x1f".join(("low", self.material.code, self.warehouse.code, f"{self.opened_at:%Y%m%d%H%M%S%f}"))


def needs(company: Company, material: str, warehouse: Warehouse) -> Iterable[AnyNeed]:
    """The facts that `after` reads for one material in one warehouse; none where no rule watches it."""
    if rule_of(company, material, warehouse.code) is None:
        return ()
    project = warehouse.project or ""
    return (AlertOf(material=material, warehouse=warehouse.code), OnOrderOf(project=project, material=material))


def after(draft: Draft, moves: Iterable[Move]) -> None:
    """Open or close warnings after moves were put into the draft's balances.

    A warning is opened by the booking that takes stock over the line, not by one that finds it below already.
    """
    moves = tuple(moves)
    for code, place in sorted(touched(moves)):
        rule = rule_of(draft.company, code, place)
        if rule is None:
            continue
        need = AlertOf(material=code, warehouse=place)
        left = on_hand(draft, draft.company.materials[code], place)
        was_low, is_low = _before(left, moves, code, place) < rule.safety_stock, left < rule.safety_stock
        if is_low and not was_low:
            draft[need] = Alert(opened_at=draft.now, on_hand=left)
            _warn(draft, rule, left)
        elif not is_low and draft[need] is not None:
            draft[need] = None


def _before(left: Quantity, moves: Iterable[Move], material: str, warehouse: str) -> Quantity:
    """What lay there before the moves."""
    place, change = Place(PlaceKind.WAREHOUSE, warehouse), 0
    for move in moves:
        if move.material == material:
            change += move.quantity.millionths * ((move.target == place) - (move.source == place))
    return Quantity(left.millionths - change, left.unit)


def _warn(draft: Draft, rule: StockRule, left: Quantity) -> None:
    material, warehouse = draft.company.materials[rule.material], draft.company.warehouses[rule.warehouse]
    people = _responsible(draft, rule, warehouse)
    if not people:
        return
    on_order = ordered(draft, material, warehouse)
    draft.tell(
        ToPeople(people=people),
        StockLow(
            material=material,
            warehouse=warehouse,
            on_hand=left,
            on_order=on_order,
            safety=rule.safety_stock,
            suggested=suggestion(rule, left, on_order),
            opened_at=draft.now,
        ),
    )


def ordered(facts: Facts, material: Material, warehouse: Warehouse) -> Quantity:
    """What is on its way to the project of a warehouse."""
    return facts[OnOrderOf(project=warehouse.project or "", material=material.code)]


def suggestion(rule: StockRule, left: Quantity, on_order: Quantity) -> Quantity:
    """How much to ask for so that stock ends at the target (the safety line where there is none), at least nothing."""
    target = rule.reorder_to or rule.safety_stock
    missing = target.millionths - left.millionths - on_order.millionths
    return Quantity(max(missing, 0), left.unit)


def _responsible(draft: Draft, rule: StockRule, warehouse: Warehouse) -> tuple[str, ...]:
    """The people the rule names, else the keeper, else whoever receives there."""
    named = tuple(p for p in rule.responsible if p in draft.company.people)
    if named:
        return named
    if warehouse.keeper in draft.company.people and warehouse.keeper:
        return (warehouse.keeper,)
    return tuple(p.id for p in who_may(draft.company, Action.RECEIVE, project=warehouse.project))[:3]
