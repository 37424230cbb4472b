"""The robot asks, a person answers in a word."""

from datetime import date

import pytest

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
