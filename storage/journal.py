"""The journal: entries with their lines and moves, each linked to the one before."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.chain import link
from domain.entries import Entry, Move
from domain.places import Place, PlaceKind
from domain.reversal import MovesOf
from domain.values import Money, Quantity
from storage import spending, tables
from storage.sets import Lookup, Row, insert, upsert

CHAIN_ID: Final = 1  # the only row of its table
_HELD: Final = Lookup(select(tables.chain).with_for_update(), tables.chain.c.id)
_SEEN: Final = Lookup(select(tables.chain), tables.chain.c.id)
_MOVES: Final = Lookup(
    select(tables.entry.c.number, tables.move)
    .join(tables.entry, tables.entry.c.seq == tables.move.c.seq)
    .order_by(tables.move.c.seq, tables.move.c.no),
    tables.entry.c.number,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """The last entry's place and hash, and the version of the master data."""

    seq: int
    hash: bytes
    company_version: int


async def lock_head(connection: AsyncConnection) -> ChainHead:
    """Read the head and hold it until the transaction ends: every booking passes here, one after the other (ADR 0006).

    SQLite holds the whole file since BEGIN IMMEDIATE; FOR UPDATE does the same for one row on PostgreSQL.
    """
    return await _head(connection, _HELD)


async def read_head(connection: AsyncConnection) -> ChainHead:
    """The head as it stands, without holding it."""
    return await _head(connection, _SEEN)


async def _head(connection: AsyncConnection, lookup: Lookup) -> ChainHead:
    (row,) = await lookup.rows(connection, [CHAIN_ID])
    return ChainHead(seq=row["seq"], hash=row["hash"], company_version=row["company_version"])


async def append(connection: AsyncConnection, head: ChainHead, entries: Sequence[Entry], *, version: int) -> ChainHead:
    """Write entries behind the head in their order; returns the new head."""
    seq, previous = head.seq, head.hash
    rows, lines, moves, serials = list[Row](), list[Row](), list[Row](), list[Row]()
    for entry in entries:
        seq += 1
        previous = link(previous, seq, entry)
        rows.append(_entry_row(seq, previous, entry))
        lines += [_line_row(seq, entry, no) for no in range(len(entry.lines))]
        moves += [_move_row(seq, move) for move in entry.moves]
        serials += [{"seq": seq, "line": one.line, "serial": one.serial} for one in entry.serials]
    await insert(connection, tables.entry, rows)
    await insert(connection, tables.entry_line, lines)
    await insert(connection, tables.move, moves)
    await insert(connection, tables.entry_serial, serials)
    await spending.add(connection, entries)
    if entries or version != head.company_version:
        head_row = {"id": CHAIN_ID, "seq": seq, "hash": previous, "company_version": version}
        await upsert(connection, tables.chain, [head_row])
    return ChainHead(seq=seq, hash=previous, company_version=version)


def _entry_row(seq: int, digest: bytes, entry: Entry) -> Row:
    return {
        "seq": seq,
        "number": str(entry.number),
        "kind": entry.kind.value,
        "act": entry.act.value,
        "by": entry.by,
        "at": entry.at,
        "dated": entry.dated,
        "project": entry.project,
        "supplier": entry.supplier,
        "warehouse": entry.warehouse,
        "stage": entry.stage,
        "team": entry.team,
        "recipient": entry.recipient,
        "need_by": entry.need_by,
        "remark": entry.remark,
        "reason": entry.reason,
        "reverses": entry.reverses,
        "source": entry.source,
        "node": entry.node,
        "capacity": str(entry.capacity),
        "hash": digest,
    }


def _line_row(seq: int, entry: Entry, index: int) -> Row:
    line = entry.lines[index]
    return {
        "seq": seq,
        "no": line.no,
        "material": line.material,
        "lot": line.lot,
        "expiry": line.expiry,
        "entered": line.entered.millionths,
        "entered_unit": line.entered.unit,
        "quantity": line.quantity.millionths,
        "price": None if line.price is None else line.price.micros,
        "amount": None if line.amount is None else line.amount.fen,
        "order_number": str(line.order),
        "order_line": line.order_line,
    }


def _move_row(seq: int, move: Move) -> Row:
    return {
        "seq": seq,
        "no": move.no,
        "line": move.line,
        "material": move.material,
        "lot": move.lot,
        "quantity": move.quantity.millionths,
        "amount": move.amount.fen,
        "source_kind": move.source.kind.value,
        "source_code": move.source.code,
        "target_kind": move.target.kind.value,
        "target_code": move.target.code,
        "stage": move.stage,
        "team": move.team,
        "recipient": move.recipient,
    }


def move_of(row: Row, unit: str) -> Move:
    """A stored move as the domain knows it; `unit` is the material's base unit."""
    return Move(
        no=row["no"],
        line=row["line"],
        material=row["material"],
        lot=row["lot"],
        quantity=Quantity(row["quantity"], unit),
        amount=Money(row["amount"]),
        source=Place(PlaceKind(row["source_kind"]), row["source_code"]),
        target=Place(PlaceKind(row["target_kind"]), row["target_code"]),
        stage=row["stage"],
        team=row["team"],
        recipient=row["recipient"],
    )


async def load_moves(
    connection: AsyncConnection, needs: Sequence[MovesOf], units: dict[str, str]
) -> dict[MovesOf, tuple[Move, ...]]:
    """The moves of whole documents."""
    found: dict[str, list[Move]] = defaultdict(list)
    for row in await _MOVES.rows(connection, [n.number for n in needs]):
        found[row["number"]].append(move_of(row, units[row["material"]]))
    return {n: tuple(found[n.number]) for n in needs}
