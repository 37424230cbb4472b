"""Who acts and who consents: people, teams, approval flows."""

from dataclasses import replace
from typing import cast

from domain.company import Flow, FlowNode, Grant, NodeMode, OnTimeout, Person, Project, Role, Team
from domain.company_file.choices import (
    DOCUMENT_NAMES,
    DOCUMENTS,
    MODE_NAMES,
    MODES,
    ROLE_NAMES,
    ROLES,
    TIMEOUT_NAMES,
    TIMEOUTS,
)
from domain.company_file.draft import Draft
from domain.company_file.faults import Fault, FaultKind, Thing, shown
from domain.company_file.limits import NODES_MAX, PEOPLE_MAX
from domain.company_file.row import Row
from domain.company_file.scalars import Whole, read_money, read_text

HOURS = Whole(1, 24 * 365)


def person(row: Row, draft: Draft) -> Person:
    """Somebody with roles."""
    user = row.code("id")
    old = draft.people.get(user)
    start = old or Person(id=user, name="")
    return Person(
        id=user,
        name=row.name("name", old.name if old else None),
        aliases=row.aliases(start.aliases),
        grants=_grants(row) if row.has("roles") else start.grants,
        superior=row.ref("superior", Thing.PERSON, start.superior),
        team=row.ref("team", Thing.TEAM, start.team),
    )


def _grants(row: Row) -> tuple[Grant, ...]:
    """Roles: a word for the whole company, or an object with the project."""
    grants = dict[Grant, str]()
    for place, value in row.items("roles", PEOPLE_MAX):
        grant = _grant(row, place, value)
        if grant is not None and grant in grants:
            row.desk.findings.add(
                Fault(place=place, kind=FaultKind.DUPLICATE, value=grant.role.value, other=grants[grant])
            )
        elif grant is not None:
            grants[grant] = place
    return tuple(grants)


def _grant(row: Row, place: str, value: object) -> Grant | None:
    if isinstance(value, dict):
        nested = row.desk.open(place, cast("object", value), "people.roles")
        role = nested.need("role", None, read_text) if nested else None
        chosen = row.desk.choose(f"{place}.role", role, ROLES, ROLE_NAMES) if role else None
        project = nested.ref("project", Thing.PROJECT) if nested else None
        return Grant(role=chosen, project=project) if chosen else None
    role = read_text(row.desk.findings, place, value)
    if role is None:
        return None
    chosen = row.desk.choose(place, role, ROLES, ROLE_NAMES)
    return Grant(role=chosen) if chosen else None


def grant_managers(draft: Draft, before: dict[str, Project]) -> None:
    """A project's manager holds that role in it; who has handed the project over holds it no longer."""
    for project in draft.projects.values():
        old, grant = before.get(project.code), Grant(role=Role.PROJECT_MANAGER, project=project.code)
        if old is not None and old.manager != project.manager:
            _take(draft, old.manager, grant)
        holder = draft.people.get(project.manager or "")
        if holder is not None and grant not in holder.grants:
            draft.people[holder.id] = replace(holder, grants=(*holder.grants, grant))


def _take(draft: Draft, person: str | None, grant: Grant) -> None:
    holder = draft.people.get(person or "")
    if holder is not None:
        draft.people[holder.id] = replace(holder, grants=tuple(g for g in holder.grants if g != grant))


def team(row: Row, draft: Draft) -> Team:
    """A team with its leader."""
    name = row.code("name")
    old = draft.teams.get(name) or Team(name=name)
    return Team(
        name=name,
        leader=row.ref("leader", Thing.PERSON, old.leader),
        project=row.ref("project", Thing.PROJECT, old.project),
    )


def flow(row: Row, draft: Draft) -> Flow | None:
    """An approval chain. It is always written as a whole: a flow has no code by which parts of it could be kept."""
    written = row.need("document", None, read_text)
    document = row.desk.choose(row.at("document"), written, DOCUMENTS, DOCUMENT_NAMES) if written else None
    if row.is_blank("nodes") or row.raw("nodes") == []:
        row.fault("nodes", FaultKind.MISSING)
    nodes = tuple(node(nested) for nested in row.rows("nodes", "approval_flows.nodes", NODES_MAX))
    projects = row.refs("projects", Thing.PROJECT)
    cc = row.refs("cc", Thing.PERSON, limit=PEOPLE_MAX)
    return Flow(document=document, projects=projects, nodes=nodes, cc=cc) if document else None


def node(row: Row) -> FlowNode:
    """One step: asked of a role, or of one person, never of both and never of nobody."""
    if row.is_blank("role") == row.is_blank("person"):
        row.desk.findings.add(Fault(place=row.place, kind=FaultKind.ROLE_OR_PERSON, value=shown(row.raw("role") or "")))
    return FlowNode(
        role=row.choice("role", None, ROLES, ROLE_NAMES),
        person=row.ref("person", Thing.PERSON),
        mode=row.choice("mode", NodeMode.ANY, MODES, MODE_NAMES),
        min_amount=row.maybe("min_amount", None, read_money),
        hours=row.maybe("hours", None, HOURS),
        on_timeout=row.choice("on_timeout", OnTimeout.REMIND, TIMEOUTS, TIMEOUT_NAMES),
    )
