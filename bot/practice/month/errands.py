"""What the sites order in a month: who asks for what on which working day, and how the lorries come."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from bot.practice.month.agenda import Act
from bot.practice.month.days import Days
from bot.practice.month.deliveries import ALL_AT_ONCE, Deliveries, Lorry
from bot.practice.month.life import documents
from bot.practice.month.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One requisition. `day` counts working days from the start, or from the end where it is negative.

    `lorries` say how its orders come; a month too short for an errand does without it.
    """

    day: int
    hour: int
    project: str
    person: str
    words: str
    lorries: tuple[Lorry, ...] = ALL_AT_ONCE

    def on(self, days: Days) -> date | None:
        """The working day it falls on; nothing where it could not be settled before the last days begin."""
        if self.day < 0:
            return days.from_end(-self.day)
        length = len(days.working)
        return days.from_start(self.day) if self.day <= max(length // 2, length - 9) else None


HALVES: Final = (Lorry(percent=60), Lorry(percent=40, late=2))
# The old lot runs out nine days after the month, so whoever looks a day or two later still has it before them.
OLD_LOT_LASTS: Final = timedelta(days=9)


def errands(days: Days) -> tuple[Errand, ...]:
    """All of them."""
    old_lot = days.last + OLD_LOT_LASTS
    lots = (
        Lorry(percent=60, lot=f"FS{old_lot - timedelta(days=180):%y%m%d}", expiry=old_lot),
        Lorry(percent=40, late=2, lot=f"FS{days.first:%y%m%d}", expiry=days.first + timedelta(days=180)),
    )
    return (
        Errand(
            day=2,
            hour=8,
            project="P01",
            person="u-fanggang",
            words="申购12的螺纹钢8吨，16的螺纹钢12吨，主体结构用",
            lorries=HALVES,
        ),
        Errand(
            day=4,
            hour=9,
            project="P01",
            person="u-qinlei",
            words="申购碎石30方",
            lorries=(Lorry(extra=Decimal(1)),),
        ),
        Errand(
            day=5,
            hour=14,
            project="P01",
            person="u-majun",
            words="申购红砖12000块、砌筑砂浆80包",
            lorries=HALVES,
        ),
        Errand(
            day=8,
            hour=10,
            project="P01",
            person="u-zhouliang",
            words="要料\n1. 模板150张\n2. 方木200根\n3. 对拉螺杆600根\n主体结构用",
        ),
        Errand(
            day=9,
            hour=8,
            project="P01",
            person="u-majun",
            words="申购黄砂40方，急用",
            lorries=(Lorry(late=3),),
        ),
        Errand(
            day=12,
            hour=8,
            project="P01",
            person="u-fanggang",
            words="申购 16的螺纹钢10吨，12的螺纹钢8吨，20的螺纹钢3吨",
        ),
        Errand(day=13, hour=15, project="P01", person="u-majun", words="申购800地砖60箱，样板间用"),
        Errand(day=15, hour=9, project="P01", person="u-qinlei", words="申购黄砂45方"),
        Errand(
            day=-7,
            hour=8,
            project="P01",
            person="u-fanggang",
            words="申购16的螺纹钢20吨，这层用得多",
            lorries=(Lorry(percent=50, late=1),),  # The other half has not come by the end.
        ),
        Errand(
            day=1,
            hour=9,
            project="P02",
            person="u-dengtao",
            words="申购2.5电线40卷，20线管500根，接线盒600个",
        ),
        Errand(day=4, hour=8, project="P02", person="u-tianfeng", words="申购42.5水泥80包、细砂15方，精装修用"),
        Errand(
            day=5,
            hour=10,
            project="P02",
            person="u-dengtao",
            words="申购25PPR 800米",
            lorries=(Lorry(percent=95, counted=Decimal(40)), Lorry(percent=5, late=2)),
        ),
        Errand(day=10, hour=9, project="P02", person="u-dengtao", words="申购110排水管200米"),
        Errand(day=6, hour=8, project="P02", person="u-tianfeng", words="要料 防水涂料40桶", lorries=lots),
        Errand(day=11, hour=14, project="P02", person="u-tianfeng", words="申购腻子粉120包"),
        Errand(day=14, hour=9, project="P02", person="u-dengtao", words="申购五孔插座300个、单开开关120个"),
        Errand(day=16, hour=8, project="P02", person="u-tianfeng", words="申购42.5水泥60包"),
        Errand(day=-8, hour=9, project="P02", person="u-dengtao", words="申购2.5电线30卷、4平方电线10卷"),
    )


def plan(story: Story, deliveries: Deliveries) -> None:
    """Put them all on the agenda."""
    for errand in errands(story.days):
        if (day := errand.on(story.days)) is not None:
            story.on(day, errand.hour, story.rng.randrange(50), _going(story, deliveries, errand))


def _going(story: Story, deliveries: Deliveries, errand: Errand) -> Act:
    async def ask() -> None:
        answer = await story.asks(errand.person, errand.project, errand.words)
        for number in documents(answer.events, "SG")[:1]:
            deliveries.plan(number, errand.lorries)

    return ask
