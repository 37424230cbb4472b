"""Cards as DingTalk's templates want them. The expected bodies are its documented shapes."""

import json
from typing import Any

import pytest

from bot.dingtalk.card_delivery import carriers, deliver_body, undelivered
from bot.dingtalk.cards import AI, MARKDOWN_BUTTON, Button, CardPicture, CardPlace, Dialect, dialect_of, own_template

ASKS = CardPicture(
    title="申购单 SG20261124-001",
    markdown="**水泥** 20 包\n\n申购人：小李",
    tips="24 小时内有效",
    buttons=(
        Button(text="同意", action="approve", nonce="n1", primary=True),
        Button(text="驳回", action="reject", nonce="n1"),
    ),
    last_message="[待审批] 水泥 20 包",
)
SETTLED = CardPicture(title="申购单 SG20261124-001", markdown="✅ 王经理 10:26 已同意")
GROUP = CardPlace(conversation="cidSite1==", at={"wang": "王经理"})
WANG = CardPlace(people=("wang",))
BUTTONS = [
    {"text": "同意", "color": "blue", "id": "approve", "request": True, "params": {"id": "approve", "nonce": "n1"}},
    {"text": "驳回", "color": "gray", "id": "reject", "request": True, "params": {"id": "reject", "nonce": "n1"}},
]
SPACE = {
    "supportForward": False,
    "lastMessageI18n": {"ZH_CN": "[待审批] 水泥 20 包"},
    "searchSupport": {"searchDesc": "申购单 SG20261124-001"},
    "notification": {"alertContent": "[待审批] 水泥 20 包", "notificationOff": False},
}


def opened(body: dict[str, Any]) -> dict[str, Any]:
    """The body with the JSON inside its variables decoded, so that it can be compared."""
    params = dict(body["cardData"]["cardParamMap"])
    if "sys_full_json_obj" in params:
        params["sys_full_json_obj"] = json.loads(params["sys_full_json_obj"])
    return body | {"cardData": {"cardParamMap": params}}


def test_markdown_button_shows_a_card_in_private_with_one_call() -> None:
    call = MARKDOWN_BUTTON.create(ASKS, card="sg-001-wang", place=WANG, robot_code="dingrobot1")
    assert call.fill is None
    assert opened(call.create) == {
        "cardTemplateId": "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema",
        "outTrackId": "sg-001-wang",
        "callbackType": "STREAM",
        "userIdType": 1,
        "cardData": {
            "cardParamMap": {
                "title": "申购单 SG20261124-001",
                "markdown": "**水泥** 20 包\n\n申购人：小李",
                "tips": "24 小时内有效",
                "sys_full_json_obj": {"msgButtons": BUTTONS},
            }
        },
        "openSpaceId": "dtv1.card//IM_ROBOT.wang",
        "imRobotOpenSpaceModel": SPACE,
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": "dingrobot1"},
    }


def test_the_ai_card_is_opened_and_then_filled() -> None:
    call = AI.create(ASKS, card="sg-001", place=GROUP, robot_code="dingrobot1")
    assert call.create == {
        "cardTemplateId": "382e4302-551d-4880-bf29-a30acfab2e71.schema",
        "outTrackId": "sg-001",
        "callbackType": "STREAM",
        "userIdType": 1,
        "cardData": {"cardParamMap": {"flowStatus": "1"}},
        "openSpaceId": "dtv1.card//IM_GROUP.cidSite1==",
        "imGroupOpenSpaceModel": SPACE,
        "imGroupOpenDeliverModel": {"robotCode": "dingrobot1", "atUserIds": {"wang": "王经理"}},
    }
    assert call.fill is not None
    assert opened(call.fill) == {
        "outTrackId": "sg-001",
        "userIdType": 1,
        "cardData": {
            "cardParamMap": {
                "msgTitle": "申购单 SG20261124-001",
                "staticMsgContent": "**水泥** 20 包\n\n申购人：小李\n\n24 小时内有效",
                "flowStatus": "3",
                "sys_full_json_obj": {"order": ["msgTitle", "staticMsgContent", "msgButtons"], "msgButtons": BUTTONS},
            }
        },
        "cardUpdateOptions": {"updateCardDataByKey": True},
    }


@pytest.mark.parametrize(
    ("dialect", "layout"),
    [(MARKDOWN_BUTTON, {"msgButtons": []}), (AI, {"order": ["msgTitle", "staticMsgContent"]})],
)
def test_a_settled_card_loses_its_buttons_for_everybody(dialect: Dialect, layout: dict[str, Any]) -> None:
    update = opened(dialect.update(SETTLED, card="sg-001"))
    assert update["cardData"]["cardParamMap"]["sys_full_json_obj"] == layout
    assert update["cardUpdateOptions"] == {"updateCardDataByKey": True}


def test_every_picture_of_the_ai_card_repeats_its_state() -> None:
    for body in (AI.update(SETTLED, card="sg-001"), AI.ack(SETTLED)["response"]):
        assert isinstance(body, dict)
        assert opened(body)["cardData"]["cardParamMap"]["flowStatus"] == "3"


def test_the_presser_sees_the_new_picture_in_the_acknowledgement() -> None:
    response = MARKDOWN_BUTTON.ack(SETTLED)["response"]
    assert isinstance(response, dict)
    assert opened(response) == {
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
        "cardData": {
            "cardParamMap": {
                "title": "申购单 SG20261124-001",
                "markdown": "✅ 王经理 10:26 已同意",
                "tips": "",
                "sys_full_json_obj": {"msgButtons": []},
            }
        },
    }


@pytest.mark.parametrize("dialect", [MARKDOWN_BUTTON, AI, own_template("own.schema")])
def test_every_variable_is_a_string_and_no_longer_than_cards_can_show(dialect: Dialect) -> None:
    long = CardPicture(title="长" * 5000, markdown="长" * 5000, tips="长" * 5000)
    params = dialect.params(long)
    assert all(isinstance(value, str) and len(value) <= 3000 for value in params.values())
    assert max(params.values(), key=len).endswith("…")
    assert all(len(key.encode()) <= 100 for key in params)


def test_a_card_can_stand_in_a_group_and_with_several_people() -> None:
    place = CardPlace(conversation="cid1", people=("wang", "li"))
    body = MARKDOWN_BUTTON.create(ASKS, card="c", place=place, robot_code="r").create
    assert body["openSpaceId"] == "dtv1.card//IM_GROUP.cid1;IM_ROBOT.wang;IM_ROBOT.li"
    assert {"imGroupOpenDeliverModel", "imRobotOpenDeliverModel"} <= set(body)


@pytest.mark.parametrize(("card", "place"), [("", WANG), ("c" * 65, WANG), ("c", CardPlace())])
def test_a_card_without_a_proper_id_or_place_is_a_fault_of_ours(card: str, place: CardPlace) -> None:
    with pytest.raises(ValueError, match="card"):
        MARKDOWN_BUTTON.create(ASKS, card=card, place=place, robot_code="r")


def test_the_setting_names_the_dialect() -> None:
    assert dialect_of("") is dialect_of("markdown_button") is MARKDOWN_BUTTON
    assert dialect_of("ai") is AI
    assert dialect_of("0000.schema").template == "0000.schema"
    assert dialect_of("0000.schema").params(ASKS) == MARKDOWN_BUTTON.params(ASKS)


def test_each_space_tells_for_itself_whether_it_shows_the_card() -> None:
    group = {"spaceType": "IM_GROUP", "spaceId": "cid1", "success": True, "carrierId": "pqk-1", "errorMsg": ""}
    person = {"spaceType": "IM_ROBOT", "spaceId": "li", "success": False, "carrierId": "", "errorMsg": "SYSTEM_ERROR"}
    together = {"success": True, "result": {"outTrackId": "c", "deliverResults": [group, person]}}
    assert carriers(together) == {"cid1": "pqk-1"}
    assert undelivered(together) == ("li",)
    assert undelivered({"success": True, "result": [person]}) == ("li",)


def test_showing_again_names_only_the_spaces_that_failed() -> None:
    place = CardPlace(conversation="cid1", people=("wang", "li"))
    create = MARKDOWN_BUTTON.create(ASKS, card="c", place=place, robot_code="r").create
    again = deliver_body(create, ("li",))
    assert again["openSpaceId"] == "dtv1.card//IM_ROBOT.li"
    assert again["outTrackId"] == "c"
    assert "cardData" not in again
