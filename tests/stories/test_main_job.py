"""The main job, from the team lead who needs cement to the evening's digest, told in the words people type."""

import pytest

from domain import digest
from tests.conftest import Clock
from tests.stories.chat import GROUP, PRIVATE, Chat

CEMENT = "42.5水泥"


async def ordered(chat: Chat, quantity: str = "200包") -> None:
    """Cement that was asked for, approved and ordered."""
    await chat.says("李强", f"申购{CEMENT}{quantity}")
    await chat.says("张伟", "同意 SG20261123-001", chat=PRIVATE)
    await chat.says("张丽", "同意 SG20261123-001", chat=PRIVATE)
    await chat.says("张丽", "确认 CG20261123-001", chat=PRIVATE)
    assert await chat.state("CG20261123-001") == "ordered"


async def stocked(chat: Chat, quantity: str = "100包") -> None:
    """Cement that arrived without an order."""
    assert "已入库" in await chat.says("张建国", f"收货{CEMENT}{quantity} 单价27")


async def test_a_team_lead_asks_and_the_manager_and_purchasing_approve_by_text(chat: Chat) -> None:
    answer = await chat.says("李强", f"申购{CEMENT}200包，周五前到")
    assert "已提交 SG20261123-001" in answer
    assert "等 张伟（项目经理）审批" in answer
    assert "11月27日" in answer
    assert "撤回 SG20261123-001" in answer
    card = chat.told("张伟")
    for fact in ("申购单 SG20261123-001 请审批", "现有 0 包", "在途 0 包", "上次价 ¥27/包", "¥5,400.00"):
        assert fact in card
    assert "下一步等 张丽" in await chat.says("张伟", "同意 SG20261123-001", chat=PRIVATE)
    assert "请审批" in chat.told("张丽")
    answer = await chat.says("张丽", "同意 SG20261123-001", chat=PRIVATE)
    assert "已批准" in answer
    assert "生成采购单 CG20261123-001（海螺水泥销售有限公司）" in chat.posted()
    assert "采购单 CG20261123-001 请确认" in chat.told("张丽")
    assert "已下单" in await chat.says("张丽", "确认 CG20261123-001", chat=PRIVATE)
    assert "🚚" in chat.posted()
    assert "¥" not in chat.posted()
    await chat.verify()


async def test_the_same_way_is_gone_by_pressing_buttons(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    for who, action in (("张伟", "approve"), ("张丽", "approve"), ("张丽", "confirm")):
        assert await chat.presses(who, action) == ""
        assert "✅" in str(chat.ack["response"])
    assert await chat.state("SG20261123-001") == "approved"
    assert await chat.state("CG20261123-001") == "ordered"
    await chat.verify()


async def test_purchasing_confirms_at_another_price(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    await chat.presses("张伟", "approve")
    await chat.presses("张丽", "approve")
    assert "已下单" in await chat.says("张丽", "确认 CG20261123-001 单价28", chat=PRIVATE)
    assert "合计 ¥5,600.00" in chat.told("张丽")
    await chat.says("张建国", "收货 CG20261123-001")
    assert (await chat.rows("SELECT value FROM pool"))[0]["value"] == 560_000


async def test_purchasing_confirms_with_another_supplier(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    await chat.presses("张伟", "approve")
    await chat.presses("张丽", "approve")
    assert "宏达建材有限公司" in await chat.says("张丽", "确认 CG20261123-001 宏达", chat=PRIVATE)
    assert (await chat.rows("SELECT supplier FROM document WHERE number = 'CG20261123-001'"))[0]["supplier"] == "S02"


async def test_a_receipt_that_names_nobody_does_not_make_the_supplier_forgotten(chat: Chat) -> None:
    await chat.says("张建国", f"收货{CEMENT}5包 单价29")
    await chat.says("李强", f"申购{CEMENT}200包")
    await chat.presses("张伟", "approve")
    await chat.presses("张丽", "approve")
    order = await chat.rows("SELECT supplier FROM document WHERE number = 'CG20261123-001'")
    assert order[0]["supplier"] == "S01"
    assert "¥5,800.00" in chat.told("张丽")


async def test_an_order_arrives_in_two_deliveries(chat: Chat) -> None:
    await ordered(chat)
    answer = await chat.says("张建国", f"收货{CEMENT}120包")
    assert "已入库 RK20261123-001" in answer
    assert "采购单 CG20261123-001 还差 普通硅酸盐水泥 P.O42.5 80 包" in answer
    answer = await chat.says("张建国", f"收货{CEMENT}80包")
    assert "采购单 CG20261123-001 已到齐" in answer
    assert "现有 200 包" in answer
    assert await chat.state("CG20261123-001") == "received"
    await chat.verify()


async def test_more_than_the_tolerance_is_refused_and_books_nothing(chat: Chat) -> None:
    await ordered(chat)
    answer = await chat.says("张建国", f"收货{CEMENT}205包")
    assert "超收了" in answer
    assert "最多收 204 包" in answer
    assert await chat.on_hand() == "0 包"
    assert "已入库" in await chat.says("张建国", f"收货{CEMENT}204包")
    await chat.verify()


async def test_a_receipt_without_an_order_asks_the_price_and_the_bare_number_books_it(chat: Chat) -> None:
    assert "多少钱一包" in await chat.says("张建国", f"收货{CEMENT}20包")
    assert await chat.numbers() == []
    assert "已入库 RK20261123-001" in await chat.says("张建国", "28.5")
    assert (await chat.rows("SELECT value FROM pool"))[0]["value"] == 57_000


async def test_an_issue_asks_for_the_team_and_the_stage_and_goes_on(chat: Chat) -> None:
    await stocked(chat)
    assert "谁领的" in await chat.says("张建国", f"领{CEMENT}30包")
    assert "用在哪个阶段" in await chat.says("张建国", "瓦工班")
    answer = await chat.says("张建国", "主体结构")
    assert "已领料 LL20261123-001" in answer
    assert "瓦工班 · 主体结构" in answer
    assert "还剩 70 包" in answer
    await chat.verify()


async def test_the_stage_is_chosen_by_its_place_in_the_list(chat: Chat) -> None:
    await stocked(chat)
    await chat.says("张建国", f"领{CEMENT}30包 瓦工班")
    assert "主体结构" in await chat.says("张建国", "2")


async def test_a_team_of_another_project_is_asked_about(chat: Chat) -> None:
    await chat.load({"teams": ["钢筋班", {"name": "瓦工班", "project": "P01"}, {"name": "水电班", "project": "P02"}]})
    await stocked(chat)
    asked = await chat.says("张建国", f"领{CEMENT}2包 水电班")
    assert "水电班 不在翠湖花园" in asked
    assert "钢筋班、瓦工班" in asked
    assert await chat.on_hand() == "100 包"
    assert "用在哪个阶段" in await chat.says("张建国", "钢筋班")
    assert "钢筋班 · 桩基" in await chat.says("张建国", "1")


async def test_the_next_issue_takes_the_teams_last_stage(chat: Chat) -> None:
    await stocked(chat)
    await chat.says("张建国", f"领{CEMENT}30包 瓦工班 主体结构")
    answer = await chat.says("张建国", f"领{CEMENT}10包 瓦工班")
    assert "已领料 LL20261123-002" in answer
    assert "主体结构" in answer


async def test_an_issue_beyond_stock_is_refused_and_says_what_to_do(chat: Chat) -> None:
    await stocked(chat, "20包")
    answer = await chat.says("张建国", f"领{CEMENT}25包 瓦工班 主体结构")
    assert "还差 5 包，没有记账" in answer
    assert "申购 普通硅酸盐水泥 P.O42.5 5包" in answer
    assert await chat.on_hand() == "20 包"


@pytest.mark.parametrize("answer", ["2", "第二个", "32.5水泥", "复合硅酸盐水泥"])
async def test_an_ambiguous_material_is_asked_and_its_number_or_its_name_answers(chat: Chat, answer: str) -> None:
    asked = await chat.says("李强", "申购水泥20包")
    assert "是哪一种" in asked
    assert "2. 复合硅酸盐水泥 P.C32.5" in asked
    assert "已提交 SG20261123-001" in await chat.says("李强", answer)
    assert [row["material"] for row in await chat.rows("SELECT material FROM document_line")] == ["CEM-32"]


async def test_an_open_question_is_dropped_by_saying_so(chat: Chat) -> None:
    await chat.says("李强", "申购水泥20包")
    assert "不记了" in await chat.says("李强", "算了")
    await chat.says("李强", "2")
    assert await chat.numbers() == []


async def test_an_open_question_is_forgotten_after_ten_minutes(chat: Chat, clock: Clock) -> None:
    await chat.says("李强", "申购水泥20包")
    clock.forward(minutes=10, seconds=1)
    await chat.says("李强", "2")
    assert await chat.numbers() == []


async def test_a_question_is_answered_only_by_the_person_and_in_the_chat_it_was_asked_in(chat: Chat) -> None:
    await chat.says("李强", "申购水泥20包")
    await chat.says("刘洋", "2")
    await chat.says("李强", "2", chat=PRIVATE)
    assert await chat.numbers() == []
    assert "已提交" in await chat.says("李强", "2")


async def test_the_same_text_within_ten_minutes_asks_and_yes_books_again(chat: Chat, clock: Clock) -> None:
    await stocked(chat)
    said = f"领{CEMENT}5包 瓦工班 主体结构"
    assert "LL20261123-001" in await chat.says("张建国", said)
    clock.forward(minutes=9)
    asked = await chat.says("张建国", said)
    assert "刚才已经记了 LL20261123-001" in asked
    assert "已领料 LL20261123-002" in await chat.says("张建国", "对")
    assert await chat.on_hand() == "90 包"


async def test_the_same_text_a_third_time_asks_again_and_books_nothing(chat: Chat) -> None:
    await stocked(chat)
    for _ in range(4):
        answer = await chat.says("张建国", f"领{CEMENT}5包 瓦工班 主体结构")
    assert "刚才已经记了" in answer
    assert await chat.on_hand() == "95 包"


async def test_a_booking_made_while_a_question_is_open_is_not_booked_twice_either(chat: Chat) -> None:
    await stocked(chat)
    await chat.says("张建国", f"领{CEMENT}7包")  # who takes it?
    said = f"收货{CEMENT}50包 单价27"
    assert "已入库" in await chat.says("张建国", said)
    assert "刚才已经记了" in await chat.says("张建国", said)
    assert await chat.on_hand() == "150 包"


async def test_a_booking_that_needed_an_answer_is_not_booked_twice_without_asking(chat: Chat) -> None:
    await chat.says("张建国", f"收货{CEMENT}20包")
    await chat.says("张建国", "28.5")
    assert "刚才已经记了" in await chat.says("张建国", f"收货{CEMENT}20包")
    assert await chat.on_hand() == "20 包"
    assert "多少钱一包" in await chat.says("张建国", "对")
    assert "已入库" in await chat.says("张建国", "28.5")
    assert await chat.on_hand() == "40 包"


async def test_no_to_a_repeat_books_nothing(chat: Chat) -> None:
    await stocked(chat)
    await stocked_again(chat)
    assert "不记了" in await chat.says("张建国", "算了")
    assert await chat.on_hand() == "100 包"


async def stocked_again(chat: Chat) -> None:
    assert "刚才已经记了" in await chat.says("张建国", f"收货{CEMENT}100包 单价27")


async def test_the_same_text_after_ten_minutes_books_at_once(chat: Chat, clock: Clock) -> None:
    await stocked(chat)
    clock.forward(minutes=10)
    await stocked(chat)
    assert await chat.on_hand() == "200 包"


async def test_ones_own_booking_is_undone_within_half_an_hour(chat: Chat, clock: Clock) -> None:
    await stocked(chat)
    await chat.says("张建国", f"领{CEMENT}30包 瓦工班 主体结构")
    clock.forward(minutes=30)
    answer = await chat.says("张建国", "撤销 LL20261123-001")
    assert "已撤销 LL20261123-001" in answer
    assert "现有 100 包" in answer
    assert "已经由 CX20261123-001 撤销过了" in await chat.says("张建国", "撤销 LL20261123-001")
    await chat.verify()


async def test_after_half_an_hour_only_those_with_the_right_undo(chat: Chat, clock: Clock) -> None:
    await stocked(chat)
    clock.forward(minutes=30, seconds=1)
    assert "过了 30 分钟" in await chat.says("张建国", "撤销 RK20261123-001")
    assert await chat.on_hand() == "100 包"
    assert "已撤销 RK20261123-001" in await chat.says("张伟", "撤销 RK20261123-001")
    assert await chat.on_hand() == "0 包"


async def test_a_receipt_whose_material_has_left_is_not_undone(chat: Chat) -> None:
    await stocked(chat)
    await chat.says("张建国", f"领{CEMENT}30包 瓦工班 主体结构")
    answer = await chat.says("张建国", "撤销 RK20261123-001")
    assert "只剩 70 包，要退 100 包" in answer
    assert await chat.on_hand() == "70 包"


async def test_the_quoted_answer_names_the_document_to_undo(chat: Chat) -> None:
    booked = await chat.says("张建国", f"收货{CEMENT}100包 单价27")
    quoted = {"msgId": "ours", "msgType": "text", "content": {"text": booked}}
    answer = await chat.says("张建国", "", text={"content": "撤销", "isReplyMsg": True, "repliedMsg": quoted})
    assert "已撤销 RK20261123-001" in answer


async def test_undoing_a_receipt_opens_its_order_again(chat: Chat) -> None:
    await ordered(chat)
    await chat.says("张建国", f"收货{CEMENT}200包")
    await chat.says("张建国", "撤销 RK20261123-001")
    assert await chat.state("CG20261123-001") == "ordered"
    assert "已到齐" in await chat.says("张建国", "收货 CG20261123-001")
    await chat.verify()


async def test_a_requisition_is_withdrawn_by_its_requester_alone(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}200包")
    assert "只有本人能撤回" in await chat.says("刘洋", "撤回 SG20261123-001")
    assert "已撤回" in await chat.says("李强", "撤回 SG20261123-001")
    assert "已撤回" in chat.told("张伟")
    assert "已结束" in await chat.says("张伟", "同意 SG20261123-001")
    assert await chat.state("SG20261123-001") == "withdrawn"


async def test_low_stock_is_told_once_to_the_keeper_who_asks_for_more_by_two_presses(chat: Chat) -> None:
    rule = {"material": "CEM-42", "warehouse": "W02", "safety_stock": "80", "reorder_to": "300"}
    await chat.load({"stock_rules": [rule]})
    await stocked(chat)
    await chat.says("张建国", f"领{CEMENT}30包 瓦工班 主体结构")
    assert "库存预警" in chat.told("张建国")
    await chat.says("张建国", f"领{CEMENT}10包 瓦工班 主体结构")
    assert "库存预警" not in chat.told("张建国")
    await chat.presses("张建国", "prepare")
    assert "240 包" in str(chat.ack["response"])
    await chat.presses("张建国", "submit")
    assert "已提交 SG20261123-001" in str(chat.ack["response"]).replace("*", "").replace("\\\\", "")
    assert "请审批" in chat.told("张伟")
    await chat.verify()


async def test_the_digest_tells_the_day_and_the_end_of_the_chain(chat: Chat, clock: Clock) -> None:
    await ordered(chat)
    await chat.says("张建国", f"收货{CEMENT}120包")
    await chat.says("张建国", f"领{CEMENT}30包 瓦工班 主体结构")
    await chat.says("刘洋", "申购红砖500块")
    clock.forward(minutes=540)
    await chat.work("digest", digest.tell("P01", clock.now().date()))
    words = chat.posted(GROUP)
    issued, waiting = "瓦工班：普通硅酸盐水泥 P.O42.5 30 包", "申购单 SG20261123-002 审批中"
    for fact in ("翠湖花园 日报", "120 包", issued, waiting):
        assert fact in words
    assert "¥" not in words  # whoever may see cost asks for it alone
    assert "¥" not in await chat.says("张伟", "日报")
    assert "今日材料成本 ¥810.00" in await chat.says("张伟", "翠湖 日报", chat=PRIVATE)
    head = (await chat.rows("SELECT seq, hash FROM chain"))[0]
    assert f"账页 {head['seq']}，校验 {bytes(head['hash']).hex()[:16]}" in words


async def test_asking_changes_nothing(chat: Chat, clock: Clock) -> None:
    await ordered(chat)
    await chat.says("张建国", f"收货{CEMENT}120包")
    before = await chat.entries()
    clock.forward(minutes=1)
    for question, fact in (
        (f"库存 {CEMENT}", "120 包"),
        ("CG20261123-001 到哪了", "还差 80 包"),
        ("待我审批", "没有等你审批的单据"),
        ("日报", "翠湖花园 日报"),
        ("预警", "没有低于安全库存的材料"),
    ):
        assert fact in await chat.says("张伟", question)
    assert await chat.entries() == before


async def test_the_next_days_report_says_that_it_tells_of_the_evening_before(chat: Chat, clock: Clock) -> None:
    await stocked(chat)
    clock.forward(minutes=540)
    assert "日报以后记的" not in await chat.says("张伟", "日报")
    await chat.work("digest", digest.tell("P01", clock.now().date()))
    clock.forward(minutes=60)
    await chat.says("张建国", f"领{CEMENT}30包 瓦工班 主体结构")
    clock.forward(minutes=14 * 60)
    report = await chat.says("张伟", "日报")
    assert "11月24日" in report
    assert "含11月23日日报以后记的" in report
    assert "30 包" in report


async def test_a_booking_too_old_to_undo_says_until_when_and_anothers_that_it_is_anothers(
    chat: Chat, clock: Clock
) -> None:
    await stocked(chat)
    assert "你的角色不能撤销别人的单（翠湖花园）" in await chat.says("李娜", "撤销 RK20261123-001")
    clock.forward(minutes=30, seconds=1)
    assert "以后自己不能撤销了" in await chat.says("张建国", "撤销 RK20261123-001")


async def test_a_receipt_in_another_unit_says_what_it_comes_to(chat: Chat) -> None:
    assert "+2 吨（合 40 包），现有 40 包" in await chat.says("张建国", f"收货{CEMENT}2吨 单价540")


async def test_what_lies_nowhere_is_one_line_where_something_else_lies(chat: Chat) -> None:
    await stocked(chat)
    answer = await chat.says("赵云飞", "库存 水泥", chat=PRIVATE)
    assert "100 包" in answer
    assert "中心仓库" not in answer
    assert " 0 包" not in answer
    assert "没有库存：复合硅酸盐水泥 P.C32.5" in answer
    assert "红砖 0 块" in await chat.says("张建国", "库存 红砖")


async def test_below_the_safety_line_is_not_said_as_so_much_below(chat: Chat) -> None:
    await chat.load({"stock_rules": [{"material": "CEM-42", "warehouse": "W02", "safety_stock": "180"}]})
    await stocked(chat)
    assert "100 包 ⚠️安全库存 180 包，已低于" in await chat.says("张建国", f"库存 {CEMENT}")
