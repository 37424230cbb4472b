"""The answer to a question that the robot asked: it completes, corrects or ends the reading that is pending."""

import re
from dataclasses import replace
from typing import Final

from handlers.language.acts import Decision
from handlers.language.draft import Draft, judge
from handlers.language.fields import fill_named
from handlers.language.items import Item, ItemBuilder, is_head
from handlers.language.lexicon import Domain
from handlers.language.message import Message
from handlers.language.ordinals import chosen
from handlers.language.pieces import Piece, Shape
from handlers.language.reading import Line, Reading, Status
from handlers.language.reasons import words_of
from handlers.language.resolve import Resolved, Resolver
from handlers.language.times import add_times
from handlers.language.verbs import LINE_INTENTS
from handlers.language.vocabulary import ENDINGS, Cue

_LINE_PATH: Final = re.compile(r"lines\[(\d{1,4})\]", re.ASCII)
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
    if plain in ENDINGS:
        return Reading(status=Status.OK, intent="dialogue.cancel")
    if pending.intent is None or (decision.intents and not _continues(message, pending, decision)):
        return None
    return _Answer(message, pending).reading()


def _continues(message: Message, pending: Reading, decision: Decision) -> bool:
    """A bare unit or place may look like a command of its own (3个台班, 到B座); a verb of another act is one."""
    verb = message.pieces[decision.verb].intents if decision.verb >= 0 else {}
    if not verb:
        return True
    is_same = pending.intent in decision.intents and not verb.get(decision.intents[0], False)
    return is_same and not any(is_head(piece) for piece in message.pieces)


class _Answer:
    def __init__(self, message: Message, pending: Reading) -> None:
        self.message, self.pending = message, pending
        self.catalogue = message.catalogue
        self.draft = Draft(pending.intent or "", fields=dict(pending.fields))
        self.lines = list(pending.lines)
        self.open = {path: codes for path, codes in pending.candidates.items() if self._is_known(path, codes)}
        self.touched = False
        self.is_spent = False

    def _is_known(self, path: str, codes: tuple[str, ...]) -> bool:
        """Choices among materials that the catalogue no longer has cannot be answered."""
        return not path.endswith(".material") or all(code in self.catalogue.materials for code in codes)

    def reading(self) -> Reading | None:
        """Try everything the text may be answering; None when nothing fits."""
        if not self._choose_by_place():
            self._take_free_text()
            self._take_names()
            if not self.is_spent:
                self._take_items()
                self._take_work()
            before = dict(self.draft.fields)
            if any(piece.shape is Shape.DATE for piece in self.message.pieces) and add_times(self.draft, self.message):
                self.touched = self.touched or before != self.draft.fields
        if not self.touched:
            return None
        return self._judged()

    def _judged(self) -> Reading:
        self.draft.lines = self.lines
        for path, codes in self.open.items():
            self.draft.candidates[path] = codes
        for path in self.pending.missing:
            if path.endswith(".unit") and self._line_lacks_unit(path):
                self.draft.lack(path)
            if path in ("fields.stage", "fields.recipient") and not self.draft.knows(path[7:]):
                self.draft.lack(path)
        return judge(self.draft)

    def _line_lacks_unit(self, path: str) -> bool:
        index = _line_index(path)
        return index is not None and self.lines[index : index + 1] == list(self.pending.lines[index : index + 1])

    def _choose_by_place(self) -> bool:
        """第二个, or the bare number of a choice."""
        if len(self.open) != 1:
            return False
        path, codes = next(iter(self.open.items()))
        wants_number = any(p.endswith("quantity") for p in self.pending.missing)
        index = chosen(self.message.source.text, len(codes), bare=not wants_number)
        if index is None:
            return False
        self._settle(path, (codes[index],))
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
        text = self.message.source.text.strip(" ,，。的")
        found = tuple(code for code in codes if any(text in form for form in self.catalogue.forms(domain, code)))
        # The whole answer is a piece of a name (二组), so no number in it is an amount.
        self.is_spent = len(text) > 1 and bool(found)
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
        items = [item for item in ItemBuilder().build(self.message.pieces) if not _is_noise(item)]
        for item in items:
            self._take_item(item)

    def _take_item(self, item: Item) -> None:
        index = self._line_for(item)
        if index is None:
            for resolved in Resolver(self.catalogue, counts=True).resolve([item]):
                self._set_line(None, resolved)
            return
        path = f"lines[{index}].material"
        line = self.lines[index]
        if not item.has_mention:
            self._set_quantity(index, item.quantity)
        elif item.numbers and not (item.words or item.sizes) and item.quantity is None and path not in self.open:
            self._set_bare(index, item)
        elif path in self.open or line.material is None:
            self._choose_material(index, item)
        else:
            for resolved in Resolver(self.catalogue, counts=True).resolve([item]):
                self._set_line(index, resolved)

    def _line_for(self, item: Item) -> int | None:
        """The line that is asked about: the first open one, or the only one."""
        for index, line in enumerate(self.lines):
            if f"lines[{index}].material" in self.open:
                if item.has_mention or line.quantity is None or len(self.lines) == 1:
                    return index
            elif (item.has_mention is False and line.quantity is None) or any(
                path.startswith(f"lines[{index}].") for path in self.pending.missing
            ):
                return index
        return 0 if len(self.lines) == 1 else None

    def _set_bare(self, index: int, item: Item) -> None:
        numbers = [number.text for number in item.numbers]
        if len(numbers) == 1 and numbers[0] is not None:
            line = self.lines[index]
            self.lines[index] = replace(line, quantity=numbers[0], unit=line.unit if line.quantity else None)
            self.touched = True

    def _set_quantity(self, index: int, quantity: Piece | None) -> None:
        line = self.lines[index]
        path = f"lines[{index}].material"
        codes = self.open.get(path, (line.material,) if line.material else ())
        resolved = Resolver(self.catalogue, counts=True).with_unit(Item(quantity=quantity), codes, quantity)
        if resolved.quantity is None:
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
        if not narrowed:
            for resolved in resolver.resolve([item]):
                if resolved.codes:
                    self._set_line(index, resolved)
            return
        self._settle(path, narrowed)
        if item.quantity is not None:
            self._set_quantity(index, item.quantity)

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
            if self.draft.intent in ("labor.record", "rental.record") and piece.number and not piece.has(Cue.FILL):
                if piece.shape is Shape.QUANTITY and piece.units:
                    self.draft.fields |= {"quantity": piece.number, "unit": piece.units[0]}
                elif piece.shape is Shape.NUMBER:
                    self.draft.fields["quantity"] = piece.number
                self.touched = True


def _line_index(path: str) -> int | None:
    match = _LINE_PATH.match(path)
    return int(match[1]) if match else None


def _is_noise(item: Item) -> bool:
    return bool(item.strange) and not item.words and not item.sizes and item.quantity is None
