"""What counts as done, and what is said to each kind of wrong: pure, with deeds written by hand."""

from dataclasses import replace
from typing import Any

import pytest

from bot.practice.lessons.advice import Wanted
from bot.practice.lessons.checks import Asks, Books, Decides, Hears, Shows, Sight, TakesBack
from bot.practice.lessons.deeds import PRIVATE, Answer, Asked, Booked, BookedLine, Deed, Told
from bot.practice.lessons.verdict import Done, NotYet, Wrong
from domain.documents import Act, DocumentKind
from domain.values import Price, Quantity
from tests.site import company

SITE = company()
ME, OTHER = SITE.people["u-laozhang"], SITE.people["u-zhanggong"]
CEMENT = SITE.materials["CEM"]
SAY = "领 水泥 5包 瓦工班 主体"
WANTED = Wanted(
    say=SAY, material="水泥", unit="包", team="瓦工班", stage="主体", price="27", project="翠湖花园", group="翠湖群"
)
SIGHT = Sight(company=SITE, me=ME, wanted=WANTED)
FIVE = Quantity(5_000_000, "包")
ISSUE = Books(
    sight=SIGHT,
    kind=DocumentKind.ISSUE,
    project="P01",
    material=CEMENT,
    quantity=FIVE,
    team="瓦工班",
    stage="主体",
    keep="k",
)
RECEIPT = Books(
    sight=SIGHT, kind=DocumentKind.RECEIPT, project="P01", material=CEMENT, quantity=FIVE, price=Price.of("27")
)


def line(number: str = "5", unit: str = "包", base: str = "", material: str = "CEM", price: str = "") -> BookedLine:
    return BookedLine(
        material=material,
        entered=Quantity.of(number, unit),
        quantity=Quantity.of(base or number, SITE.materials[material].base_unit),
        price=Price.of(price) if price else None,
    )


def entry(kind: DocumentKind = DocumentKind.ISSUE, number: str = "LL20261123-001", **changes: Any) -> Booked:
    same: dict[str, Any] = {"act": Act.POST, "by": ME.id, "project": "P01", "team": "瓦工班", "stage": "主体"}
    return Booked(**{"number": number, "kind": kind, "lines": (line(),), **same, **changes})


def undoing(number: str, by: str = ME.id) -> Booked:
    return Booked(
        number="CX20261123-001", kind=DocumentKind.REVERSAL, act=Act.POST, by=by, reverses=number, source=number
    )


def asked(event: str = "", *, words: str = "x", by: str = ME.id, number: str = "", **facts: Any) -> Asked:
    answers = (Answer(event=event, number=number, facts=facts),) if event else ()
    return Asked(person=by, chat="g", words=words, answers=answers)


def test_a_right_booking_is_done_and_says_what_is_left() -> None:
    told = asked("IssueBooked", number="LL20261123-001", taken=[{"left": {"millionths": 90_000_000, "unit": "包"}}])
    assert ISSUE.judge([entry(), told]) == Done(
        said="5 包领给瓦工班了，库存还剩 90 包。", keeps={"k": "LL20261123-001"}
    )


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (entry(kind=DocumentKind.RECEIPT, number="RK20261123-001"), "记成了收货，这一步是领料"),
        (entry(project="P02"), "记到“滨江泵站”去了"),
        (entry(lines=(line(material="STL", unit="根"),)), "材料不对：记的是钢筋，要的是水泥"),
        (entry(lines=(line(), line(material="STL", unit="根"))), "多记了钢筋"),
        (entry(lines=(line("6"),)), "数量不对：记了 6 包，要的是 5 包"),
        (entry(lines=(line("5", "吨", "100"),)), "单位不对：写成了 5 吨，要的是 5 包"),
        (entry(team="钢筋班"), "记给了钢筋班，要的是瓦工班"),
        (entry(team="", recipient=OTHER.id), "记给了张工"),
        (entry(stage="基础"), "阶段不对：记到了基础，要的是主体"),
    ],
)
def test_a_wrong_booking_says_what_is_wrong_and_how_to_take_it_back(one: Booked, why: str) -> None:
    found = ISSUE.judge([one])
    assert isinstance(found, Wrong)
    assert why in found.why
    assert found.mend == f"撤销 {one.number}"


def test_the_same_amount_in_another_unit_is_right() -> None:
    assert isinstance(ISSUE.judge([entry(lines=(line("0.25", "吨", "5"),))]), Done)


def test_lots_of_one_booking_are_added_up() -> None:
    assert isinstance(ISSUE.judge([entry(lines=(line("2"), line("3")))]), Done)


@pytest.mark.parametrize(("price", "why"), [("28", "写成了 28"), ("", "没有写")])
def test_a_wrong_price_is_noticed(price: str, why: str) -> None:
    found = RECEIPT.judge([entry(kind=DocumentKind.RECEIPT, number="RK1", lines=(line(price=price),))])
    assert isinstance(found, Wrong)
    assert f"单价不对：{why}，要的是 27" in found.why


def test_undone_and_done_again_counts_and_not_before() -> None:
    wrong, right = entry(team="钢筋班"), entry(number="LL20261123-002")
    beside = ISSUE.judge([wrong, right])
    assert isinstance(beside, Wrong)
    assert beside.mend == "撤销 LL20261123-001"
    undone = ISSUE.judge([wrong, undoing("LL20261123-001")])
    assert isinstance(undone, NotYet)
    assert undone.mend == SAY
    assert isinstance(ISSUE.judge([wrong, undoing("LL20261123-001"), right]), Done)
    assert isinstance(ISSUE.judge([right, undoing("LL20261123-002")]), NotYet)


def test_a_wrong_booking_that_cannot_be_taken_back_any_more_is_forgiven() -> None:
    late = asked("TooLateToUndo", document={"number": "LL20261123-001"})
    assert isinstance(ISSUE.judge([entry(team="钢筋班"), late]), Wrong)
    assert isinstance(ISSUE.judge([entry(team="钢筋班"), late, entry(number="LL20261123-002")]), Done)


def test_what_else_the_person_books_is_their_affair() -> None:
    other = entry(kind=DocumentKind.RECEIPT, number="RK1", lines=(line(material="STL", unit="根"),))
    assert ISSUE.judge([other]) == NotYet()


@pytest.mark.parametrize(
    ("answer", "why", "mend"),
    [
        (asked("WhichStage"), "直接回答“主体”", "主体"),
        (asked("WhoTakes"), "直接回答“瓦工班”", "瓦工班"),
        (asked("WhatPrice"), "直接回答“27”", "27"),
        (asked("WhichOne"), "直接回答“水泥”", "水泥"),
        (asked("WhichProject"), "到“翠湖群”里说", "翠湖花园"),
        (asked("JustBooked", number="LL1"), "回答“对”", "对"),
        (asked("Unclear", reading={"missing": ["lines[0].quantity"]}), "数量没说清楚", SAY),
        (asked("NotEnoughStock"), "库里不够", SAY),
        (asked("NotAllowed", person="老张"), "老张的角色办不了", SAY),
        (asked("NotUnderstood"), "没看懂", SAY),
        (asked(), "没有回话", SAY),
        (asked("StockAnswer"), "刚才那句是查库存", SAY),
        (replace(asked(words=SAY), is_heard=False), "没有 @料掌柜", SAY),
    ],
)
def test_what_the_robot_asked_or_refused_is_explained(answer: Asked, why: str, mend: str) -> None:
    found = ISSUE.judge([answer])
    assert isinstance(found, Wrong)
    assert why in found.why
    assert found.mend == mend


def test_only_the_newest_trouble_counts() -> None:
    found = ISSUE.judge([asked("WhoTakes"), asked("WhichStage")])
    assert isinstance(found, Wrong)
    assert found.mend == "主体"


@pytest.mark.parametrize("deed", [asked("NotAllowed", words="领水泥5包瓦工班 主体", by=OTHER.id), entry(by=OTHER.id)])
def test_another_person_who_does_it_is_told_to_change_places(deed: Deed) -> None:
    found = ISSUE.judge([deed])
    assert isinstance(found, Wrong)
    assert found.by == OTHER.id
    assert "你现在是张工，请换成老张" in found.why


def test_other_peoples_own_business_is_not_looked_at() -> None:
    assert ISSUE.judge([entry(by=OTHER.id, team="钢筋班"), asked("NotUnderstood", by=OTHER.id)]) == NotYet()


# --- questions, undoing, decisions, pictures, the evening ----------------------------------------------------------

STOCK = Asks(sight=SIGHT, chat="g", event="StockAnswer", material="CEM", said=lambda _: "查到了")
CEMENT_SHOWN = asked("StockAnswer", question={"materials": ["CEM"]})


def test_a_question_is_done_by_its_answer() -> None:
    assert STOCK.judge([CEMENT_SHOWN]) == Done(said="查到了")
    assert STOCK.judge([asked("StockAnswer", question={}, lines=[{"material": {"code": "CEM"}}])]) == Done(
        said="查到了"
    )


def test_a_question_about_something_else_is_told() -> None:
    found = STOCK.judge([asked("StockAnswer", question={"materials": ["STL"]})])
    assert isinstance(found, Wrong)
    assert "查的是钢筋，这一步要查水泥" in found.why
    assert STOCK.judge([asked("StockAnswer", question={"materials": ["CEM"]}, by=OTHER.id)]) == NotYet()


def test_a_question_belongs_into_its_conversation() -> None:
    elsewhere = STOCK.judge([replace(CEMENT_SHOWN, chat=PRIVATE)])
    assert isinstance(elsewhere, Wrong)
    assert elsewhere.why == "问对了，可是问在私聊里了。这一步要到“翠湖群”里问。"
    alone = replace(STOCK, chat=PRIVATE).judge([CEMENT_SHOWN])
    assert isinstance(alone, Wrong)
    assert "要到和料掌柜的私聊里问" in alone.why
    assert isinstance(STOCK.judge([replace(CEMENT_SHOWN, chat=PRIVATE), CEMENT_SHOWN]), Done)


def test_a_booking_in_place_of_a_question_has_to_go_first() -> None:
    found = STOCK.judge([entry()])
    assert isinstance(found, Wrong)
    assert found.mend == "撤销 LL20261123-001"


def test_another_document_or_project_than_the_one_asked_for() -> None:
    where = Asks(sight=SIGHT, chat="g", event="DocumentShown", number="SG1", said=lambda _: "在等人")
    day = Asks(sight=SIGHT, chat="g", event="DailyDigest", project="P01", said=lambda _: "日报")
    wrong = where.judge([asked("DocumentShown", document={"number": "SG2"})])
    assert isinstance(wrong, Wrong)
    assert "问的是 SG2，这一步要问 SG1" in wrong.why
    wrong = day.judge([asked("DailyDigest", project={"code": "P02"})])
    assert isinstance(wrong, Wrong)
    assert "滨江泵站" in wrong.why
    assert isinstance(day.judge([asked("DailyDigest", project={"code": "P01"})]), Done)


def test_taking_back_is_about_this_very_document() -> None:
    check = TakesBack(sight=SIGHT, number="LL2", said="撤掉了")
    assert check.judge([undoing("LL2")]) == Done(said="撤掉了")
    wrong = check.judge([undoing("LL1")])
    assert isinstance(wrong, Wrong)
    assert "撤掉的是 LL1，要撤的是 LL2" in wrong.why
    late = check.judge([asked("TooLateToUndo", document={"number": "LL2"})])
    assert isinstance(late, Wrong)
    assert late.lost
    other = check.judge([undoing("LL2", by=OTHER.id)])
    assert isinstance(other, Wrong)
    assert other.by == OTHER.id
    withdrawn = Booked(number="LL2", kind=DocumentKind.REQUISITION, act=Act.WITHDRAW, by=ME.id)
    assert isinstance(check.judge([withdrawn]), Done)


def decision(act: Act, by: str = ME.id, **changes: Any) -> Booked:
    return Booked(number="SG1", kind=DocumentKind.REQUISITION, act=act, by=by, **changes)


def test_a_decision_is_made_once() -> None:
    check = Decides(sight=SIGHT, number="SG1", act=Act.APPROVE, said="同意了。")
    order = entry(kind=DocumentKind.PURCHASE_ORDER, number="CG1", source="SG1")
    assert check.judge([decision(Act.APPROVE), order]) == Done(said="同意了。", keeps={"order": "CG1"})
    for act, why in ((Act.REJECT, "被你驳回了"), (Act.WITHDRAW, "被你撤回了")):
        wrong = check.judge([decision(act)])
        assert isinstance(wrong, Wrong)
        assert wrong.lost
        assert why in wrong.why
    wrong = check.judge([decision(Act.APPROVE, by=OTHER.id)])
    assert isinstance(wrong, Wrong)
    assert "已经由张工同意了" in wrong.why
    assert check.judge([replace(decision(Act.APPROVE), number="SG2")]) == NotYet()


def test_a_rejection_tells_its_reason_and_an_order_its_price() -> None:
    reject = Decides(sight=SIGHT, number="SG1", act=Act.REJECT, said="驳回了。")
    assert reject.judge([decision(Act.REJECT, reason="太多")]) == Done(said="驳回了。原因写的是“太多”。")
    confirm = Decides(sight=SIGHT, number="SG1", act=Act.CONFIRM, said="下单了。", price=Price.of("26"))
    assert isinstance(confirm.judge([decision(Act.CONFIRM, lines=(line(price="26"),))]), Done)
    wrong = confirm.judge([decision(Act.CONFIRM, lines=(line(price="27"),))])
    assert isinstance(wrong, Wrong)
    assert "下单的单价是 27，要改成 26" in wrong.why


def picture(event: str, **facts: Any) -> Asked:
    return replace(asked(event, **facts), is_picture=True)


def test_a_picture_counts_by_what_was_read_in_it() -> None:
    check = Shows(sight=SIGHT, material=CEMENT)
    assert isinstance(check.judge([picture("StockAnswer", question={"materials": ["CEM"]})]), Done)
    for deed, why in (
        (picture("StockAnswer", lines=[{"material": {"code": "STL"}}]), "这张是钢筋的标签"),
        (picture("CannotReadThat", kind="picture"), "没有认出"),
    ):
        wrong = check.judge([deed])
        assert isinstance(wrong, Wrong)
        assert why in wrong.why
    assert "发照片" in getattr(check.judge([asked("StockAnswer", question={"materials": ["CEM"]})]), "note", "")


def test_the_digest_has_to_come_by_itself_into_this_group() -> None:
    check = Hears(sight=SIGHT, conversation="g1", group="翠湖群")
    facts = {"head": {"seq": 7, "hash": "ab"}, "received": [1], "issued": []}
    done = check.judge([Told(event="DailyDigest", conversation="g1", facts=facts, chain_holds=True, documents=2)])
    assert isinstance(done, Done)
    assert "今天收料、领料一共 2 张单。账页 7 的校验和账本对得上" in done.said
    assert check.judge([Told(event="DailyDigest", conversation="g2", facts=facts, chain_holds=True)]) == NotYet()
    broken = check.judge([Told(event="DailyDigest", conversation="g1", facts=facts, chain_holds=False)])
    assert isinstance(broken, Wrong)
    assert "对不上" in broken.why
    asked_for = check.judge([asked("DailyDigest")])
    assert isinstance(asked_for, Wrong)
    assert "自己会来" in asked_for.why
