"""Requisition 申购单: a project asks for material; once approved it becomes orders."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from domain import approval, case, purchase_order
from domain.approval import Approval, ApprovalOf, Node, Ruling, Verdict
from domain.case import Case
from domain.company import Company, NodeMode, Role
from domain.documents import Act, Document, DocumentKind, Line, Number, State
from domain.entries import Entry, posting
from domain.errors import DomainError
from domain.operation import AnyNeed, Asker, Draft, Facts, Operation, Question, SeriesOf, ToAsker, ToGroup, ToPeople
from domain.permissions import Action, Permit, check, in_project, known, may
from domain.prices import cost_at, last_paid
from domain.records import BookedBy, DocumentOf, document, material, project
from domain.repeat import note_booking, refuse_repeat
from domain.stock import in_base
from domain.values import Money, Price, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLine:
    """One material wanted: the quantity as typed, and a price per that unit if somebody said one."""

    material: str
    entered: Quantity
    price: Price | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionOrder:
    project: str
    lines: tuple[WantedLine, ...]
    stage: str = ""
    need_by: date | None = None
    remark: str = ""
    said: str = ""
    again: bool = False


@dataclass(eq=False)
class NothingAsked(DomainError):
    """A document without lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionSubmitted:
    """The answer to the requester."""

    document: Document
    waiting: tuple[str, ...]
    title: str
    finance_unsure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked:
    """The card to those who are asked at one node."""

    document: Document
    node: Node
    case: Case
    with_cost: bool  # whether all who see the card may see money

    @property
    def card(self) -> str:
        return _card(self.document, self.node, self.node.turn)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSettled:
    """The last picture of a node's card."""

    document: Document
    node: Node
    by: str
    verdict: Verdict | None
    reason: str
    case: Case | None = None

    @property
    def card(self) -> str:
        return _card(self.document, self.node, self.node.turn - (self.verdict is not None))


def _card(paper: Document, node: Node, turn: int) -> str:
    """What a node's card is known by; those who sign in turn see one each."""
    return f"approval:{paper.number}:{node.no}" + (f":{turn}" if turn > 0 else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeApproved:
    """The answer to a decision that is not the last: who is asked next."""

    document: Document
    by: str
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionApproved:
    """Told to the project's group at the end, with the orders it became."""

    document: Document
    by: str
    orders: tuple[Document, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionRejected:
    document: Document
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionWithdrawn:
    document: Document
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyToAsk:
    """Told to the administrators: a node has no one who may decide it, so the document waits."""

    document: Document
    node: Node


@dataclass(eq=False)
class WhyRejected(Question):
    """A rejection needs a reason."""

    document: Document


def submit(order: RequisitionOrder, *, by: Asker) -> Operation:
    """Ask for material. Raises WhichProject, NoSuchUnit and their kin; books nothing then."""
    return Operation(
        by=by,
        may=in_project(by.person, Action.REQUEST, order.project),
        needs=partial(_submit_needs, order, by),
        decide=partial(_submit, order, by),
    )


def _submit_needs(order: RequisitionOrder, by: Asker, facts: Facts) -> Iterable[AnyNeed]:
    if not order.project:
        return ()
    series = (SeriesOf(kind=kind, day=facts.today) for kind in (DocumentKind.REQUISITION, DocumentKind.PURCHASE_ORDER))
    wanted = case.needs(facts.company, order.project, (line.material for line in order.lines))
    return [*series, *wanted, BookedBy(person=by.person, said=order.said)]


def _submit(order: RequisitionOrder, by: Asker, draft: Draft) -> None:
    project(draft.company, order.project)
    if not order.lines:
        raise NothingAsked
    lines = tuple(_line(draft, no, wanted) for no, wanted in enumerate(order.lines, start=1))
    refuse_repeat(draft, by, order.said, again=order.again)
    paper = Document(
        number=draft.number(DocumentKind.REQUISITION),
        kind=DocumentKind.REQUISITION,
        state=State.PENDING,
        project=order.project,
        requester=by.person,
        created_at=draft.now,
        dated=draft.today,
        stage=order.stage,
        need_by=order.need_by,
        remark=order.remark,
        lines=lines,
    )
    draft.record(posting(paper))
    draft[DocumentOf(paper.number)] = paper
    note_booking(draft, by, order.said, paper.number)
    _ask_or_approve(draft, paper)


def _line(draft: Draft, no: int, wanted: WantedLine) -> Line:
    """A line with its base quantity and, where a price is typed or known, its amount."""
    kept = material(draft.company, wanted.material)
    quantity = in_base(kept, wanted.entered)
    amount = wanted.amount or (wanted.price.times_to_fen(wanted.entered) if wanted.price else None)
    if amount is None and (paid := last_paid(draft, kept)) is not None:
        amount = cost_at(kept, paid, quantity)
    nothing = Quantity(0, kept.base_unit)
    return Line(
        no=no,
        material=kept.code,
        entered=wanted.entered,
        quantity=quantity,
        price=wanted.price,
        amount=amount,
        fulfilled=nothing,
    )


def _weight(draft: Draft, paper: Document) -> Money | None:
    """The amount that decides who is asked: a price typed below the last one paid does not spare anybody."""
    total = Money(0)
    for line in paper.lines:
        kept = material(draft.company, line.material)
        paid = last_paid(draft, kept)
        usual = cost_at(kept, paid, line.quantity) if paid is not None else None
        if line.amount is None:
            return None
        total += max(line.amount, usual) if usual is not None else line.amount
    return total


def _ask_or_approve(draft: Draft, paper: Document) -> None:
    """Put the chain before the first node, or, where no consent is needed, go on at once."""
    chain = approval.draw_up(draft.company, paper, _weight(draft, paper))
    if chain is None:
        draft[ApprovalOf(paper.number)] = Approval(number=paper.number, nodes=())
        _approved(draft, paper, paper.requester)
        draft.answer(draft.notices.pop().what)
        return
    draft[ApprovalOf(paper.number)] = chain
    first = chain.nodes[0]
    draft.answer(
        RequisitionSubmitted(
            document=paper,
            waiting=approval.names(draft.company, first.asked_now()),
            title=first.title,
            finance_unsure=paper.amount is None,
        )
    )
    _put_before(draft, paper, first, without="")


def _put_before(draft: Draft, paper: Document, node: Node, *, without: str) -> None:
    """Show the card to those who are asked; where nobody is, tell the administrators."""
    if node.is_stuck:
        draft.tell(ToPeople(people=_administrators(draft.company)), NobodyToAsk(document=paper, node=node))
        return
    people = tuple(s.person for s in node.asked_now())
    sees = all(may(draft.company.people[p], Action.SEE_COST, project=paper.project) for p in people)
    found = case.of(draft, paper, without=without)
    draft.tell(ToPeople(people=people), ApprovalAsked(document=paper, node=node, case=found, with_cost=sees))


def _administrators(company: Company) -> tuple[str, ...]:
    return tuple(p.id for p in company.people.values() if p.has(Role.ADMINISTRATOR))


def decide(number: Number, verdict: Verdict, *, by: Asker, reason: str = "", pressed: int | None = None) -> Operation:
    """Approve 同意 or reject 驳回 at the node that is open. A press answers with the card, a text with a sentence.

    `pressed` is the node whose card was pressed: a card of an earlier one decides nothing.
    """
    return Operation(
        by=by,
        may=None,
        needs=partial(_decide_needs, number),
        decide=partial(_decide, number, verdict, by, reason, pressed),
    )


def _decide_needs(number: Number, facts: Facts) -> Iterable[AnyNeed]:
    wanted: list[AnyNeed] = [DocumentOf(number), ApprovalOf(number)]
    if DocumentOf(number) in facts and (paper := facts[DocumentOf(number)]) is not None:
        wanted += case.needs(facts.company, paper.project, (line.material for line in paper.lines), without=number)
        wanted.append(SeriesOf(kind=DocumentKind.PURCHASE_ORDER, day=facts.today))
    return wanted


def _decide(number: Number, verdict: Verdict, by: Asker, reason: str, pressed: int | None, draft: Draft) -> None:
    paper = document(draft, number)
    chain = draft[ApprovalOf(number)]
    _may_decide(paper, chain, by, draft.company)
    if chain is None:
        paper.after(Act.APPROVE if verdict is Verdict.APPROVE else Act.REJECT)
        raise approval.NotYourTurn(paper, ())
    if pressed is not None:
        approval.must_be_at(draft.company, chain, paper, pressed)
    ruling = approval.decide(draft.company, chain, paper, by.person, verdict, draft.now)
    if verdict is Verdict.REJECT and not reason:
        raise WhyRejected(paper, asks=("fields.reason",))
    draft[ApprovalOf(number)] = ruling.approval
    draft.record(_decision(paper, ruling, by, verdict, reason, draft))
    draft.tell(
        ToPeople(people=tuple(s.person for s in ruling.node.signers)),
        ApprovalSettled(
            document=paper,
            node=ruling.node,
            by=by.person,
            verdict=verdict,
            reason=reason,
            case=case.of(draft, paper, without=number),
        ),
    )
    _go_on(draft, paper, ruling, by, reason, pressed is not None)


def _may_decide(paper: Document, chain: Approval | None, by: Asker, company: Company) -> None:
    """Whoever the chain asks may answer, be it for a role in this project only; others need the door's right."""
    person = known(company, by.person)
    if not any(s.person == person.id for n in (chain.nodes if chain else ()) for s in n.signers):
        check(Permit(by=person.id, action=Action.DECIDE, project=paper.project), company)


def _go_on(draft: Draft, paper: Document, ruling: Ruling, by: Asker, reason: str, pressed: bool) -> None:
    """What follows a decision: the next node, the end, or more signers of the same node."""
    if ruling.node.state is approval.NodeState.REJECTED:
        rejected = replace(paper, state=paper.after(Act.REJECT))
        draft[DocumentOf(paper.number)] = rejected
        event = RequisitionRejected(document=rejected, by=by.person, reason=reason)
    elif ruling.approval.is_approved:
        _approved(draft, paper, by.person)
        event = draft.notices.pop().what
    else:
        if ruling.opened is not None:
            _put_before(draft, paper, ruling.opened, without=paper.number)
        elif ruling.node.mode is NodeMode.IN_TURN:
            _put_before(draft, paper, ruling.node, without=paper.number)
        waiting = ruling.approval.open_node
        names = approval.names(draft.company, waiting.asked_now()) if waiting else ()
        if not pressed:
            draft.answer(NodeApproved(document=paper, by=by.person, waiting=names))
        return
    draft.tell(ToGroup(project=paper.project), event)
    if not pressed and not _is_group_of(draft.company, by.chat, paper.project):
        draft.answer(event)


def _is_group_of(company: Company, chat: str, project_code: str) -> bool:
    group = company.groups.get(chat)
    return group is not None and group.project == project_code


def _approved(draft: Draft, paper: Document, by: str) -> None:
    """The end of the chain: orders are drawn up. Leaves the event as the last notice, for the caller to address."""
    approved = replace(paper, state=paper.after(Act.APPROVE))
    orders = purchase_order.draw_up(draft, approved)
    approved = replace(approved, links=(*approved.links, *(o.number for o in orders)))
    draft[DocumentOf(paper.number)] = approved
    draft.tell(ToAsker(), RequisitionApproved(document=approved, by=by, orders=orders))


def _decision(paper: Document, ruling: Ruling, by: Asker, verdict: Verdict, reason: str, draft: Draft) -> Entry:
    return Entry(
        number=paper.number,
        kind=paper.kind,
        act=Act.APPROVE if verdict is Verdict.APPROVE else Act.REJECT,
        by=by.person,
        at=draft.now,
        dated=draft.today,
        project=paper.project,
        reason=reason,
        node=ruling.node.no,
        capacity=ruling.capacity,
    )


def withdraw(number: Number, *, by: Asker) -> Operation:
    """Take a requisition back 撤回, by the requester, before the end."""
    return Operation(
        by=by,
        may=None,
        needs=lambda _facts: (DocumentOf(number), ApprovalOf(number)),
        decide=partial(_withdraw, number, by),
    )


@dataclass(eq=False)
class NotYours(DomainError):
    """Only the one who wrote it may take it back."""

    document: Document


def _withdraw(number: Number, by: Asker, draft: Draft) -> None:
    paper = document(draft, number)
    known(draft.company, by.person)
    if paper.requester != by.person:
        raise NotYours(paper)
    withdrawn = replace(paper, state=paper.after(Act.WITHDRAW))
    chain = draft[ApprovalOf(number)]
    draft[DocumentOf(number)] = withdrawn
    draft.record(
        Entry(
            number=number,
            kind=paper.kind,
            act=Act.WITHDRAW,
            by=by.person,
            at=draft.now,
            dated=draft.today,
            project=paper.project,
        )
    )
    if chain is not None:
        draft[ApprovalOf(number)] = approval.close(chain)
        if (node := chain.open_node) is not None and node.signers:
            settled = ApprovalSettled(document=withdrawn, node=node, by=by.person, verdict=None, reason="")
            draft.tell(ToPeople(people=tuple(s.person for s in node.signers)), settled)
    draft.answer(RequisitionWithdrawn(document=withdrawn, by=by.person))
