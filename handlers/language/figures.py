"""A figure that is said anew: a price, a sum, a lot, a day by which something expires, an amount that is refused."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handlers.language.items import is_part
from handlers.language.likeness import AHEAD_MAX, BACK_MAX, COUNTED, stands_alone
from handlers.language.links import is_link, rest_behind
from handlers.language.numerals import value_of
from handlers.language.pieces import Piece, Shape
from handlers.language.refusals import REFUSAL
from handlers.language.vocabulary import PHRASES, Cue

# A price that is corrected stays within so many times what it was; beyond that, it is asked.
FIGURE_CHANGE_MAX: Final = 10
_TOLD_BY: Final = ((Cue.PRICE, Shape.PRICE), (Cue.TOTAL, Shape.AMOUNT))


def refused_exchanged(found: list[Piece], pieces: Sequence[Piece], mark: int) -> int:
    """单价2350，不是2350是2530: the figure that is refused is another; where the rest begins.

    Two figures that are both the one refused: what holds is left to be asked about.
    """
    behind = [at for at in range(mark + 1, min(mark + 6, len(pieces))) if not pieces[at].is_gap][:3]
    if pieces[mark].text != REFUSAL or len(behind) < 3:
        return mark
    refused, link, holds = (pieces[at] for at in behind)
    if link.text not in PHRASES.instead or not (holds.number or stands_alone(pieces, behind[-1])):
        return mark
    places = [at for at in range(max(len(found) - BACK_MAX, 0), len(found)) if _is_figure(found[at], refused)]
    if len(places) > 1:
        places = _meant(found, places)
    if len(places) == 1:
        old = found[places[0]]
        if old.shape is Shape.LOT:
            found[places[0]] = replace(old, values=(holds.text,))
        elif holds.number is not None:
            units = holds.units or old.units
            found[places[0]] = replace(old, number=holds.number, units=units, text=holds.text)
        else:
            return mark
        _drop_echo(found)
        return behind[-1] + 1
    return behind[-1] if len({found[at].shape for at in places}) > 1 else mark


def amount_exchanged(found: list[Piece], pieces: Sequence[Piece], mark: int) -> int:
    """…110下水管30根，30根改成28根: the amount said again by itself is another; where the rest begins."""
    holds = pieces[mark + 1] if mark + 1 < len(pieces) else None
    if len(found) < 2 or holds is None or holds.shape not in COUNTED or not stands_alone(pieces, mark + 1):
        return mark
    echo, before = found[-1], found[-2]
    if echo.shape is not Shape.QUANTITY or not before.is_gap or holds.number is None:
        return mark
    reach = range(max(len(found) - BACK_MAX, 0), len(found) - 1)
    places = [at for at in reach if found[at].shape is Shape.QUANTITY and _is_same_amount(found[at], echo)]
    if len(places) != 1 or (holds.units and set(holds.units).isdisjoint(echo.units)):
        return mark
    found[places[0]] = replace(found[places[0]], number=holds.number, text=holds.text)
    del found[-2:]
    return mark + 2


def _is_same_amount(one: Piece, other: Piece) -> bool:
    return one.number == other.number and not set(one.units).isdisjoint(other.units)


def _meant(found: Sequence[Piece], places: Sequence[int]) -> Sequence[int]:
    """…，水泥不是8包，是84包; …，单价不是45，是38: those figures that the words right before the mark tell of."""
    end = len(found)
    shape = next((shape for cue, shape in _TOLD_BY if found and found[-1].has(cue)), None)
    shape = Shape.QUANTITY if found and found[-1].text in PHRASES.counts else shape
    if shape is not None:
        places, end = [at for at in places if found[at].shape is shape], end - 1
    while end and found[end - 1].has(Cue.OF):
        end -= 1
    if not (end and is_part(found[end - 1])):
        return places
    named = found[end - 1].text
    return [
        at
        for at in places
        if next((p.text for p in reversed(found[max(at - BACK_MAX, 0) : at]) if is_part(p)), "") == named
    ]


def _drop_echo(found: list[Piece]) -> None:
    """…，水泥单价不是45，是36.5: the name that only tells which figure is meant names no other line."""
    end = len(found)
    while end and (found[end - 1].text in PHRASES.slots or found[end - 1].has(Cue.OF)):
        end -= 1
    start = end
    while start and is_part(found[start - 1]):
        start -= 1
    said = [piece.text for piece in found[start:end]]
    before = [piece.text for piece in found[max(start - BACK_MAX, 0) : start]]
    is_echo = start == 0 or found[start - 1].is_gap
    if is_echo and said and any(before[at : at + len(said)] == said for at in range(len(before))):
        del found[start:]
    else:
        del found[end:]


def _is_figure(old: Piece, refused: Piece) -> bool:
    """Whether a figure is the very one that is refused."""
    if old.shape is Shape.LOT:
        return bool(old.values) and old.values[0].casefold() == refused.text.casefold()
    others = () if refused.shape is Shape.QUANTITY else (Shape.PRICE, Shape.AMOUNT, Shape.PERCENT)  # 45套 is no price
    return old.shape in (*COUNTED, *others) and old.number is not None and old.number == refused.number


def figure_exchanged(found: list[Piece], pieces: Sequence[Piece], mark: int) -> int:
    """单价3650，不对，3560; 批号2401，不对，2402: a bare number takes the place of the figure that was said last.

    Never of an amount before it: behind a day, which it does not tell whole, it is left to be asked about.
    """
    at = next((i for i in range(mark + 1, min(mark + 1 + AHEAD_MAX, len(pieces))) if not is_link(pieces[i])), mark)
    last = next((i for i in reversed(range(max(len(found) - BACK_MAX, 0), len(found))) if _says_what(found[i])), None)
    if last is None or not stands_alone(pieces, at) or pieces[mark].text in PHRASES.refusals:
        return mark
    if any(piece.text in PHRASES.counts or piece.text in PHRASES.slots for piece in found[last + 1 :]):
        return mark  # 数量说错了，是43; 日期写错了，是前天
    old, number = found[last], pieces[at].number
    if old.shape is Shape.EXPIRY and pieces[at].shape is Shape.DATE:
        found[last] = replace(old, when=pieces[at].when, text=pieces[at].text)
        return rest_behind(found, pieces, mark, at)
    if pieces[at].shape is not Shape.NUMBER:
        return mark
    if old.shape in (Shape.PRICE, Shape.AMOUNT):
        found[last] = replace(old, number=number if _is_near(old.number, number) else None, text=pieces[at].text)
    elif old.shape is Shape.LOT:
        found[last] = replace(old, values=(pieces[at].text,))
    elif old.shape in (Shape.DATE, Shape.EXPIRY, Shape.SERIALS):
        return at
    else:
        return mark
    return rest_behind(found, pieces, mark, at)


def _says_what(piece: Piece) -> bool:
    """Whether a piece is more than a small word: a figure, a name, a deed."""
    if is_link(piece):
        return False
    word = piece.word if piece.shape is Shape.WORD else None
    return word is None or is_part(piece) or bool(word.intents or word.names)


def _is_near(old: str | None, new: str | None) -> bool:
    """单价3650，不对，4 may as well be about the amount."""
    before, after = (value_of(said or "") for said in (old, new))
    if before is None or after is None:
        return False
    return before <= after * FIGURE_CHANGE_MAX and after <= before * FIGURE_CHANGE_MAX
