"""A message in words: read it in its context, and find the one operation it asks for."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from domain import membership
from domain.company import Company
from domain.documents import PREFIXES
from domain.errors import DomainError
from domain.messaging import SentAs
from domain.naming import Meant
from domain.operation import PRIVATE, AnyNeed, Asker, Dialogue, DialogueOf, Draft, Facts, Operation, Question, perform
from domain.permissions import Action, Permit, check, may
from domain.records import Booked, BookedBy
from domain.repeat import REPEAT_WITHIN
from handlers import (
    administration,
    digest,
    document,
    helping,
    issue,
    listing,
    naming,
    pointing,
    purchase_order,
    recall,
    receipt,
    reporting,
    requisition,
    stock,
)
from handlers.ask import Ask
from handlers.language import Catalogue, Context, Reading, Status, read
from handlers.language.verbs import LINE_INTENTS
from handlers.list_columns import ColumnsUnused, filled, unused
from handlers.messages import ChatKind, ChatMessage, Text, Voice
from handlers.nearby import is_guess, with_guesses, without_guesses
from handlers.numbers_in_text import first_number
from handlers.pointing import Pointed
from handlers.questions import (
    NO,
    NONE_OF_THESE,
    YES,
    Memo,
    Unclear,
    answered,
    asked_again,
    memo_of,
    plain_words,
    which_one,
)
from handlers.recall import Exchange

INTENTS: Final[Mapping[str, Callable[[Ask], Operation]]] = {
    "requisition.create": requisition.submit,
    "purchase_order.create": purchase_order.place,
    "receipt.create": receipt.book,
    "issue.create": issue.book,
    "stock.query": stock.ask_stock,
    "alert.query": stock.ask_low,
    "approval.list": document.waiting,
    "approval.approve": document.approve,
    "approval.reject": document.reject,
    "document.status": document.show,
    "document.cancel": document.cancel,
    "digest.query": digest.show,
}


@dataclass(eq=False)
class NotYet(DomainError):
    """Understood, but this version does not do it."""

    intent: str


@dataclass(eq=False)
class TwoThings(DomainError):
    """One message asks for two things; nothing of it is done."""

    intents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """One short, helpful line: in a group at most once a person in ten minutes, in private always.

    `act`: what its example does, of what the person may do anywhere: issue, request, or "" for neither.
    """

    act: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueEnded:
    """算了: the open question is dropped."""


# So many answers that say nothing are asked about again; then the question is dropped.
TRIES_MAX: Final = 2
_OWN_TEAM: Final = re.compile(r"(?:我们|咱们|本|我)班组?(?!长|里|前|后)")


class Catalogues:
    """The index of names for a snapshot of the company, built once and brought up to date with every later one."""

    def __init__(self) -> None:
        self._built: tuple[Company, Catalogue] | None = None

    def of(self, company: Company) -> Catalogue:
        if self._built is None:
            self._built = (company, Catalogue.of(company.as_spoken()))
        elif self._built[0] is not company:
            self._built = (company, self._built[1].updated(company.as_spoken()))
        return self._built[1]


def operation_for(message: Text | Voice, catalogues: Catalogues) -> Operation:
    """The operation for a message. It reads the text once the facts that the reading depends on are there."""
    return Talk(message, message.text, catalogues).operation()


def unknown_sender(message: ChatMessage, catalogues: Catalogues) -> Operation:
    """Somebody whom the book does not know; who became known this moment is taken for someone who says nothing."""
    return Talk(message, "", catalogues).operation()


def asker(message: ChatMessage) -> Asker:
    chat = message.chat.id if message.chat.kind is ChatKind.GROUP else PRIVATE
    return Asker(person=message.sender.id, chat=chat)


class Talk:
    """One message while its unit runs: what it means depends on facts that are loaded first."""

    def __init__(self, message: ChatMessage, text: str, catalogues: Catalogues):
        self.by = asker(message)
        self._message = message
        self._text = text.strip()
        self._catalogues = catalogues
        self._pointed: Pointed | None = None  # what the reading leans on beside the words
        self._kept: Memo | None = None  # what a question keeps that was asked about no reading
        self._meant: tuple[tuple[object, ...], Operation] | None = None
        self._reading: Reading | None = None
        self._memo: Memo | None = None  # the question that was open when the message came
        self._said, self._again = "", False
        self._unused: tuple[str, ...] = ()  # columns of a list of which nothing is made
        self._named: tuple[Meant, ...] = ()  # words, and what was chosen for them on the way to this reading

    def operation(self) -> Operation:
        return Operation(
            by=self.by,
            may=None,
            needs=self.needs,
            decide=self.decide,
            remember=self.remember,
            settle=self.settle,
        )

    @property
    def _dialogue(self) -> DialogueOf:
        return DialogueOf(person=self.by.person, chat=self.by.chat)

    @property
    def _quoted(self) -> SentAs | None:
        quoted = self._message.quoted if isinstance(self._message, Text) else None
        return SentAs(quoted.send_key) if quoted and quoted.send_key else None

    def _context_needs(self) -> tuple[AnyNeed, ...]:
        quoted = (self._quoted,) if self._quoted else ()
        offered = (naming.place_of(self.by),) if naming.is_asked(self._text) else ()
        return (self._dialogue, pointing.place_of(self.by), recall.place_of(self.by), *offered, *quoted)

    def needs(self, facts: Facts) -> Iterable[AnyNeed]:
        context = self._context_needs()
        if facts.lacking(context):
            return context
        return (*context, *self._operation(facts).needs(facts))

    def decide(self, draft: Draft) -> None:
        operation = self._operation(draft)
        if draft[self._dialogue] is not None:
            draft[self._dialogue] = None
        perform(operation, draft)
        self.settle(draft, is_done=True)
        catalogue = self._catalogues.of(draft.company)
        naming.offer(naming.offered(self._named, draft, catalogue, self.by), self.by, draft)

    def settle(self, draft: Draft, *, is_done: bool = False) -> None:
        """What was pointed at is over once it was booked, or once the talk is of another thing."""
        self._recall(draft)
        if self._unused:
            draft.answer(ColumnsUnused(columns=self._unused))
        place, reading = pointing.place_of(self.by), self._reading
        if reading is None or place not in draft or draft[place] is None:
            return
        speaks_of_another = bool(_names(reading)) and self._pointed is None
        if speaks_of_another or (is_done and reading.intent in LINE_INTENTS):
            draft[place] = None

    def _recall(self, draft: Draft) -> None:
        """Remember what was said and how it was read, for 那张单 and for 不对."""
        if self._reading is None or recall.place_of(self.by) not in draft:
            return
        context = self._context(draft, self._memo, self._pointed or Pointed())
        exchange = Exchange(
            key=self._message.key,
            message_id=self._message.message_id,
            text=self._text[: recall.TEXT_MAX],
            context=recall.context_json(context),
            reading=recall.bounded(self._reading),
            at=draft.now,
        )
        named = self._reading.fields.get("document", "")
        recall.note(draft, self.by, exchange, named=named if isinstance(named, str) else "")

    def remember(self, question: Question) -> str:
        """Keep the reading with what the question asks for."""
        if self._kept is not None:
            return self._kept.write()
        reading = self._reading or Reading(status=Status.UNKNOWN)
        memo = memo_of(reading, question, said=self._said, again=self._again)
        return replace(memo, meant=self._named).write()

    def _operation(self, facts: Facts) -> Operation:
        """What the message asks for; worked out again only when the company or the open question changed."""
        places = (self._dialogue, pointing.place_of(self.by), recall.place_of(self.by))
        stamp = (facts.company, *(facts[place] for place in places))
        if self._meant is None or any(a is not b for a, b in zip(self._meant[0], stamp, strict=True)):
            self._meant = (stamp, self._understand(facts))
        return self._meant[1]

    def _understand(self, facts: Facts) -> Operation:
        if self.by.person not in facts.company.people:
            sender = self._message.sender
            return membership.greet(by=self.by, nick=sender.nick, is_admin=sender.is_admin)
        self._pointed, self._kept, self._named, self._memo, self._reading = None, None, (), None, None
        self._unused = ()
        return self._meaning(facts)

    def _meaning(self, facts: Facts) -> Operation:
        """What somebody whom the book knows asks for."""
        command = administration.operation_for(self._message, self._text, self.by, facts.company)
        if command is None:
            catalogue = self._catalogues.of(facts.company)
            command = naming.operation_for(self._text, self.by, facts, catalogue, partial(self._materials, facts))
        if command is not None:
            return command
        dialogue = facts[self._dialogue]
        memo = Memo.read(dialogue) if is_open(dialogue, facts) and dialogue else None
        self._memo, plain = memo, plain_words(self._text)
        if memo is not None and plain in NONE_OF_THESE and any(is_guess(memo.reading, path) for path in memo.asks):
            return self._do(without_guesses(memo.reading), facts, said=memo.said, again=memo.again, guesses=False)
        if memo is not None and plain in NO:
            return self._answer(DialogueEnded())
        if memo is not None and memo.wants_yes and plain in YES:
            meant = replace(memo.reading, status=Status.OK, missing=())
            again, price = memo.again or not memo.wants_price, memo.wants_price
            return self._do(meant, facts, said=memo.said, again=again, price_meant=price)
        if reporting.is_report(self._text):
            return self._answer(DialogueEnded()) if memo is not None and memo.wants_yes else self._report(facts)
        if memo is not None and listing.is_asked(memo):
            return self._for_sheet(facts, memo)
        return self._read(facts, memo)

    def _report(self, facts: Facts) -> Operation:
        """What was misread: the message that is quoted, else the last one. Raises NothingToReport."""
        remembered = recall.recalled(facts, self.by)
        quoted = self._message.quoted if isinstance(self._message, Text) else None
        found = None
        if quoted is not None:
            number = facts[self._quoted] if self._quoted else None
            number = number or first_number(quoted.text, PREFIXES.values())
            found = remembered.quoted(message_id=quoted.message_id, number=number, text=quoted.text)
        return reporting.report(found or remembered.latest(facts.now), self._text, by=self.by)

    def _for_sheet(self, facts: Facts, memo: Memo) -> Operation:
        """What is to be done with a list that was sent: a choice, or words that name no thing themselves."""
        words = self._reading_of(facts, None, text=listing.words_of(self._text), pointed=listing.pointed(memo))
        told = listing.told(words, memo, facts.company)
        if told is not None:
            return self._do_list(told, memo, facts)
        if words.status is Status.UNKNOWN:
            self._kept = memo
            raise listing.question_of(memo)
        return self._read(facts, None)

    def _with_columns(self, reading: Reading, facts: Facts) -> Reading:
        """The reading with what the columns of a pasted table say for all its lines. Raises what `filled` raises."""
        if reading.intent not in LINE_INTENTS or "\n" not in self._text:
            return reading
        columns, headings = listing.pasted_columns(self._text)
        self._unused = (*unused(reading.intent, columns, ()), *headings)
        return filled(reading, columns, facts.company)

    def _do_list(self, told: Reading, memo: Memo, facts: Facts) -> Operation:
        """A list whose purpose is clear; what it holds beyond that is named."""
        self._unused = (*unused(told.intent, memo.choices, told.lines), *self._unused)
        return self._do(told, facts, said=f"{memo.said}:{told.intent}")

    def _read(self, facts: Facts, memo: Memo | None) -> Operation:
        """The words by themselves first: a message of its own is never swallowed as the answer to an open question."""
        if (memo is None or memo.wants_yes) and (found := self._about_pointed(facts)) is not None:
            return found
        if memo is not None and memo.wants_price and (priced := answered(memo, self._text, facts.company)) is not None:
            return self._do(priced, facts, said=memo.said, again=memo.again)
        alone = self._with_columns(self._reading_of(facts, None), facts)
        if memo is not None and memo.wants_yes and alone.status is Status.UNKNOWN and memo.tries < TRIES_MAX:
            return self._ask_again(memo, facts)
        if memo is None and alone.status is Status.UNKNOWN and reporting.with_more(self._text):
            return self._report(facts)
        if memo is None or memo.wants_yes or _stands_alone(alone, memo):
            return self._do(alone, facts, said=said_digest(self._text, self.by))
        complete = answered(memo, self._spoken(facts.company), facts.company)
        reading = complete if complete is not None else self._reading_of(facts, memo)
        says_nothing = reading.status is Status.UNKNOWN or reading == memo.reading
        if says_nothing and memo.tries < TRIES_MAX:
            return self._ask_again(memo, facts)
        if reading == alone:
            return self._do(alone, facts, said=said_digest(self._text, self.by))
        self._named = tuple(dict.fromkeys((*memo.meant, *naming.meant_by(memo.reading, reading))))
        return self._do(reading, facts, said=memo.said, again=memo.again)

    def _ask_again(self, memo: Memo, facts: Facts) -> Operation:
        """Words that answer nothing leave the question open, and what was understood before. Raises the question."""
        question = asked_again(memo, facts.company)
        self._kept = replace(memo, tries=memo.tries + 1)
        raise question

    def _materials(self, facts: Facts, words: str) -> Iterable[str]:
        """The materials that words name, as a question about stock would mean them."""
        reading = self._reading_of(facts, None, text=f"库存 {words}")
        return (line.material for line in reading.lines if line.material and reading.status is Status.OK)

    def _about_pointed(self, facts: Facts) -> Operation | None:
        """Words that name no thing are about what was pointed at a moment ago."""
        pointed = pointing.remembered(facts, self.by)
        if pointed is None:
            return None
        if pointed.order:
            arrived = self._reading_of(facts, None, pointed=pointed)
            if _is_receipt_of(arrived, pointed.order) and _names(arrived) <= set(pointed.materials):
                return self._do_pointed(arrived, pointed, facts)
        reading = self._reading_of(facts, None, pointed=replace(pointed, document=""))
        named = _names(reading)
        if not named or not named <= set(pointed.materials) or reading == self._reading_of(facts, None):
            return None
        return self._do_pointed(reading, pointed, facts)

    def _do_pointed(self, reading: Reading, pointed: Pointed, facts: Facts) -> Operation:
        self._pointed = pointed
        return self._do(
            pointed.with_lots(reading, facts.company), facts, said=said_digest(self._text + pointed.write(), self.by)
        )

    def _reading_of(
        self, facts: Facts, memo: Memo | None, *, text: str | None = None, pointed: Pointed | None = None
    ) -> Reading:
        return read(
            self._spoken(facts.company) if text is None else text,
            context=self._context(facts, memo, pointed or Pointed()),
            catalogue=self._catalogues.of(facts.company),
            today=facts.today,
        )

    def _spoken(self, company: Company) -> str:
        """The words, with the sender's team where they say 我们班."""
        person = company.people.get(self.by.person)
        team = (person.team if person is not None else None) or ""
        return _OWN_TEAM.sub(lambda _: team, self._text) if team else self._text

    def _context(self, facts: Facts, memo: Memo | None, pointed: Pointed) -> Context:
        quoted = self._message.quoted if isinstance(self._message, Text) else None
        number = facts[self._quoted] if self._quoted else None
        return Context(
            project=self._here(facts.company),
            sender=self.by.person,
            chat=self._message.chat.kind.value,
            quoted_document=number
            or (first_number(quoted.text, PREFIXES.values()) if quoted else None)
            or pointed.document
            or None,
            pending=memo.reading if memo and not memo.wants_yes else None,
            last_document=recall.recalled(facts, self.by).document or None,
            via="voice" if isinstance(self._message, Voice) else "text",
            mentioned=self._message.mentioned if isinstance(self._message, Text) else (),
            things=pointed.materials,
        )

    def _here(self, company: Company) -> str | None:
        """The project that the chat is about."""
        group = company.groups.get(self.by.chat)
        return group.project if group else self._own_project(company)

    def _own_project(self, company: Company) -> str | None:
        """In private: the one project of somebody who has roles in one project only."""
        person = company.people.get(self.by.person)
        if person is None or self._message.chat.kind is ChatKind.GROUP:
            return None
        projects = {grant.project for grant in person.grants}
        return projects.pop() if len(projects) == 1 else None

    def _do(
        self,
        reading: Reading,
        facts: Facts,
        *,
        said: str,
        again: bool = False,
        price_meant: bool = False,
        guesses: bool = True,
    ) -> Operation:
        """The operation for a reading. Raises Unclear, WhichOne, NotYet."""
        if reading.status is Status.UNKNOWN or reading.intent is None:
            if self._text.rstrip("。！!~～ ") in _GREETINGS:
                return self._help(facts, reading)
            reading = self._looked_up(facts) or reading
        if guesses and reading.intent in LINE_INTENTS:
            reading = with_guesses(reading, facts.company)
        self._reading, self._said, self._again = reading, said, again
        if "intent" in reading.candidates:
            raise TwoThings(reading.candidates["intent"])
        if reading.status is Status.UNKNOWN or reading.intent is None:
            return self._not_understood()
        if reading.intent == "dialogue.cancel":
            return self._answer(DialogueEnded())
        if reading.intent == "help":
            return self._help(facts, reading)
        self._check(reading, facts)
        if reading.status is Status.AMBIGUOUS:
            raise which_one(reading, facts.company, text=self._text)
        if reading.status is Status.INCOMPLETE:
            raise Unclear(reading, text=self._text, asks=reading.missing)
        handler = INTENTS.get(reading.intent)
        if handler is None:
            raise NotYet(reading.intent)
        return handler(
            Ask(
                reading=reading,
                by=self.by,
                company=facts.company,
                today=facts.today,
                said=said,
                again=again,
                price_meant=price_meant,
            )
        )

    def _check(self, reading: Reading, facts: Facts) -> None:
        """Whoever may not do it at all is told so before anything is asked. Raises NotAllowed, UnknownPerson."""
        action, project = _ACTIONS.get(reading.intent or ""), reading.fields.get("project")
        if action is not None and isinstance(project, str) and project in facts.company.projects:
            check(Permit(by=self.by.person, action=action, project=project), facts.company)

    def _looked_up(self, facts: Facts) -> Reading | None:
        """The bare name of a material asks what lies there: to look does no harm, and silence helps nobody."""
        names = (name for m in facts.company.materials.values() for name in (m.label, *m.aliases))
        if len(self._text) < _NAME_MIN or not any(self._text in name for name in names):
            return None
        reading = self._reading_of(facts, None, text=f"{_LOOK_UP} {self._text}")
        return reading if reading.status is Status.OK and reading.lines else None

    def _answer(self, what: object) -> Operation:
        return Operation(by=self.by, may=None, decide=lambda draft: draft.answer(what))

    def _not_understood(self) -> Operation:
        if self.by.is_alone:  # whoever writes to us alone means us, and takes silence for a fault
            return Operation(by=self.by, may=None, decide=lambda draft: draft.answer(_not_understood(draft, self.by)))
        mark = BookedBy(person=self.by.person, said=_HELPED)
        return Operation(by=self.by, may=None, needs=lambda _facts: (mark,), decide=partial(_help_once, mark, self.by))

    def _help(self, facts: Facts, reading: Reading) -> Operation:
        project = reading.fields.get("project") or self._here(facts.company) or ""
        return helping.help_for(
            by=self.by, project=project if isinstance(project, str) else "", names=partial(self._is_named, facts)
        )

    def _is_named(self, facts: Facts, words: str, code: str) -> bool:
        """Whether words in a command mean this material and no other."""
        reading = self._reading_of(facts, None, text=f"申购 {words} 1")
        return [line.material for line in reading.lines] == [code] and reading.status is Status.OK


# What people write first to see whether anybody is there.
_GREETINGS: Final = frozenset({"你好", "您好", "在吗", "在么", "在不在", "有人吗", "hi", "hello", "Hi", "Hello"})
_LOOK_UP: Final = "库存"
_NAME_MIN: Final = 2  # characters; one is chatter as often as a name

# What a person must be allowed to do; the operation itself checks it again.
_ACTIONS: Final = {
    "requisition.create": Action.REQUEST,
    "purchase_order.create": Action.ORDER,
    "receipt.create": Action.RECEIVE,
    "issue.create": Action.ISSUE,
}
# The mark that remembers when a person last got the helpful line; no text has this digest.
_HELPED: Final = "help"


def _help_once(mark: BookedBy, by: Asker, draft: Draft) -> None:
    before = draft[mark]
    if before is None or draft.now - before.at >= REPEAT_WITHIN:
        draft[mark] = Booked(number="", at=draft.now)
        draft.answer(_not_understood(draft, by))


def _not_understood(draft: Draft, by: Asker) -> NotUnderstood:
    person = draft.company.people.get(by.person)
    projects = {grant.project for grant in person.grants} if person is not None else set[str | None]()
    able = ((Action.ISSUE, "issue"), (Action.REQUEST, "request"))
    acts = (act for action, act in able if person and any(may(person, action, project=p) for p in projects))
    return NotUnderstood(act=next(acts, ""))


def _stands_alone(reading: Reading, memo: Memo) -> bool:
    """Whether words are a message of their own: a whole command, or one that names a material or a document.

    A reason is free words, so one that only mentions stock or cost (先用库存) stays a reason.
    """
    if reading.intent is None or reading.intent == "dialogue.cancel":
        return False
    if any(line.material or line.said for line in reading.lines) or "document" in reading.fields:
        return True
    asks_reason = memo.asks == ("fields.reason",) and reading.intent.endswith((".query", ".list"))
    return reading.status is Status.OK and not asks_reason


def _names(reading: Reading) -> set[str]:
    """The materials that the lines are about, or may be."""
    open_to = {code for path, codes in reading.candidates.items() if path.endswith(".material") for code in codes}
    return open_to | {line.material for line in reading.lines if line.material}


def _is_receipt_of(reading: Reading, order: str) -> bool:
    return reading.intent == "receipt.create" and reading.fields.get("document") == order


def is_open(dialogue: Dialogue | None, facts: Facts) -> bool:
    return dialogue is not None and facts.now <= dialogue.until


def said_digest(text: str, by: Asker) -> str:
    """A digest of the words, so that the same text twice is noticed without keeping what people write."""
    plain = "".join(text.split())
    return hashlib.sha256(f"{by.chat}\n{plain}".encode("utf-8", "surrogatepass")).hexdigest()
