"""Events of the organisation: approvals that ended, people who left."""

from bot.dingtalk.faults import FrameFault, MakeKey
from bot.dingtalk.tolerant import Json, mapping, storable, text
from handlers.messages import Event


def read(headers: Json, data: object, *, key: MakeKey) -> Event:
    """In Stream mode what describes an event stands in the headers, and `data` is its flat body.

    Raises FrameFault without an event id, or when the body is no JSON object.
    """
    event_id = text(headers.get("eventId"))
    if not event_id:
        raise FrameFault("event without eventId")
    if not isinstance(data, str) or not mapping(data):
        raise FrameFault("event data is not a JSON object")
    return Event(
        key=key("event", text(headers.get("eventCorpId")), event_id),
        kind=text(headers.get("eventType")),
        data=storable(data),
    )
