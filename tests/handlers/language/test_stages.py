"""Each stage by itself: numbers, sizes, dates, normalising."""

from datetime import date

import pytest

from handlers.language import dates
from handlers.language.normalise import normalise
from handlers.language.numerals import exact
from handlers.language.ordinals import chosen
from handlers.language.sizes import fits, size_of

TODAY = date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("20", "20"),
        ("1,200", "1200"),
        ("1.50", "1.5"),
        ("1.5万", "15000"),
        ("一百二十", "120"),
        ("一百二", "120"),
        ("一百零二", "102"),
        ("两千五", "2500"),
        ("廿五", "25"),
        ("二零", "20"),
        ("一点五", "1.5"),
        ("十", "10"),
        ("壹佰贰拾", "120"),
        ("三五", None),
        ("二三十", None),
        ("1,20", None),
        ("1.2345678", None),
        ("1" * 13, None),
        ("-5", None),
        ("1e5", None),
    ],
)
def test_a_number_word_is_an_exact_decimal_or_nothing(said: str, number: str | None) -> None:
    assert exact(said) == number


@pytest.mark.parametrize(
    ("said", "own", "marked", "fit"),
    [
        ("20", "φ20", False, True),
        ("φ20", "φ20", False, True),
        ("φ20", "de20", False, False),
        ("dn100", "dn100", False, True),
        ("5x10", "50x100x4000", False, True),
        ("600x300", "300x600", False, True),
        ("10x100", "m10x100", False, True),
        ("m12", "m12x80", False, True),
        ("15厚", "1830x915x15", True, True),
        ("12厚", "1830x915x15", True, False),
        ("20", "20kg", False, False),
        ("16", "16a", False, False),
        ("16", "16a", True, True),
        ("18", "φ20", True, False),
        ("4.0", "φ4", True, True),
    ],
)
def test_a_size_fits_what_it_can_mean_and_nothing_else(said: str, own: str, marked: bool, fit: bool) -> None:
    said_size, own_size = size_of(said), size_of(own)
    assert said_size is not None
    assert own_size is not None
    assert fits(said_size, own_size, marked=marked) is fit


@pytest.mark.parametrize(
    ("said", "ahead"),
    [
        ("明天", "2026-11-24"),
        ("周五前", "2026-11-27"),
        ("下周三", "2026-12-02"),
        ("12月1号", "2026-12-01"),
        ("3月5日", "2027-03-05"),
        ("12.1前", "2026-12-01"),
        ("2026/12/1", "2026-12-01"),
        ("月底", "2026-11-30"),
        ("三天内", "2026-11-26"),
        ("25号前", "2026-11-25"),
        ("2月29日", "2028-02-29"),
    ],
)
def test_a_day_ahead(said: str, ahead: str) -> None:
    found = dates.find(said, 0, TODAY)
    assert found is not None
    assert found[1].ahead[1].isoformat() == ahead


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("本周", "2026-11-23", "2026-11-29"),
        ("上周", "2026-11-16", "2026-11-22"),
        ("上个月", "2026-10-01", "2026-10-31"),
        ("近7天", "2026-11-17", "2026-11-23"),
        ("最近一周", "2026-11-17", "2026-11-23"),
        ("上季度", "2026-07-01", "2026-09-30"),
        ("今年", "2026-01-01", "2026-12-31"),
        ("12月", "2025-12-01", "2025-12-31"),
        ("11月1号到15号", "2026-11-01", "2026-11-15"),
    ],
)
def test_a_period_behind(said: str, first: str, last: str) -> None:
    found = dates.find(said, 0, TODAY)
    assert found is not None
    assert [day.isoformat() for day in found[1].past] == [first, last]


@pytest.mark.parametrize("said", ["13月40日", "2.5平方", "99年", "2026年13月", "9999999天内"])
def test_what_is_no_date_is_none(said: str) -> None:
    found = dates.find(said, 0, date(9999, 12, 31))
    assert found is None or found[0] < len(said)


def test_the_original_is_found_again_behind_the_normal_form() -> None:
    source = normalise("退料：８㎡，坏Ｔ")
    assert source.text == "退料:8m2，坏t"
    assert source.original(source.text.index("坏"), len(source.text)) == "坏Ｔ"


@pytest.mark.parametrize(
    ("said", "index"),
    [("第二个", 1), ("2", 1), ("选2", 1), ("最后一个", 2), ("第四个", None), ("0", None), ("20包", None)],
)
def test_a_choice_by_its_place(said: str, index: int | None) -> None:
    assert chosen(said, 3, bare=True) == index
