"""The program as a process of its own, beside a local DingTalk: it starts, books and stops, or says why not."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.commands.line import COMMANDS
from bot.sandbox.app import LocalDingTalk
from tests.stories.chat import COMPANY, GROUP, until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CLIENT_ID, SECRET, TOKEN = "ding-process-test", "canary-client-secret-48151623", "canary-api-token-4815162342"
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 10


@dataclass
class Program:
    """One process of ours, with everything it printed."""

    process: asyncio.subprocess.Process
    printed: list[str] = field(default_factory=list[str])
    reading: "asyncio.Task[None] | None" = None

    async def read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.printed.append(line.decode())

    async def says(self, words: str) -> None:
        """Wait until it has printed something with these words."""

        async def printed() -> bool:
            assert self.process.returncode is None, "".join(self.printed)
            return any(words in line for line in self.printed)

        await until(printed, seconds=START_SECONDS_MAX)

    async def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit status and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = await asyncio.wait_for(self.process.wait(), START_SECONDS_MAX)
        return status, time.monotonic() - began


def environment(**settings: str) -> dict[str, str]:
    """What the process sees: nothing of the machine's own settings, and these."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


@asynccontextmanager
async def started(*arguments: str, settings: Mapping[str, str], folder: Path) -> AsyncGenerator[Program]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env=environment(**settings),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    program = Program(process)
    program.reading = asyncio.create_task(program.read())
    try:
        yield program
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await program.reading


async def ended(*arguments: str, folder: Path, **settings: str) -> tuple[int, str]:
    """Run a command to its end: the exit status and all it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env=environment(**settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), START_SECONDS_MAX)
    assert process.returncode is not None
    return process.returncode, printed.decode()


@pytest.fixture
async def dingtalk() -> AsyncGenerator[LocalDingTalk]:
    local = LocalDingTalk(COMPANY, client_id=CLIENT_ID, client_secret=SECRET, limits_on=False, redeliver_after=2.0)
    await local.start(port=0)
    yield local
    await local.stop()


@pytest.fixture
def settings(dingtalk: LocalDingTalk, tmp_path: Path) -> dict[str, str]:
    company = tmp_path / "company.json"
    company.write_text(json.dumps(COMPANY, ensure_ascii=False), encoding="utf-8")
    return {
        "DINGTALK_CLIENT_ID": CLIENT_ID,
        "DINGTALK_CLIENT_SECRET": SECRET,
        "DINGTALK_OPENAPI_ENDPOINT": dingtalk.url,
        "DINGTALK_OAPI_ENDPOINT": dingtalk.url,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'book.sqlite3'}",
        "HTTP_PORT": "0",
        "API_TOKEN": TOKEN,
        "COMPANY_FILE": str(company),
        "LOG_LEVEL": "DEBUG",
    }


def rows(folder: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{folder / 'book.sqlite3'}?mode=ro", uri=True)) as book:
        return book.execute(query).fetchall()


def answers(local: LocalDingTalk) -> list[str]:
    return [str(m["text"]) for m in local.messages("u-zhangjg", GROUP) if m["kind"] == "markdown"]


async def test_it_connects_books_answers_and_stops(
    dingtalk: LocalDingTalk, settings: dict[str, str], tmp_path: Path
) -> None:
    async with started("run", settings=settings, folder=tmp_path) as robot:
        await robot.says("connected to DingTalk")
        dingtalk.say("u-zhangjg", GROUP, "收货42.5水泥20包 单价27")

        async def answered() -> bool:
            return any("已入库" in text for text in answers(dingtalk))

        await until(answered, seconds=START_SECONDS_MAX)
        status, seconds = await robot.stop()
    assert status == 0, "".join(robot.printed)
    assert seconds < STOP_SECONDS_MAX
    assert rows(tmp_path, "SELECT quantity FROM balance") == [(20_000_000,)]
    everything = "".join(robot.printed)
    assert not [canary for canary in (SECRET, TOKEN) if canary in everything]
    assert "session=" not in everything.replace("session=***", "")
    assert all(json.loads(line)["event"] for line in robot.printed)
    status, printed = await ended("verify", folder=tmp_path, **settings)
    assert status == 0, printed


async def test_stopped_under_load_it_keeps_every_frame_that_it_acknowledged(
    dingtalk: LocalDingTalk, settings: dict[str, str], tmp_path: Path
) -> None:
    quantities = range(1, 61)
    async with started("run", settings=settings, folder=tmp_path) as robot:
        await robot.says("connected to DingTalk")
        said = {q: dingtalk.say("u-zhangjg", GROUP, f"收货42.5水泥{q}包 单价27")["id"] for q in quantities}

        async def some_are_acknowledged() -> bool:
            return len(acknowledged(dingtalk)) >= 10

        await until(some_are_acknowledged, seconds=START_SECONDS_MAX)
        status, seconds = await robot.stop()
        safe = acknowledged(dingtalk)
    assert status == 0, "".join(robot.printed)
    assert seconds < STOP_SECONDS_MAX
    async with started("run", settings=settings, folder=tmp_path) as robot:
        await robot.says("connected to DingTalk")

        async def acknowledged_are_booked() -> bool:
            return {q for q, message in said.items() if message in safe} <= booked(tmp_path)

        async def all_are_booked() -> bool:
            return booked(tmp_path) == set(quantities)

        await until(acknowledged_are_booked, seconds=START_SECONDS_MAX)
        await until(all_are_booked, seconds=START_SECONDS_MAX)
        assert (await robot.stop())[0] == 0
    assert rows(tmp_path, "SELECT quantity FROM balance") == [(sum(quantities) * 1_000_000,)]


def acknowledged(local: LocalDingTalk) -> set[object]:
    return {m["id"] for m in local.messages("u-zhangjg", GROUP) if m["delivery"] == "acked"}


def booked(folder: Path) -> set[int]:
    return {quantity // 1_000_000 for (quantity,) in rows(folder, "SELECT quantity FROM document_line")}


async def test_killed_in_the_middle_it_loses_nothing_and_books_nothing_twice(
    dingtalk: LocalDingTalk, settings: dict[str, str], tmp_path: Path
) -> None:
    quantities = range(1, 41)
    for round_ in range(2):
        async with started("run", settings=settings, folder=tmp_path) as robot:
            await robot.says("connected to DingTalk")
            for quantity in list(quantities)[round_ * 20 : round_ * 20 + 20]:
                dingtalk.say("u-zhangjg", GROUP, f"收货42.5水泥{quantity}包 单价27")

            async def some_are_booked(least: int = round_ * 20 + 3) -> bool:
                return len(booked(tmp_path)) >= least

            await until(some_are_booked, seconds=START_SECONDS_MAX)
            robot.process.kill()
    async with started("run", settings=settings, folder=tmp_path) as robot:
        await robot.says("connected to DingTalk")

        async def all_are_booked() -> bool:
            return booked(tmp_path) == set(quantities)

        await until(all_are_booked, seconds=START_SECONDS_MAX)
        assert (await robot.stop())[0] == 0
    assert rows(tmp_path, "SELECT quantity FROM balance") == [(sum(quantities) * 1_000_000,)]
    status, printed = await ended("verify", folder=tmp_path, **settings)
    assert status == 0, printed


async def test_a_second_one_on_the_same_book_is_refused_by_name(settings: dict[str, str], tmp_path: Path) -> None:
    async with started("run", settings=settings, folder=tmp_path) as robot:
        await robot.says("connected to DingTalk")
        status, printed = await ended("run", folder=tmp_path, **settings)
        assert status == 1
        assert f"进程 {robot.process.pid}" in printed
        assert str(tmp_path / "book.sqlite3") in printed
        status, printed = await ended("load", settings["COMPANY_FILE"], folder=tmp_path, **settings)
        assert status == 1
        assert f"进程 {robot.process.pid}" in printed
        assert (await robot.stop())[0] == 0


async def test_wrong_settings_are_all_named_at_once(tmp_path: Path) -> None:
    wrong = {
        "DINGTALK_CLIENT_SECRET": "",
        "DINGTALK_OPENAPI_ENDPOINT": "ftp://nowhere",
        "DATABASE_URL": "mysql://x",
        "HTTP_PORT": "99999",
        "TIMEZONE": "Mars/Olympus",
        "LOG_LEVEL": "LOUD",
        "API_TOKEN": "short",
        "COMPANY_FILE": "not-there.json",
        "SANDBOX_CLOCK_URL": "https://example.com/clock",
    }
    status, printed = await ended("run", folder=tmp_path, **wrong)
    assert status == 2
    for name in ("DINGTALK_CLIENT_ID", *wrong):
        assert f"{name}：" in printed
    assert "Traceback" not in printed


async def test_a_database_out_of_reach_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "book.sqlite3").write_bytes(b"this is no database, but a letter to the storekeeper" * 50)
    needed = {"DINGTALK_CLIENT_ID": CLIENT_ID, "DINGTALK_CLIENT_SECRET": SECRET, "HTTP_PORT": "0"}
    status, printed = await ended(
        "run", folder=tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'book.sqlite3'}", **needed
    )
    assert status == 1
    assert "数据库打不开" in printed
    assert "Traceback" not in printed


async def test_a_company_file_with_ten_faults_lists_ten_and_writes_nothing(tmp_path: Path) -> None:
    faulty = json.loads(json.dumps(COMPANY))
    faulty["materials"] = [{**m, "base_unit": f"没有{n}"} for n, m in enumerate(faulty["materials"])]
    faulty["materials"] += [{"code": f"X{n}", "name": f"新{n}", "base_unit": "车"} for n in range(5)]
    for material in faulty["materials"]:
        material.pop("units", None)
    faulty.pop("prices")
    path = tmp_path / "faulty.json"
    path.write_text(json.dumps(faulty, ensure_ascii=False), encoding="utf-8")
    book = {"DATABASE_URL": f"sqlite:///{tmp_path / 'book.sqlite3'}"}
    status, printed = await ended("load", str(path), folder=tmp_path, **book)
    assert status == 1
    assert "faulty.json 有 10 处错误，什么都没有写入" in printed
    assert len([line for line in printed.splitlines() if "base_unit" in line or "单位" in line]) == 10
    assert rows(tmp_path, "SELECT count(*) FROM master") == [(0,)]
    path.write_text(json.dumps(COMPANY, ensure_ascii=False), encoding="utf-8")
    for words in ("资料已更新", "资料没有变化"):
        status, printed = await ended("load", str(path), folder=tmp_path, **book)
        assert status == 0, printed
        assert words in printed


async def test_every_command_explains_itself(tmp_path: Path) -> None:
    async def explained(*arguments: str) -> tuple[int, str]:
        return await ended(*arguments, "--help", folder=tmp_path)

    found = await asyncio.gather(explained(), *(explained(command) for command in COMMANDS))
    assert [status for status, _ in found] == [0] * (len(COMMANDS) + 1)
    assert all(command in found[0][1] for command in COMMANDS)
    assert all("usage" in printed for _, printed in found)


@pytest.mark.parametrize("arguments", [(), ("dance",), ("load",), ("run", "--fast"), ("sandbox", "--port", "x")])
async def test_a_wrong_use_is_named_with_status_two(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    status, printed = await ended(*arguments, folder=tmp_path)
    assert status == 2
    assert "用法不对" in printed
    assert "Traceback" not in printed
