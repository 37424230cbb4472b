"""What happens once in a month: refusals, slips and how they are put right, a late lorry, questions from above."""

from datetime import timedelta
from decimal import Decimal

from bot.practice.month.agenda import Act
from bot.practice.month.deliveries import Sayer
from bot.practice.month.desk import Desk
from bot.practice.month.life import documents
from bot.practice.month.story import Story
from bot.practice.month.wording import plain


class Incidents:
    """Single scenes, each on its day."""

    def __init__(self, story: Story, desk: Desk) -> None:
        self._story, self._desk = story, desk

    def plan(self) -> None:
        """Put them on the agenda."""
        self._plan_beginning()
        self._plan_slips()
        self._plan_questions()

    def _plan_beginning(self) -> None:
        story, first = self._story, self._story.days.first
        story.on(first, 7, 52, self._asks("u-caobin", "P01", "帮助"))
        story.on(first, 7, 54, self._first_issue)
        story.on(first, 8, 5, self._lead_tries_himself)

    def _plan_slips(self) -> None:
        story, days = self._story, self._story.days
        story.on(days.from_start(3), 14, 12, self._wrong_number)
        story.on(days.from_start(6), 9, 20, self._nails_without_a_price)
        story.on(days.from_start(7), 10, 35, self._helmets_refused)
        story.on(days.from_start(11), 8, 0, self._sand_runs_out)
        story.on(days.from_start(13), 8, 20, self._corrected_in_one_breath)

    def _plan_questions(self) -> None:
        story, days = self._story, self._story.days
        for index, (person, project, words) in enumerate(QUESTIONS):
            day = days.working[(index * 7 + 3) % max(len(days.working) - 2, 1)]
            when = story.between(day, 14, 17) if index % 2 else story.between(day, 9, 12)
            story.agenda.plan(when, self._asks(person, project, words))
        for index, (person, words) in enumerate(QUESTIONS_ALONE):
            # The last days are left out: whoever has not looked at a card then has not asked anything either.
            day = days.working[(index * 5 + 2) % max(len(days.working) - 5, 1)]
            when = story.between(day, 19, 21) if "日报" in words else story.between(day, 10, 12)
            story.agenda.plan(when, self._asks(person, "", words))

    def _asks(self, person: str, project: str, words: str) -> Act:
        async def ask() -> None:
            if project:
                await self._story.asks(person, project, words)
            else:
                await self._story.asks_alone(person, words)

        return ask

    async def _first_issue(self) -> None:
        """The robot does not know yet for which stage the masons work."""
        story = self._story
        await story.asks("u-caobin", "P01", "领42.5水泥20包 瓦工班")
        story.pause(20, 60)
        await story.asks("u-caobin", "P01", "主体结构")

    async def _lead_tries_himself(self) -> None:
        """A team lead may ask for material, but not book what he takes."""
        story = self._story
        await story.asks("u-majun", "P01", "领红砖800块")
        story.soon(3, 6, self._asks("u-caobin", "P01", "领红砖800块 瓦工班 主体结构"))

    async def _wrong_number(self) -> None:
        story = self._story
        answer = await story.asks("u-caobin", "P01", "领红砖1200块 瓦工班 主体结构")
        number = next(iter(documents(answer.events, "LL")), "")
        if not number:
            return
        story.soon(1, 1, Sayer(story, "u-majun", "P01", "老曹，砖是1020，不是1200，你多记了"))
        story.soon(3, 5, self._asks("u-caobin", "P01", f"撤消 {number}"))
        story.soon(6, 8, self._asks("u-caobin", "P01", "领红砖1020块 瓦工班 主体结构"))

    async def _nails_without_a_price(self) -> None:
        """Bought round the corner, without an order: the robot asks what they cost."""
        story = self._story
        await story.asks("u-caobin", "P01", "收货铁钉40公斤")
        story.pause(20, 70)
        await story.asks("u-caobin", "P01", "5.8")

    async def _helmets_refused(self) -> None:
        story = self._story
        with self._desk.looking_away():
            answer = await story.asks("u-qinlei", "P01", "申购安全帽30顶")
        number = next(iter(documents(answer.events, "SG")), "")
        if number:
            story.soon(15, 40, self._asks("u-hewei", "", f"驳回 {number} 中心库还有50多顶，先领"))
            story.soon(60, 80, self._asks("u-jiangmei", "P01", "从中心库领安全帽8顶 钢筋班 主体结构"))
            story.soon(82, 95, self._asks("u-jiangmei", "P01", "从中心库领手套40双 瓦工班 主体结构"))

    async def _sand_runs_out(self) -> None:
        """The lorry is late, and what is wanted is more than lies there."""
        story = self._story
        there = story.life.yard.on_hand("W01", "SS-ZS")
        wanted = there.to_integral_value() + Decimal(story.rng.randint(3, 5))
        await story.asks("u-caobin", "P01", f"领黄砂{plain(wanted)}方 瓦工班 主体结构")
        story.plan_chat(
            story.now().date(),
            8,
            6,
            "P01",
            ("u-majun", "砂子不够啊，昨天就说要到的"),
            ("u-xujing", "东港说车坏在路上了，今天还来不了，我再催"),
            ("u-hewei", "先砌东边，别停工"),
        )

    async def _corrected_in_one_breath(self) -> None:
        await self._story.asks("u-weilan", "P02", "领2.5电线4卷，不对，3卷 水电班 机电安装")

    def plan_rain(self) -> None:
        """One day nothing is poured, and somebody says so, to the others and not to the robot."""
        story, rain = self._story, self._story.days.rain
        story.plan_chat(
            rain,
            6,
            50,
            "P01",
            ("u-hewei", "今天雨太大，浇筑停了，室外的都别上架子"),
            ("u-fanggang", "收到，人先回宿舍"),
            ("u-caobin", "水泥棚盖了两层布，钢筋也垫高了，没事"),
            ("u-qinlei", "基坑那边抽水泵开着呢"),
        )
        story.plan_chat(rain, 8, 10, "P02", ("u-tangyu", "下雨，室外停，室内照常干"), ("u-dengtao", "好"))
        after = rain + timedelta(days=1)
        story.plan_chat(after, 7, 5, "P01", ("u-hewei", "天晴了，上午先清积水，下午接着浇"))


QUESTIONS = (
    ("u-majun", "P01", "42.5水泥还有多少"),
    ("u-qinlei", "P01", "库村 红砖"),
    ("u-hewei", "P01", "今日消耗"),
    ("u-fanggang", "P01", "16的螺纹钢还剩多少"),
    ("u-dengtao", "P02", "2.5电线还有多少"),
    ("u-jiangmei", "P01", "预警"),
    ("u-tangyu", "P02", "日报"),
    ("u-zhouliang", "P01", "模板还有多少"),
    ("u-caobin", "P01", "钢筋还剩多少"),
    ("u-tianfeng", "P02", "防水涂料库存"),
    ("u-qinlei", "P01", "黄砂够不够"),
    ("u-weilan", "P02", "查下库存"),
    ("u-majun", "P01", "库存 砌筑砂浆"),
    ("u-dengtao", "P02", "线管、接线盒还有多少"),
    ("u-jiangmei", "P02", "还有什么快没了"),
    ("u-hewei", "P01", "日报"),
)
QUESTIONS_ALONE = (
    ("u-hewei", "待办"),
    ("u-shenrong", "云栖雅苑日报"),
    ("u-xujing", "南湖 2.5电线还有多少"),
    ("u-caobin", "42.5水泥还有多少"),
    ("u-shenrong", "南湖日报"),
    ("u-tangyu", "查下库存"),
    ("u-xujing", "云栖 42.5水泥还有多少"),
    ("u-pengfang", "待办"),
    ("u-hewei", "日报"),
    ("u-luyi", "额度"),
    ("u-shenrong", "云栖日报"),
    ("u-xujing", "还有哪些单子等我批"),
    ("u-weilan", "南湖 防水涂料还有多少"),
    ("u-tangyu", "日报"),
)
