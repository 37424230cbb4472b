"""Who belongs: the first administrator, people the book does not know, and which group is which project."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import ClassVar

from domain.company import Grant, Group, Person, Role
from domain.errors import DomainError
from domain.operation import COMPANY, AnyNeed, Asker, Draft, Facts, Need, Operation, ToPeople
from domain.permissions import Action, Permit, UnknownPerson, check
from domain.records import project


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Somebody who wrote to the robot and is not in the book."""

    id: str
    nick: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class StrangerOf(Need[Stranger | None]):
    id: str


@dataclass(frozen=True, slots=True)
class Strangers(Need[tuple[Stranger, ...]]):
    """The people the book does not know, latest first, twenty at most."""

    follows: ClassVar[frozenset[str]] = frozenset({"StrangerOf", COMPANY})


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAdministrator:
    """Told to the person who became administrator of an empty book."""

    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangerRefused:
    """The polite refusal; `ask` are the administrators' names."""

    nick: str
    ask: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangerKnocked:
    """Told to the administrators, once a person."""

    stranger: Stranger


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangerList:
    strangers: tuple[Stranger, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBound:
    group: Group
    project: str
    before: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered:
    person: Person
    role: Role
    project: str | None


@dataclass(eq=False)
class NotInAGroup(DomainError):
    """Binding only makes sense in a group."""


@dataclass(eq=False)
class NoSuchRole(DomainError):
    said: str


@dataclass(eq=False)
class NobodyOfThatName(DomainError):
    """Neither a known person nor one of those who knocked."""

    said: str


def greet(*, by: Asker, nick: str, is_admin: bool) -> Operation:
    """Meet somebody whom the book does not know: on an empty book an administrator of DingTalk becomes ours."""
    return Operation(
        by=by,
        may=None,
        needs=lambda _facts: (StrangerOf(by.person),),
        decide=partial(_greet, by, nick, is_admin),
    )


def _greet(by: Asker, nick: str, is_admin: bool, draft: Draft) -> None:
    company = draft.company
    if not by.person:
        raise UnknownPerson(nick)
    if is_admin and not company.people:
        person = Person(id=by.person, name=nick or by.person, grants=(Grant(role=Role.ADMINISTRATOR),))
        draft.company = replace(company, people={person.id: person})
        draft.answer(FirstAdministrator(person=person))
        return
    administrators = [p for p in company.people.values() if p.has(Role.ADMINISTRATOR)]
    draft.answer(StrangerRefused(nick=nick, ask=tuple(p.name for p in administrators)))
    if draft[StrangerOf(by.person)] is None:
        stranger = Stranger(id=by.person, nick=nick, seen_at=draft.now)
        draft[StrangerOf(by.person)] = stranger
        if administrators:
            draft.tell(ToPeople(people=tuple(p.id for p in administrators)), StrangerKnocked(stranger=stranger))


def strangers(*, by: Asker) -> Operation:
    """Whom does the book not know?"""
    return Operation(
        by=by,
        may=Permit(by=by.person, action=Action.ADMINISTER),
        needs=lambda _facts: (Strangers(),),
        decide=lambda draft: draft.answer(StrangerList(strangers=draft[Strangers()])),
    )


def bind(code: str, *, by: Asker, in_group: bool, title: str) -> Operation:
    """绑定项目: this group speaks for a project from now on. Raises NotInAGroup, NoSuchProject."""
    return Operation(
        by=by,
        may=None,  # a steward may bind a group to their own project, so the project has to be known first
        decide=partial(_bind, code, by, in_group, title),
    )


def _bind(code: str, by: Asker, in_group: bool, title: str, draft: Draft) -> None:
    if not in_group:
        raise NotInAGroup
    found = project(draft.company, code)
    check(Permit(by=by.person, action=Action.BIND_GROUP, project=found.code), draft.company)
    before = draft.company.groups.get(by.chat)
    group = Group(conversation=by.chat, name=title or (before.name if before else ""), project=found.code)
    draft.company = replace(draft.company, groups={**draft.company.groups, by.chat: group})
    draft.answer(GroupBound(group=group, project=found.name, before=before.project if before else None))


def register(said: str, role_word: str, code: str | None, *, by: Asker) -> Operation:
    """登记: take somebody who knocked into the book, or give a known person another role."""
    return Operation(
        by=by,
        may=Permit(by=by.person, action=Action.ADMINISTER),
        needs=_register_needs,
        decide=partial(_register, said, role_word, code),
    )


def _register_needs(_facts: Facts) -> Iterable[AnyNeed]:
    return (Strangers(),)


def _register(said: str, role_word: str, code: str | None, draft: Draft) -> None:
    try:
        role = Role(role_word)
    except ValueError:
        raise NoSuchRole(role_word) from None
    if code is not None:
        project(draft.company, code)
    person = _person(said, draft)
    grant = Grant(role=role, project=code)
    if grant not in person.grants:
        person = replace(person, grants=(*person.grants, grant))
    draft.company = replace(draft.company, people={**draft.company.people, person.id: person})
    draft.answer(PersonRegistered(person=person, role=role, project=code))


def _person(said: str, draft: Draft) -> Person:
    """The known person or the stranger meant; two of one name are nobody until the id is said."""
    known = [p for p in draft.company.people.values() if said in {p.id, p.name}]
    if len(known) == 1:
        return known[0]
    met = [s for s in draft[Strangers()] if said in {s.id, s.nick} and s.id not in draft.company.people]
    if not known and len(met) == 1:
        return Person(id=met[0].id, name=met[0].nick or met[0].id)
    raise NobodyOfThatName(said)
