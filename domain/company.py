"""The company's master data: what is kept, where, by whom, for which project. A change makes a new Company."""

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from domain.values import Money, Price, Quantity


class Role(StrEnum):
    """Who acts (house plan §5). The value is the word people see and the company file uses."""

    ADMINISTRATOR = "管理员"
    BOSS = "老板"
    PROJECT_MANAGER = "项目经理"
    STEWARD = "项目管家"
    PURCHASING = "采购"
    FINANCE = "财务"
    STOREKEEPER = "材料员"
    TEAM_LEAD = "班组长"
    SITE_WORKER = "施工员"


class Valuation(StrEnum):
    MOVING_AVERAGE = "moving_average"
    FIFO = "fifo"
    SPECIFIC = "specific"


class Tracking(StrEnum):
    NONE = "none"
    LOT = "lot"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    name: str
    valuation: Valuation = Valuation.MOVING_AVERAGE
    scan_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What is kept. `units` maps another unit's name to how many of it make one base unit (exact)."""

    code: str
    name: str
    spec: str = ""
    category: str = ""
    base_unit: str
    units: tuple[tuple[str, Fraction], ...] = ()
    aliases: tuple[str, ...] = ()
    tracked: Tracking = Tracking.NONE
    shelf_life_days: int | None = None
    guidance: str = ""
    barcode: str = ""

    @property
    def label(self) -> str:
        """Name and specification, as people say it."""
        return f"{self.name} {self.spec}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    code: str
    name: str
    aliases: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    parent: str | None = None
    manager: str | None = None  # person id
    budget: Money | None = None
    contract_amount: Money | None = None
    start: date | None = None
    end: date | None = None
    template: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One line of a bill of quantities: what a stage is meant to use. `quantity` is in the unit it was written in."""

    stage: str
    material: str
    quantity: Quantity
    unit_price: Price | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectTemplate:
    code: str
    name: str
    stages: tuple[str, ...] = ()
    plan: tuple[PlanLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    project: str
    line: PlanLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role, company-wide (project None) or in one project."""

    role: Role
    project: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whom the book knows; `id` is the DingTalk user id."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    superior: str | None = None
    team: str | None = None

    def has(self, role: Role, *, project: str | None = None) -> bool:
        """Whether the person holds the role in this project, or company-wide."""
        return any(g.role is role and (g.project is None or g.project == project) for g in self.grants)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Workers under a leader; `project` None is a team that works wherever it is called."""

    name: str
    leader: str | None = None  # person id
    project: str | None = None

    def works_in(self, project: str) -> bool:
        return self.project in {None, project}


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    code: str
    name: str
    aliases: tuple[str, ...] = ()
    contact: str = ""
    terms_days: int | None = None
    lead_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    code: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """A place where stock lies. `project` owns what lies there; None is the company."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    project: str | None = None
    keeper: str | None = None  # person id


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    code: str
    name: str
    aliases: tuple[str, ...] = ()
    unit: str = ""
    unit_price: Price | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A DingTalk group the robot sits in; `project` None is a company-wide group."""

    conversation: str
    name: str = ""
    project: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRule:
    """Safety stock of a material in a warehouse, in the base unit, and who is told when stock falls below it."""

    material: str
    warehouse: str
    safety_stock: Quantity
    reorder_to: Quantity | None = None
    responsible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceNote:
    """A price somebody was given on a day, per `unit`."""

    material: str
    supplier: str | None = None
    unit: str
    unit_price: Price
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningStock:
    """Stock on the first day, in the unit it was written in; `unit_cost` is per that unit."""

    warehouse: str
    material: str
    quantity: Quantity
    unit_cost: Price
    lot: str = ""
    expiry: date | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedName:
    """What people call a material, as somebody told the robot to remember it in chat: `by` whom, on which day."""

    name: str
    material: str
    by: str = ""
    day: date


class NodeMode(StrEnum):
    ANY = "any"  # 或签: the first decision ends the node
    ALL = "all"  # 会签
    IN_TURN = "in_turn"


class OnTimeout(StrEnum):
    REMIND = "remind"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNode:
    """One step of an approval flow: asked of a role or of a named person, from `min_amount` upwards."""

    role: Role | None = None
    person: str | None = None
    mode: NodeMode = NodeMode.ANY
    min_amount: Money | None = None
    hours: int | None = None
    on_timeout: OnTimeout = OnTimeout.REMIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """An approval chain as data; `projects` empty means all."""

    document: str
    projects: tuple[str, ...] = ()
    nodes: tuple[FlowNode, ...] = ()
    cc: tuple[str, ...] = ()


FINANCE_FROM: Final = Money(50_000_00)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a company may choose. Times are the company's local time (TIMEZONE)."""

    digest_time: str = "18:00"
    requisition_finance_from: Money = FINANCE_FROM
    receipt_over_tolerance: Fraction = Fraction(1, 20)
    undo_minutes: int = 30
    sampling_rate: Fraction = Fraction(1, 10)
    ask_on_repeat: bool = True
    month_close_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A snapshot of all master data. Mappings are keyed by code (id, name) and keep the order of the file."""

    name: str = ""
    currency: str = "CNY"
    settings: Settings = Settings()
    units: dict[str, Unit] = field(default_factory=dict[str, Unit])
    categories: dict[str, Category] = field(default_factory=dict[str, Category])
    materials: dict[str, Material] = field(default_factory=dict[str, Material])
    templates: dict[str, ProjectTemplate] = field(default_factory=dict[str, ProjectTemplate])
    projects: dict[str, Project] = field(default_factory=dict[str, Project])
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    teams: dict[str, Team] = field(default_factory=dict[str, Team])
    suppliers: dict[str, Supplier] = field(default_factory=dict[str, Supplier])
    customers: dict[str, Customer] = field(default_factory=dict[str, Customer])
    warehouses: dict[str, Warehouse] = field(default_factory=dict[str, Warehouse])
    equipment: dict[str, Equipment] = field(default_factory=dict[str, Equipment])
    groups: dict[str, Group] = field(default_factory=dict[str, Group])
    plans: tuple[Plan, ...] = ()
    stock_rules: dict[tuple[str, str], StockRule] = field(default_factory=dict[tuple[str, str], StockRule])
    prices: tuple[PriceNote, ...] = ()
    flows: tuple[Flow, ...] = ()
    learned: dict[str, LearnedName] = field(default_factory=dict[str, LearnedName])  # by name

    def as_spoken(self) -> "Company":
        """For whoever reads words: the learned names stand among the aliases of their materials."""
        if not self.learned:
            return self
        materials = dict(self.materials)
        for learned in self.learned.values():
            if (found := materials.get(learned.material)) is not None and learned.name not in found.aliases:
                materials[found.code] = replace(found, aliases=(*found.aliases, learned.name))
        return replace(self, materials=materials)
