"""What operations ask about many rows at once: open orders, last prices, budget use, the day's movements."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.approval import NodeState
from domain.company import Company
from domain.digest import Day, DayLine, DayOf, Head, HeadNow, PendingIn
from domain.document_query import WaitingFor
from domain.documents import OPEN_ORDER, Act, DocumentKind, Number, State
from domain.places import PlaceKind
from domain.records import LastPricesOf, LastStageOf, OnOrderOf, OpenOrdersOf, PaidPrice, Spend, SpendOf
from domain.values import FEN_MAX, MILLIONTHS_MAX, Money, Price, Quantity
from storage import spending, tables
from storage.sets import among, chunks

# Written into the statement, because SQLite uses a partial index only where it can see the value.
OPEN_NODE: Final[ColumnElement[str]] = literal_column(f"'{NodeState.OPEN.value}'")
PRICES_MAX: Final = 3
SPEND_MAX: Final = FEN_MAX // 10  # three of them, and a line more, still fit
_OPEN: Final = [state.value for state in OPEN_ORDER]
_EXPECTED: Final = [*_OPEN, State.TO_CONFIRM.value]
_document, _line, _entry, _move = tables.document, tables.document_line, tables.entry, tables.move


async def open_orders(
    connection: AsyncConnection, needs: Sequence[OpenOrdersOf]
) -> dict[OpenOrdersOf, tuple[Number, ...]]:
    found = defaultdict[OpenOrdersOf, list[Number]](list)
    for part in chunks((n.project, n.material) for n in needs):
        query = (
            select(_document.c.project, _line.c.material, _document.c.number)
            .join(_line, _line.c.number == _document.c.number)
            .where(
                _document.c.kind == DocumentKind.PURCHASE_ORDER.value,
                _document.c.state.in_(_OPEN),
                _document.c.project.in_({project for project, _ in part}),  # lets the index of documents be used
                _line.c.fulfilled < _line.c.quantity,
                among([_document.c.project, _line.c.material], part),
            )
            .order_by(_document.c.created_at, _document.c.number)
        )
        for row in await connection.execute(query):
            numbers = found[OpenOrdersOf(project=row.project, material=row.material)]
            if row.number not in numbers:
                numbers.append(Number(row.number))
    return {n: tuple(found[n]) for n in needs}


async def on_order(
    connection: AsyncConnection, needs: Sequence[OnOrderOf], company: Company
) -> dict[OnOrderOf, Quantity]:
    found = dict[OnOrderOf, int]()
    for part in chunks((n.project, n.material) for n in needs):
        query = (
            select(_document.c.project, _line.c.material, func.sum(_line.c.quantity - _line.c.fulfilled).label("left"))
            .join(_line, _line.c.number == _document.c.number)
            .where(
                _document.c.kind == DocumentKind.PURCHASE_ORDER.value,
                _document.c.state.in_(_EXPECTED),
                _document.c.project.in_({project for project, _ in part}),  # lets the index of documents be used
                _line.c.fulfilled < _line.c.quantity,
                among([_document.c.project, _line.c.material], part),
            )
            .group_by(_document.c.project, _line.c.material)
        )
        for row in await connection.execute(query):
            found[OnOrderOf(project=row.project, material=row.material)] = int(row.left)
    return {n: Quantity(min(found.get(n, 0), MILLIONTHS_MAX), company.materials[n.material].base_unit) for n in needs}


def _stands(number: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a document was not undone. A count, because PostgreSQL would rather read all entries for NOT EXISTS."""
    undo = tables.entry.alias("undo")
    undone = select(func.count(undo.c.seq)).where(undo.c.reverses == number, undo.c.reverses != literal_column("''"))
    return undone.scalar_subquery() == 0


async def last_prices(
    connection: AsyncConnection, needs: Sequence[LastPricesOf]
) -> dict[LastPricesOf, tuple[PaidPrice, ...]]:
    """The newest receipts with a price. One indexed look-up a material, so that it costs the same at any length."""
    found = dict[LastPricesOf, tuple[PaidPrice, ...]]()
    for need in needs:
        line = tables.entry_line
        query = (
            select(line.c.price, line.c.entered_unit, _entry.c.supplier, _entry.c.dated, _entry.c.number)
            .join(_entry, _entry.c.seq == line.c.seq)
            .where(
                line.c.material == need.material,
                line.c.price.is_not(None),
                _entry.c.kind == DocumentKind.RECEIPT.value,
                _entry.c.act == Act.POST.value,
                _stands(_entry.c.number),
            )
            .order_by(line.c.seq.desc(), line.c.no.desc())
            .limit(PRICES_MAX)
        )
        rows = await connection.execute(query)
        found[need] = tuple(
            PaidPrice(price=Price(r.price), unit=r.entered_unit, supplier=r.supplier, day=r.dated, number=r.number)
            for r in rows
        )
    return found


async def spend(connection: AsyncConnection, needs: Sequence[SpendOf]) -> dict[SpendOf, Spend]:
    return {need: await _spend(connection, need) for need in needs}


async def _spend(connection: AsyncConnection, need: SpendOf) -> Spend:
    asked = select(func.coalesce(func.sum(_line.c.amount), 0)).join(_document, _document.c.number == _line.c.number)
    asked = asked.where(
        _document.c.project == need.project,
        _document.c.kind == DocumentKind.REQUISITION.value,
        _document.c.state == State.PENDING.value,
        _document.c.number != need.without,
    )
    waiting = select(_line.c.amount, _line.c.quantity, _line.c.fulfilled)
    waiting = waiting.join(_document, _document.c.number == _line.c.number).where(
        _document.c.project == need.project,
        _document.c.kind == DocumentKind.PURCHASE_ORDER.value,
        _document.c.state.in_(_EXPECTED),
        _line.c.fulfilled < _line.c.quantity,
        _line.c.amount.is_not(None),
    )
    ordered = sum(
        Money(row.amount).share(Quantity(row.quantity - row.fulfilled, ""), Quantity(row.quantity, "")).fen
        for row in await connection.execute(waiting)
    )
    spent = await spending.load(connection, need.project)
    return Spend(
        asked=_capped(int((await connection.execute(asked)).scalar_one())),
        ordered=_capped(ordered),
        spent=_capped(spent),
    )


def _capped(fen: int) -> Money:
    """A sum of amounts that each fit need not fit itself; it is shown and compared, never booked."""
    return Money(max(min(fen, SPEND_MAX), -SPEND_MAX))


async def last_stages(connection: AsyncConnection, needs: Sequence[LastStageOf]) -> dict[LastStageOf, str | None]:
    found = dict[LastStageOf, str | None]()
    for need in needs:
        query = (
            select(_move.c.stage)
            .join(_entry, _entry.c.seq == _move.c.seq)
            .where(
                _stands(_entry.c.number),
                _move.c.target_kind == PlaceKind.CONSUMPTION.value,
                _move.c.target_code == need.project,
                _move.c.team == need.team,
                _move.c.stage != "",
            )
            .order_by(_move.c.seq.desc())
            .limit(1)
        )
        found[need] = (await connection.execute(query)).scalar_one_or_none()
    return found


async def waiting_for(connection: AsyncConnection, needs: Sequence[WaitingFor]) -> dict[WaitingFor, tuple[str, ...]]:
    table, signer = tables.approval_node, tables.approval_signer
    # Few nodes are open; by the person, all that they were ever asked would be gone through.
    node = select(table.c.number, table.c.no).where(table.c.state == OPEN_NODE).cte("open").prefix_with("MATERIALIZED")
    query = (
        select(signer.c.person, signer.c.number)
        .join(node, and_(node.c.number == signer.c.number, node.c.no == signer.c.node))
        .where(
            signer.c.verdict.is_(None),
            signer.c.person.in_([n.person for n in needs]),
        )
        .order_by(signer.c.number)
    )
    found = defaultdict[str, list[str]](list)
    for row in await connection.execute(query):
        found[row.person].append(row.number)
    return {n: tuple(found[n.person]) for n in needs}


async def pending_in(connection: AsyncConnection, needs: Sequence[PendingIn]) -> dict[PendingIn, tuple[str, ...]]:
    query = (
        select(_document.c.project, _document.c.number)
        .where(
            _document.c.project.in_([n.project for n in needs]),
            _document.c.kind.in_([DocumentKind.REQUISITION.value, DocumentKind.PURCHASE_ORDER.value]),
            _document.c.state.in_([State.PENDING.value, State.TO_CONFIRM.value]),
        )
        .order_by(_document.c.created_at, _document.c.number)
    )
    found = defaultdict[str, list[str]](list)
    for row in await connection.execute(query):
        found[row.project].append(row.number)
    return {n: tuple(found[n.project]) for n in needs}


async def head_now(connection: AsyncConnection, needs: Sequence[HeadNow]) -> dict[HeadNow, Head]:
    row = (await connection.execute(select(tables.chain.c.seq, tables.chain.c.hash))).one()
    return {need: Head(seq=row.seq, hash=row.hash) for need in needs}


async def day_of(connection: AsyncConnection, needs: Sequence[DayOf], company: Company) -> dict[DayOf, Day]:
    return {need: await _day(connection, need, company) for need in needs}


async def _day(connection: AsyncConnection, need: DayOf, company: Company) -> Day:
    """Net movements of the day, with what was booked the evening before after its report was told.

    What a reversal of the same span took back is taken off.
    """
    anchor = tables.anchor
    told = select(anchor.c.day, anchor.c.seq).where(anchor.c.project == need.project, anchor.c.day <= need.day)
    anchors = (await connection.execute(told.order_by(anchor.c.day.desc()).limit(2))).all()
    since = next((row.seq for row in anchors if row.day < need.day), None)
    until = next((row.seq for row in anchors if row.day == need.day), None)
    entries = select(_entry.c.seq).where(_entry.c.project == need.project, _entry.c.dated == need.day)
    if since is not None:
        # Looked up by their place alone: by the project, SQLite would go through all that it ever booked.
        columns = (_entry.c.seq, _entry.c.project, _entry.c.dated)
        after = select(*columns).where(_entry.c.seq > since, *([_entry.c.seq <= until] if until is not None else []))
        later = after.cte("later").prefix_with("MATERIALIZED")
        late = select(later.c.seq).where(later.c.project == need.project, later.c.dated < need.day)
        entries = union_all(entries, late)
    query = select(_move, _entry.c.dated).join(_entry, _entry.c.seq == _move.c.seq)
    query = query.where(_move.c.seq.in_(entries), _move.c.quantity > 0).order_by(_move.c.seq, _move.c.no)
    received, issued = dict[tuple[str, str, str], list[int]](), dict[tuple[str, str, str], list[int]]()
    days = set[date]()
    for row in await connection.execute(query):
        days.add(row.dated)
        if PlaceKind.SUPPLIER in {row.source_kind, row.target_kind}:
            _add(received, (row.material, "", ""), row, inward=row.source_kind == PlaceKind.SUPPLIER)
        elif PlaceKind.CONSUMPTION in {row.source_kind, row.target_kind}:
            who = (row.material, row.team or row.recipient, row.stage)
            _add(issued, who, row, inward=row.target_kind == PlaceKind.CONSUMPTION)
    first = min(days, default=need.day)
    since = first if first < need.day else None
    return Day(received=_day_lines(received, company), issued=_day_lines(issued, company), since=since)


def _add(into: dict[tuple[str, str, str], list[int]], key: tuple[str, str, str], row: Any, *, inward: bool) -> None:
    sums, sign = into.setdefault(key, [0, 0]), 1 if inward else -1
    sums[0] += sign * row.quantity
    sums[1] += sign * row.amount


def _day_lines(sums: dict[tuple[str, str, str], list[int]], company: Company) -> tuple[DayLine, ...]:
    return tuple(
        DayLine(
            material=material,
            quantity=Quantity(quantity, company.materials[material].base_unit if material in company.materials else ""),
            amount=Money(amount),
            team=team,
            stage=stage,
        )
        for (material, team, stage), (quantity, amount) in sums.items()
        if quantity or amount
    )
