"""Numbers are put to what stands beside them: quantities, then the prices that stand on them, then sizes."""

from collections.abc import Sequence

from handlers.language.pieces import Piece
from handlers.language.prices import Prices
from handlers.language.quantities import Quantities
from handlers.language.size_amounts import Sizes


def fold(pieces: Sequence[Piece]) -> list[Piece]:
    """Quantities first, then the prices that stand on them, then what only looks like a quantity."""
    return Sizes(Prices(Quantities(pieces).run()).run()).run()
