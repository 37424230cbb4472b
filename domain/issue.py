"""Issue 领料单: material leaves for work, bound to a stage and to the team or person who answers for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from domain import alerts
from domain.arrival import SerialsNotYet
from domain.case import warehouses_of
from domain.company import Company, Material, Project, Role, Tracking, Warehouse
from domain.documents import Document, DocumentKind, Line, State
from domain.entries import Move, posting
from domain.operation import AnyNeed, Asker, Draft, Facts, Operation, Question, SeriesOf
from domain.permissions import Action, in_project
from domain.places import Place, PlaceKind
from domain.places import warehouse as warehouse_place
from domain.records import BookedBy, DocumentOf, LastStageOf, material, project, warehouse
from domain.repeat import note_booking, refuse_repeat
from domain.stock import (
    choose_lots,
    default_warehouse,
    go_out,
    in_base,
    needs_of,
    on_hand,
    usable_by,
    whole_if_within_rounding,
)
from domain.values import Money, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenLine:
    material: str
    entered: Quantity
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueOrder:
    project: str
    lines: tuple[TakenLine, ...]
    stage: str = ""
    team: str = ""
    recipient: str = ""
    warehouse: str = ""
    remark: str = ""
    said: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One line of the answer: what left and what is left."""

    line: Line
    material: Material
    left: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueBooked:
    document: Document
    warehouse: Warehouse
    taken: tuple[Taken, ...]


@dataclass(eq=False)
class WhoTakes(Question):
    """No team and no person answers for what leaves."""

    project: Project


@dataclass(eq=False)
class TeamElsewhere(Question):
    """The team works in another project: what it took here would be looked for there."""

    project: Project
    team: str


@dataclass(eq=False)
class WhichStage(Question):
    """Several stages are open and the team has taken for none yet."""

    project: Project


@dataclass(eq=False)
class NoSuchStage(Question):
    project: Project
    stage: str


def book(order: IssueOrder, *, by: Asker) -> Operation:
    """Let material out. Raises NotEnoughStock, WhoTakes, TeamElsewhere, WhichStage, NoSuchUnit, OnlyExpiredLots, …"""
    return Operation(
        by=by,
        may=in_project(by.person, Action.ISSUE, order.project),
        needs=partial(_needs, order, by),
        decide=partial(_book, order, by),
    )


def _needs(order: IssueOrder, by: Asker, facts: Facts) -> Iterable[AnyNeed]:
    company = facts.company
    wanted: list[AnyNeed] = [
        SeriesOf(kind=DocumentKind.ISSUE, day=facts.today),
        BookedBy(person=by.person, said=order.said),
    ]
    place = _known_warehouse(company, order)
    if place is not None:
        for line in order.lines:
            wanted += [*needs_of(line.material, place), *alerts.needs(company, line.material, place)]
    found, team = company.projects.get(order.project), _team(company, order, by)
    if found is not None and len(found.stages) > 1 and team and not order.stage:
        wanted.append(LastStageOf(project=found.code, team=team))
    return wanted


def _known_warehouse(company: Company, order: IssueOrder) -> Warehouse | None:
    if order.warehouse:
        return company.warehouses.get(order.warehouse)
    return next(iter(warehouses_of(company, order.project)), None)


def _team(company: Company, order: IssueOrder, by: Asker) -> str:
    """The team that answers: the named one, the recipient's, or the asker's own where a team lead asks."""
    if order.team:
        return order.team
    if order.recipient:
        found = company.people.get(order.recipient)
        return (found.team or "") if found else ""
    asker = company.people.get(by.person)
    return asker.team or "" if asker and asker.has(Role.TEAM_LEAD, project=order.project) else ""


def _stage(draft: Draft, order: IssueOrder, found: Project, team: str) -> str:
    """The named stage, else the only one, else the team's last. Raises WhichStage, NoSuchStage."""
    choices = (("fields.stage", found.stages),)
    if order.stage:
        if order.stage not in found.stages:
            raise NoSuchStage(found, order.stage, asks=("fields.stage",), choices=choices)
        return order.stage
    if len(found.stages) <= 1:
        return found.stages[0] if found.stages else ""
    last = draft[LastStageOf(project=found.code, team=team)] if team else None
    if last is None or last not in found.stages:
        raise WhichStage(found, asks=("fields.stage",), choices=choices)
    return last


def _book(order: IssueOrder, by: Asker, draft: Draft) -> None:
    company = draft.company
    found = project(company, order.project)
    place = warehouse(company, order.warehouse) if order.warehouse else default_warehouse(company, order.project)
    usable_by(place, order.project)
    team = _team(company, order, by)
    choices = (("fields.team", tuple(t.name for t in company.teams.values() if t.works_in(found.code))),)
    if not team and not order.recipient:
        raise WhoTakes(found, asks=("fields.team",), choices=choices)
    if team in company.teams and not company.teams[team].works_in(found.code):
        raise TeamElsewhere(found, team, asks=("fields.team",), choices=choices)
    stage = _stage(draft, order, found, team)
    refuse_repeat(draft, by, order.said, again=order.again)
    lines, moves = _take(draft, order, found, place, stage, team)
    paper = Document(
        number=draft.number(DocumentKind.ISSUE),
        kind=DocumentKind.ISSUE,
        state=State.POSTED,
        project=found.code,
        requester=by.person,
        created_at=draft.now,
        dated=draft.today,
        warehouse=place.code,
        stage=stage,
        team=team,
        recipient=order.recipient,
        remark=order.remark,
        lines=lines,
    )
    draft[DocumentOf(paper.number)] = paper
    draft.record(posting(paper, moves=moves))
    note_booking(draft, by, order.said, paper.number)
    draft.answer(IssueBooked(document=paper, warehouse=place, taken=_taken(draft, lines, place)))
    alerts.after(draft, moves)


def _take(
    draft: Draft, order: IssueOrder, found: Project, place: Warehouse, stage: str, team: str
) -> tuple[tuple[Line, ...], tuple[Move, ...]]:
    """Take every line out of the warehouse, lot by lot; each part is a line and a move."""
    lines, moves = list[Line](), list[Move]()
    for wanted in order.lines:
        kept = material(draft.company, wanted.material)
        if kept.tracked is Tracking.SERIAL:
            raise SerialsNotYet(kept)
        converted = wanted.entered.unit != kept.base_unit
        quantity = whole_if_within_rounding(
            in_base(kept, wanted.entered), on_hand(draft, kept, place.code), converted=converted
        )
        parts = choose_lots(draft, kept, place, quantity, lot=wanted.lot)
        for lot, part in parts:
            no = len(lines) + 1
            amount = go_out(draft, kept, place, lot, part)
            entered = wanted.entered if len(parts) == 1 else part
            lines.append(_line(no, kept, entered, part, amount, lot))
            moves.append(_move(no, kept, part, amount, lot, place, found, stage, team, order.recipient))
    return tuple(lines), tuple(moves)


def _line(no: int, kept: Material, entered: Quantity, part: Quantity, amount: Money, lot: str) -> Line:
    return Line(
        no=no,
        material=kept.code,
        entered=entered,
        quantity=part,
        amount=amount,
        lot=lot,
        fulfilled=Quantity(0, kept.base_unit),
    )


def _move(
    no: int,
    kept: Material,
    part: Quantity,
    amount: Money,
    lot: str,
    place: Warehouse,
    found: Project,
    stage: str,
    team: str,
    recipient: str,
) -> Move:
    return Move(
        no=no,
        line=no,
        material=kept.code,
        lot=lot,
        quantity=part,
        amount=amount,
        source=warehouse_place(place.code),
        target=Place(PlaceKind.CONSUMPTION, found.code),
        stage=stage,
        team=team,
        recipient=recipient,
    )


def _taken(draft: Draft, lines: tuple[Line, ...], place: Warehouse) -> tuple[Taken, ...]:
    kept = [(line, material(draft.company, line.material)) for line in lines]
    return tuple(Taken(line=line, material=m, left=on_hand(draft, m, place.code)) for line, m in kept)
