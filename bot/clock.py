"""Where the time of the business comes from: the system's clock, or the sandbox's."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import aiohttp

log: Final = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.25
TIMEOUT_SECONDS: Final = 5


class SystemClock:
    """Real time, aware, in the company's zone."""

    def __init__(self, zone: ZoneInfo):
        self._zone = zone

    def now(self) -> datetime:
        return datetime.now(self._zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abreast:
    """Everything due `until` then is done and sent, though something later may still be under way.

    From now on the next thing is due at `then`, None when nothing is.
    """

    until: datetime
    then: datetime | None


CatchUp = Callable[[], Awaitable[Abreast]]


class SandboxClock:
    """The sandbox's time: real time plus an offset that the sandbox may move forward, looked up four times a second.

    The sandbox is told in turn how far the robot has come, so that it can stop wherever something is due.
    """

    def __init__(self, zone: ZoneInfo, url: str, http: aiohttp.ClientSession):
        self._zone = zone
        self._url = url
        self._http = http
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(self._zone) + self._offset

    async def follow(self, catch_up: CatchUp) -> None:
        """Keep up with the sandbox until cancelled. A sandbox that does not answer leaves the time as it was.

        `catch_up` does what is due, and says how far that is.
        """
        while True:
            try:
                await self.look(await catch_up())
            except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
                log.warning("sandbox clock not read", extra={"error": type(error).__name__})
            except Exception:  # a database out of reach must not stop the clock
                log.exception("not caught up with the sandbox's clock")
            await asyncio.sleep(POLL_SECONDS)

    async def look(self, abreast: Abreast | None = None) -> None:
        """Read the sandbox's time once."""
        told = {} if abreast is None else {"until": abreast.until.isoformat()}
        if abreast is not None and abreast.then is not None:
            told["then"] = abreast.then.isoformat()
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        async with self._http.get(self._url, params=told, timeout=timeout) as answer:
            body = await answer.json()
        offset = datetime.fromisoformat(body["now"]) - datetime.now(self._zone)
        if abs(offset - self._offset) > timedelta(seconds=1):
            self._offset = offset
