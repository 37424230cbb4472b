"""Whose turn it is: nobody who sends much makes the others wait for more than one message of theirs."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

One = TypeVar("One")


def take_turns(waiting: Sequence[One], of: Callable[[One], Hashable]) -> list[One]:
    """Everybody's first, then everybody's second, and so on; what one person sent stays in its order."""
    sent = defaultdict[Hashable, int](int)
    ranked = list[tuple[int, One]]()
    for one in waiting:
        person = of(one)
        ranked.append((sent[person], one))
        sent[person] += 1
    return [one for _, one in sorted(ranked, key=lambda pair: pair[0])]
