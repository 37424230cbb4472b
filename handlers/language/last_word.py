"""Of an answer that takes itself back, what holds: 红的，不对，灰的."""

from collections.abc import Sequence

from handlers.language.likeness import COUNTED, measures, stands_alone
from handlers.language.message import Message
from handlers.language.pieces import Piece, Shape
from handlers.language.refusals import NO
from handlers.language.vocabulary import PHRASES, Cue


def last_word(message: Message) -> str | None:
    """The text without what its last correction takes back; None where nothing of the kind stands on both sides."""
    pieces = message.pieces
    mark = next((at for at in reversed(range(1, len(pieces))) if _takes_back(pieces, at)), 0)
    behind = next((at for at in range(mark + 1, len(pieces)) if not _is_small(pieces[at])), len(pieces))
    before = mark
    while before and pieces[before - 1].is_gap:
        before -= 1
    start = before
    while start and pieces[start - 1].shape is not Shape.BREAK:
        start -= 1
    said = [kind for piece in pieces[start:before] for kind in _kinds(piece)]
    anew = [kind for piece in pieces[behind:] for kind in _kinds(piece)]
    if not mark or set(said).isdisjoint(anew):
        return None
    text = message.source.text
    return text[: pieces[start].start] + text[pieces[behind].start :] + _unit(pieces[start:before], pieces[behind:])


def _takes_back(pieces: Sequence[Piece], at: int) -> bool:
    piece = pieces[at]
    if piece.text == NO:
        return pieces[at - 1].is_gap and stands_alone(pieces, at)
    # 改成24根, 应该是24根: these are answered where lines are.
    is_change = piece.text.startswith(PHRASES.changes + PHRASES.supposed) or piece.text in PHRASES.refusals
    return piece.has(Cue.CORRECT) and not is_change


def _is_small(piece: Piece) -> bool:
    return piece.is_gap or piece.has(Cue.FILL, Cue.CORRECT, Cue.NEED) or piece.text in PHRASES.instead


def _kinds(piece: Piece) -> frozenset[object]:
    return frozenset(("number",)) if piece.shape in COUNTED else measures(piece)


def _unit(said: Sequence[Piece], anew: Sequence[Piece]) -> str:
    """63根，不对，24: the unit goes with the other number."""
    counted = next((piece for piece in said if piece.shape is Shape.QUANTITY), None)
    is_bare = len(anew) == 1 and anew[0].shape is Shape.NUMBER
    return counted.units[0] if counted is not None and counted.units and is_bare else ""
