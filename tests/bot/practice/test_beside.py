"""Work in a loop of its own brings its result or its error, and ends with whoever waits for it."""

import asyncio
import threading

import pytest

from bot.practice.beside import beside
from tests.bot.sandbox.conftest import until


async def test_what_it_brings_and_what_goes_wrong_in_it_come_back() -> None:
    async def where() -> int:
        return threading.get_ident()

    async def fails() -> int:
        raise ValueError("nothing")

    assert await beside(where()) != threading.get_ident()
    with pytest.raises(ValueError, match="nothing"):
        await beside(fails())


async def test_a_cancellation_waits_until_the_work_has_cleaned_up() -> None:
    done = list[str]()

    async def endless() -> None:
        done.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            done.append("cleaned up")

    task = asyncio.create_task(beside(endless()))
    await until(lambda: done == ["begun"])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["begun", "cleaned up"]
