"""What has been said: the messages of every conversation, and who has seen how far."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice

from bot.sandbox.limits import LOOK_BACK_MAX, MESSAGES_FORGOTTEN_AT_ONCE, MESSAGES_PER_CONVERSATION_MAX, UNREAD_MAX
from bot.sandbox.world import ROBOT, Person, World


class Kind(StrEnum):
    """What sort of message it is."""

    TEXT = "text"
    MARKDOWN = "markdown"
    ACTION_CARD = "actionCard"
    LINK = "link"
    FEED = "feedCard"
    PICTURE = "picture"
    RICH_TEXT = "richText"
    FILE = "file"
    VOICE = "audio"
    CARD = "card"


class Delivery(StrEnum):
    """How far a message to the robot has come."""

    NOT_MEANT = "not_meant"  # not for the robot: its own, or said in a group without a mention
    PENDING = "pending"  # no robot is connected: 未送达
    SENT = "sent"
    ACKED = "acked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LinkButton:
    """A button or a line that only opens an address."""

    text: str
    url: str
    picture: str = ""


@dataclass(slots=True)
class Message:
    """One message. `text` is what was typed, or markdown, by kind; `media` is a media id or a picture's address."""

    id: str
    conversation: str
    sender: str
    kind: Kind
    at: datetime
    text: str = ""
    title: str = ""
    links: tuple[LinkButton, ...] = ()
    media: str = ""
    file_name: str = ""
    duration_ms: int = 0
    card: str = ""
    mentions: tuple[str, ...] = ()
    mentions_robot: bool = False
    mentions_all: bool = False
    quote: str = ""
    query_key: str = ""
    visible_to: frozenset[str] | None = None
    delivery: Delivery = Delivery.NOT_MEANT
    is_recalled: bool = False
    number: int = field(default=0)

    def is_shown_to(self, person: str) -> bool:
        """Whether this person sees it: not after a recall, and a card only if it was meant for them."""
        return not self.is_recalled and (self.visible_to is None or person in self.visible_to)


class Talk:
    """All conversations, each bounded: the oldest messages are forgotten first.

    Numbers grow through all conversations, so a place in one is found by halving; nothing walks ten thousand messages.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._conversations: dict[str, list[Message]] = {}
        self._by_id: dict[str, Message] = {}
        self._seen: dict[tuple[str, str], int] = {}
        self._count = 0
        self.listeners: list[Callable[[Message], None]] = []
        self.seen_listeners: list[Callable[[str], None]] = []

    def add(self, message: Message) -> Message:
        """A new message at the end of its conversation."""
        self._count += 1
        message.number = self._count
        said = self._conversations.setdefault(message.conversation, [])
        if len(said) >= MESSAGES_PER_CONVERSATION_MAX:
            for forgotten in said[:MESSAGES_FORGOTTEN_AT_ONCE]:
                self._by_id.pop(forgotten.id, None)
            del said[:MESSAGES_FORGOTTEN_AT_ONCE]
        said.append(message)
        self._by_id[message.id] = message
        self.tell(message)
        return message

    def tell(self, message: Message) -> None:
        """The message is new or looks different: whoever is watching is told."""
        for listener in self.listeners:
            listener(message)

    def find(self, message_id: str) -> Message | None:
        """By `msgId`."""
        return self._by_id.get(message_id)

    def shown(self, conversation: str, person: str, *, limit: int, before: int | None = None) -> list[Message]:
        """The newest messages that this person sees, oldest first."""
        found = islice(_seen_by(person, self._backwards(conversation, before)), limit)
        return list(found)[::-1]

    def shown_after(self, conversation: str, person: str, *, after: int, limit: int) -> list[Message]:
        """The messages that follow upon a number, oldest first."""
        said = self._conversations.get(conversation, [])
        start = bisect_right(said, after, key=_number)
        return list(islice(_seen_by(person, (said[at] for at in range(start, len(said)))), limit))

    def shown_before(self, message: Message, person: str) -> Message | None:
        """The message above this one, as this person sees them."""
        return next(iter(self.shown(message.conversation, person, limit=1, before=message.number)), None)

    def last_shown(self, conversation: str, person: str) -> Message | None:
        """What the list of conversations previews."""
        return next(iter(self.shown(conversation, person, limit=1)), None)

    def has_spoken(self, conversation: str, person: str) -> bool:
        """Whether the person said anything there lately."""
        return any(m.sender == person for m in islice(self._backwards(conversation, None), LOOK_BACK_MAX))

    def mark_seen(self, person: str, conversation: str) -> None:
        """The person has the conversation open before them."""
        said = self._conversations.get(conversation)
        if said and self._seen.get((person, conversation), 0) != said[-1].number:
            self._seen[person, conversation] = said[-1].number
            for listener in self.seen_listeners:
                listener(conversation)

    def seen_by_others(self, person: str, conversation: str) -> list[int]:
        """How far each of the others has read."""
        others = (other.id for other in self._world.members(conversation) if other.id != person)
        return [self._seen.get((other, conversation), 0) for other in others]

    def unread(self, person: Person, conversation: str) -> int:
        """How many messages of others arrived since the person last looked; counted up to UNREAD_MAX."""
        said = self._conversations.get(conversation, [])
        start = bisect_right(said, self._seen.get((person.id, conversation), 0), key=_number)
        arrived = (said[at] for at in range(start, min(len(said), start + LOOK_BACK_MAX)))
        return sum(1 for _ in islice((m for m in _seen_by(person.id, arrived) if m.sender != person.id), UNREAD_MAX))

    def readers(self, message: Message) -> list[str]:
        """Who has seen the message, apart from who wrote it."""
        return [
            person.id
            for person in self._world.members(message.conversation)
            if self._seen.get((person.id, message.conversation), 0) >= message.number and person.id != message.sender
        ]

    def is_from_robot(self, message: Message) -> bool:
        """Whether the robot said it."""
        return message.sender == ROBOT

    def _backwards(self, conversation: str, before: int | None) -> Iterator[Message]:
        said = self._conversations.get(conversation, [])
        end = len(said) if before is None else bisect_left(said, before, key=_number)
        return (said[at] for at in range(end - 1, -1, -1))


def _number(message: Message) -> int:
    return message.number


def _seen_by(person: str, messages: Iterable[Message]) -> Iterator[Message]:
    return (message for message in messages if message.is_shown_to(person))
