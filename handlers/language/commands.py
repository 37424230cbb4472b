"""What is to be done: requisitions, receipts, issues and all the others that are done to an amount."""

from typing import Final

from handlers.language.acts import Act, Decision
from handlers.language.lexicon import Domain
from handlers.language.pieces import Shape
from handlers.language.queries import asks_how
from handlers.language.verbs import ARRIVALS, LINE_INTENTS, VERBS
from handlers.language.view import View
from handlers.language.vocabulary import PHRASES, Cue

_REQUISITION: Final = "requisition.create"
_SOFT: Final = ("了", "呢", "啊", "呀")


def command(view: View, acts: list[Act]) -> Decision | None:
    """The command of a message; several intents where it says several; None where it says none."""
    if how := asks_how(view, acts):
        return how
    is_counted = any(p.number for p in view.pieces if p.shape in (Shape.QUANTITY, Shape.NUMBER))
    if view.is_question and not (view.has_amount and (is_counted or view.has_material)):
        return None
    is_asked = _ends_asking(view) or any(piece.text in PHRASES.questions for piece in view.pieces)
    if Cue.LATER in view.cues or is_asked:
        return _asked(view, acts)
    acts = [act for act in acts if act.intent in LINE_INTENTS and not is_in_reason(view, act)]
    strong = [act for act in acts if act.is_strong]
    clear = [act for act in acts if view.pieces[act.index].text in VERBS.clear]
    strong = [act for act in strong if not _is_need(view, act, [*strong, *clear])]
    if view.asks and acts and all(view.is_attribute(act) for act in acts):
        return None  # 昨天领的那两盒好不好使
    told = [act for act in strong if not view.is_attribute(act)] or (strong if view.has_amount else [])
    if not told:
        told = _weak(view, acts)
    told = sorted([*told, *_clear(view, acts, told)], key=lambda act: act.index)
    if not told:
        return None
    return _one_of(view, told)


def _is_need(view: View, act: Act, others: list[Act]) -> bool:
    """采购5条，后天到货: beside another verb it says until when."""
    before = view.beside(act.index, -1)
    is_due = before is not None and (before.shape is Shape.DATE or before.has(Cue.NEED))
    return is_due and view.pieces[act.index].has(Cue.NEED) and any(other.intent != act.intent for other in others)


def _ends_asking(view: View) -> bool:
    """领了20包没有; but 领了2瓶没登记 asks nothing."""
    last = next((piece for piece in reversed(view.pieces) if not (piece.is_gap or piece.text in _SOFT)), None)
    return last is not None and last.asks_last


def _asked(view: View, acts: list[Act]) -> Decision | None:
    """是不是领了20包: a question about what has been, whatever number is in it."""
    is_asked = _ends_asking(view) or any(piece.text in PHRASES.questions for piece in view.pieces)
    if view.cues & {Cue.LATER, Cue.SAYS} or any(view.is_permission(act) for act in acts):
        return None  # 以后谁领…都得拿旧的来换; 谁说要退货的
    if is_asked and view.has_material and any(act.intent in ARRIVALS for act in acts):
        return Decision(("ledger.query",), acts[0].index)
    return None


def _weak(view: View, acts: list[Act]) -> list[Act]:
    """领, 买, 退 alone are commands only beside something they can be done to."""
    if not (view.has_material or view.has_amount):
        arrivals = [act for act in acts if act.intent == "receipt.create" and view.has_document]
        return arrivals[:1]
    if not view.has_material:
        acts = [act for act in acts if view.pieces[act.index].text in VERBS.clear]
    usable = [
        act
        for act in acts
        if view.has_amount
        or (
            (view.pieces[act.index].text in VERBS.clear or len(view.pieces[act.index].text) > 1)
            and not view.is_attribute(act)
        )
    ]
    usable = [act for act in usable if _has_place(view, act)]
    usable = [act for act in usable if not (view.pieces[act.index].has(Cue.TO, Cue.NEED) and len(usable) > 1)]
    usable = [act for act in usable if not view.is_attribute(act)] or (usable if view.has_amount else [])
    first = min((act.index for act in usable), default=-1)
    return [act for act in usable if act.index == first][:1]


def _has_place(view: View, act: Act) -> bool:
    """转, 搬 and the like are transfers only where it is said to what place."""
    if act.intent != "transfer.create" or view.pieces[act.index].text in VERBS.clear:
        return True
    return any(
        (piece.has(Cue.TO, Cue.GIVE, Cue.DONE) and not (view.is_setting(act.intent, index) or _points(view, index)))
        or piece.codes(Domain.PROJECT)
        or piece.codes(Domain.WAREHOUSE)
        for index, piece in enumerate(view.pieces)
    )


def _points(view: View, index: int) -> bool:
    """往左挪, 往上: a direction is no place."""
    after = view.pieces[index + 1] if index + 1 < len(view.pieces) else None
    return after is not None and after.text[:1] in PHRASES.directions


def _clear(view: View, acts: list[Act], told: list[Act]) -> list[Act]:
    """领…5个，退…2个: a short verb with an amount in a clause of its own is a command beside the other."""
    found: list[Act] = []
    elsewhere = {view.clause(other.index).start for other in told}
    for act in acts:
        if act.is_strong or view.pieces[act.index].text not in VERBS.clear or view.is_attribute(act):
            continue
        if view.counts(act.index) and (
            view.clause(act.index).start not in elsewhere or any(_is_parted(view, act, other) for other in told)
        ):
            found.append(act)
    return found


def _is_parted(view: View, act: Act, other: Act) -> bool:
    """领扎丝二十公斤顺便申购扎丝一百公斤: an amount, and a word that says here begins another thing."""
    first, second = sorted((act.index, other.index))
    between = view.pieces[first + 1 : second]
    is_counted = any(piece.shape is Shape.QUANTITY for piece in between)
    return act.intent != other.intent and is_counted and any(piece.text in PHRASES.parting for piece in between)


def is_in_reason(view: View, act: Act) -> bool:
    """作废…，领错材料了: a later clause that names neither thing nor amount gives a ground."""
    start = view.clause(act.index).start - 1
    if view.first_reasoned >= act.index or start < 0:
        return False
    if view.last_thing < view.last_correction < act.index:
        return False  # 报损1套，不对，是退货
    if act.is_strong and not view.is_strange(act.index) and not _says_more(view, act):
        return False  # 报一下：…，请购
    return view.last_thing < start


def _says_more(view: View, act: Act) -> bool:
    """Whether anything but the verb and small words stands in its clause."""
    others = (view.pieces[i] for i in view.clause(act.index) if i != act.index)
    return any(not (p.is_gap or p.has(Cue.FILL)) for p in others)


def _one_of(view: View, told: list[Act]) -> Decision:
    intents = list(dict.fromkeys(act.intent for act in told))
    if _REQUISITION in intents and not any(piece.codes(Domain.SUPPLIER) for piece in view.pieces):
        intents = [intent for intent in intents if intent != "purchase_order.create"]  # 申请买10桶，抗菌漆也买二十桶
    for main, beside in VERBS.absorbed:
        if main in intents and beside in intents and _is_one_act(view, told, main, beside):
            intents.remove(beside)
    first = next(act for act in told if act.intent == intents[0])
    return Decision(tuple(intents), first.index)


def _is_one_act(view: View, told: list[Act], main: str, beside: str) -> bool:
    """Two words are one act when no other thing and amount stands between them."""
    places = [act.index for act in told if act.intent in (main, beside)]
    between = view.pieces[min(places) : max(places)]
    return not any(p.shape is Shape.QUANTITY for p in between) or not any(
        p.shape is Shape.QUANTITY for p in view.pieces[max(places) :]
    )
