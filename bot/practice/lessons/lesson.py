"""What a lesson is: who it is for, and its steps, each an instruction and a check."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.practice.lessons.advice import advice_on
from bot.practice.lessons.checks import Check, Sight
from bot.practice.lessons.deeds import Asked, Booked, Deed, booked, order_from
from bot.practice.lessons.scene import Reader, Scene, Stock
from bot.practice.lessons.verdict import Done, NotYet, Verdict, Wrong
from domain.company import Company, Person, Role
from domain.documents import Act, DocumentKind


class Where(StrEnum):
    """In which conversation a step is done."""

    GROUP = "group"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do. `say` is the sentence that does it, "" where none does.

    `moves_clock` offers the button for the clock, `shows_label` the one for the labels to photograph.
    """

    do: str
    say: str = ""
    hint: str = ""
    where: Where = Where.GROUP
    moves_clock: bool = False
    shows_label: bool = False
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class CoAct:
    """What a colleague does first, said like any message; it counts once it stands in the book.

    `keep` names the document for the steps, "" where it is known already: then it is `number`.
    """

    person: Person
    words: str
    tells: str
    kind: DocumentKind
    act: Act
    keep: str = ""
    number: str = ""

    def judge(self, deeds: Sequence[Deed], sight: Sight) -> Verdict:
        """Done when the book has it; Wrong where the robot did not take it."""
        for one in booked(deeds):
            if self._is_it(one):
                keeps = {self.keep: one.number} if self.keep else {}
                order = order_from(one.number, deeds)
                return Done(said=self.tells, keeps={**keeps, "order": order} if order else keeps)
        for deed in deeds:
            if isinstance(deed, Asked) and deed.person == self.person.id and self._is_refused(deed, sight):
                return Wrong(why=f"{self.person.name}的“{self.words}”没有办成。点“再来一次”。", lost=True)
        return NotYet(note=f"{self.tells}…")

    def _is_it(self, one: Booked) -> bool:
        named = self.number in ("", one.number)
        return named and one.by == self.person.id and one.kind is self.kind and one.act is self.act

    def _is_refused(self, deed: Asked, sight: Sight) -> bool:
        return not deed.answers or any(advice_on(answer, sight.wanted) is not None for answer in deed.answers)


Kept = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A step before its document numbers are known. `round` counts preparations: no sentence is said twice.

    `uses` are the documents that earlier steps have to have left; without them the lesson goes back there.
    """

    make: Callable[[Scene, Kept], Step]
    before: Callable[[Scene, Kept, int], Sequence[CoAct]] = lambda _scene, _kept, _round: ()
    uses: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """`learned` is said at the end. `set_up` raises Lacking where the company has not what the lesson needs."""

    id: str
    title: str
    about: str
    roles: tuple[Role, ...]
    learned: str
    set_up: Callable[[Company, Person, Stock, Reader], Scene]
    plans: tuple[Plan, ...] = field(repr=False)

    def is_for(self, person: Person) -> bool:
        """Whether one of the person's roles is the lesson's, anywhere."""
        return any(grant.role in self.roles for grant in person.grants)
