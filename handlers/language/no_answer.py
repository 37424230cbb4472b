"""What names what was asked for and answers nothing: 库里有20包吗, 没有42.5的, 不是20包, 要是够就20包."""

import re
from collections.abc import Sequence
from typing import Final

from handlers.language.items import is_part
from handlers.language.message import Message
from handlers.language.pieces import Piece, Shape
from handlers.language.reading import Reading
from handlers.language.verbs import LINE_INTENTS
from handlers.language.vocabulary import PHRASES, Cue

_FIGURES: Final = (Shape.QUANTITY, Shape.NUMBER, Shape.SIZE)
# 不是42.5的, and not what it is.
_REFUSED: Final = re.compile(r"\W*不是[^,，。;\s是]{1,20}\W*")
_ASKING: Final = ("吗", "么", "呢", "?")


def is_no_answer(message: Message, pending: Reading) -> bool:
    """Whether an amount or a kind is asked about, denied, refused, supposed, or put off.

    Only of documents with lines: a ground may be told in any words.
    """
    pieces = message.pieces
    if pending.intent not in LINE_INTENTS or not any(map(_is_figure, pieces)):
        return False
    if _REFUSED.fullmatch(message.source.text) or _ends_asking(pieces):
        return True
    told = [piece for piece in pieces if not (piece.is_gap or piece.has(Cue.FILL) or piece.text in PHRASES.courtesy)]
    if any(piece.has(Cue.UNREAL) for piece in told) or (told and told[0].has(Cue.LATER)):
        return True
    return _is_asked(pieces) or _is_denied(told) or _is_left_open(told, pending)


def _is_figure(piece: Piece) -> bool:
    return piece.shape in _FIGURES or is_part(piece)


def _ends_asking(pieces: Sequence[Piece]) -> bool:
    """42.5的吗, 还有20包没有; but 20包可以吗 is polite, which is a word of its own."""
    last = next((piece for piece in reversed(pieces) if piece.shape is not Shape.SPACE), None)
    return last is not None and (last.text in _ASKING or last.asks_last)


def _is_asked(pieces: Sequence[Piece]) -> bool:
    """是不是20包, 哪个42.5的: whether something is asked in the clause of a figure."""
    asks = names = False
    for piece in pieces:
        if piece.shape is Shape.BREAK:
            if asks and names:
                return True
            asks = names = False
        asks = asks or (piece.has(Cue.ASK) and not piece.has(Cue.NOT, Cue.FILL))
        names = names or _is_figure(piece)
    return asks and names


def _is_denied(told: Sequence[Piece]) -> bool:
    """没有20包, 不要20包; 20包不够, 42.5的没有了: all that is said is an amount or a kind, and that it is not so."""
    others = [piece for piece in told if not (_is_figure(piece) or piece.has(Cue.OF))]
    is_counted = any(piece.shape is Shape.QUANTITY for piece in told) and not any(map(is_part, told))
    denials = (Cue.NOT, Cue.FAULT, Cue.DROP) if is_counted else (Cue.NOT, Cue.FAULT)
    is_said = all(piece.has(*denials) or piece.text in PHRASES.short for piece in others)
    return bool(others) and is_said and not any(piece.has(Cue.CORRECT) for piece in told)


def _is_left_open(told: Sequence[Piece], pending: Reading) -> bool:
    """42.5的或者32.5的, 大概42.5的, 20包以内: which it is, is left open."""
    is_kind_open = any(path.endswith(".material") for path in pending.candidates)
    for piece, after in zip(told, (*told[1:], None), strict=True):
        if piece.text in PHRASES.choices and is_kind_open:
            return True
        is_doubt = piece.has(Cue.VAGUE) and len(piece.text) > 1
        if is_doubt and is_kind_open and not any(other.shape is Shape.QUANTITY for other in told):
            return True
        if piece.shape is Shape.QUANTITY and after is not None and after.text in PHRASES.circumstances:
            return True
    return False
