"""Where a card goes: the grammar of openSpaceId, and what each kind of place asks for."""

import re
from dataclasses import dataclass
from typing import Final

from bot.sandbox.body import Json, as_record, record, strings, text
from bot.sandbox.refusals import ApiRefusal

_PREFIX: Final = "dtv1.card//"
_SPACE: Final = re.compile(r"([A-Za-z_]+)\.(\S+)")
GROUP: Final = "IM_GROUP"
PRIVATE: Final = "IM_ROBOT"
_MODELS: Final = {GROUP: "imGroup", PRIVATE: "imRobot"}


@dataclass(frozen=True, slots=True)
class Space:
    """A group (by openConversationId) or the private chat of a user (by user id)."""

    type: str
    id: str


def read_spaces(body: Json) -> list[Space]:
    """`dtv1.card//TYPE.id`, several of them separated by semicolons; the prefix stands once, before the first."""
    written = text(body, "openSpaceId")
    if not written:
        raise ApiRefusal("param.openSpaceIdEmpty")
    found: list[Space] = []
    if not written.startswith(_PREFIX):
        raise ApiRefusal("param.openSpaceIdInvalid")
    for part in written.split(";"):
        match = _SPACE.fullmatch(part.strip().removeprefix(_PREFIX))
        # Documents show the type in lower case as well, so both are taken.
        if match is None or match[1].upper() not in _MODELS:
            raise ApiRefusal("param.openSpaceIdInvalid")
        found.append(Space(match[1].upper(), match[2]))
    return found


def check_models(body: Json, spaces: list[Space], robot_code: str) -> None:
    """Each place needs its deliver model: the group's must name the robot."""
    for space in spaces:
        model = as_record(body.get(f"{_MODELS[space.type]}OpenDeliverModel"))
        if model is None:
            raise ApiRefusal("param.openDeliverModelEmpty")
        code = text(model, "robotCode")
        if (space.type == GROUP and not code) or code not in ("", robot_code):
            raise ApiRefusal("param.openDeliverModelError")
        if space.type == PRIVATE and text(model, "spaceType", PRIVATE).upper() != PRIVATE:
            raise ApiRefusal("param.openDeliverModelError")
        check_space_model(body, space)


def check_space_model(body: Json, space: Space) -> None:
    """A space model, where there is one, has to say whether the card may be forwarded."""
    model = body.get(f"{_MODELS[space.type]}OpenSpaceModel")
    if model is not None and not isinstance((as_record(model) or {}).get("supportForward"), bool):
        raise ApiRefusal("param.openSpaceModelInvalid")


def preview(body: Json, space: Space) -> str:
    """What the list of conversations shows; without lastMessageI18n it is a bare [交互卡片消息]."""
    model = record(body, f"{_MODELS[space.type]}OpenSpaceModel")
    return text(record(model, "lastMessageI18n"), "ZH_CN", "[交互卡片消息]")


def mentions(body: Json, space: Space) -> tuple[tuple[str, ...], bool]:
    """Whom the delivery mentions in the group, and whether that is everybody."""
    if space.type != GROUP:
        return (), False
    users = record(record(body, "imGroupOpenDeliverModel"), "atUserIds")
    return tuple(user for user in users if user != "@ALL"), "@ALL" in users


def recipients(body: Json, space: Space) -> list[str]:
    """The only ones who see the card in the group; nobody named means everybody."""
    return strings(record(body, "imGroupOpenDeliverModel"), "recipients") if space.type == GROUP else []
