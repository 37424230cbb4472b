"""What a judge of intents sees: the pieces of a message, what stands in them, and the verbs that are meant as verbs."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from handlers.language.acts import Act
from handlers.language.items import is_part
from handlers.language.lexicon import Domain, Word
from handlers.language.moods import is_adverb, is_noun, is_softener, is_told
from handlers.language.naming import Tier
from handlers.language.pieces import Piece, Shape
from handlers.language.verbs import LINE_INTENTS, REASONED
from handlers.language.vocabulary import DOCUMENTS, PHRASES, Cue

_HOW_MUCH: Final = Word("多少", cues=frozenset((Cue.ASK,)))
# So far a word looks for the word it belongs to.
_NEAR: Final = 6


class View:
    """One message as a judge sees it: its pieces, what stands in them, and the verbs that are meant as verbs."""

    def __init__(self, pieces: Sequence[Piece], *, has_document: bool, has_material: bool, has_table: bool) -> None:
        # 多少 asks for an amount and is none.
        self.pieces = pieces = [_asked_amount(piece) for piece in pieces]
        self.shapes = {piece.shape for piece in pieces}
        # What the small words of the message do, all together: most messages deny, correct and drop nothing.
        self.cues = {cue for piece in pieces if piece.word is not None for cue in piece.word.cues}
        self.has_material = (
            has_material
            or has_table
            or any(
                (is_part(piece) and not _is_syllable(pieces, index)) or piece.shape is Shape.SIZE
                for index, piece in enumerate(pieces)
            )
        )
        self.has_amount = has_table or any(
            piece.shape in (Shape.QUANTITY, Shape.NUMBER) and not self._is_ordinal(index)
            for index, piece in enumerate(pieces)
        )
        self.has_document = has_document or Shape.DOCUMENT in self.shapes or Cue.THAT in self.cues
        self.has_machine = any(piece.codes(Domain.EQUIPMENT) for piece in pieces)
        self.is_question = Cue.ASK in self.cues or any(p.intents.get("stock.query") is False for p in pieces)

    def _is_ordinal(self, index: int) -> bool:
        """第一次 counts nothing, nor does the bare 一 of 退一步."""
        piece = self.pieces[index]
        return piece.text == "一" or (index > 0 and self.pieces[index - 1].text.endswith("第"))

    @cached_property
    def last_correction(self) -> int:
        """Where 不对 stands for the last time; -1 where nothing is corrected."""
        if Cue.CORRECT not in self.cues:
            return -1
        return max(i for i, piece in enumerate(self.pieces) if piece.has(Cue.CORRECT))

    @cached_property
    def asks(self) -> bool:
        """Whether anything is asked; 没 asks only at the end."""
        if Cue.ASK not in self.cues:
            return False
        last = next((p for p in reversed(self.pieces) if not (p.is_gap or p.has(Cue.FILL))), None)
        is_last = last is not None and last.asks_last
        return is_last or any(piece.asks for piece in self.pieces)

    def acts(self) -> list[Act]:
        """What the verbs may ask for, one act for each meaning of each verb."""
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
            or self.is_setting(intent, index)
            or self._is_paper(intent, pieces[index])
        ):
            return True
        if intent not in LINE_INTENTS:
            return False
        if self._is_kind_beside_verb(index) or self._is_somebodys(index) or self._ends_another(index):
            return True
        after = pieces[index + 1] if index + 1 < len(pieces) else None
        before = pieces[index - 1] if index else None
        is_document = (after is not None and after.shape is Shape.DOCUMENT) or (
            before is not None and before.has(Cue.THAT)
        )
        if is_document and pieces[index].text in DOCUMENTS.kinds:
            return True  # 采购单CG…, 刚才那张采购单: what kind of document it is
        if pieces[index].text in PHRASES.arrivals and self.has_machine and not (self.has_material or self.has_amount):
            return True  # 吊车进场
        if intent == "transfer.create" and index and _is_person(pieces[index - 1]) and not self.has_amount:
            return True  # 老刘转到泵站去了
        is_tale = is_told(pieces, index) and not self.asks
        return (
            is_tale
            or is_adverb(pieces, index)
            or is_softener(pieces, index)
            or self._is_preposition(index)
            or self._is_bought(index)
        )

    def _is_kind_beside_verb(self, index: int) -> bool:
        """恒力订单领6瓶: a kind of paper right before a verb that is done to an amount."""
        after = self.pieces[index + 1] if index + 1 < len(self.pieces) else None
        is_paper = self.pieces[index].text.endswith("单") and len(self.pieces[index].text) > 1
        return is_paper and after is not None and bool(after.intents.keys() & LINE_INTENTS)

    def _is_somebodys(self, index: int) -> bool:
        """安盾的销售刚走: the people who do it."""
        if self.has_amount or self.has_material or index < 1 or not self.pieces[index - 1].has(Cue.OF):
            return False
        return self.pieces[index].text in PHRASES.trades

    def _ends_another(self, index: int) -> bool:
        """捡到, 烧到: behind one strange character 到 ends another verb."""
        before = self.pieces[index - 1] if index else None
        is_glued = before is not None and before.shape is Shape.UNKNOWN and before.end == self.pieces[index].start
        after = self.pieces[index + 1] if index + 1 < len(self.pieces) else None
        is_asked = after is not None and after.text.startswith("多少")  # 烧到多少度
        return self.pieces[index].text == "到" and is_glued and (is_asked or len(before.text if before else "") == 1)

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

    def is_setting(self, intent: str, index: int) -> bool:
        """转速调到1200: to a number something is set, not moved."""
        after = self.pieces[index + 1] if index + 1 < len(self.pieces) else None
        is_counted = after is not None and after.shape in (
            Shape.NUMBER,
            Shape.QUANTITY,
            Shape.PERCENT,
            Shape.SIZE,
            Shape.DATE,
            Shape.ASIDE,
        )
        return intent == "transfer.create" and is_counted and self.pieces[index].text.endswith("到")

    def _is_bought(self, index: int) -> bool:
        """买了20包: it was bought already; only a supplier beside it makes an order of it."""
        after = self.pieces[index + 1] if index + 1 < len(self.pieces) else None
        is_done = self.pieces[index].text == "买" and after is not None and after.text in ("了", "过")
        return is_done and not any(piece.codes(Domain.SUPPLIER) for piece in self.pieces)

    @cached_property
    def first(self) -> int:
        """Where the first word stands that says something; -1 where none does."""
        for index, piece in enumerate(self.pieces):
            is_word = not piece.is_gap and piece.shape is not Shape.MENTION
            if is_word and (any(piece.intents.values()) or not piece.has(Cue.FILL)):
                return index
        return -1

    def is_joined(self, later: int, first: int) -> bool:
        """撤回…，顺便看下尿素库存: whether the later verb stands in a clause that is said to be another thing."""
        clause = self.clause(later)
        if later < first or first in clause:
            return False
        return self._first_joint.get(clause.start, later) < later

    def says_kind(self, index: int) -> bool:
        """Whether the clause around a place says what kind of document is meant."""
        return self._clauses[index].start in self._kinds

    @cached_property
    def _kinds(self) -> frozenset[int]:
        """Where the clauses begin that name a kind of document."""
        return frozenset(self._clauses[i].start for i, piece in enumerate(self.pieces) if piece.text in DOCUMENTS.kinds)

    def beside(self, index: int, step: int) -> Piece | None:
        """The next piece that means something."""
        at = index + step
        while 0 <= at < len(self.pieces) and abs(at - index) < _NEAR:
            piece = self.pieces[at]
            if not (piece.shape is Shape.SPACE or (piece.has(Cue.FILL) and piece.text not in PHRASES.how)):
                return piece
            at += step
        return None

    def clause(self, index: int) -> range:
        """The places between the breaks around a place."""
        return self._clauses[index]

    def counts(self, index: int) -> bool:
        """Whether an amount stands in the clause around a place."""
        return self._clauses[index].start in self._counted

    @cached_property
    def _clauses(self) -> list[range]:
        """The clause of every place; worked out once, as a message without breaks is one long clause."""
        found: list[range] = []
        start = 0
        for end in [*(i for i, piece in enumerate(self.pieces) if piece.shape is Shape.BREAK), len(self.pieces)]:
            found += [range(start, end)] * (end - start)
            found += [range(end, end)] * (end < len(self.pieces))
            start = end + 1
        return found

    def names(self, index: int) -> bool:
        """Whether a material is named in the clause around a place."""
        return self._clauses[index].start in self._named

    def is_strange(self, index: int) -> bool:
        """Whether strange words stand in the clause around a place."""
        return self._clauses[index].start in self._strange

    def is_asked_before(self, index: int) -> bool:
        """Whether something is asked in the clause around a place, before it."""
        return self._first_asked.get(self._clauses[index].start, index) < index

    def is_denied_behind(self, index: int) -> bool:
        """Whether something is denied in the clause around a place, behind it."""
        return self._last_denied.get(self._clauses[index].start, -1) > index

    @cached_property
    def _last_denied(self) -> dict[int, int]:
        denied = (i for i, p in enumerate(self.pieces if Cue.NOT in self.cues else ()) if p.has(Cue.NOT))
        return {self._clauses[i].start: i for i in denied}

    @cached_property
    def _first_joint(self) -> dict[int, int]:
        joints = [i for i, p in enumerate(self.pieces) if p.text in PHRASES.joints]
        return {self._clauses[i].start: i for i in reversed(joints)}

    @cached_property
    def _named(self) -> frozenset[int]:
        return frozenset(self._clauses[i].start for i, piece in enumerate(self.pieces) if is_part(piece))

    @cached_property
    def _strange(self) -> frozenset[int]:
        return frozenset(self._clauses[i].start for i, p in enumerate(self.pieces) if p.shape is Shape.UNKNOWN)

    @cached_property
    def _first_asked(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for index, piece in enumerate(self.pieces if Cue.ASK in self.cues else ()):
            if piece.asks:
                found.setdefault(self._clauses[index].start, index)
        return found

    @cached_property
    def last_thing(self) -> int:
        """The last place of a material or an amount; -1 where there is none."""
        things = (i for i, p in enumerate(self.pieces) if p.shape is Shape.QUANTITY or is_part(p))
        return max(things, default=-1)

    @cached_property
    def _counted(self) -> frozenset[int]:
        """Where the clauses begin that have an amount in them."""
        counted = (i for i, piece in enumerate(self.pieces) if piece.shape is Shape.QUANTITY)
        return frozenset(self._clauses[i].start for i in counted)

    @cached_property
    def first_reasoned(self) -> int:
        """The first place of a verb that wants a ground; behind the last piece where there is none."""
        return next((i for i, piece in enumerate(self.pieces) if piece.intents.keys() & REASONED), len(self.pieces))

    def is_attribute(self, act: Act) -> bool:
        """领的水泥: before 的 a verb only describes."""
        after = self.pieces[act.index + 1] if act.index + 1 < len(self.pieces) else None
        return after is not None and after.has(Cue.OF)

    def is_permission(self, act: Act) -> bool:
        """能领吗: whether it may be done, not whether it was."""
        before = self.pieces[act.index - 1] if act.index else None
        return act.intent in LINE_INTENTS and before is not None and before.text in PHRASES.modals


def _is_syllable(pieces: Sequence[Piece], index: int) -> bool:
    """The 门 of 大门口: one character of a name between others that say nothing together."""
    piece = pieces[index]
    is_called_so = piece.word is not None and piece.word.best_tier in (Tier.EXACT, Tier.HEAD)
    if len(piece.text) > 1 or is_called_so:
        return False
    around = [pieces[at] for at in (index - 1, index + 1) if 0 <= at < len(pieces)]
    return any(p.shape is Shape.UNKNOWN or (len(p.text) == 1 and is_part(p)) for p in around)


def _is_person(piece: Piece) -> bool:
    return piece.shape is Shape.HUMAN or bool(piece.codes(Domain.PERSON))


def _asked_amount(piece: Piece) -> Piece:
    is_asked = piece.shape in (Shape.QUANTITY, Shape.NUMBER) and piece.number is None and piece.text.startswith("多少")
    return replace(piece, shape=Shape.WORD, word=_HOW_MUCH) if is_asked else piece
