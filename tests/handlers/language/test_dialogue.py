"""The robot asks, a person answers in a word."""

from datetime import date
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.language import Catalogue, Context, Reading, Status, read

TODAY = date(2026, 11, 23)


def talk(catalogue: Catalogue, *texts: str) -> Reading:
    """Say one thing after the other; an open question is pending for the next."""
    pending: Reading | None = None
    reading = Reading(status=Status.UNKNOWN)
    for text in texts:
        reading = read(text, context=Context(project="P01", pending=pending), catalogue=catalogue, today=TODAY)
        pending = reading if reading.status in (Status.AMBIGUOUS, Status.INCOMPLETE) else None
    return reading


@pytest.mark.parametrize("answer", ["42.5的", "第一个", "1", "42.5水泥", "PO42.5"])
def test_an_ambiguous_cement_is_chosen_by_size_place_or_name(site: Catalogue, answer: str) -> None:
    reading = talk(site, "领水泥20包", answer)
    assert reading.status is Status.OK
    assert reading.lines[0].to_json() == {"material": "CEM-P.O42.5", "quantity": "20", "unit": "包"}


def test_a_missing_quantity_is_answered_with_it(site: Catalogue) -> None:
    assert talk(site, "申购扎丝", "30公斤").lines[0].to_json() == {
        "material": "WIR-22",
        "quantity": "30",
        "unit": "千克",
    }


def test_a_vague_answer_is_no_answer(site: Catalogue) -> None:
    assert talk(site, "申购扎丝", "十几公斤").status is not Status.OK


def test_an_answer_in_a_wrong_unit_asks_for_the_unit(site: Catalogue) -> None:
    reading = talk(site, "申购扎丝", "3捆")
    assert reading.status is Status.INCOMPLETE
    assert "lines[0].unit" in reading.missing


def test_calling_it_off_ends_it(site: Catalogue) -> None:
    assert talk(site, "领水泥20包", "算了").intent == "dialogue.cancel"


def test_another_command_is_another_command(site: Catalogue) -> None:
    assert talk(site, "领水泥20包", "查下库存").intent == "stock.query"


def test_small_talk_answers_nothing(site: Catalogue) -> None:
    assert talk(site, "领水泥20包", "好的谢谢").status is Status.UNKNOWN


def test_a_customer_is_named(site: Catalogue) -> None:
    reading = talk(site, "销售出库 架管50根", "绿城")
    assert (reading.status, reading.fields["customer"]) == (Status.OK, "C01")


def test_a_pending_reading_from_elsewhere_never_breaks_reading(site: Catalogue) -> None:
    pending = Reading(
        status=Status.AMBIGUOUS,
        intent="issue.create",
        missing=("lines[x].unit", "lines[9].quantity"),
        candidates={"lines[7].material": ("NO-SUCH",), "fields.team": ()},
    )
    read("20包", context=Context(pending=pending), catalogue=site, today=TODAY)
    read("第一个", context=Context(pending=pending), catalogue=site, today=TODAY)


PIECES: Final = [
    *(
        "第一个",
        "第二行",
        "第99行",
        "改成",
        "不是",
        "不对，",
        "不要了",
        "再加",
        "1",
        "2",
        "1 3",
        "1,200",
        "42.5的",
        "20包",
    ),
    *("三百块", "水泥", "红砖", "扎丝30公斤", "散装的", "对", "是", "，", "、", "\n", " ", "的", "要", "@", "瓦工班"),
    *("CG20261120-001", "\ud800", "½"),
]
ASKED: Final = [
    *("领水泥20包", "申购水泥，红砖200块，扎丝", "申购水泥20包，砌斯块30块", "销售出库 架管50根"),
    "驳回 SG20261120-001",
]


@settings(max_examples=200, deadline=None)
@given(asked=st.sampled_from(ASKED), answer=st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_whatever_is_answered_there_is_a_reading_whose_paths_lead_somewhere(
    site: Catalogue, asked: str, answer: str
) -> None:
    pending = talk(site, asked)
    reading = read(answer, context=Context(project="P01", pending=pending), catalogue=site, today=TODAY)
    assert Reading.from_json(reading.to_json()) == reading
    for path in (*reading.missing, *reading.candidates):
        if path.startswith("lines["):
            assert int(path[6 : path.index("]")]) < len(reading.lines)
    for line in reading.lines:
        kind = site.materials[line.material] if line.material else None
        assert kind is None or line.unit is None or kind.keeps(line.unit)


def test_a_long_answer_takes_no_longer_than_a_long_message(site: Catalogue) -> None:
    pending = talk(site, "申购水泥，红砖200块，扎丝")
    read("第二行改成30块，" * 700, context=Context(project="P01", pending=pending), catalogue=site, today=TODAY)
