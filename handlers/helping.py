"""帮助: what this person may do here, with three examples of this company's own that work as they stand."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from domain.case import warehouses_of
from domain.company import Company, Material, Person, Role
from domain.document_query import WaitingFor
from domain.operation import AnyNeed, Asker, Draft, Facts, Operation
from domain.permissions import Action, may
from domain.records import LastStageOf
from domain.stock import StockIn
from domain.values import Quantity

# A few of these are tried until one has a name that people can say in short.
TRIED_MAX: Final = 12
_FEW: Final = {"吨": 2, "立方米": 5, "千克": 10, "米": 50, "平方米": 20}
_USUAL: Final = 20
_TAKEN_MAX: Final = 5

_TOLD: Final = {"request": "申购", "digest": "日报", "register": "登记"}

# Whether words name exactly this material, as reading finds.
Names = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One message that works: `act` says which sentence, the rest what stands in it. "" is left out."""

    act: str
    material: str = ""
    quantity: Quantity | None = None
    project: str = ""
    team: str = ""
    stage: str = ""
    supplier: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Helped:
    """What this person may do here. `more` are words for what else; `can_bind`: this group has no project yet."""

    person: str
    roles: tuple[str, ...]
    project: str
    examples: tuple[Example, ...]
    more: tuple[str, ...]
    in_private: bool
    can_bind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where help is asked for. `said` is the project where it has to be named in the message, else ""."""

    project: str
    said: str


def help_for(*, by: Asker, project: str, names: Names) -> Operation:
    """Examples from what lies in the project, what waits for the asker, and who works there."""
    return Operation(
        by=by, may=None, needs=partial(_needs, by, project), decide=partial(_help, by=by, project=project, names=names)
    )


def _needs(by: Asker, project: str, facts: Facts) -> Iterable[AnyNeed]:
    place = _place(facts.company, facts.company.people.get(by.person), project)
    return (
        WaitingFor(by.person),
        *(StockIn(warehouse=w.code) for w in warehouses_of(facts.company, place.project)),
        LastStageOf(project=place.project, team=_team(facts.company, place.project)),
    )


def _team(company: Company, project: str) -> str:
    """A team that may work in the project, "" where there is none."""
    return next((t.name for t in company.teams.values() if t.works_in(project)), "")


def _place(company: Company, person: Person | None, project: str) -> _Place:
    """The chat's project; else the first of the person's own, which the words then have to name."""
    if project in company.projects:
        return _Place(project=project, said="")
    own = [g.project for g in person.grants if g.project in company.projects] if person else []
    code = next((code for code in (*own, *company.projects) if code), "")
    return _Place(project=code, said=company.projects[code].name if code else "")


def _help(draft: Draft, *, by: Asker, project: str, names: Names) -> None:
    company = draft.company
    person = company.people[by.person]
    place = _place(company, person, project)
    wanted = _Examples(draft, person, place, names).found()
    is_loose = not by.is_alone and by.chat not in company.groups
    roles = (g.role.value for g in person.grants if g.project in {None, place.project} or place.said)
    draft.answer(
        Helped(
            person=person.name,
            roles=tuple(dict.fromkeys(roles)),
            project=project if project in company.projects else "",
            examples=wanted,
            more=_more(person, place.project, wanted),
            in_private=by.is_alone,
            can_bind=is_loose and may(person, Action.BIND_GROUP, project=place.project),
        )
    )


def _more(person: Person, project: str, shown: tuple[Example, ...]) -> tuple[str, ...]:
    """In a word each, what else the person may do."""
    told = {_TOLD.get(one.act) for one in shown}
    words = (
        (Action.REQUEST, "申购"),
        (Action.UNDO, "撤销"),
        (Action.ASK_STOCK, "预警"),
        (Action.ASK_STOCK, "日报"),
        (Action.NAME, "记住叫法"),
        (Action.ADMINISTER, "登记"),
        (Action.ADMINISTER, "额度"),
        (Action.ADMINISTER, "死信"),
        (Action.ADMINISTER, "别名"),
        (Action.ADMINISTER, "误读"),
    )
    return tuple(word for action, word in words if word not in told and may(person, action, project=project))


class _Examples:
    """Three sentences by what the person may do, the ones nearest to their work first."""

    def __init__(self, facts: Facts, person: Person, place: _Place, names: Names):
        self.facts, self.person, self.place = facts, person, place
        self.company = facts.company
        self._names = names
        self._held = _held(facts, place.project)

    def found(self) -> tuple[Example, ...]:
        """Three of them; what an empty store leaves out is made up for."""
        spare = (self._request() if self._may(Action.REQUEST) else None, self._digest())
        found = [one for one in (*self._wanted(), *spare) if one is not None]
        return tuple({one.act: one for one in reversed(found)}[act] for act in dict.fromkeys(o.act for o in found))[:3]

    def _may(self, action: Action) -> bool:
        return may(self.person, action, project=self.place.project)

    def _is(self, *roles: Role) -> bool:
        return any(self.person.has(role, project=self.place.project) for role in roles)

    def _wanted(self) -> Iterable[Example | None]:
        if self._is(Role.STOREKEEPER, Role.STEWARD):
            yield from (self._receipt(), self._issue(), self._stock())
        elif self._is(Role.PURCHASING):
            yield from (self._order(), self._waiting(), self._stock())
        elif self._is(Role.PROJECT_MANAGER):
            yield from (self._waiting(), self._digest(), self._request())
        elif self._is(Role.BOSS, Role.FINANCE):
            yield from (self._digest(), self._waiting(), self._stock())
        elif self._is(Role.ADMINISTRATOR):
            yield from (Example(act="register"), self._stock(), self._digest())
        elif self._may(Action.REQUEST):
            yield from (self._request(), self._stock(), self._digest())
        elif self._may(Action.ASK_STOCK):
            yield from (self._stock(), self._digest())

    def _receipt(self) -> Example | None:
        return self._of("receipt", self._planned(), usual=True)

    def _issue(self) -> Example | None:
        project = self.place.project
        stages = self.company.projects[project].stages if project else ()
        team = _team(self.company, project)
        last = self.facts[LastStageOf(project=project, team=team)]
        stage = last if last and last in stages else next(iter(stages), "")
        return self._of("issue", self._held, team=team, stage=stage if len(stages) > 1 else "")

    def _stock(self) -> Example | None:
        found = self._of("stock", [*self._held, *self._planned()])
        return None if found is None else Example(act="stock", material=found.material, project=found.project)

    def _request(self) -> Example | None:
        return self._of("request", self._planned(), usual=True)

    def _order(self) -> Example | None:
        priced = [(note.material, note.supplier) for note in self.company.prices if note.supplier]
        for code, supplier in priced[:TRIED_MAX]:
            found = self._of("order", [code], usual=True, supplier=self._short_supplier(supplier or ""))
            if found is not None:
                return found
        first = next(iter(self.company.suppliers), "")
        return self._of("order", self._planned(), usual=True, supplier=self._short_supplier(first)) if first else None

    def _short_supplier(self, code: str) -> str:
        found = self.company.suppliers.get(code)
        return min((found.name, *found.aliases), key=len) if found else ""

    def _waiting(self) -> Example:
        numbers = self.facts[WaitingFor(self.person.id)]
        return Example(act="approve", number=numbers[0]) if numbers else Example(act="waiting")

    def _digest(self) -> Example | None:
        return Example(act="digest", project=self.place.said) if self.place.project else None

    def _of(self, act: str, codes: Iterable[str], *, usual: bool = False, **more: str) -> Example | None:
        for code in list(dict.fromkeys(codes))[:TRIED_MAX]:
            kept = self.company.materials.get(code)
            name = self._short(kept) if kept is not None else ""
            if kept is not None and name:
                quantity = _usual(kept) if usual else self._taken(kept)
                return Example(act=act, material=name, quantity=quantity, project=self.place.said, **more)
        return None

    def _short(self, kept: Material) -> str:
        """The shortest of its names that means it and nothing else; a point makes none longer (42.5水泥, 425水泥)."""
        names = sorted((kept.name, *kept.aliases, kept.label), key=lambda name: len(name.replace(".", "")))
        return next((name for name in names if len(name) > 1 and self._names(name, kept.code)), "")

    def _planned(self) -> list[str]:
        """What this project's plan wants, else what is watched, else anything."""
        planned = [plan.line.material for plan in self.company.plans if plan.project == self.place.project]
        watched = [rule.material for rule in self.company.stock_rules.values()]
        return [*planned, *watched, *list(self.company.materials)[:TRIED_MAX]]

    def _taken(self, kept: Material) -> Quantity:
        """A little of what lies there."""
        held = self._held.get(kept.code, 0) // 1_000_000
        return Quantity.of(str(max(1, min(_TAKEN_MAX, held))), kept.base_unit)


def _held(facts: Facts, project: str) -> dict[str, int]:
    """What lies in the project's warehouses, in millionths of the base unit, most first."""
    held = dict[str, int]()
    for place in warehouses_of(facts.company, project):
        for balance in facts[StockIn(warehouse=place.code)]:
            held[balance.material] = held.get(balance.material, 0) + balance.quantity.millionths
    order = {code: at for at, code in enumerate(facts.company.materials)}
    return {c: q for c, q in sorted(held.items(), key=lambda pair: order.get(pair[0], 0)) if q > 0}


def _usual(kept: Material) -> Quantity:
    return Quantity.of(str(_FEW.get(kept.base_unit, _USUAL)), kept.base_unit)
