"""How the month ends: cement where the walk-through of the manual expects it, and four things that want somebody."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from bot.practice.month.desk import Desk
from bot.practice.month.life import documents
from bot.practice.month.story import Limit, Story

SITE: Final = "W01"
CEMENT: Final = "SN-425"
# With so much, 200 bags more and 30 taken, a taking of 250 leaves less than the safety stock of 100, as README says.
CEMENT_AT_THE_END: Final = Decimal(120)
CEMENT_KEPT: Final = Decimal(104)
CEMENT_WANTED: Final = Decimal(235)
CEMENT_FILLED_TO: Final = Decimal(285)
CEMENT_WATCHED_DAYS: Final = 7
WAITS_DAYS: Final = 3
WIRE_LEFT: Final = (38, 52)  # below the safety stock of 60


class Ending:
    """The last days."""

    def __init__(self, story: Story, desk: Desk) -> None:
        self._story, self._desk = story, desk
        self._waiting = ""

    def limits(self) -> dict[tuple[str, str], Limit]:
        """What the keepers hold back towards the end."""
        return {
            (SITE, CEMENT): self._cement,
            (SITE, "JN-CZJ"): self._kept(Decimal(46), days=9),
            ("W02", "DL-BV25"): self._kept(Decimal(24), days=9),
        }

    def _cement(self, day: date, wanted: Decimal, there: Decimal) -> Decimal:
        left = self._story.days.left(day)
        if left == 0:
            return there - CEMENT_AT_THE_END
        if left > CEMENT_WATCHED_DAYS:
            return wanted
        # What is too much is spread over the days that are left; and nothing may cross the safety line now, because
        # what is ordered then would still be open at the end.
        share = (there + self._story.life.yard.coming("P01", CEMENT) - CEMENT_AT_THE_END) // (left + 1)
        return min(share if left <= 2 else max(wanted, share), there - CEMENT_KEPT)

    def _kept(self, floor: Decimal, *, days: int) -> Limit:
        def limit(day: date, wanted: Decimal, there: Decimal) -> Decimal:
            return min(wanted, there - floor) if self._story.days.left(day) <= days else wanted

        return limit

    def plan(self) -> None:
        """Put the ending on the agenda."""
        story, days = self._story, self._story.days
        story.on(days.from_end(4), 7, 45, self._order_cement)
        story.on(self._day_of_waiting(), 10, 20, self._ask_for_formwork)
        story.on(days.from_end(1), 15, 40, self._ask_where_it_is)
        story.on(days.last, 16, 10, self._take_the_wire)

    async def _order_cement(self) -> None:
        story, yard = self._story, self._story.life.yard
        there = yard.on_hand(SITE, CEMENT) + yard.coming("P01", CEMENT)
        if there < CEMENT_WANTED:
            bags = int((CEMENT_FILLED_TO - there) // 10 * 10)
            await story.asks("u-majun", "P01", f"申购42.5水泥{bags}包")

    def _day_of_waiting(self) -> date:
        """The last working day that is three days before the end."""
        days = self._story.days
        return max(day for day in days.working if day <= days.last - timedelta(days=WAITS_DAYS))

    async def _ask_for_formwork(self) -> None:
        with self._desk.looking_away():
            answer = await self._story.asks("u-zhouliang", "P01", "申购模板120张、方木150根，主体结构用，后天要")
        self._waiting = next(iter(documents(answer.events, "SG")), "")

    async def _ask_where_it_is(self) -> None:
        if self._waiting:
            await self._story.asks("u-zhouliang", "P01", f"{self._waiting}到哪了")

    async def _take_the_wire(self) -> None:
        story = self._story
        there = story.life.yard.on_hand(SITE, "GJ-ZS")
        taken = there - story.rng.randint(*WIRE_LEFT)
        await story.asks("u-caobin", "P01", f"领扎丝{int(taken)}公斤 钢筋班")
