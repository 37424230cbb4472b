"""What goes wrong on purpose goes wrong as it is named, only when it is asked for, and is counted."""

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.sandbox.app import LocalDingTalk
from bot.sandbox.faults import BY_WORD, CALLS, PUSHES, Fault, FaultPlan, Faults
from bot.sandbox.refusals import PageRefusal
from tests.bot.sandbox.conftest import GROUP, FakeRobot, Machine, until

ALWAYS = 1_000
SEND = "/v1.0/robot/groupMessages/send"
UPDATE = "/v1.0/card/instances"
MESSAGE = {
    "robotCode": "sandbox-robot",
    "openConversationId": GROUP,
    "msgKey": "sampleMarkdown",
    "msgParam": '{"title":"t","text":"x"}',
}


def only(fault: Fault, *, wait_ms: int = 200) -> FaultPlan:
    return FaultPlan({fault: ALWAYS}, wait_ms=wait_ms)


def texts(dingtalk: LocalDingTalk) -> list[object]:
    return [message["text"] for message in dingtalk.messages("u-boss", GROUP)]


def picture(title: str) -> dict[str, Any]:
    return {
        "outTrackId": "card-1",
        "cardData": {"cardParamMap": {"title": title}},
        "cardUpdateOptions": {"updateCardDataByKey": True},
    }


@pytest.fixture
async def listening(dingtalk: LocalDingTalk, robot: FakeRobot) -> FakeRobot:
    await robot.connect()
    await until(lambda: bool(dingtalk.gateway.connections))
    return robot


async def send(robot: FakeRobot) -> tuple[int, str]:
    """Status and body of one send, whatever the body is."""
    headers = {"x-acs-dingtalk-access-token": robot.token}
    async with robot.http.post(robot.url + SEND, json=MESSAGE, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_nothing_goes_wrong_unless_it_is_asked_for(dingtalk: LocalDingTalk, listening: FakeRobot) -> None:
    for nth in range(20):
        dingtalk.say("u-li", GROUP, f"库存 {nth}")
        assert (await send(listening))[0] == 200
    await listening.hears(20)
    assert not dingtalk.faults_fired
    assert not dingtalk.faults.per_mille


def test_every_fault_has_a_word_of_its_own_and_a_chinese_label() -> None:
    assert len(BY_WORD) == len(Fault)
    assert all(fault.word.isascii() and not fault.label.isascii() for fault in Fault)


def test_the_same_seed_strikes_at_the_same_moments_and_about_as_often_as_planned() -> None:
    def drawn(seed: int) -> list[Fault | None]:
        faults = Faults()
        faults.plan = FaultPlan({Fault.THROTTLED: 100, Fault.RESET_AFTER: 100}, seed=seed)
        return [faults.meets(CALLS) for _ in range(2_000)]

    assert drawn(7) == drawn(7) != drawn(8)
    assert 150 < drawn(7).count(Fault.THROTTLED) < 250


async def test_a_plan_is_set_and_read_by_scripts(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    status, told = await robot.call("POST", "/sandbox/api/faults", {"seed": 7, "faults": {"throttled": 1000}})
    assert (status, told["seed"]) == (200, 7)
    assert (await send(robot))[0] == 403
    _, told = await robot.call("GET", "/sandbox/api/faults")
    [throttled] = [one for one in told["faults"] if one["name"] == "throttled"]
    assert throttled == {"name": "throttled", "label": "限流", "per_mille": 1000, "fired": 1}
    assert len(told["faults"]) == len(Fault)
    _, told = await robot.call("POST", "/sandbox/api/faults", {})
    assert not any(one["per_mille"] for one in told["faults"])
    assert (await send(robot))[0] == 200


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"faults": {"gremlin": 5}}, "没有名叫“gremlin”的故障"),
        ({"faults": {"throttled": 1001}}, "千分比要在 0 到 1000 之间"),
        ({"faults": {"throttled": -1}}, "千分比"),
        ({"faults": {"throttled": 0.5}}, "要写成整数"),
        ({"faults": {"throttled": True}}, "要写成整数"),
        ({"faults": ["throttled"]}, "faults 要写成"),
        ({"seed": "x"}, "seed 要写成整数"),
        ({"seed": -1}, "seed"),
        ({"wait_ms": 60_001}, "wait_ms"),
        ({"throttled": 5}, "故障计划里没有“throttled”"),
    ],
)
async def test_what_is_no_plan_is_refused_in_chinese_and_changes_nothing(
    dingtalk: LocalDingTalk, robot: FakeRobot, body: dict[str, Any], why: str
) -> None:
    before = dingtalk.faults = only(Fault.THROTTLED)
    status, told = await robot.call("POST", "/sandbox/api/faults", body)
    assert status == 400
    assert why in told["error"]
    assert dingtalk.faults is before


def test_a_plan_in_python_is_checked_as_well() -> None:
    with pytest.raises(PageRefusal):
        FaultPlan({Fault.THROTTLED: 1_001})


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (Fault.THROTTLED, 403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"),
        (Fault.TOO_MANY_REQUESTS, 429, "<html>"),
        (Fault.SYSTEM_ERROR, 500, "system.error"),
        (Fault.BAD_GATEWAY, 502, "<html>"),
        (Fault.UNAVAILABLE, 503, ""),
        (Fault.TOKEN_LAPSED, 400, "InvalidAuthentication"),
        (Fault.ROBOT_REMOVED, 400, "invalid.openConversationId"),
        (Fault.CONTENT_REFUSED, 400, "contain.notAllowed.text"),
    ],
)
async def test_a_call_that_is_refused_is_not_carried_out(
    dingtalk: LocalDingTalk, robot: FakeRobot, fault: Fault, status: int, words: str
) -> None:
    dingtalk.faults = only(fault)
    answered, body = await send(robot)
    assert answered == status
    assert words in body
    assert texts(dingtalk) == []
    assert dingtalk.faults_fired[fault] == 1


@pytest.mark.parametrize(
    ("fault", "shown"), [(Fault.RESET_BEFORE, []), (Fault.RESET_AFTER, ["x"]), (Fault.STALLED_AFTER, ["x"])]
)
async def test_a_call_without_an_answer_has_or_has_not_been_carried_out(
    dingtalk: LocalDingTalk, robot: FakeRobot, fault: Fault, shown: list[str]
) -> None:
    dingtalk.faults = only(fault, wait_ms=5_000)
    async with asyncio.timeout(2):  # a stalled call ends when its caller hangs up
        with pytest.raises((aiohttp.ClientError, TimeoutError)):
            async with asyncio.timeout(0.2):
                await send(robot)
    assert texts(dingtalk) == shown
    assert dingtalk.faults_fired == {fault: 1}


async def test_a_stalled_call_is_answered_in_the_end(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    dingtalk.faults = only(Fault.STALLED_AFTER, wait_ms=50)
    assert (await send(robot))[0] == 200


async def test_a_person_who_left_gets_nothing(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    dingtalk.faults = only(Fault.PERSON_LEFT)
    body = {"robotCode": "sandbox-robot", "userIds": ["u-li"], **{k: MESSAGE[k] for k in ("msgKey", "msgParam")}}
    status, told = await robot.call("POST", "/v1.0/robot/oToMessages/batchSend", body)
    assert (status, told["code"]) == (400, "staffId.notExisted")
    assert dingtalk.messages("u-li", "private") == []


@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.THROTTLED, 90018), (Fault.SYSTEM_ERROR, -1), (Fault.TOKEN_LAPSED, 42001)]
)
async def test_the_old_api_has_its_own_words(
    dingtalk: LocalDingTalk, robot: FakeRobot, fault: Fault, code: int
) -> None:
    dingtalk.faults = only(fault)
    assert (await robot.old_call("/topapi/v2/user/get", {"userid": "u-li"}))["errcode"] == code


@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.WEBHOOK_EXPIRED, 300001), (Fault.THROTTLED, 130101), (Fault.SYSTEM_ERROR, -1)]
)
async def test_a_webhook_has_the_old_apis_words(
    dingtalk: LocalDingTalk, listening: FakeRobot, fault: Fault, code: int
) -> None:
    dingtalk.say("u-li", GROUP, "库存")
    frame = await listening.hears()
    dingtalk.faults = only(fault)
    assert (await listening.webhook(frame, {"msgtype": "text", "text": {"content": "x"}}))["errcode"] == code
    assert texts(dingtalk)[1:] == []


async def test_a_card_may_be_created_and_shown_nowhere(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    dingtalk.faults = only(Fault.CARD_NOT_DELIVERED)
    status, told = await robot.create_card()
    assert status == 200
    assert [one["success"] for one in told["result"]["deliverResults"]] == [False]
    assert texts(dingtalk) == []
    status, told = await robot.create_card()
    assert (status, told["code"]) == (400, "param.cardAlreadyExist")


async def test_a_card_created_again_may_be_answered_as_a_success_that_changes_nothing(
    dingtalk: LocalDingTalk, robot: FakeRobot
) -> None:
    _, first = await robot.create_card()
    dingtalk.faults = only(Fault.CARD_REPEATED_SILENTLY)
    status, again = await robot.create_card(cardData={"cardParamMap": {"title": "另一张"}})
    assert (status, again) == (200, first)
    assert dingtalk.rooms.cards.find("card-1").public["title"] == "单据"  # type: ignore[union-attr]
    assert len(texts(dingtalk)) == 1


async def test_a_late_update_takes_effect_three_seconds_on_over_a_newer_one_if_that_was_sent_meanwhile(
    dingtalk: LocalDingTalk, robot: FakeRobot, machine: Machine
) -> None:
    await robot.create_card()
    card = dingtalk.rooms.cards.find("card-1")
    assert card is not None
    dingtalk.faults = only(Fault.CARD_UPDATE_LATE)
    with pytest.raises(aiohttp.ClientError):
        await robot.call("PUT", UPDATE, picture("一"))
    dingtalk.faults = FaultPlan()
    machine.passes(seconds=2)
    await robot.call("PUT", UPDATE, picture("二"))
    assert card.public["title"] == "二"
    machine.passes(seconds=1)
    await until(lambda: card.public["title"] == "一")


async def test_a_late_update_comes_before_one_that_was_sent_after_its_time(
    dingtalk: LocalDingTalk, robot: FakeRobot, machine: Machine
) -> None:
    await robot.create_card()
    card = dingtalk.rooms.cards.find("card-1")
    assert card is not None
    dingtalk.faults = only(Fault.CARD_UPDATE_LATE)
    with pytest.raises(aiohttp.ClientError):
        await robot.call("PUT", UPDATE, picture("一"))
    dingtalk.faults = FaultPlan()
    machine.passes(seconds=4)
    await robot.call("PUT", UPDATE, picture("二"))
    await asyncio.sleep(0.1)
    assert card.public["title"] == "二"


async def test_a_lost_push_comes_again(dingtalk: LocalDingTalk, listening: FakeRobot) -> None:
    dingtalk.faults = only(Fault.PUSH_LOST)
    dingtalk.say("u-li", GROUP, "库存")
    await until(lambda: dingtalk.faults_fired[Fault.PUSH_LOST] == 1)
    assert listening.frames == []
    dingtalk.faults = FaultPlan()
    await listening.hears()


@pytest.mark.parametrize(
    ("fault", "pushes"), [(Fault.PUSH_TWICE, 1), (Fault.PUSH_TWICE_RENAMED, 2), (Fault.PUSH_AGAIN, 2)]
)
async def test_a_message_that_comes_twice_keeps_its_msg_id(
    dingtalk: LocalDingTalk, listening: FakeRobot, fault: Fault, pushes: int
) -> None:
    dingtalk.faults = only(fault)
    dingtalk.say("u-li", GROUP, "库存")
    await listening.hears(2)
    assert len({frame["decoded"]["msgId"] for frame in listening.frames}) == 1
    assert len({frame["headers"]["messageId"] for frame in listening.frames}) == pushes


async def test_a_push_is_overtaken_by_the_next_one(dingtalk: LocalDingTalk, listening: FakeRobot) -> None:
    dingtalk.faults = only(Fault.PUSH_OVERTAKEN, wait_ms=5_000)
    dingtalk.say("u-li", GROUP, "第一")
    await until(lambda: dingtalk.faults_fired[Fault.PUSH_OVERTAKEN] == 1)
    dingtalk.faults = FaultPlan()
    dingtalk.say("u-li", GROUP, "第二")
    await listening.hears(2)
    assert [frame["decoded"]["text"]["content"].strip() for frame in listening.frames] == ["第二", "第一"]


async def test_a_late_push_arrives(dingtalk: LocalDingTalk, listening: FakeRobot) -> None:
    dingtalk.faults = only(Fault.PUSH_LATE, wait_ms=100)
    dingtalk.say("u-li", GROUP, "库存")
    await until(lambda: dingtalk.faults_fired[Fault.PUSH_LATE] == 1)
    assert listening.frames == []
    await listening.hears()
    await until(lambda: dingtalk.messages("u-li", GROUP)[0]["delivery"] == "acked")


async def test_a_half_open_link_swallows_what_is_sent_there(dingtalk: LocalDingTalk, listening: FakeRobot) -> None:
    dingtalk.faults = only(Fault.LINK_SILENT)
    dingtalk.say("u-li", GROUP, "库存")
    await until(lambda: dingtalk.faults_fired[Fault.LINK_SILENT] == 1)
    [link] = dingtalk.gateway.connections
    assert not await dingtalk.gateway.ping(link)
    assert listening.frames == []


async def test_a_link_is_moved_after_it_brought_the_push(dingtalk: LocalDingTalk, listening: FakeRobot) -> None:
    dingtalk.faults = only(Fault.LINK_MOVED)
    dingtalk.say("u-li", GROUP, "库存")
    assert (await listening.hears(2))["headers"]["topic"] == "disconnect"
    assert not dingtalk.gateway.somebody_listens("CALLBACK", "/v1.0/im/bot/messages/get")


async def test_a_link_is_cut(dingtalk: LocalDingTalk, listening: FakeRobot) -> None:
    dingtalk.faults = only(Fault.LINK_CUT)
    dingtalk.say("u-li", GROUP, "库存")
    await until(lambda: not dingtalk.gateway.connections)
    assert dingtalk.faults_fired[Fault.LINK_CUT] == 1


def test_no_fault_stands_in_two_lists() -> None:
    assert not set(PUSHES) & set(CALLS)
