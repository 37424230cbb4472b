"""The small words that a correction goes over, and where what stands behind it begins."""

from collections.abc import Sequence
from typing import Final

from handlers.language.items import is_part
from handlers.language.likeness import AHEAD_MAX, COUNTED
from handlers.language.pieces import Piece, Shape
from handlers.language.vocabulary import PHRASES, Cue

_LINKS: Final = (
    Cue.FILL, Cue.CORRECT, Cue.RECALL, Cue.TO, Cue.GIVE, Cue.FROM, Cue.LIST, Cue.OF, Cue.ME, Cue.THAT, Cue.NOTICE,
)  # fmt: skip


def is_link(piece: Piece) -> bool:
    """Whether a piece is a break, a blank or such a small word."""
    return piece.is_gap or piece.has(*_LINKS)


def rest_behind(found: list[Piece], pieces: Sequence[Piece], mark: int, value: int) -> int:
    """Where the rest begins; the mark is kept for an amount that follows."""
    while found and found[-1].text in PHRASES.slots:
        found.pop()  # 供应商写错了，是路达
    end = value + 1
    while end < len(pieces) and pieces[end].has(Cue.OF):
        end += 1
    if _counts_on(pieces, end):
        found.append(pieces[mark])  # …，不对，李四班组30包
    elif found[-1].shape is Shape.BREAK and end < len(pieces) and pieces[end].shape is Shape.BREAK:
        end += 1
    return end


def _counts_on(pieces: Sequence[Piece], start: int) -> bool:
    """Whether a thing or an amount follows in the same clause."""
    for piece in pieces[start : start + AHEAD_MAX]:
        if piece.shape is Shape.BREAK and piece.text != ":":
            return False
        if is_part(piece) or piece.shape in COUNTED:
            return True
    return False
