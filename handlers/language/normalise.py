"""One form for what thumbs, keyboards and clipboards produce, with the way back to the original text."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from opencc import OpenCC

# Stands where a number was tampered with; no rule reads across it.
BROKEN: Final = "\ue000"

# More characters than people type, so that few are looked up twice.
_REMEMBERED_MAX: Final = 8192
# The library has no types.
_simplify: Final = cast("Callable[[str], str]", OpenCC("t2s").convert)  # pyright: ignore[reportUnknownMemberType]
_SQUARES: Final = {ord("²"): "2", ord("³"): "3"}
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
_NUMERALS: Final = frozenset("0123456789.零〇一二三四五六七八九十百千万两半点")
_DIGITS: Final = frozenset("0123456789")
_DAY_ENDS: Final = frozenset("日号")
_SAME: Final = {
    **dict.fromkeys("×✕✖╳⨯*＊", "x"),
    **dict.fromkeys("⌀Øø∅фФΦφϕ", "φ"),
    **dict.fromkeys("–−‐‑‒－~～〜", "-"),
    **dict.fromkeys("—―…", "，"),
    **dict.fromkeys("\u2028\u2029\v\f\x85", "\n"),
    **dict.fromkeys("→➔➜⇒", "到"),
    "℃": "度",
    "°": "度",
    "⁄": "/",
    "＠": "@",
    "\t": "\t",
    "\n": "\n",
}
_ITEM_MARKS: Final = re.compile("[①-⒇⓪-⓿❶-➓㈠-㈩]")
_FRACTIONS: Final = re.compile("[¼-¾⅐-⅞]")


@dataclass(frozen=True, slots=True)
class Source:
    """The normalised text beside the original; `origin[i]` is where character i came from."""

    text: str
    raw: str
    origin: tuple[int, ...]

    def original(self, start: int, end: int) -> str:
        """What was really typed between two places of the normalised text."""
        if start >= end:
            return ""
        return self.raw[self.origin[start] : self.origin[end - 1] + 1].strip()


def normalise(raw: str) -> Source:
    """Full width to half width, one sign per meaning, small letters, nothing invisible."""
    suspicious = not raw.isascii() and not _BIDI.isdisjoint(raw)
    out: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(raw):
        same = _alone(char)
        if same is None:
            after = raw[index + 1] if index + 1 < len(raw) else ""
            same = _beside(char, before=out[-1] if out else "", after=after)
        for plain in same:
            # Behind a direction override a person sees other digits than we do.
            if suspicious and plain in _DIGITS and not (out and out[-1] in _DIGITS):
                out.append(BROKEN)
                origin.append(index)
            out.append(plain)
            origin.append(index)
    return Source("".join(out), raw, tuple(origin))


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """The normal form of a name."""
    chars = [_alone(char) for char in text]
    same = [char for char in chars if char is not None]
    return "".join(same).strip() if len(same) == len(chars) else normalise(text).text.strip()


def _beside(char: str, *, before: str, after: str) -> str:
    """The normal form of a character whose neighbours decide."""
    if char in "²³":
        return char.translate(_SQUARES) if before == "m" else BROKEN
    if char == "\r":
        return "" if after == "\n" else "\n"
    if char == "，":
        return "," if before in _DIGITS and "０" <= after <= "９" else "，"
    if char == "—":
        return "-" if before in _DAY_ENDS and "0" <= after <= "9" else "，"  # 11月1日—15日
    is_inside = before in _NUMERALS and unicodedata.normalize("NFKC", after) in _NUMERALS
    return BROKEN if is_inside else ""


@lru_cache(maxsize=_REMEMBERED_MAX)
def _alone(char: str) -> str | None:
    """The normal form of a character; None where its neighbours decide."""
    if "a" <= char <= "z" or "0" <= char <= "9" or ("\u4e00" <= char <= "\u9fff" and not char.isnumeric()):
        # Nearly all of what is typed.
        return char if char.isascii() else _simplified(char)
    if char in "²³，—\r":
        return None
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    same = _SAME.get(char)
    if same is not None:
        return same
    if _ITEM_MARKS.match(char):
        return "\n"
    if _FRACTIONS.match(char):
        return BROKEN
    category = unicodedata.category(char)
    if category == "Cf":
        return None
    if category in ("Cc", "So", "Zs", "Co", "Cn"):
        return " " if char not in ("㎡", "㎏", "㎥") and unicodedata.normalize("NFKC", char) == char else _folded(char)
    return _folded(char)


def _simplified(char: str) -> str:
    """領 is 领. The rare characters beyond the common plane have no sound in our tables: those stay as they are."""
    same = _simplify(char)
    return same if "\u4e00" <= same <= "\u9fff" else char


def _folded(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char)
    if any(
        c.isnumeric()
        and not c.isascii()
        and c not in "零〇一二三四五六七八九十百千万亿两半廿卅俩仨壹贰叁肆伍陆柒捌玖拾佰仟"
        for c in folded
    ):
        # Digits of other scripts are shown, never counted.
        return BROKEN if all(unicodedata.category(c)[0] == "N" for c in folded) else folded.lower()
    return folded.lower()
