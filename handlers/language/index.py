"""The index of materials by word, sound, size and unit: built at once, or from an older one by difference."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeVar

from domain.company import Material
from handlers.language.naming import Naming, Tier, Tiers, naming_of, tiers_of, with_slot, without_slot
from handlers.language.normalise import plain
from handlers.language.postings import Pool, Posting, added, posting_of, removed
from handlers.language.reading import Line
from handlers.language.sizes import COLOURS, HAN_TAILS, Size, size_of, sizes_in, spelled_in
from handlers.language.sounds import letter_keys, sound_keys, sound_pair
from handlers.language.vocabulary import NAMES, PHRASES

# No word of a message is longer.
WORD_MAX: Final = 24
_Key = TypeVar("_Key")
_PART_MAX: Final = 6
# 石膏 of 石膏板 is another thing, 百慕大 of 百慕大草皮 is not.
_BEGINNING_MIN: Final = 3
# When more than this part of the materials changed, building anew is quicker.
_CHANGED_MAX: Final = Fraction(1, 4)
_RUN: Final = re.compile(r"[\u4e00-\u9fff]+|[a-z]+")
_NOTE: Final = re.compile(r"\([^()]*\)$")
_CHINESE_LETTERS: Final = re.compile(r"[a-z]{2,}[\u4e00-\u9fff]+")
# Letters and numbers that are more than a size: q345b, er308l.
_MODEL: Final = re.compile(r"(?=.*[a-z])(?=.*\d)[a-z0-9.+/-]{3,}", re.ASCII)
_OWN_LETTERS: Final = re.compile(r"[a-z]{2,}|[a-z][\u4e00-\u9fff]+")
# The count of words of each length is kept in so many bits of one number.
_COUNT_BITS: Final = 24


@dataclass(frozen=True, slots=True)
class Kind:
    """What reading needs to know of one material. `slot` is its place in every pool."""

    code: str
    slot: int
    name: str
    base_unit: str
    units: tuple[str, ...]
    sizes: tuple[Size, ...]
    names: tuple[str, ...]
    # A question about it: made once, as one about a head may be about thousands.
    line: Line

    def keeps(self, unit: str) -> bool:
        return unit in self.units


class MaterialIndex:
    """Never changed once made; `updated` makes another that shares what is the same."""

    def __init__(self) -> None:
        self.sources: Mapping[str, Material] = {}
        self.kinds: dict[str, Kind] = {}
        self.by_slot: list[Kind | None] = []
        # Whether slots ascend in the order of the catalogue; otherwise `place` tells it.
        self.is_ordered = True
        self.place: dict[int, int] = {}
        self.everything: Pool = 0
        self.words: dict[str, Naming] = {}
        self.names: dict[str, Posting] = {}
        self.units: dict[str, Posting] = {}
        self.sizes: dict[Size, Posting] = {}
        self.prefixes: dict[str, int] = {}
        self.codes: dict[str, int] = {}
        self.traits: dict[str, int] = {}
        self.sounds: dict[str, tuple[str, ...]] = {}
        self.letters: dict[str, tuple[str, ...]] = {}
        self.sound_pairs: dict[tuple[str, str], int] = {}
        self._lengths: dict[str, int] = {}
        self.lengths: dict[str, tuple[int, ...]] = {}
        self._sizes_by_end: dict[str, tuple[Size, ...]] = {}
        self._sizes_by_all: dict[tuple[str, ...], tuple[Size, ...]] = {}
        self.known_dims: frozenset[tuple[str, ...]] = frozenset()
        self.spelled_tails: frozenset[str] = frozenset()

    @classmethod
    def of(cls, materials: Mapping[str, Material]) -> "MaterialIndex":
        """Build it from nothing."""
        made = cls()
        made.sources = dict(materials)
        made._fill()
        made._finish()
        return made

    def updated(self, materials: Mapping[str, Material]) -> "MaterialIndex":
        """The index of other materials; what is the same is taken over."""
        gone = [code for code, old in self.sources.items() if not _is_same(materials.get(code), old)]
        new = [material for code, material in materials.items() if not _is_same(self.sources.get(code), material)]
        if not gone and not new and list(materials) == list(self.sources):
            return self
        if len(gone) + len(new) > max(len(materials), 1) * _CHANGED_MAX:
            return MaterialIndex.of(materials)
        made = self._copied()
        made.sources = dict(materials)
        free = [made._remove(self.sources[code]) for code in gone]
        for material in new:
            made._add(material, free.pop() if free else len(made.by_slot))
        made._trim()
        made.kinds = {code: made.kinds[code] for code in materials}
        made._finish()
        return made

    def naming(self, text: str) -> Tiers:
        """The materials that a text names, best first."""
        return tiers_of(self.words.get(text))

    def is_head(self, text: str) -> bool:
        """Whether a text says by itself what is meant, and not merely of what kind it is."""
        tiers = self.naming(text)
        return bool(tiers) and tiers[0][0] <= Tier.HEAD

    def of_size(self, number: str) -> tuple[Size, ...]:
        """The sizes that begin or end with a number."""
        return self._sizes_by_end.get(number, ())

    def of_dims(self, dims: tuple[str, ...]) -> tuple[Size, ...]:
        """The sizes of these numbers, in whatever order; `dims` must be sorted."""
        return self._sizes_by_all.get(dims, ())

    def _fill(self) -> None:
        """Everything at once: slots are collected first and put into their compact form afterwards."""
        words: dict[str, dict[Tier, list[int]]] = {}
        names: defaultdict[str, list[int]] = defaultdict(list)
        units: defaultdict[str, list[int]] = defaultdict(list)
        sizes: defaultdict[Size, list[int]] = defaultdict(list)
        parts: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for slot, material in enumerate(self.sources.values()):
            kind = _kind(material, slot)
            self.kinds[material.code] = kind
            self.by_slot.append(kind)
            names[kind.name].append(slot)
            for unit in kind.units:
                units[unit].append(slot)
            for size in kind.sizes:
                sizes[size].append(slot)
            for text, tier in _own_words(material):
                words.setdefault(text, {}).setdefault(tier, []).append(slot)
            parts[(material.name, material.category, *material.aliases)].append(slot)
            self._count(material, 1)
        # Materials of one name share nearly all their words.
        for (name, category, *aliases), slots in parts.items():
            for text, tier in _shared_words(name, category, aliases):
                words.setdefault(text, {}).setdefault(tier, []).extend(slots)
        self.everything = (1 << len(self.by_slot)) - 1
        self.words = {text: naming_of(slots) for text, slots in words.items()}
        self.names = {name: posting_of(slots) for name, slots in names.items()}
        self.units = {unit: posting_of(slots) for unit, slots in units.items()}
        self.sizes = {size: posting_of(slots) for size, slots in sizes.items()}
        sounds: defaultdict[str, list[str]] = defaultdict(list)
        letters: defaultdict[str, list[str]] = defaultdict(list)
        for text, naming in self.words.items():
            self._measure(text, 1)
            if _is_head(naming):
                for key in sound_keys(text) if len(text) > 1 else ():
                    sounds[key].append(text)
                for key in letter_keys(text) if len(text) > 1 else ():
                    letters[key].append(text)
        self.sounds = {key: tuple(sorted(set(texts))) for key, texts in sounds.items()}
        self.letters = {key: tuple(sorted(set(texts))) for key, texts in letters.items()}
        self.sound_pairs = dict(Counter(map(sound_pair, self.sounds)))
        self.lengths = {pair: _lengths(packed) for pair, packed in self._lengths.items()}

    def _copied(self) -> "MaterialIndex":
        made = MaterialIndex()
        made.everything = self.everything
        made.kinds, made.by_slot = dict(self.kinds), list(self.by_slot)
        made.words, made.names, made.units = dict(self.words), dict(self.names), dict(self.units)
        made.sizes, made.prefixes, made.codes = dict(self.sizes), dict(self.prefixes), dict(self.codes)
        made.traits = dict(self.traits)
        made.sounds, made.letters = dict(self.sounds), dict(self.letters)
        made.sound_pairs = dict(self.sound_pairs)
        made._lengths, made.lengths = dict(self._lengths), dict(self.lengths)
        return made

    def _remove(self, material: Material) -> int:
        """Take one material out; the slot that becomes free."""
        kind = self.kinds.pop(material.code)
        slot = kind.slot
        self.by_slot[slot] = None
        self.everything &= ~(1 << slot)
        _take(self.names, kind.name, slot)
        for unit in kind.units:
            _take(self.units, unit, slot)
        for size in kind.sizes:
            _take(self.sizes, size, slot)
        for text in _words_of(material):
            self._rename(text, without_slot(self.words.get(text), slot))
        self._count(material, -1)
        return slot

    def _add(self, material: Material, slot: int) -> None:
        kind = _kind(material, slot)
        self.kinds[material.code] = kind
        if slot < len(self.by_slot):
            self.by_slot[slot] = kind
        else:
            self.by_slot.append(kind)
        self.everything |= 1 << slot
        self.names[kind.name] = added(self.names.get(kind.name, ()), slot)
        for unit in kind.units:
            self.units[unit] = added(self.units.get(unit, ()), slot)
        for size in kind.sizes:
            self.sizes[size] = added(self.sizes.get(size, ()), slot)
        for text, tier in _words_of(material).items():
            self._rename(text, with_slot(self.words.get(text), slot, tier))
        self._count(material, 1)

    def _rename(self, text: str, naming: Naming | None) -> None:
        """Let a text name something else, with everything that follows from it."""
        before = self.words.get(text)
        if naming is None:
            del self.words[text]
        else:
            self.words[text] = naming
        if (before is None) != (naming is None):
            self._measure(text, 1 if before is None else -1)
            self._remeasure(text[:2])
        if len(text) > 1 and _is_head(before) != _is_head(naming):
            for key in dict.fromkeys(sound_keys(text)):
                before_count = len(self.sounds.get(key, ()))
                _toggle(self.sounds, key, text)
                if not before_count or key not in self.sounds:
                    _step(self.sound_pairs, sound_pair(key), -1 if before_count else 1)
            for key in dict.fromkeys(letter_keys(text)):
                _toggle(self.letters, key, text)

    def _count(self, material: Material, step: int) -> None:
        """Codes, letters before sizes and words of specifications are few: how often each is there is enough."""
        for table, keys in (
            (self.codes, {plain(material.code)}),
            (self.traits, set(_traits_of(plain(material.spec)))),
            (self.prefixes, {size.prefix for size in sizes_in(plain(material.spec)) if size.prefix}),
        ):
            for key in keys:
                _step(table, key, step)

    def _measure(self, text: str, step: int) -> None:
        if len(text) <= WORD_MAX:
            pair = text[:2]
            self._lengths[pair] = self._lengths.get(pair, 0) + (step << (_COUNT_BITS * len(text)))

    def _remeasure(self, pair: str) -> None:
        packed = self._lengths.get(pair, 0)
        if packed:
            self.lengths[pair] = _lengths(packed)
        else:
            self._lengths.pop(pair, None)
            self.lengths.pop(pair, None)

    def _trim(self) -> None:
        """Free slots at the end are given up."""
        while self.by_slot and self.by_slot[-1] is None:
            self.by_slot.pop()

    def _finish(self) -> None:
        """What is worked out from all that is there: the order, and the ways to a size."""
        slots = [kind.slot for kind in self.kinds.values()]
        self.is_ordered = all(one < other for one, other in pairwise(slots))
        self.place = {} if self.is_ordered else {slot: place for place, slot in enumerate(slots)}
        ends: defaultdict[str, list[Size]] = defaultdict(list)
        dims: defaultdict[tuple[str, ...], list[Size]] = defaultdict(list)
        for size in self.sizes:
            for number in {size.dims[0], size.dims[-1]}:
                ends[number].append(size)
            dims[tuple(sorted(size.dims))].append(size)
        self._sizes_by_end = {number: tuple(sizes) for number, sizes in ends.items()}
        self._sizes_by_all = {numbers: tuple(sizes) for numbers, sizes in dims.items()}
        self.spelled_tails = frozenset(size.suffix for size in self.sizes if size.is_spelled)
        self.known_dims = frozenset(size.dims[:n] for size in self.sizes for n in range(2, len(size.dims) + 1))


def _is_same(one: Material | None, other: Material) -> bool:
    return one is other or one == other


def _is_head(naming: Naming | None) -> bool:
    return naming is not None and (isinstance(naming, int) or naming[0][0] <= Tier.KIND)


def _take(table: dict[_Key, Posting], key: _Key, slot: int) -> None:
    left = removed(table[key], slot)
    if left == ():
        del table[key]
    else:
        table[key] = left


def _step(table: dict[_Key, int], key: _Key, step: int) -> None:
    table[key] = table.get(key, 0) + step
    if not table[key]:
        del table[key]


def _lengths(packed: int) -> tuple[int, ...]:
    """The lengths over one that occur."""
    mask = (1 << _COUNT_BITS) - 1
    return tuple(n for n in range(2, WORD_MAX + 1) if packed >> (_COUNT_BITS * n) & mask)


def _toggle(table: dict[str, tuple[str, ...]], key: str, text: str) -> None:
    texts = table.get(key, ())
    left = tuple(other for other in texts if other != text) if text in texts else tuple(sorted((*texts, text)))
    if left:
        table[key] = left
    else:
        del table[key]


def _kind(material: Material, slot: int) -> Kind:
    names = (material.name, *material.aliases)
    sizes = (size for part in (material.spec, *names) for size in sizes_in(plain(part)))
    return Kind(
        code=material.code,
        slot=slot,
        name=plain(material.name),
        base_unit=material.base_unit,
        units=tuple(dict.fromkeys((material.base_unit, *(unit for unit, _ in material.units)))),
        sizes=tuple(dict.fromkeys((*sizes, *spelled_in(plain(material.spec))))),
        names=tuple(map(plain, names)),
        line=Line(material=material.code),
    )


def _words_of(material: Material) -> dict[str, Tier]:
    """Every word of one material at its best tier."""
    found: dict[str, Tier] = {}
    shared = _shared_words(material.name, material.category, material.aliases)
    for text, tier in (*_own_words(material), *shared):
        found[text] = min(tier, found.get(text, tier))
    return found


def _own_words(material: Material) -> Iterator[tuple[str, Tier]]:
    """What only this material is called: its label, code and barcode, and the words of its specification."""
    for name in (material.label, material.code, material.barcode):
        for form in _forms(name):
            yield form, Tier.EXACT
    spec = plain(material.spec)
    for text in _traits_of(spec):
        yield text, Tier.TRAIT
    for token in filter(_OWN_LETTERS.fullmatch, spec.split()):
        # BV 2.5平方: letters of their own say what it is, as those of a size (DN25) do not; C型 is one word.
        yield token, Tier.PART if token.isascii() else Tier.TRAIT
    for token in filter(_MODEL.fullmatch, spec.split()):
        if size_of(token) is None:
            yield token, Tier.PART


def _traits_of(spec: str) -> Iterator[str]:
    """The words of a specification: 红 and 红色, 回路, yjv."""
    for run in _RUN.findall(spec):
        for text in {run, run.removesuffix("色"), run + "色" if COLOURS.issuperset(run) else run}:
            if text and not (text.isascii() and len(text) < 2):
                yield text


def _shared_words(name: str, category: str, aliases: Iterable[str]) -> Iterator[tuple[str, Tier]]:
    """What all materials of one name are called."""
    for one in (name, *aliases):
        for form in _forms(one):
            yield form, Tier.EXACT
        yield from _parts(plain(one))
    if category := plain(category):
        yield category, Tier.KIND


def _forms(name: str) -> set[str]:
    text = plain(name)
    return {text, text.replace(" ", "")} if len(text) > 1 or _RUN.fullmatch(text) else set()


def _tier(start: int, end: int, head_end: int) -> Tier:
    """How well a piece of a name names it: by its end, by three characters of its beginning (百慕大), or not."""
    if end == head_end:
        return Tier.HEAD
    return Tier.PART if start == 0 and end >= _BEGINNING_MIN else Tier.INNER


def _tail_length(run: str) -> int:
    return int(len(run) > _BEGINNING_MIN - 1 and run[0] in HAN_TAILS)


def _parts(name: str) -> Iterator[tuple[str, Tier]]:
    # What stands behind the name, a size (软接dn20) or a note in brackets, is not its head.
    body = len(_NOTE.sub("", name)) or len(name)
    runs = list(_RUN.finditer(name))
    heads = [index for index, run in enumerate(runs) if run.end() <= body and not run[0].isascii()]
    last = heads[-1] if heads else len(runs) - 1
    for index, at in enumerate(runs):
        run = at[0]
        is_last = index == last
        if run.isascii():
            if len(run) > 1:
                yield run, Tier.PART
            continue
        # 12芯光缆: the unit of a size belongs to its number, so that nothing is called 芯光缆.
        first = _tail_length(run) if at.start() and name[at.start() - 1].isdigit() else 0
        for start in range(first, len(run)):
            if start and run[start - 1] in NAMES.beyond:
                continue
            for end in range(start + 2, min(len(run), start + _PART_MAX) + 1):
                yield run[start:end], _tier(start, end, len(run) if is_last else 0)
        yield run[0], Tier.TRAIT
        if run[-1] not in PHRASES.small:
            yield run[-1], Tier.PART if is_last else Tier.TRAIT
    for joined in _CHINESE_LETTERS.findall(name):
        yield joined, Tier.HEAD
