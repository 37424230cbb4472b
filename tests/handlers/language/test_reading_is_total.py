"""Whatever is typed, there is a reading; and no reading holds a number that nobody typed."""

import json
import re
import time
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.language import Catalogue, Context, Reading, Status, read
from tests.handlers.language.conftest import HERE

TODAY = date(2026, 11, 23)
SITE_WORDS = """领 领料 入库 申购 退料 调拨 到 给 水泥 42.5水泥 螺纹钢 20的 2.5平方线 红的 3 20 三 半 吨 包 卷 米
张三班组 A座 海螺 不对 不要了 各 大概 单价 28元 @ x 、 ， 的 明天 12月1号 CG20261120-001 同意 库存 还有多少
批号 序列号 原因 1. ("""
WORDS = [*SITE_WORDS.split(), "\n", "\t", "\u202e", "\u200b"]


def reading_of(text: str, catalogue: Catalogue, pending: Reading | None = None) -> Reading:
    return read(text, context=Context(project="P01", pending=pending), catalogue=catalogue, today=TODAY)


@given(text=st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_every_unicode_text_has_a_reading(site: Catalogue, text: str) -> None:
    reading = reading_of(text, site)
    assert Reading.from_json(reading.to_json()).to_json() == reading.to_json()


@given(words=st.lists(st.sampled_from(WORDS), max_size=14), again=st.lists(st.sampled_from(WORDS), max_size=5))
@settings(max_examples=250, deadline=None)
def test_every_heap_of_site_words_has_a_reading_also_as_an_answer(
    site: Catalogue, words: list[str], again: list[str]
) -> None:
    reading = reading_of("".join(words), site)
    reading_of("".join(again), site, pending=reading)


WRITTEN = [
    json.loads(line)
    for file in sorted((HERE / "corpora").glob("*/*.jsonl"))
    for line in file.read_text(encoding="utf-8").splitlines()
]
QUESTIONS = [Context.from_json(one["context"]) for one in WRITTEN if "pending" in one.get("context", {})]


@st.composite
def torn(draw: st.DrawFn) -> str:
    """A piece of what somebody wrote, and a piece of what somebody else wrote."""
    found = ""
    for _ in range(2):
        text: str = draw(st.sampled_from(WRITTEN))["text"]
        start = draw(st.integers(0, len(text)))
        found += text[start : draw(st.integers(start, len(text)))]
    return found


@given(text=torn(), question=st.sampled_from([Context(project="P01"), *QUESTIONS]))
@settings(max_examples=1500, deadline=None)
def test_what_people_wrote_torn_and_joined_has_a_reading(site: Catalogue, text: str, question: Context) -> None:
    reading = read(text, context=question, catalogue=site, today=TODAY)
    assert Reading.from_json(reading.to_json()).to_json() == reading.to_json()


@given(
    quantity=st.integers(1, 99_999),
    unit=st.sampled_from(["包", "袋", "吨"]),
    verb=st.sampled_from(["领", "入库", "申购", "退料", "报损"]),
)
@settings(max_examples=80, deadline=None)
def test_full_and_half_width_read_alike(site: Catalogue, quantity: int, unit: str, verb: str) -> None:
    text = f"{verb}42.5水泥{quantity}{unit}"
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)
    assert unicodedata.normalize("NFKC", wide) == text
    assert reading_of(wide, site) == reading_of(text, site)
    assert reading_of(text, site).lines[0].quantity == str(quantity)


@given(
    numbers=st.lists(st.integers(1, 999), min_size=1, max_size=4),
    words=st.lists(st.sampled_from(WORDS[8:13]), max_size=4),
)
@settings(max_examples=150, deadline=None)
def test_a_quantity_is_never_invented(site: Catalogue, numbers: list[int], words: list[str]) -> None:
    text = "领" + " ".join(f"{word}{number}吨" for word, number in zip([*words, *[""] * 4], numbers, strict=False))
    reading = reading_of(text, site)
    typed, found = {str(number) for number in numbers}, {line.quantity for line in reading.lines} - {None}
    if reading.status is Status.OK:
        assert found <= typed
    else:  # it asks: 2.5平方线4吨 may be 2.5 of a 4 mm² wire, and either number stands in the text
        assert found <= {*typed, *re.findall(r"\d+(?:\.\d+)?", text)}


@pytest.mark.parametrize(
    "said",
    [
        "-5千克",
        "0千克",
        "3-5千克",
        "十几千克",
        "大概20千克",
        "20千克左右",
        "20多千克",
        "1/2千克",
        "1.2345678千克",
        "1000000000000千克",
        "1e400千克",
        "NaN千克",
        "2\u200b0千克",
        "\u202e02千克",
        "٢٠千克",
        "20²千克",
        "两三千克",
        "一些",
        "1.234,5千克",
        "-0千克",
    ],
)
def test_what_is_no_exact_number_is_asked_for(site: Catalogue, said: str) -> None:
    reading = reading_of(f"领扎丝{said}", site)
    assert reading.status is not Status.OK
    assert all(line.quantity is None or line.material is None for line in reading.lines)


def test_a_message_beyond_all_measure_is_no_command_and_a_long_one_is_quick(site: Catalogue) -> None:
    assert reading_of("领水泥" * 400_000, site).status is Status.UNKNOWN
    reading_of("领42.5水泥20包，" * 1_000, site)
    reading_of("1" * 10_000, site)
    reading_of("@" * 10_000, site)
    reading_of("一" * 10_000, site)


HEAPS = [
    "申购水泥，" + "水" * 6_000,
    "申购水泥，" + "红的" * 3_000,
    "领42.5水泥20包 " + "(" * 6_000,
    "领螺纹钢" + "20的" * 2_000,
]


@pytest.mark.parametrize("heap", HEAPS, ids=[heap[:12] for heap in HEAPS])
def test_a_heap_of_words_costs_no_more_than_its_length(site: Catalogue, heap: str) -> None:
    begun = time.process_time()
    reading = reading_of(heap[:6_000], site)
    assert {line.quantity for line in reading.lines} <= {None, "20"}
    assert time.process_time() - begun < 30, "it took minutes, when every word was compared with all before it"


def test_a_size_said_twice_counts_nothing(site: Catalogue) -> None:
    reading = reading_of("领2.5平方线4卷 2.5平方线1卷", site)
    assert [line.quantity for line in reading.lines] == ["4", "1"]
    assert reading.status is Status.AMBIGUOUS
