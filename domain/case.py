"""What a good storekeeper would say before you sign: stock, orders, budget, last price (house plan §4)."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.company import Company, Material, Warehouse
from domain.documents import Document, Line
from domain.operation import AnyNeed, Facts
from domain.prices import last_paid
from domain.records import LastPricesOf, OnOrderOf, PaidPrice, Spend, SpendOf
from domain.stock import BalancesOf, on_hand
from domain.values import Money, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCase:
    """One line beside what the book knows about its material."""

    material: Material
    line: Line
    on_hand: Quantity
    on_order: Quantity
    last: PaidPrice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`amount` is None when a line has no price; `left` is the budget that remains once this is bought."""

    lines: tuple[LineCase, ...]
    amount: Money | None
    budget: Money | None
    spend: Spend

    @property
    def left(self) -> Money | None:
        if self.budget is None or self.amount is None:
            return None
        return self.budget - self.spend.total - self.amount


def warehouses_of(company: Company, project: str) -> tuple[Warehouse, ...]:
    """Where a project's material lies: its own warehouses, else the company's one that its bookings use, else none."""
    own = tuple(w for w in company.warehouses.values() if w.project == project)
    shared = tuple(w for w in company.warehouses.values() if w.project is None)
    return own or shared[:1]


def needs(company: Company, project: str, materials: Iterable[str], *, without: str = "") -> list[AnyNeed]:
    """The facts that `of` reads; `without` is the document's number once it stands in the book."""
    wanted: list[AnyNeed] = [SpendOf(project=project, without=without)]
    for code in materials:
        wanted += [OnOrderOf(project=project, material=code), LastPricesOf(material=code)]
        wanted += [BalancesOf(material=code, warehouse=w.code) for w in warehouses_of(company, project)]
    return wanted


def of(facts: Facts, document: Document, *, without: str = "") -> Case:
    """The case for a document beside everything else the project has asked, ordered and spent."""
    company, project = facts.company, document.project
    lines = tuple(_line(facts, project, line) for line in document.lines)
    found = company.projects.get(project)
    return Case(
        lines=lines,
        amount=document.amount,
        budget=found.budget if found else None,
        spend=facts[SpendOf(project=project, without=without)],
    )


def _line(facts: Facts, project: str, line: Line) -> LineCase:
    material = facts.company.materials[line.material]
    held = [on_hand(facts, material, w.code).millionths for w in warehouses_of(facts.company, project)]
    return LineCase(
        material=material,
        line=line,
        on_hand=Quantity(sum(held), material.base_unit),
        on_order=facts[OnOrderOf(project=project, material=line.material)],
        last=last_paid(facts, material),
    )
