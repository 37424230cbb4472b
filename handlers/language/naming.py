"""What materials a word names, and how well: the compact form in which the index keeps it."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final

from handlers.language.postings import Pool, Posting, added, pool_of, posting_of, removed


class Tier(IntEnum):
    """How well a word names something: the whole of it, its head, a part that identifies, or less.

    KIND is the category: a thing that is called so by its name goes before one that merely belongs there.
    INNER is what stands before the head: 石膏 of 石膏板 is another thing than the board, so it never decides alone.
    """

    EXACT = 0
    HEAD = 1
    KIND = 2
    PART = 3
    INNER = 4
    TRAIT = 5


# The materials at each tier, best first; no material stands at two.
Tiers = tuple[tuple[Tier, Posting], ...]
# Most words are the label, code or barcode of one material: its slot alone says so.
Naming = Tiers | int

NOTHING: Final[Tiers] = ()


def tiers_of(naming: Naming | None) -> Tiers:
    """The full form."""
    if naming is None:
        return NOTHING
    return ((Tier.EXACT, (naming,)),) if isinstance(naming, int) else naming


def naming_of(slots: Mapping[Tier, Iterable[int]]) -> Naming:
    """The compact form; a slot that is given at several tiers counts at its best."""
    found: list[tuple[Tier, Posting]] = []
    seen: set[int] = set()
    for tier in sorted(slots):
        new = set(slots[tier]) - seen
        if new:
            found.append((tier, posting_of(new)))
            seen |= new
    return _compact(tuple(found))


def with_slot(naming: Naming | None, slot: int, tier: Tier) -> Naming:
    """One material more; it must not be there yet."""
    tiers = dict(tiers_of(naming))
    tiers[tier] = added(tiers.get(tier, ()), slot)
    return _compact(tuple(sorted(tiers.items())))


def without_slot(naming: Naming | None, slot: int) -> Naming | None:
    """One material less; None where none is left."""
    found = tuple((tier, left) for tier, posting in tiers_of(naming) if (left := removed(posting, slot)) != ())
    return _compact(found) if found else None


def united(namings: Iterable[Tiers]) -> Tiers:
    """Everything that several words name, each material at its best tier."""
    pools: dict[Tier, Pool] = {}
    for tiers in namings:
        for tier, posting in tiers:
            pools[tier] = pools.get(tier, 0) | pool_of(posting)
    found: list[tuple[Tier, Posting]] = []
    seen: Pool = 0
    for tier in sorted(pools):
        if new := pools[tier] & ~seen:
            found.append((tier, new))
            seen |= new
    return tuple(found)


def _compact(tiers: Tiers) -> Naming:
    if len(tiers) == 1:
        tier, posting = tiers[0]
        if tier is Tier.EXACT and not isinstance(posting, int) and len(posting) == 1:
            return posting[0]
    return tiers
