"""A press on a card's button: the same operation that the button's text command asks for."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain import membership, restock
from domain.documents import Number
from domain.errors import DomainError
from domain.messaging import Card, CardOf
from domain.operation import PRIVATE, AnyNeed, Asker, Draft, Facts, Operation, Question, perform
from domain.restock import RestockSubject
from handlers import document, recall
from handlers.language import Reading, Status
from handlers.messages import CardAction
from handlers.questions import memo_of


@dataclass(eq=False)
class UnknownCard(DomainError):
    """A card that is not ours, or no longer."""


@dataclass(eq=False)
class ButtonGone(DomainError):
    """The card stands at another state than when the button was shown; `subject` says which card."""

    subject: str


@dataclass(eq=False)
class NotForYou(DomainError):
    """A card pressed by somebody whom it was not shown to."""

    subject: str


def operation_for(press: CardAction) -> Operation:
    """The operation for a press. Who presses is known from the frame alone; what it means from our own record."""
    pressed = _Press(press)
    return Operation(by=pressed.by, may=None, needs=pressed.needs, decide=pressed.decide, remember=pressed.remember)


class _Press:
    def __init__(self, press: CardAction):
        self._press = press
        self.by = Asker(person=press.sender.id, chat=PRIVATE)

    def needs(self, facts: Facts) -> Iterable[AnyNeed]:
        card, last = CardOf(self._press.card), recall.place_of(self.by)
        if facts.lacking((card, last)):
            return (card, last)
        return (card, last, *self._operation(facts).needs(facts))

    def decide(self, draft: Draft) -> None:
        perform(self._operation(draft), draft)
        if self._press_number:
            recall.note_document(draft, self.by, self._press_number)

    def remember(self, question: Question) -> str:
        """A press that needs a word more goes on in the private chat: a rejection and its reason."""
        fields = {"document": self._press_number or ""}
        intent = "approval.reject" if self._press.action == "reject" else "approval.approve"
        return memo_of(Reading(status=Status.OK, intent=intent, fields=fields), question).write()

    _press_number: str | None = None

    def _operation(self, facts: Facts) -> Operation:
        """Raises UnknownCard, NotForYou."""
        card = facts[CardOf(self._press.card)]
        if card is None:
            raise UnknownCard
        if self.by.person not in facts.company.people:
            return membership.greet(by=self.by, nick=self._press.sender.nick, is_admin=False)
        if card.people and self.by.person not in card.people:
            raise NotForYou(card.subject)
        return self._meant(card)

    def _number(self, rest: str) -> Number:
        number = Number.read(rest.partition(":")[0])
        self._press_number = number
        return number

    def _meant(self, card: Card) -> Operation:
        kind, _, rest = card.subject.replace("\x1f", ":").partition(":")
        match kind, self._press.action:
            case "low", "prepare":
                if "prepare" not in card.actions:
                    raise ButtonGone(card.subject)
                return restock.prepare(_restock(card.subject), by=self.by)
            case "low", "submit":
                if "submit" not in card.actions:
                    raise ButtonGone(card.subject)
                return restock.submit(_restock(card.subject), by=self.by)
            case ("approval", "approve") | ("order", "confirm"):
                return document.approval(self._number(rest), by=self.by, pressed=_step(rest))
            case ("approval", "reject") | ("order", "cancel"):
                return document.rejection(self._number(rest), by=self.by, pressed=_step(rest))
            case _:
                raise ButtonGone(card.subject)


def _step(rest: str) -> int:
    """The step of the chain that a card is about ("SG20261123-001:2"); an order's card has none."""
    return int([*rest.split(":"), "0"][1])


def _restock(subject: str) -> RestockSubject:
    """The warning a card is about, from its name (domain.alerts)."""
    _, material, warehouse, _ = subject.split("\x1f")
    return RestockSubject(subject=subject, material=material, warehouse=warehouse)
