"""Documents as they stand, and their approvals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.approval import Approval, ApprovalOf, Capacity, Node, NodeState, Signer, Verdict
from domain.company import NodeMode
from domain.documents import Document, DocumentKind, Line, Number, State
from domain.operation import SeriesOf
from domain.records import DocumentOf
from domain.values import Money, Price, Quantity
from storage import tables
from storage.sets import Row, among, chunks, insert_new, upsert


async def load_documents(connection: AsyncConnection, needs: Sequence[DocumentOf]) -> dict[DocumentOf, Document | None]:
    """Documents with their lines and links, three statements for however many."""
    headers, lines = dict[str, Row](), defaultdict[str, list[Line]](list)
    links = defaultdict[str, list[str]](list)
    for numbers in chunks(n.number for n in needs):
        table = tables.document
        for row in (await connection.execute(select(table).where(table.c.number.in_(numbers)))).mappings():
            headers[row["number"]] = dict(row)
    for numbers in chunks(headers):
        table = tables.document_line
        query = select(table).where(table.c.number.in_(numbers)).order_by(table.c.number, table.c.no)
        for row in (await connection.execute(query)).mappings():
            lines[row["number"]].append(_line(dict(row)))
        other = tables.document_link
        query = select(other).where(other.c.number.in_(numbers)).order_by(other.c.position)
        for row in await connection.execute(query):
            links[row.number].append(row.other)
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
    for numbers in chunks(n.number for n in needs):
        table = tables.approval_signer
        query = select(table).where(table.c.number.in_(numbers)).order_by(table.c.node, table.c.position)
        for row in await connection.execute(query):
            verdict = Verdict(row.verdict) if row.verdict else None
            signer = Signer(person=row.person, capacity=Capacity(row.capacity), verdict=verdict, at=row.at)
            signers[row.number, row.node].append(signer)
        other = tables.approval_node
        for row in await connection.execute(select(other).where(other.c.number.in_(numbers)).order_by(other.c.no)):
            node = Node(
                no=row.no,
                title=row.title,
                mode=NodeMode(row.mode),
                state=NodeState(row.state),
                signers=tuple(signers[row.number, row.no]),
            )
            nodes[row.number].append(node)
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
    table, found = tables.series, dict[SeriesOf, int]()
    pairs = [(n.kind.value, n.day) for n in needs]
    for part in chunks(pairs):
        for row in await connection.execute(select(table).where(among([table.c.kind, table.c.day], part))):
            found[SeriesOf(kind=DocumentKind(row.kind), day=row.day)] = row.last
    return {n: found.get(n, 0) for n in needs}


async def save_series(connection: AsyncConnection, changed: Mapping[SeriesOf, int]) -> None:
    rows = [{"kind": n.kind.value, "day": n.day, "last": last} for n, last in changed.items()]
    await upsert(connection, tables.series, rows)
