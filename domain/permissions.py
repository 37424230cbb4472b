"""Who may do what: one table that a person can read. Whatever is not in it is refused (house plan §5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.company import Company, Person, Role
from domain.errors import DomainError


class Action(StrEnum):
    """What can be asked of the book; the value is the word people see."""

    ASK_STOCK = "查库存"
    REQUEST = "申购"
    ORDER = "下采购单"
    RECEIVE = "收货入库"
    ISSUE = "发料"
    UNDO = "撤销"
    UNDO_LATER = "撤销别人的单"  # and one's own once the time for it is over, which is told as TooLateToUndo
    DECIDE = "审批"
    SEE_COST = "看成本"
    SEE_DOCUMENT = "看单据"
    BIND_GROUP = "绑定项目"
    NAME = "记叫法"
    ADMINISTER = "办管理员的事"


_EVERYBODY: Final = frozenset(Role)
_ADMIN: Final = Role.ADMINISTRATOR

ALLOWED: Final[Mapping[Action, frozenset[Role]]] = {
    Action.ASK_STOCK: _EVERYBODY,
    Action.SEE_DOCUMENT: _EVERYBODY,
    Action.DECIDE: _EVERYBODY,  # whom a node asks is decided by the flow; this only opens the door
    Action.REQUEST: frozenset(
        {
            Role.TEAM_LEAD,
            Role.SITE_WORKER,
            Role.STOREKEEPER,
            Role.PROJECT_MANAGER,
            Role.STEWARD,
            Role.PURCHASING,
            _ADMIN,
        }
    ),
    Action.ORDER: frozenset({Role.PURCHASING, _ADMIN}),
    Action.RECEIVE: frozenset({Role.STOREKEEPER, Role.STEWARD, _ADMIN}),
    Action.ISSUE: frozenset({Role.STOREKEEPER, Role.STEWARD, _ADMIN}),
    Action.UNDO: frozenset(
        {Role.STOREKEEPER, Role.STEWARD, Role.PROJECT_MANAGER, Role.PURCHASING, Role.FINANCE, _ADMIN}
    ),
    Action.UNDO_LATER: frozenset({Role.PROJECT_MANAGER, Role.FINANCE, _ADMIN}),
    Action.SEE_COST: frozenset({Role.BOSS, Role.PROJECT_MANAGER, Role.PURCHASING, Role.FINANCE, Role.STEWARD, _ADMIN}),
    Action.NAME: frozenset({Role.STOREKEEPER, Role.PURCHASING, Role.STEWARD, Role.PROJECT_MANAGER, _ADMIN}),
    Action.BIND_GROUP: frozenset({_ADMIN, Role.STEWARD}),
    Action.ADMINISTER: frozenset({_ADMIN}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A right that an operation needs: this person, this action, in this project (None: the company)."""

    by: str
    action: Action
    project: str | None = None


def in_project(by: str, action: Action, project: str) -> Permit | None:
    """The right to act in a project; None while no project is named, because then the decision asks for one first."""
    return Permit(by=by, action=action, project=project) if project else None


@dataclass(eq=False)
class NotAllowed(DomainError):
    """The person's roles do not open this door; `ask` are names of people who may."""

    person: str
    action: Action
    project: str | None
    ask: tuple[str, ...]


@dataclass(eq=False)
class UnknownPerson(DomainError):
    """Somebody whom the book does not know."""

    person: str


def may(person: Person, action: Action, *, project: str | None) -> bool:
    """Whether one of the person's roles, company-wide or in this project, allows the action."""
    return any(person.has(role, project=project) for role in ALLOWED[action])


def known(company: Company, person: str) -> Person:
    """The person. Raises UnknownPerson."""
    if (found := company.people.get(person)) is None:
        raise UnknownPerson(person)
    return found


def who_may(company: Company, action: Action, *, project: str | None) -> tuple[Person, ...]:
    """Everybody who may, those with a role in the project itself first."""
    able = [p for p in company.people.values() if may(p, action, project=project)]
    able.sort(key=lambda p: not any(g.role in ALLOWED[action] and g.project == project for g in p.grants))
    return tuple(able)


def check(permit: Permit, company: Company) -> Person:
    """The person, if allowed. Raises UnknownPerson or NotAllowed."""
    person = known(company, permit.by)
    if not may(person, permit.action, project=permit.project):
        able = [p for p in who_may(company, permit.action, project=permit.project) if not p.has(_ADMIN)]
        names = tuple(p.name for p in (able or who_may(company, permit.action, project=permit.project))[:3])
        raise NotAllowed(person.name, permit.action, permit.project, names)
    return person
