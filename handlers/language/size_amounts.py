"""What looks like a quantity and is a size or a packing: 25平的60个, 每箱4片."""

from dataclasses import replace
from typing import Final

from handlers.language.numerals import APART, CHINESE
from handlers.language.pieces import Piece, Shape
from handlers.language.sizes import Size, size_of
from handlers.language.vocabulary import Cue
from handlers.language.walk import REACH, Walk, names_material

_NUMERALS: Final = f"0123456789.,{CHINESE}{APART}点"


class Sizes(Walk):
    """Of two amounts the one before 的 is a size; how many are in a box is none of the book's."""

    def step(self, at: int) -> int:
        """25平的60个: of two amounts the one before 的 is a size."""
        piece = self.pieces[at]
        if piece.shape is Shape.PERCENT and piece.number and self._is_share(at):
            piece = replace(piece, shape=Shape.SIZE, size=size_of(f"{piece.number}%"))
        if piece.shape is not Shape.QUANTITY and piece.text != "每":
            self.out.append(piece)
            return at + 1
        if (last := self._packing(at)) is not None:
            return self.put(Shape.ASIDE, at, last, None, ())
        size = as_size(piece) if piece.shape is Shape.QUANTITY else None
        is_measure = size is not None and bool(size.suffix) and (self._is_measured(at) or self._is_told_after(at))
        if size is not None and (is_measure or self._is_before_amount(at)):
            piece = replace(piece, shape=Shape.SIZE, size=size)
        self.out.append(piece)
        return at + 1

    def _is_share(self, at: int) -> bool:
        """5%的1,500吨, 是80%的, 5%银焊条: what it is made of, and no progress."""
        piece, after = self.pieces[at], self.at(at + 1)
        is_glued = after is not None and after.start == piece.end and names_material(after)
        return is_glued or self._is_before_amount(at) or self._is_of_a_kind(at)

    def _is_told_after(self, at: int) -> bool:
        """6根，12米的: behind an amount in another unit, which of them."""
        gap, counted = (self.at(at - 1), self.at(at - 2)) if at > 1 else (None, None)
        is_apart = gap is not None and gap.shape is Shape.BREAK and counted is not None
        return (
            is_apart
            and counted is not None
            and counted.shape is Shape.QUANTITY
            and not set(counted.units) & set(self.pieces[at].units)
            and self._is_of_a_kind(at)
        )

    def _is_before_amount(self, at: int) -> bool:
        of, after, end = self.at(at + 1), self.at(at + 2), self.at(at + 3)
        if of is None or not of.has(Cue.OF) or after is None:
            return False
        is_last = end is None or end.shape is Shape.BREAK
        return after.shape is Shape.QUANTITY or (after.shape is Shape.NUMBER and is_last)  # 16平方的一百五

    def _is_of_a_kind(self, at: int) -> bool:
        """是80%的: with 的 and nothing behind it, a share tells of which kind."""
        of, end = self.at(at + 1), self.at(at + 2)
        return of is not None and of.has(Cue.OF) and (end is None or end.shape is Shape.BREAK)

    def _is_measured(self, at: int) -> bool:
        """冠幅两米, and 一米的石楠球3棵: a length before the name of a thing that is counted in its own unit."""
        before = self.at(at - 1) if at else None
        if before is not None and before.has(Cue.SIZE):
            return True
        of = self.at(at + 1)
        if of is None or not of.has(Cue.OF):
            return False
        is_named = False
        for index in range(at + 2, at + 2 + REACH):
            piece = self.at(index)
            if piece is None or piece.shape is Shape.BREAK:
                return False
            if piece.shape is Shape.QUANTITY:
                return is_named and not set(piece.units) & set(self.pieces[at].units)
            is_named = is_named or names_material(piece)
        return False

    def _packing(self, at: int) -> int | None:
        """每箱4片, 一箱4片的: how many are in a box is no amount of the book; where such words end."""
        piece, first, second = self.pieces[at], self.at(at + 1), self.at(at + 2)
        if piece.has(Cue.PER) and piece.text == "每" and first is not None and first.word is not None:
            is_told = second is not None and second.shape is Shape.QUANTITY and bool(first.word.units)
            return at + 2 if is_told and second is not None and not set(second.units) & set(first.word.units) else None
        if first is not None and second is not None and first.text[:1] in "一1" and second.has(Cue.OF):
            is_one_of_it = first.shape is Shape.QUANTITY and first.number == "1" and piece.shape is Shape.QUANTITY
            if is_one_of_it and piece.units and first.units and not set(piece.units) & set(first.units):
                return at + 2  # 20kg一桶的
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
