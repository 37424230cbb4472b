"""Much at once: nobody waits long for another's flood, and nothing grows without end."""

import asyncio
from datetime import timedelta

import pytest

from bot import corridor, haste
from bot.corridor import TooBusy
from bot.dingtalk.frames import read_frame
from bot.haste import TOLD_MAX, UNFINISHED_OF_ONE_MAX, Haste
from storage import unit
from storage.fairness import take_turns
from tests.conftest import MORNING, Clock
from tests.stories.chat import Chat

CEMENT = "42.5水泥"
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


def test_everybody_has_a_turn_before_anybody_has_a_second() -> None:
    waiting = [*(f"a{n}" for n in range(5)), "b0", "b1", "c0"]
    assert take_turns(waiting, lambda one: one[0]) == ["a0", "b0", "c0", "a1", "b1", "a2", "a3", "a4"]


def test_the_turns_of_one_person_alone_are_the_order_of_coming() -> None:
    assert take_turns(range(50), lambda _: "a") == list(range(50))


def test_somebody_hasty_is_told_once_in_a_while_and_only_the_last_are_remembered() -> None:
    hasty = Haste()
    assert [hasty.begin("a") for _ in range(UNFINISHED_OF_ONE_MAX + 2)] == [True] * UNFINISHED_OF_ONE_MAX + [False] * 2
    assert hasty.begin("b")
    assert [hasty.must_tell("a", MORNING + timedelta(seconds=s)) for s in (0, 59, 60, 61)] == [True, False, True, False]
    hasty.end("a")
    assert hasty.begin("a")
    for n in range(TOLD_MAX):
        hasty.must_tell(f"p{n}", MORNING)
    assert hasty.must_tell("a", MORNING)


@SQLITE
async def test_a_flood_of_one_person_makes_another_wait_for_one_unit_at_most(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(haste, "UNFINISHED_OF_ONE_MAX", 1_000)
    await chat.says("张建国", f"收货{CEMENT}900包 单价27")
    flood = [read_frame(chat.text_frame("李强", f"领{CEMENT}{n + 1}包")) for n in range(200)]
    one = read_frame(chat.text_frame("张建国", f"收货{CEMENT}20包 单价28"))
    await asyncio.gather(*(chat.corridor.receive(frame) for frame in [*flood, one]))
    await chat.settle()
    rows = await chat.rows("SELECT seq, kind FROM entry ORDER BY seq")
    before = [row["kind"] for row in rows].index("receipt", 1)
    assert 0 < before <= unit.BATCH_MAX + 2, f"{before} of the flood came first"
    await chat.verify()


@SQLITE
async def test_beyond_so_many_at_once_one_person_is_told_and_nothing_of_it_is_booked(chat: Chat, clock: Clock) -> None:
    await chat.says("张建国", f"收货{CEMENT}900包 单价27")
    count = UNFINISHED_OF_ONE_MAX + 50
    flood = [read_frame(chat.text_frame("李强", f"领{CEMENT}1包 备注{n}")) for n in range(count)]
    acks = await asyncio.gather(*(chat.corridor.receive(frame) for frame in flood))
    assert all(acks)
    await chat.settle()
    refused = await chat.rows("SELECT key FROM inbox WHERE state = 'refused' AND error = 'TooFast'")
    assert len(refused) == 50
    assert sum("太快" in told.words for told in chat.heard) == 1
    assert await chat.rows("SELECT key FROM inbox WHERE state IN ('dead', 'received')") == []
    clock.forward(minutes=11)
    assert "太快" not in await chat.says("李强", f"领{CEMENT}7包")
    await chat.verify()


@SQLITE
async def test_beyond_so_many_of_everybody_a_frame_is_left_to_come_again(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = read_frame(chat.text_frame("张建国", f"收货{CEMENT}20包 单价27"))
    monkeypatch.setattr(corridor, "UNFINISHED_MAX", 0)
    with pytest.raises(TooBusy):
        await chat.corridor.receive(frame)
    assert await chat.corridor.sweep() == 0
    assert await chat.rows("SELECT key FROM inbox WHERE kind = 'message'") == []
    monkeypatch.undo()
    await chat.receives(frame)
    assert await chat.on_hand() == "20 包"
