"""How long to wait before trying again."""

import random
from collections.abc import Callable


class Backoff:
    """Doubles from the shortest to the longest wait, each shortened by chance, so that robots do not return as one."""

    def __init__(self, seconds_min: float, seconds_max: float, chance: Callable[[], float] | None = None) -> None:
        self._seconds_min = seconds_min
        self._seconds_max = seconds_max
        # System entropy: copies started in the same instant must not share their seeds.
        self._chance = chance or random.SystemRandom().random
        self._failures = 0

    def next(self) -> float:
        """Seconds: between half and all of the current wait, which then doubles."""
        whole = min(self._seconds_max, self._seconds_min * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return whole * (0.5 + self._chance() / 2)

    def reset(self) -> None:
        self._failures = 0
