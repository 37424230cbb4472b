"""The messages that were misread: the newest of each person and of all, for an administrator to export."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.misreading import KEPT_MAX, KEPT_OF_ONE_MAX, SHOWN_MAX, Misread, Misreadings, MisreadOf
from storage import tables
from storage.sets import Lookup, upsert

_table = tables.misread
_MISREAD: Final = Lookup(select(_table), _table.c.key)


async def load(connection: AsyncConnection, needs: Sequence[MisreadOf]) -> dict[MisreadOf, Misread | None]:
    found = {row["key"]: Misread(**row) for row in await _MISREAD.rows(connection, [n.key for n in needs])}
    return {n: found.get(n.key) for n in needs}


async def latest(
    connection: AsyncConnection, needs: Sequence[Misreadings]
) -> dict[Misreadings, tuple[int, tuple[Misread, ...]]]:
    count = int((await connection.execute(select(func.count()).select_from(_table))).scalar_one())
    found = tuple(await newest(connection, SHOWN_MAX))
    return dict.fromkeys(needs, (count, found))


async def newest(connection: AsyncConnection, limit: int = KEPT_MAX) -> list[Misread]:
    """The newest first."""
    rows = await connection.execute(select(_table).order_by(_table.c.at.desc(), _table.c.key).limit(limit))
    return [Misread(**row) for row in rows.mappings()]


async def save(connection: AsyncConnection, changed: Mapping[MisreadOf, Misread | None]) -> None:
    """Write, and let the oldest make room."""
    rows: list[dict[str, Any]] = [
        {name: getattr(one, name) for name in ("key", "person", "at", "text", "context", "reading", "words")}
        for one in changed.values()
        if one is not None
    ]
    await upsert(connection, _table, rows)
    for person in {row["person"] for row in rows}:
        await _prune(connection, KEPT_OF_ONE_MAX, _table.c.person == person)
    await _prune(connection, KEPT_MAX)


async def _prune(connection: AsyncConnection, limit: int, *whose: Any) -> None:
    kept = select(_table.c.key).where(*whose).order_by(_table.c.at.desc(), _table.c.key).limit(limit)
    await connection.execute(delete(_table).where(*whose, _table.c.key.not_in(kept)))
