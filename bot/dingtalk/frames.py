"""From a raw stream frame to one of our own messages.

Pure: the same frame gives the same result, today from the socket and tomorrow from the inbox.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

from bot.dingtalk import card_frames, event_frames, robot_frames
from bot.dingtalk.faults import FrameFault
from bot.dingtalk.tolerant import Json, decode, mapping, storable, text
from handlers.messages import Message

FrameKind: TypeAlias = Literal["message", "card", "event", "other"]

CALLBACK: Final = "CALLBACK"
EVENT: Final = "EVENT"
SYSTEM: Final = "SYSTEM"
ROBOT_TOPIC: Final = "/v1.0/im/bot/messages/get"
CARD_TOPIC: Final = "/v1.0/card/instances/callback"

KEY_LENGTH_MAX: Final = 400  # Characters; an index of PostgreSQL takes about 2,700 bytes.


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One frame as we keep it.

    `key` is its business key, the same however often DingTalk delivers it. `raw` is the frame as JSON text. A frame
    that cannot be understood has no `message` but a `fault`, and a key made of its content.
    """

    key: str
    kind: FrameKind
    raw: str
    message: Message | None = None
    fault: str | None = None


def read_frame(frame: Mapping[str, object]) -> Received:
    """Read a decoded frame. Never raises, whatever the JSON held."""
    try:
        return read_raw(
            json.dumps(frame)
        )  # ASCII: lone surrogates and NUL stay escaped, so every database can keep it.
    except (ValueError, RecursionError, TypeError):
        return Received(key=_fault_key("unwritable"), kind="other", raw="{}", fault="cannot be written as JSON")


def read_raw(raw: str) -> Received:
    """Read a frame from its JSON text, as it came or as it was stored. Never raises."""
    raw = storable(raw)
    frame = decode(raw)
    if not isinstance(frame, Mapping):
        return Received(key=_fault_key(raw), kind="other", raw=raw, fault="not a JSON object")
    return _read(mapping(cast("object", frame)), raw)


def kind_of(frame: Json) -> FrameKind:
    """What a frame is about, by its type and topic."""
    if frame.get("type") == EVENT:
        return "event"
    topic = mapping(frame.get("headers")).get("topic")
    if frame.get("type") == CALLBACK and topic == ROBOT_TOPIC:
        return "message"
    if frame.get("type") == CALLBACK and topic == CARD_TOPIC:
        return "card"
    return "other"


def _read(frame: Json, raw: str) -> Received:
    kind = kind_of(frame)
    try:
        message = _message(kind, frame)
    except FrameFault as fault:
        return Received(key=_fault_key(_content(frame, raw)), kind=kind, raw=raw, fault=fault.reason)
    return Received(key=message.key, kind=kind, raw=raw, message=message)


def _message(kind: FrameKind, frame: Json) -> Message:
    headers = mapping(frame.get("headers"))
    match kind:
        case "message":
            return robot_frames.read(headers, _data(frame), key=_key)
        case "card":
            return card_frames.read(_data(frame), key=_key)
        case "event":
            return event_frames.read(headers, frame.get("data"), key=_key)
        case "other":
            raise FrameFault(
                f"unknown type or topic: {text(frame.get('type'))[:50]} {text(headers.get('topic'))[:100]}"
            )


def _data(frame: Json) -> Json:
    data = mapping(frame.get("data"))
    if not data:
        raise FrameFault("data is not a JSON object")
    return data


def _key(*parts: str) -> str:
    key = ":".join(parts)
    if len(key) <= KEY_LENGTH_MAX:
        return key
    return f"{parts[0]}:sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def _content(frame: Json, raw: str) -> str:
    """What a redelivery would repeat: the data without the headers, which name the push and not the message."""
    data = frame.get("data")
    return data if isinstance(data, str) and data else raw


def _fault_key(content: str) -> str:
    return f"fault:{hashlib.sha256(content.encode(errors='surrogatepass')).hexdigest()}"
