"""P1: killed at any point, the robot keeps what it acknowledged, books it once, and says it at least once."""

import asyncio
import os
import random
import zlib
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web

from bot.sandbox.app import LocalDingTalk
from tests.bot.test_process import START_SECONDS_MAX
from tests.durability.day import lines
from tests.durability.run import NEVER_AGAIN, SOON, at_work, printed

TURNS_AT_LENGTH: Final = 10
# Every point that a running robot passes, and how often it does in a day of forty frames, at the least.
PASSED: Final = {
    "frame-read": 30,
    "inbox-inserted": 10,
    "inbox-stored": 10,
    "moves-written": 8,
    "unit-written": 8,
    "unit-committed": 8,
    "frame-acked": 30,
    "outbox-claimed": 8,
    "message-sent": 30,
    "message-marked": 8,
    "card-created": 3,
}


async def killed_once(url: str, folder: Path, point: str, seed: int, *, redelivered: bool) -> None:
    """A day with one death in it: kill, start again, wait until all is done, stop, look."""
    nth = random.Random(seed).randint(1, PASSED[point])
    settings = {"CARD_TEMPLATE": "ai"} if point == "card-created" else {}
    async with at_work(url, folder, redeliver_after=SOON if redelivered else NEVER_AGAIN, **settings) as site:
        async with site.robot(f"{point}:kill:{nth}") as robot:
            await robot.says("connected to DingTalk")
            pressing = asyncio.create_task(site.keep_pressing())
            await site.say(lines(seed))
            await site.keep_asking(robot)
            await site.dies(robot)
        try:
            async with site.robot() as robot:
                await site.settles(robot, redelivered=redelivered)
                status, _ = await robot.stop()
                assert status == 0, "".join(robot.printed)
        finally:
            pressing.cancel()
        await site.check(redelivered=redelivered)


@pytest.mark.slow
@pytest.mark.parametrize("point", PASSED)
async def test_killed_at_any_point_it_books_what_it_took_once_and_says_so(
    morning: str, database_kind: str, point: str, tmp_path: Path
) -> None:
    seed = zlib.crc32(f"{point} {database_kind}".encode())
    # Each point once with and once without a second delivery, one on either database.
    redelivered = (list(PASSED).index(point) + (database_kind == "sqlite")) % 2 == 0
    try:
        await killed_once(morning, tmp_path, point, seed, redelivered=redelivered)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}, delivered again: {redelivered}") from error


class Stall:
    """DingTalk takes a call, does what it asks, and is never heard of again."""

    def __init__(self, nth: int):
        self._left = nth
        self.stalled = asyncio.Event()

    def put_on(self, local: LocalDingTalk) -> None:
        api = local.rooms.robot_api
        send = api._send_to_people

        async def stall(request: web.Request) -> web.Response:
            answer = await send(request)
            self._left -= 1
            if self._left == 0:
                self.stalled.set()
                await asyncio.Event().wait()
            return answer

        api._send_to_people = stall  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.slow
async def test_killed_between_a_call_and_its_answer_it_says_it_again(
    morning: str, database_kind: str, tmp_path: Path
) -> None:
    """C8: the message is seen, the robot does not know it."""
    seed = zlib.crc32(f"C8 {database_kind}".encode())
    stall = Stall(random.Random(seed).randint(1, 20))
    async with at_work(morning, tmp_path, redeliver_after=NEVER_AGAIN, before=stall.put_on) as site:
        async with site.robot() as robot:
            await robot.says("connected to DingTalk")
            pressing = asyncio.create_task(site.keep_pressing())
            await site.say(lines(seed))
            await asyncio.wait_for(stall.stalled.wait(), START_SECONDS_MAX)
            robot.process.kill()
            await site.dies(robot)
        try:
            async with site.robot() as robot:
                await site.settles(robot, redelivered=False)
                assert (await robot.stop())[0] == 0, printed(robot)
        finally:
            pressing.cancel()
        await site.check(redelivered=False)
        assert max(site.seen().values()) >= 2, f"seed {seed}: nothing was said twice, so nothing had been lost"


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(TURNS_AT_LENGTH))
@pytest.mark.parametrize("point", PASSED)
async def test_killed_at_any_point_again_and_again(morning: str, point: str, turn: int, tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    try:
        await killed_once(morning, tmp_path, point, seed, redelivered=turn % 2 == 0)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}, delivered again: {turn % 2 == 0}") from error
