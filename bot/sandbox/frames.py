"""The frames that go over the websocket, and what comes back for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox import ids
from bot.sandbox.body import BadBody, compact, parse_record, record, text, whole
from bot.sandbox.connections import SYSTEM


@dataclass(frozen=True, slots=True)
class Push:
    """One thing to be pushed. The id is echoed by the ack; a redelivery may keep it or have a new one."""

    kind: str
    topic: str
    data: Mapping[str, object]
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    id: str = field(default_factory=ids.push_id)

    def frame(self, *, connection_id: str, app_id: str, now_ms: int) -> str:
        """The text on the wire: `data` is a string that holds JSON, and every header value is a string."""
        headers = {
            "contentType": "application/json",
            "messageId": self.id,
            "time": str(now_ms),
            "topic": self.topic,
        }
        if self.kind != SYSTEM:  # system frames come without these
            headers |= {"appId": app_id, "connectionId": connection_id} | dict(self.headers)
        return compact({"specVersion": "1.0", "type": self.kind, "headers": headers, "data": compact(self.data)})


@dataclass(frozen=True, slots=True)
class Ack:
    """What a client answered to a push. `data` is decoded; an answer that holds no JSON object is an empty one."""

    message_id: str
    code: int
    data: Mapping[str, object]

    @property
    def is_ok(self) -> bool:
        """Code 200: the client has taken the push over."""
        return self.code == 200  # the protocol's own number


def read_ack(raw: str) -> Ack:
    """An ack from the wire; raises BadBody for anything that is none."""
    frame = parse_record(raw)
    message_id = text(record(frame, "headers"), "messageId")
    if not message_id:
        raise BadBody("an ack without messageId")
    try:
        data = parse_record(text(frame, "data") or "{}")
    except BadBody:
        data = dict[str, object]()
    return Ack(message_id, whole(frame, "code"), data)
