"""What is recorded without a document: labour, machines, progress."""

from typing import Final

from handlers.language.acts import Act, Decision
from handlers.language.lexicon import Domain
from handlers.language.pieces import Piece, Shape
from handlers.language.verbs import LINE_INTENTS
from handlers.language.view import View
from handlers.language.vocabulary import PHRASES, UNITS, Cue

_TOLD: Final = ("上报", "汇报")


def record(view: View, acts: list[Act]) -> Decision | None:
    """The record where one is told; two acts where another is told or asked beside it; None where there is none."""
    intents = {act.intent: act.index for act in acts}
    if "cost.query" in intents or any(_is_idle(piece) for piece in view.pieces):
        return None
    if view.is_question or any(act.is_strong and act.intent in LINE_INTENTS for act in acts):
        return None
    units = {unit for piece in view.pieces if piece.shape is Shape.QUANTITY for unit in piece.units}
    is_hired = view.has_machine and bool(units & UNITS.hired) and not _may_be_asked(view, intents)
    worked = [
        intent
        for intent, is_told in (
            ("rental.record", is_hired or "rental.record" in intents or bool(units & UNITS.rental)),
            ("labor.record", "labor.record" in intents or bool(units & UNITS.labour)),
        )
        if is_told
    ]
    if worked:
        return _worked(view, acts, worked, intents)
    if view.cues & {Cue.LATER, Cue.PLAN}:
        return None
    return _progress(view, acts, intents)


def _may_be_asked(view: View, intents: dict[str, int]) -> bool:
    """能不能借龙门吊用一天: whether it may be, and not that it was."""
    return "rental.record" not in intents and any(piece.text in PHRASES.modals for piece in view.pieces)


def _is_idle(piece: Piece) -> bool:
    """停工, 维修: neither machine nor man was at work."""
    return piece.has(Cue.IDLE) or (piece.shape is Shape.UNKNOWN and piece.text.startswith(PHRASES.idle))


def _worked(view: View, acts: list[Act], worked: list[str], intents: dict[str, int]) -> Decision:
    """塔吊2个台班，木工班记工10个工 are two; 记工6个工，再查下库存 as well."""
    first = intents.get(worked[0], -1)
    if len(worked) > 1 and _are_apart(view):
        return Decision(tuple(worked), first)
    if (progress := intents.get("progress.report", -1)) >= 0 and _is_share_apart(view, progress):
        return Decision(("progress.report", worked[0]), progress)
    for act in acts:
        if act.is_strong and act.intent.endswith((".query", ".list")) and view.is_joined(act.index, first):
            return Decision((worked[0], act.intent), first)
    return Decision((worked[0],), first)


def _are_apart(view: View) -> bool:
    """Whether days of labour and hours of a machine are counted in clauses of their own."""
    labour, rental = set[int](), set[int]()
    machines = {view.clause(i).start for i, piece in enumerate(view.pieces) if piece.codes(Domain.EQUIPMENT)}
    for index, piece in enumerate(view.pieces):
        if piece.shape is not Shape.QUANTITY:
            continue
        clause, units = view.clause(index), set(piece.units)
        is_hired = clause.start in machines and bool(units & UNITS.hired)
        if is_hired or units & UNITS.rental:
            rental.add(clause.start)
        elif units & UNITS.labour:
            labour.add(clause.start)
    return bool(labour) and bool(rental) and not labour & rental


def _is_share_apart(view: View, index: int) -> bool:
    """桩基完成90%，桩基班记工12工日: the share stands in a clause without days of work."""
    return any(view.pieces[i].shape is Shape.PERCENT for i in view.clause(index)) and not view.counts(index)


def _progress(view: View, acts: list[Act], intents: dict[str, int]) -> Decision | None:
    has_stage = any(piece.codes(Domain.STAGE) for piece in view.pieces)
    if "progress.report" in intents:
        if Shape.PERCENT in view.shapes or (has_stage and not view.has_material and not view.has_amount):
            return Decision(("progress.report",), intents["progress.report"])
        if any(told in view.pieces[act.index].text for act in acts for told in _TOLD):
            return Decision(("progress.report",), intents["progress.report"])
    if has_stage and Shape.PERCENT in view.shapes and not acts:
        return Decision(("progress.report",))
    return None
