"""A task is cancelled at any of its awaits (D7): no effect or all of it, a clean pool, and the key settles which."""

import asyncio
from typing import Final

import pytest

from bot.dingtalk.frames import read_frame
from storage.unit import UnitCancelled
from tests.conftest import Clock
from tests.storage.faults.history import CEMENT, NOT_ASKING, push
from tests.storage.faults.hooks import cancelling
from tests.stories.chat import Chat

AWAITS_MAX: Final = 200
# Who may be cancelled, and at how many different awaits it has to have been.
VICTIMS: Final = {
    "Corridor.receive": 2,  # by the SDK's handler: its socket dropped, or its time is over
    "Inbox._store_all": 5,
    "Corridor._in_turn": 1,
    "Units._settle": 20,
    "Units._serve": 2,
}


@pytest.mark.slow
@pytest.mark.parametrize("victim", VICTIMS)
async def test_a_task_cancelled_at_its_nth_await_books_nothing_or_everything(
    chat: Chat, clock: Clock, victim: str
) -> None:
    await chat.load(NOT_ASKING)
    hits = undone = 0
    for nth in range(1, AWAITS_MAX + 1):
        if victim == "Units._serve":
            await chat.units.close()  # so that it is started anew
        frame = chat.text_frame("张建国", f"收货{CEMENT}1包 单价27")
        with cancelling(victim, nth) as steps:
            receiving = asyncio.create_task(chat.corridor.receive(read_frame(frame)))
            async with asyncio.timeout(30):
                await asyncio.wait({receiving})
                if not receiving.cancelled():
                    receiving.exception()
            await chat.nursery.drain(30)
        told = f"{victim} cancelled at its await {nth}"
        assert await chat.on_hand() in {f"{nth - 1} 包", f"{nth} 包"}, told
        undone += await chat.on_hand() == f"{nth - 1} 包"
        assert await push(chat, frame), told
        await chat.nursery.drain(30)
        assert await chat.on_hand() == f"{nth} 包", told
        if not (steps and steps[0].hit):
            break
        hits += 1
    assert hits >= VICTIMS[victim], f"{victim} was cancelled {hits} times only"
    if victim in {"Inbox._store_all", "Units._settle"}:
        assert undone > 0, "nothing was ever undone: was the work cancelled at all?"
    assert len(await chat.numbers("RK")) == nth
    clock.forward(minutes=5)
    assert await chat.corridor.sweep() == 0
    await chat.verify()


async def test_whoever_waits_for_a_cancelled_unit_is_told_and_the_next_goes_on(chat: Chat) -> None:
    from domain.opening import LOADER, take_in
    from domain.operation import Asker

    nothing = take_in(chat.company, (), over=chat.company, by=Asker(person=LOADER))
    with cancelling("Units._settle", 5) as steps:
        ends = await asyncio.wait_for(
            asyncio.gather(*(chat.units.work(f"k{n}", nothing) for n in range(40)), return_exceptions=True), 30
        )
    assert steps[0].hit
    assert sum(isinstance(end, UnitCancelled) for end in ends) == 32  # the unit; the eight behind it go on
    assert not any(isinstance(end, BaseException) for end in ends[32:])
    await chat.verify()
