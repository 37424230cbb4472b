"""The only place where tasks are started that nobody waits for."""

import asyncio
import logging
from collections.abc import Coroutine

LOGGER = logging.getLogger(__name__)


class Nursery:
    """Keeps its tasks, logs when one fails, and ends them all."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    def start(self, work: Coroutine[object, object, object]) -> asyncio.Task[object]:
        """Run beside whoever asks."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            LOGGER.error("A task of the sandbox failed", exc_info=error)

    async def stop(self) -> None:
        """Cancel what still runs and wait for it to end."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
