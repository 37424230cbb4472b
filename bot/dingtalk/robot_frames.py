"""What people write to the robot, of every kind that DingTalk delivers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict

from bot.dingtalk.faults import FrameFault, MakeKey
from bot.dingtalk.quotes import quoted_in
from bot.dingtalk.rich_text import codes_of, download_code, words_of
from bot.dingtalk.tolerant import Json, flag, identifier, instant, integer, items, mapping, text
from handlers.language.read import TEXT_MAX
from handlers.messages import Chat, ChatKind, File, Message, Picture, QuotaGone, Sender, Text, Unreadable, Voice

TEXT_LENGTH_MAX: Final = (
    TEXT_MAX  # Characters. A longer one is answered with the advice to send it in parts, never cut.
)
QUOTED_LENGTH_MAX: Final = 20_000
NAME_LENGTH_MAX: Final = 100  # Nicknames and titles of groups, only ever shown.
WEBHOOK_LENGTH_MAX: Final = 2_000
MENTIONED_MAX: Final = 100  # Colleagues named in one message; who comes behind them is left out.
KIND_LENGTH_MAX: Final = 100
QUOTA_GONE: Final = 20001  # errorCode of a push after the month's Webhook and Stream quota is used up.
PRIVATE: Final = "1"  # conversationType of the chat between one person and the robot.


class _Common(TypedDict):
    """What every message carries, as the arguments of its class."""

    key: str
    message_id: str
    sender: Sender
    chat: Chat
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class _Push:
    """One push: what every message has in common, and DingTalk's body for the rest."""

    common: _Common
    data: Json

    @property
    def content(self) -> Json:
        return mapping(self.data.get("content"))


def read(headers: Json, data: Json, *, key: MakeKey) -> Message:
    """Raises FrameFault when the push does not say which message it is, where it was written, or when."""
    push = _Push(_common(headers, data, key), data)
    if integer(data.get("errorCode")) == QUOTA_GONE:
        return QuotaGone(**push.common, detail=text(data.get("errorMessage")))
    kind = text(data.get("msgtype"))
    reader = READERS.get(kind)
    return reader(push) if reader else _unreadable(push, kind or "unknown")


def _common(headers: Json, data: Json, key: MakeKey) -> _Common:
    message_id = text(data.get("msgId"))
    if not message_id:
        raise FrameFault("robot message without msgId")
    # The time of the push stands in for the time of writing; the two differ by the time of transport.
    sent_at = instant(data.get("createAt")) or instant(headers.get("time"))
    if sent_at is None:
        raise FrameFault("robot message without createAt")
    corp = text(data.get("chatbotCorpId")) or text(data.get("senderCorpId"))
    return _Common(
        key=key("robot", corp, message_id),
        message_id=message_id,
        sender=_sender(data),
        chat=_chat(data),
        sent_at=sent_at,
    )


def _sender(data: Json) -> Sender:
    """DingTalk leaves `senderStaffId` out for people outside, and for everybody until the robot is published."""
    return Sender(
        id=identifier(data.get("senderStaffId")).strip(),
        nick=text(data.get("senderNick"))[:NAME_LENGTH_MAX],
        is_admin=flag(data.get("isAdmin")),
    )


def _chat(data: Json) -> Chat:
    conversation = identifier(data.get("conversationId")) or identifier(data.get("openThreadId"))
    if not conversation:
        raise FrameFault("robot message without conversationId")
    # What is not surely private is treated as a group, where less is shown.
    kind = ChatKind.PRIVATE if text(data.get("conversationType")) == PRIVATE else ChatKind.GROUP
    webhook = text(data.get("sessionWebhook"))
    return Chat(
        id=conversation,
        kind=kind,
        title=text(data.get("conversationTitle"))[:NAME_LENGTH_MAX],
        webhook=webhook if len(webhook) <= WEBHOOK_LENGTH_MAX else "",
        webhook_until=instant(data.get("sessionWebhookExpiredTime")),
    )


def _text(push: _Push) -> Message:
    body = mapping(push.data.get("text")) or push.content
    if not isinstance(body.get("content"), str):
        return _unreadable(push, "text")
    return _words(push, text(body.get("content")), body)


def _rich_text(push: _Push) -> Message:
    segments = items(push.content.get("richText"))
    codes = codes_of(segments)
    if not codes:
        return _words(push, words_of(segments), push.content) if segments else _unreadable(push, "richText")
    words = words_of(segments).strip()
    if len(words) > TEXT_LENGTH_MAX:
        return _unreadable(push, "too_long")
    return Picture(**push.common, download_codes=codes, text=words)


def _words(push: _Push, words: str, body: Json) -> Message:
    # DingTalk removes the mention of the robot and leaves the blanks that stood around it.
    words = words.strip()
    if len(words) > TEXT_LENGTH_MAX:
        return _unreadable(push, "too_long")
    quoted = quoted_in(push.data, body, length_max=QUOTED_LENGTH_MAX)
    return Text(**push.common, text=words, quoted=quoted, mentioned=_mentioned(push.data))


def _mentioned(data: Json) -> tuple[str, ...]:
    """The colleagues named with @, once each; the robot itself stands among them and is left out."""
    robot = text(data.get("chatbotUserId"))
    named = [mapping(one) for one in items(data.get("atUsers"))]
    people = [identifier(one.get("staffId")) for one in named if not robot or text(one.get("dingtalkId")) != robot]
    return tuple(dict.fromkeys(person for person in people if person))[:MENTIONED_MAX]


def _picture(push: _Push) -> Message:
    code = download_code(push.content)
    return Picture(**push.common, download_codes=(code,)) if code else _unreadable(push, "picture")


def _file(push: _Push) -> Message:
    code = download_code(push.content)
    name = text(push.content.get("fileName"))
    return File(**push.common, name=name, download_code=code) if code else _unreadable(push, "file")


def _voice(push: _Push) -> Message:
    words = text(push.content.get("recognition")).strip()
    return Voice(**push.common, text=words) if len(words) <= TEXT_LENGTH_MAX else _unreadable(push, "too_long")


def _unknown(push: _Push) -> Message:
    return _unreadable(push, text(push.content.get("unknownMsgType")) or "unknown")


def _unreadable(push: _Push, kind: str) -> Unreadable:
    return Unreadable(**push.common, kind=kind[:KIND_LENGTH_MAX])


READERS: Final[Mapping[str, Callable[[_Push], Message]]] = {
    "text": _text,
    "richText": _rich_text,
    "picture": _picture,
    "audio": _voice,
    "file": _file,
    "unknownMsgType": _unknown,
}
