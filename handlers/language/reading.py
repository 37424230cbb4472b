"""What a message means: the reading, with its exact JSON form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeGuard, cast

# More choices than this are not offered: the reading says what narrows them.
CANDIDATES_MAX: Final = 20

FieldValue = str | Mapping[str, str]
Json = Mapping[str, object]

_NOTHING: Final[Mapping[str, FieldValue]] = MappingProxyType({})
_NO_CANDIDATES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
_LINE_TEXTS: Final = ("material", "quantity", "unit", "unit_price", "amount", "lot", "expiry", "said")


class Status(StrEnum):
    """Whether a reading can be acted on."""

    OK = "ok"
    INCOMPLETE = "incomplete"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One material with its amount, as far as the text gives it. Numbers are plain decimal strings."""

    material: str | None = None
    quantity: str | None = None
    unit: str | None = None
    unit_price: str | None = None
    amount: str | None = None
    lot: str | None = None
    expiry: str | None = None
    serials: tuple[str, ...] = ()
    said: str | None = None

    def to_json(self) -> dict[str, object]:
        """The line without its empty keys."""
        found: dict[str, object] = {}
        for key in _LINE_TEXTS:
            value = cast("str | None", getattr(self, key))
            if value is not None:
                found[key] = value
        if self.serials:
            found["serials"] = list(self.serials)
        return found

    @classmethod
    def from_json(cls, data: object) -> "Line":
        """Read a line back. Raises ValueError."""
        if not _is_object(data):
            raise ValueError("a line must be an object")
        texts = {key: _text(data[key], key) for key in _LINE_TEXTS if data.get(key) is not None}
        return cls(**texts, serials=_texts(data.get("serials", []), "serials"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Status, intent, fields and lines; paths that are missing, or that leave a choice."""

    status: Status
    intent: str | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=lambda: _NOTHING)
    lines: tuple[Line, ...] = ()
    missing: tuple[str, ...] = ()
    candidates: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_CANDIDATES)
    narrow: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The contract's JSON; absent keys are left out."""
        found: dict[str, object] = {"status": self.status.value}
        if self.intent is not None:
            found["intent"] = self.intent
        if self.fields:
            found["fields"] = {k: v if isinstance(v, str) else dict(v) for k, v in self.fields.items()}
        if self.lines:
            found["lines"] = [line.to_json() for line in self.lines]
        if self.missing:
            found["missing"] = list(self.missing)
        if self.candidates:
            found["candidates"] = {path: list(codes) for path, codes in self.candidates.items()}
        if self.narrow:
            found["narrow"] = list(self.narrow)
        return found

    @classmethod
    def from_json(cls, data: object) -> "Reading":
        """Read the contract's JSON back. Raises ValueError."""
        if not _is_object(data):
            raise ValueError("a reading must be an object")
        intent = data.get("intent")
        lines = data.get("lines", [])
        if not isinstance(lines, list):
            raise ValueError("lines must be a list")
        return cls(
            status=Status(_text(data.get("status"), "status")),
            intent=None if intent is None else _text(intent, "intent"),
            fields=_fields(data.get("fields", {})),
            lines=tuple(Line.from_json(line) for line in cast("list[object]", lines)),
            missing=_texts(data.get("missing", []), "missing"),
            candidates=_candidates(data.get("candidates", {})),
            narrow=_texts(data.get("narrow", []), "narrow"),
        )


UNKNOWN: Final = Reading(status=Status.UNKNOWN)


def _is_object(data: object) -> TypeGuard[Json]:
    return isinstance(data, dict) and all(isinstance(key, str) for key in cast("dict[object, object]", data))


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{key} must be a string")
    return value


def _texts(value: object, key: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{key} must be a list of strings")
    return tuple(_text(item, key) for item in cast("list[object]", value))


def _fields(value: object) -> Mapping[str, FieldValue]:
    if not _is_object(value):
        raise ValueError("fields must be an object")
    found: dict[str, FieldValue] = {}
    for key, item in value.items():
        found[key] = {k: _text(v, k) for k, v in item.items()} if _is_object(item) else _text(item, key)
    return found


def _candidates(value: object) -> Mapping[str, tuple[str, ...]]:
    if not _is_object(value):
        raise ValueError("candidates must be an object")
    return {path: _texts(codes, path) for path, codes in value.items()}
