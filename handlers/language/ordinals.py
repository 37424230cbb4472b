"""第二个, 选2, 最后一个: a choice made by its place in the list."""

import re
from typing import Final

from handlers.language.numerals import value_of

_ORDINAL: Final = re.compile(r"(?:我?[选要]|就)?第([一二三四五六七八九十两\d]{1,3})[个种项条样张位]?(?:吧|的|的吧)?")
_PICKED: Final = re.compile(r"(?:我?选|就)?([一二三四五六七八九十\d]{1,2})(?:号|吧)?")
_LAST: Final = re.compile(r"(?:我?[选要]|就)?最后(?:一|那)?[个种项条样](?:吧)?")
_FIRST: Final = re.compile(r"(?:我?[选要]|就)?(?:前面|头)一?[个种](?:吧)?")


def chosen(text: str, count: int, *, bare: bool) -> int | None:
    """The index that is meant, within the count. `bare`: a number alone is such a choice."""
    plain = text.strip(" ,，。.!\n\t")
    if _LAST.fullmatch(plain):
        return count - 1
    if _FIRST.fullmatch(plain):
        return 0
    match = _ORDINAL.fullmatch(plain)
    if match is None and (bare or plain.startswith(("选", "我选"))):
        match = _PICKED.fullmatch(plain)
    value = value_of(match[1]) if match else None
    if value is None or value.denominator != 1 or not 1 <= value <= count:
        return None
    return int(value) - 1
