"""What the outbox holds is delivered in its order, once as far as anybody can know, or a person is told."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dingtalk.errors import (
    CredentialsRefused,
    DingTalkError,
    NotPermitted,
    QuotaExhausted,
    Refused,
    Throttled,
    Transient,
)
from bot.dingtalk.units import Pool
from bot.dispatcher import Dispatcher, Rest
from bot.usage import UsageMeter
from domain import digest
from storage import outbox
from storage.outbox import Claimed, Ended, OutboxState
from tests.conftest import Clock
from tests.stories.chat import GROUP, OTHER_GROUP, PRIVATE, Chat, until
from tests.stories.wire import Wire, dispatcher_of

CEMENT = "42.5水泥"
THROTTLED = Throttled("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", retry_after=1.0)
AMBIGUOUS = Transient("local.timeout", ambiguous=True)
PASSING = Transient("local.connect", ambiguous=False)
REFUSED = Refused("invalidParameter", "the robot is not in this group")


async def states(chat: Chat) -> list[str]:
    return [row["state"] for row in await chat.rows("SELECT state FROM outbox ORDER BY id")]


async def carry_on(dispatcher: Dispatcher, clock: Clock, *, minutes: int = 30) -> None:
    """Time passes, and whatever becomes due is sent."""
    for _ in range(minutes * 2):
        await dispatcher.send_due()
        clock.forward(seconds=30)


async def test_an_answer_is_sent_and_marked(chat: Chat, dispatcher: Dispatcher, wire: Wire) -> None:
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    await dispatcher.send_due()
    assert "已入库" in wire.texts(GROUP)[0]
    assert await states(chat) == ["sent"]
    assert await dispatcher.send_due() == 0


async def test_too_fast_waits_and_delivers(chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock) -> None:
    wire.fail(THROTTLED, times=20)
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    await dispatcher.send_due()
    assert await states(chat) == ["waiting"]
    assert await dispatcher.send_due() == 0  # not before DingTalk's second is over
    await carry_on(dispatcher, clock)
    assert await states(chat) == ["sent"]
    assert len(wire.texts(GROUP)) == 1


async def test_what_is_refused_is_given_up_and_the_administrators_are_told_once(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    wire.fail(REFUSED)
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    await carry_on(dispatcher, clock)
    assert await states(chat) == ["dead", "sent"]
    assert len(wire.texts("u-heping")) == 1
    assert "有一条消息没有送到（RK20261123-001）" in wire.texts("u-heping")[0].replace("\\", "")
    answer = await chat.says("何平", "死信", chat=PRIVATE)
    assert "the robot is not in this group" in answer


async def test_that_the_telling_failed_too_is_not_told(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    wire.fail(REFUSED, times=50)
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    await carry_on(dispatcher, clock)
    assert await states(chat) == ["dead", "dead"]
    assert len(wire.calls) == 2


async def test_a_text_that_may_have_arrived_is_repeated_once(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    wire.fail(AMBIGUOUS, applied=True, times=9)
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    await dispatcher.send_due()
    clock.forward(seconds=30)
    await dispatcher.send_due()
    clock.forward(seconds=30)
    await dispatcher.send_due()
    assert len(wire.texts(GROUP)) == 2
    assert (await states(chat))[0] == "dead"


async def test_what_surely_did_not_arrive_is_tried_more_often(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    wire.fail(PASSING, times=5)
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    await carry_on(dispatcher, clock, minutes=10)
    assert await states(chat) == ["sent"]
    assert len(wire.texts(GROUP)) == 1


async def test_waiting_for_ones_turn_does_not_use_up_the_attempts(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    for error in (THROTTLED, THROTTLED, THROTTLED, AMBIGUOUS, THROTTLED, PASSING):
        wire.fail(error, times=2 if error is THROTTLED else 1)
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    await carry_on(dispatcher, clock, minutes=20)
    assert await states(chat) == ["sent"]
    assert len(wire.texts(GROUP)) == 1


async def test_a_card_is_tried_again_with_the_same_id_and_shown_once(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    wire.fail(AMBIGUOUS, door="card", applied=True)
    wire.fail(AMBIGUOUS, door="card")
    wire.fail(PASSING, door="card", times=2)
    await carry_on(dispatcher, clock)
    shown = [one for one in wire.arrived if one.door == "card"]
    assert wire.calls.count("card") == 5
    assert {one.target for one in shown} == {(await chat.card("approve"))["id"]}
    assert await states(chat) == ["sent", "sent"]


async def test_messages_of_one_chat_keep_their_order_and_do_not_hold_up_another(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    wire.fail(THROTTLED)
    for quantity in (1, 2, 3):
        await chat.says("张建国", f"收货{CEMENT}{quantity}包 单价27")
    await chat.says("王建军", f"收货{CEMENT}9包 单价27", chat=OTHER_GROUP)
    await dispatcher.send_due()
    assert wire.texts(GROUP) == []
    assert len(wire.texts(OTHER_GROUP)) == 1
    await carry_on(dispatcher, clock, minutes=2)
    assert len(wire.texts(GROUP)) == 3
    assert all(f"+{n} 包" in text for n, text in enumerate(wire.texts(GROUP), start=1))


async def test_a_message_that_hangs_holds_up_only_its_own_chat(chat: Chat, dispatcher: Dispatcher, wire: Wire) -> None:
    gate = wire.hold(GROUP)
    await chat.says("张建国", f"收货{CEMENT}1包 单价27")
    running = asyncio.create_task(dispatcher.run())

    async def is_hanging() -> bool:
        return bool(wire.calls)

    async def other_arrived() -> bool:
        return bool(wire.texts(OTHER_GROUP))

    async def all_sent() -> bool:
        return set(await states(chat)) == {"sent"}

    try:
        await until(is_hanging)
        await chat.says("王建军", f"收货{CEMENT}9包 单价27", chat=OTHER_GROUP)
        await until(other_arrived)
        assert wire.texts(GROUP) == []
        gate.set()
        await until(all_sent)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_an_answer_overtakes_a_digest(chat: Chat, clock: Clock, wire: Wire, monkeypatch: Any) -> None:
    monkeypatch.setattr("bot.dispatcher.SENDING_MAX", 1)
    await chat.work("digest", digest.tell("P02", clock.now().date()))
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    await dispatcher_of(chat, wire, clock).send_due()
    assert ["已入库" in text for text in wire.texts()] == [True, False]


async def test_an_older_picture_of_a_card_is_not_sent_when_a_newer_one_waits(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    rule = {"material": "CEM-42", "warehouse": "W02", "safety_stock": "80", "reorder_to": "300"}
    await chat.load({"stock_rules": [rule]})
    await chat.says("张建国", f"收货{CEMENT}100包 单价27")
    await chat.says("张建国", f"领{CEMENT}30包 瓦工班 主体结构")
    await dispatcher.send_due()
    await chat.presses("张建国", "prepare")
    await chat.presses("张建国", "submit")
    await carry_on(dispatcher, clock, minutes=2)
    updates = [one for one in wire.arrived if one.door == "update"]
    assert len(updates) == 1
    assert "已提交" in updates[0].text
    assert "superseded" in await states(chat)


async def test_the_first_picture_of_a_card_is_never_left_out(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    await chat.says("李强", "撤回 SG20261123-001")
    await carry_on(dispatcher, clock, minutes=2)
    assert [one.door for one in wire.arrived if one.door in {"card", "update"}] == ["card", "update"]


async def test_a_dispatcher_that_slept_over_its_lease_marks_nothing(chat: Chat, clock: Clock, wire: Wire) -> None:
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")

    async def taken() -> list[Claimed]:
        found = await outbox.due(connection, clock.now(), 1, real=clock.now())
        await outbox.take(connection, found, real=clock.now())
        return found

    async with chat.database.write() as connection:
        (slept,) = await taken()
        assert await taken() == []
    clock.forward(seconds=61)
    async with chat.database.write() as connection:
        (taken_over,) = await taken()
        assert taken_over.id == slept.id
        for state in OutboxState:
            await outbox.mark(connection, [Ended(claimed=slept, state=state, error="late")])
        assert (await taken()) == []  # its lease stands, and it waits as before
        await outbox.mark(connection, [Ended(claimed=taken_over, state=OutboxState.SENT, sent_at=clock.now())])
    assert await states(chat) == ["sent"]
    assert (await chat.rows("SELECT error FROM outbox"))[0]["error"] == ""


async def test_two_dispatchers_never_take_the_same_message(chat: Chat, clock: Clock, wire: Wire) -> None:
    for quantity in range(1, 11):
        await chat.says("张建国", f"收货{CEMENT}{quantity}包 单价27", chat=GROUP)
        await chat.says("王建军", f"收货{CEMENT}{quantity}包 单价27", chat=OTHER_GROUP)
    both = [dispatcher_of(chat, wire, clock) for _ in range(2)]
    for _ in range(15):
        await asyncio.gather(*(one.send_due() for one in both))
        clock.forward(seconds=2)
    assert set(await states(chat)) == {"sent"}
    assert len(wire.texts()) == 20


async def test_what_is_too_late_is_not_sent_any_more(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    clock.forward(minutes=121)
    await dispatcher.send_due()
    assert (await states(chat))[0] == "dead"
    assert wire.texts(GROUP) == []


async def test_when_the_quota_is_gone_answers_wait_and_digests_are_given_up(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    wire.fail(QuotaExhausted("Forbidden.AccessDenied.ApiCountLimitForOrg"), times=2)
    await chat.work("digest", digest.tell("P02", clock.now().date()))
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    await dispatcher.send_due()
    rows = await chat.rows("SELECT urgency, state FROM outbox ORDER BY id")
    assert rows[:2] == [{"urgency": 3, "state": "dead"}, {"urgency": 0, "state": "waiting"}]
    clock.forward(minutes=61)
    await dispatcher.send_due()
    assert len(wire.texts(GROUP)) == 1


async def test_as_units_run_low_digests_are_given_up_and_the_administrators_are_told_once(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    chat.usage.count(Pool.API, 4_600)
    for day in range(3):
        await chat.work(f"digest {day}", digest.tell("P02", clock.now().date()))
        await chat.says("张建国", f"收货{CEMENT}{20 + day}包 单价27")
        await carry_on(dispatcher, clock, minutes=2)
    assert len([text for text in wire.texts(GROUP) if "已入库" in text]) == 3
    assert not [text for text in wire.texts(GROUP) if "日报" in text.splitlines()[0]]
    told = [text for text in wire.texts("u-heping") if "额度" in text]
    assert len(told) == 1
    assert "本月起不再发：日报。" in told[0]
    rows = await chat.rows("SELECT urgency, state, error FROM outbox WHERE urgency = 3")
    assert {(row["state"], row["error"]) for row in rows} == {("dead", "units low")}


@pytest.mark.parametrize("error", [CredentialsRefused("authFailed"), ValueError("a fault of ours")])
async def test_other_trouble_is_tried_again_for_a_while(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock, error: Any
) -> None:
    wire.fail(error, times=3)
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    await carry_on(dispatcher, clock, minutes=10)
    assert (await states(chat))[0] == "sent"


async def test_a_card_that_dingtalk_will_not_show_is_sent_in_words_with_its_commands(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    wire.fail(NotPermitted("Forbidden", scopes=("Card.Instance.Write",)), door="card")
    await chat.says("李强", f"申购{CEMENT}200包")
    await carry_on(dispatcher, clock, minutes=2)
    text = wire.texts("u-zhang")[0]
    assert "`同意 SG20261123-001`" in text
    assert "`驳回 SG20261123-001`" in text


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_the_dispatcher_goes_on_after_a_fault_of_ours(
    chat: Chat, clock: Clock, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatcher, report = dispatcher_of(chat, wire, clock), Dispatcher._report
    faults = list[int]()

    async def faulty(self: Dispatcher) -> None:
        if not faults:
            faults.append(1)
            raise RuntimeError("not foreseen")
        await report(self)

    monkeypatch.setattr(Dispatcher, "_report", faulty)
    monkeypatch.setattr("bot.dispatcher.IDLE_SECONDS_MAX", 0.05)
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    running = asyncio.create_task(dispatcher.run())

    async def is_sent() -> bool:
        return await states(chat) == ["sent"]

    try:
        await until(is_sent)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert faults == [1]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_whatever_goes_wrong_on_the_way_every_answer_arrives(
    chat: Chat, clock: Clock, wire: Wire, seed: int
) -> None:
    """Throttled, lost, cut off and answered too late, through two dispatchers; cards exactly once."""
    chance = random.Random(seed)
    for quantity in range(1, 9):
        await chat.says("张建国", f"收货{CEMENT}{quantity}包 单价27")
    await chat.says("李强", f"申购{CEMENT}200包")
    await chat.says("刘洋", "申购红砖500块")
    doubtful = 0
    faults: list[tuple[DingTalkError, bool]] = [(THROTTLED, False), (PASSING, False), (AMBIGUOUS, True)]
    for _ in range(12):
        error, applied = chance.choices(faults, weights=[4, 4, 1])[0]
        doubtful += applied
        wire.fail(error, applied=applied)
    both = [dispatcher_of(chat, wire, clock) for _ in range(2)]
    for _ in range(60):
        await chance.choice(both).send_due()
        clock.forward(seconds=chance.choice([1, 5, 61]))
    assert set(await states(chat)) == {"sent"}, seed
    cards = [one.target for one in wire.arrived if one.door == "card"]
    assert sorted(cards) == sorted(set(cards)), seed
    texts = [one for one in wire.arrived if one.door != "card"]
    assert 10 <= len(texts) <= 10 + doubtful, seed
    order = [next(n for n in range(1, 9) if f"+{n} 包" in t) for t in wire.texts(GROUP) if "已入库" in t]
    assert sorted(order) == order, seed


async def test_units_are_counted_in_the_month_they_were_used_and_outlive_the_process(
    chat: Chat, dispatcher: Dispatcher, clock: Clock, zone: ZoneInfo
) -> None:
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    chat.usage.count(Pool.API, 3)
    await dispatcher.send_due()
    clock.forward(days=10)
    chat.usage.count(Pool.API)
    await dispatcher.send_due()
    rows = await chat.rows("SELECT month, pool, units FROM usage ORDER BY month, pool")
    assert [tuple(row.values()) for row in rows] == [
        ("2026-11", "api", 3),
        ("2026-11", "stream", 1),
        ("2026-12", "api", 1),
    ]
    clock.forward(days=-10)
    again = UsageMeter(chat.database, clock, zone)
    await again.load()
    assert again.used(Pool.API) == 3


async def test_a_dead_letter_whose_report_was_lost_is_told_of_by_the_next_start(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(self: Dispatcher) -> None:
        if self._to_report:
            raise RuntimeError("the process ended here")

    wire.fail(REFUSED)
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    with monkeypatch.context() as patched:
        patched.setattr(Dispatcher, "_report", lost)
        with pytest.raises(RuntimeError):
            await dispatcher.send_due()
    assert await states(chat) == ["dead"]

    async def is_told() -> bool:
        return bool(wire.texts("u-heping"))

    for _ in range(2):  # once by the first start after it, and never again
        running = asyncio.create_task(dispatcher_of(chat, wire, clock).run())
        await until(is_told)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert len(wire.texts("u-heping")) == 1


async def test_units_whose_count_was_rolled_back_are_counted_again(chat: Chat, clock: Clock, zone: ZoneInfo) -> None:
    async def fail_to_write() -> None:
        async with chat.database.write() as connection:
            await chat.usage.write(connection)
            raise RuntimeError("the disk is full")

    chat.usage.count(Pool.API, 3)
    with pytest.raises(RuntimeError):
        await fail_to_write()
    await chat.usage.flush()
    assert [row["units"] for row in await chat.rows("SELECT units FROM usage WHERE pool = 'api'")] == [3]
    assert chat.usage.used(Pool.API) == 3


async def test_what_is_being_sent_at_the_stop_is_finished_and_not_sent_again(
    chat: Chat, clock: Clock, wire: Wire
) -> None:
    gate = wire.hold(GROUP)
    await chat.says("张建国", f"收货{CEMENT}1包 单价27")
    await chat.says("张建国", f"收货{CEMENT}2包 单价27")
    dispatcher = dispatcher_of(chat, wire, clock)
    running = asyncio.create_task(dispatcher.run())

    async def is_hanging() -> bool:
        return bool(wire.calls)

    await until(is_hanging)
    dispatcher.finish()
    gate.set()
    await asyncio.wait_for(running, 5)
    assert await states(chat) == ["sent", "waiting"]
    await dispatcher_of(chat, wire, clock).send_due()
    assert len(wire.texts(GROUP)) == 2


async def test_that_nothing_waits_is_not_said_when_a_message_came_while_it_was_looked_up(
    chat: Chat, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever moves the clock on such an answer would make the message too late to be sent."""
    read, looked, told = chat.database.read, asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def heard_of_late() -> AsyncGenerator[AsyncConnection]:
        async with read() as connection:
            yield connection
        looked.set()
        await told.wait()

    with monkeypatch.context() as patch:
        patch.setattr(chat.database, "read", heard_of_late)
        rests = asyncio.create_task(dispatcher.rests())
        await looked.wait()
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    sending = asyncio.create_task(dispatcher.send_due())
    told.set()
    assert await rests is None
    assert await sending == 1


async def test_what_dingtalk_would_not_take_for_now_says_when_it_is_due(
    chat: Chat, dispatcher: Dispatcher, wire: Wire, clock: Clock
) -> None:
    assert await dispatcher.rests() == Rest(None)
    wire.fail(Throttled("130101", retry_after=60.0))
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    assert await dispatcher.rests() is None
    await dispatcher.send_due()
    rest = await dispatcher.rests()
    assert rest is not None
    assert rest.until is not None
    assert 60 <= (rest.until - clock.now()).total_seconds() < 61
    clock.forward(seconds=61)
    assert await dispatcher.rests() is None
