"""What happens when: acts in the order of their instants, each of which may plan further ones."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from bot.practice.month.days import ZONE

Act = Callable[[], Awaitable[object]]

# No two acts share an instant: the first is answered before the second is written.
APART: Final = timedelta(seconds=4)


class StoryClock:
    """The time of the story: it stands where the act is that happens now."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now.astimezone(ZONE)


class Agenda:
    """Acts waiting for their instant."""

    def __init__(self, clock: StoryClock) -> None:
        self._clock = clock
        self._waiting: list[tuple[datetime, int, Act]] = []
        self._serial = count()

    def plan(self, when: datetime, act: Act) -> None:
        """Let something happen then; what should have happened already happens next."""
        heapq.heappush(self._waiting, (when, next(self._serial), act))

    async def run(self, until: datetime) -> None:
        """Everything before `until`, in order. What comes later never happens."""
        while self._waiting and self._waiting[0][0] < until:
            when, _, act = heapq.heappop(self._waiting)
            self._clock.set(max(when, self._clock.now() + APART))
            await act()
            await asyncio.sleep(0)  # a breath, in which whoever no longer wants the story can end it
