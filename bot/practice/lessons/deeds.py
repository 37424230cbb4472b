"""What really happened: entries in the book, what people asked and was answered, what the robot told unasked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.practice.lessons.facts import Facts
from domain.documents import Act, DocumentKind
from domain.values import Price, Quantity

PRIVATE: Final = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedLine:
    """One line of an entry: `entered` as it was typed, `quantity` in the base unit, `price` per entered unit."""

    material: str
    entered: Quantity
    quantity: Quantity
    price: Price | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A journal entry. `by` is a person id; `source` the document it came from, `reverses` the one it takes back."""

    number: str
    kind: DocumentKind
    act: Act
    by: str
    project: str = ""
    stage: str = ""
    team: str = ""
    recipient: str = ""
    supplier: str = ""
    reason: str = ""
    reverses: str = ""
    source: str = ""
    lines: tuple[BookedLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the robot: the name of the event or refusal it tells, and the facts it was written from."""

    event: str
    number: str = ""
    facts: Facts = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something a person said, showed or pressed, with all that the robot answered; no answer is silence.

    `chat` is a group's conversation or PRIVATE; a press has no words. `is_heard` is false for what was said in a group
    without mentioning the robot.
    """

    person: str
    chat: str
    words: str = ""
    is_picture: bool = False
    is_press: bool = False
    is_heard: bool = True
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something the robot said into a group unasked.

    `chain_holds`: a digest's head is the book's; None: no digest. `documents`: the receipts and issues of its day.
    """

    event: str
    conversation: str
    facts: Facts = field(default_factory=dict[str, object])
    chain_holds: bool | None = None
    documents: int = 0


Deed = Booked | Asked | Told


def booked(deeds: Sequence[Deed]) -> list[Booked]:
    """The entries among them."""
    return [deed for deed in deeds if isinstance(deed, Booked)]


def taken_back(deeds: Sequence[Deed]) -> dict[str, Booked]:
    """Which documents were undone, withdrawn or called off, and by which entry."""
    found = dict[str, Booked]()
    for deed in booked(deeds):
        if deed.kind is DocumentKind.REVERSAL:
            found[deed.reverses] = deed
        elif deed.act in (Act.WITHDRAW, Act.CANCEL):
            found[deed.number] = deed
    return found


def order_from(requisition: str, deeds: Sequence[Deed]) -> str:
    """The purchase order that grew out of a requisition, "" where there is none yet."""
    grown = (d.number for d in booked(deeds) if d.kind is DocumentKind.PURCHASE_ORDER and d.source == requisition)
    return next(grown, "")
