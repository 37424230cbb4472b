"""What every story stands on: a real database of either kind, a clock that can be set, and a book over both."""

import asyncio
import itertools
import shutil
import tempfile
import warnings
from collections.abc import AsyncGenerator, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from bot.render import Renderer
from storage import schema
from storage.database import Database
from storage.unit import Units
from tests.site import Site

if TYPE_CHECKING:
    from pgserver.postgres_server import PostgresServer

ZONE: Final = ZoneInfo("Asia/Shanghai")
MORNING: Final = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
KINDS: Final = ("sqlite", "postgresql")


class Clock:
    """Stands still until somebody moves it."""

    def __init__(self, now: datetime = MORNING):
        self._now = now

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now

    def forward(self, *, days: int = 0, minutes: int = 0, seconds: int = 0, milliseconds: int = 0) -> None:
        self._now += timedelta(days=days, minutes=minutes, seconds=seconds, milliseconds=milliseconds)


class Databases:
    """Empty books of both kinds, each a copy of one that has its schema already. PostgreSQL starts when first asked."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._serial = itertools.count(1)
        self._server: PostgresServer | None = None
        self._sqlite: Path | None = None

    def url(self, kind: str) -> str:
        """The address of a fresh, empty book."""
        return self._new_sqlite() if kind == "sqlite" else self._new_postgresql()

    def bare_url(self, kind: str) -> str:
        """The address of a database without any table."""
        name = f"bare{next(self._serial)}"
        if kind == "sqlite":
            return f"sqlite+aiosqlite:///{self._folder / name}.sqlite3"
        self._started()
        self._tell(f"CREATE DATABASE {name}")
        return self._address(name)

    def copy(self, url: str) -> str:
        """The address of a copy of a book that nobody has open."""
        name = f"copy{next(self._serial)}"
        if url.startswith("sqlite"):
            copy = self._folder / f"{name}.sqlite3"
            shutil.copyfile(url.removeprefix("sqlite+aiosqlite:///"), copy)
            return f"sqlite+aiosqlite:///{copy}"
        original = urlsplit(url).path.strip("/")
        self._started()
        self._tell(f"CREATE DATABASE {name} TEMPLATE {original}")
        return self._address(name)

    def _new_sqlite(self) -> str:
        if self._sqlite is None:
            self._sqlite = self._folder / "template.sqlite3"
            _build(f"sqlite+aiosqlite:///{self._sqlite}")
        copy = self._folder / f"book{next(self._serial)}.sqlite3"
        shutil.copyfile(self._sqlite, copy)
        return f"sqlite+aiosqlite:///{copy}"

    def _new_postgresql(self) -> str:
        name = f"book{next(self._serial)}"
        self._started()
        self._tell(f"CREATE DATABASE {name} TEMPLATE empty_book")
        return self._address(name)

    def _started(self) -> "PostgresServer":
        if self._server is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it remarks on a missing XDG_RUNTIME_DIR while it is imported
                from pgserver.postgres_server import get_server
            # A socket's path has about a hundred characters at most, so the folder's name has to be short.
            self._server = get_server(tempfile.mkdtemp(prefix="lzg"))
            for setting in ("fsync = off", "full_page_writes = off"):
                self._tell(f"ALTER SYSTEM SET {setting}")
            self._tell("SELECT pg_reload_conf()")
            self._tell("CREATE DATABASE empty_book")
            _build(self._address("empty_book"))
        return self._server

    def _tell(self, statement: str) -> None:
        """Run one statement as the server's owner. pgserver's own way breaks where the path has a space in it."""

        async def tell() -> None:
            connection = await asyncpg.connect(self._address("postgres").replace("+asyncpg", ""))
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        _apart(tell())

    def _address(self, name: str) -> str:
        assert self._server is not None
        found = urlsplit(self._server.get_uri())
        if host := parse_qs(found.query).get("host"):
            return f"postgresql+asyncpg://postgres:@/{name}?host={host[0]}"
        return f"postgresql+asyncpg://{found.netloc}/{name}"

    def close(self) -> None:
        if self._server is not None:
            self._server.cleanup()
            shutil.rmtree(self._server.pgdata, ignore_errors=True)


def _build(url: str) -> None:
    async def build() -> None:
        database = Database.open(url, exclusive=False)
        await schema.upgrade(database)
        if database.is_sqlite:
            async with database.write_engine.connect() as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                assert driver is not None
                await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the copy takes the main file alone
        await database.close()

    _apart(build())


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """On a loop of its own in a thread of its own: a story's loop may be running here."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Generator[Databases]:
    found = Databases(tmp_path_factory.mktemp("books"))
    yield found
    found.close()


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Every story that touches a database is told twice."""
    return str(request.param)


@pytest.fixture
def database_url(databases: Databases, database_kind: str) -> str:
    return databases.url(database_kind)


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    found = Database.open(database_url)
    yield found
    await found.close()


@pytest.fixture
def zone() -> ZoneInfo:
    return ZONE


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def book(database: Database, clock: Clock, zone: ZoneInfo) -> AsyncGenerator[Units]:
    """The unit of work over the database, with the real sentences."""
    units = Units(database, clock=clock, zone=zone, render=Renderer(zone))
    yield units
    await units.close()


@pytest.fixture
async def site(book: Units, database: Database) -> Site:
    """A small company at work on an empty book."""
    found = Site(book, database)
    await found.load()
    return found
