"""What is refused: 不是木工班, 是6片不是8片, 两个都不是; and which words correct only where they stand."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handlers.language.items import is_head, is_part
from handlers.language.lexicon import Word
from handlers.language.likeness import AHEAD_MAX, BACK_MAX, COUNTED, are_alike, is_same, kinds, measures, stands_alone
from handlers.language.pieces import Piece, Shape
from handlers.language.vocabulary import PHRASES, Cue

REFUSAL: Final = "不是"
# So many pieces a thing that is refused may have: 不是 4平方 的 红 线.
REFUSED_MAX: Final = 6
NO: Final = "不"
_WRONG: Final = "错"
_AMENDED: Final = "改成"
_MARK: Final = Word(NO, cues=frozenset((Cue.CORRECT,)))
_GONE: Final = Word("不要", cues=frozenset((Cue.DROP,)))


def amended(pieces: Sequence[Piece], at: int) -> Piece:
    """1台，不，是32路的; 40双，不，50双; 六成哦七成: what corrects only where it stands."""
    piece = pieces[at]
    if piece.has(Cue.CORRECT) or not 0 < at < len(pieces) - 1:
        return piece
    before, after = pieces[at - 1], pieces[at + 1]
    is_alone = before.is_gap and after.is_gap
    is_led = any(other.text in PHRASES.instead for other in _next(pieces, at))
    is_recounted = any(_is_said_anew(told, anew) for told in _last(pieces, at) for anew in _next(pieces, at))
    is_mark = (piece.text == NO and is_alone and (is_led or is_recounted)) or (piece.text == _WRONG and is_alone)
    is_mark = is_mark or (piece.text in PHRASES.sorry and is_led)
    if piece.has(Cue.RECALL):
        is_led = is_led or (is_alone and _leads(pieces, at))
        is_mark = is_led or _is_said_anew(before, after)
    return replace(piece, word=_MARK) if is_mark else piece


def _leads(pieces: Sequence[Piece], at: int) -> bool:
    """到A座，等等，到B座; 昨天…，等等，前天: whether a place follows, or a day, a name or a thing by itself."""
    ahead = range(at + 1, min(at + 1 + AHEAD_MAX, len(pieces)))
    behind = next((index for index in ahead if not pieces[index].is_gap), None)
    if behind is None:
        return False
    after = pieces[behind]
    return after.has(Cue.TO) or (stands_alone(pieces, behind) and (bool(kinds(after)) or is_part(after)))


def _is_said_anew(before: Piece, after: Piece) -> bool:
    """Whether two shares, two amounts of one unit, or a figure and a bare number stand side by side."""
    if before.shape in (Shape.PRICE, Shape.AMOUNT, Shape.LOT) and after.shape is Shape.NUMBER:
        return True
    if before.shape is not after.shape:
        return False
    return before.shape is Shape.PERCENT or (
        before.shape is Shape.QUANTITY and not set(before.units).isdisjoint(after.units)
    )


def without_refused(pieces: Sequence[Piece]) -> tuple[Sequence[Piece], bool]:
    """不是复合的，42.5的: the answer without what it refuses, and whether it refuses anything."""
    found: list[Piece] = []
    refuses = False
    at = 0
    while at < len(pieces):
        opens = not found or found[-1].is_gap
        if opens and (behind := _behind_denied(pieces, at)) > at:
            refuses, at = True, behind
            continue
        end = _behind_refused(pieces, at) if opens and _refuses(pieces, at) else at
        refuses = refuses or end > at
        if end == at:
            found.append(pieces[at])
            end = at + 1
        at = end
    return (found, True) if refuses else (pieces, False)


def _refuses(pieces: Sequence[Piece], at: int) -> bool:
    """不是20的, and 别周五了 of a day."""
    is_day = at + 1 < len(pieces) and pieces[at + 1].shape is Shape.DATE
    return pieces[at].text in PHRASES.refusals or (pieces[at].text == "别" and is_day)


def _behind_denied(pieces: Sequence[Piece], start: int) -> int:
    """两个小唐都不是，是阿龙: where the next clause begins, if this one ends with a denial."""
    reach = range(start, min(start + BACK_MAX, len(pieces)))
    end = next((at for at in reach if pieces[at].shape is Shape.BREAK), reach.stop)
    is_denied = end > start + 1 and pieces[end - 1].text in PHRASES.denials
    return end + 1 if is_denied and end + 1 < len(pieces) else start


def _behind_refused(pieces: Sequence[Piece], mark: int) -> int:
    """Where what is wanted begins; `mark` where nothing is."""
    end = mark + 1
    while end < len(pieces) and not pieces[end].is_gap and pieces[end].text not in PHRASES.instead:
        end += 1
    while end < len(pieces) and (pieces[end].is_gap or pieces[end].text in PHRASES.instead or pieces[end].has(Cue.ME)):
        end += 1
    return end if end < len(pieces) else mark


def _next(pieces: Sequence[Piece], at: int) -> Sequence[Piece]:
    """The piece behind a place, over commas and blanks; none at the end."""
    for index in range(at + 1, min(at + 1 + AHEAD_MAX, len(pieces))):
        if not pieces[index].is_gap:
            return pieces[index : index + 1]
    return ()


def _last(pieces: Sequence[Piece], at: int) -> Sequence[Piece]:
    """The piece before a place, over commas and blanks; none at the beginning."""
    for index in range(at - 1, max(at - 1 - AHEAD_MAX, -1), -1):
        if not pieces[index].is_gap:
            return pieces[index : index + 1]
    return ()


def turned(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """是6片不是8片 said as 不是，6片: what holds may come first."""
    found: list[Piece] = []
    start = at = 0
    while at < len(pieces):
        piece = pieces[at]
        if piece.text == REFUSAL and (first := _first_of(found, start)) is not None:
            end = at + 1
            while end < len(pieces) and end - at <= REFUSED_MAX and not pieces[end].is_gap:
                end += 1
            if found[first + 1 :] and _share_a_kind(found[first + 1 :], pieces[at + 1 : end]):
                found[first] = replace(piece, text=_AMENDED)
                at = end
                continue
        if piece.text == REFUSAL and _refuses_another(found, pieces, at):
            break
        if piece.text == REFUSAL and _repeats(found, pieces, at):
            at += 2
            continue
        found.append(piece)
        at += 1
        if piece.shape is Shape.BREAK:
            start = len(found)
    return found


def opened(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """5包才对 said as 不对，5包: what ends a clause in a correction begins it."""
    found: list[Piece] = []
    for at, piece in enumerate(pieces):
        start = _start_of_held(found) if piece.text in PHRASES.holding and stands_alone(pieces, at) else len(found)
        if 0 < start < len(found):
            found.insert(start, replace(piece, text=_WRONG, start=found[start].start, end=found[start].start))
        else:
            found.append(piece)
    return found


def _start_of_held(found: Sequence[Piece]) -> int:
    """Where the clause begins, or in one breath the last thing with its amount: 破了水泥84包才对."""
    start = len(found)
    while start and not found[start - 1].is_gap:
        start -= 1
    clause = found[start:]
    if sum(piece.shape in COUNTED for piece in clause) < 2 and not any(piece.intents for piece in clause):
        return start
    if found[-1].shape not in COUNTED:
        return len(found)
    start = len(found) - 1
    while start and is_part(found[start - 1]):
        start -= 1
    return start


def absent(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """不对，没有路锥 said as 不要路锥: what is denied right behind a correction is taken out."""
    found = list(pieces)
    for at, piece in enumerate(pieces):
        if piece.text not in PHRASES.absent or at == 0 or at + 1 >= len(pieces) or not is_head(pieces[at + 1]):
            continue
        if any(before.has(Cue.CORRECT) for before in _last(pieces, at)) and stands_alone(pieces, at + 1):
            found[at] = replace(piece, word=_GONE)
    return found


def _repeats(found: Sequence[Piece], pieces: Sequence[Piece], mark: int) -> bool:
    """给李四班组不是张三班组; 何队领4组，不是董飞: what holds stands before, and behind 不是 what does not.

    Over other words only at the end of a message: 不是一组，安装二组领的 tells itself what holds.
    """
    if not found or mark + 1 >= len(pieces) or not stands_alone(pieces, mark + 1):
        return False
    refused = pieces[mark + 1]
    is_last = all(piece.is_gap for piece in pieces[mark + 2 :])
    before = next((p for p in reversed(found[-BACK_MAX:]) if are_alike(p, refused)), None) if is_last else found[-1]
    return before is not None and are_alike(before, refused) and not is_same(before, refused)


def _refuses_another(found: Sequence[Piece], pieces: Sequence[Piece], mark: int) -> bool:
    """5x10电缆80米，不是4x25的: at the end a thing is refused that was not said, so what stands before holds."""
    if len(pieces) - mark > 2 * REFUSED_MAX:
        return False
    refused = [piece for piece in pieces[mark + 1 :] if not (piece.is_gap or piece.has(Cue.OF))]
    if not refused or len(refused) > REFUSED_MAX or not any(p.shape is Shape.QUANTITY for p in found):
        return False
    is_thing = all(is_part(piece) or piece.shape in (Shape.SIZE, Shape.NUMBER) for piece in refused)
    said = "".join(piece.text for piece in found)
    return is_thing and any(map(is_part, found)) and not any(piece.text in said for piece in refused)


def _first_of(clause: Sequence[Piece], start: int) -> int | None:
    """Where 是 begins a clause, behind small words."""
    for index in range(start, min(start + 3, len(clause))):
        if clause[index].text in PHRASES.instead:
            return index
        if not (clause[index].is_gap or clause[index].has(Cue.FILL)):
            return None
    return None


def _share_a_kind(holds: Sequence[Piece], refused: Sequence[Piece]) -> bool:
    said, other = ({kind for piece in side for kind in kinds(piece) or measures(piece)} for side in (holds, refused))
    return not said.isdisjoint(other)
