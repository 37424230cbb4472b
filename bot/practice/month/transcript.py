"""What was said in the month: by people, and by the robot, in order, each with its instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.messaging import Outbound

PRIVATE = ""  # the conversation of a person with the robot, where conversations are told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A person's message. `conversation` is a group's, or PRIVATE; `quote` is the key of the robot's message."""

    at: datetime
    person: str
    conversation: str
    words: str
    mentions_robot: bool = False
    is_voice: bool = False
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message of the robot's: `send_key` is "" where DingTalk gives none, which is for replies by webhook."""

    at: datetime
    message: Outbound
    send_key: str = ""


Line = Said | Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A message that booked nothing, and the name of the refusal or question that answered it."""

    words: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A lived month. `unread_from` says from which instant on a person has not looked into a conversation."""

    lines: tuple[Line, ...]
    began: datetime
    ended: datetime
    head: str  # the hash that the book ends with
    units: Mapping[str, Mapping[str, int]]  # by calendar month ("2026-11") and pool ("api", "stream")
    refused: tuple[Refused, ...] = ()
    unread_from: Mapping[tuple[str, str], datetime] = field(default_factory=dict[tuple[str, str], datetime])
