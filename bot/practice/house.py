"""The local DingTalk, the robot and its book: put up together, and anew whenever somebody wants a fresh start."""

import asyncio
import errno
import logging
import shutil
import socket
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from aiohttp import web
from sqlalchemy.exc import DBAPIError

from bot.logs import Secrets
from bot.practice.beside import beside
from bot.practice.lessons.service import Lessons
from bot.practice.month import Month, live_through, tell
from bot.practice.source import Source
from bot.program import Robot
from bot.sandbox.app import CLIENT_ID, CLIENT_SECRET, LocalDingTalk
from bot.settings import read_settings
from bot.starting import started
from storage.database import Database

log: Final = logging.getLogger(__name__)

CONNECT_SECONDS_MAX: Final = 15
SEED: Final = 7  # which story the demonstration company has behind it
# What stands in the way of listening, and what to do; asyncio's own words are English.
_IN_THE_WAY: Final = {
    errno.EADDRINUSE: "已经有程序在用。换一个：--port 0",
    errno.EACCES: "没有权限。换一个：--port 0",
    errno.EADDRNOTAVAIL: "本机没有这个地址。去掉 --host，或换一个。",
    socket.EAI_NONAME: "没有这个地址。去掉 --host，或换一个。",
}


class CannotOpen(Exception):
    """The robot did not start; the sentence says why."""


def not_listening(found: OSError, host: str, port: int) -> str:
    """Why the page cannot be served there, in a sentence for the operator."""
    return f"{host} 的端口 {port} 用不了：{_IN_THE_WAY.get(found.errno or 0, found.strerror)}"


def environment(url: str, book: Path, company: Path) -> dict[str, str]:
    """What `run` would read from the environment, for a robot that connects to the local DingTalk at `url`."""
    return {
        "DINGTALK_CLIENT_ID": CLIENT_ID,
        "DINGTALK_CLIENT_SECRET": CLIENT_SECRET,
        "DINGTALK_OPENAPI_ENDPOINT": url,
        "DINGTALK_OAPI_ENDPOINT": url,
        "DATABASE_URL": f"sqlite:///{book}",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": "0",
        "COMPANY_FILE": str(company),  # for an empty book only
        "SANDBOX_CLOCK_URL": f"{url}/sandbox/clock",
    }


@dataclass(frozen=True, slots=True)
class _Lived:
    """A month once lived through, to be used again on the same day."""

    month: Month
    book: Path
    day: date


class House:
    """`open` puts everything up, `open` again after `close` does it at the same address; `folder` holds the books.

    `now` is the machine's time, from which the sandbox's clock starts.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        folder: Path,
        lessons: Lessons,
        routes: Sequence[web.RouteDef] = (),
        now: Callable[[], datetime] | None = None,
    ):
        self._host, self._port, self._folder, self._now = host, port, folder, now
        self._lessons, self._routes = lessons, routes
        self._stack = AsyncExitStack()
        self._month = folder / "month"
        self._lived: _Lived | None = None
        self._books = 0

    async def open(self, source: Source) -> str:
        """Returns the address. Raises CannotOpen; nothing stands then, nor after a cancellation."""
        try:
            return await self._open(source)
        except (DBAPIError, OSError) as error:
            await self.close()
            why = error.orig if isinstance(error, DBAPIError) else error
            raise CannotOpen(f"临时文件夹 {self._folder} 用不了（{why}）") from error
        except BaseException:
            await self.close()
            raise

    async def _open(self, source: Source) -> str:
        local = LocalDingTalk(source.data, now=self._now, has_practice=True)
        self._books += 1
        here = self._folder / f"{self._books}"
        here.mkdir()
        self._stack.callback(shutil.rmtree, here, ignore_errors=True)
        book = here / "book.sqlite3"
        if source.is_demo:
            lived = await self._live(source, local)
            shutil.copyfile(lived.book, book)
            tell(lived.month, local)
        url = await self._listen(local)
        self._stack.push_async_callback(local.stop)
        self._port = local.port
        await self._start_robot(source, url, book)
        reading = Database.open(f"sqlite:///{book}", exclusive=False)
        self._stack.push_async_callback(reading.close)
        await self._lessons.start(local, reading)
        self._stack.push_async_callback(self._lessons.stop)
        return url

    async def _listen(self, local: LocalDingTalk) -> str:
        try:
            return await local.start(self._host, self._port, extra=[*self._routes, *self._lessons.routes()])
        except OSError as found:
            raise CannotOpen(not_listening(found, self._host, self._port)) from found

    async def _start_robot(self, source: Source, url: str, book: Path) -> None:
        company = book.with_suffix(".company")
        company.write_bytes(source.content)
        robot = Robot(read_settings(environment(url, book, company), directory=self._folder), Secrets())
        if (why := await started(robot)) is not None:
            raise CannotOpen(why)
        self._stack.push_async_callback(robot.stop)
        await robot.wait_connected(CONNECT_SECONDS_MAX)

    async def _live(self, source: Source, local: LocalDingTalk) -> _Lived:
        """The month behind the demonstration company, made once a day: its days end with today."""
        now = local.clock.now()
        if self._lived is None or self._lived.day != now.date():
            self._lived = None
            shutil.rmtree(self._month, ignore_errors=True)  # of another day, or half made
            self._month.mkdir()
            book = self._month / "book.sqlite3"
            living = live_through(source.data, until=now, seed=SEED, database_url=f"sqlite:///{book}")
            self._lived = _Lived(await beside(living), book, now.date())
        return self._lived

    async def close(self) -> None:
        """Everything down, even when whoever waits for it is cancelled; what was said is forgotten."""
        stack, self._stack = self._stack, AsyncExitStack()
        closing = asyncio.ensure_future(stack.aclose())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await asyncio.wait({closing})
            raise


async def reopen(house: House, wanted: Source, before: Source) -> Source:
    """Close and open with another company; returns which one stands. One that does not start gives way to the last.

    Raises CannotOpen when that does not start either.
    """
    await house.close()
    try:
        await house.open(wanted)
    except CannotOpen as error:
        log.error("company not opened", extra={"error": str(error)})
        await house.open(before)
        return before
    return wanted
