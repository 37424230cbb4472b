"""记住: what people call a material becomes a name of it for the whole company, and can be forgotten again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from domain.company import Company, LearnedName
from domain.errors import DomainError
from domain.operation import Asker, Draft, Operation, Refusal
from domain.permissions import Action, Permit, check, known, may
from domain.records import material

NAME_MIN: Final = 2
NAME_MAX: Final = 20
# Far more than a company's people have words for; a list beyond it is no longer looked through by anybody.
LEARNED_MAX: Final = 2_000
SHOWN_MAX: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Words, and the material that somebody chose when asked what they mean by them."""

    said: str
    material: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameOffered:
    """Told below the answer: these words could be remembered."""

    meant: tuple[Meant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesLearned:
    meant: tuple[Meant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameForgotten:
    learned: LearnedName


@dataclass(frozen=True, slots=True, kw_only=True)
class NameList:
    """What was learned, latest first; `left_out` more are not shown."""

    names: tuple[LearnedName, ...]
    left_out: int


@dataclass(eq=False)
class NameTaken(DomainError):
    """Somebody or something else is called so; `other` is what."""

    said: str
    other: str


@dataclass(eq=False)
class NoName(DomainError):
    """Too short, too long, or nothing but signs and digits."""

    said: str


@dataclass(eq=False)
class TooManyNames(DomainError):
    limit: int


@dataclass(eq=False)
class NoLearnedName(DomainError):
    """Nothing was learned under these words."""

    said: str


def may_name(company: Company, person: str) -> bool:
    """Whether somebody may teach names: they hold for the whole company, so a role in any project is enough."""
    found = company.people.get(person)
    return found is not None and any(may(found, Action.NAME, project=grant.project) for grant in found.grants)


def check_name(company: Company, said: str, code: str) -> None:
    """Whether the words can become a name of the material. Raises NameTaken, NoName, TooManyNames, NoSuchMaterial."""
    material(company, code)
    if not NAME_MIN <= len(said) <= NAME_MAX or not any(char.isalpha() for char in said):
        raise NoName(said)
    if len(company.learned) >= LEARNED_MAX:
        raise TooManyNames(LEARNED_MAX)
    plain = _plain(said)
    for name, other, label in _names(company):
        if other != code and _plain(name) == plain:
            raise NameTaken(said, label)


def is_known(company: Company, said: str, code: str) -> bool:
    """Whether the material is called so already."""
    plain = _plain(said)
    return any(other == code and _plain(name) == plain for name, other, _ in _names(company))


def learn(meant: Sequence[Meant], *, by: Asker) -> Operation:
    """Remember names. Raises NotAllowed and what `check_name` raises; then none of them is remembered."""
    return Operation(by=by, may=None, decide=partial(_learn, tuple(meant), by))


def _learn(meant: tuple[Meant, ...], by: Asker, draft: Draft) -> None:
    _check_right(by, draft.company)
    company = draft.company
    for one in meant:
        check_name(company, one.said, one.material)
        learned = LearnedName(name=one.said, material=one.material, by=by.person, day=draft.today)
        company = replace(company, learned={**company.learned, one.said: learned})
        _audit(draft, by, f"learned: {one.said} = {one.material}")
    draft.company = company
    draft.answer(NamesLearned(meant=meant))


def _check_right(by: Asker, company: Company) -> None:
    """A role in any project is enough. Raises UnknownPerson, NotAllowed."""
    known(company, by.person)
    if not may_name(company, by.person):
        check(Permit(by=by.person, action=Action.NAME), company)


def forget(said: str, *, by: Asker) -> Operation:
    """Forget a name. Raises NoLearnedName."""
    return Operation(
        by=by, may=Permit(by=by.person, action=Action.ADMINISTER), decide=partial(_forget, said.strip(), by)
    )


def _forget(said: str, by: Asker, draft: Draft) -> None:
    plain = _plain(said)
    learned = next((one for name, one in draft.company.learned.items() if _plain(name) == plain), None)
    if learned is None:
        raise NoLearnedName(said)
    kept = {name: one for name, one in draft.company.learned.items() if one is not learned}
    draft.company = replace(draft.company, learned=kept)
    _audit(draft, by, f"forgot: {learned.name} = {learned.material}")
    draft.answer(NameForgotten(learned=learned))


def names(*, by: Asker) -> Operation:
    """What was learned?"""
    return Operation(by=by, may=Permit(by=by.person, action=Action.ADMINISTER), decide=_list)


def _list(draft: Draft) -> None:
    found = tuple(reversed(draft.company.learned.values()))
    draft.answer(NameList(names=found[:SHOWN_MAX], left_out=max(0, len(found) - SHOWN_MAX)))


def _audit(draft: Draft, by: Asker, what: str) -> None:
    draft.refusals.append(Refusal(person=by.person, action=Action.NAME.name, project="", reason=what, at=draft.now))


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _names(company: Company) -> Iterable[tuple[str, str, str]]:
    """Every name in the book with the code of its bearer and what that is called."""
    for one in company.materials.values():
        for name in (one.code, one.name, one.label, one.barcode, *one.aliases):
            if name:
                yield name, one.code, one.label
    for learned in company.learned.values():
        kept = company.materials.get(learned.material)
        yield learned.name, learned.material, kept.label if kept else learned.material
    yield from _other_names(company)


def _other_names(company: Company) -> Iterable[tuple[str, str, str]]:
    """What is no material: a name belongs to one thing."""
    for unit in company.units.values():
        for name in (unit.name, *unit.aliases):
            yield name, f"unit {unit.name}", unit.name
    for team in company.teams:
        yield team, f"team {team}", team
    for project in company.projects.values():
        for name in (project.code, project.name, *project.aliases, *project.stages):
            yield name, f"project {project.code}", project.name
    for shelf in (company.people, company.suppliers, company.customers, company.warehouses, company.equipment):
        for code, thing in shelf.items():
            for name in (code, thing.name, *thing.aliases):
                yield name, f"other {code}", thing.name
