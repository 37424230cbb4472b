"""The answer to a question that the robot asked: it completes, corrects or ends the reading that is pending."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Final

from handlers.language.act_answers import chosen_act, is_about, other_act, without_verbs
from handlers.language.acts import NOTHING, Decision
from handlers.language.again import pieces_of
from handlers.language.comparisons import Compared
from handlers.language.corrections import settled
from handlers.language.draft import Draft
from handlers.language.endings import is_ending
from handlers.language.fields import add_fields, is_exact
from handlers.language.items import is_head, is_part
from handlers.language.last_word import last_word
from handlers.language.lexicon import Domain
from handlers.language.line_answers import LineAnswers
from handlers.language.message import Message
from handlers.language.no_answer import is_no_answer
from handlers.language.numerals import value_of
from handlers.language.open_question import CANCEL, OpenQuestion
from handlers.language.ordinals import taken_apart
from handlers.language.pieces import Piece, Shape
from handlers.language.reading import UNKNOWN, Reading
from handlers.language.reasons import words_of
from handlers.language.refusals import without_refused
from handlers.language.talk import strangeness
from handlers.language.times import add_times
from handlers.language.verbs import LINE_INTENTS, VERBS
from handlers.language.vocabulary import PHRASES, UNITS, Cue

# What agrees to the one thing that was offered.
YES: Final = frozenset({"对", "对的", "是", "是的", "就是", "嗯", "嗯嗯", "好", "好的", "可以", "没错", "行", "ok"})
_REFUSAL: Final = re.compile(
    r"^\s*(?:都不是|不是这(?:个|种|些|几个)|不要这(?:个|种|些)|这(?:个|些)?不对|不是|不对|错了|搞错了|说错了|哦不)"
    r"(?:的|了|啊|吧|呀)?[\s,，。;!]*(?:我?要的?是|我是说|我要|应该是|换成|改成|就?要|就?是|用)?"
)
# 大的那台, 25吨那个
_POINTER: Final = re.compile(
    r"(?:的?[那这](?:个|台|辆|位|家|队|边|一个|一台))?(?:阶段|班组|项目|供应商|客户|仓库)?(?:吧|啊)?$"
)
_CHOSEN: Final = re.compile(r"^(?:就|应该)?(?:是|选|要)?(?:[那这](?:个|台|辆|位|家|种))?(?=.)")
# 今天风好大啊: a day among so many strange characters answers nothing.
_TALK_MIN: Final = 2
_FREE_TEXT: Final = ("remark", "reason")
_RECORDS: Final = frozenset(("labor.record", "rental.record"))
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


def answer(message: Message, pending: Reading, decision: Decision, *, ground: str = "") -> Reading | None:
    """The completed reading, or None where the text is no answer but a command (or talk) of its own.

    `ground`: what was said to be the reason, which is no longer in the pieces.
    """
    plain = message.source.text.strip(" ,，。.!?;\n\t吧啊")
    if is_ending(message.source.text) or _is_called_off(message):
        return CANCEL
    if pending.intent is None:
        return chosen_act(message, pending, decision)
    if (other := other_act(message, pending)) is not None:
        pending, message, decision = replace(pending, intent=other), without_verbs(message), NOTHING
    said = last_word(message)
    found = _Answer(message if said is None else _hearing(message, said), pending)
    if found.wants_text and not _asks(message, decision):
        return found.told()
    if decision.intents and not _continues(message, pending, decision):
        return None
    if is_no_answer(message, pending):
        return UNKNOWN
    return found.reading(is_yes=plain in YES, ground=ground)


def _hearing(message: Message, text: str) -> Message:
    """The message as if only this had been said."""
    pieces = settled(pieces_of(text, message.catalogue, message.today), message.catalogue.lexicon)
    return replace(message, source=replace(message.source, text=text), pieces=pieces)


def _is_called_off(message: Message) -> bool:
    """算了，我回头再弄: it begins with an ending, and what follows names nothing and counts nothing."""
    first, _, rest = message.source.text.replace(",", "，").partition("，")
    pieces = message.pieces
    figures = (Shape.QUANTITY, Shape.NUMBER, Shape.SIZE, Shape.DOCUMENT)
    is_more = any(is_head(p) or p.shape in figures or p.text in PHRASES.ends for p in pieces)
    is_command = any(any(piece.intents.values()) or piece.text in VERBS.clear for piece in pieces)
    return bool(rest) and is_ending(first) and not (is_more or is_command)


def _asks(message: Message, decision: Decision) -> bool:
    """预算超了 is a ground; 预算还有多少 a question, and 领20包 another command."""
    if not decision.intents:
        return False
    if decision.intents[0] in LINE_INTENTS and not any(map(is_head, message.pieces)):
        return False  # 卸货砸坏两块门头
    is_question = any(piece.asks for piece in message.pieces)
    return is_question or not strangeness(message.pieces) or not decision.intents[0].endswith((".query", ".list"))


def _continues(message: Message, pending: Reading, decision: Decision) -> bool:
    """A bare unit or place may look like a command of its own (3个台班, 到B座); a verb of another act is one."""
    verb = message.pieces[decision.verb].intents if decision.verb >= 0 else {}
    is_strong = any(verb.values())
    is_softly_said = not any(verb.values()) and message.pieces[decision.verb].text not in VERBS.clear
    is_same = pending.intent in decision.intents
    if not is_same and decision.intents[0] in _RECORDS:
        # 塔吊2个台班, 记工7个工: another record than the one that was asked about.
        return not (is_strong or any(piece.codes(Domain.EQUIPMENT) for piece in message.pieces))
    if (is_same or is_softly_said) and is_about(message, pending):
        return True  # 黄志强领 红的2顶 手套3副; 24口的两台，剩下那个要42U
    if is_same and any(piece.text in PHRASES.added for piece in message.pieces):
        return True  # 一字扣件的，还有架子管一百根也调
    if not verb or (is_softly_said and (is_same or not any(is_head(piece) for piece in message.pieces))):
        return True  # 要灰的，改成6桶; 转向扣要80个
    if pending.intent not in decision.intents or any(is_head(piece) for piece in message.pieces):
        return False
    is_counted = any(piece.shape is Shape.QUANTITY for piece in message.pieces)
    # 实盘37桶, 卖给养老院的，3200一台: where lines are asked about, no other thing is named.
    return pending.intent in LINE_INTENTS or not (verb.get(decision.intents[0], False) and is_counted)


class _Answer:
    """Choices by number, names for fields, amounts of work, days; what is about lines goes to LineAnswers."""

    def __init__(self, message: Message, pending: Reading) -> None:
        self.message = message
        self.question = OpenQuestion(pending, message.catalogue)
        self.draft = self.question.draft
        self.lines = LineAnswers(self.question, message.today)
        self.compared: Compared | None = None

    @property
    def wants_text(self) -> bool:
        """Whether the robot asked for words: a ground, or what has happened."""
        return any(self.question.asks(f"fields.{name}") for name in _FREE_TEXT)

    def told(self) -> Reading | None:
        """The words are the ground, or what has happened."""
        for name in _FREE_TEXT:
            if self.question.asks(f"fields.{name}") and self.message.pieces:
                self._set(name, words_of(self.message, range(len(self.message.pieces))))
        return self.question.judged() if self.question.touched else None

    def reading(self, *, is_yes: bool, ground: str) -> Reading | None:
        """Try everything the text may be answering; None when nothing fits."""
        if is_yes:
            return self.question.judged() if self.question.agree() else None
        if ground:
            self._set("reason", ground)
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
        told = replace(told, rest=self._without_compared(told.rest))
        if told.rest.strip() in YES and self.question.agree():
            return
        if told.rest != whole:
            self._listen_to(told.rest)
        pieces, self.question.refuses = without_refused(self.message.pieces)
        if self.question.refuses:
            self.message = self.message.of(pieces)
        elif (
            self._is_whole()
            and (without := _REFUSAL.sub("", told.rest, count=1)) != told.rest
            and without.strip(" ,，。")
        ):
            self.question.refuses = True
            self._listen_to(without)
        self._take_clauses()

    def _without_compared(self, said: str) -> str:
        """粗的, 最大的那个: chosen by comparing; what else is said may choose as well, and then holds."""
        words = Compared.found(said)
        called = [self._names(path, codes) for path, codes in self.question.choices.items()]
        if words is None or any(words.how in name for offered in called for names in offered for name in names):
            return said  # 粗的, where 粗砂 is offered
        if all(words.choice([names[0] for names in offered]) is None for offered in called):
            return said
        self.compared = words
        return words.rest

    def _take_compared(self) -> None:
        """What comparing chooses, where nothing else did."""
        words = self.compared
        for path, codes in list(self.question.choices.items()) if words is not None else ():
            at = words.choice([names[0] for names in self._names(path, codes)]) if words is not None else None
            if at is not None:
                self.question.settle(path, (codes[at],))
                return

    def _names(self, path: str, codes: tuple[str, ...]) -> list[tuple[str, ...]]:
        """What the candidates of a question are called, the full name first."""
        catalogue, domain = self.message.catalogue, _FIELD_DOMAINS.get(path.removeprefix("fields."))
        if domain is not None:
            return [catalogue.forms(domain, code) or (code,) for code in codes]
        return [(catalogue.spelling(code),) for code in codes] if path.endswith(".material") else []

    def _without_refusal(self, said: str) -> None:
        """不对，30包: from here on, what is wanted instead."""
        without = _REFUSAL.sub("", said, count=1)
        if without != said and without.strip(" ,，。"):
            self.question.refuses = True
            self._listen_to(without)

    def _is_whole(self) -> bool:
        """Whether nothing was taken from the beginning of what was said."""
        return bool(self.message.pieces) and self.message.pieces[0].start == 0

    def _take_clauses(self) -> None:
        """What answers, and behind 再加 what is wanted besides."""
        answered, added = self._parted()
        self.message = self.message.of(answered)
        if any(not piece.is_gap for piece in answered) and not self.lines.take_unit(answered):
            self._take_rest()
        if added:
            self.lines.add(added)
        self._take_compared()

    def _parted(self) -> tuple[Sequence[Piece], Sequence[Piece]]:
        pieces = self.message.pieces
        for at, piece in enumerate(pieces if self.draft.intent in LINE_INTENTS else ()):
            before = pieces[at - 1] if at else None
            opens = before is None or before.is_gap or before.shape is Shape.QUANTITY or before.has(Cue.OF, Cue.FILL)
            if opens and piece.text in PHRASES.added and any(map(is_head, pieces[at + 1 :])):
                return pieces[:at], pieces[at + 1 :]
        return pieces, ()

    def _listen_to(self, text: str) -> None:
        """From here on, only to this part of what was said."""
        self.message = _hearing(self.message, text)

    def _take_rest(self) -> None:
        self._take_names()
        if self.draft.intent in LINE_INTENTS:
            self.lines.take(self.message.pieces, is_talk=self._is_talk())
        self._take_work()
        if self._is_dated() and ("need_by" in self.draft.fields or not self._is_talk()):
            before = dict(self.draft.fields)
            if add_times(self.draft, self.message, None):
                self.question.touched = self.question.touched or before != self.draft.fields

    def _is_dated(self) -> bool:
        """Whether a day is told beside an answer, or for itself; 水泥这两天又涨价了 tells none."""
        pieces = [piece for piece in self.message.pieces if not (piece.is_gap or piece.has(Cue.FILL, Cue.NEED, Cue.TO))]
        dates = [piece for piece in pieces if piece.shape is Shape.DATE]
        return bool(dates) and (self.question.touched or len(dates) == len(pieces))

    def _is_talk(self) -> bool:
        """李娜明天休息吧, 老张你看看是哪种: names and days in it answer nothing that was not asked."""
        pieces = self.message.pieces
        asks = any(piece.asks for piece in pieces)
        return asks or strangeness(pieces) >= _TALK_MIN or any(piece.has(Cue.CALM, Cue.WAIT) for piece in pieces)

    def _set(self, name: str, value: str) -> None:
        self.draft.fields[name] = value
        self.question.touched = True

    def _take_names(self) -> None:
        """Names that fill, narrow or correct a field; a choice is first looked for among its candidates."""
        for path in [path for path in self.question.choices if path.startswith("fields.")]:
            if named := self._narrowed(path[7:], self.question.choices[path]):
                self.question.settle(path, named)
        self._fill_fields()
        self._take_missing_names()
        self._take_document()

    def _take_document(self) -> None:
        documents = [piece.values[0] for piece in self.message.pieces if piece.shape is Shape.DOCUMENT]
        if len(documents) == 1:
            self._set("document", documents[0])
        elif self.question.asks("fields.document") and any(piece.has(Cue.THAT) for piece in self.message.pieces):
            context = self.message.context
            pointed = context.quoted_document or context.last_document
            if pointed is not None:
                self._set("document", pointed)

    def _fill_fields(self) -> None:
        choices, fields, is_talk = self.question.choices, self.draft.fields, self._is_talk()
        project = {name: value for name, value in fields.items() if name == "project"}
        found = Draft(self.draft.intent, fields=project)
        self.message = self.message.of([self._as_choice(piece) for piece in self.message.pieces])
        pieces = [piece for piece in self.message.pieces if not (piece.is_slip or self._is_by_the_way(piece))]
        add_fields(found, replace(self.message, pieces=pieces, context=replace(self.message.context, project=None)))
        for name, value in found.fields.items():
            if name.startswith("from_") and value == fields.get(name.replace("from_", "to_")):
                continue  # the name that settled where to
            is_wanted = self.question.asks(f"fields.{name}") or name in fields
            if fields.get(name) != value and (is_wanted or not is_talk):
                choices.pop(f"fields.{name}", None)  # 不是兴隆，鼎盛送的: another than those that were offered
                fields[name] = value
                self.question.touched = True
        if "fields.recipient" in found.missing and not is_talk:
            fields.pop("recipient", None)  # 何队领，不是董飞: somebody else, whom nobody knows
            self.draft.lack("fields.recipient")
        for path, codes in found.candidates.items():
            is_named = not is_talk and path not in choices
            if self.question.asks(path) or path[7:] in fields or is_named:
                fields.pop(path[7:], None)
                choices[path] = codes
                self.question.touched = True

    def _as_choice(self, piece: Piece) -> Piece:
        """外墙的, where putty was asked about: a word that tells the choices apart is no part of a project's name."""
        if piece.word is None or not piece.word.names or is_part(piece) or is_exact(piece):
            return piece
        spelling = self.message.catalogue.spelling
        for path, codes in self.question.choices.items():
            told = sum(piece.text in spelling(code) for code in codes) if path.endswith(".material") else 0
            if 0 < told < len(codes):
                return replace(piece, shape=Shape.UNKNOWN, word=None)
        return piece

    def _is_by_the_way(self, piece: Piece) -> bool:
        """你们系统里叫…: a mere part of a name among other words fills nothing that was not asked for."""
        if piece.word is None or not piece.word.names or is_exact(piece):
            return False
        names = piece.word.names
        pieces = self.message.pieces
        at = next(at for at, one in enumerate(pieces) if one is piece)
        is_asked = any(self.question.asks(f"fields.{domain.value}") for domain in names)
        behind = takewhile(lambda one: not one.is_gap, pieces[at + 1 :])
        return not is_asked and any(map(is_head, behind))

    def _narrowed(self, name: str, codes: tuple[str, ...]) -> tuple[str, ...]:
        """The candidates that a word of the answer names, even by a part that only tells these apart (二组)."""
        context, domain = self.message.context, _FIELD_DOMAINS.get(name)
        if domain is None:
            return ()
        named = [
            (same, at)
            for at, piece in enumerate(self.message.pieces)
            if (same := tuple(code for code in piece.codes(domain) if code in codes))
        ]
        if named:
            same, at = min(named, key=lambda one: len(one[0]))  # 那个徐工，徐洋
            self._spend(range(at, at + 1))
            return same
        if domain is Domain.PERSON and context.sender in codes and any(p.has(Cue.ME) for p in self.message.pieces):
            return tuple(code for code in codes if code == context.sender)
        for where in [range(len(self.message.pieces)), *self._stretches()]:
            if found := self._called(where, domain, codes) or self._called(self._before_verb(where), domain, codes):
                self._spend(where)
                return found
        return ()

    def _spend(self, where: range) -> None:
        """What named a choice (二组, 大的那台): no number in it is an amount, nor a name in it another field."""
        self.message = self.message.of([piece for at, piece in enumerate(self.message.pieces) if at not in where])

    def _stretches(self) -> list[range]:
        """The pieces between blanks and breaks, where there are several."""
        pieces, start, found = self.message.pieces, 0, list[range]()
        for end in [*(at for at, piece in enumerate(pieces) if piece.is_gap), len(pieces)]:
            is_amount = all(piece.text[:1].isascii() and piece.number is not None for piece in pieces[start:end])
            found += [] if is_amount else [range(start, end)]
            start = end + 1
        return found

    def _before_verb(self, where: range) -> range:
        """The 二班 of 二班领的; nothing where several clauses are meant."""
        pieces = self.message.pieces
        verb = next((at for at in where if at > where.start and pieces[at].intents), where.start)
        return range(0) if any(pieces[at].is_gap for at in where) else range(where.start, verb)

    def _called(self, where: range, domain: Domain, codes: tuple[str, ...]) -> tuple[str, ...]:
        """The candidates in whose name all this stands."""
        said = "".join(piece.text for piece in self.message.pieces[where.start : where.stop])
        text = _POINTER.sub("", _CHOSEN.sub("", said.strip(" ,，。"))).strip(" ,，。的")
        forms = self.message.catalogue.forms
        found = tuple(code for code in codes if text and any(text in form for form in forms(domain, code)))
        if not found and (said := _in_digits(self.message.pieces[where.start : where.stop])):
            found = tuple(code for code in codes if any(form.startswith(said) for form in forms(domain, code)))
        return found if len(text) > 1 or len(found) < len(codes) else ()

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
        if self.draft.intent in _RECORDS:
            self._take_unit()
        for piece in self.message.pieces:
            if piece.shape is Shape.PERCENT and self.draft.intent == "progress.report" and piece.number:
                self._set("percent", piece.number)
            if piece.shape is Shape.NUMBER and self.question.asks("fields.percent") and _is_share(piece.number):
                self._set("percent", piece.number or "")
            if self.draft.intent in _RECORDS and piece.number and not piece.has(Cue.FILL):
                self._count_work(piece, piece.number)

    def _take_unit(self) -> None:
        """算小时: only the unit of what was counted."""
        for piece in self.message.pieces:
            units = piece.word.units if piece.shape is Shape.WORD and piece.word is not None else ()
            worked = [unit for unit in units if unit in UNITS.work]
            if worked and self.draft.fields.get("unit") != worked[0]:
                self._set("unit", worked[0])

    def _count_work(self, piece: Piece, number: str) -> None:
        equipment = self.draft.fields.get("equipment")
        own = self.message.catalogue.equipment_unit.get(equipment) if isinstance(equipment, str) else None
        if piece.shape is Shape.QUANTITY and piece.units:
            self.draft.fields |= {"quantity": number, "unit": piece.units[0]}
        elif piece.shape is Shape.NUMBER:
            self.draft.fields |= (
                {"quantity": number} if own is None else {"unit": own, **self.draft.fields, "quantity": number}
            )
        self.question.touched = True


def _in_digits(pieces: Sequence[Piece]) -> str:
    """八米的 as it is written in names: 8米; nothing where something else is said."""
    if not pieces or pieces[0].shape is not Shape.QUANTITY or pieces[0].number is None:
        return ""
    is_alone = all(piece.has(Cue.OF, Cue.FILL) for piece in pieces[1:])
    return f"{pieces[0].number}{pieces[0].text[-1:]}" if is_alone else ""


def _is_share(number: str | None) -> bool:
    value = value_of(number or "")
    return value is not None and 0 <= value <= 100
