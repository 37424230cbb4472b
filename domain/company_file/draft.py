"""The company as it is being put together: what the book held, and over it what the file says."""

from dataclasses import dataclass, field
from datetime import date

from domain.company import (
    Category,
    Company,
    Customer,
    Equipment,
    Flow,
    Group,
    LearnedName,
    Material,
    OpeningStock,
    Person,
    Plan,
    PriceNote,
    Project,
    ProjectTemplate,
    Settings,
    StockRule,
    Supplier,
    Team,
    Unit,
    Warehouse,
)

PlanKey = tuple[str, str, str]  # project, stage, material
PriceKey = tuple[str, str | None, str, date]  # material, supplier, unit, day
FlowKey = tuple[str, frozenset[str]]  # document, projects


def plan_key(plan: Plan) -> PlanKey:
    """What tells one line of the bill of quantities from another."""
    return plan.project, plan.line.stage, plan.line.material


def price_key(note: PriceNote) -> PriceKey:
    """What tells one price from another."""
    return note.material, note.supplier, note.unit, note.day


def flow_key(flow: Flow) -> FlowKey:
    """What tells one flow from another."""
    return flow.document, frozenset(flow.projects)


@dataclass(slots=True, kw_only=True)
class Draft:
    """Mutable shelves; `company` makes the immutable whole of them."""

    name: str
    currency: str
    settings: Settings
    units: dict[str, Unit]
    categories: dict[str, Category]
    materials: dict[str, Material]
    templates: dict[str, ProjectTemplate]
    projects: dict[str, Project]
    people: dict[str, Person]
    teams: dict[str, Team]
    suppliers: dict[str, Supplier]
    customers: dict[str, Customer]
    warehouses: dict[str, Warehouse]
    equipment: dict[str, Equipment]
    groups: dict[str, Group]
    plans: dict[PlanKey, Plan]
    stock_rules: dict[tuple[str, str], StockRule]
    prices: dict[PriceKey, PriceNote]
    flows: dict[FlowKey, Flow]
    learned: dict[str, LearnedName]
    opening_stock: list[OpeningStock] = field(default_factory=list[OpeningStock])
    unit_names: dict[str, str] = field(default_factory=dict[str, str])  # every way to write a unit, and its name

    @classmethod
    def of(cls, book: Company) -> "Draft":
        """Start from what the book holds; nothing of the book itself is changed."""
        return cls(
            name=book.name,
            currency=book.currency,
            settings=book.settings,
            units=dict(book.units),
            categories=dict(book.categories),
            materials=dict(book.materials),
            templates=dict(book.templates),
            projects=dict(book.projects),
            people=dict(book.people),
            teams=dict(book.teams),
            suppliers=dict(book.suppliers),
            customers=dict(book.customers),
            warehouses=dict(book.warehouses),
            equipment=dict(book.equipment),
            groups=dict(book.groups),
            plans={plan_key(plan): plan for plan in book.plans},
            stock_rules=dict(book.stock_rules),
            prices={price_key(note): note for note in book.prices},
            flows={flow_key(flow): flow for flow in book.flows},
            learned=dict(book.learned),
        )

    def found_unit(self, unit: Unit) -> None:
        """Put a unit on its shelf and make it findable. What was written exactly so goes before a mere likeness."""
        self.units[unit.name] = unit
        self.unit_names[unit.name] = unit.name
        for alias in unit.aliases:
            self.unit_names.setdefault(alias, unit.name)

    def index_units(self) -> None:
        """Make all units findable; capital and small letters count as the same only where nothing fits exactly."""
        for unit in tuple(self.units.values()):
            self.found_unit(unit)
        for written, name in tuple(self.unit_names.items()):
            self.unit_names.setdefault(written.casefold(), name)

    def company(self) -> Company:
        """The whole, as a snapshot."""
        return Company(
            name=self.name,
            currency=self.currency,
            settings=self.settings,
            units=self.units,
            categories=self.categories,
            materials=self.materials,
            templates=self.templates,
            projects=self.projects,
            people=self.people,
            teams=self.teams,
            suppliers=self.suppliers,
            customers=self.customers,
            warehouses=self.warehouses,
            equipment=self.equipment,
            groups=self.groups,
            plans=tuple(self.plans.values()),
            stock_rules=self.stock_rules,
            prices=tuple(self.prices.values()),
            flows=tuple(self.flows.values()),
            learned=self.learned,
        )
