"""Numbers beside money words become prices and sums."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import takewhile
from typing import Final

from handlers.language.numerals import as_text, value_of
from handlers.language.pieces import Piece, Shape
from handlers.language.vocabulary import PHRASES, Cue
from handlers.language.walk import REACH, TENTHS, Walk, says_nothing

# A price that is told from a size only by the unit it repeats (32.5一张).
REPEATED: Final = "repeated"
# What is counted by the lot is hardly counted by more lots than this.
_TIMES_MAX: Final = 20


class Prices(Walk):
    """What one costs, and what all cost."""

    def step(self, at: int) -> int:
        piece = self.pieces[at]
        if says_nothing(piece):
            self.out.append(piece)
            return at + 1
        if piece.shape is Shape.NUMBER and (done := self._worked_out(at)) is not None:
            return done
        if piece.has(Cue.PRICE):
            return self._after_cue(at, Shape.PRICE)
        if piece.has(Cue.TOTAL):
            return self._after_cue(at, Shape.AMOUNT)
        if piece.text == "@" and self._is_spacing(at):
            return self.put(Shape.ASIDE, at, at + 1, None, ())
        if piece.text == "=" and self._priced_last():
            money = self._money(self.skip(at + 1))
            if money is not None and self._is_product(money[1]):
                return self.put(Shape.AMOUNT, at, money[0], money[1], ())  # 500套*1.35=675
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

    def _priced_last(self) -> bool:
        last = next((p for p in reversed(self.out[-REACH:]) if p.shape is not Shape.SPACE), None)
        return last is not None and last.shape is Shape.PRICE

    def _is_spacing(self, at: int) -> bool:
        """网片8@200 36张: bars of 8 every 200, and no price, as the amount comes behind."""
        bar, spacing = self.out[-1] if self.out else None, self.at(at + 1)
        if bar is None or spacing is None or bar.end != self.pieces[at].start or bar.shape is Shape.QUANTITY:
            return False
        ahead = takewhile(lambda piece: piece.shape is not Shape.BREAK, self.pieces[at + 2 : at + 2 + REACH])
        is_sized = bar.shape in (Shape.NUMBER, Shape.SIZE) and spacing.shape is Shape.NUMBER
        return is_sized and any(piece.shape is Shape.QUANTITY for piece in ahead)

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
        if piece.has(Cue.VAGUE) and piece.text.startswith("每"):
            money = self._money(self.skip(at + 1))
            if money is not None and money[2]:
                return self.put(Shape.PRICE, at, money[0], money[1], ())
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
        return any(p.shape is Shape.QUANTITY and p.text.endswith(piece.text[1:]) for p in self.out[-REACH:])

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
        for before in reversed(self.out[-REACH:]):
            if before.shape is Shape.QUANTITY and before.units == piece.units:
                return True
            if before.shape is Shape.BREAK and not is_apart:
                return False
        return False

    def _after_cue(self, at: int, shape: Shape) -> int:
        """单价28, 单价:28元/包, 合计3540."""
        after = self.skip(at + 1)
        for _ in range(REACH):
            piece = self.at(after)
            is_told = piece is not None and (piece.text in ":=" or piece.has(Cue.FILL, Cue.CORRECT))
            is_told = is_told and piece is not None and piece.text not in PHRASES.refusals  # 单价不是45，是36.5
            if not (is_told or (piece is not None and piece.shape is Shape.BREAK and self._is_mark(after - 1))):
                break  # 单价也错了，260
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

    def _is_mark(self, index: int) -> bool:
        return self.pieces[index].has(Cue.CORRECT)

    def _is_money_of_one(self, number: str | None) -> bool:
        """150米，一共9600: beside one amount alone, another number without unit is what it costs."""
        counted = [piece for piece in self.out if piece.shape is Shape.QUANTITY]
        return number is not None and len(counted) == 1 and counted[0].number not in (None, number)

    def _is_product(self, number: str | None) -> bool:
        """50具@32 共1600: the sum of what stands before it."""
        count = next((p for p in reversed(self.out[-REACH:]) if p.shape is Shape.QUANTITY), None)
        price = next((p for p in reversed(self.out[-REACH:]) if p.shape is Shape.PRICE), None)
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
        return any(p.shape is Shape.QUANTITY and p.text.endswith("块") for p in self.out[-REACH:])

    def _with_dimes(self, last: int, number: str | None) -> tuple[int, str | None]:
        """单价28块5, 3块2一套, 二十八块五毛."""
        if "块" in self.pieces[last].text and self._is_dime(last + 1):
            return last + 1, number
        tail = self.at(last + 1)
        value = value_of(number) if number is not None else None
        is_open = tail is not None and tail.shape is Shape.NUMBER and tail.start == self.pieces[last].end
        if (
            tail is None
            or value is None
            or not is_open
            or tail.text not in TENTHS
            or "块" not in self.pieces[last].text
        ):
            return last, number
        dimes = (value_of(tail.text) or Fraction(0)) / 10
        is_said = self._is_dime(last + 2)  # 3块5毛
        last, fen = self._fen(last + 2) if is_said else (last + 1, Fraction(0))
        return last, as_text(value + dimes + fen)

    def _is_dime(self, at: int) -> bool:
        piece, before = self.at(at), self.at(at - 1)
        is_joined = piece is not None and before is not None and piece.start == before.end
        return is_joined and piece is not None and piece.text in PHRASES.dimes

    def _fen(self, dime: int) -> tuple[int, Fraction]:
        """五毛六, 五毛六分: where a sum ends that comes to its dimes, and what is behind them."""
        tail = self.at(dime + 1)
        if tail is None or tail.start != self.pieces[dime].end or tail.text.removesuffix("分") not in TENTHS:
            return dime, Fraction(0)
        is_unit = tail.text.endswith("分")
        if not is_unit and not (tail.shape is Shape.NUMBER and self._ends_at(dime + 2)):
            return dime, Fraction(0)
        return dime + 1, (value_of(tail.text.removesuffix("分")) or Fraction(0)) / 100

    def _ends_at(self, at: int) -> bool:
        """Whether no word hangs on the number before: 6毛5包 are five bags."""
        piece = self.at(at)
        return piece is None or piece.is_gap or piece.shape is Shape.QUANTITY or piece.has(Cue.PER)

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
            yuan, value = self.at(at + 1), value_of(piece.number or "")
            if yuan is not None and yuan.has(Cue.YUAN):
                is_money, last = True, at + 1
            elif value is not None and self._is_dime(at + 1):
                last, fen = self._fen(at + 1)
                end, units = self._per(last)
                return end, as_text(value / 10 + fen), True, units
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
            return (last, ()) if self._is_told_next(last, after + 2) else (after + 1, unit.word.units)
        if piece.shape is Shape.QUANTITY and piece.number == "1" and piece.units and piece.text[0] in "一1":
            return (last, ()) if self._is_told_next(last, after + 1) else (after, piece.units)
        return last, ()

    def _is_told_next(self, last: int, start: int) -> bool:
        """红砖300块，每块0.6: 300 is how many there are, and what each costs comes now."""
        price = self.at(self.skip(start))
        is_counted = self.pieces[last].shape is Shape.QUANTITY
        return is_counted and price is not None and (price.shape is Shape.NUMBER or "块" in price.text)

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
            p.has(Cue.YUAN) or p.text in ("¥", "￥") or p.text.endswith("块") or p.text in PHRASES.dimes
            for p in self.pieces[at : last + 1]
        )

    def _repeats_unit(self, units: tuple[str, ...]) -> bool:
        gap = bool(self.out) and self.out[-1].is_gap
        return gap and any(p.shape is Shape.QUANTITY and set(p.units) & set(units) for p in self.out[-REACH:])


def _may_multiply(number: str | None) -> bool:
    """20包x3 may be sixty as well as a price."""
    value = None if number is None else value_of(number)
    return value is not None and value.denominator == 1 and value <= _TIMES_MAX


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
