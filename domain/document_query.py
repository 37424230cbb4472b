"""到哪了: where a document stands. Prices only to those who may see cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from domain.approval import Approval, ApprovalOf
from domain.documents import Document
from domain.operation import AnyNeed, Asker, Draft, Facts, Need, Operation, sees_cost
from domain.permissions import Action, Permit, check, known
from domain.records import DocumentOf, document


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentShown:
    document: Document
    approval: Approval | None
    with_cost: bool


@dataclass(frozen=True, slots=True)
class WaitingFor(Need[tuple[str, ...]]):
    """Numbers of the documents that wait for a person's decision, oldest first."""

    follows: ClassVar[frozenset[str]] = frozenset({"ApprovalOf"})
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingList:
    """What waits for the asker, oldest first."""

    documents: tuple[Document, ...]


def show(number: str, *, by: Asker) -> Operation:
    """Where does a document stand? Raises NoSuchDocument, NotAllowed."""
    return Operation(
        by=by,
        may=None,
        needs=lambda _facts: (DocumentOf(number), ApprovalOf(number)),
        decide=partial(_show, number, by),
    )


def _show(number: str, by: Asker, draft: Draft) -> None:
    paper = document(draft, number)
    check(Permit(by=by.person, action=Action.SEE_DOCUMENT, project=paper.project or None), draft.company)
    with_cost = sees_cost(by, draft.company, project=paper.project or None)
    draft.answer(DocumentShown(document=paper, approval=draft[ApprovalOf(number)], with_cost=with_cost))


def waiting(*, by: Asker) -> Operation:
    """What waits for me?"""
    need = WaitingFor(by.person)
    return Operation(
        by=by,
        may=None,
        needs=partial(_waiting_needs, need),
        decide=partial(_waiting, need),
    )


def _waiting_needs(need: WaitingFor, facts: Facts) -> Iterable[AnyNeed]:
    if facts.lacking((need,)):
        return (need,)
    return (need, *(DocumentOf(number) for number in facts[need]))


def _waiting(need: WaitingFor, draft: Draft) -> None:
    known(draft.company, need.person)
    draft.answer(WaitingList(documents=tuple(document(draft, number) for number in draft[need])))
