"""What an answer says about the lines: which material, how much, another one, one more, or not this one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from handlers.language.again import pieces_of
from handlers.language.items import Item, ItemBuilder, details_of, is_part
from handlers.language.lines import add_line, with_details
from handlers.language.open_question import OpenQuestion
from handlers.language.ordinals import Addressed
from handlers.language.pieces import Piece, Shape
from handlers.language.prices import without_prices
from handlers.language.reading import Line
from handlers.language.resolve import Resolved, Resolver
from handlers.language.verbs import PRICED_INTENTS
from handlers.language.vocabulary import PHRASES, Cue


class LineAnswers:
    """Puts the items of an answer to the lines that they are about."""

    def __init__(self, question: OpenQuestion, today: date) -> None:
        self._question, self._today = question, today
        self._catalogue, self._lines = question.catalogue, question.lines
        self._resolver = Resolver(question.catalogue, counts=True)
        self._is_priced = question.draft.intent in PRICED_INTENTS

    def take(self, pieces: Sequence[Piece], *, is_talk: bool) -> None:
        """Each item to its line; where there are none yet, new ones. A price alone is told of the only line.

        `is_talk`: so much else is said that one character (外面下雨了) chooses nothing.
        """
        pieces = self._priced(pieces)
        if not self._lines:
            self.append(pieces)
            return
        items = [item for item in self._items(pieces) if not is_talk or len(item.said) > 1 or item.quantity is not None]
        if self._split(items) or self._each(items, pieces):
            return
        if sum(item.quantity is not None and not item.has_mention for item in items) > 1:
            items = [replace(item, is_each=False) for item in items]  # 分别10桶和3桶
        is_all = any(piece.text in PHRASES.alike for piece in pieces)
        for item in items:
            if is_all and self._take_for_all(item):
                continue
            if not _is_noise(item) or item.is_dropped:
                self._take_item(item)
        self._drop_pointed(pieces, items)
        self._take_units(pieces)
        if not any(item.has_details for item in items):
            self._tell(details_of(pieces))

    def _split(self, items: list[Item]) -> bool:
        """50的20张，75的10张, where one line was asked about: a line for each of those that were offered."""
        offered = self._question.offered(0) if len(self._lines) == 1 else ()
        meant = [self._resolver.narrow(item, offered) if item.quantity is not None else () for item in items]
        if len(items) < 2 or any(len(codes) != 1 for codes in meant) or len(set(meant)) < len(meant):
            return False
        for index, (item, codes) in enumerate(zip(items, meant, strict=True)):
            if index:
                self._lines.append(replace(self._lines[0], material=None, quantity=None, unit=None, said=None))
            self._question.settle_line(index, codes)
            self._set_quantity(index, item.quantity)
        return True

    def _each(self, items: list[Item], pieces: Sequence[Piece]) -> bool:
        """各20, where several amounts were asked about."""
        open_ones = [at for at, line in enumerate(self._lines) if line.quantity is None]
        is_told = len(items) == 1 and items[0].is_bare_number and any(piece.has(Cue.EACH) for piece in pieces)
        for at in open_ones if is_told else ():
            self._set_bare(at, items[0])
        return is_told and bool(open_ones)

    def _take_for_all(self, item: Item) -> bool:
        """都是25的: every choice that it narrows."""
        narrowed = [(at, self._resolver.narrow(item, self._question.offered(at))) for at in range(len(self._lines))]
        for at, codes in narrowed:
            if codes:
                self._question.settle_line(at, codes)
        return any(codes for _, codes in narrowed)

    def _drop_pointed(self, pieces: Sequence[Piece], items: list[Item]) -> None:
        """那个先不要了: the only line of several that was asked about."""
        asked = [at for at in range(len(self._lines)) if self._question.offered(at) or self._question.still_lacks(at)]
        is_pointed = any(piece.text in PHRASES.pointed for piece in pieces) and any(p.has(Cue.DROP) for p in pieces)
        if is_pointed and len(asked) == 1 < len(self._lines) and not any(item.has_head for item in items):
            self._question.drop(asked[0])

    def _take_units(self, pieces: Sequence[Piece]) -> None:
        """单位是米: a unit in a clause of its own is that of the only amount."""
        counted = [at for at, line in enumerate(self._lines) if line.quantity is not None]
        clauses = [[p for p in clause if not (p.is_gap or p.has(Cue.FILL, Cue.CORRECT))] for clause in _clauses(pieces)]
        for clause in clauses if len(counted) == 1 else ():
            units = clause[0].word.units if len(clause) == 1 and clause[0].word is not None else ()
            codes = self._codes_at(counted[0])
            kept = [u for u in units if codes and all(self._catalogue.materials[code].keeps(u) for code in codes)]
            if kept and not is_part(clause[0]):
                self._put(counted[0], replace(self._lines[counted[0]], unit=kept[0]))

    def _codes_at(self, index: int) -> tuple[str, ...]:
        """What a line is, or may be."""
        line = self._lines[index]
        return self._question.offered(index) or ((line.material,) if line.material else ())

    def add(self, pieces: Sequence[Piece]) -> None:
        """再加扎丝30公斤: lines behind those that are there, unless one of them waits for it."""
        for resolved in self._resolver.resolve(self._items(pieces)):
            if not resolved.codes and resolved.item.quantity is None:
                continue
            at = self._waiting_for(resolved)
            if at is not None:
                self._take_for(at, resolved.item)
            else:
                self._append(resolved)

    def append(self, pieces: Sequence[Piece]) -> None:
        """New lines."""
        for resolved in self._resolver.resolve(self._items(pieces)):
            if resolved.codes or resolved.item.quantity is not None:
                self._append(resolved)

    def _append(self, resolved: Resolved) -> None:
        draft, choices = self._question.draft, self._question.choices
        self._question.touched = True
        add_line(draft, resolved, self._catalogue, index=len(self._lines))
        self._lines.append(draft.lines.pop())
        path = f"lines[{len(self._lines) - 1}].material"
        if path in draft.candidates:
            choices[path] = draft.candidates.pop(path)

    def _items(self, pieces: Sequence[Piece]) -> list[Item]:
        """The items of every row by itself: 300包 on a row of its own is no amount of the row above."""
        rows: list[list[Piece]] = [[]]
        for piece in pieces if self._is_priced else without_prices(pieces):
            last = rows[-1][-1] if rows[-1] else None
            if piece.text == "\n":
                rows.append([])
            elif (
                piece.shape is Shape.SPACE
                and last is not None
                and (last.shape is Shape.QUANTITY or last.has(Cue.OF, Cue.SIZE))
            ):
                rows[-1].append(replace(piece, shape=Shape.BREAK, text="，"))  # 红的2顶 手套3副
            else:
                rows[-1].append(self._trait(piece))
        items = _with_corrections([item for row in rows for item in ItemBuilder().build(row)])
        # 石子小的5-10: beside a size, one strange character tells nothing.
        return [replace(item, strange="") if item.sizes and len(item.strange) == 1 else item for item in items]

    def _trait(self, piece: Piece) -> Piece:
        """粗的, where sand was asked about: 粗砂, and no size that is not told."""
        if not piece.has(Cue.SIZE) or len(piece.text) < 2:
            return piece
        word = self._catalogue.lexicon.get(piece.text[:-1])
        is_told = word is not None and word.names_material
        return replace(piece, text=piece.text[:-1], word=word._replace(cues=frozenset())) if word and is_told else piece

    def _priced(self, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """72一方, where every amount is known: what one costs."""
        if not self._is_priced or any(line.quantity is None for line in self._lines):
            return pieces
        found = list(pieces)
        for at, (number, one) in enumerate(pairwise(pieces)):
            if number.has(Cue.TOTAL) and one.shape is Shape.NUMBER:  # 总共1750
                return [*found[:at], replace(one, shape=Shape.AMOUNT, start=number.start), *found[at + 2 :]]
            is_one = one.shape is Shape.QUANTITY and one.number == "1" and one.text[0] in "一1"
            if is_one and number.shape is Shape.NUMBER and any(line.unit in one.units for line in self._lines):
                price = replace(number, shape=Shape.PRICE, end=one.end, units=one.units)
                return [*found[:at], price, *found[at + 2 :]]
        return found

    def _tell(self, item: Item) -> None:
        if item.has_details and len(self._lines) == 1:
            self._put_details(0, item)

    def _put_details(self, index: int, item: Item) -> None:
        line = self._lines[index]
        codes = self._codes_at(index)
        resolved = Resolved(item=item, pool=self._catalogue.pool(codes), catalogue=self._catalogue)
        self._put(index, with_details(self._question.draft, line, resolved, self._catalogue, index=index))

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

    def _items_of(self, text: str) -> list[Item]:
        return ItemBuilder().build(pieces_of(text, self._catalogue, self._today))

    def _put(self, index: int, line: Line) -> None:
        self._lines[index] = line
        self._question.touched = True

    # --- which line

    def _take_item(self, item: Item) -> None:
        if item.is_dropped:
            if (dropped := self._dropped_line(item)) is not None:
                self._question.drop(dropped)
            return
        index = self._named_line(item)
        if index is not None:
            self._count(index, item)
        else:
            index = self._line_for(item)
            if index is not None:
                self._take_for(index, item)
        if index is not None and item.has_details:
            self._put_details(index, item)

    def _named_line(self, item: Item) -> int | None:
        """红砖改成300块: the line whose settled material the words name, unless they settle an open choice."""
        if not item.has_head:
            return None
        offers = [codes for path, codes in self._question.choices.items() if path.endswith(".material")]
        if any(self._resolver.narrow(item, codes) for codes in offers):
            return None
        codes = self._codes_of(item)
        found = [index for index, line in enumerate(self._lines) if line.material in codes]
        return found[0] if len(found) == 1 else None

    def _dropped_line(self, item: Item) -> int | None:
        """水泥不要了: the only line that is called so, settled or not."""
        codes = self._codes_of(item)
        found: list[int] = []
        for index, line in enumerate(self._lines):
            told = item.said or item.strange
            is_called = bool(line.said) and (line.said in (told, told + item.strange) or told in line.said)
            if is_called or line.material in codes or codes & set(self._question.offered(index)):
                found.append(index)
        return found[0] if len(found) == 1 else None

    def _codes_of(self, item: Item) -> set[str]:
        return {code for resolved in self._resolver.resolve([item]) for code in resolved.codes}

    def _waiting_for(self, resolved: Resolved) -> int | None:
        """The line that names this thing and still lacks something."""
        for index, line in enumerate(self._lines):
            is_open = bool(self._question.offered(index)) or line.quantity is None
            codes = set(self._question.offered(index)) or {line.material}
            if is_open and resolved.item.has_mention and codes & set(resolved.codes):
                return index
        return None

    def _line_for(self, item: Item) -> int | None:
        """The line that is asked about: the open one that the words fit, else the first open one, or the only one."""
        for index in range(len(self._lines)):
            if item.has_mention and self._resolver.narrow(item, self._question.offered(index)):
                return index
        if (counted := self._line_counted_so(item)) is not None:
            return counted
        is_only = len(self._lines) == 1
        for index, line in enumerate(self._lines):
            if self._question.offered(index):
                if item.has_mention or line.quantity is None or is_only or self._question.refuses_only(index):
                    return index
            elif (item.has_mention is False and line.quantity is None) or self._question.still_lacks(index):
                return index
        return 0 if is_only else None

    def _line_counted_so(self, item: Item) -> int | None:
        """200块 3方, 红的4卷: of lines without an amount the first that is kept in this unit and is called so."""
        if item.quantity is None or len(self._lines) == 1:
            return None
        for index, line in enumerate(self._lines):
            material = self._catalogue.materials[line.material] if line.material else None
            if line.quantity is not None or material is None:
                continue
            is_kept = not item.quantity.units or any(map(material.keeps, item.quantity.units))
            pool = self._catalogue.pool((line.material or "",))
            if is_kept and (not item.has_mention or self._resolver.fits(item, pool)):
                return index
        return None

    # --- what about it

    def _count(self, index: int, item: Item) -> None:
        """How much of what is settled: 红砖300块, 转向扣两百."""
        if item.quantity is not None:
            self._set_quantity(index, item.quantity)
            return
        counted = self._resolver.resolve([item])[0].quantity
        if counted is not None and self._lines[index].quantity is None:
            self._put(index, replace(self._lines[index], quantity=counted))

    def _take_for(self, index: int, item: Item) -> None:
        """What an item says about the line that it is about."""
        line, offered = self._lines[index], self._question.offered(index)
        is_called_so = line.material is not None and self._resolver.fits(item, self._catalogue.pool((line.material,)))
        if item.has_mention and is_called_so and item.quantity is not None:
            self._set_quantity(index, item.quantity)
        elif item.is_each and not item.has_mention:
            for open_one in [at for at, other in enumerate(self._lines) if other.quantity is None] or [index]:
                self._set_quantity(open_one, item.quantity)
        elif not item.has_mention and (codes := self._sized(offered, item, is_counted=line.quantity is not None)):
            self._question.settle_line(index, codes)
        elif not item.has_mention:
            self._set_quantity(index, item.quantity)
        elif self._is_other_size(item, line):
            self._change_size(index, item)
        elif item.numbers and not (item.words or item.sizes) and item.quantity is None and not offered:
            self._set_bare(index, item)
        elif offered or line.material is None:
            self._choose_material(index, item)
        elif not is_called_so:
            for resolved in self._resolver.resolve([item]):
                self._set_line(index, resolved)

    def _change(self, index: int, item: Item) -> None:
        """Another amount, another material, or both."""
        is_choice = bool(self._resolver.narrow(item, self._question.offered(index)))
        if not item.has_mention:
            self._set_quantity(index, item.quantity)
        elif item.numbers and not (item.words or item.sizes or item.strange or item.quantity or is_choice):
            self._set_bare(index, item)
        else:
            self._choose_material(index, item)
        if item.has_details:
            self._put_details(index, item)

    def _sized(self, codes: tuple[str, ...], item: Item, *, is_counted: bool) -> tuple[str, ...]:
        """4毫米的: of the materials that are offered, those that the amount means as a size."""
        return self._resolver.of_sized(codes, item.quantity, is_counted=is_counted) if codes else ()

    @staticmethod
    def _is_other_size(item: Item, line: Line) -> bool:
        """25的, 换成白的, where the material stands already: a size of it or a kind, no amount."""
        is_size = bool(item.sizes) or any(number.marked for number in item.numbers)
        is_told = is_size or (item.is_correction and bool(item.words))
        return line.material is not None and is_told and not item.has_head and not item.strange

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
        codes = self._codes_at(index)
        resolved = self._resolver.with_unit(Item(quantity=quantity), codes, quantity)
        if resolved.quantity is None:
            # 十几包: heard, and asked again.
            is_heard = quantity is not None and bool(quantity.units) and line.quantity is None
            self._question.touched = self._question.touched or is_heard
            return
        self._question.lack_unit(index, is_lacking=resolved.is_unit_wrong)
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
        self._question.keep(index)
        self._lines[index] = replace(line, material=None, quantity=quantity, unit=unit, said=None)
        self._question.settle_line(index, resolved.codes)


def _clauses(pieces: Sequence[Piece]) -> list[list[Piece]]:
    found: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.is_gap:
            found.append([])
        else:
            found[-1].append(piece)
    return found


def _with_corrections(items: list[Item]) -> list[Item]:
    """红砖改成300块: the amount behind the correction belongs to the name before it."""
    found: list[Item] = []
    for item in items:
        last = found[-1] if found else None
        if last is not None and item.is_correction and (last.is_bare_number or not last.has_mention):
            item.is_correction = False
            found[-1] = item  # 25，哦不，35桶
        elif item.is_correction and not item.has_mention and last is not None and last.has_mention:
            last.quantity, last.first_quantity, last.has_conflict = item.quantity, None, False
        else:
            found.append(item)
    return found


def _is_noise(item: Item) -> bool:
    return bool(item.strange) and not item.words and not item.sizes and item.quantity is None
