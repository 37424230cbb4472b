"""Names against the catalogue: which materials an item can mean, and what its numbers then are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from handlers.language.amounts import as_size
from handlers.language.catalogue import Catalogue
from handlers.language.items import Item, Number
from handlers.language.lexicon import Tier, Word
from handlers.language.pieces import Piece
from handlers.language.sizes import Size, fits, size_of

_NUMBERS_MAX: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An item with its materials (none: unknown; several: to be asked)."""

    item: Item
    codes: tuple[str, ...]
    quantity: str | None = None
    unit: str | None = None
    is_unit_wrong: bool = False

    @property
    def has_amount(self) -> bool:
        return self.quantity is not None or self.item.quantity is not None


class Resolver:
    """Resolves items one after the other, because a later one may lean on an earlier (红的10卷 蓝的10卷)."""

    def __init__(self, catalogue: Catalogue, *, counts: bool, things: tuple[str, ...] = ()) -> None:
        self.catalogue = catalogue
        self.counts = counts
        self.things = things

    def resolve(self, items: Sequence[Item]) -> list[Resolved]:
        found: list[Resolved] = []
        waiting: list[Item] = []
        for item in items:
            if not item.has_mention and found and self._packing_before(found, item):
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
        if last is None or item.is_correction or item.is_dropped or item.strange or not self._only_tells(item):
            found.append(self._one(item, self._anchor(found)))
            return
        if (told := self._told_later(last, item)) is not None:
            found[-1] = told
            return
        line = self._one(item, self._anchor(found))
        # 盘圆，8的2吨、10的1吨: the name at the head of a list is no line of it.
        if not last.has_amount and last.item.has_head and line.codes and set(line.codes) < set(last.codes):
            found[-1] = line
        else:
            found.append(line)

    def _only_tells(self, item: Item) -> bool:
        """Whether an item has no name of its own, only sizes and words of specifications (黄绿)."""
        return all(map(self._is_trait, item.words))

    def _is_trait(self, word: Word) -> bool:
        best = min(word.materials.values())
        if best is not Tier.INNER:
            return best is Tier.TRAIT
        return any(word.text in self.catalogue.materials[code].traits for code in word.materials)

    def _told_later(self, last: Resolved, item: Item) -> Resolved | None:
        """水泥20包，要42.5的: which one is meant, said behind the amount."""
        if not last.has_amount or not last.codes or item.quantity is not None or not item.has_mention:
            return None
        if any(not number.marked for number in item.numbers):
            return None
        sizes = [(size, True) for size in item.sizes]
        sizes += [(size, True) for number in item.numbers if (size := _number_size(number)) is not None]
        codes = self._sized(self._traits(item, last.codes), sizes)
        return self.with_unit(last.item, codes, last.item.quantity) if codes and last.item.quantity else None

    @staticmethod
    def _anchor(found: Sequence[Resolved]) -> Resolved | None:
        return next((line for line in reversed(found) if line.codes), None)

    def _packing_before(self, found: list[Resolved], item: Item) -> bool:
        """瓷砖胶 20kg 10包: the first amount is the packing, the second the quantity."""
        last = found[-1]
        if last.item.clause != item.clause or last.item.quantity is None or item.is_correction:
            return False
        size = as_size(last.item.quantity)
        codes = self._sized(last.codes, [(size, True)]) if size is not None else ()
        if not codes:
            return False
        whole = replace_quantity(last.item, item.quantity)
        found[-1] = self.with_unit(whole, codes, whole.quantity)
        return True

    def _one(self, item: Item, anchor: Resolved | None) -> Resolved:
        if item.strange or not item.has_mention:
            return self.with_unit(item, () if item.strange else self.things, item.quantity)
        pool = self.pool(item, anchor)
        if item.has_conflict:
            size = as_size(item.first_quantity) if item.first_quantity is not None else None
            codes = self._sized(pool, [(size, True)]) if size is not None else ()
            if codes:
                return self._counted(item, codes)
            return Resolved(item=item, codes=pool)
        return self._counted(item, pool)

    def pool(self, item: Item, anchor: Resolved | None) -> tuple[str, ...]:
        """The materials that the words and the certain sizes leave."""
        sizes = [(size, True) for size in item.sizes]
        sizes += [(size, True) for n in item.numbers if n.marked and (size := _number_size(n)) is not None]
        if item.has_head:
            named = self._sized(self._named(item), sizes)
            if not named and anchor is not None and not item.is_named:
                return self._inherited(item, anchor, sizes) if self._only_tells(item) else self._sibling(item, anchor)
            if named or not self._only_tells(item):
                return named
        if self.things:
            return self._sized(self._traits(item, self.things), sizes)
        if anchor is not None and (codes := self._inherited(item, anchor, sizes)):
            return codes
        if any(size.prefix or len(size.dims) > 1 for size in item.sizes):
            return self._sized(self._traits(item, self.catalogue.materials), sizes)
        if not self.counts and item.numbers:
            # 6204还有多少: a question may name a thing by its number alone.
            return self.catalogue.in_order(self.catalogue.materials)
        return ()

    def narrow(self, item: Item, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Of materials that a person was asked to choose from, those that the answer fits."""
        if item.strange or not codes:
            return ()
        numbers = [] if item.quantity is None and not item.numbers else item.numbers
        sizes = [(size, True) for size in item.sizes]
        sizes += [(size, True) for number in numbers if (size := _number_size(number)) is not None]
        kept = [code for code in codes if all(code in word.materials for word in item.words)]
        found = self._sized(kept, sizes)
        return found if len(found) < len(codes) or item.has_head else ()

    def _named(self, item: Item) -> tuple[str, ...]:
        """The materials that all words fit; where some fit by name and others by a part of it, those by name."""
        heads = [word.materials for word in item.words if min(word.materials.values()) < Tier.TRAIT]
        codes = set(heads[0]).intersection(*heads[1:])
        codes = set(self._traits(item, codes))
        if self.counts:
            codes = {code for code in codes if min(table[code] for table in heads) <= Tier.PART}
        if not codes:
            return ()
        worst = {code: max(table[code] for table in heads) for code in codes}
        total = {code: (worst[code], sum(table[code] for table in heads)) for code in codes}
        best = min(total.values())
        return self.catalogue.in_order(code for code in codes if total[code] == best)

    def _traits(self, item: Item, codes: Iterable[str]) -> tuple[str, ...]:
        traits = [word.materials for word in item.words if self._is_trait(word)]
        return tuple(code for code in codes if all(code in table for table in traits))

    def _sibling(self, item: Item, anchor: Resolved) -> tuple[str, ...]:
        """四门冷柜3台，六门的1台: the beginning of a name that shares another name with the thing before."""
        materials = self.catalogue.materials
        names = frozenset[str]().union(*(materials[code].names for code in anchor.codes))
        codes = [code for code in item.words[0].materials if names & materials[code].names]
        return self.catalogue.in_order(c for c in codes if all(c in word.materials for word in item.words))

    def _inherited(self, item: Item, anchor: Resolved, sizes: Sequence[tuple[Size, bool]]) -> tuple[str, ...]:
        """16的, 蓝的: the name is that of the item before; a colour alone keeps its size too."""
        materials = self.catalogue.materials
        names = {materials[code].name for code in anchor.codes}
        named = self._named(anchor.item) if anchor.item.has_head else ()
        pool = [code for code, kind in materials.items() if kind.name in names or code in named]
        codes = self._sized(self._traits(item, pool), sizes)
        if item.sizes or item.numbers or not codes:
            return codes
        dims = {size.dims for code in anchor.codes for size in materials[code].sizes}
        same = tuple(code for code in codes if dims & {size.dims for size in materials[code].sizes})
        return same or codes

    def _sized(self, codes: Iterable[str], sizes: Sequence[tuple[Size, bool]]) -> tuple[str, ...]:
        materials = self.catalogue.materials
        return tuple(
            code
            for code in codes
            if all(any(fits(said, own, marked=marked) for own in materials[code].sizes) for said, marked in sizes)
        )

    def _counted(self, item: Item, pool: tuple[str, ...]) -> Resolved:
        """Tell quantity from size among the numbers that carry neither unit nor sign."""
        free = [number for number in item.numbers if not number.marked]
        if len(free) > _NUMBERS_MAX:
            return Resolved(item=item, codes=pool)
        if item.quantity is not None or not self.counts:
            sizes = [(size, True) for n in free if (size := _number_size(n)) is not None]
            if len(sizes) < len(free):
                return Resolved(item=item, codes=pool)
            return self._size_or_amount(item, self._sized(pool, sizes))
        options = [(None, self._but(free, None, pool))] if len(free) < 2 else []
        options += [(n, self._but(free, n, pool)) for n in free]
        possible = [(n, codes) for n, codes in options if codes]
        if not possible:
            return Resolved(item=item, codes=pool if not free else ())
        if possible[0][0] is None or len(possible) == 1:
            number, codes = possible[0]
            return Resolved(item=item, codes=codes, quantity=number.text if number else None)
        return Resolved(item=item, codes=self.catalogue.in_order(code for _, codes in possible for code in codes))

    def _but(self, free: Sequence[Number], quantity: Number | None, pool: tuple[str, ...]) -> tuple[str, ...]:
        sizes: list[tuple[Size, bool]] = []
        for number in free:
            if number is not quantity:
                size = _number_size(number)
                if size is None:
                    return ()
                sizes.append((size, False))
        return self._sized(pool, sizes)

    def _size_or_amount(self, item: Item, codes: tuple[str, ...]) -> Resolved:
        """4平方蓝线 names a size, 20平方地砖 an amount; where it could be both (20kg瓷砖胶), we ask."""
        size = as_size(item.quantity) if item.quantity is not None else None
        sized = self._sized(codes, [(size, True)]) if size is not None else ()
        if sized and item.first_quantity is not None:
            if not any(self._keeps(code, item.quantity) for code in sized):
                return Resolved(item=replace_quantity(item, None), codes=sized)
            return Resolved(item=replace_quantity(item, None), codes=codes)
        if sized and not any(self._keeps(code, item.quantity) for code in codes):
            return Resolved(item=replace_quantity(item, None), codes=sized)
        return self.with_unit(item, codes, item.quantity)

    def _keeps(self, code: str, quantity: Piece | None) -> bool:
        return quantity is not None and any(self.catalogue.materials[code].keeps(unit) for unit in quantity.units)

    def with_unit(self, item: Item, codes: tuple[str, ...], quantity: Piece | None) -> Resolved:
        """Materials that are not kept in the unit drop out; if none is left, the unit is what is wrong."""
        if quantity is None:
            return Resolved(item=item, codes=codes)
        units = quantity.units
        if not units:
            return Resolved(item=item, codes=codes, quantity=quantity.number)
        materials = self.catalogue.materials
        kept = tuple(code for code in codes if any(materials[code].keeps(unit) for unit in units))
        said = next((unit for code in kept for unit in units if materials[code].keeps(unit)), units[0])
        wrong = bool(codes) and not kept
        return Resolved(
            item=item, codes=kept or codes, quantity=quantity.number, unit=None if wrong else said, is_unit_wrong=wrong
        )


def replace_quantity(item: Item, quantity: Piece | None) -> Item:
    """The same item with another quantity."""
    return replace(item, quantity=quantity, first_quantity=None)


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
            found[before] = resolver.with_unit(found[before].item, found[before].codes, line.item.quantity)
            before -= 1
    return found


def _number_size(number: Number) -> Size | None:
    return size_of(number.text) if number.text else None
