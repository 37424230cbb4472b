"""Which price stands where a person typed none: the last one paid, and what a quantity would cost at it."""

from fractions import Fraction

from domain.company import Material
from domain.operation import Facts
from domain.records import LastPricesOf, PaidPrice
from domain.values import FEN_PER_YUAN, MILLION, Money, Price, Quantity, half_up


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
