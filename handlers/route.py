"""Every message that reaches us, and the operation that answers it."""

from dataclasses import dataclass

from domain.errors import DomainError
from domain.operation import PRIVATE, Asker, Operation
from handlers import picture, press, talk, workbook
from handlers.messages import (
    CardAction,
    ChatKind,
    ChatMessage,
    Event,
    File,
    Listed,
    Message,
    Picture,
    QuotaGone,
    Scanned,
    Text,
    Unopened,
    Unreadable,
    Voice,
)
from handlers.talk import Catalogues


@dataclass(eq=False)
class CannotReadThat(DomainError):
    """A kind of message that this version does nothing with; `kind` names it."""

    kind: str


@dataclass(eq=False)
class CannotOpen(DomainError):
    """A picture or a file that could not be fetched or read: `kind` says which of them, `trouble` why."""

    kind: str
    trouble: str


@dataclass(eq=False)
class HeardNothing(DomainError):
    """A voice message in which DingTalk recognised no words."""


@dataclass(eq=False)
class TooFast(DomainError):
    """One more message of somebody who has too many under way; nothing of it is done."""


def operation_for(message: Message, catalogues: Catalogues) -> Operation | None:
    """The operation, or None for what needs no answer."""
    match message:
        case Text():
            return talk.operation_for(message, catalogues)
        case Voice():
            return (
                talk.operation_for(message, catalogues) if message.text.strip() else _refusal(message, HeardNothing())
            )
        case CardAction():
            return press.operation_for(message)
        case Scanned():
            return picture.operation_for(message, catalogues)
        case Listed():
            return workbook.operation_for(message, catalogues)
        case Unopened():
            return cannot_open(message)
        case Picture() | File():  # not opened, because the book did not know its sender
            return talk.unknown_sender(message, catalogues)
        case Unreadable():
            return _refusal(message, CannotReadThat(message.kind))
        case QuotaGone() | Event():
            return None


def cannot_open(message: Unopened) -> Operation:
    """The sentence that says what to do instead."""
    return _refusal(message, CannotOpen(message.kind, message.trouble.value))


def too_fast(message: ChatMessage | CardAction) -> Operation:
    """Nothing is done and nothing read; the key is finished with a refusal."""
    return _refusal(message, TooFast())


def _refusal(message: ChatMessage | CardAction, error: DomainError) -> Operation:
    def decide(_draft: object) -> None:
        raise error

    chat = PRIVATE
    if isinstance(message, ChatMessage) and message.chat.kind is ChatKind.GROUP:
        chat = message.chat.id
    return Operation(by=Asker(person=message.sender.id, chat=chat), may=None, decide=decide)
