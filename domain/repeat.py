"""The same text twice: a person who repeats a booking within ten minutes is asked whether they mean it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.documents import Number
from domain.operation import Asker, Draft, Question
from domain.records import Booked, BookedBy

REPEAT_WITHIN: Final = timedelta(minutes=10)


@dataclass(eq=False)
class JustBooked(Question):
    """The same words booked something a moment ago; `number` is what."""

    number: str


def refuse_repeat(draft: Draft, by: Asker, said: str, *, again: bool) -> None:
    """Raise JustBooked when this person's same text was booked within ten minutes and they have not insisted."""
    if not said or again or not draft.company.settings.ask_on_repeat:
        return
    before = draft[BookedBy(person=by.person, said=said)]
    if before is not None and draft.now - before.at < REPEAT_WITHIN:
        raise JustBooked(before.number, asks=("confirm.again",))


def note_booking(draft: Draft, by: Asker, said: str, number: Number) -> None:
    """Remember that this text led to this document."""
    if said:
        draft[BookedBy(person=by.person, said=said)] = Booked(number=number, at=draft.now)
