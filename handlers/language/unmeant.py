"""A ruling that is spoken of and not given: 要是便宜就同意, 忘了同意SG…, 撤销LL…吗, 同意SG…之前先问我."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from handlers.language.acts import Act
from handlers.language.endings import is_ending
from handlers.language.pieces import Piece, Shape
from handlers.language.verbs import RULINGS
from handlers.language.view import View
from handlers.language.vocabulary import PHRASES, Cue

# A tail of so many pieces is no ground.
_TAIL_MAX: Final = 3
_TOLD: Final = frozenset((Shape.DOCUMENT, Shape.PRICE, Shape.AMOUNT))


def is_unmeant(view: View, act: Act) -> bool:
    """Whether what stands before the verb, or behind the document, makes no ruling of it."""
    if act.intent not in RULINGS:
        return False
    led = [view.pieces[at] for at in view.clause(act.index) if at < act.index and not view.pieces[at].is_gap]
    if any(piece.has(Cue.UNREAL, Cue.LATER) or (piece.has(Cue.VAGUE) and len(piece.text) > 1) for piece in led):
        return True
    turning = PHRASES.averted | PHRASES.looking
    last = next((piece for piece in reversed(led) if not piece.has(Cue.FILL) or piece.text in turning), None)
    if last is not None and (last.shape is Shape.DATE or last.text in turning):
        return True  # 昨天同意了, 提醒我同意, 查一下撤销
    opening = next(piece for piece in view.pieces if not piece.is_gap)
    if opening.has(Cue.UNREAL, Cue.LATER) and view.clause(act.index).start > 0:
        return True  # 举个例子，同意…
    tail = _behind(view, act)
    same = takewhile(lambda piece: piece.shape is not Shape.BREAK, tail)  # 批准CG…，下回早点发 puts nothing off
    is_put_off = act.intent != "approval.reject" and any(piece.has(Cue.LATER) for piece in same)
    return is_put_off or _is_undone(tail, act.intent)


def _behind(view: View, act: Act) -> list[Piece]:
    """What is said behind the document, or behind the verb where none is named there."""
    told = [at for at, piece in enumerate(view.pieces) if piece.shape in _TOLD]
    start = max([act.index, *told]) + 1
    return [piece for piece in view.pieces[start:] if piece.shape is not Shape.SPACE and piece.text != "了"]


def _is_undone(tail: Sequence[Piece], intent: str) -> bool:
    """Whether a tail asks, or calls off what was said; 驳回SG…，先别买 and 撤回SG… 不要了 tell why."""
    if not tail:
        return False
    said = "".join(piece.text for piece in tail).strip(" ,，。.!")
    first = next((piece for piece in tail if not piece.is_gap), tail[0])
    is_forbidding = intent == "approval.reject" and first.text in PHRASES.forbids
    if is_forbidding or (intent != "approval.approve" and said in PHRASES.needless):
        return False
    if first.text in PHRASES.circumstances or said in PHRASES.undone or is_ending(said):
        return True
    is_short = sum(not piece.is_gap for piece in tail) < _TAIL_MAX
    is_asked = tail[-1].text in PHRASES.questions or first.asks_last
    return is_short and (is_asked or first.text in PHRASES.forbids)
