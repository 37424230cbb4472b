"""SQLite without a thread of its own, for whoever writes a whole book in one go and has nothing else to do meanwhile.

Handing a statement to a thread and its rows back costs more than the statement. A program that serves people pays that
so that it can go on listening; a book that is made before anybody listens need not.
"""

# The adapters are made to be subclassed, and name with an underscore what a subclass works with.
# pyright: reportPrivateUsage=false

import sqlite3
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import aiosqlite

from storage.one_trip import OneTripConnection, OneTripDriver

STATEMENTS_KEPT = 256


class _Here(aiosqlite.Connection):
    """A connection whose every call has ended before it is awaited; its thread is never started."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._connection is None:
            raise ValueError("Connection closed")
        return fn(*args, **kwargs)

    async def _connect(self) -> "_Here":
        if self._connection is None:
            self._connection = self._connector()
        return self

    def __await__(self) -> Generator[Any, None, "_Here"]:
        return self._connect().__await__()

    def stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def close(self) -> None:
        self.stop()


class InPlaceConnection(OneTripConnection):
    __slots__ = ()

    @property
    def isolation_level(self) -> str | None:
        return self._connection.isolation_level

    @isolation_level.setter
    def isolation_level(self, value: str | None) -> None:
        driver: Any = self._connection
        driver._conn.isolation_level = value


class InPlaceDriver(OneTripDriver):
    """The driver as SQLAlchemy's engine takes it. While a statement runs the loop stands still."""

    def connect(self, *arguments: Any, **named: Any) -> InPlaceConnection:
        connect = partial(sqlite3.connect, *arguments, cached_statements=STATEMENTS_KEPT, **named)
        connection = super().connect(async_creator_fn=lambda: _Here(connect, 64))
        return InPlaceConnection(self, connection._connection)
