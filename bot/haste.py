"""How much of one person's is under way at once: a flood fills neither the memory nor the others' time."""

from collections import Counter, OrderedDict
from datetime import datetime, timedelta
from typing import Final

# Messages and presses of one person that are not finished yet. Beyond it they are refused, in words now and then.
UNFINISHED_OF_ONE_MAX: Final = 100
TOLD_AGAIN_AFTER: Final = timedelta(minutes=1)
TOLD_MAX: Final = 1_000  # people remembered who were told


class Haste:
    """Counts what each person has under way, and remembers whom it told to slow down."""

    def __init__(self) -> None:
        self._unfinished = Counter[str]()
        self._told = OrderedDict[str, datetime]()

    def begin(self, person: str) -> bool:
        """Count one more; False, and not counted, when the person has too many under way."""
        if self._unfinished[person] >= UNFINISHED_OF_ONE_MAX:
            return False
        self._unfinished[person] += 1
        return True

    def end(self, person: str) -> None:
        """One of them is finished; nobody is remembered who has none."""
        self._unfinished[person] -= 1
        if self._unfinished[person] <= 0:
            del self._unfinished[person]

    def must_tell(self, person: str, now: datetime) -> bool:
        """Whether to say so again: at most once in a while."""
        last = self._told.get(person)
        if last is not None and now - last < TOLD_AGAIN_AFTER:
            return False
        self._told[person] = now
        self._told.move_to_end(person)
        if len(self._told) > TOLD_MAX:
            self._told.popitem(last=False)
        return True
