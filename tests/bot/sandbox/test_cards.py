"""Cards: what is refused, who sees what, and what an update leaves."""

import asyncio
import json
from typing import Any

import pytest

from bot.sandbox.app import LocalDingTalk
from bot.sandbox.refusals import PageRefusal
from tests.bot.sandbox.conftest import GROUP, FakeRobot

AI_CARD = "382e4302-551d-4880-bf29-a30acfab2e71.schema"


def card_of(dingtalk: LocalDingTalk, person: str, conversation: str = GROUP) -> dict[str, Any]:
    card = dingtalk.messages(person, conversation)[-1]["card"]
    assert isinstance(card, dict)
    return card


async def put(robot: FakeRobot, params: dict[str, str], **options: bool) -> None:
    body = {"outTrackId": "card-1", "cardData": {"cardParamMap": params}, "cardUpdateOptions": options}
    assert (await robot.call("PUT", "/v1.0/card/instances", body))[0] == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"outTrackId": ""}, "param.outTrackIdEmpty"),
        ({"cardTemplateId": ""}, "param.cardTemplateIdEmpty"),
        ({"cardTemplateId": "mine.schema"}, "param.templateNotExist"),
        ({"openSpaceId": ""}, "param.openSpaceIdEmpty"),
        ({"openSpaceId": f"IM_GROUP.{GROUP}"}, "param.openSpaceIdInvalid"),
        ({"openSpaceId": f"dtv1.card//IM_GROUP.{GROUP};nowhere"}, "param.openSpaceIdInvalid"),
        ({"imGroupOpenDeliverModel": None}, "param.openDeliverModelEmpty"),
        ({"imGroupOpenDeliverModel": {"robotCode": "other"}}, "param.openDeliverModelError"),
        ({"imGroupOpenSpaceModel": {"lastMessageI18n": {}}}, "param.openSpaceModelInvalid"),
        ({"cardData": {"cardParamMap": {"count": 3}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"sys_full_json_obj": {"order": []}}}}, "param.invalid"),
        ({"privateData": {"u-nobody": {"cardParamMap": {}}}}, "param.userIdNotExist"),
    ],
)
async def test_a_broken_card_is_refused_by_name(robot: FakeRobot, changes: dict[str, object], code: str) -> None:
    status, body = await robot.create_card(**changes)
    assert (status, body["code"]) == (400, code)


async def test_an_out_track_id_is_used_once(robot: FakeRobot) -> None:
    assert (await robot.create_card())[0] == 200
    assert (await robot.create_card())[1]["code"] == "param.cardAlreadyExist"


async def test_a_place_that_does_not_exist_is_told_inside_a_200(robot: FakeRobot, dingtalk: LocalDingTalk) -> None:
    spaces = f"dtv1.card//IM_GROUP.cidNowhere==;dtv1.card//IM_GROUP.{GROUP};dtv1.card//IM_ROBOT.u-li"
    status, body = await robot.create_card(openSpaceId=spaces)
    results = body["result"]["deliverResults"]
    assert (status, body["success"]) == (200, True)
    assert [r["success"] for r in results] == [False, True, True]
    assert results[0]["errorMsg"] == "SYSTEM_ERROR"
    assert card_of(dingtalk, "u-boss")["title"] == "单据"
    assert card_of(dingtalk, "u-li", "private")["title"] == "单据"
    assert dingtalk.messages("u-boss", "private") == []


async def test_an_update_overwrites_unless_it_says_by_key(robot: FakeRobot, dingtalk: LocalDingTalk) -> None:
    await robot.create_card()
    await put(robot, {"tips": "一"}, updateCardDataByKey=True)
    assert (card_of(dingtalk, "u-li")["title"], card_of(dingtalk, "u-li")["tips"]) == ("单据", "一")
    await put(robot, {"tips": "二"})
    seen = card_of(dingtalk, "u-li")
    assert (seen["title"], seen["markdown"], seen["buttons"], seen["blank"]) == ("", "", [], True)


async def test_the_ai_card_is_blank_without_flow_status(robot: FakeRobot, dingtalk: LocalDingTalk) -> None:
    await robot.create_card(cardTemplateId=AI_CARD, cardData={"cardParamMap": {"flowStatus": "1"}})
    assert card_of(dingtalk, "u-li")["state"] == "处理中…"
    buttons = [{"text": "同意", "id": "approve", "request": True}, {"text": "看", "url": "https://example.com"}]
    full = json.dumps({"order": ["msgTitle", "staticMsgContent", "msgButtons"], "msgButtons": buttons})
    shown = {"msgTitle": "单据", "staticMsgContent": "内容", "flowStatus": "3", "sys_full_json_obj": full}
    await put(robot, shown, updateCardDataByKey=True)
    seen = card_of(dingtalk, "u-li")
    assert (seen["title"], seen["markdown"], [b["callback"] for b in seen["buttons"]]) == (
        "单据",
        "内容",
        [True, False],
    )
    await put(robot, {"sys_full_json_obj": json.dumps({"order": ["msgTitle"]})}, updateCardDataByKey=True)
    assert card_of(dingtalk, "u-li")["buttons"] == []
    await put(robot, {"msgTitle": "只有题目"})
    assert card_of(dingtalk, "u-li")["blank"] is True


async def test_private_data_is_seen_by_its_person_alone(robot: FakeRobot, dingtalk: LocalDingTalk) -> None:
    await robot.create_card(privateData={"u-boss": {"cardParamMap": {"tips": "等你同意"}}})
    assert card_of(dingtalk, "u-boss")["tips"] == "等你同意"
    assert card_of(dingtalk, "u-li")["tips"] == ""


async def test_recipients_are_the_only_ones_who_see_the_card(robot: FakeRobot, dingtalk: LocalDingTalk) -> None:
    await robot.create_card(imGroupOpenDeliverModel={"robotCode": "sandbox-robot", "recipients": ["u-boss"]})
    assert len(dingtalk.messages("u-boss", GROUP)) == 1
    assert dingtalk.messages("u-li", GROUP) == []
    with pytest.raises(PageRefusal):
        await dingtalk.press("u-li", "card-1", "approve")


async def test_a_late_ack_looks_failed_and_changes_nothing(robot: FakeRobot, dingtalk: LocalDingTalk) -> None:
    async def late(_: object) -> object:
        await asyncio.sleep(0.5)
        return {"response": {"cardData": {"cardParamMap": {"title": "晚了"}}}}

    robot.on = late
    await robot.connect()
    await robot.create_card()
    assert await dingtalk.press("u-boss", "card-1", "approve") == {"ok": False, "error": "操作失败"}
    await asyncio.sleep(0.4)
    assert card_of(dingtalk, "u-boss")["title"] == "单据"
    assert "late ack" in [frame["kind"] for frame in dingtalk.frames()]


async def test_an_ack_may_change_nothing_or_private_data(robot: FakeRobot, dingtalk: LocalDingTalk) -> None:
    robot.on = lambda _: {"response": {}}
    await robot.connect()
    await robot.create_card()
    assert await dingtalk.press("u-boss", "card-1", "approve") == {"ok": True}
    assert card_of(dingtalk, "u-boss")["title"] == "单据"
    robot.on = lambda _: {"response": {"userPrivateData": {"cardParamMap": {"tips": "你按过了"}}}}
    assert await dingtalk.press("u-boss", "card-1", "approve") == {"ok": True}
    assert (card_of(dingtalk, "u-boss")["tips"], card_of(dingtalk, "u-li")["tips"]) == ("你按过了", "")


async def test_without_callback_type_nothing_is_pushed(robot: FakeRobot, dingtalk: LocalDingTalk) -> None:
    await robot.connect()
    await robot.create_card(callbackType=None)
    assert (await dingtalk.press("u-boss", "card-1", "approve"))["ok"] is False
    assert robot.frames == []


async def test_a_button_that_is_not_there_cannot_be_pressed(robot: FakeRobot, dingtalk: LocalDingTalk) -> None:
    await robot.create_card()
    with pytest.raises(PageRefusal):
        await dingtalk.press("u-boss", "card-1", "other")


async def test_two_steps_create_and_deliver(robot: FakeRobot, dingtalk: LocalDingTalk) -> None:
    card = {"cardTemplateId": AI_CARD, "outTrackId": "two", "callbackType": "STREAM", "cardData": {}}
    assert (await robot.call("POST", "/v1.0/card/instances", card))[0] == 200
    assert dingtalk.messages("u-li", GROUP) == []
    place = {
        "outTrackId": "two",
        "openSpaceId": f"dtv1.card//im_group.{GROUP}",
        "imGroupOpenDeliverModel": {"robotCode": "sandbox-robot"},
    }
    status, body = await robot.call("POST", "/v1.0/card/instances/deliver", place)
    assert (status, [r["success"] for r in body["result"]]) == (200, [True])
