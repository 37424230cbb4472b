"""Documents as they stand, and their approvals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.approval import Approval, ApprovalOf, Capacity, Node, NodeState, Signer, Verdict
from domain.company import NodeMode
from domain.documents import Document, DocumentKind, Line, Number, State
from domain.operation import SeriesOf
from domain.records import DocumentOf
from domain.values import Money, Price, Quantity
from storage import tables
from storage.sets import Lookup, Row, insert_new, upsert

_HEADERS: Final = Lookup(select(tables.document), tables.document.c.number)
_LINES: Final = Lookup(
    select(tables.document_line).order_by(tables.document_line.c.number, tables.document_line.c.no),
    tables.document_line.c.number,
)
_LINKS: Final = Lookup(
    select(tables.document_link).order_by(tables.document_link.c.position), tables.document_link.c.number
)
_NODES: Final = Lookup(select(tables.approval_node).order_by(tables.approval_node.c.no), tables.approval_node.c.number)
_SIGNERS: Final = Lookup(
    select(tables.approval_signer).order_by(tables.approval_signer.c.node, tables.approval_signer.c.position),
    tables.approval_signer.c.number,
)
_SERIES: Final = Lookup(select(tables.series), tables.series.c.kind, tables.series.c.day)


async def load_documents(connection: AsyncConnection, needs: Sequence[DocumentOf]) -> dict[DocumentOf, Document | None]:
    """Documents with their lines and links, three statements for however many."""
    lines, links = defaultdict[str, list[Line]](list), defaultdict[str, list[str]](list)
    headers = {row["number"]: row for row in await _HEADERS.rows(connection, [n.number for n in needs])}
    for row in await _LINES.rows(connection, headers):
        lines[row["number"]].append(_line(row))
    for row in await _LINKS.rows(connection, headers):
        links[row["number"]].append(row["other"])
    found = {n: _document(h, lines[n], links[n]) for n, h in headers.items()}
    return {need: found.get(need.number) for need in needs}


def _document(row: Row, lines: list[Line], links: list[str]) -> Document:
    same = {key: row[key] for key in _SAME}
    return Document(
        number=Number(row["number"]),
        kind=DocumentKind(row["kind"]),
        state=State(row["state"]),
        lines=tuple(lines),
        links=tuple(links),
        **same,
    )


_SAME = (
    "project",
    "requester",
    "created_at",
    "dated",
    "supplier",
    "warehouse",
    "stage",
    "team",
    "recipient",
    "need_by",
    "remark",
    "reverses",
    "reversed_by",
    "revision",
)


def _line(row: Row) -> Line:
    return Line(
        no=row["no"],
        material=row["material"],
        entered=Quantity(row["entered"], row["entered_unit"]),
        quantity=Quantity(row["quantity"], row["unit"]),
        price=None if row["price"] is None else Price(row["price"]),
        amount=None if row["amount"] is None else Money(row["amount"]),
        lot=row["lot"],
        expiry=row["expiry"],
        order=row["order_number"],
        order_line=row["order_line"],
        fulfilled=Quantity(row["fulfilled"], row["unit"]),
    )


async def save_documents(connection: AsyncConnection, changed: Mapping[DocumentOf, Document | None]) -> None:
    papers = [p for p in changed.values() if p is not None]
    await upsert(connection, tables.document, [_document_row(p) for p in papers])
    await upsert(connection, tables.document_line, [_line_row(p, line) for p in papers for line in p.lines])
    links = [
        {"number": str(p.number), "other": str(other), "position": i}
        for p in papers
        for i, other in enumerate(p.links, 1)
    ]
    await insert_new(connection, tables.document_link, links)


def _document_row(paper: Document) -> Row:
    row = {key: getattr(paper, key) for key in _SAME}
    return {"number": str(paper.number), "kind": paper.kind.value, "state": paper.state.value, **row}


def _line_row(paper: Document, line: Line) -> Row:
    return {
        "number": str(paper.number),
        "no": line.no,
        "material": line.material,
        "lot": line.lot,
        "expiry": line.expiry,
        "entered": line.entered.millionths,
        "entered_unit": line.entered.unit,
        "quantity": line.quantity.millionths,
        "unit": line.quantity.unit,
        "price": None if line.price is None else line.price.micros,
        "amount": None if line.amount is None else line.amount.fen,
        "order_number": str(line.order),
        "order_line": line.order_line,
        "fulfilled": line.fulfilled.millionths,
    }


async def load_approvals(connection: AsyncConnection, needs: Sequence[ApprovalOf]) -> dict[ApprovalOf, Approval | None]:
    signers, nodes = defaultdict[tuple[str, int], list[Signer]](list), defaultdict[str, list[Node]](list)
    numbers = [n.number for n in needs]
    for row in await _SIGNERS.rows(connection, numbers):
        verdict = Verdict(row["verdict"]) if row["verdict"] else None
        signer = Signer(person=row["person"], capacity=Capacity(row["capacity"]), verdict=verdict, at=row["at"])
        signers[row["number"], row["node"]].append(signer)
    for row in await _NODES.rows(connection, numbers):
        node = Node(
            no=row["no"],
            title=row["title"],
            mode=NodeMode(row["mode"]),
            state=NodeState(row["state"]),
            signers=tuple(signers[row["number"], row["no"]]),
        )
        nodes[row["number"]].append(node)
    return {n: Approval(number=n.number, nodes=tuple(nodes[n.number])) if nodes[n.number] else None for n in needs}


async def save_approvals(connection: AsyncConnection, changed: Mapping[ApprovalOf, Approval | None]) -> None:
    chains = [a for a in changed.values() if a is not None]
    nodes = [
        {"number": str(a.number), "no": n.no, "title": n.title, "mode": n.mode.value, "state": n.state.value}
        for a in chains
        for n in a.nodes
    ]
    signers = [
        {
            "number": str(a.number),
            "node": n.no,
            "person": s.person,
            "position": i,
            "capacity": s.capacity.value,
            "verdict": s.verdict.value if s.verdict else None,
            "at": s.at,
        }
        for a in chains
        for n in a.nodes
        for i, s in enumerate(n.signers)
    ]
    await upsert(connection, tables.approval_node, nodes)
    await upsert(connection, tables.approval_signer, signers)


async def load_series(connection: AsyncConnection, needs: Sequence[SeriesOf]) -> dict[SeriesOf, int]:
    rows = await _SERIES.rows(connection, [(n.kind.value, n.day) for n in needs])
    found = {SeriesOf(kind=DocumentKind(row["kind"]), day=row["day"]): row["last"] for row in rows}
    return {n: found.get(n, 0) for n in needs}


async def save_series(connection: AsyncConnection, changed: Mapping[SeriesOf, int]) -> None:
    rows = [{"kind": n.kind.value, "day": n.day, "last": last} for n, last in changed.items()]
    await upsert(connection, tables.series, rows)
