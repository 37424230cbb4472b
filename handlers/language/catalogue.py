"""The company's names, indexed for reading: built once, brought up to date by difference when the company changes."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from domain.company import Company
from handlers.language.book import book_words, full_names
from handlers.language.index import Kind, MaterialIndex
from handlers.language.lexicon import Domain, Lexicon
from handlers.language.naming import Tier
from handlers.language.normalise import plain
from handlers.language.postings import Pool, first_slots, pool_of, slots_in, union_of
from handlers.language.reading import Line
from handlers.language.sizes import Size, fits, rescaled, tenfold
from handlers.language.vocabulary import HOMOPHONES

# Pools of more names than this are not followed further: nobody means all of them.
NAMES_MAX: Final = 64
_SIZES_MAX: Final = 512
# 开关, 冷柜: most heads are of two characters.
_HEAD_LENGTH: Final = 2
# What names, units and equipment of the book are read from.
_BOOK: Final = (
    "units", "projects", "people", "teams", "suppliers", "customers", "warehouses", "equipment",
)  # fmt: skip


class Catalogue:
    """The index over one company. Never changed once made."""

    def __init__(self, company: Company, index: MaterialIndex) -> None:
        self._company, self._index = company, index
        self.materials: Mapping[str, Kind] = MappingProxyType(index.kinds)
        self.stages: Mapping[str, tuple[str, ...]] = {p.code: p.stages for p in company.projects.values()}
        self.equipment_unit: Mapping[str, str] = {e.code: e.unit for e in company.equipment.values()}
        self.people: frozenset[str] = frozenset(company.people)
        self.lexicon: Final = Lexicon(book_words(company, index), HOMOPHONES, index)
        self._forms = full_names(company)
        self._by_length = _by_length(index)
        # The same few sizes are asked for again and again; what is remembered is never seen from outside.
        self.sized = lru_cache(maxsize=_SIZES_MAX)(self._sized)

    @classmethod
    def of(cls, company: Company) -> "Catalogue":
        """Build the index."""
        return cls(company, MaterialIndex.of(company.materials))

    def updated(self, company: Company) -> "Catalogue":
        """The index of a later company, which shares what has not changed and equals one that is built anew."""
        index = self._index.updated(company.materials)
        is_same_book = all(getattr(company, name) == getattr(self._company, name) for name in _BOOK)
        return self if index is self._index and is_same_book else Catalogue(company, index)

    @property
    def everything(self) -> Pool:
        """All materials."""
        return self._index.everything

    @property
    def known_dims(self) -> frozenset[tuple[str, ...]]:
        """The numbers of sizes with several, and how they begin."""
        return self._index.known_dims

    def forms(self, domain: Domain, code: str) -> tuple[str, ...]:
        """All full names of one person, place or party."""
        return self._forms.get((domain, code), ())

    def spelling(self, code: str) -> str:
        """The name and the specification of one material in normal form, without blanks."""
        material = self._company.materials[code]
        return plain(f"{material.name}{material.spec}").replace(" ", "")

    def is_code(self, text: str) -> bool:
        """Whether this is the code of a material, in normal form."""
        return text in self._index.codes

    def is_size_prefix(self, letters: str) -> bool:
        """Whether some specification begins a size with these letters."""
        return letters in self._index.prefixes

    def is_spelled_tail(self, text: str) -> bool:
        """Whether some specification says this behind a number in words: 眼 of 四眼."""
        return text in self._index.spelled_tails

    def is_trait(self, text: str) -> bool:
        """Whether this is a word of some specification."""
        return text in self._index.traits

    def is_unit(self, unit: str) -> bool:
        """Whether the company has it, or keeps some material in it."""
        return unit in self._index.units or unit in self._company.units

    def pool(self, codes: Iterable[str]) -> Pool:
        """The materials of these codes; what is no code of this catalogue is left out."""
        pool: Pool = 0
        for code in codes:
            if (kind := self._index.kinds.get(code)) is not None:
                pool |= 1 << kind.slot
        return pool

    def codes(self, pool: Pool) -> tuple[str, ...]:
        """Their codes in the order of the catalogue."""
        return self._coded(self._in_order(slots_in(pool)))

    def lines(self, pool: Pool) -> list[Line]:
        """A line for each of them in the order of the catalogue, without an amount."""
        by_slot = self._index.by_slot
        return [kind.line for slot in self._in_order(slots_in(pool)) if (kind := by_slot[slot]) is not None]

    def nearest(self, pool: Pool, count: int) -> tuple[str, ...]:
        """At most so many codes: all in the order of the catalogue, or else those with the shortest names first."""
        if pool.bit_count() <= count:
            return self._coded(self._first(pool, count))
        found: list[int] = []
        for named in self._by_length:
            if (here := pool & named) and len(found) < count:
                found += self._first(here, count - len(found))
        return self._coded(found)

    def first(self, pool: Pool) -> Kind | None:
        """The first of them in the order of the catalogue."""
        return next((self._index.by_slot[slot] for slot in self._first(pool, 1)), None)

    def in_order(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Material codes in the order of the catalogue, each once."""
        return self.codes(self.pool(codes))

    def keeping(self, units: Sequence[str]) -> Pool:
        """The materials that are kept in one of these units."""
        return union_of(self._index.units.get(unit, ()) for unit in units)

    def _sized(self, said: Size, marked: bool) -> Pool:  # a key of the cache
        """The materials of which a size can be meant. `marked`: the text shows that it is a size."""
        pool: Pool = 0
        for size in (said, *rescaled(said)):
            near = self._index.of_size(size.dims[0])
            if len(size.dims) > 1:
                near = (
                    *near,
                    *self._index.of_size(tenfold(size.dims[0])),
                    *self._index.of_dims(tuple(sorted(size.dims))),
                )
            pool |= union_of(self._index.sizes[own] for own in near if fits(size, own, marked=marked))
        return pool

    def sized_alike(self, said: Size) -> Pool:
        """The materials that have the very size that was said, unit and all."""
        near = self._index.of_size(said.dims[0])
        same = (own for own in near if (own.suffix, own.dims) == (said.suffix, said.dims))
        return union_of(self._index.sizes[own] for own in same)

    def of_dims(self, dims: tuple[str, ...]) -> Pool:
        """The materials that have a size of these numbers in this order."""
        same = (own for own in self._index.of_dims(tuple(sorted(dims))) if own.dims == dims)
        return union_of(self._index.sizes[own] for own in same)

    def namesakes(self, pool: Pool) -> Pool:
        """All materials that are called as one of these, of at most NAMES_MAX names."""
        found: Pool = 0
        for _ in range(NAMES_MAX):
            if not pool:
                break
            kind = self._index.by_slot[next(first_slots(pool, 1))]
            assert kind is not None, "a free slot is in no pool"
            same = pool_of(self._index.names[kind.name])
            found |= same
            pool &= ~same
        return found

    def named(self, text: str) -> Pool:
        """The materials that are called exactly so."""
        return union_of(posting for tier, posting in self._index.naming(text) if tier is Tier.EXACT)

    def called_alike(self, pool: Pool) -> Pool:
        """All materials that share a name or another with one of these, of which NAMES_MAX are asked."""
        found: Pool = 0
        for slot in first_slots(pool, NAMES_MAX):
            kind = self._index.by_slot[slot]
            for name in kind.names if kind is not None else ():
                for tier, posting in self._index.naming(name):
                    if tier is Tier.EXACT:
                        found |= pool_of(posting)
        return found

    def headed_alike(self, pool: Pool) -> Pool:
        """All materials whose name ends as that of the first of these does."""
        kind = self.first(pool)
        tiers = self._index.naming(kind.name[-_HEAD_LENGTH:]) if kind is not None else ()
        return union_of(posting for tier, posting in tiers if tier <= Tier.HEAD)

    def _first(self, pool: Pool, count: int) -> list[int]:
        """The first slots in the order of the catalogue."""
        if self._index.is_ordered:
            return list(first_slots(pool, count))
        return self._in_order(slots_in(pool))[:count]

    def _in_order(self, slots: Iterable[int]) -> list[int]:
        return list(slots) if self._index.is_ordered else sorted(slots, key=self._index.place.__getitem__)

    def _coded(self, slots: Iterable[int]) -> tuple[str, ...]:
        return tuple(kind.code for slot in slots if (kind := self._index.by_slot[slot]) is not None)


def _by_length(index: MaterialIndex) -> tuple[Pool, ...]:
    """The materials by the length of their names, the shortest first."""
    found: dict[int, Pool] = {}
    for name, posting in index.names.items():
        found[len(name)] = found.get(len(name), 0) | pool_of(posting)
    return tuple(pool for _, pool in sorted(found.items()))
