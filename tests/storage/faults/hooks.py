"""Faults put under a real database: before any statement something may be done, late or wrong."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event


@contextmanager
def every_statement(engine: Engine, act: Callable[[Connection, str], None]) -> Generator[None]:
    """Do something before each statement of an engine. What it executes itself is let pass."""
    busy = set[int]()  # connections in the middle of an act

    def before(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal busy
        if busy:
            return
        busy = True
        try:
            act(connection, statement)
        finally:
            busy = set[int]()  # connections in the middle of an act

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", before)


class Steps:
    """Runs a coroutine and has its task cancelled while it waits for the nth time; `hit` says that it came so far."""

    def __init__(self, work: Coroutine[Any, Any, Any], nth: int):
        self._work = work
        self._nth = nth
        self.hit = False

    def __await__(self) -> Generator[Any, Any, Any]:
        waits, sent, thrown = 0, None, None
        while True:
            try:
                waited = self._work.throw(thrown) if thrown is not None else self._work.send(sent)
            except StopIteration as ended:
                return ended.value
            sent, thrown, waits = None, None, waits + 1
            if waits == self._nth:
                self.hit = True
                task = asyncio.current_task()
                assert task is not None
                asyncio.get_running_loop().call_soon(task.cancel)
            try:
                sent = yield waited
            except BaseException as error:
                thrown = error


@contextmanager
def cancelling(name: str, nth: int) -> Generator[list[Steps]]:
    """Cancel the next task that runs the coroutine of this name, at its nth wait."""
    loop, steps = asyncio.get_running_loop(), list[Steps]()

    def factory(running: asyncio.AbstractEventLoop, work: Any, **more: Any) -> "asyncio.Task[Any]":
        if not steps and getattr(work, "__qualname__", "") == name:
            steps.append(Steps(work, nth))
            work = _driven(steps[0])
        return asyncio.Task(work, loop=running, **more)

    loop.set_task_factory(factory)
    try:
        yield steps
    finally:
        loop.set_task_factory(None)


async def _driven(steps: Steps) -> Any:
    return await steps
