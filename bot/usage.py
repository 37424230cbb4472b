"""Counts what DingTalk charges for: quickly in memory, durably in the month's row."""

from collections import Counter
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dingtalk.units import Pool
from domain.housekeeping import API_UNITS_MAX, STREAM_UNITS_MAX, UsageIn
from storage import usage
from storage.database import Database

LIMITS: Final = {Pool.API: API_UNITS_MAX, Pool.STREAM: STREAM_UNITS_MAX}


class Now(Protocol):
    def now(self) -> datetime: ...


class UsageMeter:
    """Units of this month's two pools; several copies of the robot add to the same rows."""

    def __init__(self, database: Database, clock: Now, zone: ZoneInfo):
        self._database = database
        self._clock = clock
        self._zone = zone
        self._unwritten: Counter[tuple[str, Pool]] = Counter()
        self._written: Counter[tuple[str, Pool]] = Counter()
        self._writing: Counter[tuple[str, Pool]] = Counter()

    @property
    def month(self) -> str:
        return f"{self._clock.now().astimezone(self._zone):%Y-%m}"

    def count(self, pool: Pool, units: int = 1) -> None:
        self._unwritten[self.month, pool] += units

    def used(self, pool: Pool) -> int:
        """Units known to be used this month."""
        return self._written[self.month, pool] + self._unwritten[self.month, pool]

    def left(self, pool: Pool) -> int:
        """Thousandths of the pool that are left, so that the two can be compared."""
        return max(0, LIMITS[pool] - self.used(pool)) * 1000 // LIMITS[pool]

    async def load(self) -> None:
        """Read what the month has already."""
        async with self._database.read() as connection:
            await self._read(connection)

    async def _read(self, connection: AsyncConnection) -> None:
        need = UsageIn(self.month)
        for pool, units in (await usage.load(connection, [need]))[need]:
            self._written[self.month, Pool(pool)] = units

    async def write(self, connection: AsyncConnection) -> None:
        """Add the unwritten units in a transaction that is open anyway; `wrote` says that it was committed."""
        waiting = self._writing = self._unwritten.copy()
        for month in {month for month, _ in waiting}:
            await usage.add(connection, month, {p.value: n for (m, p), n in waiting.items() if m == month})
        if waiting:
            await self._read(connection)  # with what the other copies have used meanwhile

    def wrote(self) -> None:
        """What was written is committed; until then it would be written again."""
        self._unwritten -= self._writing
        self._writing = Counter()

    async def flush(self) -> None:
        """Write in a transaction of its own, if there is anything."""
        if self._unwritten:
            async with self._database.write() as connection:
                await self.write(connection)
            self.wrote()
