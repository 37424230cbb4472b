"""One engine over every document that needs consent: who is asked, in which order, and what a decision does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.company import Company, Flow, FlowNode, NodeMode, OnTimeout, Person, Role
from domain.documents import Document, DocumentKind
from domain.errors import DomainError
from domain.operation import Need
from domain.values import Money


class NodeState(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    VOID = "void"  # the document ended before the node was reached


class Verdict(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


class Capacity(StrEnum):
    """By which right somebody was asked."""

    ROLE = "role"  # holds the role in the project, or company-wide
    NAMED = "named"  # the flow names the person
    SUPERIOR = "superior"  # stands in because the requester may not decide on their own document


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    person: str
    capacity: Capacity
    verdict: Verdict | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One step of a chain as it was drawn up for one document. `title` is the role's word or the person's name."""

    no: int
    title: str
    mode: NodeMode
    state: NodeState
    signers: tuple[Signer, ...]

    @property
    def is_stuck(self) -> bool:
        """Nobody can decide it: it never counts as consent, an administrator is told."""
        return not self.signers

    @property
    def turn(self) -> int:
        """How many have signed where people sign in turn: each of them is shown a card of their own."""
        return sum(s.verdict is not None for s in self.signers) if self.mode is NodeMode.IN_TURN else 0

    def asked_now(self) -> tuple[Signer, ...]:
        """Whose turn it is."""
        undecided = tuple(s for s in self.signers if s.verdict is None)
        return undecided[:1] if self.mode is NodeMode.IN_TURN else undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The chain of one document."""

    number: str
    nodes: tuple[Node, ...]

    @property
    def open_node(self) -> Node | None:
        return next((n for n in self.nodes if n.state is NodeState.OPEN), None)

    @property
    def is_approved(self) -> bool:
        return all(n.state is NodeState.APPROVED for n in self.nodes)


@dataclass(frozen=True, slots=True)
class ApprovalOf(Need[Approval | None]):
    number: str


@dataclass(eq=False)
class NotYourTurn(DomainError):
    """The person is not asked now; `waiting` are the names of those who are."""

    document: Document
    waiting: tuple[str, ...]


@dataclass(eq=False)
class AlreadyDecided(DomainError):
    """Somebody decided before; says who, what and when."""

    document: Document
    by: str
    verdict: Verdict | None
    at: datetime | None


@dataclass(eq=False)
class OwnDocument(DomainError):
    """Nobody decides on their own document."""

    document: Document
    waiting: tuple[str, ...]


DEFAULT_CHAIN: Final = (Role.PROJECT_MANAGER, Role.PURCHASING, Role.FINANCE)


def flow_for(company: Company, kind: DocumentKind, project: str) -> Flow | None:
    """The flow that applies: one that names the project, else one for all, else the default for a requisition."""
    fitting = [f for f in company.flows if f.document == kind and (not f.projects or project in f.projects)]
    fitting.sort(key=lambda f: not f.projects)
    if fitting:
        return fitting[0]
    if kind is not DocumentKind.REQUISITION:
        return None
    from_amount = company.settings.requisition_finance_from
    nodes = tuple(
        FlowNode(role=role, on_timeout=OnTimeout.REMIND, min_amount=from_amount if role is Role.FINANCE else None)
        for role in DEFAULT_CHAIN
    )
    return Flow(document=kind, nodes=nodes)


def _holders(company: Company, role: Role, project: str) -> list[Person]:
    """Those who hold the role in this project, and only if there is none, those who hold it company-wide."""
    manager = (
        company.projects[project].manager if role is Role.PROJECT_MANAGER and project in company.projects else None
    )
    own = [
        p
        for p in company.people.values()
        if p.id == manager or any(g.role is role and g.project is not None and g.project == project for g in p.grants)
    ]
    wide = [p for p in company.people.values() if any(g.role is role and g.project is None for g in p.grants)]
    return own or wide


def _superior(company: Company, person: str) -> Person | None:
    """The next superior who is not the person; circles end the search."""
    seen = {person}
    current = company.people.get(person)
    while current is not None and current.superior is not None and current.superior not in seen:
        seen.add(current.superior)
        if (found := company.people.get(current.superior)) is not None:
            return found
        current = None
    return None


def _signers(company: Company, node: FlowNode, requester: str, project: str) -> tuple[Signer, ...]:
    """Who is asked at a node: never the requester, in whose place the next superior is asked."""
    if node.person is not None:
        named = company.people.get(node.person)
        asked, capacity = ([named] if named else []), Capacity.NAMED
    else:
        assert node.role is not None
        asked, capacity = _holders(company, node.role, project), Capacity.ROLE
    others = tuple(Signer(person=p.id, capacity=capacity) for p in asked if p.id != requester)
    chain_asks_requester = len(others) < len(asked)
    if chain_asks_requester and (not others or node.mode is not NodeMode.ANY):
        superior = _superior(company, requester)
        if superior is not None and all(s.person != superior.id for s in others):
            return (*others, Signer(person=superior.id, capacity=Capacity.SUPERIOR))
    return others


def draw_up(company: Company, document: Document, amount: Money | None) -> Approval | None:
    """The chain for a document of a known or unknown amount; None where it needs no consent.

    A node that starts at an amount is left out only when the amount is known and smaller: a check that cannot be made
    never passes. Neighbouring nodes that ask the same one person become one.
    """
    flow = flow_for(company, document.kind, document.project)
    if flow is None:
        return None
    nodes = list[Node]()
    for node in flow.nodes:
        if node.min_amount is not None and amount is not None and amount < node.min_amount:
            continue
        signers = _signers(company, node, document.requester, document.project)
        title = node.role.value if node.role else _title(company, node.person or "")
        if nodes and len(signers) == 1 and [s.person for s in nodes[-1].signers] == [signers[0].person]:
            nodes[-1] = replace(nodes[-1], title=f"{nodes[-1].title}、{title}")
            continue
        nodes.append(Node(no=len(nodes) + 1, title=title, mode=node.mode, state=NodeState.WAITING, signers=signers))
    if not nodes:
        return None
    nodes[0] = replace(nodes[0], state=NodeState.OPEN)
    return Approval(number=document.number, nodes=tuple(nodes))


def missing_at(company: Company, project: str, amount: Money, asked: Sequence[str]) -> list[str]:
    """Steps of the requisition flow that this amount calls for and that were not among those asked (their titles)."""
    flow = flow_for(company, DocumentKind.REQUISITION, project)
    due = [n for n in (flow.nodes if flow else ()) if n.min_amount is not None and amount >= n.min_amount]
    titles = [node.role.value if node.role else _title(company, node.person or "") for node in due]
    words = {word for title in asked for word in title.split("、")}
    return [title for title in titles if title not in words]


def _title(company: Company, person: str) -> str:
    found = company.people.get(person)
    return found.name if found else person


def names(company: Company, signers: Sequence[Signer]) -> tuple[str, ...]:
    return tuple(_title(company, s.person) for s in signers)


def _last_decision(approval: Approval) -> Signer | None:
    decided = [s for n in approval.nodes for s in n.signers if s.at is not None]
    return max(decided, key=lambda s: (s.at is not None, s.at), default=None)


def must_be_at(company: Company, approval: Approval, document: Document, no: int) -> None:
    """Raise AlreadyDecided when the chain has gone on from the step that a card shows."""
    if approval.open_node is None or approval.open_node.no == no:
        return
    last = _last_decision(replace(approval, nodes=tuple(n for n in approval.nodes if n.no == no)))
    if last is not None:
        raise AlreadyDecided(document, _title(company, last.person), last.verdict, last.at)


def _signer_asked(company: Company, approval: Approval, document: Document, person: str) -> tuple[Node, Signer]:
    """The open node and the person's place in it. Raises OwnDocument, AlreadyDecided, NotYourTurn."""
    node = approval.open_node
    if node is None:
        last = _last_decision(approval)
        raise AlreadyDecided(
            document,
            _title(company, last.person) if last else "",
            last.verdict if last else None,
            last.at if last else None,
        )
    waiting = names(company, node.asked_now())
    if person == document.requester:
        raise OwnDocument(document, waiting)
    asked = next((s for s in node.asked_now() if s.person == person), None)
    if asked is not None and may_still(company, node, asked, document.project):
        return node, asked
    mine = [s for n in approval.nodes for s in n.signers if s.person == person and s.verdict is not None]
    if mine:
        raise AlreadyDecided(document, _title(company, person), mine[-1].verdict, mine[-1].at)
    raise NotYourTurn(document, waiting)


def may_still(company: Company, node: Node, signer: Signer, project: str) -> bool:
    """Whether somebody who was asked may decide today: still known, and still in the role for which they were asked."""
    person = company.people.get(signer.person)
    if person is None:
        return False
    if signer.capacity is not Capacity.ROLE:
        return True
    roles = [role for role in Role if role.value in node.title.split("、")]
    return any(person.has(role, project=project) for role in roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a decision did: the node it was made at, and the chain after it."""

    approval: Approval
    node: Node
    capacity: Capacity
    opened: Node | None  # the node that is asked next


def decide(
    company: Company, approval: Approval, document: Document, person: str, verdict: Verdict, at: datetime
) -> Ruling:
    """One person's decision. A rejection by anybody asked ends the chain (或签 and 会签 alike, docs/adr/0004).

    Raises OwnDocument, NotYourTurn, AlreadyDecided.
    """
    node, asked = _signer_asked(company, approval, document, person)
    signers = tuple(replace(s, verdict=verdict, at=at) if s is asked else s for s in node.signers)
    decided = replace(node, signers=signers, state=_after(node.mode, signers, verdict))
    nodes = [decided if n.no == node.no else n for n in approval.nodes]
    opened: Node | None = None
    if decided.state is NodeState.REJECTED:
        nodes = [replace(n, state=NodeState.VOID) if n.state is NodeState.WAITING else n for n in nodes]
    elif decided.state is NodeState.APPROVED:
        opened = next((n for n in nodes if n.state is NodeState.WAITING), None)
        if opened is not None:
            opened = replace(opened, state=NodeState.OPEN)
            nodes = [opened if n.no == opened.no else n for n in nodes]
    return Ruling(approval=replace(approval, nodes=tuple(nodes)), node=decided, capacity=asked.capacity, opened=opened)


def _after(mode: NodeMode, signers: tuple[Signer, ...], verdict: Verdict) -> NodeState:
    if verdict is Verdict.REJECT:
        return NodeState.REJECTED
    if mode is NodeMode.ANY or all(s.verdict is Verdict.APPROVE for s in signers):
        return NodeState.APPROVED
    return NodeState.OPEN


def close(approval: Approval) -> Approval:
    """The chain of a document that was withdrawn: what was not decided is void."""
    unsettled = {NodeState.WAITING, NodeState.OPEN}
    return replace(
        approval, nodes=tuple(replace(n, state=NodeState.VOID) if n.state in unsettled else n for n in approval.nodes)
    )
