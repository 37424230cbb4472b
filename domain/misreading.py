"""不对: messages that the robot misread, kept in a bounded list that an administrator can export as examples."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar, Final

from domain.operation import AnyNeed, Asker, Draft, Facts, Need, Operation
from domain.permissions import Action, Permit

# Of all people together, and of one; the oldest make room, so that nobody can fill the list.
KEPT_MAX: Final = 1_000
KEPT_OF_ONE_MAX: Final = 100
SHOWN_MAX: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """A message that was misread, who says so and when; `context` and `reading` are JSON in the contract's form.

    `words` are what they said about it.
    """

    key: str
    person: str
    at: datetime
    text: str
    context: str
    reading: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class MisreadOf(Need[Misread | None]):
    """What was reported about the message with this key."""

    key: str


@dataclass(frozen=True, slots=True)
class Misreadings(Need[tuple[int, tuple[Misread, ...]]]):
    """How many there are, and the latest few."""

    follows: ClassVar[frozenset[str]] = frozenset({"MisreadOf"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MisreadNoted:
    """`number` is what the misread message booked, "" for nothing."""

    text: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MisreadList:
    count: int
    latest: tuple[Misread, ...]


def report(misread: Misread, *, booked: str, by: Asker) -> Operation:
    """Keep a misread message. The same one twice is kept once."""
    return Operation(by=by, may=None, needs=partial(_needs, misread), decide=partial(_report, misread, booked))


def _needs(misread: Misread, _facts: Facts) -> tuple[AnyNeed, ...]:
    return (MisreadOf(misread.key),)


def _report(misread: Misread, booked: str, draft: Draft) -> None:
    draft[MisreadOf(misread.key)] = misread
    draft.answer(MisreadNoted(text=misread.text, number=booked))


def listing(*, by: Asker) -> Operation:
    """误读: how many, and the latest."""
    return Operation(
        by=by,
        may=Permit(by=by.person, action=Action.ADMINISTER),
        needs=lambda _facts: (Misreadings(),),
        decide=_list,
    )


def _list(draft: Draft) -> None:
    count, latest = draft[Misreadings()]
    draft.answer(MisreadList(count=count, latest=latest))
