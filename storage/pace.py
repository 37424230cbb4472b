"""How often each API and each chat was called of late: one row a key, which all copies of the robot share."""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.sets import Lookup, upsert

# A number of our own for PostgreSQL's advisory locks: "pace" in ASCII.
_ADVISORY: Final = 0x70616365
_RECENT: Final = Lookup(select(tables.pace), tables.pace.c.key)
_ONE_AT_A_TIME: Final = text(
    "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) FROM pg_advisory_xact_lock(:key)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """The latest turns of a key, oldest first, and until when it is closed: in microseconds of real time."""

    turns: tuple[int, ...] = ()
    closed_until: int = 0


async def one_at_a_time(connection: AsyncConnection) -> int:
    """Let nobody else hand out turns until this transaction ends; returns the real time in microseconds.

    The time is the database server's where several copies share one, for theirs may differ. SQLite has one writer.
    """
    if connection.dialect.name == "sqlite":
        return time.time_ns() // 1_000
    return int((await connection.execute(_ONE_AT_A_TIME, {"key": _ADVISORY})).scalar_one())


async def load(connection: AsyncConnection, keys: Collection[str]) -> dict[str, Recent]:
    rows = await _RECENT.rows(connection, keys)
    found = {r["key"]: Recent(turns=tuple(json.loads(r["turns"])), closed_until=r["closed_until"]) for r in rows}
    return {key: found.get(key, Recent()) for key in keys}


async def save(connection: AsyncConnection, changed: Mapping[str, Recent]) -> None:
    rows = [
        {"key": key, "turns": json.dumps(recent.turns), "closed_until": recent.closed_until}
        for key, recent in changed.items()
    ]
    await upsert(connection, tables.pace, rows)
