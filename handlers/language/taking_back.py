"""What takes back all that was said: 不要了, 先不领了, 结果没用上. What takes back one thing of it, items.py knows."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from handlers.language.acts import Act
from handlers.language.endings import TEXT_MAX, is_ending
from handlers.language.items import is_name, is_part
from handlers.language.open_question import CANCEL
from handlers.language.pieces import Piece, Shape
from handlers.language.reading import UNKNOWN, Reading
from handlers.language.refusals import REFUSAL
from handlers.language.verbs import DOCUMENT_INTENTS, LINE_INTENTS, REASONED
from handlers.language.view import View
from handlers.language.vocabulary import CUES, ENDINGS, PHRASES, Cue

# Why these are done may be told, and 不要了 may be why: 退20包，业主不要了.
_SENT_BACK: Final = REASONED - DOCUMENT_INTENTS

_FORBIDS: Final = tuple(word for word in PHRASES.forbids if word.endswith(("别", "甭")))
_OFF: Final = re.compile("|".join(map(re.escape, {*ENDINGS, *PHRASES.undone, *PHRASES.forbids})))
# 明天再说; a longer clause puts off something else.
_PUT_OFF_MAX: Final = 5
_LATER: Final = (*PHRASES.postponed, *(word for word, cues in CUES.items() if Cue.LATER in cues and len(word) > 1))


def takes_all_back(view: View, acts: list[Act]) -> bool:
    """领…20包，不要了; 领…20包 瓦工班 别记: what is taken back names nothing, so it may be everything."""
    if not any(act.intent in LINE_INTENTS for act in acts):
        return False
    is_about_document = view.has_document or not view.has_amount
    is_cancel = is_about_document and any(act.intent in DOCUMENT_INTENTS for act in acts)  # 把退料单作废
    has_ground = is_cancel or any(act.intent in _SENT_BACK for act in acts)
    if _is_left_wrong(view) or (not is_cancel and _ends_called_off(view.pieces, has_ground=has_ground)):
        return True
    if Cue.DROP not in view.cues:
        return False
    start = 0
    for end, piece in enumerate((*view.pieces, None)):
        if piece is None or piece.shape is Shape.BREAK:
            if _drops_nothing(view.pieces[start:end], has_ground=has_ground):
                return True
            start = end + 1
    return False


def _is_left_wrong(view: View) -> bool:
    """…记错了: what is said to be wrong, and not what is right."""
    last = view.last_correction
    if last < 0 or any(act.intent in DOCUMENT_INTENTS | REASONED for act in view.acts()):
        return False
    behind = [piece for piece in view.pieces[last + 1 :] if not (piece.is_gap or piece.has(Cue.FILL, Cue.OF))]
    if not behind or view.pieces[last].text != REFUSAL:
        return not behind
    said = "".join(piece.text for piece in view.pieces[:last])
    return all(_names(piece) and piece.text in said for piece in behind)  # 领4x25电缆80米，不是4x25的


def _drops_nothing(clause: Sequence[Piece], *, has_ground: bool) -> bool:
    """Whether 不要了 stands in a clause without a thing to drop: alone, or behind what is told of a counted thing.

    地漏不要了 drops it, and so does 地漏6个不要了; 领地漏6个 瓦工班 不要了 leaves open what is not wanted, while in
    退地漏6个 瓦工班 不要了 it is why.
    """
    drops = [at for at, piece in enumerate(clause) if piece.has(Cue.DROP)]
    if not drops:
        return False
    start = drops[-2] + 1 if len(drops) > 1 else 0  # 52.5的不要了 取消
    before, behind = clause[start : drops[-1]], clause[drops[-1] :]
    if any(map(_names, behind)) and not (any(map(_names, before)) and any(p.shape is Shape.QUANTITY for p in behind)):
        return False  # 算了细砂不要了
    if has_ground or not any(map(_names, before)):
        return not any(map(_names, before))
    told = next((index for index in reversed(range(len(before))) if _is_told(before[index])), -1)
    if any(map(_names, before[told + 1 :])):
        return False
    return any(piece.shape in (Shape.QUANTITY, Shape.NUMBER) for piece in before)


def _names(piece: Piece) -> bool:
    return is_part(piece) or piece.shape in (Shape.SIZE, Shape.NUMBER)


def _is_told(piece: Piece) -> bool:
    """What is done, when, for whom: behind it a thing of before is no longer spoken of."""
    return is_name(piece) or bool(piece.intents) or piece.shape in (Shape.DATE, Shape.MENTION)


def _ends_called_off(pieces: Sequence[Piece], *, has_ground: bool) -> bool:
    """…瓦工班 先不领了, …主体结构 先别报, …结果没用上: the last words call it off."""
    if not _OFF.search("".join(piece.text for piece in pieces[-TEXT_MAX:])[-TEXT_MAX:]):
        return False  # as most
    said, is_act = "", True
    for index in reversed(range(len(pieces))):
        piece = pieces[index]
        said = piece.text + said
        if len(said) > TEXT_MAX or (piece.has(Cue.DROP) and not has_ground):
            return False  # 不要了 may be said of the last thing alone
        if not piece.is_gap and _is_apart(pieces, index) and _calls_off(said, has_ground=has_ground):
            return True
        if is_act and index + 1 < len(pieces) and piece.text in PHRASES.forbids:
            return True
        is_busy = piece.has(Cue.FILL) and piece.text not in PHRASES.leisure
        is_act = is_act and (piece.is_gap or is_busy or bool(piece.intents))
    return False


def _is_apart(pieces: Sequence[Piece], at: int) -> bool:
    """Not 剩下的 还没送来, which is said of the rest alone."""
    before = pieces[at - 1] if at else None
    return before is None or before.is_gap or before.shape is not Shape.WORD or _names(before) or _is_told(before)


def _calls_off(said: str, *, has_ground: bool) -> bool:
    """Whether these words say that nothing came of it. Where a ground may be told, 没用上 is one."""
    if has_ground:
        return is_ending(said) and said.strip(" ,，。.!") not in PHRASES.needless
    plain = said.strip(" ,，。.!")
    while start := next((word for word in PHRASES.afterwards if plain.startswith(word)), ""):
        plain = plain.removeprefix(start).lstrip(" ,，")
    return plain in PHRASES.undone or is_ending(said)


def takes_back(said: str, intent: str) -> bool:
    """被水泡了，取消: whether the last words of a ground or a remark call off what it belongs to."""
    last = re.split(r"[\s,，。;；]", said.strip(" ,，。.!；;"))[-1]
    is_off = _puts_off(last) or (len(last) <= TEXT_MAX and _calls_off(last, has_ground=intent in _SENT_BACK))
    return last != said and is_off


def answer_back(pieces: Sequence[Piece], pending: Reading) -> Reading | None:
    """3吨，算了; 白色的 先不领了: what an answer is that ends by calling the question off, or by putting it off.

    不要了 right behind a thing, or behind its place in the list, is said of that line alone, where there are more.
    """
    if pending.intent not in LINE_INTENTS:
        return None
    for at in reversed(range(1, len(pieces))):
        last = pieces[at:]
        said = "".join(piece.text for piece in last).strip(" ,，。.!;")
        if len(said) > TEXT_MAX:
            return None
        if not pieces[at - 1].is_gap:
            continue
        if _calls_off(said, has_ground=pending.intent in _SENT_BACK):
            is_of_line = len(pending.lines) > 1 and any(piece.has(Cue.DROP) for piece in last)
            return None if is_of_line and _points_at_line(pieces[:at]) else CANCEL
        if _puts_off(said):  # 算了算了，我回头再弄
            opening = takewhile(lambda piece: piece.shape is not Shape.BREAK, pieces)
            return CANCEL if is_ending("".join(piece.text for piece in opening)) else UNKNOWN
    return None


def _points_at_line(pieces: Sequence[Piece]) -> bool:
    """中砂 不要了, 第二个 不要了, and not 中砂20方 不要了."""
    end = next((at + 1 for at in reversed(range(len(pieces))) if pieces[at].shape is not Shape.SPACE), 0)
    start = next((at + 1 for at in reversed(range(end)) if pieces[at].shape is Shape.BREAK), 0)
    clause = pieces[start:end]
    is_pointed = any(_names(p) or p.text.endswith("第") or p.text in PHRASES.pointed for p in clause)
    return is_pointed and not any(piece.shape is Shape.QUANTITY or _is_told(piece) for piece in clause)


def _puts_off(said: str) -> bool:
    """先别报, 明天再说: whether a short clause forbids what stands before it, or puts it off."""
    is_forbidden = said.startswith(_FORBIDS) and not said.startswith("别的")
    return len(said) <= _PUT_OFF_MAX and (is_forbidden or any(word in said for word in _LATER))
