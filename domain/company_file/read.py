"""Reads a company file over what the book holds: all of it is checked, and every fault is reported at once."""

from collections.abc import Callable, Hashable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TypeVar, cast

from domain.company import Company, OpeningStock
from domain.company_file import choosing, goods, people, site, stock
from domain.company_file.draft import Draft, flow_key, plan_key, price_key
from domain.company_file.faults import Fault, FaultKind, Thing, shown
from domain.company_file.headings import KEYS, RECORDS, synonyms
from domain.company_file.known import Known, know_the_book, know_the_file
from domain.company_file.limits import ELEMENTS_MAX
from domain.company_file.row import Desk, Row
from domain.company_file.scalars import wrong_type
from domain.company_file.whole import NOTHING_IN_USE, InUse, Places, check_whole

K = TypeVar("K", bound=Hashable)
E = TypeVar("E")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFile:
    """What a file says: the company as it is after loading, and the stock of the first day, which is booked once."""

    company: Company
    opening_stock: tuple[OpeningStock, ...] = ()


def read_company_file(data: object, *, into: Company, in_use: InUse = NOTHING_IN_USE) -> CompanyFile:
    """Read a file over the book. Raises CompanyFileFaults with every fault; the book is left as it is.

    `in_use` names what the ledger speaks of already, so that nothing is changed under it.
    """
    desk, draft = Desk(known=Known()), Draft.of(into)
    keys = _keys(desk, data)
    lists = {key: _elements(desk, key, value) for key, value in keys.items() if key not in RECORDS}
    know_the_book(desk.known, into)
    for key, elements in lists.items():
        know_the_file(desk.known, key, elements)
    reading = _Reading(desk=desk, draft=draft, lists=lists, places={})
    _read_choices(desk, draft, keys)
    _read_goods(reading)
    _read_site(reading)
    people.grant_managers(draft, into.projects)
    site.preset_plans(draft, into.projects)
    _read_stock(reading)
    check_whole(desk.findings, reading.places, draft, into, in_use)
    desk.findings.settle(tuple(keys))
    return CompanyFile(company=draft.company(), opening_stock=tuple(draft.opening_stock))


def _keys(desk: Desk, data: object) -> dict[str, object]:
    """The top-level keys under their English names."""
    if not isinstance(data, dict):
        wrong_type(desk.findings, "", data, Thing.RECORD)
        return {}
    headings, result = synonyms(KEYS), dict[str, object]()
    for heading, value in cast("Mapping[object, object]", data).items():
        key, place = headings.get(heading.strip()) if isinstance(heading, str) else None, shown(heading)
        if key is None:
            meant = desk.suggester.nearest(place, "keys", lambda: headings)
            desk.findings.add(Fault(place=place, kind=FaultKind.UNKNOWN_KEY, value=place, nearest=meant))
        elif key in result:
            desk.findings.add(Fault(place=place, kind=FaultKind.TWICE, value=key))
        elif value is not None:
            result[key] = value
    return result


def _elements(desk: Desk, key: str, value: object) -> list[object]:
    elements = desk.elements(key, value, ELEMENTS_MAX)
    # A team may be written as its bare name.
    return [{"name": e} if isinstance(e, str) else e for e in elements] if key == "teams" else elements


def _read_choices(desk: Desk, draft: Draft, keys: Mapping[str, object]) -> None:
    rows = {key: desk.open(key, keys[key], key) for key in sorted(RECORDS) if key in keys}
    company, settings = rows.get("company"), rows.get("settings")
    if company is not None:
        choosing.company(company, draft)
    if settings is not None:
        choosing.settings(settings, draft, company)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """The file under way: what is left to read, and where each element stood."""

    desk: Desk
    draft: Draft
    lists: Mapping[str, list[object]]
    places: Places

    def rows(self, key: str) -> list[Row]:
        """The objects of one key."""
        opened = (self.desk.open(f"{key}[{i}]", e, key) for i, e in enumerate(self.lists.get(key, [])))
        return [row for row in opened if row is not None]

    def shelve(
        self,
        key: str,
        shelf: MutableMapping[K, E],
        read: Callable[[Row, Draft], E | None],
        code_of: Callable[[E], K],
        naming: str = "code",
    ) -> None:
        """Read every element of a key onto its shelf; the same code a second time is a fault."""
        places = self.places.setdefault(key, {})
        for row in self.rows(key):
            element = read(row, self.draft)
            if element is None or not (code := code_of(element)):
                continue
            if code in places:
                row.fault(naming, FaultKind.DUPLICATE, value=shown(row.raw(naming) or ""), other=places[code])
            else:
                places[code] = row.place
                shelf[code] = element


def _read_goods(reading: _Reading) -> None:
    draft = reading.draft
    reading.shelve("units", draft.units, goods.unit, lambda e: e.name, "name")
    draft.index_units()
    reading.shelve("categories", draft.categories, goods.category, lambda e: e.name, "name")
    reading.shelve("materials", draft.materials, goods.material, lambda e: e.code)
    reading.shelve("equipment", draft.equipment, goods.equipment, lambda e: e.code)
    reading.shelve("suppliers", draft.suppliers, goods.supplier, lambda e: e.code)
    reading.shelve("customers", draft.customers, goods.customer, lambda e: e.code)


def _read_site(reading: _Reading) -> None:
    draft = reading.draft
    reading.shelve("templates", draft.templates, site.template, lambda e: e.code)
    reading.shelve("projects", draft.projects, site.project, lambda e: e.code)
    reading.shelve("people", draft.people, people.person, lambda e: e.id, "id")
    reading.shelve("teams", draft.teams, people.team, lambda e: e.name, "name")
    reading.shelve("warehouses", draft.warehouses, site.warehouse, lambda e: e.code)
    reading.shelve("groups", draft.groups, site.group, lambda e: e.conversation, "conversation_id")
    reading.shelve("plans", draft.plans, site.plan, plan_key, "material")
    reading.shelve("approval_flows", draft.flows, people.flow, flow_key, "document")


def _read_stock(reading: _Reading) -> None:
    draft, together = reading.draft, stock.OpeningBook()
    reading.shelve("stock_rules", draft.stock_rules, stock.stock_rule, lambda e: (e.material, e.warehouse), "material")
    reading.shelve("prices", draft.prices, stock.price, price_key, "material")
    reading.shelve("learned_names", draft.learned, goods.learned_name, lambda e: e.name, "name")
    for row in reading.rows("opening_stock"):
        line = stock.opening(row, draft)
        if line is not None:
            together.check(row, line)
            draft.opening_stock.append(line)
