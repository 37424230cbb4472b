"""SQLite statements in one trip each to the thread that holds the connection.

SQLAlchemy's adapter of aiosqlite makes four: open a cursor, execute, fetch, close. Each trip wakes a thread and then
the loop again, and together they cost more than the statement (docs/benchmarks.md). The rows of a cursor that is not
streamed are fetched whole anyway, so all four can be one. Cursors that stream stay as they are.
"""

# The adapters are made to be subclassed, and name with an underscore what a subclass works with.
# pyright: reportPrivateUsage=false

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util.concurrency import await_

_Ran = tuple[Any, list[Any], int, int | None]


def _execute(sql: str, parameters: Any, connection: sqlite3.Connection) -> _Ran:
    cursor = connection.execute(sql, parameters)
    return _ended(cursor, cursor.fetchall() if cursor.description else [])


def _execute_many(sql: str, parameters: Any, connection: sqlite3.Connection) -> _Ran:
    return _ended(connection.executemany(sql, parameters), [])


def _ended(cursor: sqlite3.Cursor, rows: list[Any]) -> _Ran:
    """What is left of a statement; its cursor is closed in the thread that opened it."""
    found = (cursor.description, rows, cursor.rowcount, cursor.lastrowid)
    cursor.close()
    return found


class OneTripCursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor whose statement is run, fetched and closed before `execute` returns."""

    __slots__ = ("_description", "_lastrowid", "_rowcount")

    def __init__(self, adapt_connection: "OneTripConnection") -> None:  # pyright: ignore[reportMissingSuperCall]  # it opens a cursor
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._rows: deque[Any] = deque()
        self._description: Any = None
        self._rowcount = -1
        self._lastrowid: int | None = None

    @property
    def description(self) -> Any:
        return self._description

    @property
    def rowcount(self) -> int:
        return self._rowcount

    @property
    def lastrowid(self) -> Any:
        return self._lastrowid

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or 1, len(self._rows)))]

    def execute(self, operation: Any, parameters: Any = None) -> None:
        self._run(partial(_execute, operation, parameters or ()))

    def executemany(self, operation: Any, seq_of_parameters: Sequence[Any]) -> None:
        self._run(partial(_execute_many, operation, seq_of_parameters))

    def _run(self, statement: Callable[[sqlite3.Connection], _Ran]) -> None:
        try:
            self._description, rows, self._rowcount, self._lastrowid = await_(self._trip(statement))
        except Exception as error:
            self._adapt_connection._handle_exception(error)
        self._rows = deque(rows)

    async def _trip(self, statement: Callable[[sqlite3.Connection], _Ran]) -> _Ran:
        async with self._adapt_connection._execute_mutex:
            # aiosqlite's own way into its thread; `execute` and `fetchall` are each one call of it.
            driver: Any = self._connection
            return await driver._execute(lambda: statement(driver._conn))

    async def _async_soft_close(self) -> None:
        """Nothing is open any more."""

    def close(self) -> None:
        self._rows.clear()


class OneTripConnection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()
    _cursor_cls = OneTripCursor


class OneTripDriver(AsyncAdapt_aiosqlite_dbapi):
    """The driver as SQLAlchemy's engine takes it, with connections of ours."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arguments: Any, **named: Any) -> OneTripConnection:
        connection = super().connect(*arguments, **named)
        return OneTripConnection(self, connection._connection)
