"""One look at the clock: carry out what is due. Which copy does it, the database decides."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Protocol

from domain.company import Company
from domain.operation import Operation
from schedules.jobs import due

log: Final = logging.getLogger(__name__)

# Runs remembered so that a tick need not ask the database about them again.
DONE_MAX: Final = 10_000


class Work(Protocol):
    """Carries an operation out once for its key."""

    def __call__(self, key: str, operation: Operation) -> Awaitable[object]: ...


class Ticker:
    def __init__(self, work: Work, company: Callable[[], Awaitable[Company]], now: Callable[[], datetime]):
        self._work = work
        self._company = company
        self._now = now
        self._done: dict[str, None] = {}

    async def tick(self) -> int:
        """Run what is due; returns how many operations were handed over. A job that fails does not stop the others."""
        company, ran = await self._company(), 0
        for one in due(company, self._now()):
            if one.key in self._done:
                continue
            try:
                await self._work(one.key, one.operation)
            except Exception:
                log.exception("job failed", extra={"key": one.key})
                continue
            ran += 1
            self._done[one.key] = None
            while len(self._done) > DONE_MAX:
                self._done.pop(next(iter(self._done)))
        return ran
