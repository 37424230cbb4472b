"""A message on its way through the stages: the normalised text, its pieces, and what they stand beside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.language.catalogue import Catalogue
from handlers.language.context import Context
from handlers.language.normalise import Source
from handlers.language.pieces import Piece, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What every later stage is given."""

    source: Source
    pieces: Sequence[Piece]
    context: Context
    catalogue: Catalogue
    today: date

    def before(self, index: int) -> Piece | None:
        """The piece before, spaces left out."""
        index -= 1
        while index >= 0 and self.pieces[index].shape is Shape.SPACE:
            index -= 1
        return self.pieces[index] if index >= 0 else None

    def after(self, index: int) -> Piece | None:
        """The piece behind, spaces left out."""
        index += 1
        while index < len(self.pieces) and self.pieces[index].shape is Shape.SPACE:
            index += 1
        return self.pieces[index] if index < len(self.pieces) else None
