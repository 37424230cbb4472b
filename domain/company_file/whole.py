"""What the company as a whole must keep: names that tell things apart, no circles, nothing changed under the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.company import Category, Company, Material, Valuation
from domain.company_file.draft import Draft
from domain.company_file.faults import Fault, FaultKind, Findings, shown

Places = dict[str, dict[object, str]]  # key of the file -> code of the element -> place


@dataclass(frozen=True, slots=True)
class InUse:
    """What the ledger already speaks of. Its unit, tracking, valuation and owner may not change any more."""

    materials: frozenset[str] = frozenset()
    warehouses: frozenset[str] = frozenset()


NOTHING_IN_USE = InUse()


def check_whole(findings: Findings, places: Places, draft: Draft, book: Company, in_use: InUse) -> None:
    """Compare the elements with each other, and with the book."""
    _check_names(findings, places, draft)
    parents = {code: project.parent for code, project in draft.projects.items()}
    _check_circles(findings, places.get("projects", {}), parents, "parent")
    superiors = {user: person.superior for user, person in draft.people.items()}
    _check_circles(findings, places.get("people", {}), superiors, "superior")
    _check_materials_in_use(findings, places, draft, book, in_use)
    _check_warehouses_in_use(findings, places, draft, book, in_use)


def _check_names(findings: Findings, places: Places, draft: Draft) -> None:
    """A name belongs to one thing. People may be namesakes; materials differ by their specification as well."""
    materials = ((m.code, m.label) for m in draft.materials.values())
    _check_unique(findings, places.get("materials", {}), materials, "name")
    barcodes = ((m.code, m.barcode) for m in draft.materials.values())
    _check_unique(findings, places.get("materials", {}), barcodes, "barcode")
    shelves = (
        ("projects", draft.projects),
        ("templates", draft.templates),
        ("suppliers", draft.suppliers),
        ("customers", draft.customers),
        ("warehouses", draft.warehouses),
        ("equipment", draft.equipment),
    )
    for key, shelf in shelves:
        named = ((code, element.name) for code, element in shelf.items())
        _check_unique(findings, places.get(key, {}), named, "name")
    units = ((u.name, written) for u in draft.units.values() for written in dict.fromkeys((u.name, *u.aliases)))
    _check_unique(findings, places.get("units", {}), units, "aliases")


def _check_unique(
    findings: Findings, places: Mapping[object, str], named: Iterable[tuple[str, str]], field: str
) -> None:
    """Report the second bearer of a name, or the first if only that one stands in the file."""
    bearers = dict[str, str]()
    for code, name in named:
        if not name:
            continue
        first = bearers.setdefault(name, code)
        place, other = places.get(code), places.get(first, first)
        if place is None:
            place, other = places.get(first), code
        if first != code and place is not None:
            findings.add(
                Fault(place=f"{place}.{field}", kind=FaultKind.DUPLICATE, value=shown(name), other=shown(other))
            )


def _check_circles(
    findings: Findings, places: Mapping[object, str], above: Mapping[str, str | None], field: str
) -> None:
    """Going up from anywhere must come to an end. A circle is reported once."""
    ended = set[str]()
    for start in above:
        path, code = dict[str, None](), start
        while code in above and code not in ended and code not in path:
            path[code] = None
            code = above[code] or ""
        if code in path:
            circle = list(path)[list(path).index(code) :]
            named = next((c for c in circle if c in places), circle[0])
            way = shown(" → ".join((*circle, circle[0])))
            findings.add(
                Fault(place=f"{places.get(named, named)}.{field}", kind=FaultKind.CIRCLE, value=shown(named), other=way)
            )
        ended.update(path)


def _check_materials_in_use(findings: Findings, places: Places, draft: Draft, book: Company, in_use: InUse) -> None:
    by_category = places.get("categories", {})
    for code in sorted(in_use.materials & book.materials.keys() & draft.materials.keys()):
        old, new = book.materials[code], draft.materials[code]
        place = places.get("materials", {}).get(code, f"materials.{shown(code)}")
        facts: tuple[tuple[str, str, str], ...] = (
            (f"{place}.base_unit", old.base_unit, new.base_unit),
            (f"{place}.tracked", old.tracked.value, new.tracked.value),
        )
        for where, before, after in facts:
            _fixed(findings, where, before, after, old.label)
        for unit, ratio in old.units:
            kept = dict(new.units).get(unit)
            _fixed(findings, f"{place}.units", f"{unit} {ratio}", f"{unit} {kept or '—'}", old.label)
        before, after = _valuation(book.categories, old), _valuation(draft.categories, new)
        category = by_category.get(new.category)
        where = f"{category}.valuation" if category else f"{place}.category"
        _fixed(findings, where, before, after, old.label)


def _valuation(categories: Mapping[str, Category], material: Material) -> str:
    found = categories.get(material.category)
    return (found.valuation if found else Valuation.MOVING_AVERAGE).value


def _check_warehouses_in_use(findings: Findings, places: Places, draft: Draft, book: Company, in_use: InUse) -> None:
    for code in sorted(in_use.warehouses & book.warehouses.keys() & draft.warehouses.keys()):
        old, new = book.warehouses[code], draft.warehouses[code]
        place = places.get("warehouses", {}).get(code, f"warehouses.{shown(code)}")
        _fixed(findings, f"{place}.project", old.project or "null", new.project or "null", old.name)


def _fixed(findings: Findings, place: str, before: str, after: str, owner: str) -> None:
    if before != after:
        findings.add(
            Fault(place=place, kind=FaultKind.IN_USE, value=shown(after), nearest=shown(before), other=shown(owner))
        )
