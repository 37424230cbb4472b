"""What is asked for: the verbs of a message, weighed against its other words."""

from collections.abc import Sequence
from typing import Final

from handlers.language.acts import NOTHING, Act, Decision
from handlers.language.items import is_part
from handlers.language.lexicon import Domain
from handlers.language.pieces import Piece, Shape
from handlers.language.verbs import DOCUMENT_INTENTS, LINE_INTENTS, REASONED, VERBS
from handlers.language.vocabulary import PHRASES, UNITS, Cue

_ARRIVALS: Final = frozenset(
    ("receipt.create", "issue.create", "return.create", "transfer.create", "supplier_return.create")
)
_NEGATABLE: Final = LINE_INTENTS | {"approval.approve", "document.cancel", "labor.record", "rental.record"}
# A message with more verbs is a story, not a command.
_ACTS_MAX: Final = 300


def decide(pieces: Sequence[Piece], *, has_document: bool = False, has_material: bool = False) -> Decision:
    """Everything that is no clear command is nothing.

    `has_document`: the message quotes a document; `has_material`: it points at a material without naming it.
    """
    return _Judge(pieces, has_document=has_document, has_material=has_material).decide()


class _Judge:
    def __init__(self, pieces: Sequence[Piece], *, has_document: bool, has_material: bool) -> None:
        self.pieces = pieces
        self.shapes = {piece.shape for piece in pieces}
        self.has_material = has_material or any(is_part(piece) or piece.shape is Shape.SIZE for piece in pieces)
        self.has_amount = bool(self.shapes & {Shape.QUANTITY, Shape.NUMBER})
        self.has_document = (
            has_document or Shape.DOCUMENT in self.shapes or any(piece.has(Cue.THAT) for piece in pieces)
        )
        self.is_question = any(piece.has(Cue.ASK) or piece.intents.get("stock.query") is False for piece in pieces)

    def decide(self) -> Decision:
        exception = self._exception()
        if exception is not None:
            return exception
        acts = self._acts()
        if len(acts) > _ACTS_MAX:
            return NOTHING
        if any(self._is_negated(act) for act in acts) or self._takes_all_back(acts):
            return NOTHING
        if self._is_calm(acts):
            return NOTHING
        acts = self._after_correction(acts)
        found = self._document_act(acts) or self._record(acts) or self._query(acts) or self._command(acts)
        return found or NOTHING

    def _is_calm(self, acts: list[Act]) -> bool:
        """Words among people. A firm verb with an amount outweighs them; 收到 may itself be one."""
        calm = [piece for piece in self.pieces if piece.has(Cue.CALM)]
        is_ruling = self.has_document and any(act.intent in DOCUMENT_INTENTS for act in acts)
        if not calm or is_ruling or (self.has_amount and any(act.is_strong for act in acts)):
            return False
        return not (self.has_amount and self.has_material and all(piece.intents for piece in calm))

    def _acts(self) -> list[Act]:
        return [
            Act(intent, strong, index)
            for index, piece in enumerate(self.pieces)
            for intent, strong in piece.intents.items()
        ]

    def _words(self) -> list[int]:
        return [
            index for index, piece in enumerate(self.pieces) if not piece.is_gap and piece.shape is not Shape.MENTION
        ]

    def _exception(self) -> Decision | None:
        words = [i for i in self._words() if not self.pieces[i].has(Cue.FILL) or self.pieces[i].intents]
        if words and "exception.report" in self.pieces[words[0]].intents:
            after = self.pieces[words[0] + 1] if words[0] + 1 < len(self.pieces) else None
            if after is None or after.is_gap or self.pieces[words[0]].text != "问题":
                return Decision(("exception.report",), words[0])
        return None

    def _is_negated(self, act: Act) -> bool:
        if act.intent not in _NEGATABLE:
            return False
        before = list(self.pieces[max(act.index - 3, 0) : act.index])
        for piece in reversed(before):
            if piece.has(Cue.NOT) and not piece.has(Cue.CORRECT):
                return True
            if piece.text == "不是" and not any(p.shape is Shape.QUANTITY for p in self.pieces[: act.index]):
                return True
            if not (piece.shape is Shape.SPACE or piece.has(Cue.FILL)):
                return False
        return False

    def _takes_all_back(self, acts: list[Act]) -> bool:
        """领…20包，不要了: what is taken back names nothing, so it may be everything."""
        if not any(act.intent in LINE_INTENTS for act in acts):
            return False
        drops = named = False
        for piece in self.pieces:
            if piece.shape is Shape.BREAK:
                if drops and not named:
                    return True
                drops = named = False
            drops, named = drops or piece.has(Cue.DROP), named or _names(piece)
        return drops and not named

    def _after_correction(self, acts: list[Act]) -> list[Act]:
        """领…，不对，退…: the last word counts."""
        last = max((i for i, piece in enumerate(self.pieces) if piece.has(Cue.CORRECT)), default=-1)
        later = [act for act in acts if act.index > last and act.is_strong and act.intent in LINE_INTENTS]
        return later if last >= 0 and later else acts

    def _document_act(self, acts: list[Act]) -> Decision | None:
        found = [act for act in acts if act.intent in DOCUMENT_INTENTS and self._is_about_document(act)]
        is_asked = self.is_question and Shape.DOCUMENT in self.shapes and not self.has_amount
        if is_asked and not any(act.intent in ("approval.reject", "document.cancel") for act in found):
            return Decision(("document.status",), acts[0].index if acts else -1)
        if not found:
            return None
        rejecting = [act for act in found if act.intent in ("approval.reject", "document.cancel")]
        status = [act for act in found if act.intent == "document.status"]
        if rejecting and not (status and self.is_question):
            return Decision((rejecting[0].intent,), rejecting[0].index)
        if status:
            return Decision(("document.status",), status[0].index)
        others = {
            act.intent for act in acts if act.is_strong and act.index < found[0].index and act.intent in LINE_INTENTS
        }
        return None if others and self.has_amount else Decision((found[0].intent,), found[0].index)

    def _is_about_document(self, act: Act) -> bool:
        if self.has_document:
            return True
        if act.intent == "document.status":
            return self.pieces[act.index].text not in PHRASES.states or self._says_document()
        words = self._words()
        first = next((i for i in words if not self.pieces[i].has(Cue.FILL) or self.pieces[i].intents), -1)
        return first == act.index and not (self.has_amount and self.has_material and act.intent == "approval.approve")

    def _says_document(self) -> bool:
        return any("单" in piece.text and (piece.intents or piece.has(Cue.THAT)) for piece in self.pieces)

    def _record(self, acts: list[Act]) -> Decision | None:
        intents = {act.intent: act.index for act in acts}
        if "cost.query" in intents:
            return None
        units = {unit for piece in self.pieces if piece.shape is Shape.QUANTITY for unit in piece.units}
        has_machine = any(piece.codes(Domain.EQUIPMENT) for piece in self.pieces)
        others = {a.intent for a in acts if a.is_strong} & LINE_INTENTS
        if not others and ((has_machine and units & UNITS.hired) or "rental.record" in intents or units & UNITS.rental):
            return Decision(("rental.record",), intents.get("rental.record", -1))
        if not others and not self.is_question and ("labor.record" in intents or units & UNITS.labour):
            return Decision(("labor.record",), intents.get("labor.record", -1))
        has_stage = any(piece.codes(Domain.STAGE) for piece in self.pieces)
        if not others and "progress.report" in intents and not self.is_question:
            if Shape.PERCENT in self.shapes or (has_stage and not self.has_material and not self.has_amount):
                return Decision(("progress.report",), intents["progress.report"])
            if any("上报" in self.pieces[a.index].text or "汇报" in self.pieces[a.index].text for a in acts):
                return Decision(("progress.report",), intents["progress.report"])
        if has_stage and Shape.PERCENT in self.shapes and not acts:
            return Decision(("progress.report",))
        return None

    def _query(self, acts: list[Act]) -> Decision | None:
        strong = [act for act in acts if act.is_strong]
        queries = [act for act in strong if act.intent.endswith((".query", ".list")) or act.intent == "help"]
        commands = [act for act in strong if act.intent in LINE_INTENTS]
        counted = Shape.QUANTITY in self.shapes
        if queries:
            for wanted in (
                "help",
                "approval.list",
                "alert.query",
                "cost.query",
                "ledger.query",
                "digest.query",
                "stock.query",
            ):
                first = next((act for act in queries if act.intent == wanted), None)
                if first is None:
                    continue
                if commands and counted and first.intent != "help":
                    return self._both(commands[0], first)
                if first.intent == "help" and (commands or self.has_amount):
                    continue
                return Decision((first.intent,), first.index)
        if self.is_question and self.has_material and not counted:
            if any(act.intent in _ARRIVALS for act in acts):
                return Decision(("ledger.query",), acts[0].index)
            if any(act.intent == "stock.query" for act in acts):
                return Decision(("stock.query",), next(a.index for a in acts if a.intent == "stock.query"))
        return None

    @staticmethod
    def _both(command: Act, query: Act) -> Decision:
        return Decision((command.intent, query.intent), command.index)

    def _command(self, acts: list[Act]) -> Decision | None:
        if self.is_question and not self.has_amount:
            return None
        if any(piece.has(Cue.LATER) or piece.text in PHRASES.questions for piece in self.pieces):
            return self._asked(acts)
        acts = [act for act in acts if act.intent in LINE_INTENTS and not self._is_in_reason(act)]
        strong = [act for act in acts if act.is_strong]
        told = [act for act in strong if not self._is_attribute(act)] or strong
        if not told:
            told = self._weak(acts)
        told = sorted([*told, *self._clear(acts, told)], key=lambda act: act.index)
        if not told:
            return None
        return self._one_of(told)

    def _asked(self, acts: list[Act]) -> Decision | None:
        """是不是领了20包: a question about what has been, whatever number is in it."""
        is_asked = any(piece.text in PHRASES.questions for piece in self.pieces)
        if is_asked and self.has_material and any(act.intent in _ARRIVALS for act in acts):
            return Decision(("ledger.query",), acts[0].index)
        return None

    def _weak(self, acts: list[Act]) -> list[Act]:
        """领, 买, 退 alone are commands only beside something they can be done to."""
        if not (self.has_material or self.has_amount):
            arrivals = [act for act in acts if act.intent == "receipt.create" and self.has_document]
            return arrivals[:1]
        if not self.has_material:
            acts = [act for act in acts if self.pieces[act.index].text in VERBS.clear]
        usable = [
            act
            for act in acts
            if self.has_amount or self.pieces[act.index].text in VERBS.clear or len(self.pieces[act.index].text) > 1
        ]
        usable = [act for act in usable if not (self.pieces[act.index].has(Cue.TO, Cue.NEED) and len(usable) > 1)]
        first = min((act.index for act in usable), default=-1)
        return [act for act in usable if act.index == first][:1]

    def _clear(self, acts: list[Act], told: list[Act]) -> list[Act]:
        """领…5个，退…2个: a short verb with an amount in a clause of its own is a command beside the other."""
        found: list[Act] = []
        for act in acts:
            if act.is_strong or self.pieces[act.index].text not in VERBS.clear or self._is_attribute(act):
                continue
            clause = self._clause(act.index)
            if not any(other.index in clause for other in told) and any(
                self.pieces[i].shape is Shape.QUANTITY for i in clause
            ):
                found.append(act)
        return found

    def _clause(self, index: int) -> range:
        start, end = index, index
        while start > 0 and self.pieces[start - 1].shape is not Shape.BREAK:
            start -= 1
        while end < len(self.pieces) and self.pieces[end].shape is not Shape.BREAK:
            end += 1
        return range(start, end)

    def _is_attribute(self, act: Act) -> bool:
        after = self.pieces[act.index + 1] if act.index + 1 < len(self.pieces) else None
        return after is not None and after.has(Cue.OF)

    def _is_in_reason(self, act: Act) -> bool:
        """作废…，领错材料了: a later clause that names neither thing nor amount gives a ground."""
        earlier = any(p.intents.keys() & REASONED for p in self.pieces[: act.index])
        if not earlier or not any(p.shape is Shape.BREAK for p in self.pieces[: act.index]):
            return False
        start = max(i for i, p in enumerate(self.pieces[: act.index]) if p.shape is Shape.BREAK)
        rest = self.pieces[start:]
        return not any(p.shape is Shape.QUANTITY or is_part(p) for p in rest)

    def _one_of(self, told: list[Act]) -> Decision:
        intents = list(dict.fromkeys(act.intent for act in told))
        for main, beside in VERBS.absorbed:
            if main in intents and beside in intents and self._is_one_act(told, main, beside):
                intents.remove(beside)
        first = next(act for act in told if act.intent == intents[0])
        return Decision(tuple(intents), first.index)

    def _is_one_act(self, told: list[Act], main: str, beside: str) -> bool:
        """Two words are one act when no other thing and amount stands between them."""
        places = [act.index for act in told if act.intent in (main, beside)]
        between = self.pieces[min(places) : max(places)]
        return not any(p.shape is Shape.QUANTITY for p in between) or not any(
            p.shape is Shape.QUANTITY for p in self.pieces[max(places) :]
        )


def _names(piece: Piece) -> bool:
    return is_part(piece) or piece.shape in (Shape.SIZE, Shape.NUMBER)
