"""P20: a robot that cannot start says why in one line of Chinese, leaves the book as it was, and ends with status 1."""

import asyncio
import ctypes
import re
import resource
import socket
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from tests.bot.test_process import CLIENT_ID, SECRET, START_SECONDS_MAX, environment
from tests.conftest import Databases
from tests.storage.tampering import changed

pytestmark = pytest.mark.slow

NEEDED: Final = {"DINGTALK_CLIENT_ID": CLIENT_ID, "DINGTALK_CLIENT_SECRET": SECRET, "HTTP_PORT": "0"}
KILOBYTE: Final = 1024
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


async def refused(folder: Path, url: str, *, within: Callable[[], None] | None = None) -> str:
    """Start on a database that will not do; returns the line that was printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=folder,
        env=environment(**NEEDED, DATABASE_URL=url),
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=within,
    )
    try:
        _, printed = await asyncio.wait_for(process.communicate(), START_SECONDS_MAX)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    said = [line for line in printed.decode().splitlines() if not line.startswith("{")]
    assert process.returncode == 1, printed.decode()
    assert len(said) == 1, printed.decode()
    assert "Traceback" not in printed.decode()
    assert re.search(r"[\u4e00-\u9fff]{4}", said[0]), said
    return said[0]


def _permissions_bind() -> None:
    """Root is stopped by no permission, unless it gives up the capability; anybody else has none to give up."""
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def _disk_is_full() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 * KILOBYTE, 16 * KILOBYTE))


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite+aiosqlite:///"))


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    letter = b"Dear storekeeper, this is a letter. " * 200
    (tmp_path / "book.sqlite3").write_bytes(letter)
    assert "数据库打不开" in await refused(tmp_path, f"sqlite:///{tmp_path / 'book.sqlite3'}")
    assert (tmp_path / "book.sqlite3").read_bytes() == letter


async def test_a_book_of_a_newer_version(morning: str, tmp_path: Path) -> None:
    await changed(morning, "UPDATE alembic_version SET version_num = '9999'")
    assert "更新版本的料掌柜写的（9999）" in await refused(tmp_path, morning)


async def test_a_path_that_is_a_directory_or_lies_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("no folder")
    assert "数据库打不开" in await refused(tmp_path, f"sqlite:///{tmp_path / 'folder'}")
    assert str(tmp_path / "file") in await refused(tmp_path, f"sqlite:///{tmp_path / 'file' / 'book.sqlite3'}")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_folder_or_a_file_that_is_read_only(morning: str, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    book = folder / "book.sqlite3"
    book.write_bytes(file_of(morning).read_bytes())
    folder.chmod(0o555)
    said = await refused(tmp_path, f"sqlite:///{book}", within=_permissions_bind)
    assert str(folder) in said
    folder.chmod(0o755)
    book.chmod(0o444)
    assert "数据库打不开" in await refused(tmp_path, f"sqlite:///{book}", within=_permissions_bind)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_full_disk(morning: str, tmp_path: Path) -> None:
    """Whether the book is still to be made or has been kept for long; afterwards it is as it was."""
    fresh = tmp_path / "fresh.sqlite3"
    assert "数据库打不开" in await refused(tmp_path, f"sqlite:///{fresh}", within=_disk_is_full)
    with closing(sqlite3.connect(fresh)) as book:
        assert book.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    before = file_of(morning).read_bytes()
    assert "数据库打不开" in await refused(tmp_path, morning, within=_disk_is_full)
    assert file_of(morning).read_bytes() == before


async def test_a_postgresql_that_does_not_answer(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as mute:  # the system takes the connection, nobody reads it
        url = f"postgresql://keeper:secret@127.0.0.1:{mute.getsockname()[1]}/book"
        assert "数据库没有回答" in await refused(tmp_path, url)
    assert "启动不了" in await refused(tmp_path, url)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
async def test_a_wrong_password_and_a_database_that_is_not_there(
    databases: Databases, morning: str, tmp_path: Path
) -> None:
    server = databases._started()
    rules = Path(server.pgdata) / "pg_hba.conf"
    before = rules.read_text()
    asked = morning.replace("postgresql+asyncpg://postgres:@", "postgresql://keeper:wrong-password@")
    connection: Any = await asyncpg.connect(morning.replace("+asyncpg", ""))
    try:
        await connection.execute("CREATE ROLE keeper LOGIN PASSWORD 'right-password'")
        rules.write_text(f"local all keeper scram-sha-256\n{before}")
        await connection.execute("SELECT pg_reload_conf()")
        await asyncio.sleep(0.5)
        said = await refused(tmp_path, asked)
        assert "数据库打不开" in said
        assert "wrong-password" not in said
    finally:
        rules.write_text(before)
        await connection.execute("SELECT pg_reload_conf()")
        await connection.execute("DROP ROLE keeper")
        await connection.close()
    nowhere = re.sub(r"/copy\d+\?", "/nowhere?", morning)
    assert nowhere != morning
    assert "数据库打不开" in await refused(tmp_path, nowhere)


async def test_a_book_whose_end_was_tampered_with(morning: str, tmp_path: Path) -> None:
    """The other ways to tamper, and to notice, are told in tests/storage/test_ending.py."""
    await changed(morning, "UPDATE entry SET remark = '少记一包' WHERE seq = (SELECT seq FROM chain)")
    line = await refused(tmp_path, morning)
    for words in ("账页 5（RK20261123-005）被改动过", "verify", "备份"):
        assert words in line
