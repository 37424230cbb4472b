"""Traps that a careful reader found: each was a wrong booking once."""

from datetime import date

import pytest

from domain import digest
from domain.approval import NotYourTurn
from domain.arrival import PriceAndAmount
from domain.purchase_order import NeedsConsent
from domain.stock import OtherProjectsWarehouse
from tests.conftest import Clock
from tests.site import Site, qty
from tests.stories.chat import GROUP, PRIVATE, Chat

CEMENT = "42.5水泥"


async def _stocked(chat: Chat) -> None:
    assert "已入库" in await chat.says("张建国", f"收货{CEMENT}100包 单价27")


async def test_a_new_command_is_not_swallowed_as_the_answer_to_an_open_question(chat: Chat) -> None:
    await _stocked(chat)
    assert "谁领的" in await chat.says("张建国", f"领{CEMENT}20包 主体结构")
    answer = await chat.says("张建国", f"领{CEMENT}30包 瓦工班 桩基")
    assert "30 包" in answer
    assert "桩基" in answer
    assert await chat.on_hand() == "70 包"
    await chat.verify()


async def test_a_question_asked_meanwhile_books_nothing(chat: Chat) -> None:
    await _stocked(chat)
    await chat.says("张建国", f"领{CEMENT}20包 主体结构")
    assert "翠湖现场库" in await chat.says("张建国", f"库存 {CEMENT}")
    assert await chat.on_hand() == "100 包"


async def test_a_refused_answer_does_not_stay_open_and_book_later(chat: Chat) -> None:
    await _stocked(chat)
    assert "谁领的" in await chat.says("张建国", f"领{CEMENT}200包 主体结构")
    assert "还差 100 包" in await chat.says("张建国", "瓦工班")
    await chat.says("张建国", f"收货{CEMENT}150包 单价27")
    assert "已领料" not in await chat.says("张建国", "瓦工班")
    assert await chat.on_hand() == "250 包"


async def test_a_decision_about_another_document_is_no_reason_for_a_rejection(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}20包")
    await chat.says("李强", f"申购{CEMENT}30包")
    await chat.says("张伟", "驳回 SG20261123-001", chat=PRIVATE)
    await chat.says("张伟", "同意 SG20261123-002", chat=PRIVATE)
    assert await chat.state("SG20261123-001") == "pending"
    waiting = await chat.rows("SELECT state FROM approval_node WHERE number = 'SG20261123-002' AND no = 1")
    assert waiting[0]["state"] == "approved"


async def test_nobody_books_in_another_projects_warehouse(site: Site) -> None:
    await site.opening("水泥 100包 @27")
    with pytest.raises(OtherProjectsWarehouse):
        await site.issue("水泥 10包", project="P02", warehouse="W02", by="老张")
    assert await site.on_hand("水泥") == qty("100包")


async def test_deliveries_in_pieces_complete_an_order_in_boxes(site: Site) -> None:
    number = await site.order("瓷砖 60片 @2")
    for _ in range(3):
        await site.receive("瓷砖 20片", document=number)
    assert (await site.document(number))["state"] == "received"
    await site.receive("瓷砖 9片 @2")  # the next truck is a thing of its own
    await site.verify()


async def test_a_flow_for_one_project_leaves_the_others_their_consent(site: Site) -> None:
    nodes = [{"role": "老板"}]
    await site._take_in({"approval_flows": [{"document": "requisition", "projects": ["P02"], "nodes": nodes}]})
    number = await site.request("水泥 10包 @28")
    assert (await site.document(number))["state"] == "pending"


async def test_whoever_lost_the_role_no_longer_decides(site: Site) -> None:
    number = await site.request("水泥 10包 @28")
    await site.approve(number, by="张工")
    people = [
        {"id": "u-wangjie", "name": "王姐", "roles": ["施工员"]},
        {"id": "u-new", "name": "新采购", "roles": ["采购"]},
    ]
    await site._take_in({"people": people})
    with pytest.raises(NotYourTurn):
        await site.approve(number, by="王姐")


async def test_an_undone_price_is_not_the_last_price(site: Site) -> None:
    await site.receive("水泥 10包 @28")
    wrong = await site.receive("水泥 10包 @0.28")
    await site.undo(wrong)
    number = await site.request("水泥 100包")
    assert await site.amounts(number) == ["2800"]


async def test_a_low_typed_price_does_not_spare_finance_and_a_raised_one_needs_it(site: Site) -> None:
    await site.receive("水泥 10包 @30")
    low = await site.request("水泥 1000包 @0.01")
    titles = [row["title"] for row in await site.rows(f"SELECT title FROM approval_node WHERE number = '{low}'")]
    assert "财务" in titles
    small = await site.request("瓷砖 100箱 @1")
    for who in ("张工", "王姐"):
        await site.approve(small, by=who)
    order = (await site.rows("SELECT number FROM document WHERE kind = 'purchase_order' ORDER BY number DESC"))[0]
    with pytest.raises(NeedsConsent):
        await site.confirm(order["number"], supplier="S01", price="60")


async def test_a_price_by_the_dozen_is_exact_for_pieces(site: Site) -> None:
    number = await site.order("合页 100000打 @1")
    booked = await site.receive("合页 1200000件", document=number)
    assert await site.amounts(booked) == ["100000"]
    await site.verify()


async def test_a_price_and_an_amount_that_disagree_are_not_booked(chat: Chat) -> None:
    answer = await chat.says("张建国", f"收货{CEMENT}10包 单价27 共300元")
    assert "已入库" not in answer
    assert await chat.on_hand() == "0 包"
    assert PriceAndAmount is not None


async def test_money_is_not_told_in_a_group(chat: Chat) -> None:
    await _stocked(chat)
    assert "¥" not in await chat.says("张伟", "库存", chat=GROUP)
    assert "¥" in await chat.says("张伟", f"库存 {CEMENT}", chat=PRIVATE)


async def test_what_is_booked_after_the_report_stands_in_the_next(chat: Chat, clock: Clock) -> None:
    clock.set(clock.now().replace(hour=18))
    await chat.work("job:1", digest.tell("P01", date(2026, 11, 23)))
    clock.forward(minutes=1)
    await _stocked(chat)
    clock.forward(days=1)
    await chat.work("job:2", digest.tell("P01", date(2026, 11, 24)))
    assert "100 包" in chat.posted()
