"""Sets of materials by slot: a few as a tuple, many as the bits of one number, which meet in an instant."""

from collections.abc import Iterable, Iterator
from typing import Final

# A set of slots, sorted; above FEW_MAX the bits of an int. Each set has one form only, so that equal sets are equal.
Posting = tuple[int, ...] | int
# What readings work with: bit n is slot n.
Pool = int

# Of 50,000 materials the bits take 6 KB, which so many slots take too.
FEW_MAX: Final = 128


def posting_of(slots: Iterable[int]) -> Posting:
    """The compact form of a set of slots."""
    found = sorted(set(slots))
    return tuple(found) if len(found) <= FEW_MAX else _bits_of(found)


def pool_of(posting: Posting) -> Pool:
    """The bits of a set."""
    return posting if isinstance(posting, int) else _bits_of(posting)


def union_of(postings: Iterable[Posting]) -> Pool:
    """The bits of several sets together."""
    pool: Pool = 0
    slots: list[int] = []
    for posting in postings:
        if isinstance(posting, int):
            pool |= posting
        else:
            slots += posting
    return pool | _bits_of(slots) if slots else pool


def added(posting: Posting, slot: int) -> Posting:
    """The set with one slot more."""
    if isinstance(posting, int):
        return posting | 1 << slot
    return posting if slot in posting else posting_of((*posting, slot))


def removed(posting: Posting, slot: int) -> Posting:
    """The set without one slot."""
    if not isinstance(posting, int):
        return tuple(other for other in posting if other != slot)
    left = posting & ~(1 << slot)
    return left if left.bit_count() > FEW_MAX else tuple(slots_in(left))


def slots_in(pool: Pool) -> Iterator[int]:
    """The slots of a pool, ascending."""
    digits = f"{pool:b}"[::-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def first_slots(pool: Pool, count: int) -> Iterator[int]:
    """The lowest slots of a pool, so many at most."""
    while pool and count:
        low = pool & -pool
        yield low.bit_length() - 1
        pool ^= low
        count -= 1


def _bits_of(slots: Iterable[int]) -> int:
    given = tuple(slots)
    if len(given) < 2:
        return 1 << given[0] if given else 0
    octets = bytearray((max(given) >> 3) + 1)
    for slot in given:
        octets[slot >> 3] |= 1 << (slot & 7)
    return int.from_bytes(octets, "little")
