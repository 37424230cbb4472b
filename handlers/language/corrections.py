"""What is said anew takes the place of what it corrects: 调到A座，错了，B座 is 调到B座.

Days, shares, documents, names and figures are settled here, and amounts of a line that is named by its place. Other
materials and amounts are left to the lines, which alone know what is meant; of 不是50的，是110的 they are given what
holds.
"""

from collections.abc import Sequence
from dataclasses import replace

from handlers.language.by_place import NUMBERED, PLACED, numbered_so, recounted, renamed
from handlers.language.figures import amount_exchanged, figure_exchanged, refused_exchanged
from handlers.language.items import is_head, is_part
from handlers.language.lexicon import Lexicon
from handlers.language.likeness import (
    AHEAD_MAX,
    BACK_MAX,
    are_alike,
    exchanged,
    is_same,
    is_unit,
    kinds,
    stands_alone,
)  # fmt: skip
from handlers.language.links import is_link, rest_behind
from handlers.language.pieces import Piece, Shape
from handlers.language.refusals import NO, REFUSAL, REFUSED_MAX, absent, amended, opened, turned
from handlers.language.vocabulary import PHRASES, Cue


def settled(pieces: Sequence[Piece], lexicon: Lexicon) -> Sequence[Piece]:
    """The pieces with every such correction carried out."""
    if not any(piece.has(Cue.CORRECT, Cue.RECALL) or piece.text.endswith((NO, PLACED)) for piece in pieces):
        return pieces
    pieces = turned([amended(pieces, at) for at in range(len(pieces))])
    pieces = absent(opened(pieces))
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        end = at
        if pieces[at].has(Cue.CORRECT):
            end = _renamed(found, pieces, at, lexicon)
            end = _carried_out(found, pieces, at) if end == at else end
        elif pieces[at].text.endswith(PLACED) or pieces[at].text in PHRASES.ends:
            end = recounted(found, pieces, at)
        if end == at:
            found.append(pieces[at])
            end = at + 1
        at = end
    return found


def _renamed(found: list[Piece], pieces: Sequence[Piece], mark: int, lexicon: Lexicon) -> int:
    """给安装一队，不是一队，是二队: the name before with another number in it; where the rest begins."""
    behind = [at for at in range(mark + 1, min(mark + 1 + AHEAD_MAX, len(pieces))) if not is_link(pieces[at])]
    at = next(iter(behind[pieces[mark].text == REFUSAL :]), mark)  # behind what is refused stands what holds
    told = NUMBERED.fullmatch(pieces[at].text)
    refused = pieces[behind[0]].text if behind and behind[0] < at else ""
    for place in reversed(range(max(len(found) - BACK_MAX, 0), len(found) if told or refused else 0)):
        word = numbered_so(found[place], told[1], told[2], lexicon) if told else None
        word = word or renamed(found[place], refused, pieces[at].text, lexicon)
        if word is not None:
            found[place] = replace(found[place], text=word.text, word=word)
            return rest_behind(found, pieces, mark, at)
    return mark


def _carried_out(found: list[Piece], pieces: Sequence[Piece], mark: int) -> int:
    """Put what is said behind a mark where what it corrects stood; where the rest begins, `mark` where nothing is."""
    if _is_trailing(found, pieces, mark):
        return mark + 1
    if found and found[-1].shape is Shape.UNKNOWN:
        return mark  # 型号不对: told of something
    if (end := amount_exchanged(found, pieces, mark)) > mark:
        return end
    if (end := refused_exchanged(found, pieces, mark)) > mark or (end := figure_exchanged(found, pieces, mark)) > mark:
        return end
    value = _value(found, pieces, mark)
    if value is None and pieces[mark].text in PHRASES.refusals:
        value = _value(found, pieces, _refused_end(pieces, mark) - 1)  # 不是一组，是安装二组
    if value is None:
        return _refused(found, pieces, mark)
    other = _value(found, pieces, value) if _is_refusal(pieces, mark, value) else None
    is_source = _is_source(pieces, value) or _is_source(pieces, mark)  # 调出仓写错了，是总仓
    place = _corrected(found, pieces[value], is_source=is_source)
    if place is None:  # 出货的库不是总库，从设备库出: what is refused was never said
        return value + 1 if other is not None and are_alike(pieces[value], pieces[other]) else mark
    if is_same(found[place], pieces[value]):  # 不是海螺，是宏达
        if other is None or not (are_alike(found[place], pieces[other]) or is_unit(pieces[other])):
            return mark
        value = other
    found[place] = exchanged(found[place], pieces[value], is_end=pieces[value - 1].has(Cue.TO))
    return rest_behind(found, pieces, mark, _other_end(found, pieces, value, place))


def _other_end(found: list[Piece], pieces: Sequence[Piece], value: int, place: int) -> int:
    """是从中心库调到A座: both ends are said anew; where the last of them stands."""
    more = _value(found, pieces, value)
    if more is None or any(piece.is_gap for piece in pieces[value:more]):
        return value
    to = _corrected(found, pieces[more], is_source=False)
    if to is None or to == place:
        return value
    found[to] = exchanged(found[to], pieces[more], is_end=False)
    return more


def _refused_end(pieces: Sequence[Piece], mark: int) -> int:
    """Where 是 stands behind what is refused; right behind the mark where it does not."""
    for at in range(mark + 1, min(mark + 2 + REFUSED_MAX, len(pieces))):
        if pieces[at].text in PHRASES.instead:
            return at + 1
    return mark + 1


def _is_refusal(pieces: Sequence[Piece], mark: int, value: int) -> bool:
    return any(piece.text == REFUSAL for piece in pieces[mark:value])


def _is_source(pieces: Sequence[Piece], at: int) -> bool:
    return at > 0 and pieces[at - 1].has(Cue.FROM)


def _is_trailing(found: Sequence[Piece], pieces: Sequence[Piece], mark: int) -> bool:
    """应该是DN100的，写错了: the last word only says that what stands before it was a correction."""
    behind = pieces[mark + 1 : mark + 2 + AHEAD_MAX]
    if len(behind) > AHEAD_MAX or not all(piece.is_gap or piece.has(Cue.FILL) for piece in behind):
        return False
    return any(piece.has(Cue.CORRECT) for piece in found[-BACK_MAX:])


def _value(found: Sequence[Piece], pieces: Sequence[Piece], mark: int) -> int | None:
    """The day, document, share or name that a mark brings, over small words and the verb itself alone."""
    for at in range(mark + 1, min(mark + 1 + AHEAD_MAX, len(pieces))):
        piece = pieces[at]
        if kinds(piece) and not (is_unit(piece) and not stands_alone(pieces, at)):
            return at
        is_repeated = bool(piece.intents) and any(piece.intents.keys() & p.intents.keys() for p in found[-BACK_MAX:])
        if not (is_link(piece) or is_repeated):
            return None
    return None


def _corrected(found: Sequence[Piece], value: Piece, *, is_source: bool) -> int | None:
    """The nearest one before that it may stand for: of a transfer, where it comes from or where it goes to."""
    start = max(len(found) - BACK_MAX, 0)
    for at in reversed(range(start, len(found))):
        is_counted = found[at].shape in (Shape.QUANTITY, Shape.NUMBER) and found[at].number is not None
        is_apart = is_source and not _is_source(found, at)
        if (are_alike(found[at], value) and not is_apart) or (is_unit(value) and is_counted):
            return at
    return None


def _refused(found: list[Piece], pieces: Sequence[Piece], mark: int) -> int:
    """不是50的，是110的: where what holds begins, with the mark right before it."""
    if pieces[mark].text not in PHRASES.refusals:
        return mark
    at = mark + 1
    while at < len(pieces) and _is_told(pieces[at]):
        at += 1
    if at == mark + 1 or pieces[mark + 1].shape is Shape.QUANTITY:
        return mark
    for end in range(at, min(at + 3, len(pieces))):
        if pieces[end].text in PHRASES.instead or (end > at and is_head(pieces[end])):
            if (behind := _thing_exchanged(found, pieces[mark + 1 : at], pieces, end)) > end:
                return behind
            if not _is_first_verb(found, pieces, mark, at):
                found.append(pieces[mark])
            return end
        if not pieces[end].is_gap:
            break
    return mark


def _is_first_verb(found: Sequence[Piece], pieces: Sequence[Piece], mark: int, end: int) -> bool:
    """不是领，是退库：焊条2包: it begins with a deed that is refused, which was never said."""
    is_first = all(piece.is_gap or piece.shape is Shape.MENTION for piece in found)
    return is_first and all(piece.intents for piece in pieces[mark + 1 : end]) and any(map(is_head, pieces[end:]))


def _thing_exchanged(found: list[Piece], refused: Sequence[Piece], pieces: Sequence[Piece], start: int) -> int:
    """水泥3包、砂2车，不是水泥，是石灰: the other stands where the one that is refused did; where the rest begins."""
    first = start + 1 if pieces[start].text in PHRASES.instead else start
    end = first
    while end < len(pieces) and _is_told(pieces[end]) and not pieces[end].intents:
        end += 1
    if end == first or not any(map(is_head, refused)) or (end < len(pieces) and not pieces[end].is_gap):
        return start
    texts = [piece.text for piece in refused]
    reach = range(max(len(found) - BACK_MAX, 0), len(found) - len(texts) + 1)
    places = [at for at in reach if [piece.text for piece in found[at : at + len(texts)]] == texts]
    if len(places) != 1:
        return start
    found[places[0] : places[0] + len(texts)] = pieces[first:end]
    return end


def _is_told(piece: Piece) -> bool:
    return is_part(piece) or piece.has(Cue.OF) or piece.shape in (Shape.NUMBER, Shape.SIZE) or bool(piece.intents)
