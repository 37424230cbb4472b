"""Somebody else holds the SQLite file, as a backup or an operator's shell does (D2): wait, then book; never twice."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.util import await_only

from bot import corridor
from storage import database as database_module
from storage import unit
from storage.database import Database
from tests.conftest import Clock
from tests.storage.faults.history import CEMENT, push
from tests.storage.faults.hooks import every_statement
from tests.stories.chat import Chat, until

BUSY_MILLISECONDS = 50
RECEIPT = f"收货{CEMENT}20包 单价27"


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
async def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Database]:
    """A hundredth of the patience."""
    wanted = {**database_module._SQLITE_WANTED, "busy_timeout": BUSY_MILLISECONDS}
    monkeypatch.setattr(database_module, "_SQLITE_WANTED", wanted)
    found = Database.open(database_url)
    yield found
    await found.close()


@asynccontextmanager
async def locked(url: str) -> AsyncGenerator[None]:
    """Another program that has begun to write and does not go on."""
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE');"
        "print('held', flush=True); sys.stdin.read()"
    )
    path = url.removeprefix("sqlite+aiosqlite:///")
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, path, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    try:
        yield
    finally:
        holder.stdin.close()
        await holder.wait()


async def test_a_frame_waits_for_a_locked_file_and_is_booked_once(chat: Chat, database_url: str) -> None:
    async with locked(database_url):
        waiting = asyncio.create_task(push(chat, chat.text_frame("张建国", RECEIPT)))
        await asyncio.sleep(4 * BUSY_MILLISECONDS / 1000)
        assert not waiting.done()
    assert await waiting
    await chat.settle()
    assert await chat.on_hand() == "20 包"
    await chat.verify()


async def test_what_a_lock_kept_out_for_too_long_is_not_acknowledged_and_comes_again(
    chat: Chat, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corridor, "STORE_PAUSES", (0.01, 0.01))
    frames = [chat.text_frame("张建国", f"收货{CEMENT}{n}包 单价27") for n in range(1, 6)]
    async with locked(database_url):
        acked = await asyncio.gather(*(push(chat, frame) for frame in frames))
    assert acked == [False] * 5
    assert await chat.rows("SELECT key FROM inbox WHERE kind = 'message'") == []
    again = [*frames, *frames]  # DingTalk delivers again, and again
    assert all(await asyncio.gather(*(push(chat, frame) for frame in again)))
    await chat.settle()
    assert await chat.on_hand() == "15 包"
    assert len(await chat.numbers("RK")) == 5
    await chat.verify()


async def test_a_stored_frame_is_acknowledged_in_time_while_its_unit_waits_for_the_lock(
    chat: Chat, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corridor, "ACK_WITHIN_SECONDS", 0.1)
    stored, going_on, work = asyncio.Event(), asyncio.Event(), chat.units.work

    async def held(*arguments: Any, **more: Any) -> Any:
        stored.set()
        await going_on.wait()
        return await work(*arguments, **more)

    monkeypatch.setattr(chat.units, "work", held)
    receiving = asyncio.create_task(push(chat, chat.text_frame("张建国", RECEIPT)))
    await stored.wait()
    async with locked(database_url):
        going_on.set()
        assert await asyncio.wait_for(receiving, 1.5)
        assert await chat.on_hand() == "0 包"
    await chat.settle()
    assert await chat.on_hand() == "20 包"


async def test_a_unit_that_a_lock_outlasts_is_taken_up_later_and_blocks_nobody(
    chat: Chat, clock: Clock, database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """All tries are used up; the frames wait, the next booking works, and none of the tries counts."""
    monkeypatch.setattr(unit, "TRIES_MAX", 2)
    stored, going_on, work = list[str](), asyncio.Event(), chat.units.work

    async def held(key: str, *arguments: Any, **more: Any) -> Any:
        stored.append(key)
        await going_on.wait()
        return await work(key, *arguments, **more)

    monkeypatch.setattr(chat.units, "work", held)
    frames = [chat.text_frame("张建国", f"收货{CEMENT}{n}包 单价27") for n in range(1, 41)]
    receiving = [asyncio.create_task(push(chat, frame)) for frame in frames]
    await until(lambda: _all(stored, 40))
    async with locked(database_url):
        going_on.set()
        assert all(await asyncio.gather(*receiving))
    assert caplog.text.count("unit failed") >= 40
    assert await chat.on_hand() == "0 包"
    await push(chat, chat.text_frame("张建国", f"收货{CEMENT}100包 单价27"))
    assert await chat.on_hand() == "100 包"
    clock.forward(seconds=31)
    assert await chat.corridor.sweep() == 40
    await chat.settle()
    assert await chat.on_hand() == f"{100 + sum(range(1, 41))} 包"
    assert {row["state"] for row in await chat.rows("SELECT state FROM inbox WHERE kind = 'message'")} == {"done"}
    await chat.verify()


async def _all(stored: list[str], wanted: int) -> bool:
    return len(stored) == wanted


async def test_a_commit_on_a_connection_that_died_raises_and_loses_nothing(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    """The driver's own commit would say that all is well (finding 6)."""
    engine, commits, died = chat.database.write_engine.sync_engine, list[str](), list[str]()

    def die(connection: Connection, statement: str) -> None:
        if statement == "COMMIT":
            commits.append(statement)
            if len(commits) == 2:  # of the first the frame was stored
                died.append(statement)
                await_only(connection.connection.driver_connection.close())  # type: ignore[union-attr]

    with every_statement(engine, die):
        await chat.brings(chat.text_frame("张建国", RECEIPT))
    assert died == ["COMMIT"]
    assert "unit tried again" in caplog.text
    assert await chat.on_hand() == "20 包"
    assert len(await chat.numbers("RK")) == 1
    commits[:] = ["COMMIT"]
    with every_statement(engine, die), pytest.raises(OperationalError, match=r"no active connection|Connection closed"):
        async with chat.database.write() as connection:
            await connection.exec_driver_sql("UPDATE chain SET company_version = company_version")
    assert died == ["COMMIT"] * 2
    await chat.verify()


async def test_a_program_that_dies_while_it_holds_the_file_leaves_nothing_of_its_own(
    chat: Chat, database_url: str
) -> None:
    """Whoever holds the file may die: its half transaction is gone, ours are there."""
    async with locked(database_url):
        pass
    await chat.says("张建国", RECEIPT)
    reader = sqlite3.connect(database_url.removeprefix("sqlite+aiosqlite:///"))
    assert reader.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    reader.close()
