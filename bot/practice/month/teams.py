"""The teams at the store: every working day each fetches what its habits say, and the keeper books it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from bot.practice.month import wording
from bot.practice.month.habits import (
    KEEPER,
    LEADER,
    MASONS,
    MUCH_STEEL_12,
    MUCH_STEEL_16,
    PLASTERERS,
    PLUMBERS,
    SHARED,
    SITE,
    STEEL_12,
    STEEL_16,
    STEWARD,
    TRIPS,
    Take,
    Trip,
)
from bot.practice.month.story import Limit, Story
from bot.practice.month.wording import Amount

MUCH_STEEL_FROM: Final = timedelta(days=9)  # before the last day: the last ten days
INDOORS: Final = frozenset({PLUMBERS, PLASTERERS})
UNIT_SAID: Final = {"公斤": "千克", "方": "立方米"}


class Teams:
    """Plans all trips. `limits` say for single materials how much the keeper gives out."""

    def __init__(self, story: Story, limits: dict[tuple[str, str], Limit]) -> None:
        self._story, self._limits = story, limits
        self._stages: dict[str, str] = {}

    def plan(self) -> None:
        """Every trip of every working day; when it rains only those who work indoors go."""
        story = self._story
        for day in story.days.working:
            for trip in TRIPS:
                if self._goes(trip, day):
                    low, high = (7, 10) if trip.is_morning else (13, 16)
                    story.agenda.plan(story.between(day, low, high) + timedelta(minutes=25), self._act(trip, day))

    def _goes(self, trip: Trip, day: date) -> bool:
        days = self._story.days
        if days.number(day) < min(trip.begins, len(days.working) * 2 // 3):
            return False
        if day == days.rain and trip.team not in INDOORS:
            return False
        if day == days.first and trip.is_morning and trip.team == MASONS:
            return False  # their first trip is a scene of its own
        if day == days.last and trip.stage == "装饰装修":
            return False  # the masons end the month on the structure
        return self._story.rng.randrange(100) < trip.chance

    def _act(self, trip: Trip, day: date) -> "Going":
        return Going(self, trip, day)

    async def go(self, trip: Trip, day: date) -> None:
        """One trip, as far as the store has what is wanted."""
        story, place = self._story, trip.warehouse or SITE[trip.project]
        them = [found for take in self._takes(trip, day) if (found := self._amount(take, place, day)) is not None]
        if not them:
            return
        if story.rng.randrange(5) == 0:
            await self._called(trip, them, place)
        else:
            await self._book(trip, them, place)

    async def _called(self, trip: Trip, them: Sequence[Amount], place: str) -> None:
        """The leader says it in the group, among people; a few minutes later the keeper has it booked."""
        story = self._story
        keeper = "老曹" if trip.project == "P01" else "小韦"
        words = story.rng.choice(CALLS).format(keeper=keeper, what=wording.amounts(story.rng, them))
        story.chats(LEADER[trip.team], trip.project, words)

        async def book() -> None:
            await self._book(trip, them, place)

        story.soon(3, 11, book)

    async def _book(self, trip: Trip, them: Sequence[Amount], place: str) -> None:
        story, rng = self._story, self._story.rng
        stage = "" if self._stages.get(trip.team) == trip.stage else trip.stage
        self._stages[trip.team] = trip.stage
        where = "中心库" if place == SHARED else ""
        by_steward = rng.randrange(9) == 0
        keeper = STEWARD if by_steward else KEEPER[trip.project]
        one = them[0]
        if (
            one.material == "GJ-ZS"
            and keeper == KEEPER["P01"]
            and not stage
            and one.quantity < 10
            and rng.randrange(3) == 0
        ):
            await story.life.speaks(keeper, f"领扎丝{wording.aloud(one.quantity)}公斤{trip.team}")
            return
        words = wording.issue(rng, trip.team, them, stage=stage, where=where)
        if keeper == "u-caobin" and rng.randrange(7) == 0 and trip.team == "木工班":
            await story.asks_alone(keeper, words)
        else:
            await story.asks(keeper, trip.project, words)

    def _takes(self, trip: Trip, day: date) -> list[Take]:
        story, much = self._story, day >= self._story.days.last - MUCH_STEEL_FROM
        swapped = {STEEL_16: MUCH_STEEL_16, STEEL_12: MUCH_STEEL_12} if much else {}
        return [swapped.get(take, take) for take in trip.takes if story.rng.randrange(100) < take.chance]

    def _amount(self, take: Take, place: str, day: date) -> Amount | None:
        """What is really taken: no more than lies there above the floor, and nothing that is not worth the way."""
        story, key = self._story, (place, take.material)
        wanted = story.rng.randint(take.low, take.high) * take.step
        there = story.life.yard.on_hand(*key) - take.floor
        given = min(wanted * take.per_base, there)
        if (limit := self._limits.get(key)) is not None:
            given = limit(day, given, story.life.yard.on_hand(*key))
        given = (given / take.per_base / take.step).to_integral_value(rounding="ROUND_FLOOR") * take.step
        if (given < take.low * take.step / 2 and key not in self._limits) or given <= 0:
            return None
        return Amount(take.material, given, UNIT_SAID.get(take.unit, take.unit))


class Going:
    """A planned trip."""

    def __init__(self, teams: Teams, trip: Trip, day: date) -> None:
        self._teams, self._trip, self._day = teams, trip, day

    async def __call__(self) -> None:
        await self._teams.go(self._trip, self._day)


CALLS: Final = (
    "{keeper}，{what}，我让人过来拿",
    "{keeper} 要{what}，人已经过去了",
    "{keeper}在仓库吗，拉{what}",
    "麻烦{keeper}备一下{what}",
    "{what}，{keeper}开下门",
)
