"""What may be a size at a place of a text: as it is written (DN100), spoken (八百乘八百), or packed (20公斤装)."""

import re
from collections.abc import Callable
from typing import Final

from handlers.language.catalogue import Catalogue
from handlers.language.edges import CLAIM, DIGITS, LETTERS, MARKED, SPAN_MAX, Edge, is_inside_number, numbered, plain
from handlers.language.naming import Tier
from handlers.language.numerals import CHINESE, exact
from handlers.language.pieces import Piece, Shape
from handlers.language.sizes import HAN_TAILS, LETTER_TAILS, PIPES, SIZE, Size, size_of
from handlers.language.tables import any_of

# 3p63a: a size may begin where another ends.
_SIZE_BEFORE: Final = re.compile(rf"\d(?:{any_of(LETTER_TAILS)})$", re.ASCII)
_SAID: Final = rf"(?:\d+(?:\.\d+)?|(?:(?!千[瓦伏克])[{CHINESE}])+(?:点[{CHINESE}]+)?)"
# 四公分乘九公分: the unit is said twice.
_INNER: Final = r"(?:(?:公分|厘米|毫米|米|cm|mm|m)(?=[乘x]))?"
# 八百乘八百, 5乘10, 七瓦: sizes as they are spoken.
_SPOKEN_SIZE: Final = re.compile(
    rf"({_SAID}(?:{_INNER}(?:乘以?|x|加){_SAID})*)({any_of(HAN_TAILS)}|[pavwk](?![a-z]))?", re.ASCII
)
_BARE: Final = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
# 20公斤装: how it is packed.
_PACKED: Final = re.compile(
    r"(\d{1,5}(?:\.\d{1,3})?)\s*([a-z]{1,2}|[\u4e00-\u9fff]{1,2})装(?![饰修配卸车货运完好])的?", re.ASCII
)
# 8个厚: so many millimetres thick.
_THICK: Final = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)个厚", re.ASCII)
# C三十, M八, DN一百: sizes by their letter as they are spoken.
_LETTERED: Final = re.compile(rf"([a-z]{{1,4}}|φ)([{CHINESE}]{{1,7}})", re.ASCII)


class SizeForms:
    """The sizes that may begin at each place of one text."""

    def __init__(self, text: str, catalogue: Catalogue) -> None:
        self.text, self.catalogue, self.lexicon = text, catalogue, catalogue.lexicon
        # A form that is nowhere in the text is not tried at every place.
        self._is_multiplied = "乘" in text or "加" in text
        self._is_packed, self._is_thick = "装" in text, "个厚" in text

    def spelled(self, found: list[Edge], start: int, end: int) -> None:
        """4眼 where the catalogue has a thing of 四眼, which is a word of its own."""
        text = self.text
        if not (text[start] in DIGITS or text[start] == "两"):
            return
        tails = (text[end : end + width] for width in (2, 1))
        tail = next(filter(self.catalogue.is_spelled_tail, tails), None)
        number = exact(text[start:end]) if tail else None
        if tail and number and not self._is_amount(number + tail):
            size, end = Size("", (number,), tail), end + len(tail)
            piece = Piece(shape=Shape.SIZE, start=start, end=end, text=text[start:end], size=size)
            found.append((end, CLAIM, lambda: piece))

    def written(self, found: list[Edge], start: int) -> None:
        text = self.text
        if is_inside_number(self.text, start) or not self._may_begin_size(start):
            return
        if text[start] not in DIGITS:
            self._lettered(found, start)
        elif self._is_thick and (thick := _THICK.match(text, start)):
            self._size(found, start, thick.end(), f"{thick[1]}厚")
        elif self._is_packed and (packed := _PACKED.match(text, start)):
            self._packed(found, start, packed)
        match = SIZE.match(text, start, start + SPAN_MAX)
        if match is not None and not _BARE.fullmatch(text, start, match.end()):
            self._size(found, start, match.end(), match[0])

    def _lettered(self, found: list[Edge], start: int) -> None:
        """C三十, DN一百: the numeral ends where the catalogue has such a size (DN一百二十个 is twenty of DN100)."""
        match = _LETTERED.match(self.text, start)
        if match is None or not self.catalogue.is_size_prefix(match[1]):
            return
        for width in range(1, len(match[2]) + 1):
            number = exact(match[2][:width])
            size = Size(match[1], (number,), "") if number else None
            if size is not None and self.catalogue.sized(size, True):
                end = match.start(2) + width
                found.append((end, CLAIM, self._of_size(start, end, size)))

    def _packed(self, found: list[Edge], start: int, match: re.Match[str]) -> None:
        """20公斤装 tells a thing from another; 25支装 only how many are in a box."""
        unit = self.lexicon.get(match[2])
        if unit is None or not unit.units:
            return
        size = size_of(match[1] + match[2])
        end = match.end()
        make = (
            self._of_size(start, end, size)
            if size is not None and size.suffix
            else plain(self.text, Shape.ASIDE, start, end)
        )
        found.append((end, MARKED, make))

    def _of_size(self, start: int, end: int, size: Size) -> Callable[[], Piece]:
        text = self.text[start:end]
        return lambda: Piece(shape=Shape.SIZE, start=start, end=end, text=text, size=size)

    def spoken(self, found: list[Edge], start: int) -> None:
        """八百乘八百, 5乘10, 七瓦."""
        if self.text[start] in DIGITS and not self._is_multiplied:
            return  # as it is written
        match = _SPOKEN_SIZE.match(self.text, start, start + SPAN_MAX)
        if (
            match is None or is_inside_number(self.text, start) or match[0] in self.lexicon
        ):  # 五孔 has a name of its own
            return
        if (written := _as_written(match)) is not None:
            self._size(found, start, match.end(), written)

    def _may_begin_size(self, start: int) -> bool:
        """Not inside a word, and with its letter not behind a number, whose letter it is (4p63a)."""
        before, first = self.text[start - 1 : start] if start else "", self.text[start]
        if first == "φ":
            return True  # hrb400eφ32
        if before in LETTERS:
            return first in DIGITS and _SIZE_BEFORE.search(self.text, max(start - 4, 0), start) is not None
        return not (before in DIGITS and first in LETTERS)

    def _size(self, found: list[Edge], start: int, end: int, written: str) -> None:
        """A size as it is `written`, or would be if it was said in words."""
        text, size = self.text, size_of(written)
        if size is None or size.is_bare or self._is_amount(written):
            return
        if size.suffix in PIPES and size.dims[0] not in PIPES[size.suffix]:
            return
        word = self.lexicon.get(text[start:end]) if len(size.prefix) > 1 else None
        if word is not None and word.best_tier is Tier.EXACT:  # cat6 is a name of its own
            return
        if self.catalogue.is_code(text[start:end]):  # SN-425 is the code of a material, not a size of SN
            return
        if self._is_word_with_number(size.prefix):
            return
        if len(size.dims) > 1 and size.dims not in self.catalogue.known_dims:
            after = self.lexicon.get(text[end : end + 1])
            if "加" in text[start:end]:
                return
            if size.joint == "-" or (after and after.units):
                if size.joint == "-":
                    found.append((end, CLAIM, numbered(text, start, end, None)))
                return
        cost = CLAIM if size.prefix or size.joint else CLAIM + 1
        piece = Piece(shape=Shape.SIZE, start=start, end=end, text=text[start:end], size=size)
        found.append((end, cost, lambda: piece))

    def _is_word_with_number(self, prefix: str) -> bool:
        """ppr25弯头: the letters are a name of their own where no specification begins with them."""
        if len(prefix) < 2 or self.catalogue.is_size_prefix(prefix):
            return False
        word = self.lexicon.get(prefix) or self.lexicon.spelled(prefix)
        return word is not None and word.names_material

    def _is_amount(self, text: str) -> bool:
        """20kg is an amount first; whether it is a packing, the catalogue tells later."""
        unit = self.lexicon.get(text.lstrip("0123456789."))
        whole = self.lexicon.get(text)
        return any(word is not None and word.units for word in (unit, whole))


def _as_written(match: re.Match[str]) -> str | None:
    """800x800 for 八百乘八百; None where one of the numbers is not exact."""
    parts = re.split("(乘以?|x|加)", re.sub("公分|厘米|毫米|米|[cm]?m", "", match[1]))
    numbers = [exact(part) for part in parts[::2]]
    if any(number is None for number in numbers):
        return None
    signs = ["+" if part == "加" else "x" for part in parts[1::2]] + [match[2] or ""]
    return "".join(f"{number}{sign}" for number, sign in zip(numbers, signs, strict=True))
