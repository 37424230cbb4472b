"""What goes out, already rendered, and what renders it. A card here is a title, a text and buttons: no DingTalk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Protocol

from domain.company import Company
from domain.operation import Asker, Need, Notice


class Urgency(IntEnum):
    """Which message may overtake which, and what is given up last when the month's quota runs low."""

    ANSWER = 0
    APPROVAL = 1
    ALERT = 2
    DIGEST = 3


class RouteKind(StrEnum):
    REPLY = "reply"  # into the chat the message came from
    PEOPLE = "people"  # in private
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Where the answer to a message goes: its chat, and the address for direct replies while that lasts.

    `chat` is "" for a card press: the answer then goes to the presser in private.
    """

    person: str
    chat: str = ""
    is_group: bool = False
    webhook: str = ""
    webhook_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    kind: RouteKind
    people: tuple[str, ...] = ()
    conversation: str = ""
    webhook: str = ""
    webhook_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """`command` is the text that does the same as a press."""

    text: str
    action: str
    primary: bool = False
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPicture:
    """A card as everybody should see it from now on. `subject` is ours ("approval:SG…:1"); `opens` shows it first."""

    card: str
    subject: str
    opens: bool
    title: str
    markdown: str
    tips: str = ""
    buttons: tuple[Button, ...] = ()
    nonce: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message on its way out. `key` is unique for ever; messages of one `order_key` go out in their order."""

    key: str
    urgency: Urgency
    order_key: str
    route: Route
    title: str
    markdown: str
    card: CardPicture | None = None
    number: str = ""
    facts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card that stands in chats: what it is about, who was shown it, and which buttons it offers now."""

    id: str
    subject: str
    people: tuple[str, ...]
    actions: tuple[str, ...]
    nonce: str


@dataclass(frozen=True, slots=True)
class CardOf(Need[Card | None]):
    """The card with this id (the one DingTalk hands back on a press)."""

    id: str


@dataclass(frozen=True, slots=True)
class SentAs(Need[str | None]):
    """The number of the document that a message of ours, known by its send key, was about."""

    send_key: str


class Render(Protocol):
    """Turns notices into messages. Pure: the same notices give the same messages."""

    def __call__(
        self, notices: Sequence[Notice], *, key: str, by: Asker, reply: Reply | None, company: Company, now: datetime
    ) -> list[Outbound]: ...
