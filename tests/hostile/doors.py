"""Every door through which a text comes in, as the frames that carry it."""

from collections.abc import Callable
from typing import Any, Final

from tests.stories.chat import GROUP, PRIVATE, UNBOUND_GROUP, Chat

Frame = dict[str, Any]
MAKER: Final = "张建国"


def _group(chat: Chat, text: str) -> Frame:
    return chat.text_frame(MAKER, text)


def _private(chat: Chat, text: str) -> Frame:
    return chat.text_frame(MAKER, text, chat=PRIVATE)


def _unbound(chat: Chat, text: str) -> Frame:
    return chat.text_frame(MAKER, text, chat=UNBOUND_GROUP)


def _voice(chat: Chat, text: str) -> Frame:
    return chat.frame(MAKER, msgtype="audio", content={"recognition": text, "duration": 1})


def _rich(chat: Chat, text: str) -> Frame:
    return chat.frame(MAKER, msgtype="richText", content={"richText": [{"text": text}, {"text": ""}]})


def _beside_a_picture(chat: Chat, text: str) -> Frame:
    parts = [{"text": text}, {"type": "picture", "downloadCode": "dl"}]
    return chat.frame(MAKER, msgtype="richText", content={"richText": parts})


def _quoted(chat: Chat, text: str) -> Frame:
    body = {"content": "撤销", "isReplyMsg": True, "repliedMsg": {"msgId": "m", "content": {"text": text}}}
    return chat.frame(MAKER, msgtype="text", text=body, originalProcessQueryKey=text)


def _stranger(chat: Chat, text: str) -> Frame:
    return chat.text_frame("u-stranger", text, chat=PRIVATE, senderNick=text, conversationTitle=text)


def _file_name(chat: Chat, text: str) -> Frame:
    return chat.frame(MAKER, msgtype="file", content={"downloadCode": text, "fileName": text})


def _kind(chat: Chat, text: str) -> Frame:
    return chat.frame(MAKER, msgtype="unknownMsgType", content={"unknownMsgType": text})


def _administrator(word: str) -> Callable[[Chat, str], Frame]:
    return lambda chat, text: chat.text_frame("何平", f"{word} {text}", chat=PRIVATE)


def _binding(chat: Chat, text: str) -> Frame:
    return chat.text_frame("何平", f"绑定项目 {text}", chat=UNBOUND_GROUP)


def _reason(chat: Chat, text: str) -> Frame:
    return chat.text_frame("张伟", f"驳回 SG20261123-009 {text}", chat=PRIVATE)


def _question(chat: Chat, text: str) -> Frame:
    return chat.text_frame(MAKER, f"库存 {text}", chat=GROUP)


def _pressed(chat: Chat, text: str) -> Frame:
    return chat.press_frame("张伟", "c-unknown", text or "x", text)


def _pressed_card(chat: Chat, text: str) -> Frame:
    return chat.press_frame(text, text or "c", "approve", "n")


DOORS: Final[dict[str, Callable[[Chat, str], Frame]]] = {
    "group": _group,
    "private": _private,
    "group without a project": _unbound,
    "voice": _voice,
    "rich text": _rich,
    "words beside a picture": _beside_a_picture,
    "quotation": _quoted,
    "stranger": _stranger,
    "file name": _file_name,
    "unknown kind": _kind,
    "registering": _administrator("登记"),
    "administrator": _administrator("额度"),
    "binding": _binding,
    "rejection": _reason,
    "question": _question,
    "button": _pressed,
    "card": _pressed_card,
}
