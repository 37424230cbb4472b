"""Every statement takes long (D3): answers come late and never twice; the acknowledgement does not wait for them."""

import random
import time
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection
from sqlalchemy.util import await_only

from bot import corridor
from bot.dingtalk.frames import read_frame
from tests.conftest import Clock
from tests.storage.faults.history import CEMENT, count, push
from tests.storage.faults.hooks import every_statement
from tests.stories.chat import Chat
from tests.stories.wire import Wire, dispatcher_of

# A tenth of 50 to 500 ms, and of the 1.5 s after which a frame is acknowledged.
DELAY_SECONDS = (0.005, 0.05)
ACK_WITHIN_SECONDS = 0.15
SEED = 5


@contextmanager
def slow(chat: Chat, seed: int = SEED) -> Generator[list[float]]:
    """The writer's statements are late; the loop goes on meanwhile, as it does while a server thinks."""
    import asyncio

    chance, delays = random.Random(seed), list[float]()

    def wait(_: Connection, _statement: str) -> None:
        delays.append(chance.uniform(*DELAY_SECONDS))
        await_only(asyncio.sleep(delays[-1]))

    with every_statement(chat.database.write_engine.sync_engine, wait):
        yield delays


@pytest.mark.slow
async def test_a_slow_database_answers_late_and_once(chat: Chat, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corridor, "ACK_WITHIN_SECONDS", ACK_WITHIN_SECONDS)
    frames = [chat.text_frame("张建国", f"收货{CEMENT}{n}包 单价27") for n in range(1, 9)]
    wire, late = Wire(), 0
    with slow(chat) as delays:
        for frame in frames:
            stored_by = time.monotonic()
            assert await push(chat, frame)
            late += await count(chat.database, "SELECT count(*) FROM inbox WHERE state = 'received'")
            assert time.monotonic() - stored_by < 3, "the acknowledgement waited for the booking"
            await push(chat, frame)  # impatient DingTalk
        clock.forward(seconds=31)  # and the sweeper believes that the owner is dead
        await chat.corridor.sweep()
        await chat.nursery.drain(60)
        await dispatcher_of(chat, wire, clock).send_due()
    assert late > 0, "nothing was acknowledged before its booking"
    assert len(delays) > 100
    assert await chat.on_hand() == "36 包", f"seed {SEED}"
    assert len(await chat.numbers("RK")) == 8
    assert sum("已入库" in one for one in wire.texts()) == 8
    await chat.verify()


async def test_a_press_that_is_decided_late_is_acknowledged_with_no_picture_and_the_picture_follows(
    chat: Chat, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    card, wire = await chat.card("approve"), Wire()
    dispatcher = dispatcher_of(chat, wire, clock)
    await dispatcher.send_due()
    wire.arrived.clear()
    monkeypatch.setattr(corridor, "ACK_WITHIN_SECONDS", ACK_WITHIN_SECONDS)
    press = read_frame(chat.press_frame("张伟", card["id"], "approve", card["nonce"]))
    with slow(chat) as delays:
        ack = await chat.corridor.receive(press)
        assert ack == {"response": {}}
        assert await count(chat.database, "SELECT count(*) FROM entry WHERE act = 'approve'") == 0
        assert await chat.corridor.receive(press) == {"response": {}}
        await chat.nursery.drain(60)
    assert delays
    await dispatcher.send_due()
    pictures = [one for one in wire.arrived if one.door == "update" and one.target == card["id"]]
    assert len(pictures) == 1
    assert "张伟 已同意" in pictures[0].text
    assert await count(chat.database, "SELECT count(*) FROM entry WHERE act = 'approve'") == 1
