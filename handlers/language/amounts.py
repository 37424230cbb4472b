"""Numbers beside units become quantities, numbers beside money words become prices."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from handlers.language.numerals import as_text, value_of
from handlers.language.pieces import Piece, Shape
from handlers.language.vocabulary import PHRASES, Cue

_TENTHS: Final = frozenset("一二三四五六七八九")
# How many pieces on a word still bears on a number.
_REACH: Final = 40


def fold(pieces: Sequence[Piece]) -> list[Piece]:
    """Quantities first, then the prices that stand on them."""
    return _Prices(_Quantities(pieces).run()).run()


class _Walk:
    """A walk over pieces that may replace several by one."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self.out: list[Piece] = []

    def run(self) -> list[Piece]:
        at = 0
        while at < len(self.pieces):
            at = self.step(at)
        return self.out

    def step(self, at: int) -> int:
        raise AssertionError(at)

    def skip(self, at: int) -> int:
        """The next place that is no space."""
        while at < len(self.pieces) and self.pieces[at].shape is Shape.SPACE and self.pieces[at].text in " \t":
            at += 1
        return at

    def at(self, index: int) -> Piece | None:
        return self.pieces[index] if index < len(self.pieces) else None

    def put(self, shape: Shape, first: int, last: int, number: str | None, units: tuple[str, ...]) -> int:
        start, end = self.pieces[first].start, self.pieces[last].end
        text = "".join(piece.text for piece in self.pieces[first : last + 1])
        self.out.append(Piece(shape=shape, start=start, end=end, text=text, number=number, units=units))
        return last + 1


def _says_nothing(piece: Piece) -> bool:
    """Whether a piece is a word that neither amounts nor money hang on."""
    return piece.shape is Shape.WORD and piece.word is not None and not piece.word.cues


class _Quantities(_Walk):
    def step(self, at: int) -> int:
        piece = self.pieces[at]
        if _says_nothing(piece):
            self.out.append(piece)
            return at + 1
        if piece.shape is Shape.NUMBER:
            return self._number(at, piece)
        after = self.at(at + 1)
        if piece.has(Cue.HALF) and after is not None and after.word is not None and self._is_unit(after):
            if after.has(Cue.DOZEN):
                return self.put(Shape.QUANTITY, at, at + 1, "6", ())
            return self.put(Shape.QUANTITY, at, at + 1, "0.5", after.word.units)
        if piece.has(Cue.SOME):
            if after is not None and after.word is not None and self._is_unit(after):
                return self.put(Shape.QUANTITY, at, at + 1, None, after.word.units)
            return self.put(Shape.QUANTITY, at, at, None, ())
        self.out.append(piece)
        return at + 1

    @staticmethod
    def _is_unit(piece: Piece) -> bool:
        return piece.shape is Shape.WORD and piece.word is not None and bool(piece.word.units or piece.has(Cue.DOZEN))

    def _number(self, at: int, piece: Piece) -> int:
        number = piece.number
        if self._vague_before():
            number = None
        last = at
        units: tuple[str, ...] = ()
        after = self.at(self.skip(at + 1))
        if after is not None and after.word is not None and self._is_unit(after):
            last = self.skip(at + 1)
            number, units = self._with_unit(number, after)
            last, number = self._with_tail(last, number, piece)
        behind = self.at(last + 1)
        if behind is not None and behind.has(Cue.VAGUE) and behind.text != "来":
            last, number = last + 1, None
        if last == at and number == piece.number:
            self.out.append(piece)
            return at + 1
        return self.put(Shape.QUANTITY if last > at else Shape.NUMBER, at, last, number, units)

    def _vague_before(self) -> bool:
        """大概领20米: the doubt reaches over verbs and names to the number, until a break or another number."""
        for before in reversed(self.out[-_REACH:]):
            if before.has(Cue.VAGUE):
                return before.text not in ("来", "多", "近") or before is self.out[-1]
            if before.shape in (Shape.BREAK, Shape.QUANTITY):
                return False
        return False

    @staticmethod
    def _with_unit(number: str | None, unit: Piece) -> tuple[str | None, tuple[str, ...]]:
        if unit.word is None or (unit.has(Cue.DOZEN) and unit.text == "打"):
            value = None if number is None else value_of(number)
            return (None if value is None else as_text(value * 12)), ()
        return number, unit.word.units

    def _with_tail(self, last: int, number: str | None, piece: Piece) -> tuple[int, str | None]:
        """两吨半, 三吨二: what is said after the unit belongs to the number."""
        tail, beyond = self.at(last + 1), self.at(last + 2)
        value = None if number is None else value_of(number)
        if tail is None or value is None or value.denominator != 1:
            return last, number
        is_open = beyond is None or not (self._is_unit(beyond) or beyond.has(Cue.OF) or _names_material(beyond))
        if tail.has(Cue.HALF) and self.pieces[last].text == "打":
            return last + 1, as_text(value + 6)
        if tail.has(Cue.HALF):
            # 两吨半包 says something, but not what.
            return last + 1, as_text(value + Fraction(1, 2)) if is_open else None
        if tail.text in _TENTHS and not piece.text.isascii() and is_open:
            return last + 1, as_text(value + (value_of(tail.text) or Fraction(0)) * Fraction(1, 10))
        return last, number


def _names_material(piece: Piece) -> bool:
    return piece.names_material and piece.word is not None and not piece.word.cues


class _Prices(_Walk):
    def step(self, at: int) -> int:
        piece = self.pieces[at]
        if _says_nothing(piece):
            self.out.append(piece)
            return at + 1
        if piece.has(Cue.PRICE):
            return self._after_cue(at, Shape.PRICE)
        if piece.has(Cue.TOTAL):
            return self._after_cue(at, Shape.AMOUNT)
        if piece.text == "@" or (piece.text == "x" and self.out and self.out[-1].shape is Shape.QUANTITY):
            after = self.skip(at + 1)
            if (found := self._money(after)) is not None:
                last, number, _, units = found
                return self.put(Shape.PRICE, at, last, number, units)
        if (
            piece.has(Cue.PER)
            and (after := self.at(at + 1)) is not None
            and after.word is not None
            and after.word.units
        ):
            money = self._money(self.skip(at + 2))
            if money is not None:
                return self.put(Shape.PRICE, at, money[0], money[1], after.word.units)
        return self._money_alone(at, piece)

    def _after_cue(self, at: int, shape: Shape) -> int:
        """单价28, 单价:28元/包, 合计3540."""
        after = self.skip(at + 1)
        for _ in range(_REACH):
            piece = self.at(after)
            if piece is None or not (piece.text in ":=" or piece.has(Cue.FILL)):
                break
            after = self.skip(after + 1)
        found = self._money(after)
        if found is None or (shape is Shape.AMOUNT and not found[2] and self.pieces[at].text not in PHRASES.sums):
            self.out.append(self.pieces[at])
            return at + 1
        last, number, _, units = found
        return self.put(shape, at, last, number, units)

    def _money(self, at: int) -> tuple[int, str | None, bool, tuple[str, ...]] | None:
        """A sum that begins here: where it ends, the number, whether it is said to be money, and per which units."""
        first = at
        if (sign := self.at(at)) is not None and sign.text in ("¥", "￥"):
            at += 1
        piece = self.at(at)
        if piece is None:
            return None
        if piece.shape is Shape.NUMBER:
            is_money, last = at > first, at
            yuan = self.at(at + 1)
            if yuan is not None and yuan.has(Cue.YUAN):
                is_money, last = True, at + 1
        elif piece.shape is Shape.QUANTITY and "块" in piece.text:
            is_money, last = True, at
        else:
            return None
        last, units = self._per(last)
        return last, piece.number, is_money or bool(units), units

    def _per(self, last: int) -> tuple[int, tuple[str, ...]]:
        """/包, 每包, 一包 behind a sum."""
        after = self.skip(last + 1)
        piece, unit = self.at(after), self.at(after + 1)
        if piece is None:
            return last, ()
        if (piece.text == "/" or piece.has(Cue.PER)) and unit is not None and unit.word is not None and unit.word.units:
            return after + 1, unit.word.units
        if piece.shape is Shape.QUANTITY and piece.number == "1" and piece.units and piece.text[0] in "一1":
            return after, piece.units
        return last, ()

    def _money_alone(self, at: int, piece: Piece) -> int:
        """28元/包, 28块一包, and after a break 32.5一张; a bare sum of money does not say per what."""
        found = self._money(at) if piece.shape in (Shape.NUMBER, Shape.QUANTITY) or piece.text in ("¥", "￥") else None
        if found is not None:
            last, number, is_money, units = found
            if units and (self._says_yuan(at, last) or self._repeats_unit(units)):
                return self.put(Shape.PRICE, at, last, number, units)
            if is_money and not units and piece.shape is not Shape.QUANTITY:
                self.put(Shape.PRICE, at, last, number, ())
                self.out[-1] = replace(self.out[-1], values=("bare",))
                return last + 1
        self.out.append(piece)
        return at + 1

    def _says_yuan(self, at: int, last: int) -> bool:
        return any(
            p.has(Cue.YUAN) or p.text in ("¥", "￥") or p.text.endswith("块") for p in self.pieces[at : last + 1]
        )

    def _repeats_unit(self, units: tuple[str, ...]) -> bool:
        gap = bool(self.out) and self.out[-1].is_gap
        return gap and any(p.shape is Shape.QUANTITY and set(p.units) & set(units) for p in self.out[-_REACH:])
