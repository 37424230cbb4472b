"""What has been said: the messages of every conversation, and who has seen how far."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.sandbox.limits import MESSAGES_PER_CONVERSATION_MAX, UNREAD_MAX
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
    """All conversations, each bounded: the oldest messages are forgotten first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._conversations: dict[str, deque[Message]] = {}
        self._by_id: dict[str, Message] = {}
        self._seen: dict[tuple[str, str], int] = {}
        self._count = 0
        self.listeners: list[Callable[[Message], None]] = []

    def add(self, message: Message) -> Message:
        """A new message at the end of its conversation."""
        self._count += 1
        message.number = self._count
        said = self._conversations.setdefault(message.conversation, deque())
        if len(said) >= MESSAGES_PER_CONVERSATION_MAX:
            self._by_id.pop(said.popleft().id, None)
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
        found: list[Message] = []
        for message in reversed(self._conversations.get(conversation, ())):
            if (before is None or message.number < before) and message.is_shown_to(person):
                found.append(message)
                if len(found) >= limit:
                    break
        return found[::-1]

    def last_shown(self, conversation: str, person: str) -> Message | None:
        """What the list of conversations previews."""
        return next(iter(self.shown(conversation, person, limit=1)), None)

    def mark_seen(self, person: str, conversation: str) -> None:
        """The person has the conversation open before them."""
        said = self._conversations.get(conversation)
        if said:
            self._seen[person, conversation] = said[-1].number

    def unread(self, person: Person, conversation: str) -> int:
        """How many messages of others arrived since the person last looked; counted up to UNREAD_MAX."""
        seen, count = self._seen.get((person.id, conversation), 0), 0
        for message in reversed(self._conversations.get(conversation, ())):
            if message.number <= seen or count >= UNREAD_MAX:
                break
            count += message.sender != person.id and message.is_shown_to(person.id)
        return count

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
