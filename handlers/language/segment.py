"""Cut a normalised text into pieces: of all ways to cover it, the one that leaves least unexplained."""

from collections.abc import Callable
from datetime import date

from handlers.language.catalogue import Catalogue
from handlers.language.pieces import Piece, Shape
from handlers.language.recognise import Recogniser


def segment(text: str, catalogue: Catalogue, today: date) -> tuple[Piece, ...]:
    """The cheapest cover of the text, left to right; linear in its length, as no piece is longer than a bound."""
    recogniser = Recogniser(text, catalogue, today)
    size = len(text)
    costs = [0] + [1 << 60] * size
    back: list[tuple[int, Callable[[], Piece]] | None] = [None] * (size + 1)
    for start in range(size):
        so_far = costs[start]
        for end, cost, make in recogniser.at(start):
            if so_far + cost < costs[end]:
                costs[end], back[end] = so_far + cost, (start, make)
    pieces: list[Piece] = []
    at = size
    while at > 0 and (step := back[at]) is not None:
        pieces.append(step[1]())
        at = step[0]
    return _joined(pieces[::-1])


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Neighbouring strange characters are one strange word."""
    found: list[Piece] = []
    strange: list[Piece] = []
    for piece in pieces:
        if piece.shape is Shape.UNKNOWN:
            strange.append(piece)
            continue
        found += _one_word(strange)
        strange = []
        found.append(piece)
    return (*found, *_one_word(strange))


def _one_word(strange: list[Piece]) -> list[Piece]:
    if len(strange) < 2:
        return strange
    text = "".join(piece.text for piece in strange)
    return [Piece(shape=Shape.UNKNOWN, start=strange[0].start, end=strange[-1].end, text=text)]
