"""Balances and their facts: what lies where, and how moves change it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from domain.company import Company, Material, StockRule, Tracking, Valuation, Warehouse
from domain.entries import Move
from domain.errors import DomainError
from domain.operation import AnyNeed, Draft, Facts, Need
from domain.places import Place
from domain.pools import Pool
from domain.values import ROUNDING_STEPS, Money, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What lies of a material (and lot) in a warehouse, in the base unit. Never negative."""

    material: str
    warehouse: str
    lot: str
    quantity: Quantity
    expiry: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancesOf(Need[tuple[Balance, ...]]):
    """All lots of a material in a warehouse; a material without lots has one balance with lot ""."""

    material: str
    warehouse: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolsOf(Need[tuple[Pool, ...]]):
    """All cost pools of a material at one owner: one, or one a lot where lots keep their own cost."""

    material: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockIn(Need[tuple[Balance, ...]]):
    """Everything that lies in a warehouse, for questions about stock."""

    follows: ClassVar[frozenset[str]] = frozenset({"BalancesOf"})
    warehouse: str


@dataclass(eq=False)
class NotEnoughStock(DomainError):
    """More is wanted than lies there."""

    material: Material
    warehouse: Warehouse
    wanted: Quantity
    on_hand: Quantity

    @property
    def short(self) -> Quantity:
        return self.wanted - self.on_hand


@dataclass(eq=False)
class LotNeeded(DomainError):
    """A material that is told apart by lot arrived without one."""

    material: Material


@dataclass(eq=False)
class OnlyExpiredLots(DomainError):
    """What lies there is past its date; only a manager may let it out."""

    material: Material
    warehouse: Warehouse
    expired: Quantity


@dataclass(eq=False)
class NoSuchUnit(DomainError):
    """The material is not kept in this unit."""

    material: Material
    unit: str


@dataclass(eq=False)
class NothingToBook(DomainError):
    """A quantity of zero."""

    material: Material


def in_base(material: Material, entered: Quantity) -> Quantity:
    """Convert to the base unit, rounded once, half up, to six places. Raises NoSuchUnit, NothingToBook."""
    if not entered:
        raise NothingToBook(material)
    if entered.unit == material.base_unit:
        return entered
    for unit, per_base in material.units:
        if unit == entered.unit:
            found = Quantity.rounded(entered.exact / per_base, material.base_unit)
            if not found:
                raise NothingToBook(material)
            return found
    raise NoSuchUnit(material, entered.unit)


def whole_if_within_rounding(wanted: Quantity, on_hand: Quantity, *, converted: bool) -> Quantity:
    """The whole balance where a converted quantity misses it by no more than the roundings (9 pieces of a 1/9 box)."""
    near = abs(wanted.millionths - on_hand.millionths) <= ROUNDING_STEPS
    return on_hand if converted and near and on_hand else wanted


def keeps_cost_by_lot(material: Material, company: Company) -> bool:
    """Whether each lot is a cost pool of its own."""
    category = company.categories.get(material.category)
    specific = category is not None and category.valuation is Valuation.SPECIFIC
    return material.tracked is Tracking.LOT or specific


def is_averaged(material: Material, company: Company) -> bool:
    """Whether what comes in is averaged with what is there. A lot that keeps its own cost has nothing to queue."""
    category = company.categories.get(material.category)
    is_queued = category is not None and category.valuation is Valuation.FIFO
    return not is_queued or keeps_cost_by_lot(material, company)


def empty(material: Material, warehouse: str, lot: str, expiry: date | None = None) -> Balance:
    return Balance(
        material=material.code, warehouse=warehouse, lot=lot, quantity=Quantity(0, material.base_unit), expiry=expiry
    )


def on_hand(facts: Facts, material: Material, warehouse: str) -> Quantity:
    """What lies of a material in a warehouse, all lots together."""
    balances = facts[BalancesOf(material=material.code, warehouse=warehouse)]
    return Quantity(sum(b.quantity.millionths for b in balances), material.base_unit)


def first_expired_first(balances: Iterable[Balance]) -> list[Balance]:
    """Lots with stock in the order in which they should leave: earliest expiry first, those without one last."""
    held = [b for b in balances if b.quantity]
    return sorted(held, key=lambda b: (b.expiry is None, b.expiry or date.max, b.lot))


def choose_lots(
    facts: Facts, material: Material, warehouse: Warehouse, wanted: Quantity, *, lot: str
) -> list[tuple[str, Quantity]]:
    """From which lots a quantity leaves: the named one, else first expired first out, never a lot past its date.

    Raises NotEnoughStock, OnlyExpiredLots.
    """
    balances = facts[BalancesOf(material=material.code, warehouse=warehouse.code)]
    usable = [b for b in first_expired_first(balances) if not lot or b.lot == lot]
    fresh = [b for b in usable if b.expiry is None or b.expiry >= facts.today]
    available = Quantity(sum(b.quantity.millionths for b in fresh), material.base_unit)
    if wanted > available:
        expired = Quantity(sum(b.quantity.millionths for b in usable), material.base_unit) - available
        if wanted <= available + expired:
            raise OnlyExpiredLots(material, warehouse, expired)
        raise NotEnoughStock(material, warehouse, wanted, available)
    chosen, left = list[tuple[str, Quantity]](), wanted
    for balance in fresh:
        part = min(left, balance.quantity, key=lambda q: q.millionths)
        chosen.append((balance.lot, part))
        left = left - part
        if not left:
            break
    return chosen


def change_balance(
    draft: Draft, material: Material, warehouse: str, lot: str, delta: int, expiry: date | None = None
) -> None:
    """Add millionths (or take them off) in the draft. Raises ValueError below zero: the caller has to check first."""
    need = BalancesOf(material=material.code, warehouse=warehouse)
    balances = draft[need]
    found = next((b for b in balances if b.lot == lot), None)
    before = found or empty(material, warehouse, lot, expiry)
    if before.quantity.millionths + delta < 0:
        raise ValueError(f"{material.code} in {warehouse}: {before.quantity} and {delta} millionths")
    after = replace(before, quantity=Quantity(before.quantity.millionths + delta, material.base_unit))
    draft[need] = (*(b for b in balances if b.lot != lot), after)


def _pool(draft: Draft, material: Material, owner: str, lot: str) -> Pool:
    pools = draft[PoolsOf(material=material.code, owner=owner)]
    found = next((p for p in pools if p.lot == lot), None)
    return found or Pool(material=material.code, owner=owner, lot=lot, unit=material.base_unit)


def _keep(draft: Draft, pool: Pool) -> None:
    need = PoolsOf(material=pool.material, owner=pool.owner)
    draft[need] = (*(p for p in draft[need] if p.lot != pool.lot), pool)


def pool_lot(draft: Facts, material: Material, lot: str) -> str:
    return lot if keeps_cost_by_lot(material, draft.company) else ""


def value_of(draft: Draft, material: Material, owner: str, lot: str, quantity: Quantity) -> Money:
    """What a quantity would take out of its pool now, without taking it."""
    return _pool(draft, material, owner, pool_lot(draft, material, lot)).take(quantity)[0]


def take_value(draft: Draft, material: Material, owner: str, lot: str, quantity: Quantity) -> Money:
    """Take a quantity's value out of its pool in the draft."""
    value, rest = _pool(draft, material, owner, pool_lot(draft, material, lot)).take(quantity)
    _keep(draft, rest)
    return value


def put_value(draft: Draft, material: Material, owner: str, lot: str, quantity: Quantity, value: Money) -> None:
    """Put a quantity and its value into its pool in the draft."""
    pool = _pool(draft, material, owner, pool_lot(draft, material, lot))
    _keep(draft, pool.put(quantity, value, averaged=is_averaged(material, draft.company)))


def owner_of(warehouse: Warehouse) -> str:
    """Whose stock lies in a warehouse: a project's code, or "" for the company."""
    return warehouse.project or ""


def default_warehouse(company: Company, project: str) -> Warehouse:
    """The project's first warehouse, else the company's first (company-file.md). Raises NoWarehouse."""
    for wanted in (project, None):
        for warehouse in company.warehouses.values():
            if warehouse.project == wanted:
                return warehouse
    raise NoWarehouse()


@dataclass(eq=False)
class OtherProjectsWarehouse(DomainError):
    """What lies there is another project's: it takes a transfer to use it here."""

    warehouse: Warehouse


def usable_by(warehouse: Warehouse, project: str) -> Warehouse:
    """The warehouse, if the project may book in it: its own, or the company's. Raises OtherProjectsWarehouse."""
    if warehouse.project not in {None, project}:
        raise OtherProjectsWarehouse(warehouse)
    return warehouse


@dataclass(eq=False)
class NoWarehouse(DomainError):
    """The company has no warehouse yet."""


def needs_of(material: str, warehouse: Warehouse) -> tuple[AnyNeed, ...]:
    """The balance and the pool that a booking of a material in a warehouse touches."""
    return (
        BalancesOf(material=material, warehouse=warehouse.code),
        PoolsOf(material=material, owner=owner_of(warehouse)),
    )


def come_in(
    draft: Draft,
    material: Material,
    warehouse: Warehouse,
    lot: str,
    quantity: Quantity,
    value: Money,
    expiry: date | None = None,
) -> None:
    """A quantity arrives in a warehouse: its balance and its pool grow."""
    change_balance(draft, material, warehouse.code, lot, quantity.millionths, expiry)
    put_value(draft, material, owner_of(warehouse), lot, quantity, value)


def go_out(draft: Draft, material: Material, warehouse: Warehouse, lot: str, quantity: Quantity) -> Money:
    """A quantity leaves a warehouse: its balance and its pool shrink. Returns the value that left."""
    change_balance(draft, material, warehouse.code, lot, -quantity.millionths)
    return take_value(draft, material, owner_of(warehouse), lot, quantity)


def rule_of(company: Company, material: str, warehouse: str) -> StockRule | None:
    return company.stock_rules.get((material, warehouse))


def touched(moves: Iterable[Move]) -> set[tuple[str, str]]:
    """The (material, warehouse) pairs that moves touch."""
    ends: list[tuple[str, Place]] = [(m.material, p) for m in moves for p in (m.source, m.target)]
    return {(material, place.code) for material, place in ends if place.is_real}
