"""What holds for whatever is typed: linear, nothing invented, order kept, no name taken for another."""

import sys
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import combinations
from types import FrameType

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.company import Company, Material
from handlers.language import Catalogue, Context, Reading, Status, read
from handlers.language.normalise import normalise, plain
from handlers.language.numerals import value_of
from tests.handlers.language.company_loader import load_company
from tests.handlers.language.conftest import HERE
from tests.handlers.language.test_reading_is_total import WORDS

TODAY = date(2026, 11, 23)
BOOK: Company = load_company(HERE / "site_catalog.json")
SITE = Catalogue.of(BOOK)
MORE = """不要了 不对 改成 各 每 共 合计 原因 那张单 给 我 小李 撤销 问题 退货 打 两打 半吨 三吨半 一打 十几 1,200 1.5万
不干胶 三通 20公斤装 8个厚 C三十 7点半 13900001111 每箱4片 5%的 不是6桶 没了 “ ”
2/3 3-5 x10 ×20 ＠28 ¥30 一百二十 廿 俩 2.5 - / # 多少 ① ⒈ 没 先 别 王工 3号楼 周五前 80% 八成 kg ㎡ Φ20 DN100"""
HEAP = [*WORDS, *MORE.split()]
heaps = st.lists(st.sampled_from(HEAP), min_size=1, max_size=12).map("".join)


def reading_of(text: str, catalogue: Catalogue = SITE) -> Reading:
    return read(text, context=Context(project="P01", sender="u01"), catalogue=catalogue, today=TODAY)


def steps_of(text: str) -> int:
    """How many calls one reading makes: the same on every machine."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    reading_of(text)  # what is remembered of single characters is no part of the measure
    sys.setprofile(counted)
    try:
        reading_of(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "unit",
    [
        "领42.5水泥20包，", "水", "红的", "20的", "(", "共", "合计", "不对30包，", "2.5平方线不要了1.", "1 ", "1,", "@",
        "刚劲", "shuini", "退货，", "撤销", "我", "小李", "A座", "一", "\n1.", "水泥\t20\n", "领", "原因", "Φ20",
        "\u202e1",
    ],
)  # fmt: skip
def test_a_message_sixty_times_as_long_makes_no_more_than_a_hundred_times_the_steps(unit: str) -> None:
    heap = "申购水泥，" + unit * 6_000
    short, long = heap[:100], heap[:6_000]
    assert steps_of(long) <= 100 * steps_of(short)


@given(unit=st.lists(st.sampled_from(HEAP), min_size=1, max_size=4).map("".join))
@settings(max_examples=8, deadline=None)
def test_every_heap_is_read_in_linear_steps(unit: str) -> None:
    assert steps_of((unit * 2_000)[:2_000]) <= 40 * steps_of((unit * 100)[:100])


def derivable(text: str) -> set[Fraction]:
    """Every number that a text says: digits, numerals, dozens, halves and tenths behind a unit."""
    said = normalise(text).text
    found = {Fraction(1, 2), Fraction(6), Fraction(12)}
    for start, end in combinations(range(len(said) + 1), 2):
        if end - start <= 14 and (value := value_of(said[start:end])) is not None:
            found |= {value, value * 12, value * 12 + 6, value + Fraction(1, 2)}
            found |= {value + Fraction(tenth, 10) for tenth in range(1, 10)}
    return found


@given(text=heaps, rest=heaps)
@settings(max_examples=60, deadline=None)
def test_a_quantity_stands_in_the_text(text: str, rest: str) -> None:
    said = text + rest
    numbers = derivable(said)
    for line in reading_of(said).lines:
        for number in (line.quantity, line.unit_price, line.amount):
            assert number is None or Fraction(number) in numbers, (said, line)


ITEMS = [
    f"{material.label}{number}{material.base_unit}"
    for number, material in enumerate(BOOK.materials.values(), 11)
    if reading_of(f"领{material.label}{number}{material.base_unit}").status is Status.OK
]


@given(
    items=st.permutations(range(len(ITEMS))), count=st.integers(2, 6), join=st.sampled_from(["，", "、", "\n", "；"])
)
@settings(max_examples=50, deadline=None)
def test_items_in_another_order_are_lines_in_that_order(items: list[int], count: int, join: str) -> None:
    chosen = [ITEMS[index] for index in items[:count]]
    there, back = reading_of("领" + join.join(chosen)), reading_of("领" + join.join(reversed(chosen)))
    assert there.lines == back.lines[::-1]
    assert (there.status, there.fields) == (back.status, back.fields)


def wide(text: str) -> str:
    return "".join(
        "\u3000" if char == " " else chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text
    )


def as_typed(reading: Reading) -> Reading:
    """Without what is only repeated from the text."""
    free = {name: value for name, value in reading.fields.items() if name not in ("remark", "reason")}
    return replace(reading, fields=free, lines=tuple(replace(line, said=None) for line in reading.lines))


@given(text=heaps)
@settings(max_examples=150, deadline=None)
def test_full_width_reads_as_half_width(text: str) -> None:
    assert as_typed(reading_of(wide(text))) == as_typed(reading_of(text)), text


STRANGE = "鹧鸪琵琶葡萄蝴蝶蜻蜓鸳鸯蟋蟀薄荷茉莉"
FREE = [char for char in STRANGE if all(char not in material.label for material in BOOK.materials.values())]


@given(
    item=st.integers(0, len(ITEMS) - 1),
    name=st.text(alphabet=FREE, min_size=2, max_size=5),
    spec=st.sampled_from(["", "Φ20", "42.5", "20kg", "800x800", "红", "M12", "2.5平方"]),
)
@settings(max_examples=40, deadline=None)
def test_an_unrelated_material_changes_nothing(item: int, name: str, spec: str) -> None:
    new = Material(code="NEW-9", name=name, spec=spec, base_unit="吨")
    grown = SITE.updated(replace(BOOK, materials={**BOOK.materials, new.code: new}))
    text = f"领{ITEMS[item]}"
    assert reading_of(text, grown) == reading_of(text)


@given(
    item=st.integers(0, len(ITEMS) - 1), other=st.sampled_from(sorted(BOOK.materials)), tail=st.sampled_from("管盖架漆")
)
@settings(max_examples=40, deadline=None)
def test_a_material_with_a_longer_name_never_takes_the_place_of_an_exact_one(item: int, other: str, tail: str) -> None:
    kind = BOOK.materials[other]
    new = replace(kind, code="NEW-9", name=f"{kind.name}{tail}", aliases=(), barcode="")
    grown = SITE.updated(replace(BOOK, materials={**BOOK.materials, new.code: new}))
    text = f"领{ITEMS[item]}"
    before, after = reading_of(text), reading_of(text, grown)
    assert [line.material for line in after.lines] == [line.material for line in before.lines]


CHARS = "".join(sorted({char for m in BOOK.materials.values() for char in m.label if "\u4e00" <= char <= "\u9fff"}))


@given(
    number=st.integers(0, len(BOOK.materials) - 1),
    place=st.integers(0, 9),
    char=st.sampled_from(CHARS),
    slip=st.sampled_from(["other", "left out", "twice", "one more"]),
)
@settings(max_examples=150, deadline=None)
def test_a_misspelt_name_never_becomes_another_exact_name(number: int, place: int, char: str, slip: str) -> None:
    kind = list(BOOK.materials.values())[number]
    spots = [index for index, one in enumerate(kind.name) if "\u4e00" <= one <= "\u9fff"]
    assume(len(spots) > 1)
    spot = spots[place % len(spots)]
    now = {"other": char, "left out": "", "twice": kind.name[spot] * 2, "one more": char + kind.name[spot]}[slip]
    name = kind.name[:spot] + now + kind.name[spot + 1 :]
    assume(name != kind.name)
    reading = reading_of(f"领{name}{kind.spec}3{kind.base_unit}")
    if reading.status is Status.OK:
        others = {line.material for line in reading.lines} - {kind.code}
        assert all(code and is_written(code, name + kind.spec) for code in others), (name, reading)


def is_written(code: str, text: str) -> bool:
    """Whether the slip itself holds the whole name of that material."""
    other = BOOK.materials[code]
    return any(squeezed(form) in squeezed(text) for form in (other.name, *other.aliases))


def squeezed(text: str) -> str:
    return plain(text).replace(" ", "")
