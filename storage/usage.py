"""Units used of DingTalk's monthly pools, and the messages that could not be delivered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.housekeeping import DeadLetter, DeadLetters, UsageIn
from storage import outbox, tables

DEAD_SHOWN = 10


async def load(connection: AsyncConnection, needs: Sequence[UsageIn]) -> dict[UsageIn, tuple[tuple[str, int], ...]]:
    table = tables.usage
    found = defaultdict[str, list[tuple[str, int]]](list)
    for row in await connection.execute(select(table).where(table.c.month.in_([n.month for n in needs]))):
        found[row.month].append((row.pool, row.units))
    return {n: tuple(found[n.month]) for n in needs}


async def add(connection: AsyncConnection, month: str, units: Mapping[str, int]) -> None:
    """Count units on top of what the month has."""
    rows = [{"month": month, "pool": pool, "units": n} for pool, n in units.items() if n]
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(tables.usage)
    more = {"units": tables.usage.c.units + statement.excluded.units}
    await connection.execute(statement.on_conflict_do_update(index_elements=["month", "pool"], set_=more), rows)


async def load_dead(
    connection: AsyncConnection, needs: Sequence[DeadLetters]
) -> dict[DeadLetters, tuple[DeadLetter, ...]]:
    letters = tuple(DeadLetter(key=k, error=e, at=at) for k, e, at in await outbox.dead(connection, DEAD_SHOWN))
    return dict.fromkeys(needs, letters)
