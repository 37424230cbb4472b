"""The answer to a question that the robot asked: it completes, corrects or ends the reading that is pending."""

import re
from dataclasses import replace
from typing import Final

from handlers.language.acts import Decision
from handlers.language.again import pieces_of
from handlers.language.draft import Draft
from handlers.language.endings import is_ending
from handlers.language.fields import fill_named
from handlers.language.items import is_head
from handlers.language.lexicon import Domain
from handlers.language.line_answers import LineAnswers
from handlers.language.message import Message
from handlers.language.numerals import value_of
from handlers.language.open_question import CANCEL, OpenQuestion
from handlers.language.ordinals import taken_apart
from handlers.language.pieces import Piece, Shape
from handlers.language.reading import Reading
from handlers.language.reasons import words_of
from handlers.language.talk import strangeness
from handlers.language.times import add_times
from handlers.language.verbs import LINE_INTENTS, VERBS
from handlers.language.vocabulary import Cue

# What agrees to the one thing that was offered.
YES: Final = frozenset({"对", "对的", "是", "是的", "就是", "嗯", "嗯嗯", "好", "好的", "可以", "没错", "行", "ok"})
_REFUSAL: Final = re.compile(
    r"^\s*(?:都不是|不是这(?:个|种|些|几个)|不要这(?:个|种|些)|这(?:个|些)?不对|不是|不对|错了|搞错了|说错了|哦不)"
    r"(?:的|了|啊|吧|呀)?[\s,，。;!]*(?:我?要的?是|我是说|我要|应该是|换成|改成|就?要|就?是|用)?"
)
# 大的那台, 25吨那个
_POINTER: Final = re.compile(r"的?[那这](?:个|台|辆|位|家|队|边|一个|一台)(?:吧|啊)?$")
_CHOSEN: Final = re.compile(r"^(?:就|应该)?(?:是|选|要)(?=.)")
# 不是20的，是25的: only what follows counts.
_INSTEAD: Final = re.compile(r"^\s*(?:不是|不要|别要)[^,，。]{1,20}[,，。\s]*(?:我?要的?是|而?是|要)(?=.)")
_ADDED: Final = re.compile(r"^\s*(?:再加上?|再要|再来|还要|还有|另外|另加|加上|外加|补上?)[\s,，]*")
# 今天风好大啊: a day among so many strange characters answers nothing.
_TALK_MIN: Final = 2
_FREE_TEXT: Final = ("remark", "reason")
_FIELD_DOMAINS: Final = {
    "supplier": Domain.SUPPLIER,
    "customer": Domain.CUSTOMER,
    "team": Domain.TEAM,
    "recipient": Domain.PERSON,
    "stage": Domain.STAGE,
    "project": Domain.PROJECT,
    "to_project": Domain.PROJECT,
    "from_project": Domain.PROJECT,
    "warehouse": Domain.WAREHOUSE,
    "to_warehouse": Domain.WAREHOUSE,
    "from_warehouse": Domain.WAREHOUSE,
    "equipment": Domain.EQUIPMENT,
}


def answer(message: Message, pending: Reading, decision: Decision) -> Reading | None:
    """The completed reading, or None where the text is no answer but a command (or talk) of its own."""
    plain = message.source.text.strip(" ,，。.!?;\n\t吧啊")
    if is_ending(message.source.text):
        return CANCEL
    if pending.intent is None or (decision.intents and not _continues(message, pending, decision)):
        return None
    return _Answer(message, pending).reading(is_yes=plain in YES)


def _continues(message: Message, pending: Reading, decision: Decision) -> bool:
    """A bare unit or place may look like a command of its own (3个台班, 到B座); a verb of another act is one."""
    verb = message.pieces[decision.verb].intents if decision.verb >= 0 else {}
    is_softly_said = not any(verb.values()) and message.pieces[decision.verb].text not in VERBS.clear
    is_same = pending.intent in decision.intents
    if not verb or (is_softly_said and (is_same or not any(is_head(piece) for piece in message.pieces))):
        return True  # 要灰的，改成6桶; 转向扣要80个
    if pending.intent not in decision.intents or any(is_head(piece) for piece in message.pieces):
        return False
    is_counted = any(piece.shape is Shape.QUANTITY for piece in message.pieces)
    return not (verb.get(decision.intents[0], False) and is_counted)


class _Answer:
    """Choices by number, names for fields, amounts of work, days; what is about lines goes to LineAnswers."""

    def __init__(self, message: Message, pending: Reading) -> None:
        self.message = message
        self.question = OpenQuestion(pending, message.catalogue)
        self.draft = self.question.draft
        self.lines = LineAnswers(self.question, message.today)

    def reading(self, *, is_yes: bool) -> Reading | None:
        """Try everything the text may be answering; None when nothing fits."""
        if is_yes:
            return self.question.judged() if self.question.agree() else None
        if any(self.question.asks(f"fields.{name}") for name in _FREE_TEXT):
            self._take_free_text()
        else:
            self._take_answer()
        return self.question.judged() if self.question.touched else None

    def _take_answer(self) -> None:
        candidates = self.question.pending.candidates
        offered = [(path, code) for path, codes in candidates.items() for code in codes]
        whole = self.message.source.text
        told = taken_apart(whole, len(offered), len(self.question.lines))
        if not self.question.pick([offered[at] for at in told.picks]):
            return
        for words in told.addressed:
            self.lines.take_addressed(words)
        if told.rest.strip() in YES and self.question.agree():
            return
        if told.rest != whole:
            self._listen_to(told.rest)
        said = self.message.source.text
        without = _INSTEAD.sub("", said, count=1)
        without = without if without != said else _REFUSAL.sub("", said, count=1)
        if without != said and without.strip(" ,，。"):
            self.question.refuses = True
            self._listen_to(without)
        said = self.message.source.text
        added = _ADDED.sub("", said, count=1)
        if added != said and self.draft.intent in LINE_INTENTS:
            self._listen_to(added)
            self.lines.append(self.message.pieces)
        elif self.message.pieces and not self.lines.take_unit(self.message.pieces):
            self._take_rest()

    def _listen_to(self, text: str) -> None:
        """From here on, only to this part of what was said."""
        pieces = pieces_of(text, self.message.catalogue, self.message.today)
        self.message = replace(self.message, source=replace(self.message.source, text=text), pieces=pieces)

    def _take_rest(self) -> None:
        is_spent = self._take_names()
        if not is_spent:
            if self.draft.intent in LINE_INTENTS:
                self.lines.take(self.message.pieces)
            self._take_work()
        before = dict(self.draft.fields)
        pieces = self.message.pieces
        is_dated = any(piece.shape is Shape.DATE for piece in pieces) and strangeness(pieces) < _TALK_MIN
        if is_dated and add_times(self.draft, self.message, None):
            self.question.touched = self.question.touched or before != self.draft.fields

    def _set(self, name: str, value: str) -> None:
        self.draft.fields[name] = value
        self.question.touched = True

    def _take_free_text(self) -> None:
        for name in _FREE_TEXT:
            if self.question.asks(f"fields.{name}") and self.message.pieces:
                self._set(name, words_of(self.message, range(len(self.message.pieces))))

    def _take_names(self) -> bool:
        """Names that fill, narrow or correct a field; a choice is first looked for among its candidates.

        Whether the whole answer was a piece of a name (二组, 大的那台), so that no number in it is an amount.
        """
        choices = self.question.choices
        is_spent = False
        for path in [path for path in choices if path.startswith("fields.")]:
            named, is_part = self._narrowed(path[7:], choices[path])
            is_spent = is_spent or is_part
            if named:
                self.question.settle(path, named)
        self._fill_fields()
        self._take_missing_names()
        documents = [piece.values[0] for piece in self.message.pieces if piece.shape is Shape.DOCUMENT]
        if len(documents) == 1:
            self._set("document", documents[0])
        return is_spent

    def _fill_fields(self) -> None:
        choices, fields = self.question.choices, self.draft.fields
        found = Draft(self.draft.intent)
        fill_named(found, replace(self.message, context=replace(self.message.context, project=None)))
        for name, value in found.fields.items():
            if name.startswith("from_") and value == fields.get(name.replace("from_", "to_")):
                continue  # the name that settled where to
            if f"fields.{name}" not in choices and fields.get(name) != value:
                fields[name] = value
                self.question.touched = True
        for path, codes in found.candidates.items():
            if self.question.asks(path) or path[7:] in fields:
                fields.pop(path[7:], None)
                choices[path] = codes
                self.question.touched = True

    def _narrowed(self, name: str, codes: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
        """The candidates that a word of the answer names; whether the whole answer is a part that tells them apart."""
        domain = _FIELD_DOMAINS.get(name)
        if domain is None:
            return (), False
        for piece in self.message.pieces:
            same = tuple(code for code in piece.codes(domain) if code in codes)
            if same:
                return same, False
        text = _POINTER.sub("", _CHOSEN.sub("", self.message.source.text.strip(" ,，。"))).strip(" ,，。的")
        found = tuple(
            code for code in codes if any(text in form for form in self.message.catalogue.forms(domain, code))
        )
        is_spent = bool(text) and bool(found) and (len(text) > 1 or len(found) < len(codes))
        return (found if is_spent else ()), is_spent

    def _take_missing_names(self) -> None:
        for path in self.question.pending.missing:
            domain = _FIELD_DOMAINS.get(path.removeprefix("fields."))
            if domain is None or path[7:] in self.draft.fields or path in self.question.choices:
                continue
            for piece in self.message.pieces:
                codes = piece.codes(domain)
                if codes and path == "fields.to_project" and "to_warehouse" in self.draft.fields:
                    continue
                if codes:
                    self.question.settle(path, codes)
                    break

    def _take_work(self) -> None:
        """Quantity, unit and percent of records."""
        for piece in self.message.pieces:
            if piece.shape is Shape.PERCENT and self.draft.intent == "progress.report" and piece.number:
                self._set("percent", piece.number)
            if piece.shape is Shape.NUMBER and self.question.asks("fields.percent") and _is_share(piece.number):
                self._set("percent", piece.number or "")
            if self.draft.intent in ("labor.record", "rental.record") and piece.number and not piece.has(Cue.FILL):
                self._count_work(piece, piece.number)

    def _count_work(self, piece: Piece, number: str) -> None:
        if piece.shape is Shape.QUANTITY and piece.units:
            self.draft.fields |= {"quantity": number, "unit": piece.units[0]}
        elif piece.shape is Shape.NUMBER:
            self.draft.fields["quantity"] = number
        self.question.touched = True


def _is_share(number: str | None) -> bool:
    value = value_of(number or "")
    return value is not None and 0 <= value <= 100
