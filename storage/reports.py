"""Read models: the book as reports and other people's programs see it, in frozen rows of its own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.documents import Act
from domain.values import Money, Price, Quantity
from storage import inbox, journal, outbox, tables

_balance, _pool, _move, _entry = tables.balance, tables.pool, tables.move, tables.entry

# --- stock ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAsked:
    """Which stock is wanted; "" is any. Only a named material shows where there is none left of it."""

    project: str = ""
    warehouse: str = ""
    material: str = ""
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """One material and lot in one warehouse. `owner` is a project, "" the company."""

    owner: str
    warehouse: str
    material: str
    lot: str
    millionths: int
    value: Money


@dataclass(eq=False)
class TooManyRows(Exception):
    """The question was too wide; `limit` rows are the most that one answer holds."""

    limit: int


async def stock(
    connection: AsyncConnection, asked: StockAsked, *, owners: Mapping[str, str], limit: int
) -> list[StockRow]:
    """What lies where and what it is worth. `owners` says whose each warehouse is. Raises TooManyRows.

    The rows of one owner's pool add up to the pool, to the fen: each gets what the pool is worth up to and with it,
    less what it is worth up to it. So all rows of a pool are read, also those that were not asked for.
    """
    materials = select(_balance.c.material).where(*_wanted(asked, owners))
    theirs = [_balance.c.material.in_(materials), *_of_same_owners(asked, owners)]
    query = select(_balance).where(*theirs, *_not_empty(asked)).limit(limit + 1)
    rows = (await connection.execute(query)).all()
    if len(rows) > limit:
        raise TooManyRows(limit)
    # Sorted here: the databases disagree about the order of texts, and with it about who gets the odd fen.
    rows = sorted(rows, key=lambda row: (row.material, row.warehouse, row.lot))
    pools = await _pools(connection, _pool.c.material.in_(materials))
    return [row for row in _valued(rows, owners, pools) if _is_wanted(row, asked)]


def _not_empty(asked: StockAsked) -> list[ColumnElement[bool]]:
    return [] if asked.material else [_balance.c.quantity > 0]


def _wanted(asked: StockAsked, owners: Mapping[str, str]) -> list[ColumnElement[bool]]:
    found = _not_empty(asked)
    if asked.project:
        found.append(_balance.c.warehouse.in_([w for w, owner in owners.items() if owner == asked.project]))
    for name in ("warehouse", "material", "lot"):
        if value := getattr(asked, name):
            found.append(_balance.c[name] == value)
    return found


def _of_same_owners(asked: StockAsked, owners: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """Every warehouse whose stock shares a pool with what was asked for."""
    if not asked.project and not asked.warehouse:
        return []
    owner = asked.project or owners.get(asked.warehouse, "")
    theirs = {w for w, its in owners.items() if its == owner} | {asked.warehouse}
    return [_balance.c.warehouse.in_(theirs)]


def _is_wanted(row: StockRow, asked: StockAsked) -> bool:
    return (
        asked.project in ("", row.owner)
        and asked.warehouse in ("", row.warehouse)
        and asked.material in ("", row.material)
        and asked.lot in ("", row.lot)
    )


_Pools = Mapping[tuple[str, str, str], tuple[int, int]]  # material, owner, lot: millionths, fen


async def _pools(connection: AsyncConnection, those: ColumnElement[bool]) -> _Pools:
    sums = (func.sum(_pool.c.quantity).label("held"), func.sum(_pool.c.value).label("worth"))
    names = (_pool.c.material, _pool.c.owner, _pool.c.lot)
    rows = await connection.execute(select(*names, *sums).where(those).group_by(*names))
    return {(row.material, row.owner, row.lot): (int(row.held), int(row.worth)) for row in rows}


def _valued(rows: Sequence[Any], owners: Mapping[str, str], pools: _Pools) -> list[StockRow]:
    found, before = list[StockRow](), defaultdict[tuple[str, str, str], int](int)
    for row in rows:
        owner = owners.get(row.warehouse, "")
        key = (row.material, owner, row.lot)
        if key not in pools:  # lots that do not keep their own cost share the material's pool
            key = (row.material, owner, "")
        until = before[key] + row.quantity
        value = _up_to(until, *pools.get(key, (0, 0))) - _up_to(before[key], *pools.get(key, (0, 0)))
        before[key] = until
        found.append(
            StockRow(
                owner=owner,
                warehouse=row.warehouse,
                material=row.material,
                lot=row.lot,
                millionths=row.quantity,
                value=value,
            )
        )
    return found


def _up_to(part: int, held: int, worth: int) -> Money:
    """What so much of a pool is worth."""
    return Money(worth).share(Quantity(part, ""), Quantity(held, "")) if held else Money(0)


# --- one document --------------------------------------------------------------------------------------------------

# What people decided about a document; the other acts follow from documents of their own.
DECISIONS: Final = (Act.APPROVE, Act.REJECT, Act.WITHDRAW, Act.CONFIRM, Act.CANCEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    no: int
    material: str
    entered: Quantity
    quantity: Quantity
    price: Price | None
    amount: Money | None
    lot: str
    expiry: date | None
    fulfilled: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """`node` is 0 where no chain asked for the decision: a withdrawal, an order placed or cancelled."""

    node: int
    person: str
    act: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    number: str
    kind: str
    state: str
    project: str
    requester: str
    created_at: datetime
    lines: tuple[LineRow, ...]
    decisions: tuple[DecisionRow, ...]
    links: tuple[str, ...]


async def document(connection: AsyncConnection, number: str) -> DocumentRow | None:
    """A document as it stands, with what was decided about it; None where there is none of that number."""
    table = tables.document
    head = (await connection.execute(select(table).where(table.c.number == number))).one_or_none()
    if head is None:
        return None
    return DocumentRow(
        number=head.number,
        kind=head.kind,
        state=head.state,
        project=head.project,
        requester=head.requester,
        created_at=head.created_at,
        lines=await _lines(connection, number),
        decisions=await _decisions(connection, number),
        links=await _links(connection, number, head.reversed_by),
    )


async def _links(connection: AsyncConnection, number: str, reversed_by: str) -> tuple[str, ...]:
    """Both ways: the links a document keeps, what answered its lines later, and what took it back."""
    link, line = tables.document_link, tables.entry_line
    kept = select(link.c.other).where(link.c.number == number).order_by(link.c.position, link.c.other)
    answered = (
        select(_entry.c.number)
        .join(line, line.c.seq == _entry.c.seq)
        .where(line.c.order_number == number)
        .order_by(_entry.c.seq)
    )
    found = [*(await connection.execute(kept)).scalars(), *(await connection.execute(answered)).scalars(), reversed_by]
    return tuple(other for other in dict.fromkeys(found) if other)


async def _lines(connection: AsyncConnection, number: str) -> tuple[LineRow, ...]:
    table = tables.document_line
    rows = await connection.execute(select(table).where(table.c.number == number).order_by(table.c.no))
    return tuple(
        LineRow(
            no=row.no,
            material=row.material,
            entered=Quantity(row.entered, row.entered_unit),
            quantity=Quantity(row.quantity, row.unit),
            price=None if row.price is None else Price(row.price),
            amount=None if row.amount is None else Money(row.amount),
            lot=row.lot,
            expiry=row.expiry,
            fulfilled=Quantity(row.fulfilled, row.unit),
        )
        for row in rows
    )


async def _decisions(connection: AsyncConnection, number: str) -> tuple[DecisionRow, ...]:
    decided = or_(_entry.c.node > 0, _entry.c.act.in_([act.value for act in DECISIONS]))
    query = select(_entry).where(_entry.c.number == number, decided).order_by(_entry.c.seq)
    rows = await connection.execute(query)
    return tuple(DecisionRow(node=r.node, person=r.by, act=r.act, at=r.at, reason=r.reason) for r in rows)


# --- moves ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAt:
    """A move's place in the journal: its entry, and which of the entry's moves it is."""

    seq: int
    no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MovesAsked:
    """Which moves are wanted; "" and None are any. Both days count."""

    project: str = ""
    material: str = ""
    first: date | None = None
    last: date | None = None
    after: MoveAt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    at: MoveAt
    document: str
    dated: date
    recorded_at: datetime
    material: str
    lot: str
    millionths: int
    amount: Money
    source: tuple[str, str]  # kind, code
    target: tuple[str, str]
    stage: str
    team: str
    recipient: str


async def moves(connection: AsyncConnection, asked: MovesAsked, *, limit: int) -> list[MoveRow]:
    """Moves in the order in which they were recorded, at most so many.

    Entries get their places one after the other, so whoever goes on after the last place that they saw misses none.
    """
    query = (
        select(_move, _entry.c.number, _entry.c.dated, _entry.c.at)
        .join(_entry, _entry.c.seq == _move.c.seq)
        .where(*_among(asked))
        .order_by(_move.c.seq, _move.c.no)
        .limit(limit)
    )
    return [_move_row(row) for row in await connection.execute(query)]


def _among(asked: MovesAsked) -> list[ColumnElement[bool]]:
    found = list[ColumnElement[bool]]()
    if asked.project:
        found.append(_entry.c.project == asked.project)
    if asked.material:
        found.append(_move.c.material == asked.material)
    if asked.first is not None:
        found.append(_entry.c.dated >= asked.first)
    if asked.last is not None:
        found.append(_entry.c.dated <= asked.last)
    if asked.after is not None:
        found.append(tuple_(_move.c.seq, _move.c.no) > (asked.after.seq, asked.after.no))
    return found


def _move_row(row: Any) -> MoveRow:
    return MoveRow(
        at=MoveAt(seq=row.seq, no=row.no),
        document=row.number,
        dated=row.dated,
        recorded_at=row.at,
        material=row.material,
        lot=row.lot,
        millionths=row.quantity,
        amount=Money(row.amount),
        source=(row.source_kind, row.source_code),
        target=(row.target_kind, row.target_code),
        stage=row.stage,
        team=row.team,
        recipient=row.recipient,
    )


# --- how the machine is doing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits to be carried out and to be sent, since when, and how long the journal is."""

    journal_seq: int
    inbox_waiting: int
    inbox_oldest: datetime | None
    outbox: Mapping[str, int]  # by state
    outbox_oldest: datetime | None


async def backlog(connection: AsyncConnection) -> Backlog:
    """The queues as they are now."""
    came, goes = tables.inbox, tables.outbox
    oldest_in = select(func.min(came.c.received_at)).where(came.c.state == inbox.RECEIVED)
    oldest_out = select(func.min(goes.c.created_at)).where(goes.c.state == outbox.OutboxState.WAITING.value)
    counts = await outbox.counts(connection)
    return Backlog(
        journal_seq=(await journal.read_head(connection)).seq,
        inbox_waiting=await inbox.waiting(connection),
        inbox_oldest=(await connection.execute(oldest_in)).scalar_one_or_none(),
        outbox={state.value: counts.get(state.value, 0) for state in outbox.OutboxState},
        outbox_oldest=(await connection.execute(oldest_out)).scalar_one_or_none(),
    )
