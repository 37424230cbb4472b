"""Walks the clock to a later time, and stops wherever the robot has something to do until it has done it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bot.sandbox.clock import ClockGoesBack, SandboxClock
from bot.sandbox.limits import FOLLOWED_SECONDS, WALK_STOP_SECONDS_MAX
from bot.sandbox.nursery import Nursery
from bot.sandbox.refusals import PageRefusal


@dataclass(frozen=True, slots=True)
class Heard:
    """What a robot said while it looked at the clock: what is done `until` then, and when the next thing is due."""

    until: datetime
    then: datetime | None
    loop_time: float


class Walk:
    """One walk at a time. Nobody who follows the clock: it jumps, as there is nothing to wait for."""

    def __init__(self, clock: SandboxClock, nursery: Nursery) -> None:
        self._clock, self._nursery = clock, nursery
        self._heard: Heard | None = None
        self._news = asyncio.Event()
        self.to: datetime | None = None

    def hear(self, until: datetime, then: datetime | None) -> None:
        """A robot that follows the clock says how far it has come."""
        self._heard = Heard(until, then, asyncio.get_running_loop().time())
        self._news.set()

    def start(self, to: datetime) -> None:
        """Set out. Raises as `SandboxClock.check`, and PageRefusal during another walk."""
        if self.to is not None:
            raise PageRefusal("时间正在往前走，等它到了再按。", status=409)
        to = self._clock.check(to)
        if self._last() is None:
            self._clock.move_to(to)
            return
        self.to = to
        self._nursery.start(self._walk(to))

    async def _walk(self, to: datetime) -> None:
        try:
            while (stop := self._next_stop(to)) < to:
                self._go(stop)
                await self._arrived(stop)
            self._go(to)
            await self._arrived(to)
        finally:
            self.to = None
            self._clock.tell()

    def _next_stop(self, to: datetime) -> datetime:
        heard = self._last()
        if heard is None or heard.then is None or heard.then <= heard.until:
            return to
        return min(heard.then, to)

    def _go(self, stop: datetime) -> None:
        with suppress(ClockGoesBack):  # it has run past the stop by itself
            self._clock.move_to(stop)

    async def _arrived(self, stop: datetime) -> None:
        """Until a robot has done what is due at the stop. One that gives no answer holds nobody up for long."""
        try:
            async with asyncio.timeout(WALK_STOP_SECONDS_MAX):
                while True:
                    self._news.clear()
                    await self._news.wait()
                    if self._heard is not None and self._heard.until >= stop:
                        return
        except TimeoutError:
            return

    def _last(self) -> Heard | None:
        """What was heard last, if that is not long ago."""
        heard = self._heard
        if heard is None or asyncio.get_running_loop().time() - heard.loop_time > FOLLOWED_SECONDS:
            return None
        return heard
