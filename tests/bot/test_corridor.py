"""A frame is stored, carried out once, and acknowledged; whatever it holds, the process lives."""

import asyncio
import json
import logging
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot import corridor as corridor_module
from bot.corridor import TooBusy
from bot.dingtalk.frames import read_frame, read_raw
from domain.membership import StrangerRefused
from storage import inbox
from tests.conftest import Clock
from tests.stories.chat import GROUP, PRIVATE, Chat

CEMENT = "42.5水泥"
RECEIPT = f"收货{CEMENT}20包 单价27"
ROBOT_ACK = {"response": None}
CARD_UNCHANGED = {"response": {}}


async def stored(chat: Chat) -> list[dict[str, Any]]:
    return await chat.rows(
        "SELECT key, state, attempts, error FROM inbox WHERE kind IN ('message', 'card') ORDER BY key"
    )


async def test_a_frame_is_acknowledged_when_its_effect_is_committed(chat: Chat) -> None:
    ack = await chat.corridor.receive(read_frame(chat.text_frame("张建国", RECEIPT)))
    assert ack == ROBOT_ACK
    assert await chat.on_hand() == "20 包"
    assert [row["state"] for row in await stored(chat)] == ["done"]


async def test_the_same_message_again_changes_nothing_and_is_acknowledged(chat: Chat) -> None:
    frame = chat.text_frame("张建国", RECEIPT)
    await chat.brings(frame)
    before = await chat.entries()
    for push in range(3):
        frame["headers"]["messageId"] = f"another push {push}"
        assert await chat.brings(frame) == ""
        assert chat.ack == ROBOT_ACK
    assert await chat.entries() == before
    assert await chat.on_hand() == "20 包"


async def test_the_same_message_ten_times_at_once_books_once(chat: Chat) -> None:
    frame = chat.text_frame("张建国", RECEIPT)
    acks = await asyncio.gather(*(chat.corridor.receive(read_frame(frame)) for _ in range(10)))
    await chat.settle()
    assert acks == [ROBOT_ACK] * 10
    assert len([one for one in chat.heard if one.kind == "reply"]) == 1
    assert await chat.on_hand() == "20 包"


async def test_many_messages_at_once_are_all_booked(chat: Chat) -> None:
    frames = [chat.text_frame("张建国", f"收货{CEMENT}{n}包 单价27") for n in range(1, 41)]
    await asyncio.gather(*(chat.corridor.receive(read_frame(frame)) for frame in frames))
    await chat.settle()
    assert await chat.on_hand() == f"{sum(range(1, 41))} 包"
    assert len(await chat.numbers("RK")) == 40
    await chat.verify()


async def test_a_frame_that_was_stored_and_never_carried_out_is_taken_up_once(chat: Chat, clock: Clock) -> None:
    received = read_frame(chat.text_frame("张建国", RECEIPT))
    arrival = inbox.Arrival(key=received.key, kind=received.kind, raw=received.raw, received_at=clock.now())
    async with chat.database.write() as connection:
        await inbox.store(connection, [arrival])
    assert await chat.corridor.sweep() == 0  # whoever stored it may still be at it
    clock.forward(seconds=31)
    assert await chat.corridor.sweep() == 1
    await chat.settle()
    assert await chat.on_hand() == "20 包"
    assert "已入库" in chat.heard[-1].words
    clock.forward(seconds=31)
    assert await chat.corridor.sweep() == 0
    assert await chat.on_hand() == "20 包"


async def test_a_new_process_takes_up_what_the_last_one_left_at_once(chat: Chat, clock: Clock) -> None:
    received = read_frame(chat.text_frame("张建国", RECEIPT))
    arrival = inbox.Arrival(key=received.key, kind=received.kind, raw=received.raw, received_at=clock.now())
    async with chat.database.write() as connection:
        await inbox.store(connection, [arrival])
    await chat.corridor.release()
    found = await chat.corridor.sweep()
    await chat.settle()
    # Beside PostgreSQL another copy may be at work on it, so there its time has to be over first.
    assert await chat.on_hand() == ("20 包" if chat.database.is_sqlite else "0 包")
    assert found == (1 if chat.database.is_sqlite else 0)


async def test_what_cannot_be_carried_out_is_given_up_after_five_tries_and_the_person_is_told(
    chat: Chat, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = chat.units.work

    async def broken(key: str, operation: Any, **more: Any) -> Any:
        if operation.remember is None:  # the farewell, not the message
            return await work(key, operation, **more)
        raise OperationalError("INSERT", {}, Exception("disk I/O error"))

    monkeypatch.setattr(chat.units, "work", broken)
    assert await chat.brings(chat.text_frame("张建国", RECEIPT)) == ""
    for _ in range(8):
        clock.forward(seconds=31)
        await chat.corridor.sweep()
        await chat.settle()
        if chat.heard:
            break
    assert "抱歉，我这边出了错，没有记账" in chat.heard[0].words
    assert chat.heard[0].conversation == GROUP
    clock.forward(seconds=31)
    assert await chat.corridor.sweep() == 0


async def test_the_sweeper_goes_on_after_a_fault(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = list[int]()

    async def sweep() -> int:
        looks.append(1)
        if len(looks) < 3:
            raise RuntimeError("not foreseen")
        raise asyncio.CancelledError

    monkeypatch.setattr(chat.corridor, "sweep", sweep)
    monkeypatch.setattr(corridor_module, "SWEEP_SECONDS", 0)
    with pytest.raises(asyncio.CancelledError):
        await chat.corridor.keep_sweeping()
    assert len(looks) == 3
    assert "sweep failed" in caplog.text


async def test_a_slow_unit_is_acknowledged_in_time_and_its_effect_follows(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corridor_module, "ACK_WITHIN_SECONDS", 0.05)
    going_on, work = asyncio.Event(), chat.units.work

    async def slow(*arguments: Any, **more: Any) -> Any:
        await going_on.wait()
        return await work(*arguments, **more)

    monkeypatch.setattr(chat.units, "work", slow)
    ack = await chat.corridor.receive(read_frame(chat.text_frame("张建国", RECEIPT)))
    assert ack == ROBOT_ACK
    assert await chat.on_hand() == "0 包"
    going_on.set()
    await chat.settle()
    assert await chat.on_hand() == "20 包"


def test_a_press_is_acknowledged_well_before_dingtalks_two_seconds() -> None:
    assert corridor_module.ACK_WITHIN_SECONDS == 1.5


MALFORMED: dict[str, dict[str, Any]] = {
    "no data": {"type": "CALLBACK", "headers": {"topic": "/v1.0/im/bot/messages/get"}},
    "broken JSON": {"type": "CALLBACK", "headers": {"topic": "/v1.0/im/bot/messages/get"}, "data": '{"msgId": '},
    "data is a list": {"type": "CALLBACK", "headers": {"topic": "/v1.0/im/bot/messages/get"}, "data": "[1, 2]"},
    "no message id": {"type": "CALLBACK", "headers": {"topic": "/v1.0/im/bot/messages/get"}, "data": '{"a": 1}'},
    "a press on nothing": {"type": "CALLBACK", "headers": {"topic": "/v1.0/card/instances/callback"}, "data": "{}"},
    "unknown topic": {"type": "CALLBACK", "headers": {"topic": "/v1.0/new/thing"}, "data": "{}"},
    "unknown type": {"type": "NEWS", "headers": {}, "data": "{}"},
    "nothing": {},
    "endless nesting": {"type": "CALLBACK", "headers": {"topic": "/v1.0/im/bot/messages/get"}, "data": "[" * 5000},
}


@pytest.mark.parametrize("name", MALFORMED)
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_malformed_frame_is_acknowledged_and_logged_and_books_nothing(
    chat: Chat, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    before = await chat.entries()
    ack = await chat.receives(read_frame(MALFORMED[name]))
    assert ack in (ROBOT_ACK, CARD_UNCHANGED, {"status": "SUCCESS", "message": "ok"})
    assert "frame not understood" in caplog.text
    assert await chat.entries() == before
    assert chat.heard == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_frame_that_cannot_be_stored_is_not_acknowledged(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: Any) -> set[str]:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "store", full)
        with pytest.raises(OperationalError):
            await chat.corridor.receive(read_frame(chat.text_frame("张建国", RECEIPT)))
    assert await chat.on_hand() == "0 包"
    assert "已入库" in await chat.says("张建国", RECEIPT)  # and when there is room again, it goes on


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_beyond_what_may_wait_a_frame_is_not_acknowledged(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corridor_module, "WAITING_MAX", 2)
    frames = [read_frame(chat.text_frame("张建国", f"收货{CEMENT}{n}包 单价27")) for n in range(1, 6)]
    ended = await asyncio.gather(*(chat.corridor.receive(frame) for frame in frames), return_exceptions=True)
    await chat.settle()
    assert sum(isinstance(one, TooBusy) for one in ended) == 3
    assert len(await chat.numbers("RK")) == 2


async def test_a_press_is_acknowledged_with_the_settled_picture(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    await chat.presses("张伟", "approve")
    response: Any = chat.ack["response"]
    shown = response["cardData"]["cardParamMap"]
    assert "张伟 已同意" in str(shown)
    assert "approve" not in str(shown)
    assert response["cardUpdateOptions"]["updateCardDataByKey"] is True


async def test_a_second_tap_changes_nothing(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    card = await chat.card("approve")
    frame = chat.press_frame("张伟", card["id"], "approve", card["nonce"])
    acks = await asyncio.gather(*(chat.corridor.receive(read_frame(frame)) for _ in range(3)))
    await chat.settle()
    before = await chat.entries()
    await chat.receives(read_frame(frame))
    assert chat.ack == CARD_UNCHANGED
    assert await chat.entries() == before
    assert len(acks) == 3
    assert await chat.rows("SELECT count(*) AS n FROM entry WHERE act = 'approve'") == [{"n": 1}]


async def test_a_card_that_is_not_ours_is_said_to_be_unknown(chat: Chat) -> None:
    assert "这张卡片不是我发的" in await chat.presses("张伟", "approve", card="somebody-elses", nonce="n")
    assert chat.ack == CARD_UNCHANGED


@pytest.mark.parametrize("action", ["confirm", "submit", "__class__", "同意", "approve;drop", "x" * 500])
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_an_action_that_the_card_never_offered_changes_nothing(chat: Chat, action: str) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    card, before = await chat.card("approve"), await chat.entries()
    answer = await chat.presses("张伟", action, card=card["id"], nonce=card["nonce"])
    assert "卡片已经变了" in answer
    assert await chat.entries() == before


async def test_a_card_pressed_by_somebody_it_was_not_shown_to_decides_nothing(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    card, before = await chat.card("approve"), await chat.entries()
    for who in ("张丽", "李强", "何平"):
        answer = await chat.presses(who, "approve", card=card["id"], nonce=card["nonce"])
        assert "不是发给你的" in answer
        assert "¥" not in answer
    assert await chat.entries() == before


async def test_a_card_pressed_after_the_end_tells_how_it_ended(chat: Chat, clock: Clock) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    card = await chat.card("approve")
    await chat.says("李强", "撤回 SG20261123-001")
    assert "已结束，这次没有改动。单据状态：已撤回" in await chat.presses(
        "张伟", "approve", card=card["id"], nonce=card["nonce"]
    )
    assert await chat.state("SG20261123-001") == "withdrawn"
    await chat.says("李强", f"申购{CEMENT}201包")
    card = await chat.card("approve", "approval:SG20261123-002")
    await chat.says("张伟", "同意 SG20261123-002")
    clock.forward(minutes=5)
    answer = await chat.presses("张伟", "approve", card=card["id"], nonce=card["nonce"])
    assert "张伟 09:00 已同意，这次没有改动" in answer
    assert await chat.state("SG20261123-002") == "pending"


async def test_an_order_pressed_twice_is_placed_once(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    await chat.presses("张伟", "approve")
    await chat.presses("张丽", "approve")
    card = await chat.card("confirm")
    await chat.says("张丽", "确认 CG20261123-001", chat=PRIVATE)
    answer = await chat.presses("张丽", "confirm", card=card["id"], nonce=card["nonce"])
    assert "现在是“已下单”，不能确认了" in answer


async def test_a_fault_of_ours_is_one_calm_sentence_with_a_reference_and_a_trace_in_the_log(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the price was 27")

    monkeypatch.setattr("domain.receipt._book", broken)
    with caplog.at_level(logging.ERROR):
        answer = await chat.says("张建国", RECEIPT)
    assert "抱歉，我这边出了错，没有记账" in answer
    assert "ZeroDivision" not in answer
    assert "27" not in answer
    reference = answer.rpartition("：")[2].strip()
    record = next(r for r in caplog.records if getattr(r, "reference", "") == reference)
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError
    assert [row["state"] for row in await stored(chat)] == ["dead"]
    monkeypatch.undo()
    assert "已入库" in await chat.says("张建国", RECEIPT)


async def test_one_message_with_a_fault_does_not_spoil_those_beside_it(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("fault")

    monkeypatch.setattr("domain.issue._book", broken)
    said = [RECEIPT, f"领{CEMENT}5包 瓦工班 主体结构", f"收货{CEMENT}7包 单价27"]
    await asyncio.gather(*(chat.corridor.receive(read_frame(chat.text_frame("张建国", one))) for one in said))
    await chat.settle()
    assert await chat.on_hand() == "27 包"
    assert sum("抱歉" in one.words for one in chat.heard) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_the_end_of_the_quota_and_events_are_acknowledged(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    gone = chat.frame("张建国", msgtype="text", errorCode=20001, errorMessage="受调用量超量影响")
    assert await chat.receives(read_frame(gone)) == ROBOT_ACK
    assert "quota is used up" in caplog.text
    headers = {"topic": "*", "eventType": "bpms_instance_change", "eventId": "e1", "eventBornTime": "1795485599200"}
    event = {"type": "EVENT", "headers": headers, "data": json.dumps({"processInstanceId": "p1"})}
    assert await chat.receives(read_frame(event)) == {"status": "SUCCESS", "message": "ok"}
    assert chat.heard == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_every_push_is_counted(chat: Chat) -> None:
    for n in range(3):
        await chat.says("张建国", f"库存 {CEMENT} {n}")
    await chat.receives(read_frame({}))
    await chat.usage.flush()
    assert await chat.rows("SELECT units FROM usage WHERE pool = 'stream'") == [{"units": 4}]


async def test_what_was_stored_reads_as_it_did_when_it_came(chat: Chat) -> None:
    frame = chat.text_frame("张建国", "库存 \ud83d\x00\u202e水泥")
    await chat.brings(frame)
    async with chat.database.read() as connection:
        raw = (await connection.execute(text("SELECT raw FROM inbox WHERE kind = 'message'"))).scalar_one()
    assert read_raw(raw).message == read_frame(frame).message


async def test_a_refusal_is_committed_with_its_answer(chat: Chat) -> None:
    await chat.brings(chat.text_frame("路人甲", RECEIPT))
    assert [row["state"] for row in await stored(chat)] == ["done"]
    assert chat.heard[0].event == StrangerRefused.__name__
    await chat.says("李强", RECEIPT)
    assert sorted(row["state"] for row in await stored(chat)) == ["done", "refused"]
