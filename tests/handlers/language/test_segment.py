"""The stages from text to pieces: what is cut, and which numbers belong to which units and prices."""

from datetime import date

import pytest

from handlers.language import Catalogue
from handlers.language.amounts import fold
from handlers.language.list_marks import without_list_marks
from handlers.language.normalise import normalise
from handlers.language.pieces import Shape
from handlers.language.segment import segment

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("领扎丝5千克", "word:领 word:扎丝 number:5 word:千克"),
        ("φ20螺纹钢3吨", "size:φ20 word:螺纹钢 number:3 word:吨"),
        ("同意cg20261120-001", "word:同意 document:cg20261120-001"),
        ("明天领刚劲", "date:明天 word:领 word:刚劲"),
        ("鹧鸪鹧鸪", "unknown:鹧鸪鹧鸪"),
        ("批号a12-3", "lot:批号a12-3"),
    ],
)
def test_a_text_is_cut_into_pieces(text: str, pieces: str, site: Catalogue) -> None:
    assert " ".join(f"{piece.shape}:{piece.text}" for piece in segment(text, site, TODAY)) == pieces


def test_the_pieces_cover_the_text_once(site: Catalogue) -> None:
    text = normalise("领 Φ20螺纹钢3吨，@小李 明天用；批号X1，单价28元/吨 (急)").text
    pieces = segment(text, site, TODAY)
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.start for piece in pieces[1:]] == [piece.end for piece in pieces[:-1]]


@pytest.mark.parametrize(
    ("text", "shape", "number", "units"),
    [
        ("三吨半", Shape.QUANTITY, "3.5", ("吨",)),
        ("半吨", Shape.QUANTITY, "0.5", ("吨",)),
        ("两打", Shape.QUANTITY, "24", ()),
        ("大概20包", Shape.QUANTITY, None, ("包",)),
        ("五千克", Shape.QUANTITY, "5", ("千克",)),
        ("单价28元", Shape.PRICE, "28", ()),
        ("28元/包", Shape.PRICE, "28", ("包",)),
        ("合计3540", Shape.AMOUNT, "3540", ()),
    ],
)
def test_numbers_join_their_units_and_prices(
    text: str, shape: Shape, number: str | None, units: tuple[str, ...], site: Catalogue
) -> None:
    found = [piece for piece in fold(segment(text, site, TODAY)) if piece.shape is shape]
    assert [(piece.number, piece.units) for piece in found] == [(number, units)]


@pytest.mark.parametrize(
    ("text", "plain"), [("1. 水泥\n2. 沙子", "   水泥\n   沙子"), ("1.5吨水泥", "1.5吨水泥"), ("3、水泥", "3、水泥")]
)
def test_the_marks_of_a_list_are_no_numbers(text: str, plain: str) -> None:
    assert without_list_marks(normalise(text)).text == plain
