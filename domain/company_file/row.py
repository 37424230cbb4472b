"""One object of the file, read field by field. What the file does not mention stays as it was."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar, cast

from domain.company_file.faults import Fault, FaultKind, Findings, Thing, shown
from domain.company_file.headings import FIELDS, synonyms
from domain.company_file.known import Known
from domain.company_file.limits import ALIASES_MAX, CODE_MAX, NAME_MAX, TEXT_MAX
from domain.company_file.nearest import Suggester
from domain.company_file.scalars import read_text, wrong_type

T = TypeVar("T")
Read = Callable[[Findings, str, object], T | None]


class _Absent:
    """A field that the file does not mention; null is something else."""


ABSENT: Final = _Absent()


@dataclass(slots=True)
class Desk:
    """What reading needs everywhere: where faults go, what is known, what to suggest."""

    known: Known
    findings: Findings = field(default_factory=Findings)
    suggester: Suggester = field(default_factory=Suggester)

    def refer(self, place: str, thing: Thing, code: str) -> bool:
        """Whether something exists; if not, that is reported with what was probably meant."""
        if self.known.has(thing, code):
            return True
        meant = self.suggester.nearest(code, thing, lambda: self.known.names(thing))
        nearest = self.known.code_of(thing, meant)
        self.findings.add(
            Fault(place=place, kind=FaultKind.UNKNOWN, thing=thing, value=shown(code), nearest=shown(nearest))
        )
        return False

    def choose(self, place: str, text: str, choices: Mapping[str, T], names: tuple[str, ...]) -> T | None:
        """One of a few words. `names` are those that are offered; synonyms are understood without being offered."""
        if (chosen := choices.get(text)) is not None:
            return chosen
        meant = self.suggester.nearest(text, f"choice {names}", lambda: choices)
        self.findings.add(
            Fault(place=place, kind=FaultKind.BAD_CHOICE, value=shown(text), nearest=shown(meant), choices=names)
        )
        return None

    def open(self, place: str, value: object, shape: str) -> "Row | None":
        """An object of the file with known fields, or a fault."""
        if not isinstance(value, dict):
            wrong_type(self.findings, place, value, Thing.RECORD)
            return None
        fields = cast("Mapping[object, object]", value)
        return Row(self, place, canonical(self, place, fields, shape))

    def elements(self, place: str, value: object, limit: int) -> list[object]:
        """A list of the file within its limit, or a fault and nothing."""
        if not isinstance(value, list):
            wrong_type(self.findings, place, value, Thing.LIST)
            return []
        elements = cast("list[object]", value)
        if len(elements) > limit:
            self.findings.add(Fault(place=place, kind=FaultKind.TOO_MANY, value=str(len(elements)), limit=str(limit)))
            return []
        return elements


def canonical(desk: Desk, place: str, fields: Mapping[object, object], shape: str) -> dict[str, object]:
    """Fields under their English names. Unknown ones and those given twice are reported."""
    headings, result = synonyms(FIELDS[shape]), dict[str, object]()
    for written, value in fields.items():
        name = headings.get(written.strip()) if isinstance(written, str) else None
        where = f"{place}.{shown(written)}"
        if name is None:
            meant = desk.suggester.nearest(str(shown(written)), f"fields of {shape}", lambda: headings)
            desk.findings.add(Fault(place=where, kind=FaultKind.UNKNOWN_FIELD, value=shown(written), nearest=meant))
        elif name in result:
            desk.findings.add(Fault(place=where, kind=FaultKind.TWICE, value=name))
        else:
            result[name] = value
    return result


@dataclass(slots=True)
class Row:
    """One object of the file. Each reader takes what is `kept` when the file does not mention the field."""

    desk: Desk
    place: str
    fields: dict[str, object]

    def at(self, name: str) -> str:
        """The place of a field."""
        return f"{self.place}.{name}"

    def has(self, name: str) -> bool:
        """Whether the file says anything about the field."""
        return name in self.fields

    def raw(self, name: str) -> object:
        """What stands there, null if nothing does."""
        return self.fields.get(name)

    def is_blank(self, name: str) -> bool:
        """Whether nothing stands there."""
        return self.raw(name) in (None, "")

    def fault(self, name: str, kind: FaultKind, *, value: str = "", nearest: str = "", other: str = "") -> None:
        """Report a fault of one field."""
        self.desk.findings.add(Fault(place=self.at(name), kind=kind, value=value, nearest=nearest, other=other))

    def read(self, name: str, kept: T, empty: T, read: Read[T]) -> T:
        """Any optional field: kept if absent, empty if null or blank."""
        value = self.fields.get(name, ABSENT)
        if value is ABSENT:
            return kept
        if value is None or value == "":
            return empty
        result = read(self.desk.findings, self.at(name), value)
        return empty if result is None else result

    def need(self, name: str, kept: T | None, read: Read[T]) -> T | None:
        """A field that must be there, now or before. None after a fault."""
        value = self.fields.get(name, ABSENT)
        if value is ABSENT and kept is not None:
            return kept
        if value is ABSENT or value is None or (isinstance(value, str) and not value.strip()):
            self.fault(name, FaultKind.MISSING)
            return None
        return read(self.desk.findings, self.at(name), value)

    def code(self, name: str) -> str:
        """The code, id or name that names this element for ever; empty after a fault."""
        return self.need(name, None, lambda f, p, v: read_text(f, p, v, limit=CODE_MAX)) or ""

    def name(self, name: str, kept: str | None) -> str:
        """A required name."""
        return self.need(name, kept, read_text) or ""

    def text(self, name: str, kept: str = "", *, limit: int = NAME_MAX) -> str:
        """An optional text."""
        return self.read(name, kept, "", lambda f, p, v: read_text(f, p, v, limit=limit))

    def notes(self, name: str, kept: str = "") -> str:
        """An optional text of several lines."""
        return self.read(name, kept, "", lambda f, p, v: read_text(f, p, v, limit=TEXT_MAX, notes=True))

    def maybe(self, name: str, kept: T | None, read: Read[T]) -> T | None:
        """An optional value that may be nothing at all."""
        return self.read(name, kept, None, read)

    def ref(self, name: str, thing: Thing, kept: str | None = None) -> str | None:
        """An optional reference."""
        code = self.maybe(name, kept, read_text)
        if code and self.has(name):
            return code if self.desk.refer(self.at(name), thing, code) else None
        return code or None

    def need_ref(self, name: str, thing: Thing) -> str:
        """A required reference; empty after a fault."""
        code = self.need(name, None, read_text)
        return code if code and self.desk.refer(self.at(name), thing, code) else ""

    def choice(self, name: str, kept: T, choices: Mapping[str, T], names: tuple[str, ...]) -> T:
        """One of a few words."""
        text = self.maybe(name, None, read_text)
        chosen = self.desk.choose(self.at(name), text, choices, names) if text else None
        return kept if chosen is None else chosen

    def rows(self, name: str, shape: str, limit: int) -> list["Row"]:
        """The objects of a nested list."""
        opened = (self.desk.open(place, value, shape) for place, value in self.items(name, limit))
        return [row for row in opened if row is not None]

    def items(self, name: str, limit: int) -> list[tuple[str, object]]:
        """The elements of a nested list with their places; nothing if there is none."""
        if self.raw(name) is None:
            return []
        elements = self.desk.elements(self.at(name), self.raw(name), limit)
        return [(f"{self.at(name)}[{i}]", value) for i, value in enumerate(elements)]

    def aliases(self, kept: tuple[str, ...]) -> tuple[str, ...]:
        """What people call it. The same alias said twice is said once; that is nobody's mistake."""
        return tuple(self._named("aliases", ALIASES_MAX, repeated=True)) if self.has("aliases") else kept

    def names(self, name: str, kept: tuple[str, ...] = (), *, limit: int = ALIASES_MAX) -> tuple[str, ...]:
        """A list of names, each once."""
        return tuple(self._named(name, limit)) if self.has(name) else kept

    def refs(self, name: str, thing: Thing, kept: tuple[str, ...] = (), *, limit: int = ALIASES_MAX) -> tuple[str, ...]:
        """A list of references, each once."""
        if not self.has(name):
            return kept
        return tuple(code for code, place in self._named(name, limit).items() if self.desk.refer(place, thing, code))

    def _named(self, name: str, limit: int, *, repeated: bool = False) -> dict[str, str]:
        """The texts of a nested list, each with its place."""
        found = dict[str, str]()
        for place, value in self.items(name, limit):
            text = read_text(self.desk.findings, place, value)
            if text == "":
                self.desk.findings.add(Fault(place=place, kind=FaultKind.MISSING))
            elif text is not None and text in found and not repeated:
                self.desk.findings.add(
                    Fault(place=place, kind=FaultKind.DUPLICATE, value=shown(text), other=found[text])
                )
            elif text is not None:
                found.setdefault(text, place)
        return found
