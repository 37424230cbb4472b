"""Undoing a booking 撤销: a new document that walks every move back and names the first. Nothing is edited."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

from domain import alerts
from domain.company import Material, Warehouse
from domain.documents import Act, Document, DocumentKind, Number, State
from domain.entries import Move, posting
from domain.errors import DomainError
from domain.fulfilment import fulfil
from domain.operation import JOURNAL, AnyNeed, Asker, Draft, Facts, Need, Operation, SeriesOf
from domain.permissions import Action, Permit, check
from domain.places import Place, PlaceKind
from domain.records import DocumentOf, document
from domain.stock import BalancesOf, come_in, go_out, needs_of, on_hand
from domain.values import Money, Quantity


@dataclass(frozen=True, slots=True)
class MovesOf(Need[tuple[Move, ...]]):
    """The moves a document booked. Derived, because the document may be booked in the same unit that undoes it."""

    follows: ClassVar[frozenset[str]] = frozenset({JOURNAL})
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What was taken back; `difference` is what a receipt's present value differs from the value it came in with."""

    document: Document
    reversed: Document
    difference: Money
    left: tuple[tuple[Material, Warehouse, Quantity], ...]


@dataclass(eq=False)
class AlreadyReversed(DomainError):
    document: Document


@dataclass(eq=False)
class NotReversible(DomainError):
    """This kind of document is not undone by a reversal."""

    document: Document


@dataclass(eq=False)
class TooLateToUndo(DomainError):
    """The time for undoing one's own booking is over; `minutes` is how long it is."""

    document: Document
    minutes: int

    @property
    def until(self) -> datetime:
        return self.document.created_at + timedelta(minutes=self.minutes)


@dataclass(eq=False)
class GoneAlready(DomainError):
    """A receipt cannot be undone because part of it has left again."""

    document: Document
    material: Material
    warehouse: Warehouse
    on_hand: Quantity
    wanted: Quantity


def undo(number: Number, *, by: Asker, reason: str = "") -> Operation:
    """Reverse a receipt or an issue. Raises NotReversible, AlreadyReversed, TooLateToUndo, GoneAlready, NotAllowed."""
    return Operation(by=by, may=None, needs=partial(_needs, number), decide=partial(_undo, number, by, reason))


def _needs(number: Number, facts: Facts) -> Iterable[AnyNeed]:
    wanted: list[AnyNeed] = [
        DocumentOf(number),
        MovesOf(number),
        SeriesOf(kind=DocumentKind.REVERSAL, day=facts.today),
    ]
    if DocumentOf(number) in facts and (paper := facts[DocumentOf(number)]) is not None:
        wanted += [DocumentOf(order) for order in {line.order for line in paper.lines if line.order}]
    if MovesOf(number) in facts:
        for move in facts[MovesOf(number)]:
            for place in (move.source, move.target):
                if place.is_real and place.code in facts.company.warehouses:
                    kept = facts.company.warehouses[place.code]
                    wanted += [*needs_of(move.material, kept), *alerts.needs(facts.company, move.material, kept)]
    return wanted


def _undo(number: Number, by: Asker, reason: str, draft: Draft) -> None:
    paper = document(draft, number)
    _may_undo(paper, by, draft)
    moves = list[Move]()
    for move in draft[MovesOf(number)]:
        moves += _walk_back(draft, paper, move, len(moves))
    # Nothing to walk back would be an undoing in name only.
    assert moves, number
    correction = _correction(paper, by, reason, draft)
    reversed_ = replace(paper, state=paper.after(Act.REVERSE), reversed_by=correction.number)
    draft[DocumentOf(correction.number)] = correction
    draft[DocumentOf(paper.number)] = reversed_
    draft.record(posting(correction, moves=tuple(moves), source=paper.number, reason=reason))
    for order in dict.fromkeys(line.order for line in paper.lines if line.order):
        fulfil(draft, order, paper.lines, undo=True)
    draft.answer(_undone(draft, correction, reversed_, moves))
    alerts.after(draft, moves)


def _may_undo(paper: Document, by: Asker, draft: Draft) -> None:
    """One's own booking for a while, any booking with the right to do so later."""
    check(Permit(by=by.person, action=Action.UNDO, project=paper.project), draft.company)
    if paper.kind not in {DocumentKind.RECEIPT, DocumentKind.ISSUE}:
        raise NotReversible(paper)
    if paper.state is State.REVERSED:
        raise AlreadyReversed(paper)
    minutes = draft.company.settings.undo_minutes
    in_time = draft.now - paper.created_at <= timedelta(minutes=minutes)
    if in_time and paper.requester == by.person:
        return
    later = Permit(by=by.person, action=Action.UNDO_LATER, project=paper.project)
    if not in_time and paper.requester == by.person:
        try:
            check(later, draft.company)
        except DomainError:
            raise TooLateToUndo(paper, minutes) from None
        return
    check(later, draft.company)


def _walk_back(draft: Draft, paper: Document, move: Move, done: int) -> list[Move]:
    """The moves that undo one: what went out comes back at its value, what came in leaves at its present value."""
    material = draft.company.materials[move.material]
    back = replace(move, no=done + 1, source=move.target, target=move.source)
    if move.target.is_real:
        warehouse = draft.company.warehouses[move.target.code]
        _must_be_there(draft, paper, material, warehouse, move)
        amount = go_out(draft, material, warehouse, move.lot, move.quantity)
        gone = replace(back, amount=amount)
        return [gone, *_difference(gone, move.amount)]
    warehouse = draft.company.warehouses[move.source.code]
    come_in(draft, material, warehouse, move.lot, move.quantity, move.amount)
    return [back]


def _must_be_there(draft: Draft, paper: Document, material: Material, warehouse: Warehouse, move: Move) -> None:
    balances = draft[BalancesOf(material=material.code, warehouse=warehouse.code)]
    held = next((b.quantity for b in balances if b.lot == move.lot), Quantity(0, material.base_unit))
    if held < move.quantity:
        raise GoneAlready(paper, material, warehouse, held, move.quantity)


def _difference(gone: Move, came: Money) -> list[Move]:
    """The value move between the supplier and the price-difference account, so that the supplier is square."""
    account = Place(PlaceKind.PRICE_DIFFERENCE, "")
    gap = came.fen - gone.amount.fen
    if gap == 0:
        return []
    nothing = Quantity(0, gone.quantity.unit)
    ends = (account, gone.target) if gap > 0 else (gone.target, account)
    return [replace(gone, no=gone.no + 1, quantity=nothing, amount=Money(abs(gap)), source=ends[0], target=ends[1])]


def _correction(paper: Document, by: Asker, reason: str, draft: Draft) -> Document:
    nothing = [replace(line, fulfilled=Quantity(0, line.quantity.unit)) for line in paper.lines]
    return Document(
        number=draft.number(DocumentKind.REVERSAL),
        kind=DocumentKind.REVERSAL,
        state=State.POSTED,
        project=paper.project,
        requester=by.person,
        created_at=draft.now,
        dated=draft.today,
        supplier=paper.supplier,
        warehouse=paper.warehouse,
        stage=paper.stage,
        team=paper.team,
        recipient=paper.recipient,
        remark=reason,
        reverses=paper.number,
        lines=tuple(nothing),
        links=(paper.number,),
    )


def _undone(draft: Draft, correction: Document, paper: Document, moves: list[Move]) -> Undone:
    places = dict.fromkeys((m.material, p.code) for m in moves for p in (m.source, m.target) if p.is_real)
    materials, warehouses = draft.company.materials, draft.company.warehouses
    left = tuple((materials[m], warehouses[w], on_hand(draft, materials[m], w)) for m, w in places)
    difference = sum(m.amount.fen for m in moves if PlaceKind.PRICE_DIFFERENCE in {m.source.kind, m.target.kind})
    return Undone(document=correction, reversed=paper, difference=Money(difference), left=left)
