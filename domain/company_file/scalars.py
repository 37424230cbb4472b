"""Single values of a company file: text, numbers, days, choices. Each reader reports what is wrong and gives None."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from domain.company_file.faults import Fault, FaultKind, Findings, Thing, is_unsafe, shown
from domain.company_file.limits import NAME_MAX
from domain.errors import BadNumber
from domain.values import MILLION, Money, Price, Quantity, parse_decimal

Reader = Callable[[Findings, str, object], object]

_FRACTION: Final = re.compile(r"(\d{1,12})\s*/\s*(\d{1,12})", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_WHOLE: Final = re.compile(r"\d{1,9}", re.ASCII)
_FLAGS: Final[Mapping[str, bool]] = {"true": True, "是": True, "false": False, "否": False}
_LAYOUT: Final = frozenset("\n\t")  # allowed in notes, never in names


def kind_of(value: object) -> Thing:
    """The JSON type that stands where another was expected."""
    if value is None:
        return Thing.NOTHING
    for types, thing in (
        (bool, Thing.FLAG),
        ((int, float), Thing.NUMBER),
        (str, Thing.TEXT),
        ((list, tuple), Thing.LIST),
    ):
        if isinstance(value, types):
            return thing
    return Thing.RECORD


def wrong_type(findings: Findings, place: str, value: object, wanted: Thing) -> None:
    """Report a value of the wrong JSON type."""
    findings.add(Fault(place=place, kind=FaultKind.WRONG_TYPE, thing=wanted, found=kind_of(value), value=shown(value)))


def read_text(
    findings: Findings, place: str, value: object, *, limit: int = NAME_MAX, notes: bool = False
) -> str | None:
    """Text without anything invisible in it, trimmed. `notes` may have several lines."""
    if not isinstance(value, str):
        wrong_type(findings, place, value, Thing.TEXT)
        return None
    text = value.strip()
    if len(text) > limit:
        findings.add(Fault(place=place, kind=FaultKind.TOO_LONG, value=shown(text), limit=str(limit)))
        return None
    if any(is_unsafe(c) and not (notes and c in _LAYOUT) for c in text):
        findings.add(Fault(place=place, kind=FaultKind.UNSAFE_TEXT, value=shown(text)))
        return None
    return text


def _number_text(findings: Findings, place: str, value: object) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        findings.add(Fault(place=place, kind=FaultKind.NUMBER_NOT_TEXT, value=shown(value)))
        return None
    return read_text(findings, place, value)


def read_decimal(findings: Findings, place: str, value: object) -> Fraction | None:
    """A non-negative decimal written as text."""
    if (text := _number_text(findings, place, value)) is None:
        return None
    try:
        return parse_decimal(text)
    except BadNumber:
        findings.add(Fault(place=place, kind=FaultKind.BAD_NUMBER, value=shown(text)))
        return None


def read_positive(findings: Findings, place: str, value: object) -> Fraction | None:
    """A decimal above zero."""
    number = read_decimal(findings, place, value)
    if number == 0:
        findings.add(Fault(place=place, kind=FaultKind.NOT_POSITIVE, value=shown(value)))
        return None
    return number


def read_money(findings: Findings, place: str, value: object) -> Money | None:
    """Yuan with at most two decimals."""
    if (number := read_decimal(findings, place, value)) is None:
        return None
    fen = number * 100
    if fen.denominator != 1:
        findings.add(Fault(place=place, kind=FaultKind.BAD_MONEY, value=shown(value)))
        return None
    return Money(fen.numerator)


def read_price(findings: Findings, place: str, value: object) -> Price | None:
    """Yuan per unit, with at most six decimals."""
    number = read_decimal(findings, place, value)
    return None if number is None else Price((number * MILLION).numerator)


def read_share(findings: Findings, place: str, value: object) -> Fraction | None:
    """A share between nothing and the whole, such as 0.05 for five in a hundred."""
    number = read_decimal(findings, place, value)
    if number is not None and number > 1:
        findings.add(Fault(place=place, kind=FaultKind.BAD_RATIO, value=shown(value), limit="1"))
        return None
    return number


def read_ratio(findings: Findings, place: str, value: object) -> Fraction | None:
    """How many of a unit make one base unit: a decimal or a fraction such as 1/9, above zero."""
    if isinstance(value, str) and (parts := _FRACTION.fullmatch(value.strip())):
        above, below = int(parts[1]), int(parts[2])
        if above and below:
            return Fraction(above, below)
        findings.add(Fault(place=place, kind=FaultKind.NOT_POSITIVE, value=shown(value)))
        return None
    return read_positive(findings, place, value)


def quantity_of(number: Fraction, unit: str) -> Quantity:
    """A decimal that was read, with its unit. Six decimals at most were read, so nothing is rounded."""
    return Quantity((number * MILLION).numerator, unit)


def read_day(findings: Findings, place: str, value: object) -> date | None:
    """A day as 2026-11-23."""
    if (text := read_text(findings, place, value)) is None:
        return None
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        findings.add(Fault(place=place, kind=FaultKind.BAD_DATE, value=shown(text)))
        return None


def read_time(findings: Findings, place: str, value: object) -> str | None:
    """A time of day as 18:00."""
    if (text := read_text(findings, place, value)) is None:
        return None
    if not _TIME.fullmatch(text):
        findings.add(Fault(place=place, kind=FaultKind.BAD_TIME, value=shown(text)))
        return None
    return text


def read_flag(findings: Findings, place: str, value: object) -> bool | None:
    """True or false; Excel's 是 and 否 too."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and (flag := _FLAGS.get(value.strip().casefold())) is not None:
        return flag
    wrong_type(findings, place, value, Thing.FLAG)
    return None


@dataclass(frozen=True, slots=True)
class Whole:
    """Reads a whole number between two bounds, written as a number or as digits."""

    least: int
    most: int

    def __call__(self, findings: Findings, place: str, value: object) -> int | None:
        number = value
        if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
            number = int(value.strip())
        if isinstance(number, bool) or not isinstance(number, int) or not self.least <= number <= self.most:
            findings.add(
                Fault(
                    place=place,
                    kind=FaultKind.BAD_WHOLE,
                    value=shown(value),
                    limit=str(self.most),
                    other=str(self.least),
                )
            )
            return None
        return number
