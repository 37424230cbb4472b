"""Work that keeps a thread busy for seconds, in a loop of its own, and ended together with whoever waits for it."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

Result = TypeVar("Result")


async def beside(work: Coroutine[Any, Any, Result]) -> Result:
    """What the work brings. A cancellation reaches the work at its next breath, and waits until it has cleaned up."""
    begun: Future[Callable[[], object]] = Future()

    async def whole() -> Result:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        begun.set_result(lambda: loop.call_soon_threadsafe(task.cancel))
        return await work

    thread = asyncio.ensure_future(asyncio.to_thread(asyncio.run, whole()))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        end = await asyncio.wrap_future(begun)
        with suppress(RuntimeError):  # the loop is closed: the work was done already
            end()
        await asyncio.wait({thread})
        raise
