"""How many calls in how much time."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta


class RateWindow:
    """At most `count` in any `span`, counted for each key apart. A refused call does not count."""

    def __init__(self, count: int, span: timedelta, now: Callable[[], datetime]) -> None:
        self._count, self._span, self._now = count, span, now
        self._seen: dict[str, deque[datetime]] = {}

    def admits(self, key: str) -> bool:
        """Whether one more fits now; if so it is counted."""
        now = self._now()
        seen = self._seen.setdefault(key, deque())
        while seen and seen[0] <= now - self._span:
            seen.popleft()
        if len(seen) >= self._count:
            return False
        seen.append(now)
        return True
