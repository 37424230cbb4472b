"""What one costs, said in every way people do: either the price is read as it was meant, or it is asked for."""

from collections.abc import Iterator
from typing import Final

import pytest

from handlers.language import Context, Status, read
from tests.handlers.language.test_corpora import catalogue_of
from tests.handlers.language.test_said_anew import TODAY

THINGS: Final = (("42.5水泥", "包"), ("16螺纹", "吨"), ("中砂", "方"), ("安全帽", "顶"), ("扎丝", "公斤"))
PRICES: Final = {
    "28": ("28", "28元", "28块", "28块钱", "二十八", "二十八块", "28.00", "28.0元", "贰拾捌元"),
    "28.5": ("28.5", "28.5元", "28块5", "28块5毛", "二十八块五", "二十八块五毛"),
    "0.6": ("0.6", "0.6元", "6毛", "六毛", "六毛钱", "6角", "零点六"),
    "0.65": ("0.65", "0.65元", "6毛5", "六毛五"),
    "1200": ("1200", "1200元", "1,200", "一千二", "一千二百", "一千二百块"),
    "105": ("105", "105块", "一百零五", "一百零五块"),
    "3650": ("3650", "3650元", "3650.00元", "三千六百五", "三千六百五十", "三千六百五十块"),
}
FORMS: Final = (
    *("单价{p}", "单价{p}一{u}", "单价:{p}/{u}", "{p}一{u}", "{p}/{u}", "每{u}{p}"),
    *("一{u}{p}", "@{p}", "价格{p}", "{p}每{u}", "单价是{p}", "按{p}一{u}"),
)


def texts(form: str) -> Iterator[tuple[str, str]]:
    """What is typed, and the price that it tells."""
    for thing, unit in THINGS:
        for price, ways in PRICES.items():
            for way in ways:
                said = form.format(p=way, u=unit)
                yield f"收货{thing}20{unit}{said}", price
                for gap in (" ", "，"):
                    yield f"收货{thing}20{unit}{gap}{said}", price
                    yield f"收货{thing}{gap}{said}{gap}20{unit}", price


@pytest.mark.parametrize("form", FORMS)
def test_a_price_is_read_as_it_was_meant_or_asked_for(form: str) -> None:
    catalogue, wrong, understood = catalogue_of("site"), list[str](), 0
    for text, price in texts(form):
        reading = read(text, context=Context(project="P01"), catalogue=catalogue, today=TODAY)
        if reading.status is not Status.OK:
            continue
        understood += 1
        if [(line.quantity, line.unit_price) for line in reading.lines] != [("20", price)]:
            wrong.append(text)
    assert wrong == []
    assert understood


@pytest.mark.parametrize(
    ("text", "quantity", "price"),
    [
        ("收货红砖300块 每块0.6", "300", "0.6"),
        ("收货红砖300块，每块6毛", "300", "0.6"),
        ("收货红砖300块一块0.6元", "300", "0.6"),
        ("收货红砖300块 6毛5一块", "300", "0.65"),
        ("收货红砖300块 每块二十八块五", "300", "28.5"),
        ("收货红砖 每块0.6 300块", "300", "0.6"),
    ],
)
def test_where_things_are_counted_by_the_word_for_money(text: str, quantity: str, price: str) -> None:
    reading = read(text, context=Context(project="P01"), catalogue=catalogue_of("site"), today=TODAY)
    assert [(line.quantity, line.unit, line.unit_price) for line in reading.lines] == [(quantity, "块", price)]


@pytest.mark.parametrize("text", ["收42.5水泥100包，其中破了3包", "收42.5水泥100包，其中3包坏的"])
def test_a_part_that_is_told_of_is_asked_about(text: str) -> None:
    reading = read(text, context=Context(project="P01"), catalogue=catalogue_of("site"), today=TODAY)
    assert reading.status is not Status.OK
