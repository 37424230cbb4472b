"""The days of the month: who works when. Sundays are off, on one day it rains, and nobody works at night."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Asia/Shanghai")
SUNDAY: Final = 6
MORNING: Final = time(7, 40)
NOON: Final = time(11, 50)
AFTERNOON: Final = time(13, 15)
EVENING: Final = time(17, 40)
# A day counts as lived once its report is out and the last ones have gone home.
DAY_ENDS: Final = time(18, 30)


@dataclass(frozen=True, slots=True)
class Days:
    """`first` to `last`, both worked on; `working` are these days without Sundays; on `rain` nothing is poured."""

    first: date
    last: date
    working: tuple[date, ...]
    rain: date

    @classmethod
    def before(cls, until: datetime, rng: Random, *, span: int) -> "Days":
        """So many days that end with the last working day whose evening is over by `until`."""
        local = until.astimezone(ZONE)
        last = local.date() if local.time() >= DAY_ENDS else local.date() - timedelta(days=1)
        while last.weekday() == SUNDAY:
            last -= timedelta(days=1)
        first = last - timedelta(days=span - 1)
        while first.weekday() == SUNDAY:
            first -= timedelta(days=1)
        every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        working = tuple(day for day in every if day.weekday() != SUNDAY)
        middle = working[len(working) // 2 :][:4]
        return cls(first, last, working, rng.choice(middle))

    def from_start(self, index: int) -> date:
        """The working day with this number, from 0."""
        return self.working[min(index, len(self.working) - 1)]

    def from_end(self, index: int) -> date:
        """The working day that is so many before the last one."""
        return self.working[max(len(self.working) - 1 - index, 0)]

    def after_last(self) -> date:
        """The next day on which people work."""
        day = self.last + timedelta(days=1)
        return day + timedelta(days=1) if day.weekday() == SUNDAY else day

    def left(self, day: date) -> int:
        """How many working days come after this one."""
        return sum(one > day for one in self.working)

    def number(self, day: date) -> int:
        """How many working days came before this one."""
        return sum(one < day for one in self.working)

    def evenings(self, until: datetime) -> Iterator[date]:
        """Every day, Sundays too, whose evening comes before `until`."""
        day = self.first
        while at(day, 18, 0) <= until:
            yield day
            day += timedelta(days=1)


def at(day: date, hour: int, minute: int, second: int = 0) -> datetime:
    """An instant on the site's clock."""
    return datetime.combine(day, time(hour, minute, second), ZONE)


def at_work(when: datetime) -> datetime:
    """The same instant, or the next one at which people look at their telephones for work."""
    local = when.astimezone(ZONE)
    if local.weekday() == SUNDAY or local.time() >= EVENING:
        return at_work(datetime.combine(local.date() + timedelta(days=1), MORNING, ZONE) + _within_the_hour(local))
    if local.time() < MORNING:
        return datetime.combine(local.date(), MORNING, ZONE) + _within_the_hour(local)
    if NOON <= local.time() < AFTERNOON:
        return datetime.combine(local.date(), AFTERNOON, ZONE) + _within_the_hour(local)
    return local


def _within_the_hour(when: datetime) -> timedelta:
    """So that not everybody looks in the same second."""
    return timedelta(minutes=when.minute % 25, seconds=when.second)
