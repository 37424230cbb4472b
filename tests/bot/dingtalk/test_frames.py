"""What people send, as we understand it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dingtalk.frames import CARD_TOPIC, ROBOT_TOPIC, Received, read_frame, read_raw
from bot.dingtalk.robot_frames import TEXT_LENGTH_MAX
from handlers.messages import (
    CardAction,
    Chat,
    ChatKind,
    Event,
    File,
    Picture,
    QuotaGone,
    Quoted,
    Sender,
    Text,
    Unreadable,
    Voice,
)
from tests.bot.dingtalk.local_dingtalk import FRAMES, story_frame, wire

ROBOT_KEY = "robot:dingcorp1:msgCement01=="
SENT_AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
XIAO_LI = Sender(id="li", nick="小李")
SITE = Chat(
    id="cidSite1==",
    kind=ChatKind.GROUP,
    title="幸福里三期工地",
    webhook="https://oapi.dingtalk.com/robot/sendBySession?session=s1",
    webhook_until=datetime(2026, 11, 24, 3, 30, tzinfo=UTC),
)
PRIVATE = Chat(id="cidPrivate1=", kind=ChatKind.PRIVATE, webhook=SITE.webhook, webhook_until=SITE.webhook_until)
IN_GROUP: dict[str, Any] = {
    "key": ROBOT_KEY, "message_id": "msgCement01==", "sender": XIAO_LI, "chat": SITE, "sent_at": SENT_AT
}  # fmt: skip
IN_PRIVATE: dict[str, Any] = IN_GROUP | {"chat": PRIVATE}
OLD = Quoted(message_id="msgOld==", text="领螺栓200个")

UNDERSTOOD = {
    "text-group": Text(**IN_GROUP, text="领水泥20包，张三班组", mentioned=("zhang",)),
    "text-private": Text(**IN_PRIVATE, text="库存 水泥"),
    "text-outsider": Text(**IN_GROUP | {"sender": Sender(id="", nick="小李")}, text="领水泥20包"),
    "text-loose-types": Text(
        **IN_GROUP
        | {"key": "robot:dingcorp1:7", "message_id": "7", "sender": Sender(id="li", nick="小李", is_admin=True)},
        text="库存",
    ),
    "rich-text-picture": Picture(**IN_GROUP, download_codes=("dl-1", "pdl-2"), text="入库 送货单如下\n共两张"),
    "rich-text-words": Text(**IN_GROUP, text="库存 钢筋"),
    "picture": Picture(**IN_PRIVATE, download_codes=("dl-2",)),
    "file": File(**IN_PRIVATE, name="十一月入库.xlsx", download_code="dl-3"),
    "voice": Voice(**IN_PRIVATE, text="领用八乘三十螺栓两百个"),
    "video": Unreadable(**IN_PRIVATE, kind="video"),
    "unknown-kind": Unreadable(**IN_PRIVATE, kind="chatRecord"),
    "text-without-text": Unreadable(**IN_GROUP, kind="text"),
    "quote-text": Text(**IN_GROUP, text="改成 300", quoted=OLD),
    "quote-text-newer": Text(**IN_GROUP, text="改成 300", quoted=OLD),
    "quote-rich-text": Text(**IN_GROUP, text="作废", quoted=Quoted(message_id="msgOld==", text="入库 送货单如下")),
    "quote-card": Text(**IN_GROUP, text="撤销", quoted=Quoted(message_id="msgCard==", send_key="pqk-1")),
    "quote-id-only": Text(**IN_GROUP, text="撤销", quoted=Quoted(message_id="msgOld==")),
    "quota-gone": QuotaGone(**IN_GROUP, detail="受调用量超量影响"),
    "quota-gone-string": QuotaGone(**IN_GROUP, detail="受调用量超量影响"),
    "press-built-in": CardAction(
        key="card:sg-001:wang:approve:n1", sender=Sender(id="wang"), card="sg-001", action="approve", nonce="n1"
    ),
    "press-own-template": CardAction(
        key="card:sg-001:wang:approve:", sender=Sender(id="wang"), card="sg-001", action="approve"
    ),
    "press-action-ids": CardAction(
        key="card:sg-001:wang:reject:", sender=Sender(id="wang"), card="sg-001", action="reject"
    ),
    "press-union-id": CardAction(
        key="card:sg-001::approve:n1", sender=Sender(id=""), card="sg-001", action="approve", nonce="n1"
    ),
    "press-form": CardAction(
        key="card:sg-001:wang:form:",
        sender=Sender(id="wang"),
        card="sg-001",
        action="form",
        form=(
            ("material", "M8X30"),
            ("tags", "急件\n夜班"),
            ("qty", "200"),
            ("weight", "0.1"),
            ("use_date", "2026-11-24"),
            ("urgent", "true"),
        ),
    ),
    "event-approval-finished": Event(
        key="event:dingcorp1:ev1",
        kind="bpms_instance_change",
        data='{"processInstanceId": "p1", "type": "finish", "result": "agree", "staffId": "li"}',
    ),
}


def changed(name: str, **data: Any) -> Received:
    """A story's frame with some fields of its data replaced; None takes a field out."""
    frame = json.loads((FRAMES / f"{name}.json").read_text("utf-8"))
    frame["data"] = {key: value for key, value in (frame["data"] | data).items() if value is not None}
    return read_raw(wire(frame))


def test_every_frame_on_file_is_told_below() -> None:
    assert {path.stem for path in FRAMES.glob("*.json")} == set(UNDERSTOOD)


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_a_frame_becomes_one_of_our_messages(name: str) -> None:
    received = read_raw(story_frame(name))
    assert received.fault is None
    assert received.message == UNDERSTOOD[name]
    assert received.key == UNDERSTOOD[name].key


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_a_frame_read_again_from_the_inbox_is_the_same(name: str) -> None:
    raw = story_frame(name)
    assert read_raw(read_raw(raw).raw) == read_raw(raw)
    from_decoded = read_frame(json.loads(raw))
    assert from_decoded.message == read_raw(raw).message
    assert read_raw(from_decoded.raw) == from_decoded


def test_a_redelivery_in_another_push_has_the_same_key() -> None:
    assert read_raw(story_frame("text-group", message_id="push-2")).key == ROBOT_KEY


@pytest.mark.parametrize(
    ("name", "kind"), [("text-group", "message"), ("press-built-in", "card"), ("event-approval-finished", "event")]
)
def test_a_frame_says_what_it_is_about(name: str, kind: str) -> None:
    assert read_raw(story_frame(name)).kind == kind


def test_text_is_taken_up_to_the_limit_and_never_cut() -> None:
    just_fits = changed("text-group", text={"content": "领" * TEXT_LENGTH_MAX}).message
    assert isinstance(just_fits, Text)
    assert len(just_fits.text) == TEXT_LENGTH_MAX
    assert changed("text-group", text={"content": "领" * (TEXT_LENGTH_MAX + 1)}).message == Unreadable(
        **IN_GROUP, kind="too_long"
    )
    segments = [{"text": "领" * (TEXT_LENGTH_MAX + 1)}, {"type": "picture", "downloadCode": "dl"}]
    assert changed("rich-text-picture", content={"richText": segments}).message == Unreadable(
        **IN_GROUP, kind="too_long"
    )


def test_what_no_database_can_keep_is_replaced() -> None:
    message = changed("text-group", text={"content": "领水泥\x00\ud800 20包"}).message
    assert isinstance(message, Text)
    assert message.text == "领水泥\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} 20包"
    received = changed("text-group", msgId="\ud800\x00")
    received.key.encode()
    received.raw.encode()
    assert "\x00" not in received.raw


def test_an_endless_id_makes_a_key_that_an_index_can_hold() -> None:
    keys = {changed("text-group", msgId="m" * size).key for size in (100_000, 100_001)}
    assert len(keys) == 2
    assert all(len(key) < 100 for key in keys)


def test_an_unknown_kind_of_chat_counts_as_a_group_where_less_is_shown() -> None:
    message = changed("text-private", conversationType="9").message
    assert isinstance(message, Text)
    assert message.chat.kind is ChatKind.GROUP


def test_without_createat_the_time_of_the_push_counts() -> None:
    message = changed("text-group", createAt=None).message
    assert isinstance(message, Text)
    assert message.sent_at == datetime(2026, 11, 24, 2, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "fault"),
    [
        (read_raw("not JSON"), "not a JSON object"),
        (read_raw("[" * 100_000), "not a JSON object"),
        (read_raw("[1]"), "not a JSON object"),
        (read_raw("{}"), "unknown type or topic:"),
        (read_raw(wire({"type": "CALLBACK", "headers": {"topic": "/v1.0/graph/api/invoke"}, "data": "{}"})), "unknown"),
        (read_raw(wire({"type": "CALLBACK", "headers": {"topic": ROBOT_TOPIC}, "data": "{broken"})), "data is not"),
        (read_raw(wire({"type": "CALLBACK", "headers": {"topic": CARD_TOPIC}, "data": "[]"})), "data is not"),
        (read_raw(wire({"type": "EVENT", "headers": {"topic": "*"}, "data": "{}"})), "event without eventId"),
        (read_raw(wire({"type": "EVENT", "headers": {"eventId": "e"}, "data": "x"})), "event data is not"),
        (changed("text-group", msgId=None), "robot message without msgId"),
        (changed("text-group", conversationId=None, openThreadId=None), "robot message without conversationId"),
        (changed("press-built-in", outTrackId=None), "card press without outTrackId"),
        (changed("press-built-in", content="{}", value="nonsense"), "card press without an action"),
    ],
)
def test_a_frame_that_cannot_be_understood_says_why_and_keeps_its_key(received: Received, fault: str) -> None:
    assert received.message is None
    assert received.fault is not None
    assert received.fault.startswith(fault)
    assert received.key.startswith("fault:")
    assert read_raw(received.raw).key == received.key


def test_a_faulty_frame_has_the_same_key_in_every_push() -> None:
    frame = {"type": "CALLBACK", "headers": {"topic": ROBOT_TOPIC}, "data": '{"text": {"content": "领水泥"}}'}
    assert read_raw(wire(frame, message_id="a")).key == read_raw(wire(frame, message_id="b")).key


def test_a_press_is_read_from_value_where_content_is_missing() -> None:
    assert changed("press-built-in", content=None).message == UNDERSTOOD["press-built-in"]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["msgtype", "msgId", "createAt", "conversationId", "text", "content", "richText", "atUsers", "errorCode",
     "outTrackId", "value", "isReplyMsg", "repliedMsg", "userId", "sessionWebhookExpiredTime", "params",
     "cardPrivateData", "form", "recognition", "downloadCode", "fileName", "actionIds", "id", "staffId",
     "unknownMsgType"]
)  # fmt: skip
VALUES = st.deferred(
    lambda: ANY_JSON | OBJECTS | st.sampled_from(["text", "richText", "picture", "audio", "file", "1"])
)
OBJECTS: st.SearchStrategy[Any] = st.dictionaries(FIELDS, VALUES, max_size=6)
STRANGE_FRAMES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["CALLBACK", "EVENT", "SYSTEM"]) | ANY_JSON,
        "headers": st.fixed_dictionaries(
            {"topic": st.sampled_from([ROBOT_TOPIC, CARD_TOPIC, "*"]), "eventId": ANY_JSON}
        )
        | ANY_JSON,
        "data": OBJECTS | OBJECTS.map(json.dumps) | ANY_JSON,
    }
)


@given(STRANGE_FRAMES | st.dictionaries(st.text(), ANY_JSON))
def test_no_json_at_all_makes_reading_fail(frame: dict[str, Any]) -> None:
    received = read_frame(frame)
    assert (received.message is None) == (received.fault is not None)
    assert read_raw(received.raw) == received
    received.key.encode()
    received.raw.encode()


@given(st.sampled_from(sorted(UNDERSTOOD)), st.dictionaries(FIELDS, VALUES, max_size=4))
def test_no_strange_field_makes_reading_fail(name: str, strange: dict[str, Any]) -> None:
    received = changed(name, **strange)
    assert (received.message is None) == (received.fault is not None)


@given(st.text())
def test_no_text_at_all_makes_reading_fail(raw: str) -> None:
    assert read_raw(raw).fault is not None
