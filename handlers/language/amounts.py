"""Numbers beside units become quantities, numbers beside money words become prices."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from handlers.language.numerals import APART, CHINESE, as_text, value_of
from handlers.language.pieces import Piece, Shape
from handlers.language.sizes import Size, size_of
from handlers.language.vocabulary import PHRASES, UNITS, Cue

_TENTHS: Final = frozenset("一二三四五六七八九123456789")
_NUMERALS: Final = f"0123456789.,{CHINESE}{APART}点"
# A price that is told from a size only by the unit it repeats (32.5一张).
REPEATED: Final = "repeated"
# What is counted by the lot is hardly counted by more lots than this.
_TIMES_MAX: Final = 20
# How many pieces on a word still bears on a number.
_REACH: Final = 40


def fold(pieces: Sequence[Piece]) -> list[Piece]:
    """Quantities first, then the prices that stand on them, then what only looks like a quantity."""
    return _Sizes(_Prices(_Quantities(pieces).run()).run()).run()


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


_QUIET: Final = frozenset((Shape.BREAK, Shape.SIZE, Shape.DATE, Shape.DOCUMENT, Shape.HUMAN, Shape.PLACE))


def _says_nothing(piece: Piece) -> bool:
    """Whether neither amounts nor money hang on a piece."""
    if piece.shape in _QUIET:
        return True
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
        if per is not None and per.word is not None and per.word.units and self.pieces[last].text != "块":
            return self._per(at, last + 2, number, units, per.word.units)
        behind = self.at(last + 1)
        if behind is not None and behind.has(Cue.VAGUE) and behind.text != "来":
            last, number = last + 1, None
        if last == at and number == piece.number:
            self.out.append(piece)
            return at + 1
        return self.put(Shape.QUANTITY if last > at else Shape.NUMBER, at, last, number, units)

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
        for before in reversed(self.out[-_REACH:]):
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
        if tail is None or value is None or value.denominator != 1:
            return last, number, units
        is_open = beyond is None or not (self._is_unit(beyond) or _is_of(beyond, units) or _names_material(beyond))
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
        hundredths = value_of(tail.text) if len(tail.text) == 2 and set(tail.text) <= _TENTHS else None
        if hundredths is not None and is_open and not tail.text.isascii() and UNITS.measured & set(units):
            return last + 1, as_text(value + hundredths * Fraction(1, 100)), units  # 三吨二五
        if tail.text in _TENTHS and is_open and (tail.text.isascii() == piece.text.isascii()):
            if tail.text.isascii() and not (UNITS.measured & set(units) and tail.start == self.pieces[last].end):
                return last, number, units
            return last + 1, as_text(value + (value_of(tail.text) or Fraction(0)) * Fraction(1, 10)), units
        return last, number, units


def _may_multiply(number: str | None) -> bool:
    """20包x3 may be sixty as well as a price."""
    value = None if number is None else value_of(number)
    return value is not None and value.denominator == 1 and value <= _TIMES_MAX


def _is_of(piece: Piece, units: tuple[str, ...]) -> bool:
    """The 的 of 三吨二的 begins something else; that of 两米八的 ends a length."""
    return piece.has(Cue.OF) and "米" not in units


def _names_material(piece: Piece) -> bool:
    return piece.names_material and piece.word is not None and not piece.word.cues


class _Prices(_Walk):
    def step(self, at: int) -> int:
        piece = self.pieces[at]
        if _says_nothing(piece):
            self.out.append(piece)
            return at + 1
        if piece.shape is Shape.NUMBER and (done := self._worked_out(at)) is not None:
            return done
        if piece.has(Cue.PRICE):
            return self._after_cue(at, Shape.PRICE)
        if piece.has(Cue.TOTAL):
            return self._after_cue(at, Shape.AMOUNT)
        if piece.text == "@" or (piece.text == "x" and self.out and self.out[-1].shape is Shape.QUANTITY):
            after = self.skip(at + 1)
            if (found := self._money(after)) is not None:
                last, number, is_money, units = found
                if piece.text == "x" and not is_money and _may_multiply(number):
                    number = None
                return self.put(Shape.PRICE, at, last, number, units)
        if (done := self._per_one(at, piece)) is not None:
            return done
        return self._money_alone(at, piece)

    def _per_one(self, at: int, piece: Piece) -> int | None:
        """每包28, 每个76.5, 一车680."""
        if (
            piece.has(Cue.PER)
            and (after := self.at(at + 1)) is not None
            and after.word is not None
            and after.word.units
        ):
            money = self._money(self.skip(at + 2))
            if money is not None:
                return self.put(Shape.PRICE, at, money[0], money[1], after.word.units)
        if piece.has(Cue.VAGUE) and piece.text.startswith("每") and self._prices_each(at, piece):
            return self.put(Shape.PRICE, at, self.skip(at + 1), self.pieces[self.skip(at + 1)].number, ())
        if piece.shape is Shape.QUANTITY and piece.number == "1" and self._prices_one(at, piece):
            money = self._money(self.skip(at + 1))
            if money is not None and not money[3]:
                return self.put(Shape.PRICE, at, money[0], money[1], piece.units)
        return None

    def _prices_each(self, at: int, piece: Piece) -> bool:
        """12个，每个76.5."""
        money = self.at(self.skip(at + 1))
        if money is None or money.shape is not Shape.NUMBER:
            return False
        return any(p.shape is Shape.QUANTITY and p.text.endswith(piece.text[1:]) for p in self.out[-_REACH:])

    def _prices_one(self, at: int, piece: Piece) -> bool:
        """细砂两车 一车680: what one costs of what is counted so before."""
        money = self.at(self.skip(at + 1))
        beyond = self.at(self.skip(at + 1) + 1)
        is_sum = money is not None and (money.shape is Shape.NUMBER or money.text.endswith("块"))
        if not is_sum or not piece.units or piece.text[:1] not in ("一", "1"):
            return False
        if beyond is not None and not (beyond.is_gap or beyond.has(Cue.YUAN)):
            return False
        opens = next((p for p in reversed(self.out) if p.shape is not Shape.SPACE), None)
        is_apart = opens is not None and opens.shape is Shape.BREAK and opens.text != "\n"
        for before in reversed(self.out[-_REACH:]):
            if before.shape is Shape.QUANTITY and before.units == piece.units:
                return True
            if before.shape is Shape.BREAK and not is_apart:
                return False
        return False

    def _after_cue(self, at: int, shape: Shape) -> int:
        """单价28, 单价:28元/包, 合计3540."""
        after = self.skip(at + 1)
        for _ in range(_REACH):
            piece = self.at(after)
            if piece is None or not (piece.text in ":=" or piece.has(Cue.FILL)):
                break
            after = self.skip(after + 1)
        found = self._money(after)
        if shape is Shape.AMOUNT and self._counts_blocks(after):
            found = None
        is_sum = found is not None and (
            found[2]
            or self.pieces[at].text in PHRASES.sums
            or self._is_product(found[1])
            or self._is_money_of_one(found[1])
        )
        if found is None or (shape is Shape.AMOUNT and not is_sum):
            self.out.append(self.pieces[at])
            return at + 1
        last, number, _, units = found
        return self.put(shape, at, last, number, units)

    def _is_money_of_one(self, number: str | None) -> bool:
        """150米，一共9600: beside one amount alone, another number without unit is what it costs."""
        counted = [piece for piece in self.out if piece.shape is Shape.QUANTITY]
        return number is not None and len(counted) == 1 and counted[0].number not in (None, number)

    def _is_product(self, number: str | None) -> bool:
        """50具@32 共1600: the sum of what stands before it."""
        count = next((p for p in reversed(self.out[-_REACH:]) if p.shape is Shape.QUANTITY), None)
        price = next((p for p in reversed(self.out[-_REACH:]) if p.shape is Shape.PRICE), None)
        values = [value_of(said or "") for said in (number, count and count.number, price and price.number)]
        if any(value is None for value in values):
            return False
        return values[0] == (values[1] or Fraction(0)) * (values[2] or Fraction(0))

    def _worked_out(self, at: int) -> int | None:
        """8.5x100个=850: the price before the amount, where the product shows it."""
        price, count, total = self.at(at), self.at(at + 2), self.at(at + 4)
        if price is None or count is None or total is None or count.shape is not Shape.QUANTITY:
            return None
        signs = [piece.text if (piece := self.at(at + step)) is not None else "" for step in (1, 3)]
        values = [value_of(piece.number or "") for piece in (price, count, total)]
        if signs != ["x", "="] or total.shape is not Shape.NUMBER or any(value is None for value in values):
            return None
        if (values[0] or Fraction(0)) * (values[1] or Fraction(0)) != values[2]:
            return None
        self.put(Shape.PRICE, at, at, price.number, count.units)
        self.out.append(count)
        return self.put(Shape.AMOUNT, at + 4, at + 4, total.number, ())

    def _counts_blocks(self, at: int) -> bool:
        """红砖500块，多孔砖300块，共800块: where things are counted by 块 it is no yuan."""
        piece = self.at(at)
        if piece is None or piece.shape is not Shape.QUANTITY or not piece.text.endswith("块"):
            return False
        return any(p.shape is Shape.QUANTITY and p.text.endswith("块") for p in self.out[-_REACH:])

    def _with_dimes(self, last: int, number: str | None) -> tuple[int, str | None]:
        """单价28块5, 3块2一套."""
        tail = self.at(last + 1)
        value = value_of(number) if number is not None else None
        is_open = tail is not None and tail.shape is Shape.NUMBER and tail.start == self.pieces[last].end
        if (
            tail is None
            or value is None
            or not is_open
            or tail.text not in _TENTHS
            or "块" not in self.pieces[last].text
        ):
            return last, number
        return last + 1, as_text(value + (value_of(tail.text) or Fraction(0)) / 10)

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
        last, number = self._with_dimes(last, piece.number)
        last, units = self._per(last)
        return last, number, is_money or bool(units), units

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
            if units and self._says_yuan(at, last):
                return self.put(Shape.PRICE, at, last, number, units)
            if units and self._repeats_unit(units):
                self.put(Shape.PRICE, at, last, number, units)
                self.out[-1] = replace(self.out[-1], values=(REPEATED,))
                return last + 1
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


def without_prices(pieces: Sequence[Piece]) -> list[Piece]:
    """焊条3.2两包 4.0一包, where nothing is paid for: the number is a size, and one unit the amount."""
    found: list[Piece] = []
    for piece in pieces:
        if piece.shape is Shape.PRICE and REPEATED in piece.values:
            found.append(replace(piece, shape=Shape.NUMBER, units=(), values=()))
            found.append(replace(piece, shape=Shape.QUANTITY, number="1", values=()))
        else:
            found.append(piece)
    return found


class _Sizes(_Walk):
    def step(self, at: int) -> int:
        """25平的60个: of two amounts the one before 的 is a size."""
        piece = self.pieces[at]
        if piece.shape is Shape.PERCENT and piece.number and self._is_before_amount(at):
            piece = replace(piece, shape=Shape.SIZE, size=size_of(f"{piece.number}%"))  # 5%的1,500吨
        if piece.shape is not Shape.QUANTITY and piece.text != "每":
            self.out.append(piece)
            return at + 1
        if (last := self._packing(at)) is not None:
            return self.put(Shape.ASIDE, at, last, None, ())
        size = as_size(piece) if piece.shape is Shape.QUANTITY else None
        if size is not None and (self._is_before_amount(at) or (size.suffix and self._is_measured(at))):
            piece = replace(piece, shape=Shape.SIZE, size=size)
        self.out.append(piece)
        return at + 1

    def _is_before_amount(self, at: int) -> bool:
        of, after, end = self.at(at + 1), self.at(at + 2), self.at(at + 3)
        if of is None or not of.has(Cue.OF) or after is None:
            return False
        is_last = end is None or end.shape is Shape.BREAK
        return after.shape is Shape.QUANTITY or (after.shape is Shape.NUMBER and is_last)  # 16平方的一百五

    def _is_measured(self, at: int) -> bool:
        """冠幅两米, and 一米的石楠球3棵: a length before the name of a thing that is counted in its own unit."""
        before = self.at(at - 1) if at else None
        if before is not None and before.has(Cue.SIZE):
            return True
        of = self.at(at + 1)
        if of is None or not of.has(Cue.OF):
            return False
        is_named = False
        for index in range(at + 2, at + 2 + _REACH):
            piece = self.at(index)
            if piece is None or piece.shape is Shape.BREAK:
                return False
            if piece.shape is Shape.QUANTITY:
                return is_named and not set(piece.units) & set(self.pieces[at].units)
            is_named = is_named or _names_material(piece)
        return False

    def _packing(self, at: int) -> int | None:
        """每箱4片, 一箱4片的: how many are in a box is no amount of the book; where such words end."""
        piece, first, second = self.pieces[at], self.at(at + 1), self.at(at + 2)
        if piece.has(Cue.PER) and piece.text == "每" and first is not None and first.word is not None:
            is_told = second is not None and second.shape is Shape.QUANTITY and bool(first.word.units)
            return at + 2 if is_told and second is not None and not set(second.units) & set(first.word.units) else None
        is_one = piece.shape is Shape.QUANTITY and piece.number == "1" and bool(piece.units)
        if is_one and first is not None and first.shape is Shape.QUANTITY and second is not None and second.has(Cue.OF):
            return at + 2 if first.units and not set(piece.units) & set(first.units) else None
        return None


def as_size(quantity: Piece) -> Size | None:
    """两米 as the size 2m, 24盘 as the size 24; None for 俩 and 一打, and where the number is not exact."""
    if quantity.number is None or not quantity.units:
        return None
    unit = quantity.text.replace(" ", "").lstrip(_NUMERALS)
    unit = "m" if unit == "米" else unit
    return size_of(quantity.number + unit) or size_of(quantity.number)
