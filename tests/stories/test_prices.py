"""A price far from the last one is asked about before it is booked."""

from datetime import date
from fractions import Fraction

import pytest

from domain.company import Material
from domain.prices import is_far_off
from domain.records import PaidPrice
from domain.values import Price
from tests.stories.chat import GROUP, PRIVATE, Chat

CEMENT = Material(code="C", name="水泥", base_unit="包", units=(("吨", Fraction(1, 20)),))


def paid(price: str, unit: str) -> PaidPrice:
    return PaidPrice(price=Price.of(price), unit=unit, supplier="", day=date(2026, 11, 23))


@pytest.mark.parametrize(
    ("said", "last", "far"),
    [
        (("480", "包"), ("26", "包"), True),
        (("480", "吨"), ("26", "包"), False),
        (("78", "包"), ("26", "包"), False),
        (("78.000001", "包"), ("26", "包"), True),
        (("9", "包"), ("27", "包"), False),
        (("8.999999", "包"), ("27", "包"), True),
        (("0", "包"), ("27", "包"), True),
        (("27", "包"), ("0", "包"), False),
        (("27", "桶"), ("1", "包"), False),
    ],
)
def test_far_off_is_beyond_three_times_either_way(said: tuple[str, str], last: tuple[str, str], far: bool) -> None:
    assert is_far_off(CEMENT, paid(*said), paid(*last)) is far


async def test_the_price_of_a_ton_for_a_bag_is_asked_about_and_yes_books_it(chat: Chat) -> None:
    asked = await chat.says("张建国", "收货42.5水泥120包 单价480", chat=PRIVATE)
    assert "单价 ¥480/包 和上次差得多" in asked
    assert "27" not in asked
    assert await chat.numbers() == []
    assert "已入库 RK20261123-001" in await chat.says("张建国", "对", chat=PRIVATE)
    assert (await chat.rows("SELECT value FROM pool"))[0]["value"] == 5_760_000
    await chat.verify()


async def test_who_may_see_prices_is_told_the_last_one_but_not_before_others(chat: Chat) -> None:
    asked = await chat.says("李娜", "翠湖收货42.5水泥120包 单价480", chat=PRIVATE)
    assert "上次 ¥27/包，这次 ¥480/包，对吗" in asked
    assert "¥27" not in await chat.says("李娜", "收货42.5水泥120包 单价480", chat=GROUP)


@pytest.mark.parametrize("words", ["28", "单价28", "28元"])
async def test_another_price_is_taken_instead(chat: Chat, words: str) -> None:
    await chat.says("张建国", "收货42.5水泥10包 单价480")
    assert "已入库" in await chat.says("张建国", words)
    assert (await chat.rows("SELECT value FROM pool"))[0]["value"] == 28_000
    await chat.verify()


async def test_another_price_that_is_as_far_is_asked_about_as_well(chat: Chat) -> None:
    await chat.says("张建国", "收货42.5水泥10包 4800元")
    assert "¥470/包 和上次差得多" in await chat.says("张建国", "470")
    assert "没听懂" in await chat.says("张建国", "你说呢")
    assert "不记了" in await chat.says("张建国", "算了")
    assert await chat.numbers() == []


async def test_the_whole_amount_is_looked_at_by_the_unit(chat: Chat) -> None:
    assert "¥480/包" in await chat.says("张建国", "收货42.5水泥10包 共4800元")
    assert "已入库" in await chat.says("张建国", "收货42.5水泥10包 共280元")


async def test_a_price_of_another_unit_is_compared_by_the_base_unit(chat: Chat) -> None:
    assert "已入库" in await chat.says("张建国", "收货42.5水泥6吨 单价540")


async def test_what_an_order_agreed_on_is_not_asked_about(chat: Chat) -> None:
    await chat.says("李强", "申购42.5水泥200包")
    await chat.presses("张伟", "approve")
    await chat.presses("张丽", "approve")
    await chat.says("张丽", "确认 CG20261123-001 单价90", chat=PRIVATE)
    assert "已入库" in await chat.says("张建国", "收货42.5水泥10包 单价91")
    assert "差得多" in await chat.says("张建国", "收货42.5水泥10包 单价900")


async def test_the_same_text_again_asks_both_questions(chat: Chat) -> None:
    said = "收货42.5水泥10包 单价480"
    await chat.says("张建国", said)
    await chat.says("张建国", "对")
    assert "刚才已经记了" in await chat.says("张建国", said)
    assert "已入库" in await chat.says("张建国", "对")  # the last price is 480 by now
    await chat.verify()


async def test_an_order_at_such_a_price_is_asked_about(chat: Chat) -> None:
    asked = await chat.says("张丽", "翠湖采购42.5水泥100包 单价480 跟海螺", chat=PRIVATE)
    assert "上次 ¥27/包，这次 ¥480/包" in asked
    assert "CG20261123-001" in await chat.says("张丽", "28", chat=PRIVATE)
    assert (await chat.rows("SELECT price FROM document_line"))[0]["price"] == 28_000_000


async def test_a_price_by_the_ton_spread_over_two_orders_of_bags_is_kept_by_the_bag(chat: Chat) -> None:
    for _ in range(2):
        await chat.says("张丽", "翠湖采购42.5水泥20包 单价27 跟海螺", chat=PRIVATE)
        await chat.says("张丽", "对", chat=PRIVATE)
    await chat.says("张建国", "收货42.5水泥2吨 单价540")
    lines = await chat.rows("SELECT l.price, l.entered_unit FROM document_line l WHERE number LIKE 'RK%'")
    assert {(row["price"], row["entered_unit"]) for row in lines} == {(27_000_000, "包")}
    await chat.verify()
