"""What is said anew takes the place of what it corrects: 调到A座，错了，B座 is 调到B座.

Days, shares, documents and names are settled here, and amounts of a line that is named by its place. Other materials
and amounts are left to the lines, which alone know what is meant; of 不是50的，是110的 they are given what holds.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handlers.language.items import is_part
from handlers.language.lexicon import Domain, Word
from handlers.language.pieces import Piece, Shape
from handlers.language.vocabulary import PHRASES, Cue

# So far before a correction what it corrects may stand, and so far behind it its value.
_BACK_MAX: Final = 60
_AHEAD_MAX: Final = 8
# So many pieces a thing that is refused may have: 不是 4平方 的 红 线.
_REFUSED_MAX: Final = 6
_SHAPES: Final = frozenset((Shape.DATE, Shape.DOCUMENT, Shape.PERCENT))
# What a name may be exchanged for: a place for a place, a party for a party.
_GROUPS: Final = (
    frozenset((Domain.PROJECT, Domain.WAREHOUSE)),
    frozenset((Domain.SUPPLIER, Domain.CUSTOMER)),
    frozenset((Domain.TEAM, Domain.PERSON)),
    frozenset((Domain.STAGE,)),
    frozenset((Domain.EQUIPMENT,)),
)
_LINKS: Final = (Cue.FILL, Cue.CORRECT, Cue.RECALL, Cue.TO, Cue.GIVE, Cue.FROM, Cue.LIST, Cue.OF, Cue.ME)
_COUNTED: Final = frozenset((Shape.QUANTITY, Shape.NUMBER, Shape.SIZE))
_REFUSAL: Final = "不是"
_AMENDED: Final = "改成"
_NO: Final = "不"
_MARK: Final = Word(_NO, cues=frozenset((Cue.CORRECT,)))
# 第 2 条 改成 60包
_ADDRESS_LENGTH: Final = 4


def settled(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces with every such correction carried out."""
    if not any(piece.has(Cue.CORRECT, Cue.RECALL) or piece.text == _NO for piece in pieces):
        return pieces
    pieces = _turned([_amended(pieces, at) for at in range(len(pieces))])
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        end = at
        if _is_mark(pieces, at):
            end = _carried_out(found, pieces, at)
        elif pieces[at].text.endswith("第"):
            end = _recounted(found, pieces, at)
        if end == at:
            found.append(pieces[at])
            end = at + 1
        at = end
    return found


def _amended(pieces: Sequence[Piece], at: int) -> Piece:
    """1台，不，是32路的: a no of its own before 是 corrects."""
    if pieces[at].text != _NO or not at or at + 1 >= len(pieces):
        return pieces[at]
    is_alone = pieces[at - 1].is_gap and pieces[at + 1].is_gap
    is_mark = is_alone and any(piece.text in PHRASES.instead for piece in _next(pieces, at))
    return replace(pieces[at], word=_MARK) if is_mark else pieces[at]


def without_refused(pieces: Sequence[Piece]) -> tuple[Sequence[Piece], bool]:
    """不是复合的，42.5的: the answer without what it refuses, and whether it refuses anything."""
    found: list[Piece] = []
    refuses = False
    at = 0
    while at < len(pieces):
        opens = not found or found[-1].is_gap
        end = _behind_refused(pieces, at) if opens and pieces[at].text in PHRASES.refusals else at
        refuses = refuses or end > at
        if end == at:
            found.append(pieces[at])
            end = at + 1
        at = end
    return (found, True) if refuses else (pieces, False)


def _behind_refused(pieces: Sequence[Piece], mark: int) -> int:
    """Where what is wanted begins; `mark` where nothing is."""
    end = mark + 1
    while end < len(pieces) and not pieces[end].is_gap and pieces[end].text not in PHRASES.instead:
        end += 1
    while end < len(pieces) and (pieces[end].is_gap or pieces[end].text in PHRASES.instead or pieces[end].has(Cue.ME)):
        end += 1
    return end if end < len(pieces) else mark


def _is_mark(pieces: Sequence[Piece], at: int) -> bool:
    """不对, and 等等 before 是."""
    if pieces[at].has(Cue.CORRECT):
        return True
    return pieces[at].has(Cue.RECALL) and any(
        piece.text in PHRASES.instead or piece.has(Cue.CORRECT) for piece in _next(pieces, at)
    )


def _next(pieces: Sequence[Piece], at: int) -> Sequence[Piece]:
    """The piece behind a place, over commas and blanks; none at the end."""
    for index in range(at + 1, min(at + 1 + _AHEAD_MAX, len(pieces))):
        if not pieces[index].is_gap:
            return pieces[index : index + 1]
    return ()


def _turned(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """是6片不是8片 said as 不是，6片: what holds may come first."""
    found: list[Piece] = []
    start = at = 0
    while at < len(pieces):
        piece = pieces[at]
        if piece.text == _REFUSAL and (first := _first_of(found, start)) is not None:
            end = at + 1
            while end < len(pieces) and end - at <= _REFUSED_MAX and not pieces[end].is_gap:
                end += 1
            if found[first + 1 :] and _are_alike(found[first + 1 :], pieces[at + 1 : end]):
                found[first] = replace(piece, text=_AMENDED)
                at = end
                continue
        found.append(piece)
        at += 1
        if piece.shape is Shape.BREAK:
            start = len(found)
    return found


def _first_of(clause: Sequence[Piece], start: int) -> int | None:
    """Where 是 begins a clause, behind small words."""
    for index in range(start, min(start + 3, len(clause))):
        if clause[index].text in PHRASES.instead:
            return index
        if not (clause[index].is_gap or clause[index].has(Cue.FILL)):
            return None
    return None


def _are_alike(holds: Sequence[Piece], refused: Sequence[Piece]) -> bool:
    said, other = ({kind for piece in side for kind in _kinds(piece) or _measures(piece)} for side in (holds, refused))
    return not said.isdisjoint(other)


def _measures(piece: Piece) -> frozenset[object]:
    if piece.shape in _COUNTED:
        return frozenset(("size" if piece.shape is Shape.SIZE else "amount",))
    return frozenset(("part",)) if is_part(piece) else frozenset()


def _recounted(found: list[Piece], pieces: Sequence[Piece], at: int) -> int:
    """第二条改成60包: the second amount is another."""
    behind = pieces[at + 1 : at + 1 + _ADDRESS_LENGTH]
    mark = next((i for i, piece in enumerate(behind) if piece.has(Cue.CORRECT)), None)
    amount = behind[mark + 1] if mark and mark + 1 < len(behind) else None
    said = behind[0].number or "" if behind else ""
    place = int(said) if mark and said.isdecimal() else 0
    amounts = [index for index, piece in enumerate(found) if piece.shape is Shape.QUANTITY]
    if amount is None or mark is None or amount.shape is not Shape.QUANTITY or not 0 < place <= len(amounts):
        return at
    old = found[amounts[place - 1]]
    found[amounts[place - 1]] = replace(amount, start=old.start, end=old.end)
    return at + mark + 3


def _carried_out(found: list[Piece], pieces: Sequence[Piece], mark: int) -> int:
    """Put what is said behind a mark where what it corrects stood; where the rest begins, `mark` where nothing is."""
    if _is_trailing(found, pieces, mark):
        return mark + 1
    if found and found[-1].shape is Shape.UNKNOWN:
        return mark  # 型号不对: told of something
    value = _value(found, pieces, mark)
    if value is None:
        return _refused(found, pieces, mark)
    place = _corrected(found, pieces[value])
    if place is None:
        return mark
    if _is_same(found[place], pieces[value]):  # 不是海螺，是宏达
        other = _value(found, pieces, value) if _is_refusal(pieces, mark, value) else None
        if other is None or not (_alike(found[place], pieces[other]) or _is_unit(pieces[other])):
            return mark
        value = other
    if _is_source(pieces, value) and not _is_source(found, place):
        return mark  # 说反了，是从中心库调到A座
    old = found[place]
    found[place] = _exchanged(old, pieces[value])
    end = value + 1
    while end < len(pieces) and pieces[end].has(Cue.OF):
        end += 1
    if _counts_on(pieces, end):
        found.append(pieces[mark])  # …，不对，李四班组30包: the amount is corrected too
    elif found[-1].shape is Shape.BREAK and end < len(pieces) and pieces[end].shape is Shape.BREAK:
        end += 1
    return end


def _is_refusal(pieces: Sequence[Piece], mark: int, value: int) -> bool:
    return any(piece.text == _REFUSAL for piece in pieces[mark:value])


def _is_source(pieces: Sequence[Piece], at: int) -> bool:
    return at > 0 and pieces[at - 1].has(Cue.FROM)


def _is_trailing(found: Sequence[Piece], pieces: Sequence[Piece], mark: int) -> bool:
    """应该是DN100的，写错了: the last word only says that what stands before it was a correction."""
    if not all(piece.is_gap or piece.has(Cue.FILL) for piece in pieces[mark + 1 :]):
        return False
    return any(piece.has(Cue.CORRECT) for piece in found[-_BACK_MAX:])


def _exchanged(old: Piece, new: Piece) -> Piece:
    if _is_unit(new):
        return replace(old, shape=Shape.QUANTITY, units=new.word.units if new.word is not None else ())
    return replace(new, start=old.start, end=old.end)


def _counts_on(pieces: Sequence[Piece], start: int) -> bool:
    """Whether a thing or an amount follows in the same clause."""
    for piece in pieces[start : start + _AHEAD_MAX]:
        if piece.shape is Shape.BREAK:
            return False
        if is_part(piece) or piece.shape in _COUNTED:
            return True
    return False


def _value(found: Sequence[Piece], pieces: Sequence[Piece], mark: int) -> int | None:
    """The day, document, share or name that a mark brings, over small words and the verb itself alone."""
    for at in range(mark + 1, min(mark + 1 + _AHEAD_MAX, len(pieces))):
        piece = pieces[at]
        if _kinds(piece) and not (_is_unit(piece) and not _stands_alone(pieces, at)):
            return at
        is_repeated = bool(piece.intents) and any(piece.intents.keys() & p.intents.keys() for p in found[-_BACK_MAX:])
        if not (piece.is_gap or piece.has(*_LINKS) or is_repeated):
            return None
    return None


def _stands_alone(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a clause ends behind a place."""
    return at + 1 == len(pieces) or pieces[at + 1].is_gap


def _corrected(found: Sequence[Piece], value: Piece) -> int | None:
    """The nearest one before that it may stand for."""
    start = max(len(found) - _BACK_MAX, 0)
    for at in reversed(range(start, len(found))):
        is_counted = found[at].shape in (Shape.QUANTITY, Shape.NUMBER) and found[at].number is not None
        if _alike(found[at], value) or (_is_unit(value) and is_counted):
            return at
    return None


def _alike(old: Piece, new: Piece) -> bool:
    return not _kinds(old).isdisjoint(_kinds(new))


def _is_same(old: Piece, new: Piece) -> bool:
    if _is_unit(new):
        return new.word is not None and old.units == new.word.units
    if old.shape is not Shape.WORD:
        return (old.values, old.number, old.when) == (new.values, new.number, new.when)
    return old.word == new.word or old.text == new.text


def _kinds(piece: Piece) -> frozenset[object]:
    """What a piece is, as far as one may be exchanged for another; empty where it is none of these."""
    if piece.shape in _SHAPES:
        return frozenset((piece.shape,))
    if _is_unit(piece):
        return frozenset(("unit",))
    word = piece.word
    if word is None or not word.names or is_part(piece) or word.intents or word.cues:
        return frozenset()
    return frozenset(group for group in _GROUPS if not group.isdisjoint(word.names))


def _is_unit(piece: Piece) -> bool:
    word = piece.word
    return piece.shape is Shape.WORD and word is not None and bool(word.units) and not (is_part(piece) or word.names)


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
        if pieces[end].text in PHRASES.instead:
            found.append(pieces[mark])
            return end
        if not pieces[end].is_gap:
            break
    return mark


def _is_told(piece: Piece) -> bool:
    return is_part(piece) or piece.has(Cue.OF) or piece.shape in (Shape.NUMBER, Shape.SIZE) or bool(piece.intents)
