"""Numbers beside units become quantities: 三吨半, 一打, 几包, 20kg/包."""

from dataclasses import replace
from fractions import Fraction

from handlers.language.numerals import APART, as_text, value_of
from handlers.language.pieces import Piece, Shape
from handlers.language.size_amounts import as_size
from handlers.language.vocabulary import PHRASES, UNITS, Cue
from handlers.language.walk import REACH, TENTHS, Walk, names_material, says_nothing


class Quantities(Walk):
    """A number with its unit, with what is said behind it, and with the doubt before it."""

    def step(self, at: int) -> int:
        piece = self.pieces[at]
        if says_nothing(piece):
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
        if piece.text in APART:  # 俩 has its counter in itself, though people say 俩桶 as well
            unit = self.at(at + 1)
            if unit is not None and unit.word is not None and unit.word.units and unit.text != "个":
                return self.put(Shape.QUANTITY, at, at + 1, piece.number, unit.word.units)
            return self.put(Shape.QUANTITY, at, at, piece.number, ())
        number = piece.number
        after = self.at(self.skip(at + 1))
        is_counted = after is not None and after.word is not None and self._is_unit(after)
        if self._vague_before(is_counted=is_counted):
            number = None
        last = at
        units: tuple[str, ...] = ()
        if after is not None and after.word is not None and is_counted:
            last = self.skip(at + 1)
            number, units = self._with_unit(number, after)
            last, number, units = self._with_tail(last, number, units, piece)
        per = self.at(last + 2) if last > at and self._is_slash(last + 1) else None
        if per is not None and per.word is not None and per.word.units and not self._is_money(last):
            return self._per(at, last + 2, number, units, per.word.units)
        behind = self.at(last + 1)
        if behind is not None and behind.has(Cue.VAGUE) and behind.text != "来":
            last, number = last + 1, None
        if last == at and number == piece.number:
            self.out.append(piece)
            return at + 1
        return self.put(Shape.QUANTITY if last > at else Shape.NUMBER, at, last, number, units)

    def _is_money(self, last: int) -> bool:
        """28块/包, 二十八块五/公斤."""
        return any(piece.text == "块" for piece in self.pieces[max(last - 1, 0) : last + 1])

    def _is_slash(self, at: int) -> bool:
        piece = self.at(at)
        return piece is not None and piece.text == "/"

    def _per(self, at: int, last: int, number: str | None, units: tuple[str, ...], per: tuple[str, ...]) -> int:
        """20kg/包 is a packing, which is a size; 20包/天 is no amount that can be booked."""
        is_rate = not set(per).isdisjoint(UNITS.work)
        end = self.put(Shape.QUANTITY, at, last, None if is_rate else number, units)
        if not is_rate and number is not None:
            packing = as_size(replace(self.out[-1], text=self.out[-1].text.partition("/")[0]))
            if packing is not None and packing.suffix:
                self.out[-1] = replace(self.out[-1], shape=Shape.SIZE, size=packing)
            elif units and units != per:
                self.out[-1] = replace(self.out[-1], shape=Shape.ASIDE, units=())  # 25支/箱
        return end

    def _vague_before(self, *, is_counted: bool) -> bool:
        """大概领20米: the doubt reaches over verbs and names to the number, until a break or another number."""
        for before in reversed(self.out[-REACH:]):
            if before.has(Cue.VAGUE) and before.text.startswith("每") and before is self.out[-1] and not is_counted:
                return False  # 每个76.5 is a price
            if before.has(Cue.VAGUE):
                return before.text not in ("来", "多") and (before.text != "近" or before is self.out[-1])
            if before.shape in (Shape.BREAK, Shape.QUANTITY):
                return False
        return False

    @staticmethod
    def _with_unit(number: str | None, unit: Piece) -> tuple[str | None, tuple[str, ...]]:
        if unit.word is None or (unit.has(Cue.DOZEN) and unit.text == "打"):
            value = None if number is None else value_of(number)
            return (None if value is None else as_text(value * 12)), ()
        return number, unit.word.units

    def _with_tail(
        self, last: int, number: str | None, units: tuple[str, ...], piece: Piece
    ) -> tuple[int, str | None, tuple[str, ...]]:
        """两吨半, 三吨二, 六个半工: what is said after the unit belongs to the number."""
        tail, beyond = self.at(last + 1), self.at(last + 2)
        value = None if number is None else value_of(number)
        is_dime = beyond is not None and beyond.text in PHRASES.dimes  # 20吨，6毛一吨
        if tail is None or value is None or value.denominator != 1 or (is_dime and "块" not in units):
            return last, number, units
        is_open = beyond is None or not (self._is_unit(beyond) or _is_of(beyond, units) or names_material(beyond))
        half = as_text(value + Fraction(1, 2))
        if tail.has(Cue.HALF) and self.pieces[last].text == "打":
            return last + 1, as_text(value + 6), units
        if tail.has(Cue.HALF) and beyond is not None and beyond.word is not None and self.pieces[last].text == "个":
            worked = tuple(unit for unit in beyond.word.units if unit in UNITS.work)
            if worked and beyond.text != "天":  # 两个半天 may be one day
                return last + 2, half, worked
        if tail.has(Cue.HALF):
            # 两吨半包 says something, but not what.
            return last + 1, None if beyond is not None and self._is_unit(beyond) else half, units
        hundredths = value_of(tail.text) if len(tail.text) == 2 and set(tail.text) <= TENTHS else None
        if hundredths is not None and is_open and not tail.text.isascii() and UNITS.measured & set(units):
            return last + 1, as_text(value + hundredths * Fraction(1, 100)), units  # 三吨二五
        if tail.text in TENTHS and is_open and (tail.text.isascii() == piece.text.isascii()):
            if tail.text.isascii() and not (UNITS.measured & set(units) and tail.start == self.pieces[last].end):
                return last, number, units
            return last + 1, as_text(value + (value_of(tail.text) or Fraction(0)) * Fraction(1, 10)), units
        return last, number, units


def _is_of(piece: Piece, units: tuple[str, ...]) -> bool:
    """The 的 of 三吨二的 begins something else; that of 两米八的 ends a length."""
    return piece.has(Cue.OF) and "米" not in units
