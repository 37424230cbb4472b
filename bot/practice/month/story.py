"""What the parts of the story share: the people's life, the day's agenda, chance, and the two groups."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from bot.practice.month.agenda import Act, Agenda, StoryClock
from bot.practice.month.days import Days, at, at_work
from bot.practice.month.life import Life
from bot.practice.month.transcript import PRIVATE
from storage.unit import Answer

# How much of a wanted amount a keeper gives out on a day, in the base unit: (day, wanted, on hand) → given.
Limit = Callable[[date, Decimal, Decimal], Decimal]


@dataclass(frozen=True, slots=True)
class Story:
    """Handed to every part; the parts plan acts and never wait."""

    life: Life
    clock: StoryClock
    agenda: Agenda
    rng: Random
    days: Days
    groups: dict[str, str]  # by project

    def now(self) -> datetime:
        return self.clock.now()

    def on(self, day: date, hour: int, minute: int, act: Act) -> None:
        """Plan an act on a day; the second is left to chance."""
        self.agenda.plan(at(day, hour, minute, self.rng.randrange(60)), act)

    def soon(self, low: int, high: int, act: Act) -> None:
        """Plan an act so many minutes from now, when people are at work."""
        later = timedelta(minutes=self.rng.randint(low, high), seconds=self.rng.randrange(60))
        self.agenda.plan(at_work(self.now() + later), act)

    def between(self, day: date, low: int, high: int) -> datetime:
        """A moment of a day between two full hours."""
        minutes = self.rng.randrange((high - low) * 60)
        return at(day, low, 0) + timedelta(minutes=minutes, seconds=self.rng.randrange(60))

    def pause(self, low: int, high: int) -> None:
        """So many seconds pass within an act: nobody else gets between a question and its answer."""
        self.clock.set(self.now() + timedelta(seconds=self.rng.randint(low, high)))

    async def asks(self, person: str, project: str, words: str) -> Answer:
        """Write to the robot in a project's group."""
        return await self.life.says(person, self.groups[project], words)

    async def asks_alone(self, person: str, words: str) -> Answer:
        """Write to the robot in private."""
        return await self.life.says(person, PRIVATE, words)

    def chats(self, person: str, project: str, words: str) -> None:
        """Say something among people in a project's group."""
        self.life.chats(person, self.groups[project], words)

    def plan_chat(self, day: date, hour: int, minute: int, project: str, *lines: tuple[str, str]) -> None:
        """An exchange among people: each line a minute or two after the one before."""
        when = at(day, hour, minute, self.rng.randrange(60))
        for person, words in lines:

            async def say(person: str = person, words: str = words) -> None:
                self.chats(person, project, words)

            self.agenda.plan(when, say)
            when += timedelta(seconds=self.rng.randint(25, 150))
