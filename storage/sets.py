"""Loading and saving in sets: one statement a table, however many rows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

# SQLite takes 32,766 bound values in a statement, PostgreSQL 32,767; a row has at most a few dozen.
ROWS_MAX: Final = 500

Row = dict[str, Any]


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """The items in lists no longer than a statement takes."""
    found = list(items)
    for start in range(0, len(found), ROWS_MAX):
        yield found[start : start + ROWS_MAX]


def among(columns: Sequence[Column[Any]], keys: Sequence[Any]) -> ColumnElement[bool]:
    """`columns IN keys`, for one column or several together."""
    return columns[0].in_(keys) if len(columns) == 1 else tuple_(*columns).in_(keys)


async def insert(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        await connection.execute(table.insert(), list(rows))


async def upsert(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, or overwrite those whose primary key is there."""
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    keys = [c.name for c in table.primary_key.columns]
    rest = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys and c.name in rows[0]}
    if rest:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=rest)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    await connection.execute(statement, list(rows))


async def insert_new(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows whose key is not there yet; leave the others as they are."""
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    await connection.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows))
