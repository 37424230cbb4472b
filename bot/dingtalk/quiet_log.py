"""A log that does not flood: the same trouble, told once and then counted."""

import logging
from collections.abc import Callable


class QuietLog:
    """Tells a line at once when its topic is new, and then at most every so many seconds, with what was held back.

    The topic is what stays the same when the line names another request or another second.
    """

    def __init__(self, log: logging.Logger, seconds: float, monotonic: Callable[[], float]) -> None:
        self._log = log
        self._seconds = seconds
        self._monotonic = monotonic
        self._topic = ""
        self._told_at = 0.0
        self._held_back = 0

    def tell(self, level: int, line: str, *, topic: str) -> None:
        now = self._monotonic()
        if topic == self._topic and now - self._told_at < self._seconds:
            self._held_back += 1
            return
        more = f" ({self._held_back} times more before this)" if self._held_back else ""
        self._log.log(level, "%s%s", line, more)
        self._topic, self._told_at, self._held_back = topic, now, 0
