"""The book opened for a command: at its own version, with what books in it, closed again whatever happens."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import SystemClock
from bot.render import Renderer
from bot.settings import Settings
from storage import schema
from storage.database import Database
from storage.unit import Units

NOT_BUILT: Final = "账本还没有建立，或不是本版本的结构：请先运行 migrate"


class NotBuilt(Exception):
    """There is no book at the address, or it is another version's."""


@asynccontextmanager
async def reading(url: str) -> AsyncGenerator[AsyncConnection]:
    """For commands that only read, beside a running robot if there is one: no lock is taken. Raises NotBuilt."""
    database = Database.open(url, exclusive=False)
    try:
        async with database.read() as connection:
            if await connection.run_sync(schema.current) != await connection.run_sync(schema.wanted):
                raise NotBuilt
            yield connection
    finally:
        await database.close()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[tuple[Database, Units]]:
    """For commands that write. Raises AlreadyRunning beside a robot on the same SQLite file."""
    database = Database.open(settings.database_url)
    try:
        await schema.upgrade(database)
        clock, zone = SystemClock(settings.timezone), settings.timezone
        units = Units(database, clock=clock, zone=zone, render=Renderer(zone))
        yield database, units
        await units.close()
    finally:
        await database.close()
