"""What is said anew takes the place of what it corrects: 调到A座，错了，B座 is 调到B座.

Days, shares, documents and names are settled here, and amounts of a line that is named by its place. Other materials
and amounts are left to the lines, which alone know what is meant; of 不是50的，是110的 they are given what holds.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handlers.language.items import is_head, is_part
from handlers.language.lexicon import Domain, Lexicon, Word
from handlers.language.pieces import Piece, Shape
from handlers.language.vocabulary import PHRASES, Cue

# So far before a correction what it corrects may stand, and so far behind it its value.
_BACK_MAX: Final = 60
_NUMERAL: Final = "[一二三四五六七八九十0-9]{1,2}"
_NUMBERED: Final = re.compile(rf"({_NUMERAL})([班队组号标区期栋])")
_AHEAD_MAX: Final = 8
# So many pieces a thing that is refused may have: 不是 4平方 的 红 线.
_REFUSED_MAX: Final = 6
_SHAPES: Final = frozenset((Shape.DATE, Shape.DOCUMENT, Shape.PERCENT, Shape.PRICE, Shape.AMOUNT, Shape.LOT))
# What a name may be exchanged for: a place for a place, a party for a party.
_GROUPS: Final = (
    frozenset((Domain.PROJECT, Domain.WAREHOUSE)),
    frozenset((Domain.SUPPLIER, Domain.CUSTOMER)),
    frozenset((Domain.TEAM, Domain.PERSON)),
    frozenset((Domain.STAGE,)),
    frozenset((Domain.EQUIPMENT,)),
)
_LINKS: Final = (
    Cue.FILL, Cue.CORRECT, Cue.RECALL, Cue.TO, Cue.GIVE, Cue.FROM, Cue.LIST, Cue.OF, Cue.ME, Cue.THAT,
)  # fmt: skip
_COUNTED: Final = frozenset((Shape.QUANTITY, Shape.NUMBER, Shape.SIZE))
_REFUSAL: Final = "不是"
_AMENDED: Final = "改成"
_NO: Final = "不"
_PLACED: Final = "第"
_WRONG: Final = "错"
_MARK: Final = Word(_NO, cues=frozenset((Cue.CORRECT,)))
# 第 2 条 改成 60包
_ADDRESS_LENGTH: Final = 4


def settled(pieces: Sequence[Piece], lexicon: Lexicon) -> Sequence[Piece]:
    """The pieces with every such correction carried out."""
    if not any(piece.has(Cue.CORRECT, Cue.RECALL) or piece.text.endswith((_NO, _PLACED)) for piece in pieces):
        return pieces
    pieces = _turned([_amended(pieces, at) for at in range(len(pieces))])
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        end = at
        if pieces[at].has(Cue.CORRECT):
            end = _renamed(found, pieces, at, lexicon)
            end = _carried_out(found, pieces, at) if end == at else end
        elif pieces[at].text.endswith(_PLACED) or pieces[at].text in PHRASES.ends:
            end = _recounted(found, pieces, at)
        if end == at:
            found.append(pieces[at])
            end = at + 1
        at = end
    return found


def _amended(pieces: Sequence[Piece], at: int) -> Piece:
    """1台，不，是32路的; 六成哦七成: what corrects only where it stands."""
    piece = pieces[at]
    if piece.has(Cue.CORRECT) or not 0 < at < len(pieces) - 1:
        return piece
    before, after = pieces[at - 1], pieces[at + 1]
    is_alone = before.is_gap and after.is_gap
    is_led = any(other.text in PHRASES.instead for other in _next(pieces, at))
    is_mark = (piece.text == _NO and is_alone and is_led) or (piece.text == _WRONG and is_alone)
    if piece.has(Cue.RECALL):
        is_led = is_led or (is_alone and any(other.has(Cue.TO) for other in _next(pieces, at)))  # 到A座，等等，到B座
        is_mark = is_led or _is_said_anew(before, after)
    return replace(piece, word=_MARK) if is_mark else piece


def _is_said_anew(before: Piece, after: Piece) -> bool:
    """Whether two shares, or two amounts of one unit, stand side by side."""
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
    reach = range(start, min(start + _BACK_MAX, len(pieces)))
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
        if piece.text == _REFUSAL and _repeats(found, pieces, at):
            at += 2
            continue
        found.append(piece)
        at += 1
        if piece.shape is Shape.BREAK:
            start = len(found)
    return found


def _repeats(found: Sequence[Piece], pieces: Sequence[Piece], mark: int) -> bool:
    """给李四班组不是张三班组: what holds stands right before, and of its kind what does not right behind."""
    if not found or mark + 1 >= len(pieces) or not _stands_alone(pieces, mark + 1):
        return False
    return _alike(found[-1], pieces[mark + 1]) and not _is_same(found[-1], pieces[mark + 1])


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
    """第二条改成60包, 前面那个改22根: the amount that stands there is another."""
    behind = pieces[at + 1 : at + 1 + _ADDRESS_LENGTH]
    if (gone := next((i for i, piece in enumerate(behind) if piece.has(Cue.DROP)), 0)) and pieces[at].text.endswith(
        "第"
    ):
        return at + gone + 2 if _drop_item(found, behind[0].number or "") else at
    mark = next((i for i, piece in enumerate(behind) if piece.has(Cue.CORRECT)), len(behind))
    amount = behind[mark + 1] if mark + 1 < len(behind) else None
    if amount is None or amount.shape is not Shape.QUANTITY:
        return at
    amounts = [index for index, piece in enumerate(found) if piece.shape is Shape.QUANTITY]
    said = behind[0].number or ""
    place = PHRASES.ends.get(pieces[at].text) or (int(said) if mark and said.isdecimal() else 0)
    if not 0 < abs(place) <= len(amounts):
        return at
    old = amounts[place - 1 if place > 0 else place]
    found[old] = replace(amount, start=found[old].start, end=found[old].end)
    return at + mark + 3


def _renamed(found: list[Piece], pieces: Sequence[Piece], mark: int, lexicon: Lexicon) -> int:
    """给安装一队，不是一队，是二队: the name before with another number in it; where the rest begins."""
    behind = [at for at in range(mark + 1, min(mark + 1 + _AHEAD_MAX, len(pieces))) if not _is_link(pieces[at])]
    at = next(iter(behind[pieces[mark].text == _REFUSAL :]), mark)  # behind what is refused stands what holds
    told = _NUMBERED.fullmatch(pieces[at].text)
    for place in reversed(range(max(len(found) - _BACK_MAX, 0), len(found) if told else 0)):
        word = _numbered_so(found[place], told[1], told[2], lexicon) if told else None
        if word is not None:
            found[place] = replace(found[place], text=word.text, word=word)
            return _behind(found, pieces, mark, at)
    return mark


def _numbered_so(name: Piece, numeral: str, noun: str, lexicon: Lexicon) -> Word | None:
    """安装二队 for 安装一队, where the company has both."""
    if name.word is None or not name.word.names:
        return None
    word = lexicon.get(re.sub(rf"{_NUMERAL}(?={noun})", numeral, name.text, count=1))
    is_other = word is not None and word.text != name.text and word.names.keys() & name.word.names.keys()
    return word if is_other else None


def _is_link(piece: Piece) -> bool:
    return piece.is_gap or piece.has(*_LINKS)


def _drop_item(found: list[Piece], said: str) -> bool:
    """第二项去掉: the clause of the second amount is gone."""
    amounts = [index for index, piece in enumerate(found) if piece.shape is Shape.QUANTITY]
    if not said.isdecimal() or not 0 < int(said) <= len(amounts):
        return False
    at = amounts[int(said) - 1]
    start = next((i for i in reversed(range(at)) if found[i].shape is Shape.BREAK), -1) + 1
    end = next((i for i in range(at, len(found)) if found[i].shape is Shape.BREAK), len(found))
    if sum(found[i].shape is Shape.QUANTITY for i in range(start, end)) > 1 or any(
        found[i].intents for i in range(start, end)
    ):
        return False
    del found[start:end]
    return True


def _carried_out(found: list[Piece], pieces: Sequence[Piece], mark: int) -> int:
    """Put what is said behind a mark where what it corrects stood; where the rest begins, `mark` where nothing is."""
    if _is_trailing(found, pieces, mark):
        return mark + 1
    if found and found[-1].shape is Shape.UNKNOWN:
        return mark  # 型号不对: told of something
    if (end := _amount_exchanged(found, pieces, mark)) > mark:
        return end
    value = _value(found, pieces, mark)
    if value is None and pieces[mark].text in PHRASES.refusals:
        value = _value(found, pieces, _refused_end(pieces, mark) - 1)  # 不是一组，是安装二组
    if value is None:
        return _refused(found, pieces, mark)
    other = _value(found, pieces, value) if _is_refusal(pieces, mark, value) else None
    place = _corrected(found, pieces[value], is_source=_is_source(pieces, value))
    if place is None:  # 出货的库不是总库，从设备库出: what is refused was never said
        return value + 1 if other is not None and _alike(pieces[value], pieces[other]) else mark
    if _is_same(found[place], pieces[value]):  # 不是海螺，是宏达
        if other is None or not (_alike(found[place], pieces[other]) or _is_unit(pieces[other])):
            return mark
        value = other
    found[place] = _exchanged(found[place], pieces[value], is_end=pieces[value - 1].has(Cue.TO))
    return _behind(found, pieces, mark, _other_end(found, pieces, value, place))


def _other_end(found: list[Piece], pieces: Sequence[Piece], value: int, place: int) -> int:
    """是从中心库调到A座: both ends are said anew; where the last of them stands."""
    more = _value(found, pieces, value)
    if more is None or any(piece.is_gap for piece in pieces[value:more]):
        return value
    to = _corrected(found, pieces[more], is_source=False)
    if to is None or to == place:
        return value
    found[to] = _exchanged(found[to], pieces[more], is_end=False)
    return more


def _behind(found: list[Piece], pieces: Sequence[Piece], mark: int, value: int) -> int:
    """Where the rest begins; the mark is kept for an amount that follows."""
    end = value + 1
    while end < len(pieces) and pieces[end].has(Cue.OF):
        end += 1
    if _counts_on(pieces, end):
        found.append(pieces[mark])  # …，不对，李四班组30包
    elif found[-1].shape is Shape.BREAK and end < len(pieces) and pieces[end].shape is Shape.BREAK:
        end += 1
    return end


def _amount_exchanged(found: list[Piece], pieces: Sequence[Piece], mark: int) -> int:
    """单价2350，不是2350是2530: the number that is refused is another; where the rest begins."""
    refused, link, holds = (pieces[at] if at < len(pieces) else None for at in range(mark + 1, mark + 4))
    if pieces[mark].text != _REFUSAL or refused is None or link is None or holds is None:
        return mark
    if refused.number is None or holds.number is None or link.text not in PHRASES.instead:
        return mark
    for at in reversed(range(max(len(found) - _BACK_MAX, 0), len(found))):
        old = found[at]
        if old.number == refused.number and old.shape in (*_COUNTED, Shape.PRICE, Shape.AMOUNT, Shape.PERCENT):
            found[at] = replace(old, number=holds.number, units=holds.units or old.units, text=holds.text)
            return mark + 4
    return mark


def _refused_end(pieces: Sequence[Piece], mark: int) -> int:
    """Where 是 stands behind what is refused; right behind the mark where it does not."""
    for at in range(mark + 1, min(mark + 2 + _REFUSED_MAX, len(pieces))):
        if pieces[at].text in PHRASES.instead:
            return at + 1
    return mark + 1


def _is_refusal(pieces: Sequence[Piece], mark: int, value: int) -> bool:
    return any(piece.text == _REFUSAL for piece in pieces[mark:value])


def _is_source(pieces: Sequence[Piece], at: int) -> bool:
    return at > 0 and pieces[at - 1].has(Cue.FROM)


def _is_trailing(found: Sequence[Piece], pieces: Sequence[Piece], mark: int) -> bool:
    """应该是DN100的，写错了: the last word only says that what stands before it was a correction."""
    behind = pieces[mark + 1 : mark + 2 + _AHEAD_MAX]
    if len(behind) > _AHEAD_MAX or not all(piece.is_gap or piece.has(Cue.FILL) for piece in behind):
        return False
    return any(piece.has(Cue.CORRECT) for piece in found[-_BACK_MAX:])


def _exchanged(old: Piece, new: Piece, *, is_end: bool) -> Piece:
    """The new in the place of the old. `is_end`: 到15号, where a period stood, is another end of it."""
    if _is_unit(new):
        return replace(old, shape=Shape.QUANTITY, units=new.word.units if new.word is not None else ())
    if new.shape is Shape.PRICE:
        return replace(new, start=old.start, end=old.end, units=new.units or old.units, values=old.values)
    if is_end and old.when is not None and new.when is not None and not old.when.is_day:
        past, ahead = (old.when.past[0], new.when.past[1]), (old.when.ahead[0], new.when.ahead[1])
        return replace(old, when=replace(old.when, past=past, ahead=ahead))
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


def _corrected(found: Sequence[Piece], value: Piece, *, is_source: bool) -> int | None:
    """The nearest one before that it may stand for: of a transfer, where it comes from or where it goes to."""
    start = max(len(found) - _BACK_MAX, 0)
    for at in reversed(range(start, len(found))):
        is_counted = found[at].shape in (Shape.QUANTITY, Shape.NUMBER) and found[at].number is not None
        is_apart = is_source and not _is_source(found, at)
        if (_alike(found[at], value) and not is_apart) or (_is_unit(value) and is_counted):
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
        if pieces[end].text in PHRASES.instead or (end > at and is_head(pieces[end])):
            found.append(pieces[mark])
            return end
        if not pieces[end].is_gap:
            break
    return mark


def _is_told(piece: Piece) -> bool:
    return is_part(piece) or piece.has(Cue.OF) or piece.shape in (Shape.NUMBER, Shape.SIZE) or bool(piece.intents)
