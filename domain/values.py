"""Exact amounts: quantities in millionths, money in fen, prices in millionths of a yuan. No float anywhere."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from domain.errors import BadNumber, MixedUnits, TooLarge

MILLION: Final = 1_000_000
FEN_PER_YUAN: Final = 100
# A bigint column holds 9.2e18; twelve digits before the point and six after stay below it with room for sums.
MILLIONTHS_MAX: Final = 10**18 - 1
# What the conversions of up to twenty deliveries or issues of one thing can be off by together, in millionths.
ROUNDING_STEPS: Final = 20
FEN_MAX: Final = 10**17 - 1

_NUMBER: Final = re.compile(r"\d{1,12}(?:\.\d{1,6})?", re.ASCII)


def half_up(value: Fraction) -> int:
    """Round a non-negative fraction to the nearest whole number, halves upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def parse_decimal(text: str) -> Fraction:
    """Read a typed, non-negative number of at most twelve digits and six decimals.

    Full-width digits are read like plain ones. Raises BadNumber for anything else: signs, exponents,
    thousands separators, invisible characters, Arabic-Indic digits.
    """
    plain = unicodedata.normalize("NFKC", text)
    if not _NUMBER.fullmatch(plain):
        raise BadNumber(text)
    whole, _, decimals = plain.partition(".")
    return Fraction(int(whole + decimals.ljust(6, "0")), MILLION)


def decimal_text(units: int, places: int) -> str:
    """A scaled integer as a plain decimal without trailing zeros: 1500000, 6 -> "1.5"."""
    sign, digits = ("-" if units < 0 else ""), str(abs(units)).rjust(places + 1, "0")
    return (sign + digits[:-places] + "." + digits[-places:]).rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount in one unit, in millionths. Never a float, never without its unit.

    Raises TooLarge beyond what the book can hold.
    """

    millionths: int
    unit: str

    @classmethod
    def of(cls, text: str, unit: str) -> "Quantity":
        """Read a typed decimal. Raises BadNumber."""
        return cls(half_up(parse_decimal(text) * MILLION), unit)

    @classmethod
    def rounded(cls, value: Fraction, unit: str) -> "Quantity":
        """The nearest quantity to an exact value, halves upwards to six places."""
        return cls(half_up(value * MILLION), unit)

    @property
    def exact(self) -> Fraction:
        return Fraction(self.millionths, MILLION)

    def __post_init__(self) -> None:
        if abs(self.millionths) > MILLIONTHS_MAX:
            raise TooLarge

    def must_match(self, other: "Quantity") -> None:
        """Raise MixedUnits unless both are in one unit."""
        if self.unit != other.unit:
            raise MixedUnits(self.unit, other.unit)

    def __add__(self, other: "Quantity") -> "Quantity":
        self.must_match(other)
        return Quantity(self.millionths + other.millionths, self.unit)

    def __sub__(self, other: "Quantity") -> "Quantity":
        self.must_match(other)
        return Quantity(self.millionths - other.millionths, self.unit)

    def __lt__(self, other: "Quantity") -> bool:
        self.must_match(other)
        return self.millionths < other.millionths

    def __le__(self, other: "Quantity") -> bool:
        self.must_match(other)
        return self.millionths <= other.millionths

    def __gt__(self, other: "Quantity") -> bool:
        return other < self

    def __ge__(self, other: "Quantity") -> bool:
        return other <= self

    def __bool__(self) -> bool:
        return self.millionths != 0

    def __str__(self) -> str:
        return f"{decimal_text(self.millionths, 6)} {self.unit}"

    @property
    def number(self) -> str:
        """The number alone, as a plain decimal."""
        return decimal_text(self.millionths, 6)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount of yuan, in fen. Raises TooLarge beyond what the book can hold."""

    fen: int

    def __post_init__(self) -> None:
        if abs(self.fen) > FEN_MAX:
            raise TooLarge

    @classmethod
    def of(cls, text: str) -> "Money":
        """Read a typed amount of yuan with at most two decimals. Raises BadNumber."""
        fen = parse_decimal(text) * FEN_PER_YUAN
        if fen.denominator != 1:
            raise BadNumber(text)
        return cls(fen.numerator)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.fen + other.fen)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.fen - other.fen)

    def __bool__(self) -> bool:
        return self.fen != 0

    def share(self, part: Quantity, whole: Quantity) -> "Money":
        """This value x part / whole, divided now and rounded once, half up, to the fen (house plan §3)."""
        part.must_match(whole)
        return Money(half_up(Fraction(self.fen * part.millionths, whole.millionths)))

    def __str__(self) -> str:
        sign, fen = ("-" if self.fen < 0 else ""), abs(self.fen)
        return f"{sign}{fen // 100}.{fen % 100:02d}"


ZERO: Final = Money(0)


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """A price per unit as a person entered it, in millionths of a yuan. The unit is that of the quantity beside it."""

    micros: int

    @classmethod
    def of(cls, text: str) -> "Price":
        """Read a typed price of at most six decimals. Raises BadNumber."""
        return cls(half_up(parse_decimal(text) * MILLION))

    def times_to_fen(self, quantity: Quantity) -> Money:
        """Price x quantity, rounded once, half up, to the fen. Quantity and price must be of one unit."""
        return Money(half_up(Fraction(self.micros * quantity.millionths, MILLION * MILLION // FEN_PER_YUAN)))

    def __str__(self) -> str:
        return decimal_text(self.micros, 6)
