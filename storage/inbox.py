"""What came in: stored before anything else happens, so that a crash loses nothing; finished with its effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.failpoint import failpoint
from storage.sets import Lookup, insert_new, upsert

LEASE: Final = timedelta(seconds=30)
ATTEMPTS_MAX: Final = 5


class InboxState(StrEnum):
    RECEIVED = "received"
    DONE = "done"
    REFUSED = "refused"
    DEAD = "dead"  # given up after several tries; a person was told


FINAL: Final = frozenset({InboxState.DONE, InboxState.REFUSED, InboxState.DEAD})


# Written into the statement, because SQLite uses a partial index only where it can see the value.
RECEIVED: Final[ColumnElement[str]] = literal_column("'received'")


_FINISHED: Final = Lookup(select(tables.inbox.c.key).where(tables.inbox.c.state != RECEIVED), tables.inbox.c.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One frame as it came: its business key, what kind it is, and its text."""

    key: str
    kind: str
    raw: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    key: str
    kind: str
    state: InboxState
    error: str = ""


async def store(connection: AsyncConnection, arrivals: Sequence[Arrival]) -> set[str]:
    """Store what is new; returns the keys that were there already and are finished."""
    rows = [
        {
            "key": a.key,
            "kind": a.kind,
            "raw": a.raw,
            "state": InboxState.RECEIVED.value,
            "received_at": a.received_at,
            "lease_until": a.received_at + LEASE,
            "attempts": 0,
            "error": "",
        }
        for a in arrivals
    ]
    new = await insert_new(connection, tables.inbox, rows)
    failpoint("inbox-inserted")
    return set() if new == len(rows) else await finished(connection, [a.key for a in arrivals])


async def finished(connection: AsyncConnection, keys: Sequence[str]) -> set[str]:
    """Which of these keys need nothing more."""
    return {row["key"] for row in await _FINISHED.rows(connection, keys)}


async def was_refused(connection: AsyncConnection, key: str, *, before: datetime) -> bool:
    """Whether a key ended in a refusal, and so without any effect, before this moment."""
    table = tables.inbox
    query = select(table.c.key).where(
        table.c.key == key, table.c.state == InboxState.REFUSED.value, table.c.finished_at < before
    )
    return (await connection.execute(query)).scalar_one_or_none() is not None


async def finish(connection: AsyncConnection, ended: Sequence[Finished], now: datetime) -> None:
    """Mark keys as ended in the transaction of their effect. A key that never was a frame (a job's) is written now."""
    rows = [
        {
            "key": f.key,
            "kind": f.kind,
            "raw": "",
            "state": f.state.value,
            "received_at": now,
            "finished_at": now,
            "attempts": 0,
            "error": f.error,
        }
        for f in ended
    ]
    # Where the frame is there its text and its moment stay, and only how it ended is written.
    await upsert(connection, tables.inbox, rows, only=("state", "finished_at", "error"))


async def overdue(connection: AsyncConnection, now: datetime, limit: int) -> list[Arrival]:
    """Frames received but not finished whose owner's time is over; takes them over with a new lease."""
    table = tables.inbox
    query = (
        select(table)
        .where(table.c.state == RECEIVED, table.c.lease_until < now)
        .order_by(table.c.received_at, table.c.key)
        .limit(limit)
    )
    if connection.dialect.name != "sqlite":
        query = query.with_for_update(skip_locked=True)
    rows = list(await connection.execute(query))
    if rows:
        keys = [row.key for row in rows]
        taken = {"lease_until": now + LEASE, "attempts": table.c.attempts + 1}
        await connection.execute(update(table).where(table.c.key.in_(keys)).values(**taken))
    return [Arrival(key=r.key, kind=r.kind, raw=r.raw, received_at=r.received_at) for r in rows]


async def release(connection: AsyncConnection, now: datetime) -> None:
    """At the start of the only process: nobody else holds a lease, so everything unfinished is due at once."""
    table = tables.inbox
    await connection.execute(update(table).where(table.c.state == RECEIVED).values(lease_until=now - LEASE))


async def attempts(connection: AsyncConnection, key: str) -> int:
    """How often a frame was taken up again."""
    found = await connection.execute(select(tables.inbox.c.attempts).where(tables.inbox.c.key == key))
    return found.scalar_one_or_none() or 0


async def excuse(connection: AsyncConnection, key: str) -> None:
    """Take back that a frame was taken up: it failed for no fault of its own."""
    table = tables.inbox
    taken = (table.c.key == key) & (table.c.attempts > 0)
    await connection.execute(update(table).where(taken).values(attempts=table.c.attempts - 1))


async def waiting(connection: AsyncConnection) -> int:
    """How many frames are not finished."""
    query = select(func.count()).select_from(tables.inbox).where(tables.inbox.c.state == RECEIVED)
    return (await connection.execute(query)).scalar_one()
