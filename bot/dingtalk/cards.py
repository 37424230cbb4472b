"""Pictures of cards in the words of a template.

A card is a picture that everybody shares: a title, a text, and buttons while there is something to decide. Three
dialects draw it: DingTalk's MarkdownButton template (one call), its general AI card (two calls), and a template of the
company's own with the variables of the first. Both built-in templates ship with DingTalk's SDK; its pages do not
describe them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from bot.dingtalk.acks import AckData, card_ack

Params: TypeAlias = dict[str, str]

MARKDOWN_BUTTON_TEMPLATE: Final = "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema"
AI_TEMPLATE: Final = "382e4302-551d-4880-bf29-a30acfab2e71.schema"

TEXT_LENGTH_MAX: Final = 3_000  # Characters of the card's text; beyond that blank cards have been reported.
TITLE_LENGTH_MAX: Final = 200
SUMMARY_LENGTH_MAX: Final = 200  # Also DingTalk's limit for `searchDesc`.
CARD_ID_LENGTH_MAX: Final = 64
USER_ID: Final = 1  # userIdType: the people of this request and of its callbacks are named by user id.
SPACE_PREFIX: Final = "dtv1.card//"  # Once, before the first of several spaces.
PROCESSING: Final = "1"  # flowStatus of the general AI card.
FINISHED: Final = "3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button that calls back. `action` is its word, `nonce` tells this picture of the card from earlier ones."""

    text: str
    action: str
    nonce: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPicture:
    """A card as everybody should see it from now on; without buttons it is settled.

    `last_message` stands in the list of conversations.
    """

    title: str
    markdown: str
    tips: str = ""
    buttons: tuple[Button, ...] = ()
    last_message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPlace:
    """Where a card is shown: a group, people in private, or both. `at` maps user ids to the names to mention."""

    conversation: str = ""
    people: tuple[str, ...] = ()
    at: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCall:
    """The bodies of the calls that show a new card: `create`, and `fill` where the template wants a second one."""

    card: str
    create: dict[str, object]
    fill: dict[str, object] | None = None
    conversation: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One template, and how a picture is told in its variables. Every value is a string, also where it holds JSON."""

    template: str
    params: Callable[[CardPicture], Params]
    opens_empty: bool = False  # Created in the state "processing", and filled by an update.

    def create(self, picture: CardPicture, *, card: str, place: CardPlace, robot_code: str) -> CardCall:
        """What shows a new card. `card` is our own id for it, unique for ever, at most 64 characters."""
        _check(card, place)
        opening = {"flowStatus": PROCESSING} if self.opens_empty else self.params(picture)
        body: dict[str, object] = {
            "cardTemplateId": self.template,
            "outTrackId": card,
            "callbackType": "STREAM",  # Left out, no press would ever arrive.
            "userIdType": USER_ID,
            "cardData": {"cardParamMap": opening},
            "openSpaceId": _spaces(place),
            **_models(picture, place, robot_code),
        }
        fill = self.update(picture, card=card) if self.opens_empty else None
        return CardCall(card=card, create=body, fill=fill, conversation=place.conversation)

    def update(self, picture: CardPicture, *, card: str) -> dict[str, object]:
        """The body that shows everybody the new picture. Always by key: otherwise what is not sent is emptied."""
        return {
            "outTrackId": card,
            "userIdType": USER_ID,
            "cardData": {"cardParamMap": self.params(picture)},
            "cardUpdateOptions": {"updateCardDataByKey": True},
        }

    def ack(self, picture: CardPicture) -> AckData:
        """The answer to a press that shows the presser the new picture at once."""
        return card_ack(self.params(picture))


def _markdown_button(picture: CardPicture) -> Params:
    return {
        "title": _cut(picture.title, TITLE_LENGTH_MAX),
        "markdown": _cut(picture.markdown, TEXT_LENGTH_MAX),
        "tips": _cut(picture.tips, SUMMARY_LENGTH_MAX),
        # Sent empty as well, or an update by key would leave the old buttons standing.
        "sys_full_json_obj": _json({"msgButtons": [_button(one) for one in picture.buttons]}),
    }


def _ai(picture: CardPicture) -> Params:
    """The template has no place for tips, so they close the text. It shows nothing unless flowStatus is repeated."""
    content = f"{picture.markdown}\n\n{picture.tips}" if picture.tips else picture.markdown
    layout: dict[str, object] = {"order": ["msgTitle", "staticMsgContent"]}
    if picture.buttons:
        layout = {
            "order": ["msgTitle", "staticMsgContent", "msgButtons"],
            "msgButtons": [_button(one) for one in picture.buttons],
        }
    return {
        "msgTitle": _cut(picture.title, TITLE_LENGTH_MAX),
        "staticMsgContent": _cut(content, TEXT_LENGTH_MAX),
        "flowStatus": FINISHED,
        "sys_full_json_obj": _json(layout),
    }


MARKDOWN_BUTTON: Final = Dialect(MARKDOWN_BUTTON_TEMPLATE, _markdown_button)
AI: Final = Dialect(AI_TEMPLATE, _ai, opens_empty=True)


def own_template(template: str) -> Dialect:
    """A template of the company's own, with the variables title, markdown, tips and sys_full_json_obj."""
    return Dialect(template, _markdown_button)


def dialect_of(setting: str) -> Dialect:
    """By the setting's word: `markdown_button` (also when empty), `ai`, or the id of a template of one's own."""
    return {"": MARKDOWN_BUTTON, "markdown_button": MARKDOWN_BUTTON, "ai": AI}.get(setting) or own_template(setting)


def _button(button: Button) -> dict[str, object]:
    # The id stands twice, as clients differ in which of the two they hand back.
    return {
        "text": button.text,
        "color": "blue" if button.primary else "gray",
        "id": button.action,
        "request": True,
        "params": {"id": button.action, "nonce": button.nonce},
    }


def _check(card: str, place: CardPlace) -> None:
    if not 0 < len(card) <= CARD_ID_LENGTH_MAX:
        raise ValueError(f"a card's id has 1 to {CARD_ID_LENGTH_MAX} characters: {card!r}")
    if not place.conversation and not place.people:
        raise ValueError(f"card {card} is shown to nobody")


def _spaces(place: CardPlace) -> str:
    group = [f"IM_GROUP.{place.conversation}"] if place.conversation else []
    return SPACE_PREFIX + ";".join(group + [f"IM_ROBOT.{person}" for person in place.people])


def _models(picture: CardPicture, place: CardPlace, robot_code: str) -> dict[str, object]:
    space = _space_model(picture)
    models: dict[str, object] = {}
    if place.conversation:
        models["imGroupOpenSpaceModel"] = space
        named = {"atUserIds": dict(place.at)} if place.at else {}
        models["imGroupOpenDeliverModel"] = {"robotCode": robot_code} | named
    if place.people:
        models["imRobotOpenSpaceModel"] = space
        models["imRobotOpenDeliverModel"] = {"spaceType": "IM_ROBOT", "robotCode": robot_code}
    return models


def _space_model(picture: CardPicture) -> dict[str, object]:
    """A card is not to be forwarded: its buttons would decide wherever it lands."""
    summary = _cut(picture.last_message or picture.title, SUMMARY_LENGTH_MAX)
    return {
        "supportForward": False,
        "lastMessageI18n": {"ZH_CN": summary},
        "searchSupport": {"searchDesc": _cut(picture.title, SUMMARY_LENGTH_MAX)},
        "notification": {"alertContent": summary, "notificationOff": False},
    }


def _cut(text: str, length_max: int) -> str:
    return text if len(text) <= length_max else f"{text[: length_max - 1]}…"


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
