"""Cut a normalised text into pieces: of all ways to cover it, the one that leaves least unexplained."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from handlers.language import dates
from handlers.language.catalogue import Catalogue
from handlers.language.lexicon import SOUND_MAX, Grade, Word
from handlers.language.normalise import BROKEN
from handlers.language.numerals import APART, CHINESE, exact
from handlers.language.pieces import Piece, Shape
from handlers.language.sizes import SIZE, size_of
from handlers.language.sounds import is_han, keys_of, syllables
from handlers.language.tables import any_of
from handlers.language.vocabulary import DOCUMENTS, NAMES

# What one piece of each kind costs; a character that nothing explains costs most.
_CLAIM, _WORD, _PART, _TRAIT, _SLIP, _STRANGE = 4, 6, 7, 8, 13, 10
_COST: Final = {Grade.FIRM: _WORD, Grade.PART: _PART, Grade.TRAIT: _TRAIT}

# No number or size is longer; without an end, a row of digits would cost its square.
_SPAN_MAX: Final = 32

_DOCUMENT: Final = re.compile(r"(?<![a-z])[a-z]{2}20\d{6}-\d{3,6}(?!\d)", re.ASCII)
_LOT: Final = re.compile(rf"(?:{any_of(DOCUMENTS.lot)})(?:是|为|no\.?)?[\s:#]*([a-z0-9][a-z0-9\-_/]*)", re.ASCII)
_EXPIRY: Final = re.compile(
    rf"(?:{any_of(DOCUMENTS.expiry)})(?:限)?(?:到|至|是|为|到期)?[\s:]*(?=\d|[一-十本下明年月])"
)
_SERIALS: Final = re.compile(
    rf"(?:{any_of(DOCUMENTS.serials)})(?:是|为|分别是|分别为)?[\s:]*([a-z0-9][a-z0-9\-]{{2,}}"
    r"(?:[、,，/\s]+(?=[a-z]*\d)[a-z0-9\-]{3,}(?![a-z0-9]*[\u4e00-\u9fff]))*)",
    re.ASCII,
)
_PERCENT: Final = re.compile(
    rf"(\d+(?:\.\d+)?)\s*%|百分之([{CHINESE}点]+|\d+(?:\.\d+)?)|([一二三四五六七八九]|\d)成([一二三四五六七八九半])?(?![套功为品分都本])|(一半|百分百)(?![径成])",
    re.ASCII,
)
_MENTION: Final = re.compile(r"@([^\s@,，。;:、!?]{1,20})")
_HUMAN: Final = re.compile(
    rf"[{NAMES.before}][{NAMES.surnames}]|[{NAMES.surnames}](?:{any_of(NAMES.titles)})(?![{NAMES.not_before}])"
)
_PLACE: Final = re.compile(rf"(?:\d{{1,3}}|[一二三四五六七八九十]{{1,3}})(?:{any_of(NAMES.places)})")
_NUMBER: Final = re.compile(
    rf"-?\d[\d,]*(?:\.\d+)*(?:[万亿]|[百千](?![瓦伏克米]))?|[{CHINESE}]+(?:点[{CHINESE}]+)?|[{APART}]", re.ASCII
)
_LONELY_NUMERAL: Final = re.compile(r"[万亿百千佰仟]")
_RANGE: Final = re.compile(r"\d+(?:\.\d+)?\s*(?:-|/|到|至)\s*\d+(?:\.\d+)?", re.ASCII)
_LATIN: Final = re.compile(r"[a-z]+")
_BREAKS: Final = frozenset(",，;。、!?:\n")
_SOFT: Final = frozenset(" \t()[]{}【】《》<>\"'“”‘’|=&+/·")
_VAGUE: Final = re.compile(
    r"(?:好)?几[十百千万]?[几]?|[一二三四五六七八九十百\d]+[几来多](?=[^多少]|$)|十[几来多]|数[十百千]|上[百千万]|两三|三五|三四|七八(?![^个包吨根])"
)

# The Chinese characters that the patterns of numbers, and of the other claims, may begin with: most begin neither.
_NUMBER_STARTS: Final = frozenset(CHINESE + APART + "好几数上两")
_CLAIM_STARTS: Final = frozenset(word[0] for word in (*DOCUMENTS.lot, *DOCUMENTS.expiry, *DOCUMENTS.serials))

Edge = tuple[int, int, Callable[[], Piece]]


def scan(text: str, catalogue: Catalogue, today: date) -> tuple[Piece, ...]:
    """The cheapest cover of the text, left to right; linear in its length."""
    scanner = _Scanner(text, catalogue, today)
    size = len(text)
    costs: list[int] = [0] + [1 << 60] * size
    back: list[tuple[int, Callable[[], Piece]] | None] = [None] * (size + 1)
    for start in range(size):
        for end, cost, make in scanner.edges(start):
            if costs[start] + cost < costs[end]:
                costs[end], back[end] = costs[start] + cost, (start, make)
    pieces: list[Piece] = []
    at = size
    while at > 0 and (step := back[at]) is not None:
        pieces.append(step[1]())
        at = step[0]
    return _joined(pieces[::-1])


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Neighbouring strange characters are one strange word."""
    found: list[Piece] = []
    for piece in pieces:
        if found and piece.shape is Shape.UNKNOWN and found[-1].shape is Shape.UNKNOWN:
            before = found[-1]
            piece = Piece(shape=Shape.UNKNOWN, start=before.start, end=piece.end, text=before.text + piece.text)
            found[-1] = piece
        else:
            found.append(piece)
    return tuple(found)


class _Scanner:
    def __init__(self, text: str, catalogue: Catalogue, today: date) -> None:
        self.text, self.catalogue, self.today = text, catalogue, today
        self.lexicon = catalogue.lexicon
        self.readings = {char: syllables(char) for char in set(text) if is_han(char)}

    def edges(self, start: int) -> Iterator[Edge]:
        """Everything that may begin at one place."""
        char = self.text[start]
        if char in _SOFT:
            yield start + 1, 0 if char in " \t" else 1, self._plain(Shape.SPACE, start, start + 1)
            if char in " \t":
                return
        yield start + 1, _STRANGE, self._plain(Shape.UNKNOWN, start, start + 1)
        if char in _BREAKS:
            yield start + 1, 1, self._plain(Shape.BREAK, start, start + 1)
        han = is_han(char)
        yield from self._claims(start, marked=not han or char in _CLAIM_STARTS)
        if not han or char in _NUMBER_STARTS:
            yield from self._numbers(start)
        longest = 0
        for end, cost, make in self._words(start):
            longest = max(longest, end - start if cost == _WORD else 0)
            yield end, cost, make
        if han:
            yield from self._slips(start, longest)
        elif "a" <= char <= "z":
            if char == "x" and not self._touches_letters(start):
                yield start + 1, 1, self._plain(Shape.SPACE, start, start + 1)
            yield from self._latin(start)

    def _touches_letters(self, at: int) -> bool:
        around = self.text[max(at - 1, 0) : at] + self.text[at + 1 : at + 2]
        return any("a" <= char <= "z" for char in around)

    def _plain(self, shape: Shape, start: int, end: int) -> Callable[[], Piece]:
        return lambda: Piece(shape=shape, start=start, end=end, text=self.text[start:end])

    def _claims(self, start: int, *, marked: bool) -> Iterator[Edge]:
        if marked:
            yield from self._marked(start)
        text = self.text
        if found := dates.find(text, start, self.today):
            yield found[0], _CLAIM, self._dated(Shape.DATE, start, found)
        if match := _MENTION.match(text, start):
            yield match.end(), _WORD + 3, self._valued(Shape.MENTION, start, match.end(), (match[1],))
            yield start + 1, 1, self._plain(Shape.SPACE, start, start + 1)
        if match := _HUMAN.match(text, start):
            yield match.end(), _WORD + 1, self._plain(Shape.HUMAN, start, match.end())
        if match := _PLACE.match(text, start):
            yield match.end(), _CLAIM, self._plain(Shape.PLACE, start, match.end())

    def _marked(self, start: int) -> Iterator[Edge]:
        """What a word or a sign of its own announces: numbers of documents, lots, serials, expiry."""
        text = self.text
        if match := _DOCUMENT.match(text, start):
            yield match.end(), 1, self._valued(Shape.DOCUMENT, start, match.end(), (match[0].upper(),))
        if (match := _LOT.match(text, start)) and match.end() - start > 2:
            yield match.end(), 1, self._valued(Shape.LOT, start, match.end(), (match[1],))
        if match := _SERIALS.match(text, start):
            numbers = tuple(part for part in re.split(r"[、,，/\s]+", match[1]) if part)
            yield match.end(), 1, self._valued(Shape.SERIALS, start, match.end(), numbers)
        if match := _EXPIRY.match(text, start):
            found = dates.find(text, match.end(), self.today) if match.end() < len(text) else None
            if found:
                yield found[0], 1, self._dated(Shape.EXPIRY, start, found)

    def _valued(self, shape: Shape, start: int, end: int, values: tuple[str, ...]) -> Callable[[], Piece]:
        return lambda: Piece(shape=shape, start=start, end=end, text=self.text[start:end], values=values)

    def _dated(self, shape: Shape, start: int, found: tuple[int, dates.When]) -> Callable[[], Piece]:
        return lambda: Piece(shape=shape, start=start, end=found[0], text=self.text[start : found[0]], when=found[1])

    def _numbers(self, start: int) -> Iterator[Edge]:
        text = self.text
        if start and text[start].isdigit() and (text[start - 1].isdigit() or text[start - 1] in "." + BROKEN):
            if text[start - 1] == BROKEN:
                end = start + len(re.match(r"[\d.,\ue000]+", text[start : start + _SPAN_MAX])[0])  # type: ignore[index]  # starts with a digit
                yield end, _CLAIM, self._number(start, end, None)
            return
        if match := _PERCENT.match(text, start, start + _SPAN_MAX):
            yield match.end(), _CLAIM, self._number(start, match.end(), _percent(match), Shape.PERCENT)
        if match := _NUMBER.match(text, start, start + _SPAN_MAX):
            end = match.end() - (1 if match[0].endswith(",") else 0)
            number = None if text[end : end + 1] == BROKEN else exact(text[start:end])
            if not _LONELY_NUMERAL.fullmatch(text[start:end]):
                yield end, _CLAIM + 1, self._number(start, end, number)
        if (match := _RANGE.match(text, start, start + _SPAN_MAX)) and size_of(match[0]) is None:
            yield match.end(), _CLAIM, self._number(start, match.end(), None)
        if match := _VAGUE.match(text, start, start + _SPAN_MAX):
            yield match.end(), _CLAIM, self._number(start, match.end(), None)
        if not (start and "a" <= text[start - 1] <= "z") and (match := SIZE.match(text, start, start + _SPAN_MAX)):
            yield from self._size(start, match.end())

    def _size(self, start: int, end: int) -> Iterator[Edge]:
        size = size_of(self.text[start:end])
        if size is None or size.is_bare or self._is_amount(start, end):
            return
        if self.catalogue.is_code(self.text[start:end]):  # SN-425 is the code of a material, not a size of SN
            return
        if self._is_word_with_number(size.prefix):
            return
        if len(size.dims) > 1 and size.dims not in self.catalogue.known_dims:
            after = self.lexicon.get(self.text[end : end + 1])
            if size.joint == "-" or (after and after.units):
                if size.joint == "-":
                    yield end, _CLAIM, self._number(start, end, None)
                return
        cost = _CLAIM if size.prefix or size.joint else _CLAIM + 1
        piece = Piece(shape=Shape.SIZE, start=start, end=end, text=self.text[start:end], size=size)
        yield end, cost, lambda: piece

    def _is_word_with_number(self, prefix: str) -> bool:
        """ppr25弯头: the letters are a name of their own where no specification begins with them."""
        if len(prefix) < 2 or self.catalogue.is_size_prefix(prefix):
            return False
        word = self.lexicon.get(prefix) or self.lexicon.spelled(prefix)
        return word is not None and word.names_material

    def _is_amount(self, start: int, end: int) -> bool:
        """20kg is an amount first; whether it is a packing, the catalogue tells later."""
        text = self.text[start:end]
        unit = self.lexicon.get(text.lstrip("0123456789."))
        whole = self.lexicon.get(text)
        return any(word is not None and word.units for word in (unit, whole))

    def _number(self, start: int, end: int, number: str | None, shape: Shape = Shape.NUMBER) -> Callable[[], Piece]:
        text = self.text[start:end]
        return lambda: Piece(shape=shape, start=start, end=end, text=text, number=number)

    def _words(self, start: int) -> Iterator[Edge]:
        text = self.text
        for length in (1, *self.lexicon.lengths(text[start : start + 2])):
            end = start + length
            if end > len(text):
                break
            word = self.lexicon.get(text[start:end])
            if word is not None and self._stands_alone(start, end):
                yield end, _COST[word.grade], self._word(start, end, word)

    def _word(self, start: int, end: int, word: Word, *, slip: bool = False) -> Callable[[], Piece]:
        text = self.text[start:end]
        return lambda: Piece(shape=Shape.WORD, start=start, end=end, text=text, word=word, is_slip=slip)

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

    def _slips(self, start: int, longest: int) -> Iterator[Edge]:
        """Words that only sound like this: 刚劲 for 钢筋."""
        if self.text[start] in CHINESE and (counted := self.lexicon.get(self.text[start + 1 : start + 2])) is not None:
            if counted.units:  # 六张 is an amount, whatever sounds like it
                return
        unit = self.lexicon.get(self.text[start])
        if (
            start
            and unit is not None
            and unit.units
            and (self.text[start - 1].isdigit() or self.text[start - 1] in CHINESE)
        ):
            return
        limit = start
        while limit < min(len(self.text), start + SOUND_MAX) and is_han(self.text[limit]):
            limit += 1
        for end in range(start + max(2, longest + 1), limit + 1):
            if self.text[start:end] in self.lexicon:
                continue
            word = self.lexicon.sounding_like(keys_of([self.readings[char] for char in self.text[start:end]]))
            if word is not None:
                yield end, _SLIP, self._word(start, end, word, slip=True)

    def _latin(self, start: int) -> Iterator[Edge]:
        match = _LATIN.match(self.text, start)
        if match is None or (start and "a" <= self.text[start - 1] <= "z"):
            return
        end = match.end()
        if end - start >= 2:
            word = self.lexicon.spelled(match[0])
            if word is not None:
                yield end, _SLIP, self._word(start, end, word, slip=True)
        yield end, _STRANGE + 5, self._plain(Shape.UNKNOWN, start, end)


def _percent(match: re.Match[str]) -> str | None:
    if match[5]:
        return "50" if match[5] == "一半" else "100"
    if match[3]:
        tens = exact(match[3]) or ""
        ones = "5" if match[4] == "半" else exact(match[4]) if match[4] else "0"
        return exact(f"{tens}{ones}") if tens.isdigit() else None
    return exact(match[1] or match[2])
