"""Prices of a material: which one stands where a person typed none, and which typed one is far from the last."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from domain.company import Material
from domain.operation import Asker, Facts, Question, sees_cost
from domain.records import LastPricesOf, PaidPrice
from domain.values import FEN_PER_YUAN, MILLION, Money, Price, Quantity, half_up

# What a market does to a price between two deliveries stays below three times. The price of a ton said of a bag, of a
# box said of a piece, and a point in the wrong place are all beyond it.
FAR_OFF: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FarOff:
    """A price far from the last one, both per `unit`; `last` is None where whoever is asked may not see it."""

    material: Material
    unit: str
    price: Price
    last: Price | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidPrice:
    """What line `at` of a message says that an entered quantity costs, by its unit."""

    at: int
    material: Material
    unit: str
    price: Price


@dataclass(eq=False)
class PriceFarOff(Question):
    """Prices that nobody would pay who paid the last ones: asked about before they are booked."""

    lines: tuple[FarOff, ...]


def units_per_base(material: Material, unit: str) -> Fraction | None:
    """How many of a unit make one base unit; None when the material does not know the unit."""
    if unit == material.base_unit:
        return Fraction(1)
    return next((per_base for name, per_base in material.units if name == unit), None)


def last_paid(facts: Facts, material: Material) -> PaidPrice | None:
    """The newest price for a material, from bookings, else from the company file."""
    paid = facts[LastPricesOf(material=material.code)]
    if paid:
        return paid[0]
    noted = [n for n in facts.company.prices if n.material == material.code]
    if not noted:
        return None
    newest = max(noted, key=lambda n: n.day)
    return PaidPrice(price=newest.unit_price, unit=newest.unit, supplier=newest.supplier or "", day=newest.day)


def last_supplier(facts: Facts, material: Material) -> str:
    """Who was paid last for a material; receipts and notes that name nobody are passed over. "" for nobody known."""
    noted = sorted((n for n in facts.company.prices if n.material == material.code), key=lambda n: n.day, reverse=True)
    named = (*(paid.supplier for paid in facts[LastPricesOf(material=material.code)]), *(n.supplier for n in noted))
    return next((code for code in named if code and code in facts.company.suppliers), "")


def price_in(material: Material, paid: PaidPrice, unit: str) -> Price | None:
    """A price turned into one per another unit of the material, rounded half up to six places."""
    theirs, ours = units_per_base(material, paid.unit), units_per_base(material, unit)
    if theirs is None or ours is None:
        return None
    return Price(half_up(paid.price.micros * theirs / ours))


def cost_at(material: Material, paid: PaidPrice, quantity: Quantity) -> Money | None:
    """What a base quantity costs at a price, divided once and rounded once to the fen."""
    theirs = units_per_base(material, paid.unit)
    if theirs is None:
        return None
    micros = Fraction(paid.price.micros) * theirs * quantity.millionths
    return Money(half_up(micros * FEN_PER_YUAN / (MILLION * MILLION)))


def exact_cost(material: Material, paid: PaidPrice, entered: Quantity) -> Money:
    """What an entered quantity costs at a price per another unit: one exact product, rounded once to the fen."""
    theirs, ours = units_per_base(material, paid.unit), units_per_base(material, entered.unit)
    if theirs is None or ours is None:
        raise ValueError(f"{material.code}: {paid.unit} or {entered.unit} is no unit of it")
    micros = Fraction(paid.price.micros) * theirs / ours * entered.millionths
    return Money(half_up(micros * FEN_PER_YUAN / (MILLION * MILLION)))


def is_far_off(material: Material, said: PaidPrice, last: PaidPrice) -> bool:
    """Whether a price is beyond FAR_OFF times the last one or below its share; units may differ. Free is no measure."""
    ours, theirs = units_per_base(material, said.unit), units_per_base(material, last.unit)
    if ours is None or theirs is None or not last.price.micros:
        return False
    now, before = said.price.micros * ours, last.price.micros * theirs
    return now > FAR_OFF * before or FAR_OFF * now < before


def must_be_usual(said: Iterable[SaidPrice], facts: Facts, *, by: Asker, project: str) -> None:
    """Ask about prices far from the last paid; needs LastPricesOf each material. Raises PriceFarOff."""
    shown, found, paths = sees_cost(by, facts.company, project=project), list[FarOff](), list[str]()
    for one in said:
        last = last_paid(facts, one.material)
        now = PaidPrice(price=one.price, unit=one.unit, supplier="", day=facts.today)
        if last is None or not is_far_off(one.material, now, last):
            continue
        before = price_in(one.material, last, one.unit) if shown else None
        found.append(FarOff(material=one.material, unit=one.unit, price=one.price, last=before))
        paths.append(f"lines[{one.at}].unit_price")
    if found:
        asks = ("confirm.price", *paths) if len(paths) == 1 else ("confirm.price",)
        raise PriceFarOff(tuple(found), asks=asks)
