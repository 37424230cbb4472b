"""Presses on the buttons of our cards.

A press names neither a message nor an event, only the card, the person and what the button carries, so a button of
ours carries a nonce as well: the same picture of the same card pressed twice by one person is one press.
"""

from collections.abc import Mapping
from typing import Final, cast

from bot.dingtalk.faults import FrameFault, MakeKey
from bot.dingtalk.tolerant import Json, identifier, integer, items, mapping, storable, text
from handlers.messages import CardAction, Sender

UNION_ID: Final = 2  # userIdType of an id that is not the user id; we never ask for it.


def read(data: Json, *, key: MakeKey) -> CardAction:
    """Raises FrameFault without the card's id or without anything that names an action."""
    card = identifier(data.get("outTrackId"))
    if not card:
        raise FrameFault("card press without outTrackId")
    pressed = _pressed(data)
    params = mapping(pressed.get("params"))
    action = _action(params, items(pressed.get("actionIds")))
    if not action:
        raise FrameFault("card press without an action")
    person = "" if integer(data.get("userIdType")) == UNION_ID else identifier(data.get("userId"))
    nonce = identifier(params.get("nonce"))
    return CardAction(
        key=key("card", card, person, action, nonce),
        sender=Sender(id=person),
        card=card,
        action=action,
        nonce=nonce,
        form=_form(mapping(params.get("form"))),
    )


def _pressed(data: Json) -> Json:
    """`content` and `value` carry the same JSON text; some clients have been seen to send only one."""
    for name in ("content", "value"):
        private = mapping(mapping(data.get(name)).get("cardPrivateData"))
        if private:
            return private
    return {}


def _action(params: Json, action_ids: list[object]) -> str:
    """Our own template says `action`; the built-in ones hand back `id`, or name the button among the action ids."""
    named = (params.get("action"), params.get("id"), *action_ids)
    return next((word for word in map(identifier, named) if word), "")


def _form(form: Json) -> tuple[tuple[str, str], ...]:
    return tuple((storable(name), _field(value)) for name, value in form.items())


def _field(value: object) -> str:
    """One field as text; a choice gives its value, several choices one a line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if several := items(value):
        return "\n".join(text(one) for one in several)
    if isinstance(value, Mapping):
        chosen = mapping(cast("object", value)).get("value")
        return "" if isinstance(chosen, Mapping) else _field(chosen)
    return text(value)
