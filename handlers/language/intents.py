"""What is asked for: the verbs of a message, weighed against its other words."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Final

from handlers.language.acts import NOTHING, Act, Decision
from handlers.language.items import is_part
from handlers.language.lexicon import Domain, Word
from handlers.language.moods import is_adverb, is_denied, is_noun, is_put_off, is_told
from handlers.language.pieces import Piece, Shape
from handlers.language.verbs import DOCUMENT_INTENTS, LINE_INTENTS, REASONED, VERBS
from handlers.language.vocabulary import DOCUMENTS, PHRASES, UNITS, Cue

_ARRIVALS: Final = frozenset(
    ("receipt.create", "issue.create", "return.create", "transfer.create", "supplier_return.create")
)
_QUERIES: Final = (
    "help", "approval.list", "alert.query", "cost.query", "ledger.query", "digest.query", "stock.query",
)  # fmt: skip
_MOVED: Final = _ARRIVALS | {"scrap.create", "sale.create"}
_REFUSALS: Final = frozenset(("approval.reject", "document.cancel"))
_RULINGS: Final = frozenset(("approval.approve", "approval.reject", "document.cancel"))
_NEGATABLE: Final = LINE_INTENTS | _RULINGS | {"labor.record", "rental.record", "progress.report"}
_HOW_MUCH: Final = Word("多少", cues=frozenset((Cue.ASK,)))
# A tail of fewer pieces says nothing of its own.
_FEW: Final = 3
# 功能, 菜单, 指令 are things that people speak of; longer words ask.
_NOUN_MAX: Final = 2
_STRANGE_MAX: Final = 4
# So far a word looks for the word it belongs to.
_NEAR: Final = 6
# A message with more verbs is a story, not a command.
_ACTS_MAX: Final = 300


def decide(
    pieces: Sequence[Piece], *, has_document: bool = False, has_material: bool = False, has_table: bool = False
) -> Decision:
    """Everything that is no clear command is nothing.

    `has_document`: the message quotes a document; `has_material`: it points at a material without naming it;
    `has_table`: materials and amounts stand in a pasted table, not in the pieces.
    """
    return _Judge(pieces, has_document=has_document, has_material=has_material, has_table=has_table).decide()


class _Judge:
    def __init__(self, pieces: Sequence[Piece], *, has_document: bool, has_material: bool, has_table: bool) -> None:
        self.pieces = pieces
        # 多少 asks for an amount and is none.
        self.pieces = pieces = [_asked_amount(piece) for piece in pieces]
        self.shapes = {piece.shape for piece in pieces}
        self.has_material = (
            has_material or has_table or any(is_part(piece) or piece.shape is Shape.SIZE for piece in pieces)
        )
        self.has_amount = has_table or any(
            piece.shape in (Shape.QUANTITY, Shape.NUMBER) and not self._is_ordinal(index)
            for index, piece in enumerate(pieces)
        )
        self.has_document = (
            has_document or Shape.DOCUMENT in self.shapes or any(piece.has(Cue.THAT) for piece in pieces)
        )
        self.has_machine = any(piece.codes(Domain.EQUIPMENT) for piece in pieces)
        self.is_question = any(piece.has(Cue.ASK) or piece.intents.get("stock.query") is False for piece in pieces)

    def _is_ordinal(self, index: int) -> bool:
        """第一次 counts nothing."""
        return index > 0 and self.pieces[index - 1].text.endswith("第")

    def decide(self) -> Decision:
        exception = self._exception()
        if exception is not None:
            return exception
        acts = self._acts()
        if len(acts) > _ACTS_MAX:
            return NOTHING
        acts = self._without_grounds(acts)
        if any(act.intent in _NEGATABLE and self._is_off(act) for act in acts) or self._takes_all_back(acts):
            return NOTHING
        if self._is_calm(acts):
            return NOTHING
        acts = self._after_correction(acts)
        found = self._document_act(acts) or self._record(acts) or self._query(acts) or self._command(acts)
        return found or NOTHING

    def _without_grounds(self, acts: list[Act]) -> list[Act]:
        """驳回，先别买: verbs behind a refusal that are done to no amount are its ground."""
        ruling = next((act for act in acts if act.intent in _REFUSALS and self._is_about_document(act)), None)
        if ruling is None:
            return acts
        return [
            act
            for act in acts
            if act.index <= ruling.index
            or act.intent not in LINE_INTENTS
            or any(self.pieces[i].shape is Shape.QUANTITY for i in self._clause(act.index))
        ]

    def _is_off(self, act: Act) -> bool:
        if act.intent in _ARRIVALS and self.has_material and not self.has_amount and self._asks:
            return False  # 水泥怎么还没到
        return is_denied(self.pieces, act) or is_put_off(self.pieces, act) or self._is_warning(act)

    @cached_property
    def _asks(self) -> bool:
        """Whether anything is asked; 没 asks only at the end."""
        last = next((p for p in reversed(self.pieces) if not (p.is_gap or p.has(Cue.FILL))), None)
        is_last = last is not None and last.has(Cue.ASK) and last.has(Cue.NOT)
        return is_last or any(piece.has(Cue.ASK) and not piece.has(Cue.NOT) for piece in self.pieces)

    def _is_warning(self, act: Act) -> bool:
        """领料别忘了签字: behind a verb that is done to nothing, a denial forbids something else."""
        if self.has_material or self.has_amount or self.has_document or act.intent not in LINE_INTENTS:
            return False
        return any(self.pieces[i].has(Cue.NOT) for i in self._clause(act.index) if i > act.index)

    def _is_notice(self, index: int) -> bool:
        """发现问题及时上报, 质量问题谁负责: about such things in general, or about one that is known."""
        after = self.pieces[index + 1] if index + 1 < len(self.pieces) else None
        if after is None or after.is_gap:
            return False
        clause = [self.pieces[i] for i in self._clause(index) if i > index]
        return after.has(Cue.NOTICE) or any(p.has(Cue.ASK) and not p.has(Cue.NOT) for p in clause)

    def _is_calm(self, acts: list[Act]) -> bool:
        """Words among people. A firm verb with an amount outweighs them; 收到 may itself be one."""
        calm = [piece for piece in self.pieces if piece.has(Cue.CALM)]
        is_ruling = self.has_document and any(act.intent in DOCUMENT_INTENTS for act in acts)
        if not calm or is_ruling or (self.has_amount and self._has_command(acts)):
            return False
        if any(act.intent in LINE_INTENTS and self._is_apart(act, calm) for act in acts):
            return False  # 退20包，多领了
        is_about = self.has_material and (self.has_amount or self._asks)
        return not (is_about and all(piece.intents for piece in calm))

    def _is_apart(self, act: Act, calm: list[Piece]) -> bool:
        """A clear verb with thing and amount in a clause of its own, to which the rest is a ground."""
        if not (act.is_strong or self.pieces[act.index].text in VERBS.clear):
            return False
        clause = [self.pieces[i] for i in self._clause(act.index)]
        is_counted = any(p.shape is Shape.QUANTITY for p in clause) and any(is_part(p) for p in clause)
        return is_counted and not any(piece in clause for piece in calm)

    @staticmethod
    def _has_command(acts: list[Act]) -> bool:
        return any(act.is_strong and not act.intent.endswith((".query", ".list")) for act in acts)

    def _acts(self) -> list[Act]:
        return [
            Act(intent, strong, index)
            for index, piece in enumerate(self.pieces)
            for intent, strong in piece.intents.items()
            if not self._is_another_thing(intent, index)
        ]

    def _is_another_thing(self, intent: str, index: int) -> bool:
        """Whether a word that may be a verb is none here."""
        pieces = self.pieces
        if (
            (not self.has_amount and is_noun(pieces, index))
            or self._is_setting(intent, index)
            or self._is_paper(intent, pieces[index])
        ):
            return True
        if intent not in LINE_INTENTS:
            return False
        after = pieces[index + 1] if index + 1 < len(pieces) else None
        if after is not None and after.shape is Shape.DOCUMENT and pieces[index].text in DOCUMENTS.kinds:
            return True  # 采购单CG…: what kind of document it is
        if pieces[index].text in PHRASES.arrivals and self.has_machine and not (self.has_material or self.has_amount):
            return True  # 吊车进场
        is_tale = is_told(pieces, index) and not self._asks
        return is_tale or is_adverb(pieces, index) or self._is_preposition(index) or self._is_bought(index)

    def _is_preposition(self, index: int) -> bool:
        """送到总仓: before a place, 到 says where to."""
        piece, after = self.pieces[index], self.pieces[index + 1] if index + 1 < len(self.pieces) else None
        is_short = len(piece.text) == 1 and piece.has(Cue.TO)
        return is_short and after is not None and bool(after.codes(Domain.WAREHOUSE) or after.codes(Domain.PROJECT))

    def _is_paper(self, intent: str, piece: Piece) -> bool:
        """入库单放桌上了: a paper is no command where strange words say what becomes of it."""
        if intent not in LINE_INTENTS or not piece.text.endswith(("单", "表")) or self.has_document:
            return False
        return Shape.UNKNOWN in self.shapes and not (self.has_material or self.has_amount)

    def _is_setting(self, intent: str, index: int) -> bool:
        """转速调到1200: to a number something is set, not moved."""
        after = self.pieces[index + 1] if index + 1 < len(self.pieces) else None
        is_counted = after is not None and after.shape in (Shape.NUMBER, Shape.QUANTITY, Shape.PERCENT)
        return intent == "transfer.create" and is_counted and self.pieces[index].text.endswith("到")

    def _words(self) -> list[int]:
        return [
            index for index, piece in enumerate(self.pieces) if not piece.is_gap and piece.shape is not Shape.MENTION
        ]

    def _exception(self) -> Decision | None:
        words = [i for i in self._words() if not self.pieces[i].has(Cue.FILL) or self.pieces[i].intents]
        if words and "exception.report" in self.pieces[words[0]].intents:
            after = self.pieces[words[0] + 1] if words[0] + 1 < len(self.pieces) else None
            if self._is_notice(words[0]):
                return None
            if after is None or after.is_gap or self.pieces[words[0]].text != "问题":
                return Decision(("exception.report",), words[0])
        return None

    def _takes_all_back(self, acts: list[Act]) -> bool:
        """领…20包，不要了: what is taken back names nothing, so it may be everything."""
        if not any(act.intent in LINE_INTENTS for act in acts):
            return False
        if self._is_left_wrong():
            return True
        drops = named = False
        for piece in self.pieces:
            if piece.shape is Shape.BREAK:
                if drops and not named:
                    return True
                drops = named = False
            drops, named = drops or piece.has(Cue.DROP), named or _names(piece)
        return drops and not named

    def _is_left_wrong(self) -> bool:
        """…记错了: what is said to be wrong, and not what is right."""
        last = max((i for i, piece in enumerate(self.pieces) if piece.has(Cue.CORRECT)), default=-1)
        if last < 0 or any(act.intent in DOCUMENT_INTENTS | REASONED for act in self._acts()):
            return False
        behind = self.pieces[last + 1 :]
        return all(piece.is_gap or piece.has(Cue.FILL) for piece in behind)

    def _after_correction(self, acts: list[Act]) -> list[Act]:
        """领…，不对，退…: the last word counts."""
        last = max((i for i, piece in enumerate(self.pieces) if piece.has(Cue.CORRECT)), default=-1)
        later = [act for act in acts if act.index > last and act.is_strong and act.intent in LINE_INTENTS]
        return later if last >= 0 and later else acts

    def _document_act(self, acts: list[Act]) -> Decision | None:
        found = [
            act
            for act in acts
            if act.intent in DOCUMENT_INTENTS and self._is_about_document(act) and not self._is_said_of(act)
        ]
        is_asked = self.is_question and Shape.DOCUMENT in self.shapes and not self.has_amount
        if is_asked and not any(act.intent in ("approval.reject", "document.cancel") for act in found):
            return Decision(("document.status",), acts[0].index if acts else -1)
        if not found:
            return None
        if any(act.intent == "approval.approve" and self._is_conditional(acts) for act in found):
            return self._ruling_and_command(acts, found)
        if two := self._two_rulings(found) or self._ruling_and_command(acts, found):
            return two
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

    def _is_said_of(self, act: Act) -> bool:
        """被驳回了, 谁撤回的, 撤回了吗: a ruling is spoken of; 确认收货 is none at all."""
        if act.intent == "document.status":
            return False
        before, after = self._beside(act.index, -1), self._beside(act.index, 1)
        if before is not None and before.text.endswith("被"):
            return True
        if self.pieces[act.index].text == "确认" and after is not None and after.intents.keys() & LINE_INTENTS:
            return True
        clause = [self.pieces[i] for i in self._clause(act.index)]
        is_asked = any(p.has(Cue.ASK) and not p.has(Cue.NOT) for p in clause if p.start < self.pieces[act.index].start)
        tail = [p for p in self.pieces[act.index + 1 :] if not p.is_gap and p.text != "了"]
        return is_asked or (len(tail) > 0 and tail[0].text in PHRASES.questions and len(tail) < _FEW)

    def _is_conditional(self, acts: list[Act]) -> bool:
        """同意，但是…; 批准，改成30: only under a condition, which the book cannot keep."""
        is_changed = any(piece.has(Cue.CORRECT) for piece in self.pieces) and not self._two_rulings(acts)
        approving = {i for act in acts if act.intent == "approval.approve" for i in self._clause(act.index)}
        is_later = any(self.pieces[i].has(Cue.LATER) for i in approving if i < len(self.pieces))
        return is_changed or is_later or any(piece.text.startswith(PHRASES.conditions) for piece in self.pieces)

    def _two_rulings(self, found: list[Act]) -> Decision | None:
        """批准一张，驳回另一张; 批准还是驳回 is no decision either."""
        rulings = [act for act in found if act.is_strong and act.intent in _RULINGS]
        intents = tuple(dict.fromkeys(act.intent for act in rulings))
        if len(intents) < 2:
            return None
        documents = {value for p in self.pieces if p.shape is Shape.DOCUMENT for value in p.values}
        last = max((i for i, piece in enumerate(self.pieces) if piece.has(Cue.CORRECT)), default=-1)
        later = [act for act in rulings if act.index > last]
        if last >= 0 and later and later[0] is not rulings[0] and len(documents) < 2:
            return Decision((later[0].intent,), later[0].index)
        is_torn = any(piece.text in PHRASES.choices for piece in self.pieces)
        return Decision(intents, rulings[0].index) if len(documents) > 1 or is_torn else None

    def _ruling_and_command(self, acts: list[Act], found: list[Act]) -> Decision | None:
        """同意，另外领20包: a clause with a verb and an amount of its own is a command beside the approval."""
        first = found[0]
        if first.intent not in ("approval.approve", "document.cancel"):
            return None
        for act in acts:
            if act.intent not in LINE_INTENTS or not (act.is_strong or self.pieces[act.index].text in VERBS.clear):
                continue
            clause = self._clause(act.index)
            if act.index > first.index not in clause and any(self.pieces[i].shape is Shape.QUANTITY for i in clause):
                return Decision((first.intent, act.intent), first.index)
        return None

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
        if any(p.has(Cue.IDLE) or (p.shape is Shape.UNKNOWN and p.text.startswith(PHRASES.idle)) for p in self.pieces):
            return None
        others = {a.intent for a in acts if a.is_strong} & LINE_INTENTS
        if (
            not others
            and not self.is_question
            and ((self.has_machine and units & UNITS.hired) or "rental.record" in intents or units & UNITS.rental)
        ):
            return Decision(("rental.record",), intents.get("rental.record", -1))
        if not others and not self.is_question and ("labor.record" in intents or units & UNITS.labour):
            return Decision(("labor.record",), intents.get("labor.record", -1))
        if any(piece.has(Cue.LATER, Cue.PLAN) for piece in self.pieces):
            return None
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
        commands = [act for act in strong if act.intent in LINE_INTENTS] or self._counted_before(acts, queries)
        counted = Shape.QUANTITY in self.shapes
        if two := self._two_queries(queries):
            return two
        if found := self._first_query(queries, commands, counted=counted):
            return found
        if any(self._is_permission(act) for act in acts):
            return None
        if self.is_question and self.has_material and not counted:
            if any(act.intent in _MOVED for act in acts):
                return Decision(("ledger.query",), acts[0].index)
            if any(act.intent == "stock.query" for act in acts):
                return Decision(("stock.query",), next(a.index for a in acts if a.intent == "stock.query"))
        return None if self.has_material else self._asks_what_was(acts)

    def _first_query(self, queries: list[Act], commands: list[Act], *, counted: bool) -> Decision | None:
        """The question that weighs most, unless something is done to an amount beside it."""
        for wanted in _QUERIES:
            first = next((act for act in queries if act.intent == wanted), None)
            if first is None or (wanted == "digest.query" and counted and self.has_material):
                continue  # 消耗了20包 is told, not asked
            if wanted == "help":
                if self._asks_help(first) and not (commands and self.has_material) and not self.has_amount:
                    return Decision((wanted,), first.index)
                continue
            if commands and (counted or (commands[0].is_strong and self.has_amount)):
                return self._both(commands[0], first)
            return Decision((wanted,), first.index)
        return None

    def _asks_what_was(self, acts: list[Act]) -> Decision | None:
        """昨天入库了什么, 张三班组领了哪些: what has been is asked, though nothing is named."""
        if self.has_amount or self.has_document or any(piece.has(Cue.SAYS) for piece in self.pieces):
            return None
        if not any(piece.text in PHRASES.whats for piece in self.pieces):
            return None
        is_dated = Shape.DATE in self.shapes
        for act in acts:
            after = self.pieces[act.index + 1] if act.index + 1 < len(self.pieces) else None
            is_past = "了" in self.pieces[act.index].text or (
                after is not None and after.text[:1] in ("了", "过", "的")
            )
            is_clear = act.is_strong or self.pieces[act.index].text in VERBS.clear
            if act.intent in _ARRIVALS and is_clear and (is_past or is_dated):
                return Decision(("ledger.query",), act.index)
        return None

    def _asks_help(self, act: Act) -> bool:
        """怎么用, not 怎么用水泥; 功能, not 功能太多了."""
        others = [p for p in self.pieces if p is not self.pieces[act.index] and not p.is_gap]
        if any(is_part(p) or p.shape is Shape.HUMAN or (p.word is not None and p.word.names) for p in others):
            return False
        strange = sum(len(p.text) for p in others if p.shape is Shape.UNKNOWN)
        if len(self.pieces[act.index].text) > _NOUN_MAX or self.pieces[act.index].text in PHRASES.pleas:
            return strange <= _STRANGE_MAX
        return strange == 0 and not any(p.has(Cue.VAGUE, Cue.NOT) for p in others)

    def _counted_before(self, acts: list[Act], queries: list[Act]) -> list[Act]:
        """水泥领了20包，还有多少: a short verb with an amount, in another clause than the question."""
        asked = {i for query in queries for i in self._clause(query.index)}
        return [
            act
            for act in acts
            if act.intent in LINE_INTENTS
            and self.pieces[act.index].text in VERBS.clear
            and act.index not in asked
            and not self._is_attribute(act)
            and any(self.pieces[i].shape is Shape.QUANTITY for i in self._clause(act.index))
        ]

    def _two_queries(self, queries: list[Act]) -> Decision | None:
        """日报发我，还有缺货预警也看下: two questions, unless the one is only a word in the other."""
        for first, second in pairwise(queries):
            if first.intent == second.intent or "help" in (first.intent, second.intent):
                continue
            between = self.pieces[first.index + 1 : second.index]
            is_listed = any(p.has(Cue.LIST) or p.text in PHRASES.joints for p in between)
            is_one = (first.intent, second.intent) in VERBS.absorbed or (second.intent, first.intent) in VERBS.absorbed
            if is_listed or (not is_one and any(p.shape is Shape.BREAK for p in between)):
                return Decision((first.intent, second.intent), first.index)
        return None

    @staticmethod
    def _both(command: Act, query: Act) -> Decision:
        return Decision((command.intent, query.intent), command.index)

    def _asks_how(self, acts: list[Act]) -> Decision | None:
        """怎么退料, 入库怎么操作: how it is done, where nothing is named that it is to be done to."""
        if self.has_material or self.has_amount or self.has_document:
            return None
        for act in acts:
            if act.intent in LINE_INTENTS and act.is_strong:
                before = self._beside(act.index, -1)
                after = self._beside(act.index, 1)
                if before is not None and before.text in PHRASES.how:
                    return Decision(("help",), act.index)
                if after is not None and after.text in PHRASES.how and self._is_last_but(act.index):
                    return Decision(("help",), act.index)
        return None

    def _beside(self, index: int, step: int) -> Piece | None:
        """The next piece that means something."""
        at = index + step
        while 0 <= at < len(self.pieces) and abs(at - index) < _NEAR:
            piece = self.pieces[at]
            if not (piece.shape is Shape.SPACE or (piece.has(Cue.FILL) and piece.text not in PHRASES.how)):
                return piece
            at += step
        return None

    def _is_last_but(self, index: int) -> bool:
        """Whether behind 怎么 nothing stands that would tell of something else."""
        return not any(p.shape is Shape.UNKNOWN and len(p.text) > 1 for p in self.pieces[index + 1 :])

    def _command(self, acts: list[Act]) -> Decision | None:
        if how := self._asks_how(acts):
            return how
        if self.is_question and not self.has_amount:
            return None
        if any(piece.has(Cue.LATER) or piece.text in PHRASES.questions for piece in self.pieces):
            return self._asked(acts)
        acts = [act for act in acts if act.intent in LINE_INTENTS and not self._is_in_reason(act)]
        strong = [act for act in acts if act.is_strong]
        clear = [act for act in acts if self.pieces[act.index].text in VERBS.clear]
        strong = [act for act in strong if not self._is_need(act, [*strong, *clear])]
        told = [act for act in strong if not self._is_attribute(act)] or (strong if self.has_amount else [])
        if not told:
            told = self._weak(acts)
        told = sorted([*told, *self._clear(acts, told)], key=lambda act: act.index)
        if not told:
            return None
        return self._one_of(told)

    def _is_permission(self, act: Act) -> bool:
        """能领吗: whether it may be done, not whether it was."""
        before = self.pieces[act.index - 1] if act.index else None
        return act.intent in LINE_INTENTS and before is not None and before.text in PHRASES.modals

    def _is_need(self, act: Act, others: list[Act]) -> bool:
        """采购5条，后天到货: beside another verb it says until when."""
        before = self._beside(act.index, -1)
        is_due = before is not None and (before.shape is Shape.DATE or before.has(Cue.NEED))
        return is_due and self.pieces[act.index].has(Cue.NEED) and any(other.intent != act.intent for other in others)

    def _asked(self, acts: list[Act]) -> Decision | None:
        """是不是领了20包: a question about what has been, whatever number is in it."""
        is_asked = any(piece.text in PHRASES.questions for piece in self.pieces)
        if any(self._is_permission(act) for act in acts):
            return None
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
            if self.has_amount
            or (
                (self.pieces[act.index].text in VERBS.clear or len(self.pieces[act.index].text) > 1)
                and not self._is_attribute(act)
            )
        ]
        usable = [act for act in usable if self._has_place(act)]
        usable = [act for act in usable if not (self.pieces[act.index].has(Cue.TO, Cue.NEED) and len(usable) > 1)]
        usable = [act for act in usable if not self._is_attribute(act)] or usable
        first = min((act.index for act in usable), default=-1)
        return [act for act in usable if act.index == first][:1]

    def _has_place(self, act: Act) -> bool:
        """转, 搬 and the like are transfers only where it is said to what place."""
        if act.intent != "transfer.create" or self.pieces[act.index].text in VERBS.clear:
            return True
        return any(
            (piece.has(Cue.TO, Cue.GIVE, Cue.DONE) and not self._is_setting(act.intent, index))
            or piece.codes(Domain.PROJECT)
            or piece.codes(Domain.WAREHOUSE)
            for index, piece in enumerate(self.pieces)
        )

    def _is_bought(self, index: int) -> bool:
        """买了20包: it was bought already; only a supplier beside it makes an order of it."""
        after = self.pieces[index + 1] if index + 1 < len(self.pieces) else None
        is_done = self.pieces[index].text == "买" and after is not None and after.text in ("了", "过")
        return is_done and not any(piece.codes(Domain.SUPPLIER) for piece in self.pieces)

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


def _asked_amount(piece: Piece) -> Piece:
    is_asked = piece.shape in (Shape.QUANTITY, Shape.NUMBER) and piece.number is None and piece.text.startswith("多少")
    return replace(piece, shape=Shape.WORD, word=_HOW_MUCH) if is_asked else piece


def _names(piece: Piece) -> bool:
    return is_part(piece) or piece.shape in (Shape.SIZE, Shape.NUMBER)
