"""A command that is said all over: 领水泥20包、砂5方，不对，给三棵树下单外墙漆60桶. Nothing of the first holds."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from handlers.language.items import ItemBuilder, is_head, is_part
from handlers.language.pieces import Piece, Shape
from handlers.language.verbs import LINE_INTENTS, VERBS
from handlers.language.vocabulary import PHRASES, Cue

# Who corrects more often has told a list, whose lines are corrected one by one.
_MARKS_MAX: Final = 3


def without_first(pieces: Sequence[Piece]) -> tuple[Sequence[Piece], bool]:
    """The pieces of the command that holds; and whether it is open which of them do.

    Another deed done to other things takes the place of everything before it. The same deed done to other things may
    be meant instead of all of them or of the last alone.
    """
    marks = (at for at in reversed(range(1, len(pieces) - 1)) if pieces[at].has(Cue.CORRECT) or _offers(pieces, at))
    for mark in islice(marks, _MARKS_MAX):
        before, behind = pieces[:mark], pieces[mark + 1 :]
        if not (_is_command(before) and _is_command(behind)):
            continue
        if not pieces[mark].has(Cue.CORRECT):
            return pieces, True
        if pieces[mark].text in PHRASES.anew:
            return behind, False
        is_same_thing = _shares_a_thing(before, behind)
        if _deeds(before).isdisjoint(_deeds(behind)):
            is_open = is_same_thing and _count(before) > 1
            return (pieces, True) if is_open else (behind, False)
        if not is_same_thing and max(_count(before), _count(behind)) > 1:
            return pieces, True
    return pieces, False


def _offers(pieces: Sequence[Piece], at: int) -> bool:
    """…，还是领砂5方: one or the other, and never both."""
    return pieces[at].text in PHRASES.choices and pieces[at - 1].is_gap


def _is_command(pieces: Sequence[Piece]) -> bool:
    is_named = any(is_head(piece) or piece.shape is Shape.SIZE for piece in pieces)
    return is_named and bool(_deeds(pieces)) and bool(_count(pieces))


def _deeds(pieces: Sequence[Piece]) -> set[str]:
    """What is done; what small verbs may mean, where no other tells it."""
    done, clear = set[str](), set[str]()
    for piece in pieces:
        done |= piece.intents.keys() & LINE_INTENTS if not piece.has(Cue.FILL) else set()  # 平石要100块
        if any(piece.intents.values()) or piece.text in VERBS.clear:
            clear |= piece.intents.keys() & LINE_INTENTS
    return clear or done


def _count(pieces: Sequence[Piece]) -> int:
    """How many things are counted."""
    items = ItemBuilder().build(pieces)
    return sum(item.has_mention and (item.quantity is not None or bool(item.numbers)) for item in items)


def _shares_a_thing(before: Sequence[Piece], behind: Sequence[Piece]) -> bool:
    """25弯头一百个，不对，弯头要一百五十个: whether a name of the one is, or is part of, a name of the other."""
    first, second = (sorted({piece.text for piece in side if is_part(piece)}) for side in (before, behind))
    return any(name in " ".join(second) for name in first) or any(name in " ".join(first) for name in second)
