"""Connections: one writer and a few readers on SQLite, pools on PostgreSQL, each set up as it has to be.

Why each setting stands is told in docs/adr/0005: without `BEGIN IMMEDIATE` SQLite loses updates, without an explicit
COMMIT a dead connection commits silently, without FULL the last commits do not survive a power cut.
"""

import logging
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.in_place import InPlaceDriver
from storage.lock import WriterLock
from storage.one_trip import OneTripDriver

log: Final = logging.getLogger(__name__)

READERS: Final = 4
CONNECT_SECONDS_MAX: Final = 10
STATEMENT_SECONDS_MAX: Final = 15
LOCK_SECONDS_MAX: Final = 5
BUSY_MILLISECONDS: Final = 5_000
CLOSE_MILLISECONDS: Final = 500  # at the stop nobody waits long for a reader to go away
_SQLITE_WANTED: Final[dict[str, str | int]] = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": BUSY_MILLISECONDS,
    "recursive_triggers": 1,
    "trusted_schema": 0,
}


# SQLite's primary result codes for what is no fault of the statement: busy, locked, out of memory, read-only, input and
# output, full, cannot open, locking protocol.
_SQLITE_PASSING: Final = frozenset({5, 6, 7, 8, 10, 13, 14, 15})
# PostgreSQL's classes for the same: connection, rollback (serialisation, deadlock), resources (disk full), intervention
# (shutdown, timeout), system; and single states: in use, lock timeout, idle too long, read-only after a failover.
_POSTGRESQL_PASSING_CLASSES: Final = frozenset({"08", "40", "53", "57", "58"})
_POSTGRESQL_PASSING: Final = frozenset({"55006", "55P03", "25P03", "25006"})


class DatabaseUnfit(Exception):
    """The database refused a setting that our promises rest on."""


class Database:
    """A book's database. Open it with `open`; a second writing process on the same SQLite file is refused by a lock."""

    def __init__(self, write: AsyncEngine, read: AsyncEngine, lock: WriterLock | None):
        self.write_engine = write
        self.read_engine = read
        self._lock = lock

    @classmethod
    def open(
        cls, url: str, *, name: str = "liaozhanggui", exclusive: bool = True, in_place: bool = False
    ) -> "Database":
        """Prepare engines for a URL. Raises AlreadyRunning when `exclusive` and another process writes the file.

        `in_place` is for making an SQLite book in one go: no thread, and the loop stands still while a statement runs.
        """
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            path = Path(parsed.database or "")
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = WriterLock.take(path) if exclusive else None
            driver = InPlaceDriver if in_place else OneTripDriver
            return cls(_sqlite(path, driver(), write=True), _sqlite(path, driver(), write=False), lock)
        engine = _postgresql(url, name)
        return cls(engine, engine, None)

    @property
    def is_sqlite(self) -> bool:
        return self.write_engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction that may change the book; committed at the end, rolled back on any exception."""
        async with self.write_engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction that sees one moment of the book and cannot change it."""
        async with self.read_engine.connect() as connection:
            if not self.is_sqlite:
                await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            async with connection.begin() if self.is_sqlite else _running(connection):
                yield connection

    async def close(self) -> None:
        """Give every connection back and let go of the file."""
        try:
            if self.is_sqlite and self._lock is not None:
                await self._fold_in()
        finally:
            await self.write_engine.dispose()
            if self.read_engine is not self.write_engine:
                await self.read_engine.dispose()
            if self._lock is not None:
                self._lock.release()

    async def _fold_in(self) -> None:
        """Put what stands in the WAL into the book's own file. Where that fails, the next one to open it does it."""
        try:
            async with self.write_engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                await driver.execute(f"PRAGMA busy_timeout={CLOSE_MILLISECONDS}")
                await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (sqlite3.Error, SQLAlchemyError, ValueError) as error:  # the last: how aiosqlite calls a dead connection
            log.warning("the WAL stays beside the book", extra={"error": str(error)})


def is_passing(error: BaseException) -> bool:
    """Whether it was the database that could not, and not the work that was wrong: later the same work may succeed."""
    if not isinstance(error, DBAPIError):
        # A server that is away answers with an error of the socket, which no driver translates.
        return isinstance(error, PoolTimeout | OSError)
    if error.connection_invalidated:
        return True
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state[:2] in _POSTGRESQL_PASSING_CLASSES or state in _POSTGRESQL_PASSING
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _SQLITE_PASSING


@asynccontextmanager
async def _running(connection: AsyncConnection) -> AsyncGenerator[None]:
    """A transaction that the first statement has begun already; ended without a commit, because it only reads."""
    try:
        yield
    finally:
        await connection.rollback()


def _sqlite(path: Path, driver: OneTripDriver, *, write: bool) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        module=driver,
        pool_size=1 if write else READERS,
        max_overflow=0,
        pool_timeout=60,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _set_up(dbapi: Any, _record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        dbapi.isolation_level = None  # we say BEGIN, not the driver
        cursor = dbapi.cursor()
        for pragma, wanted in _SQLITE_WANTED.items():  # outside any transaction, or it is ignored
            cursor.execute(f"PRAGMA {pragma}={wanted}")
            cursor.execute(f"PRAGMA {pragma}")
            if (found := cursor.fetchone()[0]) != wanted:
                raise DatabaseUnfit(f"PRAGMA {pragma} is {found}, not {wanted}")
        cursor.execute(f"PRAGMA query_only={int(not write)}")
        if not write:
            cursor.execute("PRAGMA wal_autocheckpoint=0")  # only the writer checkpoints
        cursor.close()

    @event.listens_for(engine.sync_engine, "invalidate")
    def _let_go(dbapi: Any, _record: object, _error: object) -> None:  # pyright: ignore[reportUnusedFunction]
        # After a cancellation. A statement that somebody still holds keeps a closed connection alive, and with it its
        # transaction: without this the file would stay locked until the next collection of garbage.
        with suppress(Exception):  # a connection that is dead has nothing to let go of
            dbapi.rollback()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    @event.listens_for(engine.sync_engine, "commit")
    def _commit(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.exec_driver_sql("COMMIT")  # raises when the connection is dead

    return engine


def _postgresql(url: str, name: str) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=8,
        max_overflow=0,
        pool_pre_ping=True,
        pool_timeout=60,
        connect_args={
            "timeout": CONNECT_SECONDS_MAX,
            "server_settings": {
                "application_name": name,
                "statement_timeout": f"{STATEMENT_SECONDS_MAX}s",
                "lock_timeout": f"{LOCK_SECONDS_MAX}s",
                "idle_in_transaction_session_timeout": "30s",
                "synchronous_commit": "on",
                "timezone": "UTC",
            },
        },
    )
