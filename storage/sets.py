"""Loading and saving in sets: one statement a table, however many rows, and each statement written only once.

Building and compiling a statement anew costs more than running it (docs/benchmarks.md). So SQLAlchemy writes the text
of those that every booking needs once for each database, and they go to the driver with values that the columns' types
have turned into the driver's, as SQLAlchemy itself would have done.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Dialect, Select, Table, and_, or_, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

# SQLite takes 32,766 bound values in a statement, PostgreSQL 32,767; a row has at most a few dozen.
ROWS_MAX: Final = 500
STATEMENTS_MAX: Final = 1_000  # texts remembered: tables × ways of writing, look-ups × powers of two

Row = dict[str, Any]
_Convert = Callable[[Any], Any]
_Named = tuple[str, _Convert | None]


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """The items in lists no longer than a statement takes."""
    found = list(items)
    for start in range(0, len(found), ROWS_MAX):
        yield found[start : start + ROWS_MAX]


def among(columns: Sequence[Column[Any]], keys: Sequence[Any]) -> ColumnElement[bool]:
    """Rows whose columns have one of these keys: values, or tuples of one for each column.

    Several columns are written out with AND and OR: for `(a, b) IN (VALUES …)` SQLite reads the whole table.
    """
    if len(columns) == 1:
        return columns[0].in_(keys)
    return or_(*(and_(*(c == value for c, value in zip(columns, key, strict=True))) for key in keys))


# --- saving --------------------------------------------------------------------------------------------------------


class _Way(Enum):
    """What happens to a row whose key is there."""

    FAIL = "fail"
    OVERWRITE = "overwrite"
    KEEP = "keep"


async def insert(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; all of them name the same columns."""
    await _write(connection, table, rows, _Way.FAIL)


async def upsert(
    connection: AsyncConnection, table: Table, rows: Sequence[Row], *, only: tuple[str, ...] | None = None
) -> None:
    """Insert rows, or overwrite those whose primary key is there: whole, or `only` some columns of them."""
    await _write(connection, table, rows, _Way.OVERWRITE, only)


async def insert_new(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> int:
    """Insert rows whose key is not there yet, leave the others; returns how many are new, -1 if that is not known."""
    return await _write(connection, table, rows, _Way.KEEP)


async def _write(
    connection: AsyncConnection, table: Table, rows: Sequence[Row], way: _Way, only: tuple[str, ...] | None = None
) -> int:
    if not rows:
        return 0
    return await _written(connection.dialect, table, tuple(rows[0]), way, only).run(connection, rows)


@lru_cache(maxsize=STATEMENTS_MAX)
def _written(
    dialect: Dialect, table: Table, names: tuple[str, ...], way: _Way, only: tuple[str, ...] | None
) -> "_Prepared":
    statement = (sqlite if dialect.name == "sqlite" else postgresql).insert(table)
    keys = [c.name for c in table.primary_key.columns]
    changed = {name: statement.excluded[name] for name in only or names if name not in keys}
    if way is _Way.OVERWRITE and changed:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    elif way is not _Way.FAIL:
        statement = statement.on_conflict_do_nothing()
    return _prepared(statement.inline(), dialect, names)


# --- loading -------------------------------------------------------------------------------------------------------


# Stands in the text of a look-up where its keys are written.
_KEYS: Final = "__keys__"


class Lookup:
    """Rows found by their keys, as `among` does, with whatever else the query says."""

    def __init__(self, query: Select[*tuple[Any, ...]], *columns: Column[Any]):
        self._query = query.where(text(_KEYS))
        self._columns = columns

    async def rows(self, connection: AsyncConnection, keys: Iterable[Any]) -> list[Row]:
        """All rows of these keys, in the query's order; a key is a value, or a tuple of one for each column."""
        found = list[Row]()
        for part in chunks(dict.fromkeys(keys)):
            found += await self._some(connection, part)
        return found

    async def _some(self, connection: AsyncConnection, keys: list[Any]) -> list[Row]:
        number = _rounded(len(keys))
        plain: list[tuple[Any, ...]] = [key if isinstance(key, tuple) else (key,) for key in keys]
        plain += [plain[-1]] * (number - len(plain))
        values = {_name(at, no): v for at, key in enumerate(plain) for no, v in enumerate(key)}
        return await _looked_up(self, connection.dialect, number).rows(connection, values)

    def written(self, dialect: Dialect, number: int) -> "_Prepared":
        """For so many keys."""
        compiled = self._query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        preparer = dialect.identifier_preparer
        names = [f"{preparer.format_table(c.table)}.{preparer.format_column(c)}" for c in self._columns]
        marks = iter(f"${at}" if dialect.name == "postgresql" else "?" for at in range(1, number * len(names) + 1))
        either = (" AND ".join(f"{name} = {next(marks)}" for name in names) for _ in range(number))
        sql = str(compiled).replace(_KEYS, f"({' OR '.join(either)})")
        bound = [_bound(c, dialect) for c in self._columns]
        binds = [(_name(at, no), bound[no]) for at in range(number) for no in range(len(bound))]
        return _Prepared(sql, binds, _fetched(self._query, dialect))


def _name(at: int, no: int) -> str:
    return f"{at}.{no}"


def _rounded(number: int) -> int:
    """The next power of two: a few texts serve every number of keys; the last key then stands there several times."""
    return min(1 << (number - 1).bit_length(), ROWS_MAX)


@lru_cache(maxsize=STATEMENTS_MAX)
def _looked_up(lookup: Lookup, dialect: Dialect, number: int) -> "_Prepared":
    return lookup.written(dialect, number)


# --- both ----------------------------------------------------------------------------------------------------------


class Statement:
    """Any other statement whose values are named by `bindparam`."""

    def __init__(self, statement: Any):
        self._statement = statement

    async def run(self, connection: AsyncConnection, rows: Sequence[Row]) -> int:
        """Run it for every row; returns how many rows it touched, -1 where the driver does not say."""
        return await _stated(self, connection.dialect).run(connection, rows) if rows else 0

    async def rows(self, connection: AsyncConnection, **values: Any) -> list[Row]:
        """What a SELECT finds."""
        return await _stated(self, connection.dialect).rows(connection, values)

    def written(self, dialect: Dialect) -> "_Prepared":
        return _prepared(self._statement, dialect, ())


@lru_cache(maxsize=STATEMENTS_MAX)
def _stated(statement: Statement, dialect: Dialect) -> "_Prepared":
    return statement.written(dialect)


class _Prepared:
    """A statement's text for one database, how each of its values is bound, and how each of its results is read."""

    def __init__(self, sql: str, binds: Sequence[_Named], fetches: Sequence[_Named], fixed: Row | None = None):
        self._sql = sql
        self._fixed = fixed or {}  # values that stand in the statement itself
        self._binds = tuple(binds)
        self._fetches = tuple(fetches)

    async def run(self, connection: AsyncConnection, rows: Sequence[Row]) -> int:
        return (await connection.exec_driver_sql(self._sql, [self._bind(row) for row in rows])).rowcount

    async def rows(self, connection: AsyncConnection, values: Row) -> list[Row]:
        found = await connection.exec_driver_sql(self._sql, self._bind(values))
        return [
            {name: v if to is None else to(v) for (name, to), v in zip(self._fetches, row, strict=True)}
            for row in found
        ]

    def _bind(self, row: Row) -> tuple[Any, ...]:
        """Raises KeyError for a row that lacks a value: a fault of ours."""
        if self._fixed:
            row = {**self._fixed, **row}
        return tuple(row[name] if to is None else to(row[name]) for name, to in self._binds)


def _prepared(statement: Any, dialect: Dialect, names: Sequence[str]) -> _Prepared:
    """`names` are the columns of an INSERT; each value is bound under its column's name."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names) or None)
    binds = [(name, _bound(compiled.binds[name], dialect)) for name in compiled.positiontup]
    fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    return _Prepared(str(compiled), binds, _fetched(statement, dialect) if statement.is_select else (), fixed)


def _bound(named: Any, dialect: Dialect) -> _Convert | None:
    """How the driver takes a value of a column, or of a parameter."""
    return named.type.dialect_impl(dialect).bind_processor(dialect)


def _fetched(query: Any, dialect: Dialect) -> list[_Named]:
    """A query's columns, each with how the driver's value is read."""
    return [(c.name, c.type.dialect_impl(dialect).result_processor(dialect, None)) for c in query.selected_columns]
