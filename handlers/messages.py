"""The small typed messages that reach us, whatever DingTalk's JSON looks like."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ChatKind(StrEnum):
    GROUP = "group"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who wrote. `id` is the DingTalk user id, empty for people outside the organisation."""

    id: str
    nick: str = ""
    is_admin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """Where it was written. `id` is the conversation id, `webhook` the address for direct replies until it expires."""

    id: str
    kind: ChatKind
    title: str = ""
    webhook: str = ""
    webhook_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """The message replied to: the id of a person's message or the send key of one of ours, and its text if known."""

    message_id: str = ""
    send_key: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """What every message carries. `key` names it for ever, however often it is delivered."""

    key: str
    message_id: str
    sender: Sender
    chat: Chat
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(ChatMessage):
    text: str
    quoted: Quoted | None = None
    mentioned: tuple[str, ...] = ()  # user ids of colleagues, without the robot


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(ChatMessage):
    """One or more pictures, each by its download code, with the text around them."""

    download_codes: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File(ChatMessage):
    name: str
    download_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned(ChatMessage):
    """A Picture that was looked at: the texts of the codes in it, and the words around it. A code's text is data."""

    codes: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text; or in `spoiled` why it has none that can be trusted: formula, cell_error, inexact_number."""

    text: str
    spoiled: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(ChatMessage):
    """A File that was opened: the titles of its sheets, and the rows of the first that says anything."""

    name: str
    titles: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


class Trouble(StrEnum):
    """Why a picture or a file was not opened."""

    GONE = "gone"  # its download code or its address has run out
    TOO_LARGE = "too_large"
    NO_QUOTA = "no_quota"  # DingTalk's monthly calls are used up
    NOT_PERMITTED = "not_permitted"  # the application may not fetch it
    OUT_OF_REACH = "out_of_reach"  # given up after several tries
    TOO_MANY = "too_many"  # pictures in one message
    NOT_PICTURE = "not_picture"
    TOO_MANY_PIXELS = "too_many_pixels"
    OTHER_KIND = "other_kind"  # neither .xlsx nor .csv
    OLD_WORKBOOK = "old_workbook"  # .xls
    NOT_WORKBOOK = "not_workbook"
    TOO_COSTLY = "too_costly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unopened(ChatMessage):
    """A picture or a file that could not be opened; `kind` says which of them."""

    kind: str
    trouble: Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice(ChatMessage):
    """Speech, already recognised by DingTalk; `text` may be empty."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(ChatMessage):
    """A kind of message that robots cannot read (video, forwarded chat, …)."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaGone(ChatMessage):
    """DingTalk says that the month's message quota is used up; there is no text."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAction:
    """A press on a card's button. `card` is the id we gave the card, `action` the button's own word."""

    key: str
    sender: Sender
    card: str
    action: str
    nonce: str = ""
    form: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in the organisation; `data` is DingTalk's JSON text."""

    key: str
    kind: str
    data: str


Message = Text | Picture | File | Scanned | Listed | Unopened | Voice | Unreadable | QuotaGone | CardAction | Event
