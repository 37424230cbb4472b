"""Receipt 入库单: material arrives, for an order or by itself, and is put on the books at its price."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

from domain import alerts
from domain.company import Company, Material, Project, Tracking, Warehouse
from domain.documents import OPEN_ORDER, Act, Document, DocumentKind, Line, Number, State
from domain.entries import Entry, Move
from domain.errors import DomainError
from domain.operation import AnyNeed, Asker, Draft, Facts, Operation, Question, SeriesOf
from domain.permissions import Action, Permit, check, in_project
from domain.places import Place, PlaceKind
from domain.places import warehouse as warehouse_place
from domain.prices import price_in
from domain.records import (
    BookedBy,
    DocumentOf,
    LastPricesOf,
    OpenOrdersOf,
    PaidPrice,
    document,
    material,
    project,
    supplier,
    warehouse,
)
from domain.repeat import note_booking, refuse_repeat
from domain.stock import BalancesOf, LotNeeded, come_in, default_warehouse, in_base, needs_of, on_hand
from domain.values import FEN_PER_YUAN, MILLION, ZERO, Money, Price, Quantity, half_up


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedLine:
    """One material that came: the quantity as typed, its price per that unit or its whole amount if said."""

    material: str
    entered: Quantity
    price: Price | None = None
    amount: Money | None = None
    lot: str = ""
    expiry: date | None = None
    whole_order: bool = False  # not typed, but all that an order has outstanding


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptOrder:
    """`document` alone receives all that is outstanding on an order; with lines, those; "" looks for open orders."""

    project: str
    lines: tuple[ArrivedLine, ...] = ()
    document: str = ""
    supplier: str = ""
    warehouse: str = ""
    remark: str = ""
    said: str = ""
    again: bool = False


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
class WhatPrice(Question):
    """Neither the text nor an order says what a material cost."""

    material: Material
    unit: str


@dataclass(eq=False)
class OrderWithoutPrice(DomainError):
    """An order was received as a whole, and one of its materials has no price yet."""

    order: Document
    material: Material


@dataclass(eq=False)
class OverReceipt(DomainError):
    """More arrived than was ordered, beyond the tolerance, counting all trucks."""

    order: Document
    material: Material
    allowed: Quantity
    arriving: Quantity
    received: Quantity


@dataclass(eq=False)
class NotOnOrder(DomainError):
    """A material that the named order does not have."""

    order: Document
    material: Material


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


@dataclass(eq=False)
class SerialsNotYet(DomainError):
    """A material told apart piece by piece: this version does not book it."""

    material: Material


def book(order: ReceiptOrder, *, by: Asker) -> Operation:
    """Put what arrived on the books. Raises NotReceivable, OverReceipt, WhatPrice, LotNeeded, NoSuchUnit, …"""
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
    project_code = order.project or next((p.project for p in papers), "")
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
    place = _warehouse(draft.company, order, order.project)
    refuse_repeat(draft, by, order.said, again=order.again)
    paper = _paper(order, found, place, _parts(order, draft), by, draft)
    moves = tuple(_move(draft, paper, place, line) for line in paper.lines)
    draft[DocumentOf(paper.number)] = paper
    draft.record(_entry(paper, moves))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A share of an arrived line that goes to one order line, or to none, and what it is worth."""

    arrived: ArrivedLine
    entered: Quantity
    quantity: Quantity
    order: Document | None = None
    line: Line | None = None
    amount: Money = ZERO
    price: Price | None = None


# How much of each order line earlier lines of the same receipt have taken already, in millionths.
_Counted = dict[tuple[str, int], int]


def _parts(order: ReceiptOrder, draft: Draft) -> list[_Part]:
    """Every arrived line, spread over the orders it answers and valued."""
    counted: _Counted = {}
    parts = list[_Part]()
    for at, arrived in enumerate(order.lines):
        kept = material(draft.company, arrived.material)
        spread = _allot(order, kept, arrived, draft, counted)
        for part in spread:
            if part.order is not None and part.line is not None:
                key = (part.order.number, part.line.no)
                counted[key] = counted.get(key, 0) + part.quantity.millionths
        parts += _valued(kept, at, spread)
    return parts


def _allot(order: ReceiptOrder, kept: Material, arrived: ArrivedLine, draft: Draft, counted: _Counted) -> list[_Part]:
    """Spread an arrived line over the named order, or over the oldest open ones; without any it stands alone."""
    if kept.tracked is Tracking.SERIAL:
        raise SerialsNotYet(kept)
    if kept.tracked is Tracking.LOT and not arrived.lot:
        raise LotNeeded(kept)
    quantity = in_base(kept, arrived.entered)
    papers = _candidates(order, kept, draft)
    if order.document and not papers:
        raise NotOnOrder(document(draft, order.document), kept)
    open_lines = [(p, _less(p, line, counted)) for p in papers for line in p.lines if line.material == kept.code]
    if not open_lines:
        return [_Part(arrived=arrived, entered=arrived.entered, quantity=quantity)]
    return _spread(arrived, kept, quantity, open_lines, draft.company.settings.receipt_over_tolerance)


def _less(paper: Document, line: Line, counted: _Counted) -> Line:
    """An order line with what earlier lines of this receipt bring counted as received."""
    more = counted.get((paper.number, line.no), 0)
    return replace(line, fulfilled=Quantity(line.fulfilled.millionths + more, line.fulfilled.unit))


def _candidates(order: ReceiptOrder, kept: Material, draft: Draft) -> list[Document]:
    if order.document:
        paper = document(draft, order.document)
        return [paper] if any(line.material == kept.code for line in paper.lines) else []
    numbers = draft[OpenOrdersOf(project=order.project, material=kept.code)]
    papers = [document(draft, number) for number in numbers]
    return [p for p in papers if not order.supplier or p.supplier in {order.supplier, ""}]


def _spread(
    arrived: ArrivedLine,
    kept: Material,
    quantity: Quantity,
    lines: Sequence[tuple[Document, Line]],
    tolerance: Fraction,
) -> list[_Part]:
    """Oldest first, up to what each line expects; what is over goes to the last one. Raises OverReceipt."""
    parts, left = list[_Part](), quantity
    for paper, line in lines:
        taken = min(left, line.outstanding, key=lambda q: q.millionths)
        if taken:
            parts.append(_Part(arrived=arrived, entered=taken, quantity=taken, order=paper, line=line))
            left = left - taken
    if left:
        paper, line = lines[-1]
        allowed = Quantity(half_up(line.quantity.millionths * (1 + tolerance)), kept.base_unit)
        before = parts.pop() if parts and parts[-1].line is line else None
        extra = left + before.quantity if before else left
        if line.fulfilled + extra > allowed:
            raise OverReceipt(paper, kept, allowed, extra, line.fulfilled)
        parts.append(_Part(arrived=arrived, entered=extra, quantity=extra, order=paper, line=line))
    if len(parts) == 1:
        return [replace(parts[0], entered=arrived.entered)]
    return parts


def _valued(kept: Material, at: int, parts: Sequence[_Part]) -> list[_Part]:
    """What each part is worth: its share of the typed amount, of which the last takes the rest, else at its price."""
    whole = parts[0].arrived.amount
    if whole is None:
        return [_priced(kept, at, part) for part in parts]
    rest = Quantity(sum(part.quantity.millionths for part in parts), kept.base_unit)
    valued, left = list[_Part](), whole
    for part in parts[:-1]:
        # A share of what is left, not of the whole: many shares rounded up would leave less than nothing for the last.
        share = left.share(part.quantity, rest)
        valued.append(replace(part, amount=share, price=part.arrived.price))
        left, rest = left - share, rest - part.quantity
    last = replace(parts[-1], amount=left, price=parts[-1].arrived.price)
    return [*valued, _with_price(last)]


def _with_price(part: _Part) -> _Part:
    """The price that an amount for a whole line comes to, so that the next order can suggest it."""
    if part.price is not None or part.entered != part.arrived.entered:
        return part
    micros = Fraction(part.amount.fen * MILLION * MILLION, FEN_PER_YUAN * part.entered.millionths)
    return replace(part, price=Price(half_up(micros)))


def _priced(kept: Material, at: int, part: _Part) -> _Part:
    """A part at the typed price, else at the order's. Raises WhatPrice, OrderWithoutPrice."""
    paid = _paid(part)
    price = price_in(kept, paid, part.entered.unit) if paid else None
    if price is None:
        if part.order is not None and part.arrived.whole_order:
            raise OrderWithoutPrice(part.order, kept)
        raise WhatPrice(kept, part.arrived.entered.unit, asks=(f"lines[{at}].unit_price",))
    return replace(part, price=price, amount=price.times_to_fen(part.entered))


def _paid(part: _Part) -> PaidPrice | None:
    arrived = part.arrived
    if arrived.price is not None:
        return PaidPrice(price=arrived.price, unit=arrived.entered.unit, supplier="", day=date.min)
    if part.line is not None and part.line.price is not None:
        return PaidPrice(price=part.line.price, unit=part.line.entered.unit, supplier="", day=date.min)
    return None


def _paper(
    order: ReceiptOrder, found: Project, place: Warehouse, parts: Sequence[_Part], by: Asker, draft: Draft
) -> Document:
    lines = tuple(_line(draft, no, part) for no, part in enumerate(parts, start=1))
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


def _line(draft: Draft, no: int, part: _Part) -> Line:
    arrived, kept = part.arrived, material(draft.company, part.arrived.material)
    expiry = arrived.expiry
    if expiry is None and arrived.lot and kept.shelf_life_days:
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


def _entry(paper: Document, moves: tuple[Move, ...]) -> Entry:
    return Entry(
        number=paper.number,
        kind=paper.kind,
        act=Act.POST,
        by=paper.requester,
        at=paper.created_at,
        dated=paper.dated,
        project=paper.project,
        supplier=paper.supplier,
        warehouse=paper.warehouse,
        remark=paper.remark,
        source=paper.links[0] if len(paper.links) == 1 else "",
        lines=paper.lines,
        moves=moves,
    )


def fulfil(draft: Draft, number: str, lines: Iterable[Line], *, undo: bool = False) -> Document:
    """Count received lines on their order (or take them off again) and move its state along."""
    order = document(draft, number)
    got = {x.no: 0 for x in order.lines}
    for line in lines:
        if line.order == number:
            got[line.order_line] += -line.quantity.millionths if undo else line.quantity.millionths
    updated = tuple(
        replace(x, fulfilled=Quantity(x.fulfilled.millionths + got[x.no], x.fulfilled.unit)) for x in order.lines
    )
    complete = all(not x.outstanding for x in updated)
    nothing = all(not x.fulfilled for x in updated)
    if undo:
        act = Act.RECEIVE_ALL if complete else (Act.REOPEN if nothing else Act.REOPEN_PART)
    else:
        act = Act.RECEIVE_ALL if complete else Act.RECEIVE_PART
    after = replace(order, lines=updated, state=order.after(act))
    draft[DocumentOf(Number(number))] = after
    return after


def _received(draft: Draft, paper: Document, place: Warehouse) -> tuple[Received, ...]:
    kept = [(line, material(draft.company, line.material)) for line in paper.lines]
    return tuple(Received(line=line, material=m, now=on_hand(draft, m, place.code)) for line, m in kept)
