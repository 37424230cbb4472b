"""Sizes: the numbers that name a material (DN100, 20的, 800x800, 42.5) and how they fit what the catalogue has."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from domain.errors import BadNumber
from domain.values import parse_decimal
from handlers.language.numerals import CHINESE, exact
from handlers.language.tables import Sheet, longest_first


@dataclass(frozen=True, slots=True)
class SizeWords:
    """What may stand behind a number of a size, what is the same, and of which kind it is."""

    tails: tuple[str, ...]
    same: Mapping[str, str]
    packings: frozenset[str]
    electric: frozenset[str]
    lengths: frozenset[str]
    colours: frozenset[str]
    pipes: Mapping[str, Mapping[str, tuple[str, ...]]]


def read_sizes(sheet: Sheet) -> SizeWords:
    """Raises TableFault."""
    same = sheet.section("same").pairs()
    pipes = sheet.section("pipes")
    found = SizeWords(
        tails=sheet.needed("tails"),
        same=MappingProxyType(same),
        packings=frozenset(sheet.needed("packings")),
        electric=frozenset(sheet.needed("electric")),
        lengths=frozenset(("", *sheet.needed("lengths"))),
        colours=frozenset(sheet.needed("colours")),
        pipes=MappingProxyType({unit: MappingProxyType(pipes.section(unit).lists()) for unit in pipes.left()}),
    )
    sheet.close()
    return found


# The same few sizes and numbers are read again and again.
_REMEMBERED_MAX: Final = 2_048
_WORDS: Final = read_sizes(Sheet.of("sizes.toml"))

COLOURS: Final = _WORDS.colours
# What is meant where a pipe is named by the inch.
PIPES: Final = _WORDS.pipes
# What may stand behind the number of a size, in characters and in letters.
HAN_TAILS: Final = tuple(tail for tail in _WORDS.tails if not tail.isascii())
LETTER_TAILS: Final = tuple(tail for tail in _WORDS.tails if tail.isalpha() and tail.isascii())
_NUM: Final = r"\d+(?:\.\d+)?"
# 3.5m2 is no size of 3.5 m.
_TAIL: Final = "|".join(rf"{tail}(?!\d)" if tail == "m" else tail for tail in longest_first(_WORDS.tails))
_PREFIX: Final = r"(?:φ|[a-z]{1,6}(?:\.[a-z]{1,2})?-?φ?)"
_MILLIMETRES: Final = MappingProxyType({"cm": 10, "m": 1000})
_SPELLED: Final = "字"
_IN_WORDS: Final = re.compile(rf"([{CHINESE}单双])([\u4e00-\u9fff]{{1,2}})")
SIZE: Final = re.compile(
    rf"(?P<prefix>{_PREFIX})?(?P<dims>{_NUM}(?:[x+-]{_NUM}(?:m(?=[x]))?)*)(?P<suffix>(?:{_TAIL})(?![a-z]))?",
    re.ASCII,
)
_JOINTS: Final = re.compile("m?[x+-]")


@dataclass(frozen=True, slots=True)
class Size:
    """`dn100` is prefix dn, dims (100,); `3.5x25` is dims (3.5, 25); `5-10mm` is a range with a suffix."""

    prefix: str
    dims: tuple[str, ...]
    suffix: str
    joint: str = ""

    @property
    def is_spelled(self) -> bool:
        """四眼, 双门: a specification in words, which no bare number means."""
        return self.joint == _SPELLED

    @property
    def is_bare(self) -> bool:
        """A single number without letters: it may as well be a quantity."""
        return not self.prefix and not self.suffix and len(self.dims) == 1


@lru_cache(maxsize=_REMEMBERED_MAX)
def size_of(text: str) -> Size | None:
    """Read one size, the whole of it."""
    match = SIZE.fullmatch(text)
    return size_in(match) if match else None


def spelled_in(spec: str) -> tuple[Size, ...]:
    """The sizes of a specification that are written in words: 四眼, 双门."""
    found: list[Size] = []
    for match in filter(None, map(_IN_WORDS.fullmatch, spec.split())):
        number = {"单": "1", "双": "2"}.get(match[1]) or exact(match[1])
        if number is not None:
            found.append(Size("", (number,), match[2], _SPELLED))
    return tuple(found)


@lru_cache(maxsize=256)
def sizes_in(text: str) -> tuple[Size, ...]:
    """All sizes of a specification or of a name."""
    return tuple(size_in(match) for match in SIZE.finditer(text))


def size_in(match: re.Match[str]) -> Size:
    """The size that was found."""
    prefix = (match["prefix"] or "").rstrip("-").replace(".", "")
    if prefix == "x":
        prefix = ""
    if len(prefix) > 1 and prefix.endswith("φ"):
        prefix = "φ"
    dims, joints = match["dims"], ""
    for joint in "+x-":
        if joint in dims:
            joints = "x" if joint == "+" else joint
            break
    suffix = match["suffix"] or ""
    parts = tuple(_plain(part) for part in (_JOINTS.split(dims) if joints else (dims,)))
    return Size(prefix, parts, _WORDS.same.get(suffix, suffix), joints)


def _plain(number: str) -> str:
    return (number.rstrip("0").rstrip(".") if "." in number else number).lstrip("0") or "0"


def rescaled(said: Size) -> tuple[Size, ...]:
    """The same length in smaller units, where it was said in centimetres or metres; the pipe of so many inches."""
    if said.suffix in PIPES and not said.prefix and len(said.dims) == 1:
        pipes = PIPES[said.suffix].get(said.dims[0], ())
        return tuple(size for pipe in pipes if (size := size_of(pipe)) is not None)
    scale = _MILLIMETRES.get(said.suffix)
    if scale is None or said.prefix:
        return ()
    dims = tuple(_times(dim, scale) for dim in said.dims)
    found = (Size("", dims, "mm", said.joint),)
    if said.suffix == "m":
        found += (Size("", tuple(_times(dim, 100) for dim in said.dims), "cm", said.joint),)
    return found


def fits(said: Size, own: Size, *, marked: bool) -> bool:
    """Whether a size that was said can mean a size of the catalogue. `marked`: the text shows that it is a size."""
    if own.is_spelled:
        return (said.suffix, said.dims) == (own.suffix, own.dims)
    if said.prefix and said.prefix != own.prefix:
        return False
    if not _suffix_fits(said, own, marked=marked):
        return False
    if len(said.dims) == 1:
        return _single_fits(said, own)
    if said.joint != own.joint:
        return False
    return _dims_fit(said.dims, own.dims)


def _suffix_fits(said: Size, own: Size, *, marked: bool) -> bool:
    if said.suffix and own.suffix:
        if said.suffix == "厚":
            return own.suffix in ("mm", "厚")
        return said.suffix == own.suffix or len(own.dims) > 1
    if said.suffix:
        return said.suffix in _WORDS.lengths or len(own.prefix) == 0
    if said.is_bare:
        if own.suffix in _WORDS.packings or (len(own.prefix) > 2 and not marked):
            return False
        return marked or own.suffix not in _WORDS.electric
    return True


def _single_fits(said: Size, own: Size) -> bool:
    number = said.dims[0]
    if said.suffix == "厚":
        return own.dims[-1] == number
    if said.prefix:
        return own.dims[0] == number
    return number in (own.dims[0], own.dims[-1])


def _dims_fit(said: tuple[str, ...], own: tuple[str, ...]) -> bool:
    if own[: len(said)] == said or sorted(said) == sorted(own):
        return True
    # Timber is spoken of in centimetres and catalogued in millimetres.
    return own[0] == tenfold(said[0]) and own[: len(said)] == tuple(tenfold(dim) for dim in said)


@lru_cache(maxsize=256)
def tenfold(dim: str) -> str:
    """The number in the next smaller unit; what is no number stays."""
    return _times(dim, 10)


def _times(dim: str, scale: int) -> str:
    try:
        value = parse_decimal(dim) * scale
    except BadNumber:
        return dim
    return str(value.numerator) if value.denominator == 1 else str(Fraction(value))
