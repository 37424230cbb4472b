"""A message on its way through the stages: the normalised text, its pieces, and what they stand beside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from handlers.language.catalogue import Catalogue
from handlers.language.context import Context
from handlers.language.normalise import Source
from handlers.language.pieces import Piece, Shape

# Over so many blanks and brackets nothing is a neighbour any more; looking further would cost the square of a message.
GAP_MAX: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What every later stage is given."""

    source: Source
    pieces: Sequence[Piece]
    context: Context
    catalogue: Catalogue
    today: date

    def of(self, pieces: Sequence[Piece]) -> "Message":
        """The message with other pieces, where they are others."""
        return self if pieces is self.pieces else replace(self, pieces=pieces)

    def before(self, index: int) -> Piece | None:
        """The piece before, spaces left out."""
        return self._beside(range(index - 1, max(index - 2 - GAP_MAX, -1), -1))

    def after(self, index: int) -> Piece | None:
        """The piece behind, spaces left out."""
        return self._beside(range(index + 1, min(index + 2 + GAP_MAX, len(self.pieces))))

    def _beside(self, places: range) -> Piece | None:
        return next((piece for at in places if (piece := self.pieces[at]).shape is not Shape.SPACE), None)
