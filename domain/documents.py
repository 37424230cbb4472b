"""Documents as people know them: numbers, kinds, states, lines. Their history is in the journal (entries)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from domain.errors import DomainError
from domain.values import ROUNDING_STEPS, Money, Price, Quantity


class DocumentKind(StrEnum):
    """The value is the name in the database and the API; PREFIXES holds the letters people see."""

    REQUISITION = "requisition"
    PURCHASE_ORDER = "purchase_order"
    RECEIPT = "receipt"
    ISSUE = "issue"
    OPENING = "opening"
    REVERSAL = "reversal"


PREFIXES: Final[Mapping[DocumentKind, str]] = {
    DocumentKind.REQUISITION: "SG",
    DocumentKind.PURCHASE_ORDER: "CG",
    DocumentKind.RECEIPT: "RK",
    DocumentKind.ISSUE: "LL",
    DocumentKind.OPENING: "QC",
    DocumentKind.REVERSAL: "CX",
}
_KINDS: Final = {prefix: kind for kind, prefix in PREFIXES.items()}
_NUMBER: Final = re.compile(r"([A-Z]{2})(\d{8})-(\d{3,6})", re.ASCII)


class Number(str):
    """A document number such as SG20261123-001: prefix, day, serial of that day."""

    __slots__ = ()

    @classmethod
    def of(cls, kind: DocumentKind, day: date, serial: int) -> "Number":
        return cls(f"{PREFIXES[kind]}{day:%Y%m%d}-{serial:03d}")

    @classmethod
    def read(cls, text: str) -> "Number":
        """Read a typed number. Raises NoSuchDocument when it is none of ours."""
        found = _NUMBER.fullmatch(text.strip().upper())
        if found is None or found[1] not in _KINDS:
            raise NoSuchDocument(text)
        return cls(found[0])

    @property
    def kind(self) -> DocumentKind:
        return _KINDS[self[:2]]

    @property
    def day(self) -> date:
        return date(int(self[2:6]), int(self[6:8]), int(self[8:10]))

    @property
    def serial(self) -> int:
        return int(self[11:])


class State(StrEnum):
    """Where a document stands."""

    PENDING = "pending"  # 审批中
    APPROVED = "approved"  # 已批准
    REJECTED = "rejected"  # 已驳回
    WITHDRAWN = "withdrawn"  # 已撤回
    TO_CONFIRM = "to_confirm"  # 待采购确认
    ORDERED = "ordered"  # 已下单
    PARTLY_RECEIVED = "partly_received"  # 部分到货
    RECEIVED = "received"  # 已到齐
    CANCELLED = "cancelled"  # 已作废
    POSTED = "posted"  # 已入账
    REVERSED = "reversed"  # 已撤销


OPEN_ORDER: Final = frozenset({State.ORDERED, State.PARTLY_RECEIVED})
FINAL: Final = frozenset({State.REJECTED, State.WITHDRAWN, State.RECEIVED, State.CANCELLED, State.REVERSED})


class Act(StrEnum):
    """What can happen to a document. The first six are journal entries of their own; what a receipt does to its order,
    and a reversal to its original, stands in the entry of the receipt or the reversal.
    """

    POST = "post"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    RECEIVE_PART = "receive_part"
    RECEIVE_ALL = "receive_all"
    REOPEN = "reopen"
    REOPEN_PART = "reopen_part"
    REVERSE = "reverse"


# The states that a first entry can leave a document in.
FIRST: Final[Mapping[DocumentKind, frozenset[State]]] = {
    DocumentKind.REQUISITION: frozenset({State.PENDING}),
    DocumentKind.PURCHASE_ORDER: frozenset({State.TO_CONFIRM, State.ORDERED}),
    DocumentKind.RECEIPT: frozenset({State.POSTED}),
    DocumentKind.ISSUE: frozenset({State.POSTED}),
    DocumentKind.OPENING: frozenset({State.POSTED}),
    DocumentKind.REVERSAL: frozenset({State.POSTED}),
}

_RQ, _PO = DocumentKind.REQUISITION, DocumentKind.PURCHASE_ORDER

NEXT: Final[Mapping[tuple[DocumentKind, State, Act], State]] = {
    (_RQ, State.PENDING, Act.APPROVE): State.APPROVED,  # 同意, at the last node
    (_RQ, State.PENDING, Act.REJECT): State.REJECTED,  # 驳回
    (_RQ, State.PENDING, Act.WITHDRAW): State.WITHDRAWN,  # 撤回
    (_PO, State.TO_CONFIRM, Act.CONFIRM): State.ORDERED,  # 确认下单
    (_PO, State.TO_CONFIRM, Act.CANCEL): State.CANCELLED,
    (_PO, State.ORDERED, Act.CANCEL): State.CANCELLED,
    (_PO, State.ORDERED, Act.RECEIVE_PART): State.PARTLY_RECEIVED,
    (_PO, State.ORDERED, Act.RECEIVE_ALL): State.RECEIVED,
    (_PO, State.PARTLY_RECEIVED, Act.RECEIVE_PART): State.PARTLY_RECEIVED,
    (_PO, State.PARTLY_RECEIVED, Act.RECEIVE_ALL): State.RECEIVED,
    (_PO, State.RECEIVED, Act.RECEIVE_ALL): State.RECEIVED,  # a late truck within the tolerance
    (_PO, State.RECEIVED, Act.REOPEN): State.ORDERED,  # the receipt was undone
    (_PO, State.PARTLY_RECEIVED, Act.REOPEN): State.ORDERED,
    (_PO, State.RECEIVED, Act.REOPEN_PART): State.PARTLY_RECEIVED,
    (_PO, State.PARTLY_RECEIVED, Act.REOPEN_PART): State.PARTLY_RECEIVED,
    (_PO, State.RECEIVED, Act.RECEIVE_PART): State.RECEIVED,
    (DocumentKind.RECEIPT, State.POSTED, Act.REVERSE): State.REVERSED,
    (DocumentKind.ISSUE, State.POSTED, Act.REVERSE): State.REVERSED,
    (DocumentKind.OPENING, State.POSTED, Act.REVERSE): State.REVERSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a document.

    `entered` is what was typed (number and unit); `quantity` the same in the material's base unit; `price` is per
    entered unit. `order`/`order_line` name the purchase-order or requisition line that this one answers.
    `fulfilled` is how much of it later documents have answered, in the base unit.
    """

    no: int
    material: str
    entered: Quantity
    quantity: Quantity
    price: Price | None = None
    amount: Money | None = None
    lot: str = ""
    expiry: date | None = None
    order: str = ""
    order_line: int = 0
    fulfilled: Quantity

    @property
    def outstanding(self) -> Quantity:
        """What is still to come, never below zero; of a converted quantity less than its roundings is nothing."""
        left = self.quantity - self.fulfilled
        return left if left.millionths > self.rounding else Quantity(0, left.unit)

    @property
    def rounding(self) -> int:
        """By how many millionths the line's conversions may be off together; nothing where none is needed."""
        return 0 if self.entered.unit == self.quantity.unit else ROUNDING_STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as it stands now. `links` are the numbers of documents it came from or led to."""

    number: Number
    kind: DocumentKind
    state: State
    project: str
    requester: str
    created_at: datetime
    dated: date
    supplier: str = ""
    warehouse: str = ""
    stage: str = ""
    team: str = ""
    recipient: str = ""
    need_by: date | None = None
    remark: str = ""
    reverses: str = ""
    reversed_by: str = ""
    revision: int = 1
    lines: tuple[Line, ...] = ()
    links: tuple[str, ...] = ()

    def after(self, act: Act) -> State:
        """The state after an act. Raises NotPossible, which says where the document stands."""
        state = NEXT.get((self.kind, self.state, act))
        if state is None:
            raise NotPossible(self, act)
        return state

    @property
    def amount(self) -> Money | None:
        """The sum of the lines' amounts, or None when a line has none."""
        total = Money(0)
        for line in self.lines:
            if line.amount is None:
                return None
            total += line.amount
        return total


@dataclass(eq=False)
class NoSuchDocument(DomainError):
    """A number that names nothing."""

    number: str


@dataclass(eq=False)
class NotPossible(DomainError):
    """The document's state does not allow the act."""

    document: Document
    act: Act
