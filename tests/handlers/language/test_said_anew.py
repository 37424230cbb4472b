"""One thing of a document said anew, in every way people do: it takes the place of the first, and all else stays."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pytest

from handlers.language import Context, Reading, Status, read
from tests.handlers.language.test_corpora import catalogue_of

TODAY: Final = date(2026, 11, 23)
# Of so many at least the correction is understood; the others ask. None may be wrong.
UNDERSTOOD_MIN: Final = 0.7
THINGS: Final = (
    ("12螺纹", "16螺纹", "吨"),
    ("42.5水泥", "32.5水泥", "包"),
    ("红透水砖", "灰透水砖", "平"),
    ("重型井盖", "树脂井盖", "套"),
    ("200球墨管", "300球墨管", "根"),
)
ORDINALS: Final = "一二三"
JOINTS: Final = pytest.mark.parametrize("joint", ["，", " "])


@dataclass(frozen=True)
class Told:
    """A clause of a document: how it is said, what it is called, and what may stand in it."""

    said: str
    word: str
    values: tuple[str, ...]


SUPPLIERS: Final = ("天缆", "亮通", "永铸", "路达")
TEAMS: Final = ("土方班", "路灯班", "砌井班", "摊铺班")
PLACES: Final = ("总仓", "电料库", "河边堆场")
GROUNDS: Final = ("破了", "受潮", "生锈", "开裂", "压坏了")
PRICE: Final = Told("单价{}", "单价", ("36.5", "38", "45", "54"))
LOT: Final = Told("批号{}", "批号", ("A2401", "B77", "20261101", "2405"))
EXPIRY: Final = Told("有效期到{}", "有效期", ("2027-03-01", "2027年5月1日", "明年6月30日"))
# What is told of one thing, and not of the document.
OF_ONE: Final = frozenset((PRICE, LOT, EXPIRY))
CLAUSES: Final = {
    "收货": (
        PRICE,
        Told("{}送的", "供应商", SUPPLIERS),
        LOT,
        EXPIRY,
        Told("放{}", "仓库", PLACES),
        Told("{}到的", "日期", ("昨天", "前天", "11月20号")),
    ),
    "采购": (PRICE, Told("找{}", "供应商", SUPPLIERS), Told("{}前要", "日期", ("28号", "下周三", "12月5号"))),
    "领": (Told("{}领的", "班组", TEAMS), Told("从{}出", "仓库", PLACES)),
    "退料": (Told("{}退的", "班组", TEAMS), Told("{}", "原因", GROUNDS)),
    "销售": (Told("卖给{}", "客户", ("东湖街道", "宏宇园林", "养护中心")), PRICE),
    "报损": (Told("{}", "原因", GROUNDS),),
    "退货": (Told("退给{}", "供应商", SUPPLIERS), Told("{}", "原因", GROUNDS)),
}
ANEW: Final = (
    "，不对，{said}",
    "，不是{old}，是{new}",
    "，不是{old}，{new}",
    "，说错了，{said}",
    "，{word}改成{new}",
    "，{word}应该是{new}",
    "，{word}写错了，是{new}",
    "，{said}才对",
    "，哦不，{said}",
)
# Only right behind what they correct.
ANEW_BEHIND: Final = ("，不对，{new}", "，不，{new}", "不对{new}", "，写错了，{new}", "，不对，是{new}")
COUNTED_ANEW: Final = (
    "，不对，{thing}{new}{unit}",
    "，{thing}改成{new}{unit}",
    "，{thing}应该是{new}{unit}",
    "，{thing}不是{old}{unit}，是{new}{unit}",
    "，等等，{thing}是{new}{unit}",
    "，{thing}{new}{unit}才对",
    "，{thing}数量错了，是{new}",
    "，第{place}个改成{new}{unit}",
    "，第{place}个数量改成{new}",
)
NAMED_ANEW: Final = (
    "，{thing}改成{other}",
    "，不是{thing}，是{other}",
    "，{thing}写错了，是{other}",
    "，第{place}个换成{other}",
)
TAKEN_OUT: Final = (
    "，算了{thing}不要了",
    "，{thing}不要了",
    "，{thing}去掉",
    "。{thing}那个不要",
    "，不对，没有{thing}",
    "，{thing}先不要",
)


@dataclass(frozen=True)
class Document:
    """What somebody says in one message: a verb, what is moved, and more about it."""

    verb: str
    lines: tuple[tuple[str, int, str], ...]
    clauses: tuple[tuple[Told, str], ...]

    def text(self) -> str:
        lines = "、".join(f"{thing}{count}{unit}" for thing, count, unit in self.lines)
        return self.verb + "，".join([lines, *(told.said.format(value) for told, value in self.clauses)])


def told(text: str) -> Reading:
    return read(text, context=Context(project="P01"), catalogue=catalogue_of("site14"), today=TODAY)


def documents(seed: int, count: int, *, lines_min: int = 1) -> Iterator[tuple[random.Random, Document]]:
    """Documents that are understood as they stand."""
    rng = random.Random(seed)
    for _ in range(count):
        verb = rng.choice(list(CLAUSES))
        clauses = rng.sample(CLAUSES[verb], rng.randint(1, min(3, len(CLAUSES[verb]))))
        clauses.sort(key=lambda one: one.said == "{}")  # a ground comes last
        things = rng.sample(THINGS, 1 if OF_ONE & set(clauses) else rng.randint(lines_min, 3))
        lines = tuple((rng.choice(thing[:2]), rng.randint(2, 60), thing[2]) for thing in things)
        document = Document(verb, lines, tuple((clause, rng.choice(clause.values)) for clause in clauses))
        if told(document.text()).status is Status.OK:
            yield rng, document


def check(corrected: Iterator[tuple[str, str]], joint: str) -> None:
    """Each text with a correction says what the other says without one, or asks."""
    asked, wrong, count = 0, list[str](), 0
    for text, right in corrected:
        count += 1
        reading = told(text.replace("，", joint).replace("、", joint))
        asked += reading.status is not Status.OK
        if reading.status is Status.OK and reading != told(right):
            wrong.append(f"{text} is not {right}")
    assert wrong == []
    assert count > 200
    assert asked <= (1 - UNDERSTOOD_MIN) * count


@JOINTS
def test_a_clause_said_anew(joint: str) -> None:
    def corrected() -> Iterator[tuple[str, str]]:
        for rng, document in documents(1, 700):
            at = rng.randrange(len(document.clauses))
            clause, old = document.clauses[at]
            new = rng.choice([value for value in clause.values if value != old])
            ways = ANEW + (ANEW_BEHIND if at == len(document.clauses) - 1 and clause.said != "{}" else ())
            anew = rng.choice(ways).format(said=clause.said.format(new), old=old, new=new, word=clause.word)
            clauses = (*document.clauses[:at], (clause, new), *document.clauses[at + 1 :])
            yield document.text() + anew, replace(document, clauses=clauses).text()

    check(corrected(), joint)


def lines_anew(
    seed: int, change: Callable[[random.Random, Document, int], tuple[str, Document]], lines_min: int = 1
) -> Iterator[tuple[str, str]]:
    """Each document with a change of one of its lines, and as it should have been."""
    for rng, document in documents(seed, 700, lines_min=lines_min):
        if len(document.lines) >= lines_min:
            anew, right = change(rng, document, rng.randrange(len(document.lines)))
            yield document.text() + anew, right.text()


@JOINTS
def test_an_amount_said_anew(joint: str) -> None:
    def change(rng: random.Random, document: Document, at: int) -> tuple[str, Document]:
        thing, old, unit = document.lines[at]
        new = rng.choice([count for count in range(61, 99) if count != old])
        line = (thing, new, unit)
        right = replace(document, lines=(*document.lines[:at], line, *document.lines[at + 1 :]))
        return rng.choice(COUNTED_ANEW).format(thing=thing, old=old, new=new, unit=unit, place=ORDINALS[at]), right

    check(lines_anew(2, change), joint)


@JOINTS
def test_a_thing_said_anew(joint: str) -> None:
    def change(rng: random.Random, document: Document, at: int) -> tuple[str, Document]:
        thing, count, unit = document.lines[at]
        other = next(name for names in THINGS if thing in names for name in names[:2] if name != thing)
        right = replace(document, lines=(*document.lines[:at], (other, count, unit), *document.lines[at + 1 :]))
        return rng.choice(NAMED_ANEW).format(thing=thing, other=other, place=ORDINALS[at]), right

    check(lines_anew(3, change), joint)


@JOINTS
def test_a_thing_taken_out(joint: str) -> None:
    def change(rng: random.Random, document: Document, at: int) -> tuple[str, Document]:
        thing, _, _ = document.lines[at]
        right = replace(document, lines=(*document.lines[:at], *document.lines[at + 1 :]))
        return rng.choice(TAKEN_OUT).format(thing=thing), right

    check(lines_anew(4, change, lines_min=2), joint)


PRICED_ANEW: Final = (
    "{thing}单价改成{new}",
    "{thing}单价错了，是{new}",
    "{thing}单价不是{old}，是{new}",
    "不对，{thing}单价{new}",
    "{thing}单价{new}才对",
    "第{place}个单价改成{new}",
    "第{place}行单价改成{new}",
)


@pytest.mark.parametrize("joint", ["，", "；", "\n"])
def test_the_price_of_one_line_said_anew(joint: str) -> None:
    def corrected() -> Iterator[tuple[str, str]]:
        rng = random.Random(6)
        for _ in range(300):
            prices = rng.sample(PRICE.values, 3)
            lines = [(rng.choice(t[:2]), rng.randint(2, 60), t[2]) for t in rng.sample(THINGS, 2)]
            place = rng.randrange(2)
            anew = rng.choice(PRICED_ANEW).format(
                thing=lines[place][0], old=prices[place], new=prices[2], place=ORDINALS[place]
            )
            first, right = (
                "收货\n" + joint.join(f"{t}{c}{u} 单价{p}" for (t, c, u), p in zip(lines, told_prices, strict=True))
                for told_prices in (prices[:2], [prices[2] if at == place else prices[at] for at in range(2)])
            )
            yield f"{first}{joint}{anew}", right

    check(corrected(), "，")


# What has no lines: a template, and what may stand in each place and what that is called.
RECORDS: Final[dict[str, dict[str, tuple[str, tuple[str, ...]]]]] = {
    "{team}{day}记工{count}": {
        "team": ("班组", TEAMS),
        "day": ("日期", ("昨天", "前天", "11月20号")),
        "count": ("数量", ("3个工", "5个工", "12个工")),
    },
    "{machine}{day}用了{count}": {
        "machine": ("设备", ("洒水车", "平地机", "沥青摊铺机")),
        "day": ("日期", ("昨天", "前天", "11月20号")),
        "count": ("数量", ("2个台班", "3个台班", "1.5个台班")),
    },
    "作废{document}，{ground}": {
        "document": ("单号", ("LL20261120-003", "LL20261121-001", "LL20261119-002")),
        "ground": ("原因", ("领错了班组", "客户改图", "重复开单")),
    },
    "{team}{day}领了多少{thing}": {
        "team": ("班组", TEAMS),
        "day": ("日期", ("昨天", "前天", "11月20号")),
        "thing": ("材料", ("12螺纹", "42.5水泥", "树脂井盖")),
    },
}


@JOINTS
def test_a_record_said_anew(joint: str) -> None:
    def corrected() -> Iterator[tuple[str, str]]:
        rng = random.Random(5)
        for _ in range(700):
            template, places = rng.choice(list(RECORDS.items()))
            said = {place: rng.choice(values) for place, (_, values) in places.items()}
            place = rng.choice(list(places))
            word, values = places[place]
            new = rng.choice([value for value in values if value != said[place]])
            anew = rng.choice(ANEW).format(said=new, old=said[place], new=new, word=word)
            yield template.format(**said) + anew, template.format(**{**said, place: new})

    check(corrected(), joint)


@pytest.mark.parametrize(
    ("text", "asks_for"),
    [
        ("收货12螺纹3吨，单价3650，不对，4", "lines[0].unit_price"),  # may as well be the amount
        ("采购5*16电缆800米，11月28日前要，不对，30", "lines[1].material"),  # the 30th, or thirty metres
    ],
)
def test_a_number_that_may_correct_two_things_is_asked_about(text: str, asks_for: str) -> None:
    reading = told(text)
    assert reading.status is Status.INCOMPLETE
    assert asks_for in reading.missing


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (
            "收货灰透水砖16平，11月20号到的，有效期到2027-03-01，日期写错了，是前天",
            "收货灰透水砖16平，前天到的，有效期到2027-03-01",
        ),
        ("收货200球墨管43根 批号2026 单价36.5 批号写错了 是2405", "收货200球墨管43根 批号2405 单价36.5"),
        ("收货12螺纹3吨，单价3650，不对，3560，不对，3580", "收货12螺纹3吨，单价3580"),
        ("申购8米灯杆20根，不是8米，10米的", "申购10米灯杆20根"),
    ],
)
def test_what_is_named_is_what_is_changed(text: str, right: str) -> None:
    assert told(text) == told(right)
    assert told(text).status is Status.OK
