"""Operations: who may, what is needed, what is decided. A unit of work loads the needs, lets decide, and records."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, Final, Generic, TypeVar, cast
from zoneinfo import ZoneInfo

from domain.company import Company
from domain.documents import DocumentKind, Number
from domain.entries import Entry
from domain.errors import DomainError
from domain.permissions import Action, NotAllowed, Permit, check, known, may

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# A day's serial has three digits or more; a series that runs away is a fault, not a number.
SERIAL_MAX: Final = 999_999


class Need(Generic[T_co]):
    """The name of one fact of type T that can be loaded and, for most, saved. Subclasses are small frozen dataclasses.

    A derived fact is computed from many rows; `follows` names what it is computed from: kinds of documents, or other
    needs by the name of their class. It is forgotten as soon as an operation of the unit touches one of these, and
    loaded anew for the next that asks. A fact that follows nothing is a row of its own, and always right in memory.
    """

    __slots__ = ()
    follows: ClassVar[frozenset[str]] = frozenset()

    @property
    def topics(self) -> frozenset[str]:
        """What is touched when this fact changes."""
        return frozenset({type(self).__name__})


# What derived facts follow: documents and entries of these kinds, and the journal as a whole.
ORDERS: Final = DocumentKind.PURCHASE_ORDER.value
REQUISITIONS: Final = DocumentKind.REQUISITION.value
RECEIPTS: Final = DocumentKind.RECEIPT.value
ISSUES: Final = DocumentKind.ISSUE.value
REVERSALS: Final = DocumentKind.REVERSAL.value
JOURNAL: Final = "journal"
COMPANY: Final = "company"


AnyNeed = Need[object]


class NotLoaded(Exception):
    """A decision read a fact that its operation did not say it needs: a fault of ours, never of a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOf(Need[int]):
    """The last serial given to a kind of document on a day."""

    kind: DocumentKind
    day: date


# What a private chat with the robot is called where conversations are told apart: every person has one.
PRIVATE: Final = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks and where the answer goes. `chat` is the conversation id, PRIVATE, or empty for a job."""

    person: str
    chat: str = ""

    @property
    def is_alone(self) -> bool:
        """Whether nobody else reads the answer: money is told only then."""
        return self.chat == PRIVATE


def sees_cost(by: Asker, company: Company, *, project: str | None) -> bool:
    """Whether an answer may carry cost and price: whoever asks has the right, and nobody else reads it."""
    return by.is_alone and may(known(company, by.person), Action.SEE_COST, project=project)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToAsker:
    """The answer to the message itself, in the chat it came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPeople:
    """In private, to these person ids."""

    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToGroup:
    """Into a project's groups."""

    project: str


Audience = ToAsker | ToPeople | ToGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell somebody. `what` is an event or an error; its class names its template."""

    to: Audience
    what: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One line of the audit log: who tried what, and what the book said."""

    person: str
    action: str
    project: str
    reason: str
    at: datetime


class Facts:
    """What one unit has loaded, together with what its earlier operations changed."""

    def __init__(self, *, company: Company, now: datetime, zone: ZoneInfo, known: dict[AnyNeed, object] | None = None):
        self.company: Company = company
        self.now = now
        self.zone = zone
        self._known: dict[AnyNeed, object] = known if known is not None else {}

    @property
    def today(self) -> date:
        """The company's local day."""
        return self.now.astimezone(self.zone).date()

    def __contains__(self, need: object) -> bool:
        return need in self._known

    def __getitem__(self, need: Need[T]) -> T:
        try:
            return cast(T, self._known[cast(AnyNeed, need)])
        except KeyError:
            raise NotLoaded(repr(need)) from None

    def learn(self, found: Iterable[tuple[AnyNeed, object]]) -> None:
        """Take in what storage loaded."""
        self._known.update(found)

    def forget(self, needs: Iterable[AnyNeed]) -> None:
        """Let these be loaded anew: something changed what they say."""
        for need in needs:
            self._known.pop(need, None)

    def lacking(self, needs: Iterable[AnyNeed]) -> frozenset[AnyNeed]:
        return frozenset(n for n in needs if n not in self._known)

    def absorb(self, draft: "Draft") -> None:
        """Let the next operation of the unit see what this one changed."""
        touched = draft.touched
        for need in [n for n in self._known if not touched.isdisjoint(n.follows)]:
            del self._known[need]
        self._known.update(draft.changed)
        self.company = draft.company

    def copy(self) -> "Facts":
        return Facts(company=self.company, now=self.now, zone=self.zone, known=dict(self._known))


class Draft(Facts):
    """One operation's work in progress: reads fall through to the facts, writes stay here until it has decided."""

    def __init__(self, facts: Facts):
        super().__init__(company=facts.company, now=facts.now, zone=facts.zone)
        self._facts = facts
        self.changed: dict[AnyNeed, object] = {}
        self.entries: list[Entry] = []
        self.notices: list[Notice] = []
        self.refusals: list[Refusal] = []

    def __contains__(self, need: object) -> bool:
        return need in self.changed or need in self._facts

    def __getitem__(self, need: Need[T]) -> T:
        key = cast(AnyNeed, need)
        return cast(T, self.changed[key]) if key in self.changed else self._facts[need]

    def __setitem__(self, need: Need[T], value: T) -> None:
        self.changed[cast(AnyNeed, need)] = value

    @property
    def company_changed(self) -> bool:
        return self.company is not self._facts.company

    @property
    def touched(self) -> frozenset[str]:
        """What this operation changed, in the words that derived facts follow."""
        topics = set[str]().union(*(need.topics for need in self.changed))
        for entry in self.entries:
            topics |= {JOURNAL, entry.kind.value}
        return frozenset(topics | {COMPANY} if self.company_changed else topics)

    def number(self, kind: DocumentKind) -> Number:
        """The next number of this kind today; needs SeriesOf(kind, today)."""
        series = SeriesOf(kind=kind, day=self.today)
        serial = self[series] + 1
        if serial > SERIAL_MAX:
            raise OverflowError(f"{kind}: more than {SERIAL_MAX} documents in a day")
        self[series] = serial
        return Number.of(kind, self.today, serial)

    def record(self, entry: Entry) -> None:
        """Add an entry to the journal; its place in the chain is given when the unit is recorded."""
        self.entries.append(entry)

    def answer(self, what: object) -> None:
        self.notices.append(Notice(to=ToAsker(), what=what))

    def tell(self, to: Audience, what: object) -> None:
        self.notices.append(Notice(to=to, what=what))


@dataclass(eq=False)
class Question(DomainError):
    """Something a person must say first. `asks` are the paths of the reading that are missing."""

    asks: tuple[str, ...] = field(default=(), kw_only=True)
    choices: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), kw_only=True)


def _nothing(_facts: Facts) -> Iterable[AnyNeed]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is to be done, as data.

    `needs` names the facts it wants, given those already there; it is asked again until it wants nothing new.
    `decide` is synchronous and pure but for the draft it is handed: it writes entries, changed facts and notices
    there, or raises a DomainError, and then nothing of the draft counts.
    `remember` turns a question into what the dialogue keeps, so that the next message can answer it.
    `settle` changes what is remembered of talk even where the operation is refused.
    """

    by: Asker
    may: Permit | None
    decide: Callable[[Draft], None]
    needs: Callable[[Facts], Iterable[AnyNeed]] = _nothing
    remember: Callable[[Question], str] | None = None
    settle: Callable[[Draft], None] | None = None


def carry_out(operation: Operation, facts: Facts) -> Draft:
    """Check the right against today's table and decide. Raises DomainError; then nothing has happened."""
    draft = Draft(facts)
    perform(operation, draft)
    return draft


def perform(operation: Operation, draft: Draft) -> None:
    """Check the right and decide in a draft that is there already: for an operation that is part of another."""
    if operation.may is not None:
        check(operation.may, draft.company)
    operation.decide(draft)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """An open question to one person in one chat: the reading so far, as the language module wrote it."""

    memo: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueOf(Need[Dialogue | None]):
    person: str
    chat: str


DIALOGUE_LASTS: Final = timedelta(minutes=10)


def refuse(operation: Operation, facts: Facts, error: DomainError) -> Draft:
    """What is recorded of a refusal: the answer, the open question if it is one, the audit line for a missing right."""
    draft = Draft(facts)
    draft.answer(error)
    if operation.settle is not None:
        operation.settle(draft)
    place = DialogueOf(person=operation.by.person, chat=operation.by.chat)
    if not isinstance(error, Question) and place in facts and facts[place] is not None:
        draft[place] = None  # what was asked is settled by this refusal; it must not book something later
    if isinstance(error, Question) and operation.remember is not None and operation.by.chat:
        draft[place] = Dialogue(memo=operation.remember(error), until=facts.now + DIALOGUE_LASTS)
    if isinstance(error, NotAllowed):
        draft.refusals.append(
            Refusal(
                person=operation.by.person,
                action=error.action.name,
                project=error.project or "",
                reason=type(error).__name__,
                at=facts.now,
            )
        )
    return draft
