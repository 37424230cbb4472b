"""The only place where tasks are started that nobody waits for at once."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Final

log: Final = logging.getLogger(__name__)

CANCEL_SECONDS: Final = 1.0


class Nursery:
    """Keeps its tasks: holds on to them, logs what fails, never has more than `tasks_max`, and sees them to an end."""

    def __init__(self, tasks_max: int) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(tasks_max)

    def __len__(self) -> int:
        return len(self._tasks)

    async def start(self, work: Coroutine[object, object, None], *, name: str) -> None:
        """Start a task, after waiting for room. Cancelled while waiting, the work is dropped unstarted."""
        try:
            await self._room.acquire()
        except BaseException:
            work.close()
            raise
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def drain(self, seconds: float) -> bool:
        """Wait for the tasks, at most so long; says whether all have ended. Cancels none."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        return not self._tasks

    async def cancel(self) -> None:
        """Cancel what still runs, and wait a moment until it has ended; what resists is named in the log."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            _, stubborn = await asyncio.wait(tasks, timeout=CANCEL_SECONDS)
            for task in stubborn:
                log.error("task %s resists its cancellation", task.get_name())

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._room.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task %s failed", task.get_name(), exc_info=error)
