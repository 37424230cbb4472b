"""Tasks that nobody waits for, and troubles that would fill the log."""

import asyncio
import logging

import pytest

from bot.dingtalk.nursery import Nursery
from bot.dingtalk.quiet_log import QuietLog
from tests.bot.dingtalk.local_dingtalk import HandClock


async def test_a_failure_is_logged_with_its_trace_and_frees_its_place(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise ValueError("cement")

    nursery = Nursery(1)
    await nursery.start(fails(), name="first")
    await nursery.start(fails(), name="second")
    assert await nursery.drain(1)
    assert caplog.text.count("ValueError: cement") == 2


async def test_draining_waits_no_longer_than_told_and_cancels_nothing() -> None:
    ended = asyncio.Event()

    async def waits() -> None:
        await ended.wait()

    nursery = Nursery(2)
    await nursery.start(waits(), name="waits")
    assert not await nursery.drain(0.01)
    assert len(nursery) == 1
    ended.set()
    assert await nursery.drain(1)


async def test_work_that_finds_no_room_is_dropped_when_its_starter_is_cancelled() -> None:
    async def waits() -> None:
        await asyncio.sleep(60)

    nursery = Nursery(1)
    await nursery.start(waits(), name="runs")
    starting = asyncio.create_task(nursery.start(waits(), name="never"))
    await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert len(nursery) == 1
    await nursery.cancel()
    assert len(nursery) == 0


async def test_what_resists_its_cancellation_does_not_hold_up_the_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.dingtalk.nursery.CANCEL_SECONDS", 0.01)
    released = asyncio.Event()

    async def stubborn() -> None:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue

    nursery = Nursery(1)
    await nursery.start(stubborn(), name="stubborn")
    await asyncio.sleep(0)
    await nursery.cancel()
    assert "stubborn resists" in caplog.text
    released.set()
    assert await nursery.drain(1)


def test_the_same_trouble_is_told_once_and_then_counted(clock: HandClock, caplog: pytest.LogCaptureFixture) -> None:
    log = QuietLog(logging.getLogger("test"), 300, clock.monotonic)
    for nth in range(5):
        log.tell(logging.WARNING, f"busy {nth}", topic="busy")
    log.tell(logging.WARNING, "refused", topic="refused")
    for _ in range(2):
        log.tell(logging.WARNING, "busy again", topic="busy")
    clock.now += 300
    log.tell(logging.WARNING, "still busy", topic="busy")
    assert [record.getMessage() for record in caplog.records] == [
        "busy 0",
        "refused (4 times more before this)",
        "busy again",
        "still busy (1 times more before this)",
    ]
