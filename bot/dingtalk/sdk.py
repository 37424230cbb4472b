"""The parts of DingTalk's SDK that we build on: its frames and its handlers.

Its client is not among them. In the released version it opens the connection with a blocking call, cannot be stopped,
acknowledges on whichever socket is open by then, and logs the ticket (0.24.3, `stream.py`).
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias, TypeVar

from dingtalk_stream.frames import AckMessage, CallbackMessage, EventMessage, Headers, SystemMessage
from dingtalk_stream.handlers import CallbackHandler, EventHandler, SystemHandler
from dingtalk_stream.version import VERSION_STRING

from bot.dingtalk.acks import AckData
from bot.dingtalk.frames import Received, read_raw
from bot.dingtalk.tolerant import Json, mapping, text

Receive: TypeAlias = Callable[[Received], Awaitable[AckData]]

Frame: TypeAlias = CallbackMessage | EventMessage | SystemMessage
AnyFrame = TypeVar("AnyFrame", CallbackMessage, EventMessage, SystemMessage)

USER_AGENT: Final = f"dingtalk-sdk-python/v{VERSION_STRING}-union"
RAW: Final = "raw"  # Where a frame's text travels: the SDK keeps in `extensions` what it does not know.


class CallbackDoor(CallbackHandler):
    """Takes robot messages and card presses in."""

    def __init__(self, receive: Receive) -> None:
        super().__init__()
        self._receive = receive

    async def raw_process(self, callback_message: CallbackMessage) -> AckMessage:
        return acknowledge(callback_message, await self._receive(read_raw(_raw(callback_message))))


class EventDoor(EventHandler):
    """Takes events in. The SDK's own answer lacks the `status` that DingTalk asks for."""

    def __init__(self, receive: Receive) -> None:
        super().__init__()
        self._receive = receive

    async def raw_process(self, event_message: EventMessage) -> AckMessage:
        return acknowledge(event_message, await self._receive(read_raw(_raw(event_message))))


class PingDoor(SystemHandler):
    """Answers DingTalk's own pings with what they carried."""

    async def raw_process(self, system_message: SystemMessage) -> AckMessage:
        return acknowledge(system_message, dict(mapping(_untyped(system_message).data)))


def acknowledge(frame: Frame, data: AckData) -> AckMessage:
    """The acknowledgement of a frame."""
    ack = _untyped(AckMessage())
    ack.headers.message_id = _untyped(frame).headers.message_id
    ack.headers.content_type = Headers.CONTENT_TYPE_APPLICATION_JSON
    ack.message = "OK"
    ack.data = data
    return ack


def written(ack: AckMessage) -> str:
    """The acknowledgement as it goes over the wire."""
    return json.dumps(ack.to_dict())


def callback_message(frame: Json, raw: str) -> CallbackMessage:
    """The SDK's frame, with its text; one that the SDK cannot read still has its id, so that it can be acknowledged."""
    return _read(CallbackMessage, frame, raw)


def event_message(frame: Json, raw: str) -> EventMessage:
    """As `callback_message`."""
    return _read(EventMessage, frame, raw)


def system_message(frame: Json) -> SystemMessage:
    """As `callback_message`, without the text."""
    return _read(SystemMessage, frame, "")


def _read(kind: type[AnyFrame], frame: Json, raw: str) -> AnyFrame:
    try:
        message = _untyped(kind).from_dict(frame)
    except Exception:  # Whatever a stranger's JSON provokes in there; our own reading tells what is wrong with it.
        message = _untyped(kind())
        message.headers.message_id = text(mapping(frame.get("headers")).get("messageId"))
    message.extensions[RAW] = raw
    return message


def _raw(frame: Frame) -> str:
    return str(_untyped(frame).extensions.get(RAW, ""))


def _untyped(part: object) -> Any:
    """The SDK has no types, and what can be inferred of it is wrong (every header is None for ever)."""
    return part
