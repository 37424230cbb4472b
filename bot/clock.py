"""Where the time of the business comes from: the system's clock, or the sandbox's."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import aiohttp

log: Final = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.5
TIMEOUT_SECONDS: Final = 5


class SystemClock:
    """Real time, aware, in the company's zone."""

    def __init__(self, zone: ZoneInfo):
        self._zone = zone

    def now(self) -> datetime:
        return datetime.now(self._zone)


class SandboxClock:
    """The sandbox's time: real time plus an offset that the sandbox may move forward, looked up twice a second."""

    def __init__(self, zone: ZoneInfo, url: str, http: aiohttp.ClientSession):
        self._zone = zone
        self._url = url
        self._http = http
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(self._zone) + self._offset

    async def follow(self) -> None:
        """Keep up with the sandbox until cancelled. A sandbox that does not answer leaves the time as it was."""
        while True:
            try:
                await self.look()
            except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
                log.warning("sandbox clock not read", extra={"error": type(error).__name__})
            await asyncio.sleep(POLL_SECONDS)

    async def look(self) -> None:
        """Read the sandbox's time once."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        async with self._http.get(self._url, timeout=timeout) as answer:
            body = await answer.json()
        offset = datetime.fromisoformat(body["now"]) - datetime.now(self._zone)
        if abs(offset - self._offset) > timedelta(seconds=1):
            self._offset = offset
