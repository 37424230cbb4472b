"""Two things in one message: both are asked about, and neither is done alone."""

from datetime import date

import pytest

from handlers.language import Catalogue, Context, Reading, Status, read


def said(text: str, catalogue: Catalogue) -> Reading:
    return read(text, context=Context(project="P01"), catalogue=catalogue, today=date(2026, 11, 23))


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("张三班组领扎丝5千克；张三班组记工9个工日", ("issue.create", "labor.record")),
        ("中砂20方到货。日报", ("receipt.create", "digest.query")),
        ("扎丝5千克报废，原因：生锈，另外库存预警发一下", ("scrap.create", "alert.query")),
        ("申购中砂20方，改成30方，顺便扎丝5千克退库", ("requisition.create", "return.create")),
        ("张三班组领扎丝5千克，SG20261122-006驳回，重复申购", ("issue.create", "approval.reject")),
        ("SG20261122-006驳回，数量写错了；扎丝还有多少", ("approval.reject", "stock.query")),
    ],
)
def test_a_verb_does_not_drown_another(text: str, intents: tuple[str, ...], site: Catalogue) -> None:
    reading = said(text, site)
    assert (reading.status, reading.intent) == (Status.AMBIGUOUS, None)
    assert reading.candidates["intent"] == intents


@pytest.mark.parametrize(
    "text",
    [
        "张三班组领扎丝5千克，李四班组领中砂3方",
        "领料：张三班组扎丝5千克；李四班组中砂3方",
        "入库海螺的中砂3方，宏达的扎丝5千克",
    ],
)
def test_things_for_two_teams_are_two_documents(text: str, site: Catalogue) -> None:
    assert len(said(text, site).candidates["intent"]) == 2


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("SG20261122-006驳回，预算超了", "approval.reject"),
        ("同意，不对，驳回SG20261122-006", "approval.reject"),
        ("扎丝不够用了，申购100千克", "requisition.create"),
        ("申购扎丝100千克，后天到货", "requisition.create"),
        ("扎丝5千克报废，生锈了，领出来就这样", "scrap.create"),
        ("张三班组领扎丝5千克，不是张三班组，是李四班组", "issue.create"),
    ],
)
def test_a_ground_a_correction_and_a_day_are_no_second_thing(text: str, intent: str, site: Catalogue) -> None:
    assert said(text, site).intent == intent
