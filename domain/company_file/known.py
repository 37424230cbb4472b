"""What the file and the book know by name: the codes that references may point to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from domain.company import Company
from domain.company_file.faults import Thing
from domain.company_file.headings import FIELDS, synonyms

# Which key of the file brings forth which kind of thing, and the field that names it for ever.
NAMED: Mapping[str, tuple[Thing, str]] = {
    "units": (Thing.UNIT, "name"),
    "categories": (Thing.CATEGORY, "name"),
    "materials": (Thing.MATERIAL, "code"),
    "projects": (Thing.PROJECT, "code"),
    "templates": (Thing.TEMPLATE, "code"),
    "people": (Thing.PERSON, "id"),
    "teams": (Thing.TEAM, "name"),
    "suppliers": (Thing.SUPPLIER, "code"),
    "customers": (Thing.CUSTOMER, "code"),
    "warehouses": (Thing.WAREHOUSE, "code"),
    "equipment": (Thing.EQUIPMENT, "code"),
    "groups": (Thing.GROUP, "conversation_id"),
}


@dataclass(slots=True)
class Known:
    """Codes, and for suggestions the names by which people might have written them."""

    _codes: dict[Thing, dict[str, None]] = field(default_factory=dict[Thing, dict[str, None]])
    _names: dict[Thing, dict[str, str]] = field(default_factory=dict[Thing, dict[str, str]])

    def add(self, thing: Thing, code: str, names: Iterable[str] = ()) -> None:
        """Make a code known, with the names that people may use for it."""
        self._codes.setdefault(thing, {})[code] = None
        shelf = self._names.setdefault(thing, {})
        for name in (code, *names):
            shelf.setdefault(name, code)

    def has(self, thing: Thing, code: str) -> bool:
        """Whether a reference to this code holds."""
        return code in self._codes.get(thing, {})

    def any(self, thing: Thing) -> bool:
        """Whether anything of this kind is known."""
        return bool(self._codes.get(thing))

    def names(self, thing: Thing) -> list[str]:
        """Every code and name of this kind, in the order in which they became known."""
        return list(self._names.get(thing, {}))

    def code_of(self, thing: Thing, name: str) -> str:
        """The code that a name, or a code, stands for."""
        return self._names.get(thing, {}).get(name, name)


def know_the_book(known: Known, book: Company) -> None:
    """Everything that the book already holds may be pointed to."""
    for unit in book.units.values():
        known.add(Thing.UNIT, unit.name, unit.aliases)
    for name in book.categories:
        known.add(Thing.CATEGORY, name)
    for material in book.materials.values():
        known.add(Thing.MATERIAL, material.code, (material.label, material.name, *material.aliases))
    for name in book.teams:
        known.add(Thing.TEAM, name)
    for template in book.templates.values():
        known.add(Thing.TEMPLATE, template.code, (template.name,))
    for person in book.people.values():
        known.add(Thing.PERSON, person.id, (person.name, *person.aliases))
    shelves = (
        (Thing.PROJECT, book.projects),
        (Thing.SUPPLIER, book.suppliers),
        (Thing.CUSTOMER, book.customers),
        (Thing.WAREHOUSE, book.warehouses),
        (Thing.EQUIPMENT, book.equipment),
    )
    for thing, shelf in shelves:
        for code, element in shelf.items():
            known.add(thing, code, (element.name, *element.aliases))


def know_the_file(known: Known, key: str, elements: list[object]) -> None:
    """Whatever the file names may be pointed to, from anywhere in it. Faults are found later, element by element."""
    if key not in NAMED:
        return
    thing, naming = NAMED[key]
    headings = synonyms(FIELDS[key])
    for element in elements:
        record = _as_record(element)
        fields = {headings.get(name, name): value for name, value in record.items() if isinstance(name, str)}
        code = fields.get(naming) if record else element
        if isinstance(code, str) and code.strip():
            known.add(thing, code.strip(), _said(fields))


def _as_record(element: object) -> Mapping[object, object]:
    return cast("Mapping[object, object]", element) if isinstance(element, dict) else {}


def _said(fields: Mapping[str, object]) -> list[str]:
    """The names under which an element may be meant; wrong types are somebody else's fault."""
    aliases = fields.get("aliases")
    others = cast("list[object]", aliases) if isinstance(aliases, list) else []
    return [name for name in (fields.get("name"), *others) if isinstance(name, str)]
