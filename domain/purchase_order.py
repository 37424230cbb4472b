"""Purchase order 采购单: the company orders from a supplier. Drawn up from an approved requisition or made directly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from domain import approval
from domain.approval import ApprovalOf
from domain.company import Company, Role
from domain.documents import Act, Document, DocumentKind, Line, Number, State
from domain.entries import Entry
from domain.errors import DomainError
from domain.operation import AnyNeed, Asker, Draft, Facts, Operation, Question, SeriesOf, ToGroup, ToPeople
from domain.permissions import Action, Permit, check, in_project
from domain.prices import SaidPrice, last_paid, last_supplier, must_be_usual, price_in
from domain.records import BookedBy, DocumentOf, LastPricesOf, document, material, project, supplier
from domain.repeat import note_booking, refuse_repeat
from domain.stock import in_base
from domain.values import Money, Price, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedLine:
    """One material ordered: the quantity as typed and the price per that unit, if one was said."""

    material: str
    entered: Quantity
    price: Price | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrderOrder:
    project: str
    supplier: str
    lines: tuple[OrderedLine, ...]
    remark: str = ""
    said: str = ""
    again: bool = False
    price_meant: bool = False  # a price far from the last one was asked about and is right


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderToConfirm:
    """The card to purchasing: an order waits to be placed."""

    document: Document

    @property
    def card(self) -> str:
        return f"order:{self.document.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSettled:
    """The last picture of that card."""

    document: Document
    by: str

    @property
    def card(self) -> str:
        return f"order:{self.document.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced:
    """Told to the project's group: what is on its way. Carries no price."""

    document: Document
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled:
    document: Document
    by: str


@dataclass(eq=False)
class WhichSupplier(Question):
    """An order cannot be placed with nobody."""

    document: Document | None = None


@dataclass(eq=False)
class AlreadyReceived(DomainError):
    """Part of the order has come: it can no longer be called off as a whole."""

    document: Document


def _suggested(draft: Draft, line: Line) -> tuple[str, Price | None]:
    """The supplier who was paid last for the material, and the price: the typed one, else the last."""
    kept = material(draft.company, line.material)
    paid = last_paid(draft, kept)
    price = line.price or (price_in(kept, paid, line.entered.unit) if paid else None)
    return last_supplier(draft, kept), price


def draw_up(draft: Draft, requisition: Document) -> tuple[Document, ...]:
    """One order per suggested supplier from an approved requisition, to be confirmed by purchasing.

    Needs LastPricesOf every material and the day's series of orders.
    """
    by_supplier: dict[str, list[Line]] = {}
    for line in requisition.lines:
        code, price = _suggested(draft, line)
        asked = replace(
            line,
            price=price,
            amount=price.times_to_fen(line.entered) if price else None,
            order=requisition.number,
            order_line=line.no,
        )
        by_supplier.setdefault(code, []).append(asked)
    orders = tuple(_new_order(draft, requisition, code, lines) for code, lines in by_supplier.items())
    for order in orders:
        draft.tell(ToPeople(people=_purchasing(draft.company, order.project)), OrderToConfirm(document=order))
    return orders


def _purchasing(company: Company, project_code: str) -> tuple[str, ...]:
    people = [p for p in company.people.values() if p.has(Role.PURCHASING, project=project_code)]
    return tuple(p.id for p in people or [p for p in company.people.values() if p.has(Role.ADMINISTRATOR)])


def _new_order(draft: Draft, requisition: Document, code: str, lines: Sequence[Line]) -> Document:
    order = Document(
        number=draft.number(DocumentKind.PURCHASE_ORDER),
        kind=DocumentKind.PURCHASE_ORDER,
        state=State.TO_CONFIRM,
        project=requisition.project,
        requester=requisition.requester,
        created_at=draft.now,
        dated=draft.today,
        supplier=code,
        need_by=requisition.need_by,
        lines=tuple(replace(line, no=no) for no, line in enumerate(lines, start=1)),
        links=(requisition.number,),
    )
    draft.record(_entry(order, Act.POST, requisition.requester, draft, source=requisition.number))
    draft[DocumentOf(order.number)] = order
    return order


def _entry(order: Document, act: Act, by: str, draft: Draft, *, source: str = "") -> Entry:
    return Entry(
        number=order.number,
        kind=order.kind,
        act=act,
        by=by,
        at=draft.now,
        dated=draft.today,
        project=order.project,
        supplier=order.supplier,
        need_by=order.need_by,
        remark=order.remark,
        source=source,
        lines=order.lines if act is not Act.CANCEL else (),
    )


def confirm(
    number: Number, *, by: Asker, supplier_code: str = "", price: Price | None = None, pressed: bool = False
) -> Operation:
    """Place an order 确认下单, with another supplier or, where it has one line, another price if purchasing says so."""
    return Operation(
        by=by,
        may=None,
        needs=partial(_confirm_needs, number),
        decide=partial(_confirm, number, by, supplier_code, price, pressed),
    )


def _confirm_needs(number: Number, facts: Facts) -> Iterable[AnyNeed]:
    """The order and, where it came from a requisition, the chain that consented to it."""
    own = DocumentOf(number)
    if own not in facts or (order := facts[own]) is None:
        return (own,)
    return (own, *(ApprovalOf(source) for source in order.links[:1]))


@dataclass(eq=False)
class NeedsConsent(DomainError):
    """The new price takes the order over an amount from which somebody must consent who was not asked."""

    document: Document
    amount: Money
    title: str


def _must_be_consented(draft: Draft, before: Document, after: Document) -> None:
    """Refuse a dearer order that its requisition's chain did not cover. Raises NeedsConsent."""
    chain = draft[ApprovalOf(after.links[0])] if after.links else None
    if chain is None or after.amount is None or (before.amount is not None and after.amount <= before.amount):
        return
    asked = [node.title for node in chain.nodes]
    for missing in approval.missing_at(draft.company, after.project, after.amount, asked):
        raise NeedsConsent(after, after.amount, missing)


@dataclass(eq=False)
class OnePriceManyLines(DomainError):
    """One price was said for an order of several lines."""

    document: Document


def _confirm(number: Number, by: Asker, code: str, price: Price | None, pressed: bool, draft: Draft) -> None:
    order = document(draft, number)
    check(Permit(by=by.person, action=Action.ORDER, project=order.project), draft.company)
    state = order.after(Act.CONFIRM)
    supplier(draft.company, code)
    if not (code or order.supplier):
        raise WhichSupplier(
            order, asks=("fields.supplier",), choices=(("fields.supplier", tuple(draft.company.suppliers)),)
        )
    if price is not None and len(order.lines) != 1:
        raise OnePriceManyLines(order)
    lines = (
        tuple(replace(x, price=price, amount=price.times_to_fen(x.entered)) for x in order.lines)
        if price
        else order.lines
    )
    placed = replace(order, state=state, supplier=code or order.supplier, lines=lines, revision=order.revision + 1)
    _must_be_consented(draft, order, placed)
    draft[DocumentOf(number)] = placed
    draft.record(_entry(placed, Act.CONFIRM, by.person, draft))
    draft.tell(ToPeople(people=_purchasing(draft.company, order.project)), OrderSettled(document=placed, by=by.person))
    _tell_placed(draft, placed, by, pressed)


def _tell_placed(draft: Draft, placed: Document, by: Asker, pressed: bool) -> None:
    event = OrderPlaced(document=placed, by=by.person)
    group = draft.company.groups.get(by.chat)
    if group is not None and group.project == placed.project:
        draft.answer(event)
        return
    draft.tell(ToGroup(project=placed.project), event)
    if not pressed:
        draft.answer(event)


def cancel(number: Number, *, by: Asker, pressed: bool = False) -> Operation:
    """Call an order off 作废 while nothing of it has come."""
    return Operation(
        by=by,
        may=None,
        needs=lambda _facts: (DocumentOf(number),),
        decide=partial(_cancel, number, by, pressed),
    )


def _cancel(number: Number, by: Asker, pressed: bool, draft: Draft) -> None:
    order = document(draft, number)
    check(Permit(by=by.person, action=Action.ORDER, project=order.project), draft.company)
    if order.state in {State.PARTLY_RECEIVED, State.RECEIVED}:
        raise AlreadyReceived(order)
    was_open = order.state is State.TO_CONFIRM
    cancelled = replace(order, state=order.after(Act.CANCEL))
    draft[DocumentOf(number)] = cancelled
    draft.record(_entry(cancelled, Act.CANCEL, by.person, draft))
    if was_open and order.links:
        draft.tell(
            ToPeople(people=_purchasing(draft.company, order.project)), OrderSettled(document=cancelled, by=by.person)
        )
    if not pressed:
        draft.answer(OrderCancelled(document=cancelled, by=by.person))


def place(wanted: PurchaseOrderOrder, *, by: Asker) -> Operation:
    """Order directly 采购, without a requisition."""
    return Operation(
        by=by,
        may=in_project(by.person, Action.ORDER, wanted.project),
        needs=partial(_place_needs, wanted, by),
        decide=partial(_place, wanted, by),
    )


def _place_needs(wanted: PurchaseOrderOrder, by: Asker, facts: Facts) -> Iterable[AnyNeed]:
    prices: list[AnyNeed] = [LastPricesOf(material=line.material) for line in wanted.lines]
    series = SeriesOf(kind=DocumentKind.PURCHASE_ORDER, day=facts.today)
    return [series, BookedBy(person=by.person, said=wanted.said), *prices]


def _place(wanted: PurchaseOrderOrder, by: Asker, draft: Draft) -> None:
    project(draft.company, wanted.project)
    if supplier(draft.company, wanted.supplier) is None:
        raise WhichSupplier(None, asks=("fields.supplier",))
    refuse_repeat(draft, by, wanted.said, again=wanted.again)
    if not wanted.price_meant:
        said = (
            SaidPrice(at=at, material=material(draft.company, x.material), unit=x.entered.unit, price=x.price)
            for at, x in enumerate(wanted.lines)
            if x.price is not None
        )
        must_be_usual(said, draft, by=by, project=wanted.project)
    order = Document(
        number=draft.number(DocumentKind.PURCHASE_ORDER),
        kind=DocumentKind.PURCHASE_ORDER,
        state=State.ORDERED,
        project=wanted.project,
        requester=by.person,
        created_at=draft.now,
        dated=draft.today,
        supplier=wanted.supplier,
        remark=wanted.remark,
        lines=tuple(_placed_line(draft, no, line) for no, line in enumerate(wanted.lines, start=1)),
    )
    draft.record(_entry(order, Act.POST, by.person, draft))
    draft[DocumentOf(order.number)] = order
    note_booking(draft, by, wanted.said, order.number)
    _tell_placed(draft, order, by, False)


def _placed_line(draft: Draft, no: int, wanted: OrderedLine) -> Line:
    kept = material(draft.company, wanted.material)
    paid = last_paid(draft, kept)
    price = wanted.price or (price_in(kept, paid, wanted.entered.unit) if paid else None)
    return Line(
        no=no,
        material=kept.code,
        entered=wanted.entered,
        quantity=in_base(kept, wanted.entered),
        price=price,
        amount=price.times_to_fen(wanted.entered) if price else None,
        fulfilled=Quantity(0, kept.base_unit),
    )
