"""Of a thing that is spoken of with several amounts, the one at the verb is done: 送货单写的300包，入库296包."""

from datetime import date
from typing import Final

import pytest

from handlers.language import Catalogue, Context, Reading, Status, read
from tests.handlers.language.test_corpora import catalogue_of

TODAY: Final = date(2026, 11, 23)


@pytest.fixture(scope="module")
def site() -> Catalogue:
    return catalogue_of("site")


def said(text: str, catalogue: Catalogue) -> Reading:
    return read(text, context=Context(project="P01"), catalogue=catalogue, today=TODAY)


DEEDS: Final = {"收货": "包", "入库": "包", "领用": "包", "报废": "包", "退料": "包", "申购": "包", "发料": "包"}
TALES: Final = ("送货单写的{}", "库里还有{}", "司机说拉了{}", "上次来的{}", "木工班报的{}", "仓库里{}", "原来{}")


@pytest.mark.parametrize("tale", TALES)
@pytest.mark.parametrize("between", ["，", "，破了4包，", "，数了下少了几包，", "；"])
def test_what_is_told_before_is_not_done(site: Catalogue, tale: str, between: str) -> None:
    """Either only the amount at the verb is done, or it is asked: never what was merely told."""
    for deed in DEEDS:
        text = tale.format("42.5水泥300包") + between + f"{deed}296包"
        reading = said(text, site)
        if reading.status is Status.OK:
            assert [(line.material, line.quantity) for line in reading.lines] == [("CEM-P.O42.5", "296")], text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("送货单写的42.5水泥300包，破了4包，入库296包", "CEM-P.O42.5 296 包"),
        ("司机说拉了20卷4mm卷材，我点了只有19卷，入库19卷", "SBS-4 19 卷"),
        ("上回来的40卷4mm卷材，退货6卷", "SBS-4 6 卷"),
        ("盘点 中砂 账面85方 实盘78.5方", "SND-M 78.5 立方米"),
        ("申购3mm的SBS 30卷(合300平)", "SBS-3 30 卷"),
        ("到货50下水管50根 110下水管30根，30根改成28根", "PVC-50 50 根|PVC-110 28 根"),
        ("给水电班出库5×10电缆80米，不是4×25的", "YJV-5x10 80 米"),
        ("不是领，是退库：4.0焊条2包", "ROD-4.0 2 包"),
        ("申购外墙漆15桶、底漆6桶，底漆别报了", "PNT-OUT 15 桶"),
    ],
)
def test_which_amount_holds(site: Catalogue, text: str, told: str) -> None:
    reading = said(text, site)
    assert reading.status is Status.OK
    assert "|".join(f"{line.material} {line.quantity} {line.unit}" for line in reading.lines) == told


@pytest.mark.parametrize(
    "text",
    [
        "42.5水泥300包，中砂5方，入库296包",  # of which of the two
        "42.5水泥300包，入库20吨",  # counted otherwise
        "到货50下水管30根 110下水管30根，30根改成28根",  # which 30
        "领4×25电缆80米，不是4×25的",  # what then
    ],
)
def test_where_it_is_open_it_is_asked(site: Catalogue, text: str) -> None:
    assert said(text, site).status is not Status.OK
