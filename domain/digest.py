"""日报: a project's day in one message: received, issued by team, low stock, approvals, cost, head hash."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import ClassVar

from domain import case
from domain.company import Company, Material, Project, Warehouse
from domain.documents import Document
from domain.operation import (
    JOURNAL,
    ORDERS,
    REQUISITIONS,
    AnyNeed,
    Asker,
    Draft,
    Facts,
    Need,
    Operation,
    ToGroup,
    sees_cost,
)
from domain.permissions import Action, in_project
from domain.records import DocumentOf
from domain.records import project as known_project
from domain.stock import StockIn
from domain.values import Money, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """The day's net movement of a material: `team` is set on issues. Reversals are taken off."""

    material: str
    quantity: Quantity
    amount: Money
    team: str = ""
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What moved; `since` is an earlier day whose bookings after its report are among it, None where none are."""

    received: tuple[DayLine, ...]
    issued: tuple[DayLine, ...]
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOf(Need[Day]):
    """What was received for and issued to a project on a day."""

    follows: ClassVar[frozenset[str]] = frozenset({JOURNAL})
    project: str
    day: date


@dataclass(frozen=True, slots=True)
class PendingIn(Need[tuple[str, ...]]):
    """Numbers of a project's documents that wait for a decision or a confirmation, oldest first."""

    follows: ClassVar[frozenset[str]] = frozenset({REQUISITIONS, ORDERS})
    project: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of the journal's chain: how many entries, and the hash of the last."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class HeadNow(Need[Head]):
    follows: ClassVar[frozenset[str]] = frozenset({JOURNAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """A clock job's run: what came of it."""

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRunOf(Need[JobRun | None]):
    """Whether a job has run for a scope (a project) and period (a day). Written once for ever."""

    job: str
    scope: str
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor(Need[Head | None]):
    """A day's head as it was told to a group, where nobody can unsay it."""

    project: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LowLine:
    material: Material
    warehouse: Warehouse
    on_hand: Quantity
    safety: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyDigest:
    project: Project
    day: date
    received: tuple[tuple[Material, DayLine], ...]
    issued: tuple[tuple[Material, DayLine], ...]
    low: tuple[LowLine, ...]
    pending: tuple[Document, ...]
    cost: Money | None  # None where somebody reads it who may not see it
    head: Head
    since: date | None = None  # a day of whose late bookings this report tells as well

    @property
    def is_quiet(self) -> bool:
        """Nothing moved, nothing is low and nothing waits: one quiet line is enough."""
        return not (self.received or self.issued or self.low or self.pending)


JOB = "digest"


def tell(project: str, day: date) -> Operation:
    """Send a project's digest into its groups, once for the day."""
    return Operation(
        by=Asker(person="schedule"),
        may=None,
        needs=partial(_needs, project, day),
        decide=partial(_tell, project, day),
    )


def show(project: str, day: date, *, by: Asker) -> Operation:
    """日报 on request: the same figures, to the one who asks. Raises WhichProject, NotAllowed."""
    return Operation(
        by=by,
        may=in_project(by.person, Action.ASK_STOCK, project),
        needs=partial(_needs, project, day),
        decide=partial(_show, project, day, by),
    )


def _show(project: str, day: date, by: Asker, draft: Draft) -> None:
    known_project(draft.company, project)
    draft.answer(_draw_up(project, day, draft, with_cost=sees_cost(by, draft.company, project=project)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LowStock:
    """预警: what lies below its safety line in a project."""

    project: Project
    low: tuple[LowLine, ...]


def low(project: str, *, by: Asker) -> Operation:
    """What is running out? Raises WhichProject, NotAllowed."""
    return Operation(
        by=by,
        may=in_project(by.person, Action.ASK_STOCK, project),
        needs=lambda facts: (
            tuple(StockIn(warehouse=w.code) for w in _watched(facts.company, project)) if project else ()
        ),
        decide=partial(_low, project),
    )


def _low(project: str, draft: Draft) -> None:
    found = known_project(draft.company, project)
    draft.answer(LowStock(project=found, low=low_stock(draft, project)))


def _needs(project: str, day: date, facts: Facts) -> Iterable[AnyNeed]:
    pending = PendingIn(project)
    wanted: list[AnyNeed] = [
        JobRunOf(job=JOB, scope=project, period=day.isoformat()),
        DayOf(project=project, day=day),
        HeadNow(),
        pending,
        *(StockIn(warehouse=w.code) for w in _watched(facts.company, project)),
    ]
    if pending in facts:
        wanted += [DocumentOf(n) for n in facts[pending]]
    return wanted


def _watched(company: Company, project: str) -> tuple[Warehouse, ...]:
    return case.warehouses_of(company, project)


def _tell(project: str, day: date, draft: Draft) -> None:
    run = JobRunOf(job=JOB, scope=project, period=day.isoformat())
    if draft[run] is not None:
        return
    digest = _draw_up(project, day, draft, with_cost=False)  # everybody in the group reads it
    draft[run] = JobRun(outcome="sent")
    draft[Anchor(project=project, day=day)] = digest.head
    draft.tell(ToGroup(project=project), digest)


def _draw_up(project: str, day: date, draft: Draft, *, with_cost: bool) -> DailyDigest:
    found, head = draft.company.projects[project], draft[HeadNow()]
    happened = draft[DayOf(project=project, day=day)]
    materials = draft.company.materials
    pending = tuple(p for n in draft[PendingIn(project)] if (p := draft[DocumentOf(n)]) is not None)
    return DailyDigest(
        project=found,
        day=day,
        received=tuple((materials[x.material], x) for x in happened.received if x.material in materials),
        issued=tuple((materials[x.material], x) for x in happened.issued if x.material in materials),
        low=low_stock(draft, project),
        pending=pending,
        cost=Money(sum(x.amount.fen for x in happened.issued)) if with_cost else None,
        head=head,
        since=happened.since,
    )


def low_stock(facts: Facts, project: str) -> tuple[LowLine, ...]:
    """The project's materials below their safety line, in the order of the rules."""
    company, low = facts.company, list[LowLine]()
    places = {w.code: w for w in _watched(company, project)}
    held: dict[tuple[str, str], int] = {}
    for place in places:
        for balance in facts[StockIn(warehouse=place)]:
            key = (balance.material, place)
            held[key] = held.get(key, 0) + balance.quantity.millionths
    for (code, place), rule in company.stock_rules.items():
        if place in places and code in company.materials:
            there = Quantity(held.get((code, place), 0), company.materials[code].base_unit)
            if there < rule.safety_stock:
                low.append(
                    LowLine(
                        material=company.materials[code],
                        warehouse=places[place],
                        on_hand=there,
                        safety=rule.safety_stock,
                    )
                )
    return tuple(low)
