"""What is asked for: the verbs of a message, weighed against its other words."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from handlers.language.acts import NOTHING, Act, Decision
from handlers.language.commands import command, is_in_reason
from handlers.language.lexicon import Domain
from handlers.language.moods import is_denied, is_put_off
from handlers.language.pieces import Piece, Shape
from handlers.language.queries import query
from handlers.language.rulings import is_about_document, ruling
from handlers.language.taking_back import takes_all_back
from handlers.language.verbs import ARRIVALS, DOCUMENT_INTENTS, LINE_INTENTS, MATERIAL_QUERIES, RULINGS, VERBS
from handlers.language.view import View
from handlers.language.vocabulary import PHRASES, Cue
from handlers.language.work import record

_REFUSALS: Final = frozenset(("approval.reject", "document.cancel"))
_NEGATABLE: Final = LINE_INTENTS | RULINGS | {"labor.record", "rental.record", "progress.report"}
# A message with more verbs is a story, not a command.
_ACTS_MAX: Final = 300


def decide(
    pieces: Sequence[Piece], *, has_document: bool = False, has_material: bool = False, has_table: bool = False
) -> Decision:
    """Everything that is no clear command is nothing.

    `has_document`: the message quotes a document; `has_material`: it points at a material without naming it;
    `has_table`: materials and amounts stand in a pasted table, not in the pieces.
    """
    view = View(pieces, has_document=has_document, has_material=has_material, has_table=has_table)
    exception = _exception(view)
    if exception is not None:
        return exception
    acts = view.acts()
    if len(acts) > _ACTS_MAX or _is_unreal(view) or _is_forbidden(view, acts):
        return NOTHING
    acts = _without_grounds(view, acts)
    denied = [act for act in acts if act.intent in _NEGATABLE and _is_off(view, act) and not _is_in_ground(view, act)]
    if takes_all_back(view, acts) or (denied and not _asks_instead(view, acts, denied)):
        return NOTHING
    acts = [act for act in acts if act not in denied]
    if _is_calm(view, acts) or _is_circumstance(view):
        return NOTHING
    acts = _after_correction(view, acts)
    return ruling(view, acts) or record(view, acts) or query(view, acts) or command(view, acts) or NOTHING


def _is_unreal(view: View) -> bool:
    """听说…, 万一…, 做梦…: what begins so is not meant, whatever verbs follow."""
    opening = next((p for p in view.pieces if not (p.is_gap or p.shape in (Shape.MENTION, Shape.DATE))), None)
    return opening is not None and opening.has(Cue.UNREAL) and not view.has_document


def _is_forbidden(view: View, acts: list[Act]) -> bool:
    """先别把扎丝报废5千克: the clause begins with a denial, however far its verb is."""
    opening = next((at for at, piece in enumerate(view.pieces) if not (piece.is_gap or piece.has(Cue.FILL))), -1)
    if opening < 0 or view.pieces[opening].text not in PHRASES.forbids:
        return False
    denied = [act for act in acts if act.intent in _NEGATABLE and act.index in view.clause(opening)]
    return bool(denied) and not _asks_instead(view, acts, denied)


def _without_grounds(view: View, acts: list[Act]) -> list[Act]:
    """驳回，先别买: verbs behind a refusal that are done to no amount are its ground."""
    ruling = next((act for act in acts if act.intent in _REFUSALS and is_about_document(view, act)), None)
    if ruling is None:
        return acts
    return [
        act for act in acts if act.index <= ruling.index or act.intent not in LINE_INTENTS or view.counts(act.index)
    ]


def _is_aside(view: View, act: Act) -> bool:
    """钥匙插不进, 审到哪了，等着要呢: a small verb in a clause where nothing is named or counted, only told."""
    if view.counts(act.index) or view.names(act.index):
        return False
    if _is_of_the_rest(view, act):
        return True
    if act.is_strong:
        return False
    if view.has_document and not view.has_amount:
        return True
    return view.clause(act.index).start > 0 and view.is_strange(act.index)


def _is_of_the_rest(view: View, act: Act) -> bool:
    """先收30顶，剩下的还没送来: what is told of what is not spoken of here."""
    clause = view.clause(act.index)
    return clause.start > 0 and view.pieces[clause.start].text in PHRASES.others


def _asks_instead(view: View, acts: list[Act], denied: list[Act]) -> bool:
    """先别领，看看电焊条还有多少: what is not done names nothing, and a question stands apart."""
    asked = {view.clause(act.index).start for act in acts if act.is_strong and act.intent in MATERIAL_QUERIES}
    if not asked or view.has_amount or not view.has_material:
        return False
    return all(
        view.clause(act.index).start not in asked and not view.names(act.index) and not view.is_strange(act.index)
        for act in denied
    )


def _is_off(view: View, act: Act) -> bool:
    if _is_aside(view, act):
        return False
    if act.intent in ARRIVALS and view.has_material and not view.has_amount and view.asks:
        return False  # 水泥怎么还没到
    return is_denied(view.pieces, act) or is_put_off(view.pieces, act) or _is_warning(view, act)


def _is_in_ground(view: View, act: Act) -> bool:
    """应急灯6个退货，充不进电: a short verb behind what was sent back belongs to why."""
    return not act.is_strong and view.has_amount and view.has_material and is_in_reason(view, act)


def _is_warning(view: View, act: Act) -> bool:
    """领料别忘了签字: behind a verb that is done to nothing, a denial forbids something else."""
    if view.has_material or view.has_amount or view.has_document or act.intent not in LINE_INTENTS:
        return False
    return view.is_denied_behind(act.index)


def _is_notice(view: View, index: int) -> bool:
    """发现问题及时上报, 质量问题谁负责: about such things in general, or about one that is known."""
    after = view.pieces[index + 1] if index + 1 < len(view.pieces) else None
    if after is None or after.is_gap:
        return False
    clause = [view.pieces[i] for i in view.clause(index) if i > index]
    return after.has(Cue.NOTICE) or any(p.asks for p in clause)


def _is_circumstance(view: View) -> bool:
    """领水泥20包之前先问我, 领20包的时候小心: the deed tells when, and is not asked for."""
    return any(
        piece.shape is Shape.QUANTITY and after.text in PHRASES.circumstances and after.start == piece.end
        for piece, after in pairwise(view.pieces)
    )


def _is_calm(view: View, acts: list[Act]) -> bool:
    """Words among people. A firm verb with an amount outweighs them; 收到 may itself be one."""
    if Cue.CALM not in view.cues:
        return False
    places = [i for i, p in enumerate(view.pieces) if p.has(Cue.CALM) and not (p.word is not None and p.word.names)]
    calm = [view.pieces[i] for i in places]
    apart = {view.clause(i).start for i in places}
    is_ruling = view.has_document and any(
        act.intent in DOCUMENT_INTENTS or (act.intent == "receipt.create" and act.is_strong) for act in acts
    )
    if not calm or is_ruling or (view.has_amount and _has_command(view, acts)):
        return False
    if view.has_material and any(act.is_strong and act.intent in MATERIAL_QUERIES for act in acts):
        return False  # 食堂的墙砖余量
    if any(act.intent in LINE_INTENTS and _is_apart(view, act, apart) for act in acts):
        return False  # 退20包，多领了
    is_about = view.has_material and (view.has_amount or view.asks)
    return not (is_about and all(piece.intents for piece in calm))


def _is_apart(view: View, act: Act, calm: set[int]) -> bool:
    """A clear verb with thing and amount in a clause of its own, to which the rest is a ground."""
    if not (act.is_strong or view.pieces[act.index].text in VERBS.clear):
        return False
    clause = view.clause(act.index)
    is_counted = view.counts(act.index) and view.names(act.index)
    return is_counted and clause.start not in calm


def _has_command(view: View, acts: list[Act]) -> bool:
    """微信转到老刘200块 moves no material; 记工4.5 needs none."""
    return any(
        act.is_strong
        and not act.intent.endswith((".query", ".list"))
        and (view.has_material or act.intent not in LINE_INTENTS)
        for act in acts
    )


def _exception(view: View) -> Decision | None:
    first = told = view.first
    while 0 <= first < len(view.pieces) - 1 and _is_place(view.pieces[first]):
        first += 1  # 泵站异常：基坑渗水
    if first >= 0 and "exception.report" in view.pieces[first].intents:
        after = view.pieces[first + 1] if first + 1 < len(view.pieces) else None
        if _is_notice(view, first) or (first > told and after is not None and not after.is_gap):
            return None  # 今天异常冷
        if after is None or after.is_gap or view.pieces[first].text != "问题":
            return Decision(("exception.report",), first)
    return None


def _is_place(piece: Piece) -> bool:
    """Where something happened, or when: what may stand before 异常."""
    is_named = bool(piece.codes(Domain.PROJECT) or piece.codes(Domain.STAGE) or piece.codes(Domain.TEAM))
    return is_named or piece.shape in (Shape.DATE, Shape.SPACE, Shape.PLACE)


def _after_correction(view: View, acts: list[Act]) -> list[Act]:
    """领…，不对，退…: the last word counts."""
    last = view.last_correction
    later = [act for act in acts if act.index > last and act.intent in LINE_INTENTS and _is_meant(view, act, last)]
    return later if last >= 0 and later else acts


def _is_meant(view: View, act: Act, last: int) -> bool:
    """不对是领一百个: a short verb right behind the correction counts as well."""
    between = view.pieces[last + 1 : act.index]
    is_clear = view.pieces[act.index].text in VERBS.clear and all(p.is_gap or p.has(Cue.FILL) for p in between)
    return act.is_strong or is_clear
