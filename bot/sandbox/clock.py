"""The sandbox's time: real time and an offset that only grows."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.sandbox.limits import DAYS_AHEAD_MAX

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
EVENING: Final = time(18, 0)
MORNING: Final = time(8, 0)
PRESETS: Final = ("tonight", "tomorrow", "week")


class ClockGoesBack(Exception):
    """Somebody asked for an instant that has passed: what is written today would be dated into tomorrow."""


class ClockTooFar(Exception):
    """Somebody asked for an instant so far ahead that calendars end there."""


def real_time() -> datetime:
    """The machine's clock, in Shanghai."""
    return datetime.now(SHANGHAI)


class SandboxClock:
    """What time it is for everybody in the sandbox. `real` is for what the machine waits for, such as rate limits."""

    def __init__(self, real: Callable[[], datetime] | None = None) -> None:
        self._real = real or real_time
        self._offset = timedelta()
        self._frozen_at: datetime | None = None
        self.listeners: list[Callable[[], None]] = []

    def real(self) -> datetime:
        """The machine's time, unmoved."""
        return self._real().astimezone(SHANGHAI)

    def now(self) -> datetime:
        """The sandbox's time."""
        return self._frozen_at or self.real() + self._offset

    def now_ms(self) -> int:
        """The sandbox's time as DingTalk writes it: whole milliseconds since 1970."""
        return milliseconds(self.now())

    @property
    def offset(self) -> timedelta:
        """How far the sandbox is ahead of the machine."""
        return self.now() - self.real()

    @property
    def frozen_at(self) -> datetime | None:
        """The instant at which the clock stands still, or nothing when it runs."""
        return self._frozen_at

    def check(self, when: datetime) -> datetime:
        """The instant in Shanghai, if the clock can go there. Raises ClockGoesBack, ClockTooFar."""
        if when < self.now():
            raise ClockGoesBack(when)
        if when > self.real() + timedelta(days=DAYS_AHEAD_MAX):
            raise ClockTooFar(when)
        return when.astimezone(SHANGHAI)

    def move_to(self, when: datetime) -> None:
        """Jump forward. A clock that stands still stays still, at the new instant. Raises as `check`."""
        when = self.check(when)
        if self._frozen_at is not None:
            self._frozen_at = when
        else:
            self._offset = when - self.real()
        self.tell()

    def freeze(self, at: datetime | None = None) -> None:
        """Stand still, now or at a later instant. Raises as `check`."""
        self._frozen_at = self.now() if at is None else self.check(at)
        self.tell()

    def run(self) -> None:
        """Run on from where the clock stands."""
        if self._frozen_at is not None:
            self._offset = self._frozen_at - self.real()
            self._frozen_at = None
            self.tell()

    @property
    def evening(self) -> str:
        """今晚 or 明晚: which evening the preset `tonight` goes to. The page's clock.js says it by the same rule."""
        return "今晚" if self.preset("tonight").date() == self.now().date() else "明晚"

    def preset(self, name: str) -> datetime:
        """The next evening at six, tomorrow morning at eight, or a week ahead. Raises ValueError for any other name."""
        now = self.now()
        if name == "tonight":
            evening = datetime.combine(now.date(), EVENING, SHANGHAI)
            return evening if evening > now else evening + timedelta(days=1)
        if name == "tomorrow":
            return datetime.combine(now.date() + timedelta(days=1), MORNING, SHANGHAI)
        if name == "week":
            return now + timedelta(days=7)
        raise ValueError(name)

    def tell(self) -> None:
        """The time was moved, or a walk ended: whoever shows it looks again."""
        for listener in self.listeners:
            listener()


def milliseconds(when: datetime) -> int:
    """Whole milliseconds since 1970, reckoned without floating point."""
    since = when - datetime.fromtimestamp(0, SHANGHAI)
    return since // timedelta(milliseconds=1)
