"""How words sound: toneless pinyin, so that dictated and mistyped words find what was meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import Final

from pypinyin import Style, pinyin

from handlers.language.tables import Sheet

_COMBINATIONS_MAX: Final = 16
_REMEMBERED_MAX: Final = 20_992  # the characters that `is_han` admits


@dataclass(frozen=True, slots=True)
class Dialect:
    """Initials heard as others, and finals that lose their g."""

    initials: Mapping[str, str]
    nasals: tuple[str, ...]


def read_dialect(sheet: Sheet) -> Dialect:
    """Raises TableFault."""
    found = Dialect(MappingProxyType(sheet.section("initials").pairs()), sheet.needed("nasals"))
    sheet.close()
    return found


_DIALECT: Final = read_dialect(Sheet.of("sounds.toml"))


def is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


@lru_cache(maxsize=_REMEMBERED_MAX)
def syllables(char: str) -> tuple[str, ...]:
    """All toneless readings of one character, without the differences that the ear misses."""
    if not is_han(char):
        return ()
    found = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(map(_merged, found[0]))) if found else ()


def sound_keys(text: str) -> tuple[str, ...]:
    """The sounds of a word of Chinese characters only; empty for others."""
    if not all(map(is_han, text)):
        return ()
    return keys_of([syllables(char) for char in text])


def keys_of(readings: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """All ways to say a row of characters, given the readings of each."""
    count = 1
    for reading in readings:
        count *= len(reading)
        if not count > 0:
            return ()
    choices = [reading[:1] for reading in readings] if count > _COMBINATIONS_MAX else list(readings)
    return tuple(map(" ".join, product(*choices)))


def sound_pair(key: str) -> tuple[str, str]:
    """The first two sounds of a key that has two at least."""
    first, second, *_ = key.split(" ")
    return first, second


def letter_keys(text: str) -> tuple[str, ...]:
    """`shuini` and `sn` for 水泥; initials only where there are at least two of them."""
    if not all(map(is_han, text)):
        return ()
    said = [item[0] for item in pinyin(text, style=Style.NORMAL, errors="ignore")]
    return ("".join(said), "".join(syllable[0] for syllable in said if syllable))


def _merged(syllable: str) -> str:
    for wide, narrow in _DIALECT.initials.items():
        if syllable.startswith(wide):
            syllable = narrow + syllable[len(wide) :]
    if syllable.endswith(_DIALECT.nasals):
        syllable = syllable[:-1]
    return syllable
