"""Receipt 入库单: material arrives, for an order or by itself, and is put on the books at its price."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from domain import alerts
from domain.arrival import (
    ArrivedLine,
    Part,
    ReceiptOrder,
    allot,
    said_prices,
)
from domain.company import Company, Material, Project, Warehouse
from domain.documents import OPEN_ORDER, Document, DocumentKind, Line, State
from domain.entries import Move, posting
from domain.errors import DomainError
from domain.fulfilment import fulfil
from domain.operation import AnyNeed, Asker, Draft, Facts, Operation, SeriesOf
from domain.permissions import Action, Permit, check, in_project
from domain.places import Place, PlaceKind
from domain.places import warehouse as warehouse_place
from domain.prices import must_be_usual
from domain.records import (
    BookedBy,
    DocumentOf,
    LastPricesOf,
    OpenOrdersOf,
    document,
    material,
    project,
    supplier,
    warehouse,
)
from domain.repeat import note_booking, refuse_repeat
from domain.stock import BalancesOf, come_in, default_warehouse, needs_of, on_hand, usable_by
from domain.values import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One line of the answer: what came in and what lies there now."""

    line: Line
    material: Material
    now: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptBooked:
    document: Document
    warehouse: Warehouse
    received: tuple[Received, ...]
    orders: tuple[Document, ...]


@dataclass(eq=False)
class NotReceivable(DomainError):
    """The named document is no order that can be received."""

    order: Document


@dataclass(eq=False)
class NothingOutstanding(DomainError):
    order: Document


@dataclass(eq=False)
class LotExpiryDiffers(DomainError):
    """A lot that is there already is said to expire on another day."""

    material: Material
    lot: str
    booked: date | None
    said: date


def book(order: ReceiptOrder, *, by: Asker) -> Operation:
    """Put what arrived on the books. Raises NotReceivable, OverReceipt, WhatPrice, PriceFarOff, LotNeeded, …"""
    return Operation(
        by=by,
        may=None if order.document else in_project(by.person, Action.RECEIVE, order.project),
        needs=partial(_needs, order, by),
        decide=partial(_book, order, by),
    )


def _needs(order: ReceiptOrder, by: Asker, facts: Facts) -> Iterable[AnyNeed]:
    wanted: list[AnyNeed] = [
        SeriesOf(kind=DocumentKind.RECEIPT, day=facts.today),
        BookedBy(person=by.person, said=order.said),
    ]
    if order.document:
        wanted.append(DocumentOf(order.document))
    wanted += _order_needs(order, facts)
    papers = _papers(order, facts)
    project_code = next((p.project for p in papers), "") if order.document else order.project
    if project_code not in facts.company.projects:
        return wanted
    try:
        place = _warehouse(facts.company, order, project_code)
    except DomainError:
        return wanted
    for code in {line.material for line in order.lines} | {x.material for p in papers for x in p.lines}:
        wanted += [*needs_of(code, place), LastPricesOf(material=code), *alerts.needs(facts.company, code, place)]
        if not order.document:
            wanted.append(OpenOrdersOf(project=project_code, material=code))
    return wanted


def _papers(order: ReceiptOrder, facts: Facts) -> list[Document]:
    """The orders that the receipt may fulfil, as far as they are loaded."""
    numbers = [order.document] if order.document else []
    for line in order.lines:
        opened = OpenOrdersOf(project=order.project, material=line.material)
        if not order.document and opened in facts:
            numbers += facts[opened]
    known = (facts[DocumentOf(n)] for n in dict.fromkeys(numbers) if DocumentOf(n) in facts)
    return [paper for paper in known if paper is not None]


def _order_needs(order: ReceiptOrder, facts: Facts) -> list[AnyNeed]:
    found = list[AnyNeed]()
    for line in order.lines:
        opened = OpenOrdersOf(project=order.project, material=line.material)
        if opened in facts:
            found += [DocumentOf(n) for n in facts[opened]]
    return found


def _warehouse(company: Company, order: ReceiptOrder, project_code: str) -> Warehouse:
    return warehouse(company, order.warehouse) if order.warehouse else default_warehouse(company, project_code)


def _book(order: ReceiptOrder, by: Asker, draft: Draft) -> None:
    order = _of_named_order(order, by, draft)
    found = project(draft.company, order.project)
    supplier(draft.company, order.supplier)
    place = usable_by(_warehouse(draft.company, order, order.project), order.project)
    refuse_repeat(draft, by, order.said, again=order.again)
    parts = allot(order, draft)
    if not order.price_meant:
        must_be_usual(said_prices(order, parts, draft.company), draft, by=by, project=found.code)
    paper = _paper(order, found, place, parts, by, draft)
    moves = tuple(_move(draft, paper, place, line) for line in paper.lines)
    draft[DocumentOf(paper.number)] = paper
    draft.record(posting(paper, moves=moves, source=paper.links[0] if len(paper.links) == 1 else ""))
    note_booking(draft, by, order.said, paper.number)
    orders = tuple(
        fulfil(draft, number, paper.lines) for number in dict.fromkeys(x.order for x in paper.lines if x.order)
    )
    draft.answer(ReceiptBooked(document=paper, warehouse=place, received=_received(draft, paper, place), orders=orders))
    alerts.after(draft, moves)


def _of_named_order(order: ReceiptOrder, by: Asker, draft: Draft) -> ReceiptOrder:
    """Fill in what the named order says: project, supplier and, where no lines are given, all that is outstanding."""
    if not order.document:
        return order
    paper = document(draft, order.document)
    check(Permit(by=by.person, action=Action.RECEIVE, project=paper.project), draft.company)
    if paper.kind is not DocumentKind.PURCHASE_ORDER or paper.state not in OPEN_ORDER | {State.RECEIVED}:
        raise NotReceivable(paper)
    lines = order.lines
    if not lines:
        open_lines = [line for line in paper.lines if line.outstanding]
        if not open_lines:
            raise NothingOutstanding(paper)
        lines = tuple(_whole(x) for x in open_lines)
    return replace(order, project=paper.project, supplier=order.supplier or paper.supplier, lines=lines)


def _whole(line: Line) -> ArrivedLine:
    """The rest of an order line: in the unit it was ordered in while nothing of it has come, else in the base unit."""
    entered = line.entered if not line.fulfilled else line.outstanding
    return ArrivedLine(material=line.material, entered=entered, whole_order=True)


def _paper(
    order: ReceiptOrder, found: Project, place: Warehouse, parts: Sequence[Part], by: Asker, draft: Draft
) -> Document:
    lines = tuple(_line(draft, place, no, part) for no, part in enumerate(parts, start=1))
    sources = tuple(dict.fromkeys(part.order.number for part in parts if part.order))
    suppliers = {part.order.supplier for part in parts if part.order} - {""}
    return Document(
        number=draft.number(DocumentKind.RECEIPT),
        kind=DocumentKind.RECEIPT,
        state=State.POSTED,
        project=found.code,
        requester=by.person,
        created_at=draft.now,
        dated=draft.today,
        supplier=order.supplier or (suppliers.pop() if len(suppliers) == 1 else ""),
        warehouse=place.code,
        remark=order.remark,
        lines=lines,
        links=sources,
    )


def _line(draft: Draft, place: Warehouse, no: int, part: Part) -> Line:
    arrived, kept = part.arrived, material(draft.company, part.arrived.material)
    there = [
        b for b in draft[BalancesOf(material=kept.code, warehouse=place.code)] if arrived.lot and b.lot == arrived.lot
    ]
    expiry = arrived.expiry or (there[0].expiry if there else None)
    if expiry is None and arrived.lot and not there and kept.shelf_life_days:
        expiry = draft.today + timedelta(days=kept.shelf_life_days)
    return Line(
        no=no,
        material=kept.code,
        entered=part.entered,
        quantity=part.quantity,
        price=part.price,
        amount=part.amount,
        lot=arrived.lot,
        expiry=expiry,
        order=part.order.number if part.order else "",
        order_line=part.line.no if part.line else 0,
        fulfilled=Quantity(0, kept.base_unit),
    )


def _must_agree(draft: Draft, kept: Material, place: Warehouse, line: Line) -> None:
    """A lot has one expiry. Raises LotExpiryDiffers."""
    for balance in draft[BalancesOf(material=kept.code, warehouse=place.code)]:
        if line.lot and balance.lot == line.lot and line.expiry is not None and balance.expiry != line.expiry:
            raise LotExpiryDiffers(kept, line.lot, balance.expiry, line.expiry)


def _move(draft: Draft, paper: Document, place: Warehouse, line: Line) -> Move:
    kept = material(draft.company, line.material)
    assert line.amount is not None
    _must_agree(draft, kept, place, line)
    come_in(draft, kept, place, line.lot, line.quantity, line.amount, line.expiry)
    return Move(
        no=line.no,
        line=line.no,
        material=kept.code,
        lot=line.lot,
        quantity=line.quantity,
        amount=line.amount,
        source=Place(PlaceKind.SUPPLIER, paper.supplier),
        target=warehouse_place(place.code),
    )


def _received(draft: Draft, paper: Document, place: Warehouse) -> tuple[Received, ...]:
    kept = [(line, material(draft.company, line.material)) for line in paper.lines]
    return tuple(Received(line=line, material=m, now=on_hand(draft, m, place.code)) for line, m in kept)
