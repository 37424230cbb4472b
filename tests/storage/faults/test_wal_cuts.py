"""The power goes: the WAL ends at any byte, torn or garbled. What opens again is one moment of the book (P1)."""

import os
import random
import shutil
import sqlite3
from bisect import bisect_right
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.verify import verify
from tests.conftest import Clock
from tests.storage.faults.history import DAY, content, digest, frames
from tests.stories.chat import Chat
from tests.stories.wire import Wire, dispatcher_of

CUTS: Final = 300
VERIFIED_EVERY: Final = 12
PREFIXES_MIN: Final = 30
SEED: Final = 20261123
TAIL_BYTES_MAX: Final = 4096


@dataclass
class Moments:
    """What the book held after each commit, and how long its WAL was by then."""

    path: Path
    digests: list[str] = field(default_factory=list[str])
    sizes: list[int] = field(default_factory=list[int])

    def note(self) -> None:
        beside = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        beside.execute("PRAGMA wal_autocheckpoint=0")
        self.digests.append(content(beside))
        self.sizes.append(self.wal.stat().st_size if self.wal.exists() else 0)
        beside.close()

    @property
    def wal(self) -> Path:
        return self.path.with_name(self.path.name + "-wal")

    def last_before(self, size: int) -> int:
        """The last commit that lay in so many bytes of the WAL; 0 for the book as it was at first."""
        return bisect_right(self.sizes, size) - 1


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
async def moments(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Moments:
    """Nothing is brought into the main file while the day lasts; every commit is noted."""
    async with database.write_engine.connect() as connection:
        await connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
    found = Moments(Path(database_url.removeprefix("sqlite+aiosqlite:///")))
    found.note()
    write: Callable[[], Any] = database.write

    @asynccontextmanager
    async def noted() -> AsyncGenerator[AsyncConnection]:
        async with write() as connection:
            yield connection
        found.note()

    monkeypatch.setattr(database, "write", noted)
    return found


@pytest.mark.slow
async def test_a_wal_cut_anywhere_leaves_exactly_the_commits_that_lay_before_the_cut(
    moments: Moments, chat: Chat, clock: Clock, tmp_path: Path
) -> None:
    dispatcher = dispatcher_of(chat, Wire(), clock)
    for n, frame in enumerate(frames(chat)):
        clock.forward(seconds=7)
        await chat.brings(frame)
        if n % 3 == 0:
            await dispatcher.send_due()
    commits = len(moments.digests)
    assert commits > 2 * len(DAY)
    assert moments.sizes == sorted(moments.sizes), "a checkpoint began the WAL anew"
    whole_wal, whole_main = moments.wal.read_bytes(), moments.path.read_bytes()
    assert len(whole_wal) == moments.sizes[-1]
    chance, seen, verified, torn = random.Random(SEED), set[int](), 0, 0
    for run in range(CUTS):
        size, garbled = chance.randrange(len(whole_wal) + 1), run % 3 == 0
        rest = whole_wal[:size]
        if garbled:
            sound = max(0, size - chance.randrange(1, TAIL_BYTES_MAX))
            rest, size, torn = rest[:sound] + chance.randbytes(size - sound), sound, torn + 1
        copy = tmp_path / "cut.sqlite3"
        copy.write_bytes(whole_main)
        copy.with_name("cut.sqlite3-wal").write_bytes(rest)
        if run % VERIFIED_EVERY == 0:
            await _verify(copy)
            verified += 1
        expected = moments.last_before(size)
        found = digest(copy)
        told = f"seed {SEED}, run {run}, cut at {len(rest)}, sound up to {size}, garbled {garbled}"
        assert found == moments.digests[expected], told
        seen.add(expected)
        for name in os.listdir(tmp_path):
            (tmp_path / name).unlink()
    assert len(seen) >= PREFIXES_MIN, f"seed {SEED}: {len(seen)} of {commits} commits seen"
    assert verified == CUTS // VERIFIED_EVERY
    assert torn == CUTS // 3
    await chat.verify()


async def _verify(copy: Path) -> None:
    """On a copy of the copy, because whoever opens the book changes its files."""
    apart = copy.with_name("apart.sqlite3")
    shutil.copyfile(copy, apart)
    shutil.copyfile(copy.with_name("cut.sqlite3-wal"), apart.with_name("apart.sqlite3-wal"))
    database = Database.open(f"sqlite+aiosqlite:///{apart}")
    try:
        async with database.read() as connection:
            report = await verify(connection)
        assert report.ok, "\n".join(report.lines())
    finally:
        await database.close()
