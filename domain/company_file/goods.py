"""What is kept and traded: units, categories, materials, equipment, suppliers, customers."""

from datetime import date
from fractions import Fraction
from typing import Final

from domain.company import Category, Customer, Equipment, LearnedName, Material, Supplier, Tracking, Unit, Valuation
from domain.company_file.choices import TRACKING_NAMES, TRACKINGS, VALUATION_NAMES, VALUATIONS
from domain.company_file.draft import Draft
from domain.company_file.faults import FaultKind, Thing, shown
from domain.company_file.limits import UNITS_MAX
from domain.company_file.row import Row
from domain.company_file.scalars import Whole, read_day, read_flag, read_price, read_ratio

DAYS = Whole(0, 36_500)
UNDATED: Final = date(1970, 1, 1)  # stands in for a day that is a fault
SHELF_LIFE = Whole(1, 36_500)


def unit(row: Row, draft: Draft) -> Unit:
    """A unit with the ways in which people write it."""
    name = row.code("name")
    old = draft.units.get(name)
    return Unit(name=name, aliases=row.aliases(old.aliases if old else ()))


def category(row: Row, draft: Draft) -> Category:
    """A category with its valuation."""
    name = row.code("name")
    old = draft.categories.get(name) or Category(name=name)
    empty = Valuation.MOVING_AVERAGE if row.has("valuation") else old.valuation
    return Category(
        name=name,
        valuation=row.choice("valuation", empty, VALUATIONS, VALUATION_NAMES),
        scan_required=row.read("scan_required", old.scan_required, False, read_flag),
    )


def unit_name(row: Row, name: str, draft: Draft, place: str = "") -> str:
    """A unit by its name or one of its aliases. Where nobody has listed any units, any name founds one."""
    written = row.text(name)
    if not written:
        return ""
    if (found := resolve_unit(draft, written)) is not None:
        return found
    if row.desk.known.any(Thing.UNIT) and not row.desk.refer(place or row.at(name), Thing.UNIT, written):
        return ""
    draft.found_unit(Unit(name=written))
    return written


def resolve_unit(draft: Draft, written: str) -> str | None:
    """The unit that a name or an alias stands for: as written if possible, else whatever the case of its letters."""
    names = draft.unit_names
    return names.get(written) or names.get(written.casefold())


def material(row: Row, draft: Draft) -> Material:
    """A material with its units and aliases."""
    code = row.code("code")
    old = draft.materials.get(code)
    start = old or Material(code=code, name="", base_unit="")
    base_unit = _base_unit(row, draft, old)
    tracked = Tracking.NONE if row.has("tracked") else start.tracked
    return Material(
        code=code,
        name=row.name("name", old.name if old else None),
        spec=row.text("spec", start.spec),
        category=_category(row, draft, start.category),
        base_unit=base_unit,
        units=_other_units(row, draft, base_unit) if row.has("units") else start.units,
        aliases=row.aliases(start.aliases),
        tracked=row.choice("tracked", tracked, TRACKINGS, TRACKING_NAMES),
        shelf_life_days=row.maybe("shelf_life_days", start.shelf_life_days, SHELF_LIFE),
        guidance=row.notes("guidance", start.guidance),
        barcode=row.text("barcode", start.barcode),
    )


def _base_unit(row: Row, draft: Draft, old: Material | None) -> str:
    if old is not None and not row.has("base_unit"):
        return old.base_unit
    if row.is_blank("base_unit"):
        row.fault("base_unit", FaultKind.MISSING)
        return ""
    return unit_name(row, "base_unit", draft)


def _category(row: Row, draft: Draft, kept: str) -> str:
    """A category that nobody has defined is founded with the defaults: naming one is enough."""
    name = row.text("category", kept)
    if name and name not in draft.categories:
        draft.categories[name] = Category(name=name)
        row.desk.known.add(Thing.CATEGORY, name)
    return name


def _other_units(row: Row, draft: Draft, base_unit: str) -> tuple[tuple[str, Fraction], ...]:
    """The other units at their fixed ratios. The base unit itself is not one of them."""
    ratios = dict[str, Fraction]()
    for nested in row.rows("units", "materials.units", UNITS_MAX):
        if nested.is_blank("unit"):
            nested.fault("unit", FaultKind.MISSING)
            continue
        name, per_base = unit_name(nested, "unit", draft), nested.need("per_base", None, read_ratio)
        if name and (name in ratios or name == base_unit):
            nested.fault("unit", FaultKind.DUPLICATE, value=shown(name), other=row.at("base_unit"))
        elif name:
            # A faulty ratio was reported; without a stand-in every line in this unit would be reported as well.
            ratios[name] = per_base or Fraction(1)
    return tuple(ratios.items())


def equipment(row: Row, draft: Draft) -> Equipment:
    """A machine that is hired or charged by time."""
    code = row.code("code")
    old = draft.equipment.get(code)
    start = old or Equipment(code=code, name="")
    return Equipment(
        code=code,
        name=row.name("name", old.name if old else None),
        aliases=row.aliases(start.aliases),
        unit=unit_name(row, "unit", draft) if row.has("unit") else start.unit,
        unit_price=row.maybe("unit_price", start.unit_price, read_price),
    )


def supplier(row: Row, draft: Draft) -> Supplier:
    """From whom the company buys."""
    code = row.code("code")
    old = draft.suppliers.get(code)
    start = old or Supplier(code=code, name="")
    return Supplier(
        code=code,
        name=row.name("name", old.name if old else None),
        aliases=row.aliases(start.aliases),
        contact=row.notes("contact", start.contact),
        terms_days=row.maybe("terms_days", start.terms_days, DAYS),
        lead_days=row.maybe("lead_days", start.lead_days, DAYS),
    )


def customer(row: Row, draft: Draft) -> Customer:
    """To whom the company sells."""
    code = row.code("code")
    old = draft.customers.get(code)
    return Customer(
        code=code,
        name=row.name("name", old.name if old else None),
        aliases=row.aliases(old.aliases if old else ()),
    )


def learned_name(row: Row, draft: Draft) -> LearnedName:
    """A name that was learned in chat. Who taught it is only told: that person may have left since."""
    name = row.code("name")
    old = draft.learned.get(name)
    return LearnedName(
        name=name,
        material=row.need_ref("material", Thing.MATERIAL) if row.has("material") or old is None else old.material,
        by=row.text("by", old.by if old else ""),
        day=row.need("date", old.day if old else None, read_day) or UNDATED,
    )
