"""Journal entries: one per document posted, decision made or correction. Never changed, never deleted."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.documents import Act, Document, DocumentKind, Line, Number
from domain.places import Place
from domain.values import Money, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One line of the ledger: a quantity of one material, an amount, or both, from one place to another.

    Neither is negative and not both are zero; a value adjustment has quantity zero. `stage`, `team` and `recipient`
    tell for what and for whom a consumption was.
    """

    no: int
    line: int
    material: str
    lot: str = ""
    quantity: Quantity
    amount: Money
    source: Place
    target: Place
    stage: str = ""
    team: str = ""
    recipient: str = ""

    def __post_init__(self) -> None:
        if self.source == self.target:
            raise ValueError(f"a move from {self.source} to itself")
        if self.quantity.millionths < 0 or self.amount.fen < 0:
            raise ValueError(f"a negative move of {self.material}")
        if not self.quantity and not self.amount:
            raise ValueError(f"a move of nothing of {self.material}")


@dataclass(frozen=True, slots=True)
class Serial:
    """One piece of a line: its serial number."""

    line: int
    serial: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One committed fact about one document.

    `by` is the person id; `at` when it was recorded; `dated` the day it counts for. `node` and `capacity` are set on
    approval decisions: which node, and by which right the person decided. Header fields repeat what this entry says,
    so that an entry can be read, and hashed, without the document's present state.
    """

    number: Number
    kind: DocumentKind
    act: Act
    by: str
    at: datetime
    dated: date
    project: str = ""
    supplier: str = ""
    warehouse: str = ""
    stage: str = ""
    team: str = ""
    recipient: str = ""
    need_by: date | None = None
    remark: str = ""
    reason: str = ""
    reverses: str = ""
    source: str = ""  # the document this one came from
    node: int = 0
    capacity: str = ""
    lines: tuple[Line, ...] = ()
    moves: tuple[Move, ...] = ()
    serials: tuple[Serial, ...] = ()


def posting(
    paper: Document,
    *,
    moves: tuple[Move, ...] = (),
    serials: tuple[Serial, ...] = (),
    source: str = "",
    reason: str = "",
) -> Entry:
    """The first entry of a document: its header and lines as they were posted."""
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
        stage=paper.stage,
        team=paper.team,
        recipient=paper.recipient,
        need_by=paper.need_by,
        remark=paper.remark,
        reason=reason,
        reverses=paper.reverses,
        source=source,
        lines=paper.lines,
        moves=moves,
        serials=serials,
    )
