"""What an answer says about the lines: which material, how much, another one, one more, or not this one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from handlers.language.again import pieces_of
from handlers.language.items import Item, ItemBuilder
from handlers.language.lines import add_line
from handlers.language.open_question import OpenQuestion
from handlers.language.ordinals import Addressed
from handlers.language.pieces import Piece
from handlers.language.reading import Line
from handlers.language.resolve import Resolved, Resolver
from handlers.language.vocabulary import Cue


class LineAnswers:
    """Puts the items of an answer to the lines that they are about."""

    def __init__(self, question: OpenQuestion, today: date) -> None:
        self._question, self._today = question, today
        self._catalogue, self._lines = question.catalogue, question.lines
        self._resolver = Resolver(question.catalogue, counts=True)

    def take(self, pieces: Sequence[Piece]) -> None:
        """Each item to its line; where there are none yet, new ones."""
        if not self._lines:
            self.append(pieces)
            return
        for item in _with_corrections(ItemBuilder().build(pieces)):
            if not _is_noise(item):
                self._take_item(item)

    def take_addressed(self, words: Addressed) -> None:
        """第二行改成30包: the words are about this line and no other."""
        if words.is_dropped:
            self._question.drop(words.line)
            return
        items = [item for item in self._items_of(words.words) if not _is_noise(item)]
        if items and all(item.is_correction for item in items[1:]):
            self._change(words.line, items[-1])

    def take_unit(self, pieces: Sequence[Piece]) -> bool:
        """包, where only the unit of an amount was asked."""
        words = [piece for piece in pieces if not (piece.is_gap or piece.has(Cue.FILL))]
        lacking = self._question.lines_asked_for("unit")
        units = words[0].word.units if len(words) == 1 and words[0].word is not None else ()
        for index in lacking if units else ():
            line = self._lines[index]
            kept = [unit for unit in units if line.material and self._catalogue.materials[line.material].keeps(unit)]
            if kept:
                self._put(index, replace(line, unit=kept[0]))
        return self._question.touched and bool(units)

    def append(self, pieces: Sequence[Piece]) -> None:
        """再加扎丝30公斤: lines behind those that are there."""
        draft, choices = self._question.draft, self._question.choices
        for resolved in self._resolver.resolve(ItemBuilder().build(pieces)):
            if not resolved.codes and resolved.item.quantity is None:
                continue
            self._question.touched = True
            add_line(draft, resolved, self._catalogue, index=len(self._lines))
            self._lines.append(draft.lines.pop())
            path = f"lines[{len(self._lines) - 1}].material"
            if path in draft.candidates:
                choices[path] = draft.candidates.pop(path)

    def _items_of(self, text: str) -> list[Item]:
        return ItemBuilder().build(pieces_of(text, self._catalogue, self._today))

    def _put(self, index: int, line: Line) -> None:
        self._lines[index] = line
        self._question.touched = True

    # --- which line

    def _take_item(self, item: Item) -> None:
        named = self._named_line(item)
        if item.is_dropped:
            if named is not None:
                self._question.drop(named)
            return
        if named is not None:
            if item.quantity is not None:
                self._set_quantity(named, item.quantity)
            return
        index = self._line_for(item)
        if index is not None:
            self._take_for(index, item)

    def _named_line(self, item: Item) -> int | None:
        """红砖改成300块: the line whose settled material the words name, unless they settle an open choice."""
        if not item.has_head:
            return None
        offers = [codes for path, codes in self._question.choices.items() if path.endswith(".material")]
        if any(self._resolver.narrow(item, codes) for codes in offers):
            return None
        codes = {code for resolved in self._resolver.resolve([item]) for code in resolved.codes}
        found = [index for index, line in enumerate(self._lines) if line.material in codes]
        return found[0] if len(found) == 1 else None

    def _line_for(self, item: Item) -> int | None:
        """The line that is asked about: the open one that the words fit, else the first open one, or the only one."""
        for index in range(len(self._lines)):
            if item.has_mention and self._resolver.narrow(item, self._question.offered(index)):
                return index
        is_only = len(self._lines) == 1
        for index, line in enumerate(self._lines):
            if self._question.offered(index):
                if item.has_mention or line.quantity is None or is_only or self._question.refuses_only(index):
                    return index
            elif (item.has_mention is False and line.quantity is None) or self._question.still_lacks(index):
                return index
        return 0 if is_only else None

    # --- what about it

    def _take_for(self, index: int, item: Item) -> None:
        """What an item says about the line that it is about."""
        line, offered = self._lines[index], self._question.offered(index)
        if item.is_each and not item.has_mention:
            for open_one in [at for at, other in enumerate(self._lines) if other.quantity is None] or [index]:
                self._set_quantity(open_one, item.quantity)
        elif not item.has_mention and (codes := self._sized(offered, item)):
            self._question.settle_line(index, codes)
        elif not item.has_mention:
            self._set_quantity(index, item.quantity)
        elif self._is_other_size(item, line):
            self._change_size(index, item)
        elif item.numbers and not (item.words or item.sizes) and item.quantity is None and not offered:
            self._set_bare(index, item)
        elif offered or line.material is None:
            self._choose_material(index, item)
        else:
            for resolved in self._resolver.resolve([item]):
                self._set_line(index, resolved)

    def _change(self, index: int, item: Item) -> None:
        """Another amount, another material, or both."""
        if not item.has_mention:
            self._set_quantity(index, item.quantity)
        elif item.numbers and not (item.words or item.sizes or item.strange) and item.quantity is None:
            self._set_bare(index, item)
        else:
            self._choose_material(index, item)

    def _sized(self, codes: tuple[str, ...], item: Item) -> tuple[str, ...]:
        """4毫米的: of the materials that are offered, those that the amount means as a size."""
        return self._resolver.of_sized(codes, item.quantity) if codes else ()

    @staticmethod
    def _is_other_size(item: Item, line: Line) -> bool:
        """25的, where the material stands already: a size of it, no amount."""
        is_size = bool(item.sizes) or any(number.marked for number in item.numbers)
        return line.material is not None and is_size and not item.words and not item.strange

    def _change_size(self, index: int, item: Item) -> None:
        """The material of the same name that has this size."""
        line = self._lines[index]
        codes = self._resolver.resized(item, line.material or "")
        if not codes:
            return
        self._lines[index] = replace(line, material=None)
        self._question.settle_line(index, codes)
        if item.quantity is not None:
            self._set_quantity(index, item.quantity)

    def _set_bare(self, index: int, item: Item) -> None:
        numbers = [number.text for number in item.numbers if not number.marked]
        if len(numbers) == 1 and numbers[0] is not None:
            self._put(index, replace(self._lines[index], quantity=numbers[0]))

    def _set_quantity(self, index: int, quantity: Piece | None) -> None:
        line, offered = self._lines[index], self._question.offered(index)
        codes = offered or ((line.material,) if line.material else ())
        resolved = self._resolver.with_unit(Item(quantity=quantity), codes, quantity)
        if resolved.quantity is None:
            # 十几包: heard, and asked again.
            is_heard = quantity is not None and bool(quantity.units) and line.quantity is None
            self._question.touched = self._question.touched or is_heard
            return
        if resolved.is_unit_wrong:
            self._question.draft.lack(f"lines[{index}].unit")
        self._put(index, replace(line, quantity=resolved.quantity, unit=resolved.unit))
        if offered and resolved.codes:
            self._question.settle_line(index, resolved.codes)

    def _choose_material(self, index: int, item: Item) -> None:
        """42.5的 narrows the candidates; words that fit none of them name another material."""
        narrowed = self._resolver.narrow(item, self._question.offered(index))
        if narrowed:
            self._question.settle_line(index, narrowed)
            if item.quantity is not None:
                self._set_quantity(index, item.quantity)
            return
        for resolved in self._resolver.resolve([item]):
            if resolved.codes and self._may_replace(index, item):
                self._set_line(index, resolved)
                return
        self._choose_kind(index, item)

    def _may_replace(self, index: int, item: Item) -> bool:
        """Another thing with an amount of its own, in the middle of several, may be one more: that is asked again."""
        is_choice = bool(self._question.offered(index)) and not self._question.asks(f"lines[{index}].material")
        if self._question.refuses or not is_choice or item.quantity is None or len(self._lines) == 1:
            return True
        said = self._question.named(index)
        return bool(said) and said in item.said

    def _choose_kind(self, index: int, item: Item) -> None:
        """散装的, where cement was asked about: the words complete the name that stands in the line."""
        said, words = self._question.named(index), item.said.removesuffix("的")
        if not said or not words or item.sizes or item.numbers:
            return
        items = [one for one in self._items_of(words + said) if one.has_head]
        for resolved in self._resolver.resolve(items if len(items) == 1 else []):
            if resolved.codes and not resolved.item.strange:
                self._set_line(index, replace(resolved, quantity=None, unit=None))
        if self._question.touched and item.quantity is not None:
            self._set_quantity(index, item.quantity)

    def _set_line(self, index: int, resolved: Resolved) -> None:
        if not resolved.codes:
            return
        line = self._lines[index]
        quantity, unit = (resolved.quantity, resolved.unit) if resolved.has_amount else (line.quantity, line.unit)
        if unit is not None and not any(self._catalogue.materials[code].keeps(unit) for code in resolved.codes):
            self._question.draft.lack(f"lines[{index}].unit")
            unit = None
        self._lines[index] = replace(line, material=None, quantity=quantity, unit=unit, said=None)
        self._question.settle_line(index, resolved.codes)


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


def _is_noise(item: Item) -> bool:
    return bool(item.strange) and not item.words and not item.sizes and item.quantity is None
