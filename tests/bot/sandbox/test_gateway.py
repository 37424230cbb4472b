"""Connections, tickets, pushes and acks."""

import asyncio
from datetime import timedelta
from urllib.parse import quote_plus

import aiohttp
import pytest

from bot.sandbox.app import LocalDingTalk
from tests.bot.sandbox.conftest import GROUP, ROBOT_TOPIC, FakeRobot, Machine, until


async def test_a_wrong_secret_opens_nothing(robot: FakeRobot) -> None:
    opened = await robot.open(secret="wrong")
    assert (opened["status"], opened["code"]) == (401, "authFailed")


async def test_a_ticket_needs_encoding_and_is_good_for_one_connection(robot: FakeRobot) -> None:
    opened = await robot.open()
    assert quote_plus(opened["ticket"]) != opened["ticket"]
    url = f"{opened['endpoint']}?ticket={quote_plus(opened['ticket'])}"
    async with robot.http.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await robot.http.ws_connect(url)
    assert refused.value.status == 401


async def test_a_ticket_lives_ninety_seconds(robot: FakeRobot, machine: Machine) -> None:
    opened = await robot.open()
    machine.passes(seconds=91)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await robot.http.ws_connect(f"{opened['endpoint']}?ticket={quote_plus(opened['ticket'])}")


async def test_a_group_message_arrives_as_dingtalk_writes_it(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await robot.connect()
    dingtalk.say("u-admin", GROUP, "@料掌柜 库存 水泥")
    frame = await robot.hears()
    assert frame["type"] == "CALLBACK"
    assert isinstance(frame["data"], str)
    assert all(isinstance(value, str) for value in frame["headers"].values())
    data = frame["decoded"]
    assert data["text"] == {"content": " 库存 水泥"}
    assert data["createAt"] == 1795399200000
    assert data["sessionWebhookExpiredTime"] == data["createAt"] + 5_400_000
    assert (data["isAdmin"], data["isInAtList"], data["conversationTitle"]) == (True, True, "一号楼群")
    assert data["atUsers"] == [{"dingtalkId": data["chatbotUserId"]}]


async def test_a_private_message_has_neither_title_nor_mentions(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await robot.connect()
    dingtalk.say("u-li", "private", "帮助")
    data = (await robot.hears())["decoded"]
    assert data["conversationType"] == "1"
    assert data["text"] == {"content": "帮助"}
    assert not {"conversationTitle", "isInAtList", "atUsers"} & data.keys()


async def test_talk_without_a_mention_never_reaches_the_robot(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await robot.connect()
    dingtalk.say("u-li", GROUP, "吃饭了", mention=False)
    dingtalk.say("u-li", GROUP, "库存")
    assert (await robot.hears())["decoded"]["text"]["content"] == " 库存"


async def test_without_a_robot_a_message_waits_and_is_delivered_later(
    dingtalk: LocalDingTalk, robot: FakeRobot
) -> None:
    dingtalk.say("u-li", GROUP, "库存")
    assert dingtalk.messages("u-boss", GROUP)[0]["delivery"] == "pending"
    await robot.connect()
    await until(lambda: dingtalk.messages("u-boss", GROUP)[0]["delivery"] == "acked")


async def test_an_unacknowledged_message_comes_again_with_the_same_msg_id(
    dingtalk: LocalDingTalk, robot: FakeRobot
) -> None:
    robot.on = lambda _: None if len(robot.frames) == 1 else {"response": None}
    await robot.connect()
    dingtalk.say("u-li", GROUP, "库存")
    again = await robot.hears(2)
    assert again["decoded"] == robot.frames[0]["decoded"]
    assert again["headers"]["messageId"] != robot.frames[0]["headers"]["messageId"]
    await until(lambda: dingtalk.messages("u-li", GROUP)[0]["delivery"] == "acked")


async def test_only_subscribed_topics_are_pushed(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await robot.connect(topics=(ROBOT_TOPIC,))
    await robot.create_card()
    assert await dingtalk.press("u-boss", "card-1", "approve") == {"ok": False, "error": "操作失败"}
    assert robot.frames == []


async def test_an_event_answered_later_comes_again(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    robot.on = lambda _: {"status": "LATER" if len(robot.frames) == 1 else "SUCCESS"}
    await robot.connect(topics=("*",))
    dingtalk.deliveries.event("user_leave_org", {"userId": ["u-li"]})
    frame = await robot.hears(2)
    assert (frame["type"], frame["headers"]["eventType"]) == ("EVENT", "user_leave_org")
    assert frame["headers"]["eventId"] == robot.frames[0]["headers"]["eventId"]


async def test_a_ping_is_answered_and_a_silent_connection_is_not(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await robot.connect()
    await until(lambda: bool(dingtalk.gateway.connections))
    (connection,) = dingtalk.gateway.connections
    assert await dingtalk.gateway.ping(connection)
    dingtalk.gateway.silence(connection)
    dingtalk.say("u-li", GROUP, "库存")
    await asyncio.sleep(0.1)
    assert [frame["type"] for frame in robot.frames] == ["SYSTEM"]


async def test_after_a_disconnect_frame_nothing_new_is_routed_there(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await robot.connect()
    await until(lambda: bool(dingtalk.gateway.connections))
    await dingtalk.gateway.disconnect(dingtalk.gateway.connections[0])
    assert (await robot.hears())["decoded"] == {"reason": "connection is expired"}
    dingtalk.say("u-li", GROUP, "库存")
    await asyncio.sleep(0.1)
    assert len(robot.frames) == 1
    assert dingtalk.messages("u-li", GROUP)[0]["delivery"] == "pending"


async def test_an_aborted_connection_is_forgotten_and_its_message_comes_again(
    dingtalk: LocalDingTalk, robot: FakeRobot
) -> None:
    robot.on = lambda _: None
    await robot.connect()
    dingtalk.say("u-li", GROUP, "库存")
    await robot.hears()
    dingtalk.gateway.abort(dingtalk.gateway.connections[0])
    await until(lambda: not dingtalk.gateway.connections)
    robot.on = lambda _: {"response": None}
    await robot.connect()
    await robot.hears(2)


async def test_a_garbage_frame_is_no_json(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    opened = await robot.open()
    async with robot.http.ws_connect(f"{opened['endpoint']}?ticket={quote_plus(opened['ticket'])}") as socket:
        await until(lambda: bool(dingtalk.gateway.connections))
        await dingtalk.gateway.garbage(dingtalk.gateway.connections[0])
        with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
            await socket.receive_json()


async def test_a_quote_names_the_message_and_the_card_behind_it(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await robot.connect()
    first = dingtalk.say("u-li", GROUP, "领水泥 20包")
    await robot.hears(1)
    dingtalk.say("u-boss", GROUP, "改成 30", quote=str(first["id"]))
    data = (await robot.hears(2))["decoded"]
    assert data["originalMsgId"] == first["id"]
    assert data["text"]["isReplyMsg"] is True
    assert data["text"]["repliedMsg"]["content"] == {"text": "领水泥 20包"}
    _, created = await robot.create_card()
    card = dingtalk.messages("u-li", GROUP)[-1]
    dingtalk.say("u-li", GROUP, "撤回", quote=str(card["id"]))
    data = (await robot.hears(3))["decoded"]
    assert data["originalProcessQueryKey"] == created["result"]["deliverResults"][0]["carrierId"]
    assert data["text"]["repliedMsg"]["msgType"] == "interactiveCard"


async def test_tokens_last_two_hours_and_asking_again_extends_them(robot: FakeRobot, dingtalk: LocalDingTalk) -> None:
    first = await robot.sign_in()
    assert first["expireIn"] == 7200
    dingtalk.move_clock(timedelta(minutes=110))
    assert (await robot.sign_in())["accessToken"] == first["accessToken"]
    dingtalk.move_clock(timedelta(minutes=119))
    assert (await robot.old_call("/topapi/user/listadmin", {}))["errcode"] == 0
    dingtalk.move_clock(timedelta(minutes=2))
    status, body = await robot.create_card()
    assert (status, body["code"]) == (400, "InvalidAuthentication")
    assert (await robot.old_call("/topapi/user/listadmin", {}))["errcode"] == 42001
    assert (await robot.sign_in())["accessToken"] != first["accessToken"]


async def test_a_wrong_secret_gets_no_token(robot: FakeRobot) -> None:
    assert (await robot.sign_in("wrong"))["code"] == "invalidClientIdOrSecret"


async def test_twenty_calls_a_second_and_no_more(robot: FakeRobot, dingtalk: LocalDingTalk, machine: Machine) -> None:
    body = {"outTrackId": "none", "cardData": {"cardParamMap": {}}}
    codes = [(await robot.call("PUT", "/v1.0/card/instances", body))[1]["code"] for _ in range(21)]
    assert codes[19] == "param.cardNotExist"
    assert codes[20] == "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
    machine.passes(seconds=1)
    assert (await robot.call("PUT", "/v1.0/card/instances", body))[1]["code"] == "param.cardNotExist"
    dingtalk.limits_on = False
    for _ in range(30):
        assert (await robot.call("PUT", "/v1.0/card/instances", body))[1]["code"] == "param.cardNotExist"
