"""What arrived, which order lines it answers, and what it is worth: the reckoning behind a receipt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from domain.company import Company, Material, Tracking
from domain.documents import Document, Line
from domain.errors import DomainError
from domain.operation import Draft, Question
from domain.prices import SaidPrice, exact_cost, is_far_off, price_in
from domain.records import (
    OpenOrdersOf,
    PaidPrice,
    document,
    material,
)
from domain.stock import LotNeeded, in_base
from domain.values import FEN_PER_YUAN, MILLION, ROUNDING_STEPS, ZERO, Money, Price, Quantity, half_up


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
    price_meant: bool = False  # a price far from the last one was asked about and is right


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
class PriceAndAmount(DomainError):
    """A price and an amount were said for one line, and they do not agree; `due` is what the price comes to."""

    material: Material
    price: Price
    amount: Money
    due: Money


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
class SerialsNotYet(DomainError):
    """A material told apart piece by piece: this version does not book it."""

    material: Material


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
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


def allot(order: ReceiptOrder, draft: Draft) -> list[Part]:
    """Every arrived line, spread over the orders it answers and valued."""
    counted: _Counted = {}
    parts = list[Part]()
    for at, arrived in enumerate(order.lines):
        kept = material(draft.company, arrived.material)
        spread = _spread_line(order, kept, arrived, draft, counted)
        for part in spread:
            if part.order is not None and part.line is not None:
                key = (part.order.number, part.line.no)
                counted[key] = counted.get(key, 0) + part.quantity.millionths
        parts += _valued(kept, at, spread)
    return parts


def said_prices(order: ReceiptOrder, parts: Sequence[Part], company: Company) -> Iterator[SaidPrice]:
    """The prices that were typed, each by its unit, but for those that an order it answers agreed on."""
    for at, arrived in enumerate(order.lines):
        kept, unit = material(company, arrived.material), arrived.entered.unit
        price = arrived.price
        if price is None and arrived.amount is not None and arrived.entered:
            price = _unit_price(arrived.amount, arrived.entered)
        agreed = [_agreed(part) for part in parts if part.arrived is arrived]
        if price is None:
            continue
        now = PaidPrice(price=price, unit=unit, supplier="", day=date.min)
        if not any(paid is not None and not is_far_off(kept, now, paid) for paid in agreed):
            yield SaidPrice(at=at, material=kept, unit=unit, price=price)


def _spread_line(
    order: ReceiptOrder, kept: Material, arrived: ArrivedLine, draft: Draft, counted: _Counted
) -> list[Part]:
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
    if not order.document:
        expecting = [(p, line) for p, line in open_lines if line.outstanding]
        # What is over after earlier lines of this receipt filled the order is an over-delivery of it, not a new thing.
        open_lines = expecting or (open_lines[-1:] if counted else [])
    if not open_lines:
        return [Part(arrived=arrived, entered=arrived.entered, quantity=quantity)]
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
) -> list[Part]:
    """Oldest first, up to what each line expects; what is over goes to the last one. Raises OverReceipt."""
    parts, left = list[Part](), quantity
    for paper, line in lines:
        taken = min(left, line.outstanding, key=lambda q: q.millionths)
        if taken:
            parts.append(Part(arrived=arrived, entered=taken, quantity=taken, order=paper, line=line))
            left = left - taken
    if left:
        paper, line = lines[-1]
        allowed = Quantity(half_up(line.quantity.millionths * (1 + tolerance)), kept.base_unit)
        before = parts.pop() if parts and parts[-1].line is line else None
        extra = left + before.quantity if before else left
        slack = max(line.rounding, 0 if arrived.entered.unit == kept.base_unit else ROUNDING_STEPS)
        if (line.fulfilled + extra).millionths > allowed.millionths + slack:
            raise OverReceipt(paper, kept, allowed, extra, line.fulfilled)
        parts.append(Part(arrived=arrived, entered=extra, quantity=extra, order=paper, line=line))
    if len(parts) == 1:
        return [replace(parts[0], entered=arrived.entered)]
    return parts


def _valued(kept: Material, at: int, parts: Sequence[Part]) -> list[Part]:
    """What each part is worth: its share of the typed amount, of which the last takes the rest, else at its price."""
    arrived = parts[0].arrived
    whole = arrived.amount
    if whole is None and arrived.price is not None:
        whole = arrived.price.times_to_fen(arrived.entered)
    elif whole is not None and arrived.price is not None and arrived.price.times_to_fen(arrived.entered) != whole:
        raise PriceAndAmount(kept, arrived.price, whole, arrived.price.times_to_fen(arrived.entered))
    if whole is None:
        return [_priced(kept, at, part) for part in parts]
    rest = Quantity(sum(part.quantity.millionths for part in parts), kept.base_unit)
    valued, left = list[Part](), whole
    for part in parts[:-1]:
        # A share of what is left, not of the whole: many shares rounded up would leave less than nothing for the last.
        share = left.share(part.quantity, rest)
        valued.append(replace(part, amount=share, price=_own_price(kept, part)))
        left, rest = left - share, rest - part.quantity
    last = replace(parts[-1], amount=left, price=_own_price(kept, parts[-1]))
    return [*valued, _with_price(last)]


def _with_price(part: Part) -> Part:
    """The price that an amount for a whole line comes to, so that the next order can suggest it."""
    if part.price is not None or part.entered != part.arrived.entered:
        return part
    return replace(part, price=_unit_price(part.amount, part.entered))


def _own_price(kept: Material, part: Part) -> Price | None:
    """The typed price by the unit of the part: a ton spread over two orders of bags comes in as bags."""
    arrived = part.arrived
    if arrived.price is None:
        return None
    paid = PaidPrice(price=arrived.price, unit=arrived.entered.unit, supplier="", day=date.min)
    return price_in(kept, paid, part.entered.unit)


def _unit_price(amount: Money, entered: Quantity) -> Price:
    return Price(half_up(Fraction(amount.fen * MILLION * MILLION, FEN_PER_YUAN * entered.millionths)))


def _priced(kept: Material, at: int, part: Part) -> Part:
    """A part at the typed price, else at the order's. Raises WhatPrice, OrderWithoutPrice."""
    paid = _paid(part)
    price = price_in(kept, paid, part.entered.unit) if paid else None
    if price is None:
        if part.order is not None and part.arrived.whole_order:
            raise OrderWithoutPrice(part.order, kept)
        raise WhatPrice(kept, part.arrived.entered.unit, asks=(f"lines[{at}].unit_price",))
    assert paid is not None
    return replace(part, price=price, amount=exact_cost(kept, paid, part.entered))


def _paid(part: Part) -> PaidPrice | None:
    arrived = part.arrived
    if arrived.price is not None:
        return PaidPrice(price=arrived.price, unit=arrived.entered.unit, supplier="", day=date.min)
    return _agreed(part)


def _agreed(part: Part) -> PaidPrice | None:
    """The price of the order line that the part answers."""
    if part.line is not None and part.line.price is not None:
        return PaidPrice(price=part.line.price, unit=part.line.entered.unit, supplier="", day=date.min)
    return None
