"""What may begin at a place of a text: numbers, dates, documents, lots by their form, words by the lexicon."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from handlers.language import dates
from handlers.language.catalogue import Catalogue
from handlers.language.edges import (
    CLAIM,
    DIGITS,
    LETTERS,
    MARKED,
    PART,
    SLIP,
    SOLID,
    SPAN_MAX,
    STRANGE,
    TRAIT,
    WORD,
    Edge,
    is_inside_number,
    numbered,
    plain,
)  # fmt: skip
from handlers.language.lexicon import SOUND_MAX, Grade, Word
from handlers.language.naming import Tier
from handlers.language.normalise import BROKEN
from handlers.language.numerals import APART, CHINESE, FEW, exact
from handlers.language.pieces import Piece, Shape
from handlers.language.size_forms import SizeForms
from handlers.language.sizes import HAN_TAILS, size_of
from handlers.language.sounds import is_han, keys_of, syllables
from handlers.language.tables import any_of
from handlers.language.vocabulary import DOCUMENTS, NAMES, TALK, UNITS

_COST: Final = {Grade.FIRM: WORD, Grade.PART: PART, Grade.TRAIT: TRAIT}

# So many digits on end, if they name something, are a barcode: no quantity has so many.
BARCODE_MIN: Final = 8

_DOCUMENT: Final = re.compile(r"(?<![a-z])[a-z]{2}20\d{6}-\d{3,6}(?!\d)", re.ASCII)
_WRONG: Final = r"(?:[写抄填打看说记报弄搞]?错了?|不对|改成|改为)?[,，\s]?(?:应该)?"  # 批号写错了，是…
_LOT: Final = re.compile(
    rf"(?:{any_of(DOCUMENTS.lot)}){_WRONG}(?:是|为|no\.?)?[\s:#]*"
    r"([a-z0-9][a-z0-9\-_/]*)",
    re.ASCII,
)
_EXPIRY: Final = re.compile(
    rf"(?:{any_of(DOCUMENTS.expiry)})(?:限)?{_WRONG}(?:到|至|是|为|到期)?[\s:]*(?=\d|[一-十本下明年月])"
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
_MENTION: Final = re.compile(rf"@(?![\d¥￥]|[{CHINESE}点]+(?:块|元|毛|角))([^\s@,，。;:、!?]{{1,20}})")
_HUMAN: Final = re.compile(
    rf"[{NAMES.before}][{NAMES.surnames}]|[{NAMES.surnames}](?:{any_of(NAMES.titles)})(?![{NAMES.not_before}])"
)
_PLACE: Final = re.compile(
    rf"(?!一个?人|一次)(?:\d{{1,3}}|[一二两三四五六七八九十几俩]{{1,3}})(?:{any_of(NAMES.places)})"
)
_NUMBER: Final = re.compile(
    rf"-?\d[\d,]*(?:\.\d+)*(?:[万亿]|[百千](?![瓦伏克米]))?|(?:(?!千[克瓦伏])[{CHINESE}])+(?:点[{CHINESE}]+)?|[{APART}]",
    re.ASCII,
)
_TAMPERED: Final = re.compile(r"[\d.,\ue000]+", re.ASCII)
# 电话13900001111, 7点半, 10:30: nothing of the book.
_PHONE: Final = re.compile(
    r"(?:(?:有事|有问题)?(?:打|联系)?我?的?(?:联系)?(?:电话|手机)号?(?:是|:)?\s*)?(?<!\d)1[3-9]\d{9}(?!\d)", re.ASCII
)
_CLOCK: Final = re.compile(
    r"(?:1\d|2[0-4]|\d|[一二两三四五六七八九]|十[一二]?)(?:点(?:半(?!吨|包|米|方|箱|天)|钟|整|一刻|三刻|\d{1,2}分"
    r"|(?=之?前|以前|左右|来|到的|送|去|再|开会|集合))|[:](?:[0-5]\d)(?=之?前|以前|左右|到|来|送|[\s,，。]|$))",
    re.ASCII,
)
# 车牌鄂A3F256, 第一天: no amounts either.
_PLATE: Final = re.compile(r"车(?:牌|号)(?:号|是|:)*\s*[\u4e00-\u9fff]?[a-z][a-z0-9]{4,6}(?![a-z0-9])", re.ASCII)
_ORDINAL_TIME: Final = re.compile(r"第[一二三四五六七八九十\d]{1,3}[天次回遍趟周年]", re.ASCII)
_LONELY_NUMERAL: Final = re.compile(r"[万亿百千佰仟]")
_RANGE: Final = re.compile(r"\d{1,12}(?:\.\d{1,12})?\s*(?:-|/|到|至)\s*\d+(?:\.\d+)?", re.ASCII)
_LATIN: Final = re.compile(r"[a-z]+")
_BREAKS: Final = frozenset(",，;。、!?:\n")
_SOFT: Final = frozenset(" \t()[]{}【】《》<>\"'“”‘’|=&+/·")
_VAGUE: Final = re.compile(
    rf"(?<![{CHINESE}\d])[百千万]把|[好大]?几[十百千万]?[几]?|[一二两三四五六七八九十百\d]{{1,12}}[几来多](?=[^多少]|$)|十[几来多]|数[十百千]|上[百千万]|两三|三五|三四|七八(?![^个包吨根])"
)

# What the patterns may begin with: most characters begin nothing.
_NUMBER_STARTS: Final = DIGITS | frozenset(CHINESE + APART + "-")
_VAGUE_STARTS: Final = DIGITS | frozenset("好大几一二两三四五六七八九十百千万数上")
_SIZE_STARTS: Final = DIGITS | LETTERS | {"φ"}
_PLACE_STARTS: Final = DIGITS | frozenset("一二两三四五六七八九十几俩")
_ASIDE_STARTS: Final = _PLACE_STARTS | frozenset("两有打联我电手车第")
_SOLID_STARTS: Final = frozenset(word[0] for word in NAMES.solid)
_HUMAN_STARTS: Final = frozenset(NAMES.surnames + NAMES.before)
_MARKED_STARTS: Final = frozenset(word[0] for word in (*DOCUMENTS.lot, *DOCUMENTS.expiry, *DOCUMENTS.serials))
_MEASURE_STARTS: Final = _VAGUE_STARTS | _NUMBER_STARTS | _SIZE_STARTS
_CLAIM_STARTS: Final = LETTERS | _MARKED_STARTS | dates.STARTS | _HUMAN_STARTS | _ASIDE_STARTS | _PLACE_STARTS | {"@"}


class Recogniser:
    """Everything that may begin at each place of one text."""

    def __init__(self, text: str, catalogue: Catalogue, today: date) -> None:
        self.text, self.catalogue, self.today = text, catalogue, today
        self.lexicon = catalogue.lexicon
        # A pattern that is nowhere in the text is not tried at every place.
        self._percents, self._ranges, self._vague, self._humans, self._places, self._phones, self._clocks = (
            pattern.search(text) is not None for pattern in (_PERCENT, _RANGE, _VAGUE, _HUMAN, _PLACE, _PHONE, _CLOCK)
        )
        self._sizes = SizeForms(text, catalogue)
        self.readings = {char: syllables(char) for char in set(text) if is_han(char)}

    def at(self, start: int) -> list[Edge]:
        """All pieces that may begin here; a single strange character always may."""
        char = self.text[start]
        if char in " \t":
            return [(start + 1, 0, plain(self.text, Shape.SPACE, start, start + 1))]
        found: list[Edge] = [(start + 1, STRANGE, plain(self.text, Shape.UNKNOWN, start, start + 1))]
        if char in _SOFT:
            found.append((start + 1, 1, plain(self.text, Shape.SPACE, start, start + 1)))
        elif char in _BREAKS:
            found.append((start + 1, 1, plain(self.text, Shape.BREAK, start, start + 1)))
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
        elif char in LETTERS:
            if char == "x" and not self._touches_letters(start):
                found.append((start + 1, 1, plain(self.text, Shape.SPACE, start, start + 1)))
            self._latin(found, start)
        return found

    def _measures(self, found: list[Edge], start: int, char: str) -> None:
        """Numbers and sizes."""
        if char in _VAGUE_STARTS or char in _NUMBER_STARTS:
            self._numbers(found, start)
        if char in _NUMBER_STARTS:
            self._sizes.spoken(found, start)
        if char in _SIZE_STARTS:
            self._sizes.written(found, start)

    def _touches_letters(self, at: int) -> bool:
        around = self.text[max(at - 1, 0) : at] + self.text[at + 1 : at + 2]
        return any("a" <= char <= "z" for char in around)

    def _claims(self, found: list[Edge], start: int, char: str) -> None:
        """What has a form of its own: numbers of documents, dates, people, places."""
        text = self.text
        if char in LETTERS and (match := _DOCUMENT.match(text, start)):
            found.append((match.end(), MARKED, self._valued(Shape.DOCUMENT, start, match.end(), (match[0].upper(),))))
        if char in _MARKED_STARTS:
            self._marked(found, start)
        if char in dates.STARTS and (when := dates.find(text, start, self.today)):
            found.append((when[0], CLAIM, self._dated(Shape.DATE, start, when)))
            if behind := _EXPIRES.match(text, when[0]):  # 2028年3月31日到期
                found.append((behind.end(), MARKED, self._dated(Shape.EXPIRY, start, (behind.end(), when[1]))))
        if char == "@":
            if match := _MENTION.match(text, start):
                found.append((match.end(), WORD + 3, self._valued(Shape.MENTION, start, match.end(), (match[1],))))
                found.append((start + 1, 1, plain(self.text, Shape.SPACE, start, start + 1)))
        elif char in _HUMAN_STARTS and self._humans and (match := _HUMAN.match(text, start)):
            found.append((match.end(), WORD + 1, plain(self.text, Shape.HUMAN, start, match.end())))
        if char in _ASIDE_STARTS:
            asides = (
                (_PHONE, self._phones),
                (_CLOCK, self._clocks),
                (_PLATE, char == "车"),
                (_ORDINAL_TIME, char == "第"),
            )
            for pattern, is_there in asides:
                if is_there and (match := pattern.match(text, start)):
                    found.append((match.end(), MARKED, plain(self.text, Shape.ASIDE, start, match.end())))
        if (
            char in _PLACE_STARTS
            and self._places
            and (match := _PLACE.match(text, start))
            and match[0] not in self.lexicon
            and not self._is_unit(match[0][-1])
        ):
            found.append((match.end(), CLAIM, plain(self.text, Shape.PLACE, start, match.end())))

    def _is_unit(self, char: str) -> bool:
        """4趟, where a car is kept in 趟."""
        word = self.lexicon.get(char)
        return word is not None and bool(word.units)

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
                found.append((when[0], MARKED, self._dated(Shape.EXPIRY, start, when)))

    def _valued(self, shape: Shape, start: int, end: int, values: tuple[str, ...]) -> Callable[[], Piece]:
        return lambda: Piece(shape=shape, start=start, end=end, text=self.text[start:end], values=values)

    def _dated(self, shape: Shape, start: int, found: tuple[int, dates.When]) -> Callable[[], Piece]:
        return lambda: Piece(shape=shape, start=start, end=found[0], text=self.text[start : found[0]], when=found[1])

    def _numbers(self, found: list[Edge], start: int) -> None:
        text = self.text
        if is_inside_number(text, start):
            if text[start - 1] == BROKEN and (match := _TAMPERED.match(text, start, start + SPAN_MAX)):
                found.append((match.end(), CLAIM, numbered(text, start, match.end(), None)))
            return
        stop = start + SPAN_MAX
        if self._percents and (match := _PERCENT.match(text, start, stop)):
            found.append((match.end(), CLAIM, numbered(text, start, match.end(), _percent(match), Shape.PERCENT)))
        if match := _NUMBER.match(text, start, stop):
            end = match.end() - (1 if match[0].endswith(",") else 0)
            if self._is_tail_before_number(start, end):
                end = start + 1
            if not _LONELY_NUMERAL.fullmatch(text, start, end):
                found.append((end, CLAIM + 1, self._exact(start, end)))
            self._sizes.spelled(found, start, end)
            self._shortened(found, start, end)
        if self._ranges and (match := _RANGE.match(text, start, stop)) and size_of(match[0]) is None:
            found.append((match.end(), CLAIM, numbered(text, start, match.end(), None)))
        if self._vague and (match := _VAGUE.match(text, start, stop)):
            found.append((match.end(), CLAIM, numbered(text, start, match.end(), None)))

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
        scale = {"w": "万", "k": "千"}.get(text[end : end + 1]) if text[start] in DIGITS else None
        unit = self.lexicon.get(text[end + 1 : end + 2]) if scale else None
        if scale is None or unit is None or not unit.units or unit.text.isascii():
            return
        size = size_of(text[start : end + 1])
        if size is None or not self.catalogue.sized_alike(size):  # 12W只 where lamps have 12 W
            found.append((end + 1, CLAIM, numbered(text, start, end + 1, exact(text[start:end] + scale))))

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
            cost = MARKED if is_barcode else _COST[grade] + (said in TALK)
            if grade is Grade.FIRM and length > 2 and self._cuts_verb(start, said):
                cost = TRAIT
            found.append((end, cost, self._written(start, said)))
        return longest

    def _cuts_verb(self, start: int, said: str) -> bool:
        """入库防潮灯: the end of 冷库防潮灯 does not take the 库 from the verb; a whole name does."""
        across = self.lexicon.get(self.text[start - 1 : start + 1]) if start else None
        word = self.lexicon.get(said) if across is not None and across.intents else None
        return word is not None and word.best_tier is not None and word.best_tier is not Tier.EXACT

    def _solid(self, found: list[Edge], start: int) -> None:
        """不锈钢 where the catalogue has none: a strange word, and no 不 in it."""
        for end in range(start + 2, min(start + 5, len(self.text) + 1)):
            said = self.text[start:end]
            if said in NAMES.solid and said not in self.lexicon:
                found.append((end, SOLID, plain(self.text, Shape.UNKNOWN, start, end)))

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
        if last.isascii() and last.isdigit() and not first.isdigit() and self._counts(start, end):
            return False
        if "a" <= first <= "z" and "a" <= before <= "z" and before != "":
            return False
        return not ("a" <= last <= "z" and after != "" and "a" <= after <= "z")

    def _counts(self, start: int, end: int) -> bool:
        """螺纹10吨: where a unit follows, the number at the end of a name is an amount."""
        unit = self.lexicon.get(self.text[end : end + 1])
        return is_han(self.text[start]) and unit is not None and bool(unit.units) and is_han(unit.text)

    def _may_be_slip(self, start: int) -> bool:
        second = self.readings.get(self.text[start + 1 : start + 2])
        return second is not None and self.lexicon.may_sound(self.readings[self.text[start]], second)

    def _slips(self, found: list[Edge], start: int, longest: int) -> None:
        """Words that only sound like this: 刚劲 for 钢筋."""
        if start and (self.text[start - 1].isdigit() or self.text[start - 1] in CHINESE):
            unit = self.lexicon.get(self.text[start])
            if (unit is not None and unit.units) or self.text[start] in HAN_TAILS:
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
                found.append((end, SLIP, self._sounding(start, end, word)))

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
                found.append((end, SLIP, self._sounding(start, end, word)))
        found.append((end, STRANGE + 5, plain(self.text, Shape.UNKNOWN, start, end)))


def _percent(match: re.Match[str]) -> str | None:
    if match[5]:
        return "50" if match[5] == "一半" else "100"
    if match[3]:
        tens = exact(match[3]) or ""
        ones = "5" if match[4] == "半" else exact(match[4]) if match[4] else "0"
        return exact(f"{tens}{ones}") if tens.isdigit() else None
    return exact(match[1] or match[2])
