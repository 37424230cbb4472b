"""Amounts that are told and not done: 送货单写的300包，破了4包，入库296包; 账面85方，实盘78.5方."""

from collections.abc import Sequence
from typing import Final

from handlers.language.items import ItemBuilder, is_head, is_part
from handlers.language.pieces import Piece, Shape
from handlers.language.vocabulary import PHRASES, Cue

_THING: Final = (Shape.SIZE, Shape.NUMBER)
_COUNTED: Final = (Shape.QUANTITY, Shape.NUMBER)


def without_told(pieces: Sequence[Piece], verb: Piece | None) -> Sequence[Piece]:
    """The pieces without the amounts before the verb, where it is done to an amount of its own of the same thing.

    Only of one thing that is counted in one unit, and where the verb's own clause names none; all else is left to be
    asked about.
    """
    pieces = _without_booked(pieces)
    at = next((index for index, piece in enumerate(pieces) if piece is verb), 0)
    start = next((index + 1 for index in reversed(range(at)) if pieces[index].shape is Shape.BREAK), 0)
    done = _done(pieces, at, start) if start else None
    if done is None:
        return pieces
    told = pieces[:start]
    counted = [piece for piece in told if piece.shape is Shape.QUANTITY]
    named = [item for item in ItemBuilder().build(told) if item.has_head]
    is_one = len(named) == 1 and named[0].quantity is not None
    if not is_one or any(set(piece.units).isdisjoint(done.units) for piece in counted):
        return pieces
    return [*_named(told), *pieces[start:]]


def _done(pieces: Sequence[Piece], verb: int, start: int) -> Piece | None:
    """The amount right behind the verb, if nothing else is named or counted in its clause and behind it."""
    behind = [piece for piece in pieces[verb + 1 :] if not (piece.is_gap or piece.has(Cue.FILL, Cue.TOTAL))]
    if not behind or behind[0].shape is not Shape.QUANTITY or behind[0].number is None:
        return None
    others = [*pieces[start:verb], *behind[1:]]
    told = (*_COUNTED, Shape.SIZE)
    is_more = any(is_head(piece) or piece.shape in told or piece.has(Cue.CORRECT) for piece in others)
    return None if is_more else behind[0]


def _named(told: Sequence[Piece]) -> list[Piece]:
    """What is told, clause by clause, without amounts; a clause that names nothing of the book says nothing here."""
    found: list[Piece] = []
    clause: list[Piece] = []
    for piece in (*told, None):
        if piece is not None:
            clause.append(piece)
        if piece is None or piece.shape is Shape.BREAK:
            if any(is_part(p) or p.shape in _THING or (p.word is not None and p.word.names) for p in clause):
                found += [p for at, p in enumerate(clause) if p.shape is not Shape.QUANTITY and not _tells(clause, at)]
            clause = []
    return found


def _tells(clause: Sequence[Piece], at: int) -> bool:
    """司机说…: who tells it, a stranger to the book."""
    return clause[at].shape is Shape.UNKNOWN and at + 1 < len(clause) and clause[at + 1].has(Cue.SAYS)


def _without_booked(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """账面85方 实盘78.5方 without what is in the book, where something else is counted behind it."""
    at = next((at for at, piece in enumerate(pieces) if piece.text in PHRASES.booked), -1)
    if at < 0:
        return pieces
    told = [index for index in range(at + 1, len(pieces)) if pieces[index].shape in _COUNTED]
    is_counted = len(told) > 1 and all(p.is_gap or p.has(Cue.FILL) for p in pieces[at + 1 : told[0]])
    return [piece for index, piece in enumerate(pieces) if index not in (at, told[0])] if is_counted else pieces
