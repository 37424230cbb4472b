"""From a low-stock warning to a requisition: one press prepares it, a second submits it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from domain import alerts, requisition
from domain.company import Material, StockRule, Warehouse
from domain.errors import DomainError
from domain.operation import AnyNeed, Asker, Draft, Facts, Operation, ToPeople, perform
from domain.records import OnOrderOf
from domain.requisition import RequisitionApproved, RequisitionOrder, RequisitionSubmitted, WantedLine
from domain.stock import BalancesOf, on_hand, rule_of
from domain.values import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class RestockSubject:
    """Which warning a card is about; `subject` is the card's own name."""

    subject: str
    material: str
    warehouse: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestockPrepared:
    """The card's second picture: what would be asked for, and the button that asks."""

    card: str
    material: Material
    warehouse: Warehouse
    on_hand: Quantity
    on_order: Quantity
    wanted: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class RestockSubmitted:
    """The card's last picture, which is the answer to the press as well."""

    card: str
    submitted: RequisitionSubmitted | RequisitionApproved
    material: Material
    wanted: Quantity


@dataclass(eq=False)
class NotWatched(DomainError):
    """No rule watches the material any more."""

    material: str


@dataclass(eq=False)
class NothingMissing(DomainError):
    """What lies there and what is on order reach the target."""

    material: Material
    on_hand: Quantity
    on_order: Quantity


@dataclass(eq=False)
class NoProjectForStock(DomainError):
    """A company warehouse belongs to no project, so the requisition has to name one."""

    material: Material
    wanted: Quantity


def _facts(subject: RestockSubject, facts: Facts) -> Iterable[AnyNeed]:
    place = facts.company.warehouses.get(subject.warehouse)
    if place is None:
        return ()
    return (
        BalancesOf(material=subject.material, warehouse=place.code),
        OnOrderOf(project=place.project or "", material=subject.material),
    )


def _missing(
    subject: RestockSubject, facts: Facts
) -> tuple[StockRule, Material, Warehouse, Quantity, Quantity, Quantity]:
    rule = rule_of(facts.company, subject.material, subject.warehouse)
    if rule is None:
        raise NotWatched(subject.material)
    material, place = facts.company.materials[rule.material], facts.company.warehouses[rule.warehouse]
    held, coming = on_hand(facts, material, place.code), alerts.ordered(facts, material, place)
    wanted = alerts.suggestion(rule, held, coming)
    if not wanted:
        raise NothingMissing(material, held, coming)
    return rule, material, place, held, coming, wanted


def prepare(subject: RestockSubject, *, by: Asker) -> Operation:
    """Show what would be asked for. Raises NotWatched, NothingMissing."""
    return Operation(by=by, may=None, needs=partial(_facts, subject), decide=partial(_prepare, subject, by))


def _prepare(subject: RestockSubject, by: Asker, draft: Draft) -> None:
    _, material, place, held, coming, wanted = _missing(subject, draft)
    draft.tell(
        ToPeople(people=(by.person,)),
        RestockPrepared(
            card=subject.subject, material=material, warehouse=place, on_hand=held, on_order=coming, wanted=wanted
        ),
    )


def submit(subject: RestockSubject, *, by: Asker) -> Operation:
    """Ask for what is missing now. Raises what prepare raises, and what requisition.submit raises."""
    return Operation(by=by, may=None, needs=partial(_submit_needs, subject, by), decide=partial(_submit, subject, by))


def _requisition(subject: RestockSubject, facts: Facts, by: Asker) -> tuple[Operation, Material, Quantity]:
    _, material, place, _, _, wanted = _missing(subject, facts)
    if place.project is None:
        raise NoProjectForStock(material, wanted)
    lines = (WantedLine(material=material.code, entered=wanted),)
    return requisition.submit(RequisitionOrder(project=place.project, lines=lines), by=by), material, wanted


def _submit_needs(subject: RestockSubject, by: Asker, facts: Facts) -> Iterable[AnyNeed]:
    wanted = tuple(_facts(subject, facts))
    if facts.lacking(wanted):
        return wanted
    return (*wanted, *_requisition(subject, facts, by)[0].needs(facts))


def _submit(subject: RestockSubject, by: Asker, draft: Draft) -> None:
    operation, material, wanted = _requisition(subject, draft, by)
    perform(operation, draft)
    answer = next(n for n in draft.notices if isinstance(n.what, RequisitionSubmitted | RequisitionApproved))
    assert isinstance(answer.what, RequisitionSubmitted | RequisitionApproved)
    draft.notices.remove(answer)
    done = RestockSubmitted(card=subject.subject, submitted=answer.what, material=material, wanted=wanted)
    draft.tell(ToPeople(people=(by.person,)), done)
