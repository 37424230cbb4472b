"""Numbers as people write them, to exact decimal strings. What is no exact number is None, never a guess."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

from domain.errors import BadNumber
from domain.values import MILLION, decimal_text, parse_decimal
from handlers.language.tables import Sheet

# The same few numbers are read again and again.
_REMEMBERED_MAX: Final = 2_048


@dataclass(frozen=True, slots=True)
class NumeralWords:
    """What each character of a Chinese numeral is worth."""

    digits: Mapping[str, int]
    apart: Mapping[str, int]
    scales: Mapping[str, int]
    myriads: Mapping[str, int]
    tens: Mapping[str, int]
    few: tuple[str, ...]


def read_numerals(sheet: Sheet) -> NumeralWords:
    """Raises TableFault."""
    kinds = ("digits", "apart", "scales", "myriads", "tens")
    worth = {kind: sheet.section(kind).numbers() for kind in kinds}
    seen: dict[str, str] = {}
    for kind, rows in worth.items():
        for char in rows:
            if len(char) != 1:
                sheet.fault(kind, f"{char} must be one character")
            if char in seen:
                sheet.fault(kind, f"{char} stands in {seen[char]} already")
            seen[char] = kind
    found = NumeralWords(**worth, few=sheet.needed("few"))
    sheet.close()
    return found


_WORDS: Final = read_numerals(Sheet.of("numerals.toml"))
_DIGIT: Final = {**_WORDS.digits, **_WORDS.apart}
_SCALE: Final = _WORDS.scales
_MYRIAD: Final = _WORDS.myriads
_NAMED: Final = {value: char for char, value in reversed(list(_WORDS.digits.items()))}
_TENS: Final = {char: f"{_NAMED[worth // 10]}十" for char, worth in _WORDS.tens.items()}
_LIMIT: Final = Fraction(10**12)
# Digits that are below the limit whatever they are.
_PLAIN_MAX: Final = 12

# The characters of numerals that are written on end.
CHINESE: Final = "".join((*_WORDS.digits, *_WORDS.scales, *_WORDS.myriads, *_WORDS.tens))
APART: Final = "".join(_WORDS.apart)
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_MIXED: Final = re.compile(r"([\d,.]+)([百千万亿])", re.ASCII)
# 三五包, 两三车: two neighbouring digits are "a few".
FEW: Final = re.compile("|".join(_WORDS.few))


def spoken(number: int) -> str:
    """25 as 二十五: how a name with a number in it is dictated. Below a thousand."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = f"{_NAMED[hundreds]}百" if hundreds else ""
    if tens:
        said += "十" if tens == 1 and not hundreds else f"{_NAMED[tens]}十"
    elif hundreds and ones:
        said += "零"
    return said + (_NAMED[ones] if ones or not number else "")


@lru_cache(maxsize=_REMEMBERED_MAX)
def exact(text: str) -> str | None:
    """The plain decimal that a piece of text says, in digits, Chinese numerals, or both."""
    if text.isascii() and text.isdecimal() and len(text) <= _PLAIN_MAX:
        return text.lstrip("0") or "0"
    value = value_of(text)
    return None if value is None else as_text(value)


def as_text(value: Fraction) -> str | None:
    """A plain decimal without trailing zeros; None where six places do not hold it exactly."""
    millionths = value * MILLION
    if millionths.denominator != 1 or value < 0 or value >= _LIMIT:
        return None
    return decimal_text(millionths.numerator, 6)


def value_of(text: str) -> Fraction | None:
    """The exact value of a number word, or None."""
    if mixed := _MIXED.fullmatch(text):
        base = _digits(mixed[1])
        return None if base is None else base * (_SCALE.get(mixed[2]) or _MYRIAD[mixed[2]])
    return _digits(text) if text[:1].isascii() else chinese(text)


def _digits(text: str) -> Fraction | None:
    if "," in text:
        if not _GROUPED.fullmatch(text):
            return None
        text = text.replace(",", "")
    try:
        return parse_decimal(text)
    except BadNumber:
        return None


def chinese(text: str) -> Fraction | None:
    """一百二十, 两千三, 一点五, 二零, 廿五. None for 三五 and 二三十, which mean "a few"."""
    for char, tens in _TENS.items():
        text = text.replace(char, tens)
    whole, point, decimals = text.partition("点")
    if point:
        base = chinese(whole)
        if base is None or not 0 < len(decimals) <= 6 or any(char not in _DIGIT for char in decimals):
            return None
        return base + Fraction(int("".join(str(_DIGIT[char]) for char in decimals)), 10 ** len(decimals))
    if not text or len(text) > 20 or FEW.search(text):
        return None
    if all(char in _DIGIT for char in text):
        return Fraction(int("".join(str(_DIGIT[char]) for char in text)))
    return _scaled(text)


def _scaled(text: str) -> Fraction | None:
    total = section = 0
    digit: int | None = None
    last_scale = last_myriad = 0
    zero = False
    for char in text:
        if char in _DIGIT:
            if digit not in (None, 0):
                return None
            digit, zero = _DIGIT[char], zero or _DIGIT[char] == 0
        elif char in _SCALE:
            if last_scale and _SCALE[char] >= last_scale:
                return None  # 二十三十 is two numbers
            section += (1 if digit is None else digit) * _SCALE[char]
            digit, last_scale, zero = None, _SCALE[char], False
        elif char in _MYRIAD:
            if last_myriad and _MYRIAD[char] >= last_myriad:
                return None
            last_myriad = _MYRIAD[char]
            total = (total + section + (digit or 0)) * _MYRIAD[char]
            section, digit, last_scale, zero = 0, None, _MYRIAD[char], False
        else:
            return None
    # 一百二 is 120: a last digit without scale takes the next smaller one.
    tail = (digit or 0) * (last_scale // 10 if last_scale >= 100 and not zero else 1)
    return Fraction(total + section + tail)
