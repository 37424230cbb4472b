"""Work that keeps a thread busy for seconds, and never keeps the program from ending."""

import asyncio
import threading
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


async def unminded(work: Callable[[], Result]) -> Result:
    """What a function brings that cannot be ended: the program may end in the middle of it."""
    result = Future[Result]()

    def whole() -> None:
        result.set_running_or_notify_cancel()
        try:
            result.set_result(work())
        except BaseException as error:  # whatever it is, whoever waits hears of it
            result.set_exception(error)

    threading.Thread(target=whole, name="unminded", daemon=True).start()
    return await asyncio.wrap_future(result)
