"""The answer to a question that the robot asked: it completes, corrects or ends the reading that is pending."""

import re
from dataclasses import replace
from typing import Final

from handlers.language.acts import Decision
from handlers.language.again import pieces_of
from handlers.language.draft import Draft, judge
from handlers.language.endings import is_ending
from handlers.language.fields import fill_named
from handlers.language.items import Item, ItemBuilder, is_head
from handlers.language.lexicon import Domain
from handlers.language.lines import add_line
from handlers.language.message import Message
from handlers.language.numerals import value_of
from handlers.language.ordinals import Addressed, taken_apart
from handlers.language.pieces import Piece, Shape
from handlers.language.reading import Line, Reading, Status
from handlers.language.reasons import words_of
from handlers.language.resolve import Resolved, Resolver
from handlers.language.talk import strangeness
from handlers.language.times import add_times
from handlers.language.verbs import LINE_INTENTS, VERBS
from handlers.language.vocabulary import Cue

# What agrees to the one thing that was offered.
YES: Final = frozenset({"对", "对的", "是", "是的", "就是", "嗯", "嗯嗯", "好", "好的", "可以", "没错", "行", "ok"})
_CANCEL: Final = Reading(status=Status.OK, intent="dialogue.cancel")
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
_LINE_PATH: Final = re.compile(r"lines\[(\d{1,4})\]", re.ASCII)
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
        return _CANCEL
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
    def __init__(self, message: Message, pending: Reading) -> None:
        self.message, self.pending = message, pending
        self.catalogue = message.catalogue
        self.draft = Draft(pending.intent or "", fields=dict(pending.fields))
        self.lines = list(pending.lines)
        told = [at for path in (*pending.missing, *pending.candidates) if (at := _line_index(path)) is not None]
        self.lines += [Line()] * (max(told, default=-1) + 1 - len(self.lines))
        self.open = {path: codes for path, codes in pending.candidates.items() if self._is_known(path, codes)}
        self.dropped = set[int]()
        self.touched = False
        self.is_spent = False
        self.refuses = False

    def _is_known(self, path: str, codes: tuple[str, ...]) -> bool:
        """Choices among materials that the catalogue no longer has cannot be answered."""
        return not path.endswith(".material") or all(code in self.catalogue.materials for code in codes)

    def reading(self, *, is_yes: bool) -> Reading | None:
        """Try everything the text may be answering; None when nothing fits."""
        if is_yes:
            return self._judged() if self._agree() else None
        if any(f"fields.{name}" in self.pending.missing for name in _FREE_TEXT):
            self._take_free_text()
        else:
            self._take_answer()
        return self._judged() if self.touched else None

    def _agree(self) -> bool:
        """对 says something only where one thing alone was offered."""
        if len(self.open) != 1 or any(len(codes) != 1 for codes in self.open.values()):
            return False
        path, codes = next(iter(self.open.items()))
        self._settle(path, codes)
        return True

    def _take_answer(self) -> None:
        offered = [(path, code) for path, codes in self.pending.candidates.items() for code in codes]
        whole = self.message
        told = taken_apart(whole.source.text, len(offered), len(self.lines))
        if not self._pick([offered[at] for at in told.picks]):
            return
        for words in told.addressed:
            self._take_addressed(words)
        if told.rest.strip() in YES and self._agree():
            return
        if told.rest != whole.source.text:
            self._listen_to(told.rest)
        said = self.message.source.text
        without = _INSTEAD.sub("", said, count=1)
        without = without if without != said else _REFUSAL.sub("", said, count=1)
        if without != self.message.source.text and without.strip(" ,，。"):
            self.refuses = True
            self._listen_to(without)
        added = _ADDED.sub("", self.message.source.text, count=1)
        if added != self.message.source.text and self.draft.intent in LINE_INTENTS:
            self._listen_to(added)
            self._append()
        elif self.message.pieces and not self._take_unit():
            self._take_rest()

    def _take_unit(self) -> bool:
        """包, where only the unit of an amount was asked."""
        words = [piece for piece in self.message.pieces if not (piece.is_gap or piece.has(Cue.FILL))]
        lacking = [
            at for path in self.pending.missing if path.endswith(".unit") and (at := _line_index(path)) is not None
        ]
        units = words[0].word.units if len(words) == 1 and words[0].word is not None else ()
        for index in lacking if units else ():
            line = self.lines[index]
            kept = [unit for unit in units if line.material and self.catalogue.materials[line.material].keeps(unit)]
            if kept:
                self.lines[index] = replace(line, unit=kept[0])
                self.touched = True
        return self.touched and bool(units)

    def _listen_to(self, text: str) -> None:
        """From here on, only to this part of what was said."""
        self.message = self._of(text)

    def _of(self, text: str) -> Message:
        pieces = pieces_of(text, self.catalogue, self.message.today)
        return replace(self.message, source=replace(self.message.source, text=text), pieces=pieces)

    def _take_rest(self) -> None:
        self._take_names()
        if not self.is_spent:
            self._take_items()
            self._take_work()
        before = dict(self.draft.fields)
        pieces = self.message.pieces
        is_dated = any(piece.shape is Shape.DATE for piece in pieces) and strangeness(pieces) < _TALK_MIN
        if is_dated and add_times(self.draft, self.message, None):
            self.touched = self.touched or before != self.draft.fields

    def _judged(self) -> Reading:
        self.draft.lines = self.lines
        for path, codes in self.open.items():
            self.draft.candidates[path] = codes
        for path in self.pending.missing:
            if path.endswith(".unit") and self._line_lacks_unit(path):
                self.draft.lack(path)
            if path.endswith(".material") and path in self.open:
                self.draft.lack(path)  # what is offered is only like what was said
            if path in ("fields.stage", "fields.recipient") and not self.draft.knows(path[7:]):
                self.draft.lack(path)
        return self._without_dropped() if self.dropped else judge(self.draft)

    def _without_dropped(self) -> Reading:
        """The lines that are not wanted any more are taken out, and the paths of those behind move up."""
        kept = [index for index in range(len(self.lines)) if index not in self.dropped]
        if not kept:
            return _CANCEL
        place = {f"lines[{old}]": f"lines[{new}]" for new, old in enumerate(kept)}

        def moved(path: str) -> str | None:
            head, _, tail = path.partition(".")
            return path if _line_index(path) is None else f"{place[head]}.{tail}" if head in place else None

        self.draft.lines = [self.lines[index] for index in kept]
        self.draft.missing = [to for path in self.draft.missing if (to := moved(path)) is not None]
        self.draft.candidates = {
            to: codes for path, codes in self.draft.candidates.items() if (to := moved(path)) is not None
        }
        return judge(self.draft)

    def _line_lacks_unit(self, path: str) -> bool:
        index = _line_index(path)
        return index is not None and self.lines[index : index + 1] == list(self.pending.lines[index : index + 1])

    def _pick(self, picked: list[tuple[str, str]]) -> bool:
        """第二个, 1和4: what is chosen by its number in the list. False where one thing was chosen twice over."""
        if len({path for path, _ in picked}) < len(picked):
            return False
        for path, code in picked:
            if path in self.open:
                self._settle(path, (code,))
        return True

    def _settle(self, path: str, codes: tuple[str, ...]) -> None:
        self.touched = True
        self.open.pop(path, None)
        if path.startswith("fields."):
            self.draft.choose(path[7:], codes)
            return
        index = _line_index(path)
        if len(codes) > 1:
            self.open[path] = codes
        elif codes and index is not None and index < len(self.lines):
            self.lines[index] = replace(self.lines[index], material=codes[0], said=None)
            self._check_unit(index)

    def _check_unit(self, index: int) -> None:
        """What was only now told to be this material may not be kept in the unit that was said."""
        line = self.lines[index]
        if line.unit is not None and line.material and not self.catalogue.materials[line.material].keeps(line.unit):
            self.draft.lack(f"lines[{index}].unit")
            self.lines[index] = replace(line, unit=None)

    def _take_addressed(self, words: Addressed) -> None:
        """第二行改成30包: the words are about this line and no other."""
        if words.is_dropped:
            self.dropped.add(words.line)
            self.open.pop(f"lines[{words.line}].material", None)
            self.touched = True
            return
        items = [item for item in ItemBuilder().build(self._of(words.words).pieces) if not _is_noise(item)]
        if items and all(item.is_correction for item in items[1:]):
            self._change(words.line, items[-1])

    def _change(self, index: int, item: Item) -> None:
        """Another amount, another material, or both."""
        if not item.has_mention:
            self._set_quantity(index, item.quantity)
        elif item.numbers and not (item.words or item.sizes or item.strange) and item.quantity is None:
            self._set_bare(index, item)
        else:
            self._choose_material(index, item)

    def _append(self) -> None:
        """再加扎丝30公斤: lines behind those that are there."""
        for resolved in Resolver(self.catalogue, counts=True).resolve(ItemBuilder().build(self.message.pieces)):
            if not resolved.codes and resolved.item.quantity is None:
                continue
            self.touched = True
            add_line(self.draft, resolved, self.catalogue, index=len(self.lines))
            self.lines.append(self.draft.lines.pop())
            path = f"lines[{len(self.lines) - 1}].material"
            if path in self.draft.candidates:
                self.open[path] = self.draft.candidates.pop(path)

    def _take_free_text(self) -> None:
        for name in _FREE_TEXT:
            if f"fields.{name}" in self.pending.missing and self.message.pieces:
                self.draft.fields[name] = words_of(self.message, range(len(self.message.pieces)))
                self.touched = True

    def _take_names(self) -> None:
        """Names that fill, narrow or correct a field; a choice is first looked for among its candidates."""
        for path in [path for path in self.open if path.startswith("fields.")]:
            named = self._narrowed(path[7:], self.open[path])
            if named:
                self._settle(path, named)
        found = Draft(self.draft.intent)
        fill_named(found, replace(self.message, context=replace(self.message.context, project=None)))
        for name, value in found.fields.items():
            if name.startswith("from_") and value == self.draft.fields.get(name.replace("from_", "to_")):
                continue  # the name that settled where to
            if f"fields.{name}" not in self.open and self.draft.fields.get(name) != value:
                self.draft.fields[name] = value
                self.touched = True
        for path, codes in found.candidates.items():
            if path in self.pending.missing or path[7:] in self.draft.fields:
                self.draft.fields.pop(path[7:], None)
                self.open[path] = codes
                self.touched = True
        self._take_missing_names()
        documents = [piece.values[0] for piece in self.message.pieces if piece.shape is Shape.DOCUMENT]
        if len(documents) == 1:
            self.draft.fields["document"] = documents[0]
            self.touched = True

    def _narrowed(self, name: str, codes: tuple[str, ...]) -> tuple[str, ...]:
        """The candidates that a word of the answer names, even by a part that only tells these apart (二组)."""
        domain = _FIELD_DOMAINS.get(name)
        if domain is None:
            return ()
        for piece in self.message.pieces:
            same = tuple(code for code in piece.codes(domain) if code in codes)
            if same:
                return same
        text = _POINTER.sub("", _CHOSEN.sub("", self.message.source.text.strip(" ,，。"))).strip(" ,，。的")
        found = tuple(code for code in codes if any(text in form for form in self.catalogue.forms(domain, code)))
        # The whole answer is a piece of a name (二组, 大的那台), so no number in it is an amount.
        self.is_spent = bool(text) and bool(found) and (len(text) > 1 or len(found) < len(codes))
        return found if self.is_spent else ()

    def _take_missing_names(self) -> None:
        for path in self.pending.missing:
            domain = _FIELD_DOMAINS.get(path.removeprefix("fields."))
            if domain is None or path[7:] in self.draft.fields or path in self.open:
                continue
            for piece in self.message.pieces:
                codes = piece.codes(domain)
                if codes and path == "fields.to_project" and "to_warehouse" in self.draft.fields:
                    continue
                if codes:
                    self._settle(path, codes)
                    break

    def _take_items(self) -> None:
        if self.draft.intent not in LINE_INTENTS:
            return
        if not self.lines:
            self._append()
            return
        for item in _with_corrections(ItemBuilder().build(self.message.pieces)):
            if not _is_noise(item):
                self._take_item(item)

    def _take_item(self, item: Item) -> None:
        named = self._named_line(item)
        if item.is_dropped:
            if named is not None:
                self._take_addressed(Addressed(named, "", is_dropped=True))
            return
        if named is not None:
            if item.quantity is not None:
                self._set_quantity(named, item.quantity)
            return
        index = self._line_for(item)
        if index is None:
            for resolved in Resolver(self.catalogue, counts=True).resolve([item]):
                self._set_line(None, resolved)
            return
        self._take_for(index, item)

    def _take_for(self, index: int, item: Item) -> None:
        """What an item says about the line that it is about."""
        path = f"lines[{index}].material"
        line = self.lines[index]
        if item.is_each and not item.has_mention:
            for open_one in [at for at, other in enumerate(self.lines) if other.quantity is None] or [index]:
                self._set_quantity(open_one, item.quantity)
        elif not item.has_mention and (codes := self._sized(path, item)):
            self._settle(path, codes)
        elif not item.has_mention:
            self._set_quantity(index, item.quantity)
        elif self._is_other_size(item, line):
            self._change_size(index, item)
        elif item.numbers and not (item.words or item.sizes) and item.quantity is None and path not in self.open:
            self._set_bare(index, item)
        elif path in self.open or line.material is None:
            self._choose_material(index, item)
        else:
            for resolved in Resolver(self.catalogue, counts=True).resolve([item]):
                self._set_line(index, resolved)

    def _sized(self, path: str, item: Item) -> tuple[str, ...]:
        """4毫米的: of the materials that are offered, those that the amount means as a size."""
        codes = self.open.get(path, ())
        return Resolver(self.catalogue, counts=True).of_sized(codes, item.quantity) if codes else ()

    @staticmethod
    def _is_other_size(item: Item, line: Line) -> bool:
        """25的, where the material stands already: a size of it, no amount."""
        is_size = bool(item.sizes) or any(number.marked for number in item.numbers)
        return line.material is not None and is_size and not item.words and not item.strange

    def _change_size(self, index: int, item: Item) -> None:
        """The material of the same name that has this size."""
        line = self.lines[index]
        codes = Resolver(self.catalogue, counts=True).resized(item, line.material or "")
        if not codes:
            return
        self.lines[index] = replace(line, material=None)
        self._settle(f"lines[{index}].material", codes)
        if item.quantity is not None:
            self._set_quantity(index, item.quantity)

    def _named_line(self, item: Item) -> int | None:
        """红砖改成300块: the line whose settled material the words name, unless they settle an open choice."""
        if not item.has_head:
            return None
        resolver = Resolver(self.catalogue, counts=True)
        if any(resolver.narrow(item, codes) for path, codes in self.open.items() if path.endswith(".material")):
            return None
        codes = {code for resolved in resolver.resolve([item]) for code in resolved.codes}
        found = [index for index, line in enumerate(self.lines) if line.material in codes]
        return found[0] if len(found) == 1 else None

    def _line_for(self, item: Item) -> int | None:
        """The line that is asked about: the open one that the words fit, else the first open one, or the only one."""
        resolver = Resolver(self.catalogue, counts=True)
        for index in range(len(self.lines)):
            if item.has_mention and resolver.narrow(item, self.open.get(f"lines[{index}].material", ())):
                return index
        for index, line in enumerate(self.lines):
            if f"lines[{index}].material" in self.open:
                if item.has_mention or line.quantity is None or len(self.lines) == 1 or self._is_only_open(index):
                    return index
            elif (item.has_mention is False and line.quantity is None) or self._still_lacks(index):
                return index
        return 0 if len(self.lines) == 1 else None

    def _still_lacks(self, index: int) -> bool:
        """Whether something that was asked about this line is not answered yet."""
        line, path = self.lines[index], f"lines[{index}]"
        asked = {part for part in ("material", "quantity", "unit") if f"{path}.{part}" in self.pending.missing}
        lacks = {"material": line.material is None, "quantity": line.quantity is None, "unit": line.unit is None}
        return any(lacks[part] for part in asked)

    def _is_only_open(self, index: int) -> bool:
        """Whether 不对，30包 can be about no other line."""
        path = f"lines[{index}].material"
        return self.refuses and [other for other in self.open if other.startswith("lines[")] == [path]

    def _set_bare(self, index: int, item: Item) -> None:
        numbers = [number.text for number in item.numbers if not number.marked]
        if len(numbers) == 1 and numbers[0] is not None:
            line = self.lines[index]
            self.lines[index] = replace(line, quantity=numbers[0], unit=line.unit)
            self.touched = True

    def _set_quantity(self, index: int, quantity: Piece | None) -> None:
        line = self.lines[index]
        path = f"lines[{index}].material"
        codes = self.open.get(path, (line.material,) if line.material else ())
        resolved = Resolver(self.catalogue, counts=True).with_unit(Item(quantity=quantity), codes, quantity)
        if resolved.quantity is None:
            # 十几包: heard, and asked again.
            self.touched = self.touched or (quantity is not None and bool(quantity.units) and line.quantity is None)
            return
        self.touched = True
        if resolved.is_unit_wrong:
            self.draft.lack(f"lines[{index}].unit")
        self.lines[index] = replace(line, quantity=resolved.quantity, unit=resolved.unit)
        if path in self.open and resolved.codes:
            self._settle(path, resolved.codes)

    def _choose_material(self, index: int, item: Item) -> None:
        """42.5的 narrows the candidates; words that fit none of them name another material."""
        path = f"lines[{index}].material"
        codes = self.open.get(path, ())
        resolver = Resolver(self.catalogue, counts=True)
        narrowed = resolver.narrow(item, codes)
        if narrowed:
            self._settle(path, narrowed)
            if item.quantity is not None:
                self._set_quantity(index, item.quantity)
            return
        for resolved in resolver.resolve([item]):
            if resolved.codes and self._may_replace(index, item):
                self._set_line(index, resolved)
                return
        self._choose_kind(index, item)

    def _may_replace(self, index: int, item: Item) -> bool:
        """Another thing with an amount of its own, in the middle of several, may be one more: that is asked again."""
        is_choice = f"lines[{index}].material" in self.open and f"lines[{index}].material" not in self.pending.missing
        if self.refuses or not is_choice or item.quantity is None or len(self.lines) == 1:
            return True
        said = self._said(index)
        return bool(said) and said in item.said

    def _choose_kind(self, index: int, item: Item) -> None:
        """散装的, where cement was asked about: the words complete the name that stands in the line."""
        said, words = self._said(index), item.said.removesuffix("的")
        if not said or not words or item.sizes or item.numbers:
            return
        items = [one for one in ItemBuilder().build(self._of(words + said).pieces) if one.has_head]
        for resolved in Resolver(self.catalogue, counts=True).resolve(items if len(items) == 1 else []):
            if resolved.codes and not resolved.item.strange:
                self._set_line(index, replace(resolved, quantity=None, unit=None))
        if self.touched and item.quantity is not None:
            self._set_quantity(index, item.quantity)

    def _said(self, index: int) -> str:
        """The words that named the line, else what the names of its candidates end with."""
        if said := self.lines[index].said:
            return said
        heads = {self.catalogue.materials[code].name[-2:] for code in self.open.get(f"lines[{index}].material", ())}
        return heads.pop() if len(heads) == 1 else ""

    def _set_line(self, index: int | None, resolved: Resolved) -> None:
        if index is None:
            if resolved.codes and self.lines == []:
                self.lines.append(Line())
                index = 0
            else:
                return
        line, path = self.lines[index], f"lines[{index}].material"
        if not resolved.codes:
            return
        quantity, unit = (resolved.quantity, resolved.unit) if resolved.has_amount else (line.quantity, line.unit)
        if unit is not None and not any(self.catalogue.materials[code].keeps(unit) for code in resolved.codes):
            self.draft.lack(f"lines[{index}].unit")
            unit = None
        self.lines[index] = replace(line, material=None, quantity=quantity, unit=unit, said=None)
        self._settle(path, resolved.codes)

    def _take_work(self) -> None:
        """Quantity, unit and percent of records."""
        for piece in self.message.pieces:
            if piece.shape is Shape.PERCENT and self.draft.intent == "progress.report" and piece.number:
                self.draft.fields["percent"] = piece.number
                self.touched = True
            if piece.shape is Shape.NUMBER and "fields.percent" in self.pending.missing and _is_share(piece.number):
                self.draft.fields["percent"] = piece.number or ""
                self.touched = True
            if self.draft.intent in ("labor.record", "rental.record") and piece.number and not piece.has(Cue.FILL):
                if piece.shape is Shape.QUANTITY and piece.units:
                    self.draft.fields |= {"quantity": piece.number, "unit": piece.units[0]}
                elif piece.shape is Shape.NUMBER:
                    self.draft.fields["quantity"] = piece.number
                self.touched = True


def _line_index(path: str) -> int | None:
    match = _LINE_PATH.match(path)
    return int(match[1]) if match else None


def _with_corrections(items: list[Item]) -> list[Item]:
    """红砖改成300块: the amount behind the correction belongs to the name before it."""
    found: list[Item] = []
    for item in items:
        last = found[-1] if found else None
        if item.is_correction and not item.has_mention and last is not None and last.has_mention:
            last.quantity, last.first_quantity, last.has_conflict = item.quantity, None, False
        else:
            found.append(item)
    return found


def _is_share(number: str | None) -> bool:
    value = value_of(number or "")
    return value is not None and 0 <= value <= 100


def _is_noise(item: Item) -> bool:
    return bool(item.strange) and not item.words and not item.sizes and item.quantity is None
