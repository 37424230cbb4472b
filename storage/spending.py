"""What suppliers delivered for each project: a running sum, so that a budget costs the same to tell at any length."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.entries import Entry
from domain.places import PlaceKind
from storage import tables

_ADD = text("""
    INSERT INTO spent (project, fen) VALUES (:project, :fen)
    ON CONFLICT (project) DO UPDATE SET fen = spent.fen + excluded.fen
""")


async def add(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Count what came from suppliers, take off what went back to them; in the transaction that writes the entries."""
    sums = defaultdict[str, int](int)
    for entry in entries:
        for move in entry.moves:
            if move.source.kind is PlaceKind.SUPPLIER:
                sums[entry.project] += move.amount.fen
            elif move.target.kind is PlaceKind.SUPPLIER:
                sums[entry.project] -= move.amount.fen
    if sums:
        rows = [{"project": project, "fen": fen} for project, fen in sorted(sums.items())]
        await connection.execute(_ADD, rows)


async def load(connection: AsyncConnection, project: str) -> int:
    """In fen."""
    query = select(tables.spent.c.fen).where(tables.spent.c.project == project)
    return (await connection.execute(query)).scalar_one_or_none() or 0
