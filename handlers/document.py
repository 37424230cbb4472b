"""同意 驳回 撤销 到哪了: what can be said about a document by its number, by text or by a press."""

from domain import document_query, purchase_order, requisition, reversal
from domain.approval import Verdict
from domain.documents import DocumentKind, Number
from domain.operation import Asker, Operation
from domain.values import Price
from handlers.ask import Ask


def approve(ask: Ask) -> Operation:
    """同意, and 确认 for an order, with another supplier or price if purchasing names one."""
    number, said = Number.read(ask.field("document")), ask.field("unit_price")
    price = Price.of(said) if said else None
    return approval(number, by=ask.by, supplier=ask.field("supplier"), price=price)


def approval(
    number: Number, *, by: Asker, supplier: str = "", price: Price | None = None, pressed: int | None = None
) -> Operation:
    """`pressed` is the step whose card was pressed, None for a text."""
    if number.kind is DocumentKind.PURCHASE_ORDER:
        is_press = pressed is not None
        return purchase_order.confirm(number, by=by, supplier_code=supplier, price=price, pressed=is_press)
    return requisition.decide(number, Verdict.APPROVE, by=by, pressed=pressed)


def reject(ask: Ask) -> Operation:
    return rejection(Number.read(ask.field("document")), by=ask.by, reason=ask.field("reason"))


def rejection(number: Number, *, by: Asker, reason: str = "", pressed: int | None = None) -> Operation:
    if number.kind is DocumentKind.PURCHASE_ORDER:
        return purchase_order.cancel(number, by=by, pressed=pressed is not None)
    return requisition.decide(number, Verdict.REJECT, by=by, reason=reason, pressed=pressed)


def cancel(ask: Ask) -> Operation:
    """撤回 a requisition, 作废 an order, 撤销 a booking."""
    number = Number.read(ask.field("document"))
    if number.kind is DocumentKind.REQUISITION:
        return requisition.withdraw(number, by=ask.by)
    if number.kind is DocumentKind.PURCHASE_ORDER:
        return purchase_order.cancel(number, by=ask.by)
    return reversal.undo(number, by=ask.by, reason=ask.field("reason"))


def show(ask: Ask) -> Operation:
    return document_query.show(Number.read(ask.field("document")), by=ask.by)


def waiting(ask: Ask) -> Operation:
    return document_query.waiting(by=ask.by)
