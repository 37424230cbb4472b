"""The book opened for a command: at its own version, with what books in it, closed again whatever happens."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bot.clock import SystemClock
from bot.render import Renderer
from bot.settings import Settings
from storage import schema
from storage.database import Database
from storage.unit import Units


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
