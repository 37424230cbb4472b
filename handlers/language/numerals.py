"""Numbers as people write them, to exact decimal strings. What is no exact number is None, never a guess."""

import re
from fractions import Fraction
from typing import Final

from domain.errors import BadNumber
from domain.values import MILLION, decimal_text, parse_decimal

_DIGIT: Final = {
    **{char: value for value, char in enumerate("零一二三四五六七八九")},
    **{char: value for value, char in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2,
    "俩": 2,
    "仨": 3,
}
_SCALE: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIAD: Final = {"万": 10_000, "亿": 100_000_000}
_LIMIT: Final = Fraction(10**12)

CHINESE: Final = "零〇一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_MIXED: Final = re.compile(r"([\d,.]+)([百千万亿])", re.ASCII)
# 三五包, 两三车: two neighbouring digits are "a few".
_FEW: Final = re.compile(r"一两|一二|两三|二三|三四|三五|四五|五六|六七|七八|八九")


def exact(text: str) -> str | None:
    """The plain decimal that a piece of text says, in digits, Chinese numerals, or both."""
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
    text = text.replace("廿", "二十").replace("卅", "三十")
    whole, point, decimals = text.partition("点")
    if point:
        base = chinese(whole)
        if base is None or not 0 < len(decimals) <= 6 or any(char not in _DIGIT for char in decimals):
            return None
        return base + Fraction(int("".join(str(_DIGIT[char]) for char in decimals)), 10 ** len(decimals))
    if not text or len(text) > 20 or _FEW.search(text):
        return None
    if all(char in _DIGIT for char in text):
        return Fraction(int("".join(str(_DIGIT[char]) for char in text)))
    return _scaled(text)


def _scaled(text: str) -> Fraction | None:
    total = section = 0
    digit: int | None = None
    last_scale = 0
    zero = False
    for char in text:
        if char in _DIGIT:
            if digit not in (None, 0):
                return None
            digit, zero = _DIGIT[char], zero or _DIGIT[char] == 0
        elif char in _SCALE:
            section += (1 if digit is None else digit) * _SCALE[char]
            digit, last_scale, zero = None, _SCALE[char], False
        elif char in _MYRIAD:
            total = (total + section + (digit or 0)) * _MYRIAD[char]
            section, digit, last_scale, zero = 0, None, _MYRIAD[char], False
        else:
            return None
    # 一百二 is 120: a last digit without scale takes the next smaller one.
    tail = (digit or 0) * (last_scale // 10 if last_scale >= 100 and not zero else 1)
    return Fraction(total + section + tail)
