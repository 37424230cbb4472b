"""Webhook replies, OpenAPI sends, media, contacts and units."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from bot.sandbox.app import LocalDingTalk
from bot.sandbox.refusals import PageRefusal
from tests.bot.sandbox.conftest import GROUP, FakeRobot, Machine, until

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SEND = "/v1.0/robot/groupMessages/send"


def send_body(msg_key: str, msg_param: object, **changes: object) -> dict[str, object]:
    param = msg_param if isinstance(msg_param, str) else json.dumps(msg_param)
    return {
        "robotCode": "sandbox-robot",
        "openConversationId": GROUP,
        "msgKey": msg_key,
        "msgParam": param,
    } | changes


async def test_a_webhook_reply_mentions_and_expires_by_the_sandbox_clock(
    dingtalk: LocalDingTalk, robot: FakeRobot
) -> None:
    await robot.connect()
    dingtalk.say("u-li", GROUP, "库存")
    frame = await robot.hears()
    text = {"msgtype": "markdown", "markdown": {"title": "库存", "text": "@u-li 20 包"}, "at": {"atUserIds": ["u-li"]}}
    assert await robot.webhook(frame, text) == {"errcode": 0, "errmsg": "ok"}
    last = dingtalk.messages("u-li", GROUP)[-1]
    assert (last["kind"], last["markdown"], last["mentions"]) == ("markdown", "@李工 20 包", ["u-li"])
    assert await robot.webhook(frame, {"msgtype": "empty"}) == {"errcode": 0, "errmsg": "ok"}
    dingtalk.move_clock(timedelta(minutes=90))
    refused = await robot.webhook(frame, text)
    assert (refused["errcode"], refused["errmsg"]) == (300001, "session 不存在")
    assert len(dingtalk.messages("u-li", GROUP)) == 2


async def test_twenty_webhook_replies_a_minute(dingtalk: LocalDingTalk, robot: FakeRobot, machine: Machine) -> None:
    await robot.connect()
    dingtalk.say("u-li", GROUP, "库存")
    frame = await robot.hears()
    text = {"msgtype": "text", "text": {"content": "好"}}
    codes = [(await robot.webhook(frame, text))["errcode"] for _ in range(21)]
    assert codes == [0] * 20 + [130101]
    machine.passes(seconds=61)
    assert (await robot.webhook(frame, text))["errcode"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {
            "msgtype": "actionCard",
            "actionCard": {"title": "t", "text": "x", "singleTitle": "看", "singleURL": "https://a"},
        },
        {
            "msgtype": "actionCard",
            "actionCard": {"title": "t", "text": "x", "btns": [{"title": "看", "actionURL": "https://a"}]},
        },
        {"msgtype": "link", "link": {"title": "t", "text": "x", "messageUrl": "https://a"}},
        {"msgtype": "feedCard", "feedCard": {"links": [{"title": "t", "messageURL": "https://a", "picURL": ""}]}},
    ],
)
async def test_webhook_shapes(dingtalk: LocalDingTalk, robot: FakeRobot, body: dict[str, Any]) -> None:
    await robot.connect()
    dingtalk.say("u-li", "private", "库存")
    assert (await robot.webhook(await robot.hears(), body))["errcode"] == 0
    assert dingtalk.messages("u-li", "private")[-1]["kind"] == body["msgtype"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (send_body("sampleNothing", {}), "invalidParameter.msgKey.invalid"),
        (send_body("sampleText", "no json"), "invalidParameter.msgParam.invalid"),
        (send_body("sampleText", {"content": ""}), "invalidParameter.msgParam.invalid"),
        ({**send_body("sampleText", ""), "msgParam": {"content": "x"}}, "invalidParameter.msgParam.invalid"),
        (send_body("sampleText", {"content": "水" * 5_000}), "invalidParameter.msgParam.tooLong"),
        (send_body("sampleText", {"content": "x"}, openConversationId="cidX=="), "invalid.openConversationId"),
        (send_body("sampleText", {"content": "x"}, robotCode="other"), "invalidParameter.robotCode.auth"),
        (send_body("sampleImageMsg", {"photoURL": "@none"}), "resource.not.found"),
    ],
)
async def test_a_broken_send_is_refused_by_name(robot: FakeRobot, body: dict[str, object], code: str) -> None:
    status, answer = await robot.call("POST", SEND, body)
    assert (status, answer["code"]) == (400, code)


async def test_a_group_message_is_shown_read_and_recalled(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    markdown = {"title": "日报", "text": "#### 今天"}
    _, sent = await robot.call("POST", SEND, send_body("sampleMarkdown", markdown))
    key = sent["processQueryKey"]
    assert dingtalk.messages("u-li", GROUP)[-1]["process_query_key"] == key
    dingtalk.rooms.talk.mark_seen("u-li", GROUP)
    query = {"robotCode": "sandbox-robot", "openConversationId": GROUP, "processQueryKey": key}
    _, read = await robot.call("POST", "/v1.0/robot/groupMessages/query", query)
    assert read["readUserIds"] == ["u-li"]
    recall = {"robotCode": "sandbox-robot", "openConversationId": GROUP, "processQueryKeys": [key, "none"]}
    _, recalled = await robot.call("POST", "/v1.0/robot/groupMessages/recall", recall)
    assert (recalled["successResult"], list(recalled["failedResult"])) == ([key], ["none"])
    assert dingtalk.messages("u-li", GROUP) == []


async def test_private_sends_tell_whom_they_did_not_reach(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    body = {
        "robotCode": "sandbox-robot",
        "userIds": ["u-li", "u-nobody", "u-boss"],
        "msgKey": "sampleText",
        "msgParam": '{"content":"低库存"}',
    }
    _, sent = await robot.call("POST", "/v1.0/robot/oToMessages/batchSend", body)
    assert sent["invalidStaffIdList"] == ["u-nobody"]
    dingtalk.rooms.talk.mark_seen("u-boss", dingtalk.world.people["u-boss"].private_chat)
    path = f"/v1.0/robot/oToMessages/readStatus?robotCode=sandbox-robot&processQueryKey={sent['processQueryKey']}"
    _, read = await robot.call("GET", path.replace("+", "%2B"))
    assert [(r["userId"], r["readStatus"]) for r in read["messageReadInfoList"]] == [
        ("u-li", "UNREAD"),
        ("u-boss", "READ"),
    ]
    recall = {"robotCode": "sandbox-robot", "processQueryKeys": [sent["processQueryKey"]]}
    await robot.call("POST", "/v1.0/robot/otoMessages/batchRecall", recall)
    assert dingtalk.messages("u-li", "private") == []


async def upload(robot: FakeRobot, kind: str, name: str, data: bytes) -> dict[str, Any]:
    form = aiohttp.FormData()
    form.add_field("media", BytesIO(data), filename=name)
    url = f"{robot.url}/media/upload?access_token={robot.token}&type={kind}"
    async with robot.http.post(url, data=form) as answer:
        return await answer.json()


async def test_uploads_are_checked_and_can_be_sent(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    assert (await upload(robot, "nothing", "a.png", PNG))["errcode"] == 40004
    assert (await upload(robot, "file", "a.csv", b"x"))["errcode"] == 40005
    assert (await upload(robot, "voice", "a.mp3", b"x" * (2 * 1024 * 1024 + 1)))["errcode"] == 40006
    image = await upload(robot, "image", "chart.png", PNG)
    assert (image["errcode"], image["type"]) == (0, "image")
    await robot.call("POST", SEND, send_body("sampleImageMsg", {"photoURL": image["media_id"]}))
    assert dingtalk.messages("u-li", GROUP)[-1]["kind"] == "picture"
    async with robot.http.get(f"{robot.url}/sandbox/media/{image['media_id']}") as shown:
        assert (shown.content_type, await shown.read()) == ("image/png", PNG)
    book = await upload(robot, "file", "台账.xlsx", b"PK")
    param = {"mediaId": book["media_id"], "fileName": "台账.xlsx", "fileType": "xlsx"}
    assert (await robot.call("POST", SEND, send_body("sampleFile", param)))[0] == 200
    async with robot.http.get(f"{robot.url}/sandbox/media/{book['media_id']}") as shown:
        assert shown.headers["Content-Disposition"].startswith("attachment")


async def test_a_file_from_a_person_is_downloaded_by_its_code(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await robot.connect()
    dingtalk.file("u-li", "private", "入库.xlsx", b"PK-excel")
    data = (await robot.hears())["decoded"]
    assert (data["msgtype"], data["content"]["fileName"]) == ("file", "入库.xlsx")
    body = {"downloadCode": data["content"]["downloadCode"], "robotCode": "sandbox-robot"}
    _, answer = await robot.call("POST", "/v1.0/robot/messageFiles/download", body)
    async with robot.http.get(answer["downloadUrl"]) as file:
        assert await file.read() == b"PK-excel"
    dingtalk.move_clock(timedelta(minutes=30))
    async with robot.http.get(answer["downloadUrl"]) as file:
        assert file.status == 403
    _, answer = await robot.call("POST", "/v1.0/robot/messageFiles/download", body | {"downloadCode": "none"})
    assert answer["code"] == "invalidParameter.robotCode.downloadCode"


async def test_pictures_and_voice_reach_the_robot(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await robot.connect()
    dingtalk.picture("u-li", GROUP, PNG, text="送货单")
    rich = (await robot.hears(1))["decoded"]
    assert rich["msgtype"] == "richText"
    assert rich["content"]["richText"][0] == {"text": " 送货单"}
    assert rich["content"]["richText"][1]["type"] == "picture"
    dingtalk.picture("u-li", "private", PNG)
    assert "downloadCode" in (await robot.hears(2))["decoded"]["content"]
    dingtalk.voice("u-li", "private", "领用水泥二十包")
    voice = (await robot.hears(3))["decoded"]
    assert (voice["msgtype"], voice["content"]["recognition"]) == ("audio", "领用水泥二十包")


def test_files_and_voice_are_refused_in_groups(dingtalk: LocalDingTalk) -> None:
    with pytest.raises(PageRefusal, match="私聊"):
        dingtalk.file("u-li", GROUP, "入库.xlsx", b"PK")
    with pytest.raises(PageRefusal, match="私聊"):
        dingtalk.voice("u-li", GROUP, "领用")


async def test_the_address_book(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    user = (await robot.old_call("/topapi/v2/user/get", {"userid": "u-li"}))["result"]
    assert (user["name"], user["manager_userid"], user["admin"]) == ("李工", "u-boss", False)
    assert user["leader_in_dept"] == [{"dept_id": 11, "leader": True}]
    assert (await robot.old_call("/topapi/v2/user/get", {"userid": "u-nobody"}))["errcode"] == 60121
    departments = (await robot.old_call("/topapi/v2/department/listsub", {"dept_id": 1}))["result"]
    assert departments == [{"dept_id": 11, "name": "瓦工班", "parent_id": 1}]
    admins = (await robot.old_call("/topapi/user/listadmin", {}))["result"]
    assert [admin["userid"] for admin in admins] == ["u-admin"]
    code = dingtalk.auth_code("u-boss")
    found = (await robot.old_call("/topapi/v2/user/getuserinfo", {"code": code}))["result"]
    assert found["userid"] == "u-boss"
    assert (await robot.old_call("/topapi/v2/user/getuserinfo", {"code": code}))["errcode"] != 0


async def test_both_pools_are_counted_per_month(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await robot.connect()
    dingtalk.say("u-li", GROUP, "库存")
    frame = await robot.hears()
    await robot.webhook(frame, {"msgtype": "text", "text": {"content": "好"}})
    await robot.call("POST", SEND, send_body("sampleText", {"content": "好"}))
    await robot.call("POST", SEND, send_body("sampleText", {}))  # a refused call costs nothing
    await robot.old_call("/topapi/user/listadmin", {})  # and contacts are free
    await until(lambda: dingtalk.messages("u-li", GROUP)[0]["delivery"] == "acked")
    units: Any = dingtalk.units_json()
    assert (units["month"], units["api"]["used"], units["stream"]["used"]) == ("2026-11", 1, 2)
    dingtalk.move_clock(timedelta(days=10))
    units = dingtalk.units_json()
    assert (units["month"], units["api"]["used"], units["months"]["2026-11"]["api"]) == ("2026-12", 0, 1)
