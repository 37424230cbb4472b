"""A wire to PostgreSQL that can be cut: before COMMIT is passed on, after the server did it, or after so many bytes."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from enum import Enum
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

SOCKET = ".s.PGSQL.5432"


class Break(Enum):
    BEFORE_COMMIT = "before"
    AFTER_COMMIT = "after"


class Wire:
    """`url` leads to the book through it; `broken` counts how often it was cut."""

    def __init__(self, url: str, server: str):
        self.url = url
        self._server = server
        self._plan: Break | None = None
        self._bytes: int | None = None
        self.broken = 0

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncGenerator[Self]:
        split = urlsplit(url)
        server = f"{parse_qs(split.query)['host'][0]}/{SOCKET}"
        folder = tempfile.mkdtemp(prefix="lzgw")  # a socket's path may not be long
        wire = cls(f"postgresql+asyncpg://postgres:@{split.path}?host={folder}", server)
        listening = await asyncio.start_unix_server(wire._carry, str(Path(folder) / SOCKET))
        try:
            yield wire
        finally:
            listening.close()
            shutil.rmtree(folder)

    def break_next(self, plan: Break | None) -> None:
        """Cut at the next COMMIT; None carries everything."""
        self._plan, self._bytes = plan, None

    def break_after(self, size: int) -> None:
        """Cut when so many more bytes have passed, in either direction."""
        self._bytes = size

    async def _carry(self, program: asyncio.StreamReader, to_program: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_unix_connection(self._server)
        answering = asyncio.create_task(self._answers(server, to_program))
        asking = asyncio.create_task(self._asks(program, to_server, answering))
        await asyncio.wait({asking, answering}, return_when=asyncio.FIRST_COMPLETED)
        if answering.cancelled():
            await asking  # it passes COMMIT on, whose answer nobody will hear
        for task in (asking, answering):
            task.cancel()
        await asyncio.gather(asking, answering, return_exceptions=True)
        for writer in (to_server, to_program):
            writer.transport.abort()

    async def _asks(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, answering: "asyncio.Task[None]"
    ) -> None:
        """Carry what the program says until the end or the cut; returns at either."""
        while (data := await source.read(65536)) and not self._is_spent(data):
            if self._plan is not None and b"COMMIT;" in data:
                plan, self._plan = self._plan, None
                self.broken += 1
                if plan is Break.AFTER_COMMIT:
                    answering.cancel()
                    target.write(data)
                    await target.drain()
                    await asyncio.sleep(0.05)
                return
            target.write(data)
            await target.drain()

    async def _answers(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while (data := await source.read(65536)) and not self._is_spent(data):
            target.write(data)
            await target.drain()

    def _is_spent(self, data: bytes) -> bool:
        if self._bytes is None:
            return False
        self._bytes -= len(data)
        if self._bytes > 0:
            return False
        self._bytes = None
        self.broken += 1
        return True
