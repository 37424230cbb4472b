"""P20: told to stop, the robot is gone within ten seconds, whatever else hangs, and keeps what it acknowledged."""

import asyncio
import random
import signal
import socket
import sqlite3
import time
import zlib
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.bot.test_process import CLIENT_ID, SECRET, STOP_SECONDS_MAX, started
from tests.durability.day import lines
from tests.durability.run import NEVER_AGAIN, at_work, printed

RUNS, RUNS_AT_LENGTH = 6, 100
BEFORE_STOP_MAX: Final = 1.5  # seconds of load; a day's frames are said in one


async def stopped_under_load(url: str, folder: Path, chance: random.Random, times: int) -> None:
    """Stop it again and again in the middle of a day, then let it finish: nothing acknowledged is lost."""
    async with at_work(url, folder, redeliver_after=NEVER_AGAIN) as site:
        day = lines(chance.randrange(2**32))
        pressing = asyncio.create_task(site.keep_pressing())
        for part in range(times):
            async with site.robot() as robot:
                await robot.says("connected to DingTalk")
                saying = asyncio.create_task(site.say(day[part::times]))
                await asyncio.sleep(chance.uniform(0, BEFORE_STOP_MAX / times))
                status, seconds = await robot.stop()
                await saying
                assert (status, seconds < STOP_SECONDS_MAX) == (0, True), f"{status} {seconds}\n{printed(robot)}"
            await site.note_lost()
        async with site.robot() as robot:
            await site.settles(robot, redelivered=False)
            assert (await robot.stop())[0] == 0
        pressing.cancel()
        await site.check(redelivered=False)


@pytest.mark.slow
async def test_stopped_at_any_moment_under_load_it_keeps_what_it_acknowledged(
    morning: str, database_kind: str, tmp_path: Path
) -> None:
    seed = zlib.crc32(f"stop {database_kind}".encode())
    try:
        await stopped_under_load(morning, tmp_path, random.Random(seed), RUNS)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}") from error


@pytest.mark.slow
async def test_stopped_while_the_gateway_never_answers(morning: str, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as mute:  # the system takes the connection, nobody reads it
        gateway = f"http://127.0.0.1:{mute.getsockname()[1]}"
        settings = {
            "DINGTALK_CLIENT_ID": CLIENT_ID,
            "DINGTALK_CLIENT_SECRET": SECRET,
            "DINGTALK_OPENAPI_ENDPOINT": gateway,
            "DINGTALK_OAPI_ENDPOINT": gateway,
            "DATABASE_URL": morning,
            "HTTP_PORT": "0",
        }
        async with started("run", settings=settings, folder=tmp_path) as robot:
            await robot.says('"serving"')
            status, seconds = await robot.stop()
    assert (status, seconds < STOP_SECONDS_MAX) == (0, True), f"{status} {seconds}\n{printed(robot)}"


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_stopped_while_another_process_holds_the_book(morning: str, tmp_path: Path) -> None:
    """An operator's shell that forgot its transaction: what was not stored was not acknowledged either."""
    async with at_work(morning, tmp_path, redeliver_after=NEVER_AGAIN) as site:
        day = lines(7)
        async with site.robot() as robot:
            await robot.says("connected to DingTalk")
            await site.say(day[:10])
            with closing(sqlite3.connect(morning.removeprefix("sqlite+aiosqlite:///"), isolation_level=None)) as shell:
                shell.execute("PRAGMA busy_timeout=5000")
                shell.execute("BEGIN IMMEDIATE")
                await site.say(day[10:20])
                began = time.monotonic()
                robot.process.send_signal(signal.SIGTERM)
                status = await asyncio.wait_for(robot.process.wait(), 60)
                seconds = time.monotonic() - began
                shell.execute("ROLLBACK")
            assert (status, seconds < STOP_SECONDS_MAX) == (0, True), f"{status} {seconds}\n{printed(robot)}"
        await site.note_lost()
        assert site.lost, "the book was not held: everything was acknowledged"
        pressing = asyncio.create_task(site.keep_pressing())
        async with site.robot() as robot:
            await site.say(day[20:])
            await site.settles(robot, redelivered=False)
            assert (await robot.stop())[0] == 0
        pressing.cancel()
        await site.check(redelivered=False)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(RUNS_AT_LENGTH // RUNS))
async def test_stopped_a_hundred_times_it_keeps_what_it_acknowledged(morning: str, part: int, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    try:
        await stopped_under_load(morning, tmp_path, random.Random(seed), RUNS)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}") from error
