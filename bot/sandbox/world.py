"""Who is there: the people, teams and groups of a company file, as DingTalk would know them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from bot.sandbox import ids
from bot.sandbox.body import Json, as_list, as_record, items, strings, text

ROBOT: Final = "robot"
ROBOT_NAME: Final = "料掌柜"
PRIVATE: Final = "private"


@dataclass(frozen=True)
class Person:
    """An employee. `titles` are roles as people read them, such as 项目经理（云栖雅苑）."""

    id: str
    name: str
    titles: tuple[str, ...]
    is_admin: bool
    is_boss: bool
    superior: str
    team: str

    @cached_property
    def sender_id(self) -> str:
        """The opaque id that DingTalk puts beside the user id."""
        return f"$:LWCP_v1:${ids.fixed_base64('sender:' + self.id)}"

    @cached_property
    def union_id(self) -> str:
        """The id that to-dos and cards with userIdType 2 use."""
        return f"un{ids.fixed_hex('union:' + self.id, 22)}"

    @cached_property
    def private_chat(self) -> str:
        """The conversation of this person with the robot; not usable as a card target on DingTalk."""
        return f"cid{ids.fixed_base64('private:' + self.id, 24)}="


@dataclass(frozen=True, slots=True)
class Group:
    """A group chat. The robot is in every one; of the people, those named here."""

    conversation: str
    name: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Department:
    """A team, as a department below the company (department 1)."""

    id: int
    name: str
    leader: str


@dataclass(frozen=True, slots=True)
class Material:
    """A material, as far as its label and an example sentence show it."""

    code: str
    name: str
    spec: str
    unit: str
    spoken: str
    is_in_stock: bool

    @property
    def label(self) -> str:
        """Name and specification, as labels have it."""
        return f"{self.name} {self.spec}".strip()


class World:
    """The company behind the sandbox. The company file is read leniently: checking it is the robot's business."""

    def __init__(self, company: Json) -> None:
        self.company_name = text(as_record(company.get("company")) or {}, "name", "演示公司")
        self.corp_id = f"ding{ids.fixed_hex('corp:' + self.company_name, 28)}"
        self.people: Mapping[str, Person] = {person.id: person for person in _people(company)}
        self.groups: Mapping[str, Group] = {group.conversation: group for group in _groups(company)}
        self.departments = _departments(company)
        self.materials: Mapping[str, Material] = {found.code: found for found in _materials(company)}
        self._by_union = {person.union_id: person for person in self.people.values()}
        self._by_private = {person.private_chat: person for person in self.people.values()}
        self.robot_sender_id = f"$:LWCP_v1:${ids.fixed_base64('robot:' + self.corp_id)}"

    @property
    def newcomer(self) -> Person:
        """Whom the page takes one for who has not chosen: a storekeeper, because most of the work is theirs."""
        people = list(self.people.values())
        return next((p for p in people if any(title.startswith("材料员") for title in p.titles)), people[0])

    def person(self, user: str, id_type: int = 1) -> Person | None:
        """By user id (type 1) or union id (type 2), as the card API has it."""
        return self._by_union.get(user) if id_type == 2 else self.people.get(user)

    def resolve(self, person: Person, conversation: str) -> str | None:
        """The conversation that this person means: a group, or their own chat with the robot."""
        if conversation in (PRIVATE, person.private_chat):
            return person.private_chat
        group = self.groups.get(conversation)
        return conversation if group and person.id in group.members else None

    def owner_of(self, conversation: str) -> Person | None:
        """Whose private chat it is; nobody's when it is a group."""
        return self._by_private.get(conversation)

    def members(self, conversation: str) -> list[Person]:
        """Who reads there, apart from the robot."""
        owner = self.owner_of(conversation)
        if owner:
            return [owner]
        group = self.groups.get(conversation)
        return [p for p in self.people.values() if group and p.id in group.members]

    def conversations_of(self, person: Person) -> list[str]:
        """The groups and the private chat."""
        return [*(g.conversation for g in self.groups.values() if person.id in g.members), person.private_chat]

    def name_of(self, sender: str) -> str:
        """How people call the sender of a message."""
        if sender == ROBOT:
            return ROBOT_NAME
        person = self.people.get(sender)
        return person.name if person else sender

    def title_of(self, conversation: str) -> str:
        """What stands above the conversation."""
        group = self.groups.get(conversation)
        return group.name if group else ROBOT_NAME

    def department_of(self, person: Person) -> Department | None:
        """The department of the person's team."""
        return next((d for d in self.departments if d.name == person.team), None)


def _records(company: Json, key: str) -> list[dict[str, object]]:
    return [found for item in items(company, key) if (found := as_record(item)) is not None]


def _people(company: Json) -> list[Person]:
    projects = {text(project, "code"): text(project, "name") for project in _records(company, "projects")}
    managed: dict[str, list[str]] = {}
    for project in _records(company, "projects"):
        managed.setdefault(text(project, "manager"), []).append(text(project, "code"))
    return [
        _person(entry, projects, managed.get(text(entry, "id"), []))
        for entry in _records(company, "people")
        if text(entry, "id")
    ]


def _person(entry: Json, projects: Mapping[str, str], managed: list[str]) -> Person:
    titles = [_title(role, projects) for role in as_list(entry.get("roles")) or []]
    titles += [_title({"role": "项目经理", "project": code}, projects) for code in managed]
    return Person(
        id=text(entry, "id"),
        name=text(entry, "name") or text(entry, "id"),
        titles=tuple(dict.fromkeys(title for title in titles if title)),
        is_admin="管理员" in titles,
        is_boss="老板" in titles,
        superior=text(entry, "superior"),
        team=text(entry, "team"),
    )


def _title(role: object, projects: Mapping[str, str]) -> str:
    if isinstance(role, str):
        return role
    scoped = as_record(role) or {}
    name, code = text(scoped, "role"), text(scoped, "project")
    return f"{name}（{projects.get(code, code)}）" if name and code else name


def _groups(company: Json) -> list[Group]:
    return [
        Group(
            conversation=text(entry, "conversation_id"),
            name=text(entry, "name") or text(entry, "conversation_id"),
            members=_members(company, text(entry, "project")),
        )
        for entry in _records(company, "groups")
        if text(entry, "conversation_id")
    ]


def _members(company: Json, project: str) -> frozenset[str]:
    """Who is in a project's group: everybody but those who have work in other projects only."""
    teams = {text(team, "name"): text(team, "project") for team in _records(company, "teams")}
    managers = {(text(p, "manager"), text(p, "code")) for p in _records(company, "projects")}
    found = set[str]()
    for entry in _records(company, "people"):
        person = text(entry, "id")
        works_in = {_project_of(role) for role in as_list(entry.get("roles")) or []}
        works_in |= {code for manager, code in managers if manager == person}
        if entry.get("team"):
            works_in.add(teams.get(text(entry, "team"), ""))
        if not project or not works_in or works_in & {project, ""}:
            found.add(person)
    return frozenset(found)


def _project_of(role: object) -> str:
    """The project that a role holds in, "" for all of them."""
    return text(as_record(role) or {}, "project")


def _departments(company: Json) -> list[Department]:
    found: list[Department] = []
    for number, entry in enumerate(items(company, "teams"), start=11):
        team = as_record(entry) or {"name": entry}
        found.append(Department(id=number, name=text(team, "name"), leader=text(team, "leader")))
    return found


def _materials(company: Json) -> list[Material]:
    stocked = {text(entry, "material") for entry in _records(company, "opening_stock")}
    return [_material(entry, stocked) for entry in _records(company, "materials") if text(entry, "code")]


def _material(entry: Json, stocked: set[str]) -> Material:
    code = text(entry, "code")
    name = text(entry, "name") or code
    return Material(
        code=code,
        name=name,
        spec=text(entry, "spec"),
        unit=text(entry, "base_unit"),
        spoken=next(iter(strings(entry, "aliases")), name),
        is_in_stock=code in stocked,
    )
