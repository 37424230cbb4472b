"""Whether one piece may stand in the place of another: a day for a day, a place for a place, a unit for a unit."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handlers.language.items import is_part
from handlers.language.lexicon import Domain
from handlers.language.pieces import Piece, Shape

# So far before a correction what it corrects may stand, and so far behind it its value.
BACK_MAX: Final = 60
AHEAD_MAX: Final = 8
COUNTED: Final = frozenset((Shape.QUANTITY, Shape.NUMBER, Shape.SIZE))
_SHAPES: Final = frozenset((Shape.DATE, Shape.DOCUMENT, Shape.PERCENT, Shape.PRICE, Shape.AMOUNT, Shape.LOT))
# What a name may be exchanged for: a place for a place, a party for a party.
_GROUPS: Final = (
    frozenset((Domain.PROJECT, Domain.WAREHOUSE)),
    frozenset((Domain.SUPPLIER, Domain.CUSTOMER)),
    frozenset((Domain.TEAM, Domain.PERSON)),
    frozenset((Domain.STAGE,)),
    frozenset((Domain.EQUIPMENT,)),
)


def are_alike(old: Piece, new: Piece) -> bool:
    """Whether both are of one kind."""
    return not kinds(old).isdisjoint(kinds(new))


def is_same(old: Piece, new: Piece) -> bool:
    """Whether the same is said twice."""
    if is_unit(new):
        return new.word is not None and old.units == new.word.units
    if old.shape is not Shape.WORD:
        return (old.values, old.number, old.when) == (new.values, new.number, new.when)
    if old.word is None or new.word is None:
        return old.text == new.text
    # 孟小军, 小孟: the same person by two names.
    return any(set(old.codes(domain)) & set(new.codes(domain)) for domain in old.word.names)


def kinds(piece: Piece) -> frozenset[object]:
    """What a piece is, as far as one may be exchanged for another; empty where it is none of these."""
    if piece.shape in _SHAPES:
        return frozenset((piece.shape,))
    if is_unit(piece):
        return frozenset(("unit",))
    word = piece.word
    if word is None or not word.names or is_part(piece) or word.intents or word.cues:
        return frozenset()
    return frozenset(group for group in _GROUPS if not group.isdisjoint(word.names))


def is_unit(piece: Piece) -> bool:
    """A unit by itself: 平方."""
    word = piece.word
    return piece.shape is Shape.WORD and word is not None and bool(word.units) and not (is_part(piece) or word.names)


def exchanged(old: Piece, new: Piece, *, is_end: bool) -> Piece:
    """The new in the place of the old. `is_end`: 到15号, where a period stood, is another end of it."""
    if is_unit(new):
        return replace(old, shape=Shape.QUANTITY, units=new.word.units if new.word is not None else ())
    if new.shape is Shape.PRICE:
        return replace(new, start=old.start, end=old.end, units=new.units or old.units, values=old.values)
    if is_end and old.when is not None and new.when is not None and not old.when.is_day:
        past, ahead = (old.when.past[0], new.when.past[1]), (old.when.ahead[0], new.when.ahead[1])
        return replace(old, when=replace(old.when, past=past, ahead=ahead))
    return replace(new, start=old.start, end=old.end)


def measures(piece: Piece) -> frozenset[object]:
    """What an amount, a size or a name of a thing is alike to."""
    if piece.shape in COUNTED:
        return frozenset(("size" if piece.shape is Shape.SIZE else "amount",))
    return frozenset(("part",)) if is_part(piece) else frozenset()


def stands_alone(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a clause ends behind a place."""
    return at + 1 == len(pieces) or pieces[at + 1].is_gap
