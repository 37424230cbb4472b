"""Edges of the segmentation: where a piece may end, what it costs, and how it is made if it is wanted."""

from collections.abc import Callable
from typing import Final

from handlers.language.normalise import BROKEN
from handlers.language.pieces import Piece, Shape

# What one piece of each kind costs; a character that nothing explains costs most.
MARKED: Final = 1
CLAIM: Final = 4
WORD: Final = 6
PART: Final = 7
TRAIT: Final = 8
SOLID: Final = 10
STRANGE: Final = 10
SLIP: Final = 13

# No number or size is longer; without an end, a row of digits would cost its square.
SPAN_MAX: Final = 32
DIGITS: Final = frozenset("0123456789")
LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")

# Where it ends, what it costs, and how it is made.
Edge = tuple[int, int, Callable[[], Piece]]


def plain(text: str, shape: Shape, start: int, end: int) -> Callable[[], Piece]:
    """A piece that is nothing but its shape."""
    return lambda: Piece(shape=shape, start=start, end=end, text=text[start:end])


def numbered(text: str, start: int, end: int, number: str | None, shape: Shape = Shape.NUMBER) -> Callable[[], Piece]:
    """A piece with its number; None where what was said is no exact one."""
    return lambda: Piece(shape=shape, start=start, end=end, text=text[start:end], number=number)


def is_inside_number(text: str, start: int) -> bool:
    """Whether the digit here goes on with a number."""
    return bool(start) and text[start].isdigit() and (text[start - 1].isdigit() or text[start - 1] in "." + BROKEN)
