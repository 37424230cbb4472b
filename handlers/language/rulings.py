"""Approving, rejecting, cancelling and asking after a document."""

from itertools import islice
from typing import Final

from handlers.language.acts import Act, Decision
from handlers.language.lexicon import Domain
from handlers.language.pieces import Shape
from handlers.language.unmeant import is_unmeant
from handlers.language.verbs import DOCUMENT_INTENTS, LINE_INTENTS, RULINGS, VERBS
from handlers.language.view import View
from handlers.language.vocabulary import PHRASES, Cue

_REFUSALS: Final = frozenset(("approval.reject", "document.cancel"))
_RECORDS: Final = frozenset(("labor.record", "rental.record"))
# A tail of fewer pieces says nothing of its own.
_FEW: Final = 3


def ruling(view: View, acts: list[Act]) -> Decision | None:
    """The ruling on a document or the question where it stands; two where a message says two; None where neither."""
    found = [
        act
        for act in acts
        if act.intent in DOCUMENT_INTENTS
        and is_about_document(view, act)
        and not (_is_said_of(view, act) or is_unmeant(view, act))
    ]
    found = _said_last(view, found)
    is_told = not view.asks and any(act.is_strong and act.intent in RULINGS for act in found)
    is_asked = view.is_question and Shape.DOCUMENT in view.shapes and not (view.has_amount or is_told)
    if is_asked and not any(act.intent in ("approval.reject", "document.cancel") for act in found):
        return _status(view, acts, acts[0].index if acts else -1)
    if not found:
        return Decision(("document.status",)) if _is_number_alone(view) else None
    if any(act.intent == "approval.approve" for act in found) and _is_conditional(view, acts):
        return _ruling_and_command(view, acts, found)
    if two := _two_rulings(view, found) or _ruling_and_command(view, acts, found):
        return two
    rejecting = [act for act in found if act.intent in ("approval.reject", "document.cancel")]
    status = [act for act in found if act.intent == "document.status"]
    if rejecting and not (status and view.is_question):
        return Decision((rejecting[0].intent,), rejecting[0].index)
    if status:
        return _status(view, acts, status[0].index)
    others = {act.intent for act in acts if act.is_strong and act.index < found[0].index and act.intent in LINE_INTENTS}
    return None if others and view.has_amount else Decision((found[0].intent,), found[0].index)


def _is_number_alone(view: View) -> bool:
    """SG20261122-009, and nothing else: whoever pastes it wants to see the document."""
    told = [piece for piece in view.pieces if not (piece.is_gap or piece.has(Cue.FILL))]
    return [piece.shape for piece in told] == [Shape.DOCUMENT]


def _said_last(view: View, found: list[Act]) -> list[Act]:
    """撤回，哦不是撤回，是问到哪了: right behind a correction the last word counts."""
    last = view.last_correction
    later = [act for act in found if act.index > last >= 0]
    if not later or later[0].index == found[0].index:
        return found
    between = view.pieces[last + 1 : later[-1].index]
    is_right_behind = all(p.is_gap or p.has(Cue.FILL, Cue.CORRECT) or p.intents for p in between)
    return [later[-1]] if is_right_behind else found


def _status(view: View, acts: list[Act], index: int) -> Decision:
    """到哪了？还有待我审批的列一下: another question may stand beside it."""
    asked = [act for act in acts if act.is_strong and act.intent.endswith((".query", ".list"))]
    beside = next((act for act in asked if view.is_joined(act.index, max(index, 0))), None)
    return Decision(("document.status",) if beside is None else ("document.status", beside.intent), index)


def _is_said_of(view: View, act: Act) -> bool:
    """被驳回了, 谁撤回的, 撤回了吗: a ruling is spoken of; 确认收货 is none at all."""
    if act.intent == "document.status":
        return False
    before, after = view.beside(act.index, -1), view.beside(act.index, 1)
    if before is not None and before.text.endswith("被"):
        return True
    if view.pieces[act.index].text == "确认" and after is not None and after.intents.keys() & LINE_INTENTS:
        return True
    behind = (view.pieces[i] for i in range(act.index + 1, len(view.pieces)))
    tail = list(islice((p for p in behind if not p.is_gap and p.text != "了"), _FEW))
    return view.is_asked_before(act.index) or (len(tail) > 0 and tail[0].text in PHRASES.questions and len(tail) < _FEW)


def _is_conditional(view: View, acts: list[Act]) -> bool:
    """同意，但是…; 批准，改成30: only under a condition, which the book cannot keep."""
    is_changed = Cue.CORRECT in view.cues and not _two_rulings(view, acts)
    approving = {view.clause(act.index) for act in acts if act.intent == "approval.approve"}
    is_later = Cue.LATER in view.cues and any(view.pieces[i].has(Cue.LATER) for clause in approving for i in clause)
    return is_changed or is_later or any(piece.text.startswith(PHRASES.conditions) for piece in view.pieces)


def _two_rulings(view: View, found: list[Act]) -> Decision | None:
    """批准一张，驳回另一张; 批准还是驳回 is no decision either."""
    rulings = [act for act in found if act.is_strong and act.intent in RULINGS]
    intents = tuple(dict.fromkeys(act.intent for act in rulings))
    if len(intents) < 2:
        return None
    documents = {value for p in view.pieces if p.shape is Shape.DOCUMENT for value in p.values}
    last = view.last_correction
    later = [act for act in rulings if act.index > last]
    if last >= 0 and later and later[0] is not rulings[0] and len(documents) < 2:
        return Decision((later[0].intent,), later[0].index)
    is_torn = any(piece.text in PHRASES.choices for piece in view.pieces)
    return Decision(intents, rulings[0].index) if len(documents) > 1 or is_torn else None


def _ruling_and_command(view: View, acts: list[Act], found: list[Act]) -> Decision | None:
    """同意，另外领20包: a clause with a verb and an amount of its own is a command beside the approval."""
    first = found[0]
    for act in acts:
        if act.is_strong and act.intent.endswith((".query", ".list")):
            if view.is_joined(act.index, first.index):
                return Decision((first.intent, act.intent), first.index)
            if view.is_joined(first.index, act.index):
                return Decision((act.intent, first.intent), act.index)
        is_done = view.counts(act.index) or (act.is_strong and act.intent == "receipt.create")
        is_before = act.index < first.index and act.intent in LINE_INTENTS and is_done
        if is_before and view.is_joined(first.index, act.index):
            return Decision((act.intent, first.intent), act.index)  # 领2支结构胶，再把…批准了
        if first.intent not in ("approval.approve", "document.cancel"):
            continue
        is_record = act.intent in _RECORDS and act.is_strong and view.counts(act.index)
        if is_record and act.index > first.index not in view.clause(act.index):
            return Decision((first.intent, act.intent), first.index)  # 撤回…，然后记工3工日
        if act.intent not in LINE_INTENTS or not (act.is_strong or view.pieces[act.index].text in VERBS.clear):
            continue
        if act.index > first.index not in view.clause(act.index) and view.counts(act.index):
            return Decision((first.intent, act.intent), first.index)
    return None


def is_about_document(view: View, act: Act) -> bool:
    """Whether a document is meant, though it may not be named."""
    if view.has_document:
        return True
    if act.intent == "document.status":
        text = view.pieces[act.index].text
        if text in PHRASES.came and view.has_material:
            return False  # 闸阀到货没: a question about the thing
        if _is_about_people(view):
            return False  # 水电班的人都到哪了
        return text not in PHRASES.states or _says_document(view)
    if view.says_kind(act.index) and not (view.has_amount or view.has_material or view.is_question):
        return True  # 申购单作废一下, 把昨天的入库单作废
    if view.asks or view.is_attribute(act):
        return False  # 通过南门能到工地吗; 作废的图纸
    after = view.pieces[act.index + 1] if act.index + 1 < len(view.pieces) else None
    is_led_on = after is not None and (after.shape is Shape.HUMAN or after.codes(Domain.PERSON))
    if is_led_on or (after is not None and view.pieces[act.index].text == "通过" and after.codes(Domain.PROJECT)):
        return False  # 我同意老郭说的; 通过隧道
    if after is not None and after.shape is Shape.UNKNOWN and len(after.text) > 1:
        return False  # 拒绝酒驾, 同意楼上的
    if not (view.first == act.index or _is_bid(view, act) or _is_said_anew(view, act)):
        return False
    return not (view.has_amount and view.has_material and act.intent == "approval.approve")


def _is_bid(view: View, act: Act) -> bool:
    """给我驳回."""
    return all(p.is_gap or p.has(Cue.FILL, Cue.ME, Cue.GIVE) for p in view.pieces[: act.index])


def _is_said_anew(view: View, act: Act) -> bool:
    """驳回，哦不，同意: right behind a correction."""
    last = view.last_correction
    return act.index > last >= 0 and all(p.is_gap or p.has(Cue.FILL) for p in view.pieces[last + 1 : act.index])


def _is_about_people(view: View) -> bool:
    return not _says_document(view) and any(
        piece.shape is Shape.HUMAN or piece.codes(Domain.TEAM) or piece.codes(Domain.PERSON) for piece in view.pieces
    )


def _says_document(view: View) -> bool:
    return any("单" in piece.text and (piece.intents or piece.has(Cue.THAT)) for piece in view.pieces)
