"""Facts about documents that operations ask storage for."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from domain.company import Company, Material, Person, Project, Supplier, Warehouse
from domain.documents import Document, NoSuchDocument, Number
from domain.errors import DomainError
from domain.operation import ISSUES, ORDERS, RECEIPTS, REQUISITIONS, REVERSALS, Facts, Need, Question
from domain.values import Money, Price, Quantity


@dataclass(frozen=True, slots=True)
class DocumentOf(Need[Document | None]):
    """A document as it stands, by its number."""

    number: str

    @property
    def topics(self) -> frozenset[str]:
        return frozenset({Number.read(self.number).kind.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrdersOf(Need[tuple[Number, ...]]):
    """Orders of a project that still expect a material, oldest first."""

    follows: ClassVar[frozenset[str]] = frozenset({ORDERS, RECEIPTS, REVERSALS})
    project: str
    material: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidPrice:
    """What was paid for a material: per `unit`, to whom, when, by which document ("" for the company file's prices)."""

    price: Price
    unit: str
    supplier: str
    day: date
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPricesOf(Need[tuple[PaidPrice, ...]]):
    """The last prices paid for a material, newest first, three at most."""

    follows: ClassVar[frozenset[str]] = frozenset({RECEIPTS, REVERSALS})
    material: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnOrderOf(Need[Quantity]):
    """How much of a material a project's open orders still expect, in the base unit."""

    follows: ClassVar[frozenset[str]] = frozenset({ORDERS, RECEIPTS, REVERSALS})
    project: str
    material: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """A project's budget use, each yuan counted once (docs/adr/0004).

    `asked`: requisitions still being decided; `ordered`: orders not yet received; `spent`: what suppliers delivered
    for the project, undone deliveries taken off.
    """

    asked: Money
    ordered: Money
    spent: Money

    @property
    def total(self) -> Money:
        return self.asked + self.ordered + self.spent


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendOf(Need[Spend]):
    """A project's budget use, leaving out one document: the one that is being looked at."""

    follows: ClassVar[frozenset[str]] = frozenset({REQUISITIONS, ORDERS, RECEIPTS, REVERSALS})
    project: str
    without: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastStageOf(Need[str | None]):
    """The stage for which a team last took material in a project."""

    follows: ClassVar[frozenset[str]] = frozenset({ISSUES, REVERSALS})
    project: str
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What a text booked, and when."""

    number: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedBy(Need[Booked | None]):
    """What the same text from the same person booked last; `said` is a digest of the text."""

    person: str
    said: str


@dataclass(eq=False)
class WhichProject(Question):
    """No project is known: the text names none and the chat is bound to none."""


@dataclass(eq=False)
class NoSuchMaterial(DomainError):
    code: str


@dataclass(eq=False)
class NoSuchProject(DomainError):
    code: str


@dataclass(eq=False)
class NoSuchWarehouse(DomainError):
    code: str


@dataclass(eq=False)
class NoSuchSupplier(DomainError):
    code: str


def document(facts: Facts, number: str) -> Document:
    """The document. Raises NoSuchDocument."""
    found = facts[DocumentOf(number)]
    if found is None:
        raise NoSuchDocument(number)
    return found


def material(company: Company, code: str) -> Material:
    """The material. Raises NoSuchMaterial: it was taken out of the book since the text was read."""
    if (found := company.materials.get(code)) is None:
        raise NoSuchMaterial(code)
    return found


def project(company: Company, code: str) -> Project:
    """The project. Raises WhichProject when none is named, NoSuchProject when the book has none of that code."""
    if not code:
        raise WhichProject(asks=("fields.project",), choices=(("fields.project", tuple(company.projects)),))
    if (found := company.projects.get(code)) is None:
        raise NoSuchProject(code)
    return found


def warehouse(company: Company, code: str) -> Warehouse:
    if (found := company.warehouses.get(code)) is None:
        raise NoSuchWarehouse(code)
    return found


def supplier(company: Company, code: str) -> Supplier | None:
    """The supplier, None for "" (nobody named). Raises NoSuchSupplier."""
    if not code:
        return None
    if (found := company.suppliers.get(code)) is None:
        raise NoSuchSupplier(code)
    return found


def name_of(company: Company, person: str) -> str:
    """A person's name, or the id when the book no longer knows them."""
    found: Person | None = company.people.get(person)
    return found.name if found else person
