"""A walk over pieces that may replace several by one: what quantities, prices and sizes have in common."""

from collections.abc import Sequence
from typing import Final

from handlers.language.pieces import Piece, Shape

# How many pieces on a word still bears on a number.
REACH: Final = 40
# What may follow a unit as a tenth of it: 三吨二, 28块5.
TENTHS: Final = frozenset("一二三四五六七八九123456789")
_QUIET: Final = frozenset((Shape.BREAK, Shape.SIZE, Shape.DATE, Shape.DOCUMENT, Shape.HUMAN, Shape.PLACE))


class Walk:
    """Goes from place to place; each step puts out one piece or more, and says where the next begins."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self.out: list[Piece] = []

    def run(self) -> list[Piece]:
        """All the pieces, after the walk."""
        at = 0
        while at < len(self.pieces):
            at = self.step(at)
        return self.out

    def step(self, at: int) -> int:
        """Take what begins here; where it ends."""
        raise AssertionError(at)

    def skip(self, at: int) -> int:
        """The next place that is no space."""
        while at < len(self.pieces) and self.pieces[at].shape is Shape.SPACE and self.pieces[at].text in " \t":
            at += 1
        return at

    def at(self, index: int) -> Piece | None:
        """The piece there, None behind the end."""
        return self.pieces[index] if index < len(self.pieces) else None

    def put(self, shape: Shape, first: int, last: int, number: str | None, units: tuple[str, ...]) -> int:
        """Put out one piece for those from first to last; where the next begins."""
        start, end = self.pieces[first].start, self.pieces[last].end
        text = "".join(piece.text for piece in self.pieces[first : last + 1])
        self.out.append(Piece(shape=shape, start=start, end=end, text=text, number=number, units=units))
        return last + 1


def says_nothing(piece: Piece) -> bool:
    """Whether neither amounts nor money hang on a piece."""
    if piece.shape in _QUIET:
        return True
    return piece.shape is Shape.WORD and piece.word is not None and not piece.word.cues


def names_material(piece: Piece) -> bool:
    """Whether a piece names a material and does nothing else."""
    return piece.names_material and piece.word is not None and not piece.word.cues
