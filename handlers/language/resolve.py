"""Names against the catalogue: which materials an item can mean, and what its numbers then are."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from handlers.language.catalogue import NAMES_MAX, Catalogue
from handlers.language.items import Item, Number, with_details
from handlers.language.lexicon import Word
from handlers.language.naming import Tier
from handlers.language.numerals import value_of
from handlers.language.pieces import Piece
from handlers.language.postings import Pool, pool_of, union_of
from handlers.language.reading import CANDIDATES_MAX
from handlers.language.size_amounts import as_size
from handlers.language.sizes import COLOURS, Size, size_of
from handlers.language.sounds import sound_keys

_NUMBERS_MAX: Final = 4
_LAST_NUMBER: Final = re.compile(r"(?<=[^\d.])\d+(?:\.\d+)?$", re.ASCII)
# 透明亚克力: a shorter word is no two.
_APART_MIN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An item with its materials (none: unknown; several: to be asked)."""

    item: Item
    pool: Pool
    catalogue: Catalogue = field(repr=False)
    quantity: str | None = None
    unit: str | None = None
    is_unit_wrong: bool = False
    head: Item | None = None

    @property
    def named_by(self) -> Item:
        """The item whose words name it: its own, or that of the item it leans on (304板1.2的15张，1.0的20张)."""
        return self.head or self.item

    @property
    def codes(self) -> tuple[str, ...]:
        """The materials; one more than may be offered, at most."""
        return self.catalogue.nearest(self.pool, CANDIDATES_MAX + 1)

    @property
    def has_amount(self) -> bool:
        return self.quantity is not None or self.item.quantity is not None


class Resolver:
    """Resolves items one after the other, because a later one may lean on an earlier (红的10卷 蓝的10卷)."""

    def __init__(self, catalogue: Catalogue, *, counts: bool, things: tuple[str, ...] = ()) -> None:
        self.catalogue = catalogue
        self.counts = counts
        self.things = catalogue.pool(things)

    def resolve(self, items: Sequence[Item]) -> list[Resolved]:
        found: list[Resolved] = []
        waiting: list[Item] = []
        for item in items:
            if not item.has_mention and found and (self._packing_before(found, item) or _says_nothing(item, found)):
                continue
            if waiting or (not item.has_head and not found and item is not items[-1] and _is_open(item)):
                # 20和25的螺纹钢各3吨: the name comes with a later item.
                if not item.has_head:
                    waiting.append(item)
                    continue
                anchor = self._one(item, None)
                found.extend(self._one(before, anchor) for before in waiting)
                found.append(anchor)
                waiting = []
                continue
            self._add(found, item)
        found.extend(self._one(item, None) for item in waiting)
        return _shared(found, self)

    def _add(self, found: list[Resolved], item: Item) -> None:
        """One more item: a line of its own, or the rest of what was said of the one before."""
        last = found[-1] if found else None
        # 警示带错了，是32: the amount of the line above that is called so.
        is_anew = item.is_correction and any(line.has_amount and line.pool == found[-1].pool for line in found[:-1])
        is_counted = item.is_bare_number and not is_anew
        if is_counted and last is not None and not last.has_amount and last.pool.bit_count() == 1:
            told = with_details(last.item, item)
            found[-1] = replace(last, item=told, quantity=item.numbers[0].text)  # 水泥42.5：20
            return
        if last is None or item.is_correction or item.is_dropped or item.strange or item.is_named:
            line = self._one(item, self._anchor(found))
            if last is not None and self._says_again(last, line):
                found.pop()
            found.append(line)
            return
        if (told := self._told_later(last, item)) is not None:
            found[-1] = told
            return
        if not self._only_tells(item):
            found.append(self._one(item, self._anchor(found)))
            return
        line = self._one(item, self._anchor(found))
        # 盘圆，8的2吨、10的1吨: the name at the head of a list is no line of it.
        is_headed = line.pool and line.pool != last.pool and line.pool & last.pool == line.pool
        if is_headed and not last.has_amount and last.item.has_head:
            found[-1] = line
        else:
            found.append(line)

    @staticmethod
    def _says_again(last: Resolved, line: Resolved) -> bool:
        """领防锈袋，气相的那种，80个: the same thing told in other words, and the amount with them."""
        item = line.item
        is_apart = last.item.clause != item.clause and not (
            item.in_list or item.is_correction or item.is_dropped or item.is_echo or item.is_ground
        )
        is_open = not (last.has_amount or last.item.is_dropped or last.item.is_correction or last.item.has_details)
        return is_apart and is_open and bool(line.pool) and line.pool == last.pool and line.has_amount

    def _only_tells(self, item: Item) -> bool:
        """Whether an item has no name of its own, only sizes and words of specifications (黄绿)."""
        return all(map(self._is_trait, item.words))

    def _is_trait(self, word: Word) -> bool:
        return word.best_tier is Tier.TRAIT or (word.best_tier is Tier.INNER and self.catalogue.is_trait(word.text))

    def _told_later(self, last: Resolved, item: Item) -> Resolved | None:
        """水泥20包，要42.5的: which one is meant, said behind it."""
        if item.quantity is not None or not item.has_mention or not (last.item.quantity or last.item.has_head):
            return None
        if any(not number.marked for number in item.numbers):
            return None
        sizes = [(size, True) for size in item.sizes]
        sizes += [(size, True) for number in item.numbers if (size := _number_size(number)) is not None]
        pool = self._with_words(item, self._sized(last.pool, sizes))
        if not pool or not (self._only_tells(item) or last.pool.bit_count() > 1):
            return None
        whole = with_details(last.item, item)
        if whole.quantity is None:
            return replace(last, pool=pool)
        return self.kept_in(whole, pool, whole.quantity)

    @staticmethod
    def _anchor(found: Sequence[Resolved]) -> Resolved | None:
        return next((line for line in reversed(found) if line.pool), None)

    def _packing_before(self, found: list[Resolved], item: Item) -> bool:
        """瓷砖胶 20kg 10包: the first amount is the packing, the second the quantity."""
        last = found[-1]
        # 曳引机1000kg的到了，入库2台: what looked like the amount was a size.
        is_awaited = not last.has_amount and bool(last.pool & self._keeping(item.quantity))
        is_apart = last.item.clause != item.clause and not item.is_total and not is_awaited
        if item.is_correction or item.quantity is None or is_apart:
            return False
        if last.is_unit_wrong and (item.is_total or last.quantity == "1") and last.pool & self._keeping(item.quantity):
            # 3捆共6吨, 1箱100双: the amount in a unit that counts.
            found[-1] = self.kept_in(replace_quantity(last.item, item.quantity), last.pool, item.quantity)
            return True
        if last.item.quantity is None:
            if last.has_amount or not last.pool or last.item.is_correction or last.item.is_dropped:
                return False
            # BV4平方 100米: the first amount turned out to be a size.
            whole = with_details(replace_quantity(last.item, item.quantity), item)
            found[-1] = self.kept_in(whole, last.pool, item.quantity)
            return True
        pool = self._sized_as(last.pool, last.item.quantity)
        if not pool:
            return False
        whole = with_details(replace_quantity(last.item, item.quantity), item)
        found[-1] = self.kept_in(whole, pool, whole.quantity)
        return True

    def _one(self, item: Item, anchor: Resolved | None) -> Resolved:
        line = self._alone(item, anchor)
        return line if item.has_head or anchor is None else replace(line, head=anchor.named_by)

    def _alone(self, item: Item, anchor: Resolved | None) -> Resolved:
        if item.strange or not item.has_mention:
            return self.kept_in(item, 0 if item.strange else self.things, item.quantity)
        pool = self.pool(item, anchor)
        if item.has_conflict:
            packed = self._sized_as(pool, item.first_quantity)
            return self._counted(item, packed) if packed else self._found(item, pool)
        return self._counted(item, pool)

    def _found(self, item: Item, pool: Pool, *, quantity: str | None = None) -> Resolved:
        return Resolved(item=item, pool=pool, catalogue=self.catalogue, quantity=quantity)

    def pool(self, item: Item, anchor: Resolved | None) -> Pool:
        """The materials that the words and the certain sizes leave."""
        told = self._told(item, anchor)
        return told or next((pool for other in _sized_otherwise(item) if (pool := self._told(other, anchor))), 0)

    def _told(self, item: Item, anchor: Resolved | None) -> Pool:
        sizes = _certain_sizes(item)
        if anchor is not None and item.is_named and all(word.text[:1] in COLOURS for word in item.words):
            # 透水砖灰的300平，红的120平: no matter that something else is called 百日红.
            like = self._named(anchor.named_by) | self.catalogue.namesakes(anchor.pool)
            if told := self._sized(self._with_words(item, like), sizes):
                return self._of_same_size(item, anchor, told)
        if item.has_head:
            named = self._sized(self._named(item), sizes) or (self._sized(self._apart(item), sizes) if sizes else 0)
            if not named and anchor is not None and not item.is_named:
                told = self._inherited(item, anchor, sizes) if self._only_tells(item) else 0
                if told := told or self._sized(self._sibling(item, anchor), sizes):
                    return told
            if not named and not item.is_named and any(map(_is_telling, item.sizes)):
                # 花岗岩600x300x30: such a size tells the rest of the name.
                return self._sized(self._with_words(item, self.catalogue.everything), sizes)
            if named or not self._only_tells(item):
                return self._of_same_size(item, anchor, named)
        if self.things:
            return self._sized(self._traits(item, self.things), sizes)
        if anchor is not None:
            if named := self._renumbered(item, anchor):
                return named
            free = _free_sizes(item)
            pool = self._inherited(item, anchor, [*sizes, *free]) if free else 0
            if pool := pool or self._inherited(item, anchor, sizes):
                return pool
        return self._by_size(item, sizes)

    def _apart(self, item: Item) -> Pool:
        """5厘透明亚克力, where only that of 3厘 is called so: the transparent of all acrylics."""
        pool = self.catalogue.everything
        for word in item.words:
            cuts = range(1, len(word.text) if len(word.text) > _APART_MIN else 1)
            pool &= word.materials | union_of(self._both(word.text[:cut], word.text[cut:]) for cut in cuts)
        return pool

    def _both(self, trait: str, head: str) -> Pool:
        """What is called by the end of a word, and described by its beginning."""
        described, called = self.catalogue.lexicon.get(trait), self.catalogue.lexicon.get(head)
        if described is None or called is None or not called.is_head:
            return 0
        return described.materials & called.materials

    def _by_size(self, item: Item, sizes: Sequence[tuple[Size, bool]]) -> Pool:
        """What has no name and leans on nothing: M12x80, 995 10箱, and of a question 6204."""
        if any(size.prefix or len(size.dims) > 1 for size in item.sizes):
            return self._sized(self._traits(item, self.catalogue.everything), sizes)
        if item.numbers and item.quantity is not None and (text := item.numbers[0].text):
            return self.catalogue.named(text)  # 995 10箱
        if not self.counts and item.numbers:
            # 6204还有多少, 42.5的还有多少: a question may name a thing by its number alone.
            return self._sized(self.catalogue.everything, sizes)
        return 0

    def _of_same_size(self, item: Item, anchor: Resolved | None, pool: Pool) -> Pool:
        """2.5平方红线20卷、蓝线20卷: what differs by its colour alone keeps the size."""
        if anchor is None or item.sizes or item.numbers or pool.bit_count() < 2 or anchor.pool.bit_count() != 1:
            return pool
        is_sized = anchor.item.sizes or anchor.item.numbers or any(char.isdigit() for char in anchor.item.said)
        if not (is_sized and _is_coloured(item) and _is_coloured(anchor.named_by)):
            return pool
        same = pool & self.catalogue.namesakes(anchor.pool)
        for code in self.catalogue.codes(anchor.pool):
            for size in self.catalogue.materials[code].sizes:
                same &= self.catalogue.of_dims(size.dims)
        return same if same.bit_count() == 1 else pool

    def is_called_alike(self, line: Resolved, other: Resolved) -> bool:
        """Whether every name of the other is also one of the line's things: 切割片 of 大切割片, be it the small one."""
        heads = [word for word in other.item.words if word.is_head]
        return bool(heads) and all(line.pool & word.materials for word in heads)

    def resized(self, item: Item, code: str) -> tuple[str, ...]:
        """The materials of the name of another one that are of the size and the kind that is said."""
        sizes = _certain_sizes(item)
        pool = self._sized(self._with_words(item, self.catalogue.namesakes(self.catalogue.pool((code,)))), sizes)
        return self.catalogue.nearest(pool, CANDIDATES_MAX + 1)

    def of_sized(self, codes: tuple[str, ...], quantity: Piece | None, *, is_counted: bool) -> tuple[str, ...]:
        """Of materials none of which is kept in this unit, those that have this size; empty where it tells nothing.

        `is_counted`: how much of it stands already, so that 12米的 may be a size of what is kept in metres.
        """
        pool = self.catalogue.pool(codes)
        if quantity is None or (pool & self._keeping(quantity) and not is_counted):
            return ()
        found = self.catalogue.codes(self._sized_as(pool, quantity)) or self._numbered_so(quantity.number or "", codes)
        return found if len(found) < len(codes) else ()

    def _numbered_so(self, number: str, codes: tuple[str, ...]) -> tuple[str, ...]:
        """四百的, 一百六十克的: the only one with this number in its name or specification."""
        pattern = re.compile(rf"(?<![\d.]){re.escape(number)}(?![\d.])")
        told = tuple(code for code in codes if number and pattern.search(self.catalogue.spelling(code)))
        return told if len(told) == 1 < len(codes) else ()

    def fits(self, item: Item, pool: Pool) -> bool:
        """Whether everything that is said of an item fits a material: 红的 the red one."""
        sizes = _certain_sizes(item)
        if item.strange or not (item.words or sizes):
            return False
        return bool(self._sized(self._with_words(item, pool), sizes))

    def narrow(self, item: Item, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Of materials that a person was asked to choose from, those that the answer fits."""
        if item.strange or not codes:
            plain = self.narrow(replace(item, strange=""), codes) if item.has_head and codes else ()
            return self._spelled_so(item, codes) or self._sounding(item, codes) or (plain if len(plain) == 1 else ())
        numbers = [] if item.quantity is None and not item.numbers else item.numbers
        sizes = [(size, True) for size in item.sizes]
        sizes += [(size, True) for number in numbers if (size := _number_size(number)) is not None]
        kept = self.catalogue.pool(codes)
        for word in item.words:
            kept &= word.materials
        pool = self._sized(kept, sizes)
        found = tuple(code for code in codes if self.catalogue.pool((code,)) & pool)
        if (not found or len(found) == len(codes)) and (spelled := self._spelled_so(item, codes)):
            return spelled
        return found if len(found) < len(codes) or item.has_head else ()

    def _spelled_so(self, item: Item, codes: tuple[str, ...]) -> tuple[str, ...]:
        """200万的, LC-LC: the only one in whose name or specification this stands as it was said."""
        said = item.said.removesuffix("的").removesuffix("色")
        marked = [number.text for number in item.numbers if number.marked and number.text]
        is_number = len(marked) == 1 and not (item.words or item.sizes or item.strange)
        if is_number and (told := self._numbered_so(marked[0], codes)):
            return told  # 四百的
        found = tuple(code for code in codes if said and said in self.catalogue.spelling(code))
        is_told = len(said) > 1 or "\u4e00" <= said <= "\u9fff"
        return found if len(found) == 1 and is_told and not said.isdecimal() else ()

    def _sounding(self, item: Item, codes: tuple[str, ...]) -> tuple[str, ...]:
        """剧氨酯的, dictated: those in whose names something sounds like it."""
        said = item.strange
        if len(said) < 2 or item.words or item.sizes or item.numbers:
            return ()
        keys, found = set(sound_keys(said)), list[str]()
        for code in codes:
            names = self.catalogue.materials[code].names
            parts = {name[at : at + len(said)] for name in names for at in range(len(name) - len(said) + 1)}
            if any(not keys.isdisjoint(sound_keys(part)) for part in parts):
                found.append(code)
        return tuple(found) if len(found) < len(codes) else ()

    def _named(self, item: Item) -> Pool:
        """The materials that all words fit; where some fit by name and others by a part of it, those by name."""
        heads = [
            tuple((tier, pool_of(posting)) for tier, posting in word.tiers)
            for word in item.words
            if word.best_tier is not Tier.TRAIT
        ]
        if not heads:
            return 0
        kept = self._traits(item, _all_of(heads))
        if self.counts:
            kept = kept & _any_within(heads, Tier.PART)
        return _best_of(heads, kept)

    def _traits(self, item: Item, pool: Pool) -> Pool:
        for word in item.words:
            if self._is_trait(word):
                pool &= word.materials
        return pool

    def _sibling(self, item: Item, anchor: Resolved) -> Pool:
        """四门冷柜3台，六门的1台; 单开开关60个，双开20个: the beginning of a name like that of the thing before."""
        return self._with_words(item, self.catalogue.called_alike(anchor.pool)) or self._with_words(
            item, self.catalogue.headed_alike(anchor.pool)
        )

    @staticmethod
    def _with_words(item: Item, pool: Pool) -> Pool:
        for word in item.words:
            pool &= word.materials
        return pool

    def _inherited(self, item: Item, anchor: Resolved, sizes: Sequence[tuple[Size, bool]]) -> Pool:
        """16的, 蓝的: the name is that of the item before; a colour alone keeps its size too."""
        named = self._named(anchor.named_by) if anchor.named_by.has_head else 0
        # 红线2.5的3卷，4的2卷: the words before hold as long as they can.
        pool = self._sized(self._traits(item, named), sizes) if sizes or item.words else 0
        pool = pool or self._sized(self._traits(item, self.catalogue.namesakes(anchor.pool) | named), sizes)
        pool = self._with_sizes_before(pool, anchor) if sizes else pool
        if not pool and sizes:  # 42U机柜5台 9U的11台: another that shares a name with it
            alike = self.catalogue.called_alike(anchor.pool) | self.catalogue.headed_alike(anchor.pool)
            pool = self._sized(self._traits(item, alike), sizes)
        if item.sizes or item.numbers or anchor.pool.bit_count() > NAMES_MAX:
            return pool
        dims = {
            size.dims for code in self.catalogue.codes(anchor.pool) for size in self.catalogue.materials[code].sizes
        }
        same: Pool = 0
        for own in dims:
            same |= self.catalogue.of_dims(own)
        return pool & same or pool

    def _renumbered(self, item: Item, anchor: Resolved) -> Pool:
        """304卫生管38的30根，51的20根: the name before with another number at its end, where something is called so."""
        if len(item.numbers) != 1 or item.sizes or item.words or not item.numbers[0].text:
            return 0
        for said in anchor.named_by.words:
            text = _LAST_NUMBER.sub(item.numbers[0].text, said.text)
            word = self.catalogue.lexicon.get(text) if text != said.text else None
            if word is not None and word.best_tier is Tier.EXACT:
                return word.materials
        return 0

    def _with_sizes_before(self, pool: Pool, anchor: Resolved) -> Pool:
        """45#圆钢20的35根，30的18根: of several sizes before, one is said anew, and the others hold."""
        if pool.bit_count() < 2:
            return pool
        told = _certain_sizes(anchor.named_by)
        told += _free_sizes(anchor.named_by)
        kept = [told] if anchor.head else []  # Q235钢板，16的2吨、20的1吨: those of a heading hold all
        kept += [[*told[:new], *told[new + 1 :]] for new in reversed(range(len(told)))] if len(told) > 1 else []
        return next(filter(None, (self._sized(pool, sizes) for sizes in kept)), pool)

    def _sized(self, pool: Pool, sizes: Iterable[tuple[Size, bool]]) -> Pool:
        for said, marked in sizes:
            if not pool:
                break
            # 4千瓦 is the 4 kW, not the M-4.
            same = pool & self.catalogue.sized_alike(said) if said.suffix else 0
            pool = same or self._without_other_size(pool & self.catalogue.sized(said, marked), said)
        return pool

    def _without_other_size(self, pool: Pool, said: Size) -> Pool:
        """8的钢丝绳 is that of Φ8, not the 8x19 of Φ10."""
        if not said.is_bare or not 1 < pool.bit_count() <= NAMES_MAX:
            return pool
        whole = pool & self.catalogue.of_dims(said.dims)
        if not whole or whole == pool:
            return pool
        others = self.catalogue.codes(pool & ~whole)
        single = [c for c in others if any(len(size.dims) == 1 for size in self.catalogue.materials[c].sizes)]
        return pool & ~self.catalogue.pool(single)

    def _sized_as(self, pool: Pool, quantity: Piece | None) -> Pool:
        """What is left when an amount is read as a size: 4平方, 20kg."""
        size = as_size(quantity) if quantity is not None else None
        return self._sized(pool, [(size, True)]) if size is not None else 0

    def otherwise_sized(self, old: Resolved, quantity: Piece | None) -> Pool:
        """8米灯杆20根，不对，10米的: what is called alike and has the size that looks like an amount."""
        return self._sized_as(self.catalogue.namesakes(old.pool), quantity) & ~old.pool

    def recounted(self, old: Resolved, number: Number) -> Resolved:
        """20包，不对，30: another amount, unless the number is a size of a thing of that name, which is asked."""
        size = _number_size(number)
        other = self._sized(self.catalogue.namesakes(old.pool), [(size, False)]) if size is not None else 0
        return replace(old, item=replace_quantity(old.item, None), quantity=None if other else number.text)

    def _counted(self, item: Item, pool: Pool) -> Resolved:
        """Tell quantity from size among the numbers that carry neither unit nor sign."""
        free = [number for number in item.numbers if not number.marked]
        if len(free) > _NUMBERS_MAX:
            return self._found(item, pool)
        if item.quantity is not None or not self.counts:
            sizes = [(size, True) for n in free if (size := _number_size(n)) is not None]
            if len(sizes) < len(free):
                # A number that is neither exact nor a size tells nothing apart; alone it names nothing.
                return self._found(item, pool if item.has_head else 0)
            return self._size_or_amount(item, self._sized(pool, sizes))
        if item.is_bare_number:
            # A lonely number is the size of what was spoken of, or nothing that can be booked.
            return self._found(item, self._but(free, None, pool))
        options = [(None, self._but(free, None, pool))] if len(free) < 2 else []
        options += [(n, self._but(free, n, pool)) for n in free]
        possible = [(n, left) for n, left in options if left]
        if not possible:
            return self._found(item, 0 if free else pool)
        number, left = possible[0]
        if number is None or len(possible) == 1:
            return self._found(item, left, quantity=number.text if number else None)
        for _, other in possible:
            left |= other
        return self._found(item, left)

    def _but(self, free: Sequence[Number], quantity: Number | None, pool: Pool) -> Pool:
        """What is left when all free numbers are sizes but the one that is the quantity."""
        sizes: list[tuple[Size, bool]] = []
        for number in free:
            if number is not quantity:
                size = _number_size(number)
                if size is None:
                    return 0
                sizes.append((size, False))
        return self._sized(pool, sizes)

    def _size_or_amount(self, item: Item, pool: Pool) -> Resolved:
        """4平方蓝线 names a size, 20平方地砖 an amount; where it could be both (20kg瓷砖胶), we ask."""
        sized = self._sized_as(pool, item.quantity)
        keeping = self._keeping(item.quantity)
        is_measure = sized and item.quantity is not None and (size := as_size(item.quantity)) and bool(size.suffix)
        if sized and item.first_quantity is not None and (is_measure or not pool & keeping):
            return self._found(replace_quantity(item, None), pool if sized & keeping else sized)
        is_told = bool(item.sizes or item.numbers)  # 20的螺纹钢20根: the size is said already
        if is_measure and not pool & keeping and not is_told:
            return self._found(replace_quantity(item, None), sized)
        return self.kept_in(item, pool, item.quantity)

    def _keeping(self, quantity: Piece | None) -> Pool:
        return self.catalogue.keeping(quantity.units) if quantity is not None else 0

    def with_unit(self, item: Item, codes: Iterable[str], quantity: Piece | None) -> Resolved:
        """`kept_in` for materials that are given by their codes."""
        return self.kept_in(item, self.catalogue.pool(codes), quantity)

    def kept_in(self, item: Item, pool: Pool, quantity: Piece | None) -> Resolved:
        """Materials that are not kept in the unit drop out; if none is left, the unit is what is wrong."""
        if quantity is None:
            return self._found(item, pool)
        units = quantity.units
        if not units:
            return self._found(item, pool, quantity=quantity.number)
        kept = pool & self._keeping(quantity)
        first = self.catalogue.first(kept)
        said = next((unit for unit in units if first is not None and first.keeps(unit)), units[0])
        wrong = bool(pool) and not kept
        return Resolved(
            item=item,
            pool=kept or pool,
            catalogue=self.catalogue,
            quantity=quantity.number,
            unit=None if wrong else said,
            is_unit_wrong=wrong,
        )


def _sized_otherwise(item: Item) -> Iterator[Item]:
    """What tells nothing as it was read: 2.5t may be a size and no word of another name, 900的 that of 900kg."""
    spelled = [size for word in item.words if (size := size_of(word.text)) is not None and not size.is_bare]
    words = [word for word in item.words if size_of(word.text) is None]
    if spelled and words:
        yield replace(item, words=words, sizes=[*item.sizes, *spelled])
    packed = [size for number in item.numbers if number.marked and (size := size_of(f"{number.text}kg")) is not None]
    if packed and len(packed) == len(item.numbers):
        yield replace(item, numbers=[], sizes=[*item.sizes, *packed])


def _is_coloured(item: Item) -> bool:
    return any(char in COLOURS for word in item.words for char in word.text)


def _is_telling(size: Size) -> bool:
    """36w, dn50, 600x300: more than a number."""
    return bool(size.prefix or size.suffix) or len(size.dims) > 1


def replace_quantity(item: Item, quantity: Piece | None) -> Item:
    """The same item with another quantity."""
    return replace(item, quantity=quantity, first_quantity=None)


def _says_nothing(item: Item, found: Sequence[Resolved]) -> bool:
    """共11件 behind a list: the sum of its amounts, or in a unit that none of its lines has."""
    if not item.is_total or item.quantity is None:
        return False
    same = [
        line.item.quantity.number
        for line in found
        if line.item.quantity is not None and not set(line.item.quantity.units).isdisjoint(item.quantity.units)
    ]
    values = [value_of(number) for number in same if number is not None]
    return not same or (len(values) == len(same) and sum(filter(None, values)) == value_of(item.quantity.number or ""))


def _is_open(item: Item) -> bool:
    return item.quantity is None and item.has_mention and not item.strange and not any(s.prefix for s in item.sizes)


def _shared(found: list[Resolved], resolver: Resolver) -> list[Resolved]:
    """十字扣、转向扣各500个: one quantity for all before it that have none."""
    for index in range(len(found) - 1, -1, -1):
        line = found[index]
        if not line.item.is_each:
            continue
        before = index - 1
        while before >= 0 and not found[before].has_amount:
            found[before] = resolver.kept_in(found[before].item, found[before].pool, line.item.quantity)
            before -= 1
    return found


# How well a word names which materials.
_Head = tuple[tuple[Tier, Pool], ...]


def _within(head: _Head, worst: Tier) -> Pool:
    pool: Pool = 0
    for tier, named in head:
        if tier <= worst:
            pool |= named
    return pool


def _common(pools: Iterable[Pool]) -> Pool:
    """What is in all of them, of which there must be one."""
    first, *others = pools
    for pool in others:
        first &= pool
    return first


def _all_of(heads: Sequence[_Head]) -> Pool:
    """The materials that every word names."""
    return _common(_within(head, Tier.TRAIT) for head in heads)


def _any_within(heads: Sequence[_Head], worst: Tier) -> Pool:
    """The materials that some word names so well at least."""
    found: Pool = 0
    for head in heads:
        found |= _within(head, worst)
    return found


def _best_of(heads: Sequence[_Head], pool: Pool) -> Pool:
    """Of a pool, the materials whose worst word names them best; among those, the ones that all words name best."""
    for worst in Tier:
        if kept := pool & _common(_within(head, worst) for head in heads):
            if worst is Tier.EXACT and kept.bit_count() > 1:
                # 扎带, as several are called: then it may be any that ends so as well.
                return pool & _common(_within(head, Tier.HEAD) for head in heads)
            return _least_of(heads, kept)
    return 0


def _least_of(heads: Sequence[_Head], pool: Pool) -> Pool:
    """The materials with the least sum of tiers."""
    sums: dict[int, Pool] = {0: pool}
    for head in heads:
        after: dict[int, Pool] = {}
        for before, kept in sums.items():
            for tier, named in head:
                if here := kept & named:
                    after[before + tier] = after.get(before + tier, 0) | here
        sums = after
    return sums[min(sums)] if sums else 0


def _certain_sizes(item: Item) -> list[tuple[Size, bool]]:
    """What the text shows to be sizes: those written so, and numbers that are marked (20的)."""
    marked = (_number_size(number) for number in item.numbers if number.marked)
    return [(size, True) for size in (*item.sizes, *marked) if size is not None]


def _free_sizes(item: Item) -> list[tuple[Size, bool]]:
    """422焊条3.2 86kg: beside an amount with its unit, bare numbers are sizes."""
    if item.quantity is None:
        return []
    free = (_number_size(number) for number in item.numbers if not number.marked)
    return [(size, True) for size in free if size is not None]


def _number_size(number: Number) -> Size | None:
    return size_of(number.text) if number.text else None
