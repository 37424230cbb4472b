"""What may begin at a place of a text: numbers, sizes, dates, documents, lots by their form, words by the lexicon."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from handlers.language import dates
from handlers.language.catalogue import Catalogue
from handlers.language.lexicon import SOUND_MAX, Grade, Word
from handlers.language.naming import Tier
from handlers.language.normalise import BROKEN
from handlers.language.numerals import APART, CHINESE, FEW, exact
from handlers.language.pieces import Piece, Shape
from handlers.language.sizes import HAN_TAILS, LETTER_TAILS, PIPES, SIZE, Size, size_of
from handlers.language.sounds import is_han, keys_of, syllables
from handlers.language.tables import any_of
from handlers.language.vocabulary import DOCUMENTS, NAMES, TALK, UNITS

# What one piece of each kind costs; a character that nothing explains costs most.
_MARKED, _CLAIM, _WORD, _PART, _TRAIT, _SLIP, _STRANGE, _SOLID = 1, 4, 6, 7, 8, 13, 10, 10
_COST: Final = {Grade.FIRM: _WORD, Grade.PART: _PART, Grade.TRAIT: _TRAIT}

# So many digits on end, if they name something, are a barcode: no quantity has so many.
BARCODE_MIN: Final = 8
# No number or size is longer; without an end, a row of digits would cost its square.
_SPAN_MAX: Final = 32

_DOCUMENT: Final = re.compile(r"(?<![a-z])[a-z]{2}20\d{6}-\d{3,6}(?!\d)", re.ASCII)
_LOT: Final = re.compile(rf"(?:{any_of(DOCUMENTS.lot)})(?:是|为|no\.?)?[\s:#]*([a-z0-9][a-z0-9\-_/]*)", re.ASCII)
_EXPIRY: Final = re.compile(
    rf"(?:{any_of(DOCUMENTS.expiry)})(?:限)?(?:到|至|是|为|到期)?[\s:]*(?=\d|[一-十本下明年月])"
)
_EXPIRES: Final = re.compile("(?:到期|过期|失效|截止有效)")
_SERIALS: Final = re.compile(
    rf"(?:{any_of(DOCUMENTS.serials)})(?:是|为|分别是|分别为)?[\s:]*([a-z0-9][a-z0-9\-]{{2,}}"
    r"(?:[、,，/\s]+(?=[a-z\-]*\d)[a-z0-9\-]{3,}(?![a-z0-9]*[\u4e00-\u9fff]))*)",
    re.ASCII,
)
_PERCENT: Final = re.compile(
    rf"(\d{{1,12}}(?:\.\d{{1,12}})?)\s*%|百分之([{CHINESE}点]+|\d+(?:\.\d+)?)|([一二两三四五六七八九]|\d)成([一二三四五六七八九半])?(?![套功为品分都本])|(一半|百分百)(?![径成])",
    re.ASCII,
)
# A number behind @ is a price.
_MENTION: Final = re.compile(r"@(?![\d¥￥])([^\s@,，。;:、!?]{1,20})")
_HUMAN: Final = re.compile(
    rf"[{NAMES.before}][{NAMES.surnames}]|[{NAMES.surnames}](?:{any_of(NAMES.titles)})(?![{NAMES.not_before}])"
)
_PLACE: Final = re.compile(rf"(?!一个?人|一次)(?:\d{{1,3}}|[一二三四五六七八九十]{{1,3}})(?:{any_of(NAMES.places)})")
_NUMBER: Final = re.compile(
    rf"-?\d[\d,]*(?:\.\d+)*(?:[万亿]|[百千](?![瓦伏克米]))?|(?:(?!千[克瓦伏])[{CHINESE}])+(?:点[{CHINESE}]+)?|[{APART}]",
    re.ASCII,
)
# 3p63a: a size may begin where another ends.
_SIZE_BEFORE: Final = re.compile(rf"\d(?:{any_of(LETTER_TAILS)})$", re.ASCII)
_SAID: Final = rf"(?:\d+(?:\.\d+)?|(?:(?!千[瓦伏克])[{CHINESE}])+(?:点[{CHINESE}]+)?)"
# 四公分乘九公分: the unit is said twice.
_INNER: Final = r"(?:(?:公分|厘米|毫米|米|cm|mm|m)(?=[乘x]))?"
# 八百乘八百, 5乘10, 七瓦: sizes as they are spoken.
_SPOKEN_SIZE: Final = re.compile(
    rf"({_SAID}(?:{_INNER}(?:乘以?|x|加){_SAID})*)({any_of(HAN_TAILS)}|[pavwk](?![a-z]))?", re.ASCII
)
_TAMPERED: Final = re.compile(r"[\d.,\ue000]+", re.ASCII)
_BARE: Final = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
# 电话13900001111, 7点半, 10:30: nothing of the book.
_PHONE: Final = re.compile(
    r"(?:(?:有事|有问题)?(?:打|联系)?我?的?(?:联系)?(?:电话|手机)号?(?:是|:)?\s*)?(?<!\d)1[3-9]\d{9}(?!\d)", re.ASCII
)
_CLOCK: Final = re.compile(
    r"(?:1\d|2[0-4]|\d|[一二两三四五六七八九]|十[一二]?)(?:点(?:半(?!吨|包|米|方|箱|天)|钟|整|一刻|三刻|\d{1,2}分"
    r"|(?=之?前|以前|左右|来|到的|送|去|再|开会|集合))|[:](?:[0-5]\d)(?=之?前|以前|左右|到|来|送|[\s,，。]|$))",
    re.ASCII,
)
# 20公斤装: how it is packed.
_PACKED: Final = re.compile(
    r"(\d{1,5}(?:\.\d{1,3})?)\s*([a-z]{1,2}|[\u4e00-\u9fff]{1,2})装(?![饰修配卸车货运完好])的?", re.ASCII
)
# 8个厚: so many millimetres thick.
_THICK: Final = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)个厚", re.ASCII)
# C三十, M八, DN一百: sizes by their letter as they are spoken.
_LETTERED: Final = re.compile(rf"([a-z]{{1,4}}|φ)([{CHINESE}]{{1,7}})", re.ASCII)
_LONELY_NUMERAL: Final = re.compile(r"[万亿百千佰仟]")
_RANGE: Final = re.compile(r"\d{1,12}(?:\.\d{1,12})?\s*(?:-|/|到|至)\s*\d+(?:\.\d+)?", re.ASCII)
_LATIN: Final = re.compile(r"[a-z]+")
_BREAKS: Final = frozenset(",，;。、!?:\n")
_SOFT: Final = frozenset(" \t()[]{}【】《》<>\"'“”‘’|=&+/·")
_VAGUE: Final = re.compile(
    rf"(?<![{CHINESE}\d])[百千万]把|[好大]?几[十百千万]?[几]?|[一二两三四五六七八九十百\d]{{1,12}}[几来多](?=[^多少]|$)|十[几来多]|数[十百千]|上[百千万]|两三|三五|三四|七八(?![^个包吨根])"
)

# What the patterns may begin with: most characters begin nothing.
_DIGITS: Final = frozenset("0123456789")
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_NUMBER_STARTS: Final = _DIGITS | frozenset(CHINESE + APART + "-")
_VAGUE_STARTS: Final = _DIGITS | frozenset("好大几一二两三四五六七八九十百千万数上")
_SIZE_STARTS: Final = _DIGITS | _LETTERS | {"φ"}
_PLACE_STARTS: Final = _DIGITS | frozenset("一二三四五六七八九十")
_ASIDE_STARTS: Final = _PLACE_STARTS | frozenset("两有打联我电手")
_SOLID_STARTS: Final = frozenset(word[0] for word in NAMES.solid)
_HUMAN_STARTS: Final = frozenset(NAMES.surnames + NAMES.before)
_MARKED_STARTS: Final = frozenset(word[0] for word in (*DOCUMENTS.lot, *DOCUMENTS.expiry, *DOCUMENTS.serials))
_MEASURE_STARTS: Final = _VAGUE_STARTS | _NUMBER_STARTS | _SIZE_STARTS
_CLAIM_STARTS: Final = _LETTERS | _MARKED_STARTS | dates.STARTS | _HUMAN_STARTS | _ASIDE_STARTS | _PLACE_STARTS | {"@"}

# Where it ends, what it costs, and how it is made if it is wanted.
Edge = tuple[int, int, Callable[[], Piece]]


class Recogniser:
    """Everything that may begin at each place of one text."""

    def __init__(self, text: str, catalogue: Catalogue, today: date) -> None:
        self.text, self.catalogue, self.today = text, catalogue, today
        self.lexicon = catalogue.lexicon
        # A pattern that is nowhere in the text is not tried at every place.
        self._percents, self._ranges, self._vague, self._humans, self._places, self._phones, self._clocks = (
            pattern.search(text) is not None for pattern in (_PERCENT, _RANGE, _VAGUE, _HUMAN, _PLACE, _PHONE, _CLOCK)
        )
        self._is_multiplied = "乘" in text or "加" in text
        self._is_packed, self._is_thick = "装" in text, "个厚" in text
        self.readings = {char: syllables(char) for char in set(text) if is_han(char)}

    def at(self, start: int) -> list[Edge]:
        """All pieces that may begin here; a single strange character always may."""
        char = self.text[start]
        if char in " \t":
            return [(start + 1, 0, self._plain(Shape.SPACE, start, start + 1))]
        found: list[Edge] = [(start + 1, _STRANGE, self._plain(Shape.UNKNOWN, start, start + 1))]
        if char in _SOFT:
            found.append((start + 1, 1, self._plain(Shape.SPACE, start, start + 1)))
        elif char in _BREAKS:
            found.append((start + 1, 1, self._plain(Shape.BREAK, start, start + 1)))
        if char in _CLAIM_STARTS:
            self._claims(found, start, char)
        if char in _MEASURE_STARTS:
            self._measures(found, start, char)
        longest = self._words(found, start)
        if char in _SOLID_STARTS:
            self._solid(found, start)
        if char in self.readings:
            if self._may_be_slip(start):
                self._slips(found, start, longest)
        elif char in _LETTERS:
            if char == "x" and not self._touches_letters(start):
                found.append((start + 1, 1, self._plain(Shape.SPACE, start, start + 1)))
            self._latin(found, start)
        return found

    def _measures(self, found: list[Edge], start: int, char: str) -> None:
        """Numbers and sizes."""
        if char in _VAGUE_STARTS or char in _NUMBER_STARTS:
            self._numbers(found, start)
        if char in _NUMBER_STARTS:
            self._spoken_sizes(found, start)
        if char in _SIZE_STARTS:
            self._sizes(found, start)

    def _touches_letters(self, at: int) -> bool:
        around = self.text[max(at - 1, 0) : at] + self.text[at + 1 : at + 2]
        return any("a" <= char <= "z" for char in around)

    def _plain(self, shape: Shape, start: int, end: int) -> Callable[[], Piece]:
        return lambda: Piece(shape=shape, start=start, end=end, text=self.text[start:end])

    def _claims(self, found: list[Edge], start: int, char: str) -> None:
        """What has a form of its own: numbers of documents, dates, people, places."""
        text = self.text
        if char in _LETTERS and (match := _DOCUMENT.match(text, start)):
            found.append((match.end(), _MARKED, self._valued(Shape.DOCUMENT, start, match.end(), (match[0].upper(),))))
        if char in _MARKED_STARTS:
            self._marked(found, start)
        if char in dates.STARTS and (when := dates.find(text, start, self.today)):
            found.append((when[0], _CLAIM, self._dated(Shape.DATE, start, when)))
            if behind := _EXPIRES.match(text, when[0]):  # 2028年3月31日到期
                found.append((behind.end(), _MARKED, self._dated(Shape.EXPIRY, start, (behind.end(), when[1]))))
        if char == "@":
            if match := _MENTION.match(text, start):
                found.append((match.end(), _WORD + 3, self._valued(Shape.MENTION, start, match.end(), (match[1],))))
                found.append((start + 1, 1, self._plain(Shape.SPACE, start, start + 1)))
        elif char in _HUMAN_STARTS and self._humans and (match := _HUMAN.match(text, start)):
            found.append((match.end(), _WORD + 1, self._plain(Shape.HUMAN, start, match.end())))
        if char in _ASIDE_STARTS:
            for pattern, is_there in ((_PHONE, self._phones), (_CLOCK, self._clocks)):
                if is_there and (match := pattern.match(text, start)):
                    found.append((match.end(), _MARKED, self._plain(Shape.ASIDE, start, match.end())))
        if (
            char in _PLACE_STARTS
            and self._places
            and (match := _PLACE.match(text, start))
            and match[0] not in self.lexicon
        ):
            found.append((match.end(), _CLAIM, self._plain(Shape.PLACE, start, match.end())))

    def _marked(self, found: list[Edge], start: int) -> None:
        """What a word announces: lots, serials, expiry."""
        text = self.text
        if (match := _LOT.match(text, start)) and match.end() - start > 2:
            found.append((match.end(), 1, self._valued(Shape.LOT, start, match.end(), (match[1],))))
        if match := _SERIALS.match(text, start):
            numbers = tuple(part for part in re.split(r"[、,，/\s]+", match[1]) if part)
            found.append((match.end(), 1, self._valued(Shape.SERIALS, start, match.end(), numbers)))
        if match := _EXPIRY.match(text, start):
            when = dates.find(text, match.end(), self.today) if match.end() < len(text) else None
            if when:
                found.append((when[0], _MARKED, self._dated(Shape.EXPIRY, start, when)))

    def _valued(self, shape: Shape, start: int, end: int, values: tuple[str, ...]) -> Callable[[], Piece]:
        return lambda: Piece(shape=shape, start=start, end=end, text=self.text[start:end], values=values)

    def _dated(self, shape: Shape, start: int, found: tuple[int, dates.When]) -> Callable[[], Piece]:
        return lambda: Piece(shape=shape, start=start, end=found[0], text=self.text[start : found[0]], when=found[1])

    def _is_inside_number(self, start: int) -> bool:
        text = self.text
        return bool(start) and text[start].isdigit() and (text[start - 1].isdigit() or text[start - 1] in "." + BROKEN)

    def _numbers(self, found: list[Edge], start: int) -> None:
        text = self.text
        if self._is_inside_number(start):
            if text[start - 1] == BROKEN and (match := _TAMPERED.match(text, start, start + _SPAN_MAX)):
                found.append((match.end(), _CLAIM, self._number(start, match.end(), None)))
            return
        stop = start + _SPAN_MAX
        if self._percents and (match := _PERCENT.match(text, start, stop)):
            found.append((match.end(), _CLAIM, self._number(start, match.end(), _percent(match), Shape.PERCENT)))
        if match := _NUMBER.match(text, start, stop):
            end = match.end() - (1 if match[0].endswith(",") else 0)
            if self._is_tail_before_number(start, end):
                end = start + 1
            if not _LONELY_NUMERAL.fullmatch(text, start, end):
                found.append((end, _CLAIM + 1, self._exact(start, end)))
            self._spelled_size(found, start, end)
            self._shortened(found, start, end)
        if self._ranges and (match := _RANGE.match(text, start, stop)) and size_of(match[0]) is None:
            found.append((match.end(), _CLAIM, self._number(start, match.end(), None)))
        if self._vague and (match := _VAGUE.match(text, start, stop)):
            found.append((match.end(), _CLAIM, self._number(start, match.end(), None)))

    def _is_tail_before_number(self, start: int, end: int) -> bool:
        """四吨六二十二的三吨一: the six belongs to what stands before, and another number begins."""
        said = self.text[start:end]
        before = self.lexicon.get(self.text[start - 1]) if start and len(said) > 2 else None
        if before is None or UNITS.measured.isdisjoint(before.units) or FEW.search(said):
            return False
        return exact(said) is None and exact(said[1:]) is not None

    def _shortened(self, found: list[Edge], start: int, end: int) -> None:
        """1w块, 2k个: letters for 万 and 千, where a unit follows."""
        text = self.text
        scale = {"w": "万", "k": "千"}.get(text[end : end + 1]) if text[start] in _DIGITS else None
        unit = self.lexicon.get(text[end + 1 : end + 2]) if scale else None
        if scale is None or unit is None or not unit.units or unit.text.isascii():
            return
        size = size_of(text[start : end + 1])
        if size is None or not self.catalogue.sized_alike(size):  # 12W只 where lamps have 12 W
            found.append((end + 1, _CLAIM, self._number(start, end + 1, exact(text[start:end] + scale))))

    def _spelled_size(self, found: list[Edge], start: int, end: int) -> None:
        """4眼 where the catalogue has a thing of 四眼, which is a word of its own."""
        text = self.text
        if not (text[start] in _DIGITS or text[start] == "两"):
            return
        tails = (text[end : end + width] for width in (2, 1))
        tail = next(filter(self.catalogue.is_spelled_tail, tails), None)
        number = exact(text[start:end]) if tail else None
        if tail and number and not self._is_amount(number + tail):
            size, end = Size("", (number,), tail), end + len(tail)
            piece = Piece(shape=Shape.SIZE, start=start, end=end, text=text[start:end], size=size)
            found.append((end, _CLAIM, lambda: piece))

    def _sizes(self, found: list[Edge], start: int) -> None:
        text = self.text
        if self._is_inside_number(start) or not self._may_begin_size(start):
            return
        if text[start] not in _DIGITS:
            self._lettered(found, start)
        elif self._is_thick and (thick := _THICK.match(text, start)):
            self._size(found, start, thick.end(), f"{thick[1]}厚")
        elif self._is_packed and (packed := _PACKED.match(text, start)):
            self._packed(found, start, packed)
        match = SIZE.match(text, start, start + _SPAN_MAX)
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
                found.append((end, _CLAIM, self._of_size(start, end, size)))

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
            else self._plain(Shape.ASIDE, start, end)
        )
        found.append((end, _MARKED, make))

    def _of_size(self, start: int, end: int, size: Size) -> Callable[[], Piece]:
        text = self.text[start:end]
        return lambda: Piece(shape=Shape.SIZE, start=start, end=end, text=text, size=size)

    def _spoken_sizes(self, found: list[Edge], start: int) -> None:
        """八百乘八百, 5乘10, 七瓦."""
        if self.text[start] in _DIGITS and not self._is_multiplied:
            return  # as it is written
        match = _SPOKEN_SIZE.match(self.text, start, start + _SPAN_MAX)
        if match is None or self._is_inside_number(start) or match[0] in self.lexicon:  # 五孔 has a name of its own
            return
        if (written := _written(match)) is not None:
            self._size(found, start, match.end(), written)

    def _may_begin_size(self, start: int) -> bool:
        """Not inside a word, and with its letter not behind a number, whose letter it is (4p63a)."""
        before, first = self.text[start - 1 : start] if start else "", self.text[start]
        if first == "φ":
            return True  # hrb400eφ32
        if before in _LETTERS:
            return first in _DIGITS and _SIZE_BEFORE.search(self.text, max(start - 4, 0), start) is not None
        return not (before in _DIGITS and first in _LETTERS)

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
                    found.append((end, _CLAIM, self._number(start, end, None)))
                return
        cost = _CLAIM if size.prefix or size.joint else _CLAIM + 1
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

    def _number(self, start: int, end: int, number: str | None, shape: Shape = Shape.NUMBER) -> Callable[[], Piece]:
        text = self.text[start:end]
        return lambda: Piece(shape=shape, start=start, end=end, text=text, number=number)

    def _exact(self, start: int, end: int) -> Callable[[], Piece]:
        """The number is worked out when it is wanted; one that was tampered with is none."""
        text = self.text[start:end]
        is_whole = self.text[end : end + 1] != BROKEN
        return lambda: Piece(
            shape=Shape.NUMBER, start=start, end=end, text=text, number=exact(text) if is_whole else None
        )

    def _words(self, found: list[Edge], start: int) -> int:
        """The words that are written so; how long the longest firm one is."""
        text = self.text
        longest = 0
        for said, grade in self.lexicon.graded_at(text, start):
            length = len(said)
            end = start + length
            if not (text[end - 1] > "\u3000" < text[start] or self._stands_alone(start, end)):
                continue
            if grade is Grade.FIRM:
                longest = length
            is_barcode = length >= BARCODE_MIN and said.isdigit()
            cost = _MARKED if is_barcode else _COST[grade] + (said in TALK)
            found.append((end, cost, self._written(start, said)))
        return longest

    def _solid(self, found: list[Edge], start: int) -> None:
        """不锈钢 where the catalogue has none: a strange word, and no 不 in it."""
        for end in range(start + 2, min(start + 5, len(self.text) + 1)):
            said = self.text[start:end]
            if said in NAMES.solid and said not in self.lexicon:
                found.append((end, _SOLID, self._plain(Shape.UNKNOWN, start, end)))

    def _written(self, start: int, said: str) -> Callable[[], Piece]:
        word_of = self.lexicon.get
        return lambda: Piece(shape=Shape.WORD, start=start, end=start + len(said), text=said, word=word_of(said))

    def _sounding(self, start: int, end: int, word: Word) -> Callable[[], Piece]:
        text = self.text[start:end]
        return lambda: Piece(shape=Shape.WORD, start=start, end=end, text=text, word=word, is_slip=True)

    def _stands_alone(self, start: int, end: int) -> bool:
        """A name that begins with digits does not begin inside a number, nor a word inside another."""
        text = self.text
        before, first = text[start - 1 : start], text[start]
        last, after = text[end - 1], text[end : end + 1]
        if first.isascii() and first.isdigit() and (before.isdigit() or (before in "./x" and before != "")):
            return False
        if (
            last.isascii()
            and last.isdigit()
            and (after.isdigit() or (after == "." and text[end + 1 : end + 2].isdigit()))
        ):
            return False
        if "a" <= first <= "z" and "a" <= before <= "z" and before != "":
            return False
        return not ("a" <= last <= "z" and after != "" and "a" <= after <= "z")

    def _may_be_slip(self, start: int) -> bool:
        second = self.readings.get(self.text[start + 1 : start + 2])
        return second is not None and self.lexicon.may_sound(self.readings[self.text[start]], second)

    def _slips(self, found: list[Edge], start: int, longest: int) -> None:
        """Words that only sound like this: 刚劲 for 钢筋."""
        if start and (self.text[start - 1].isdigit() or self.text[start - 1] in CHINESE):
            unit = self.lexicon.get(self.text[start])
            if unit is not None and unit.units:
                return
        if self._is_counted(start):
            return
        text, readings = self.text, self.readings
        limit = start + 2
        while limit < min(len(text), start + SOUND_MAX) and text[limit] in readings:
            limit += 1
        for end in range(start + max(2, longest + 1), limit + 1):
            if text[start:end] in self.lexicon:
                continue
            word = self.lexicon.sounding_like(keys_of([readings[char] for char in text[start:end]]))
            if word is not None:
                found.append((end, _SLIP, self._sounding(start, end, word)))

    def _is_counted(self, start: int) -> bool:
        """六张 is six sheets, whatever else it sounds like."""
        after = self.lexicon.get(self.text[start + 1 : start + 2]) if self.text[start] in CHINESE else None
        return after is not None and bool(after.units)

    def _latin(self, found: list[Edge], start: int) -> None:
        match = _LATIN.match(self.text, start)
        if match is None or (start and "a" <= self.text[start - 1] <= "z"):
            return
        end = match.end()
        if end - start >= 2:
            word = self.lexicon.spelled(match[0])
            if word is not None:
                found.append((end, _SLIP, self._sounding(start, end, word)))
        found.append((end, _STRANGE + 5, self._plain(Shape.UNKNOWN, start, end)))


def _written(match: re.Match[str]) -> str | None:
    """800x800 for 八百乘八百; None where one of the numbers is not exact."""
    parts = re.split("(乘以?|x|加)", re.sub("公分|厘米|毫米|米|[cm]?m", "", match[1]))
    numbers = [exact(part) for part in parts[::2]]
    if any(number is None for number in numbers):
        return None
    signs = ["+" if part == "加" else "x" for part in parts[1::2]] + [match[2] or ""]
    return "".join(f"{number}{sign}" for number, sign in zip(numbers, signs, strict=True))


def _percent(match: re.Match[str]) -> str | None:
    if match[5]:
        return "50" if match[5] == "一半" else "100"
    if match[3]:
        tens = exact(match[3]) or ""
        ones = "5" if match[4] == "半" else exact(match[4]) if match[4] else "0"
        return exact(f"{tens}{ones}") if tens.isdigit() else None
    return exact(match[1] or match[2])
