"""A part of a message recognised by itself: what stands behind 第二行, what is left when 不是 is taken off."""

from collections.abc import Sequence
from datetime import date

from handlers.language.amounts import fold
from handlers.language.catalogue import Catalogue
from handlers.language.pieces import Piece
from handlers.language.segment import segment


def pieces_of(text: str, catalogue: Catalogue, today: date) -> Sequence[Piece]:
    """The pieces of a text that is normalised already."""
    return fold(segment(text, catalogue, today))
