"""Fresh books of both kinds: SQLite files, and databases of a PostgreSQL server that lives as long as the run."""

import asyncio
import sqlite3
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qs, urlsplit

import asyncpg

SQLITE: Final = "SQLite"
POSTGRESQL: Final = "PostgreSQL"


class Books(Protocol):
    """One kind of database."""

    kind: str
    version: str

    def fresh(self) -> str:
        """The address of a new, empty database."""
        ...


class SqliteBooks:
    """A file each."""

    kind = SQLITE
    version = sqlite3.sqlite_version

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def fresh(self) -> str:
        return f"sqlite:///{self._folder / f'book{next(self._numbers)}.sqlite3'}"


class PostgresqlBooks:
    """A database each, on a server that pgserver starts in a folder of ours."""

    kind = POSTGRESQL

    def __init__(self, folder: Path) -> None:
        import pgserver  # Only where it is asked for: it comes with the test requirements.

        self._server = pgserver.get_server(folder)  # pyright: ignore[reportPrivateImportUsage]  # its own door
        self._host = parse_qs(urlsplit(self._server.get_uri()).query)["host"][0]
        self._numbers = count(1)
        self.version = str(self._ask("SHOW server_version"))

    def fresh(self) -> str:
        name = f"book{next(self._numbers)}"
        self._ask(f"CREATE DATABASE {name}")
        return f"postgresql://postgres:@/{name}?host={self._host}"

    def _ask(self, statement: str) -> object:
        """One statement as the server's owner. pgserver's own way breaks where the path has a space in it."""

        async def ask() -> object:
            connection = await asyncpg.connect(f"postgresql://postgres:@/postgres?host={self._host}")
            try:
                return await connection.fetchval(statement)
            finally:
                await connection.close()

        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(asyncio.run, ask()).result()

    def close(self) -> None:
        self._server.cleanup()


@contextmanager
def opened(wanted: str, folder: Path) -> Generator[list[Books]]:
    """The kinds that were asked for: "sqlite", "postgresql" or "both"."""
    books: list[Books] = []
    server: PostgresqlBooks | None = None
    if wanted in ("sqlite", "both"):
        books.append(SqliteBooks(folder))
    try:
        if wanted in ("postgresql", "both"):
            server = PostgresqlBooks(folder / "postgresql")
            books.append(server)
        yield books
    finally:
        if server is not None:
            server.close()
