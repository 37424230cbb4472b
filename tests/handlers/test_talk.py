"""Who may say what, and what the robot makes of it: rights, strangers, approvals, the few words for administrators."""

from dataclasses import replace
from typing import Any, Final

import pytest
from sqlalchemy import text

from domain.company import Role
from domain.operation import Asker, Draft, Operation
from domain.permissions import ALLOWED, Action
from storage import usage
from tests.conftest import Clock
from tests.stories import fixtures
from tests.stories.chat import COMPANY, GROUP, OTHER_GROUP, PRIVATE, UNBOUND_GROUP, Chat

chat, empty_chat = fixtures.chat, fixtures.empty_chat

CEMENT = "42.5水泥"
OTHER_MANAGER: Final = {"id": "u-other", "name": "周明", "roles": [{"role": "项目经理", "project": "P02"}]}
SECOND_MANAGER: Final = {**OTHER_MANAGER, "roles": [{"role": "项目经理", "project": "P01"}]}


def with_people(*more: dict[str, Any]) -> dict[str, Any]:
    """The company with some people more, or others of the same id."""
    ids = {person["id"] for person in more}
    return {"people": [*(p for p in COMPANY["people"] if p["id"] not in ids), *more]}


def flow(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"approval_flows": [{"document": "requisition", "nodes": list(nodes)}]}


# --- who belongs ---------------------------------------------------------------------------------------------------


async def test_on_an_empty_book_dingtalks_administrator_becomes_ours(empty_chat: Chat) -> None:
    answer = await empty_chat.says("u-he", "你好", chat=PRIVATE, isAdmin=True, senderNick="何平")
    assert "何平，你好，我是料掌柜" in answer
    assert "第一位管理员" in answer
    assert "钉钉额度" in await empty_chat.says("u-he", "额度", chat=PRIVATE, isAdmin=True)


async def test_on_an_empty_book_nobody_else_becomes_administrator(empty_chat: Chat) -> None:
    answer = await empty_chat.says("u-xiao", "额度", chat=PRIVATE, senderNick="小肖")
    assert "账本里还没有你" in answer
    assert "管理员先来跟我说句话" in answer
    assert (await empty_chat.rows("SELECT count(*) AS n FROM master"))[0]["n"] == 0


async def test_the_second_administrator_of_dingtalk_is_a_stranger_like_others(empty_chat: Chat) -> None:
    await empty_chat.says("u-he", "你好", chat=PRIVATE, isAdmin=True, senderNick="何平")
    answer = await empty_chat.says("u-two", "你好", chat=PRIVATE, isAdmin=True, senderNick="老二")
    assert "请找管理员 何平 登记" in answer


async def test_a_stranger_is_refused_each_time_and_the_administrators_are_told_once(chat: Chat) -> None:
    assert "请找管理员 何平 登记" in await chat.says("u-new", f"领{CEMENT}5包", senderNick="新来的")
    assert "有人找我办事，账本里没有：新来的" in chat.told("何平")
    assert "请找管理员 何平 登记" in await chat.says("u-new", f"收货{CEMENT}5包", senderNick="新来的")
    assert chat.told("何平") == ""
    assert await chat.numbers() == []


async def test_somebody_without_a_user_id_is_refused_politely(chat: Chat) -> None:
    assert "认不出你是谁" in await chat.says("", "库存", senderNick="外部")


async def test_a_stranger_whom_the_administrator_registers_belongs_at_once(chat: Chat) -> None:
    await chat.says("u-new", "你好", senderNick="新来的")
    assert "新来的　u-new" in await chat.says("何平", "未登记", chat=PRIVATE)
    assert "已登记 新来的 为材料员（翠湖花园）" in await chat.says("何平", "登记 新来的 材料员 @P01", chat=PRIVATE)
    assert "已入库" in await chat.says("u-new", f"收货{CEMENT}5包 单价27")
    assert "不能收货入库（滨江泵站）" in await chat.says("u-new", f"收货{CEMENT}6包 单价27", chat=OTHER_GROUP)
    assert "没有未登记的人" in await chat.says("何平", "未登记", chat=PRIVATE)


async def test_two_strangers_of_one_name_are_nobody_until_the_id_is_said(chat: Chat) -> None:
    await chat.says("u-one", "你好", senderNick="小王")
    await chat.says("u-two", "你好", senderNick="小王")
    assert "不知道“小王”是谁" in await chat.says("何平", "登记 小王 施工员", chat=PRIVATE)
    assert "已登记 小王" in await chat.says("何平", "登记 u-two 施工员", chat=PRIVATE)


async def test_only_an_administrator_registers_people_and_only_for_roles_there_are(chat: Chat) -> None:
    await chat.says("u-new", "你好", senderNick="新来的")
    assert "不能办管理员的事" in await chat.says("张伟", "登记 新来的 管理员", chat=PRIVATE)
    assert "没有“总管”这个角色" in await chat.says("何平", "登记 新来的 总管", chat=PRIVATE)
    assert "没有项目 P99" in await chat.says("何平", "登记 新来的 材料员 @P99", chat=PRIVATE)


async def test_a_group_is_bound_by_the_administrator_and_speaks_for_its_project_from_then_on(chat: Chat) -> None:
    assert "是哪个项目" in await chat.says("张丽", f"申购{CEMENT}5包", chat=UNBOUND_GROUP)
    assert "不能绑定项目" in await chat.says("张建国", "绑定项目 P02", chat=UNBOUND_GROUP)
    assert "这个群已绑定 滨江泵站" in await chat.says("何平", "绑定项目 泵站", chat=UNBOUND_GROUP)
    assert "已提交" in await chat.says("张丽", f"申购{CEMENT}6包", chat=UNBOUND_GROUP)
    assert [r["project"] for r in await chat.rows("SELECT project FROM document")] == ["P02"]
    answer = await chat.says("何平", "绑定项目 P01", chat=UNBOUND_GROUP)
    assert "已绑定 翠湖花园（原来是 滨江泵站）" in answer


async def test_binding_needs_a_group_and_a_project_that_there_is(chat: Chat) -> None:
    assert "要在群里说" in await chat.says("何平", "绑定项目 P01", chat=PRIVATE)
    assert "没有项目 P99" in await chat.says("何平", "绑定项目 P99", chat=UNBOUND_GROUP)


async def test_the_administrator_sees_the_quota_and_the_dead_letters_and_nobody_else(chat: Chat) -> None:
    async with chat.database.write() as connection:
        await usage.add(connection, "2026-11", {"api": 41, "stream": 7})
    answer = await chat.says("何平", "额度", chat=PRIVATE)
    assert "接口调用：已用 41 / 5000" in answer
    assert "消息收发：已用 7 / 3000" in answer
    assert "没有发不出去的消息" in await chat.says("何平", "死信", chat=PRIVATE)
    for word in ("额度", "死信", "未登记"):
        assert "不能办管理员的事，请找 何平" in await chat.says("张伟", word, chat=PRIVATE)


async def test_help_tells_a_person_what_they_may_say_here(chat: Chat) -> None:
    keeper = await chat.says("张建国", "帮助")
    assert "张建国（材料员）" in keeper
    assert "收货" in keeper
    lead = await chat.says("李强", "帮助")
    assert "申购" in lead
    assert "收货" not in lead


async def test_talk_that_means_nothing_gets_one_line_in_ten_minutes_in_a_group(chat: Chat, clock: Clock) -> None:
    assert "没看懂" in await chat.says("李强", "今天天气不错")
    clock.forward(minutes=9)
    assert await chat.says("李强", "哈哈哈") == ""
    assert "没看懂" in await chat.says("李强", "哈哈哈", chat=PRIVATE)
    assert "没看懂" in await chat.says("李强", "呵呵", chat=PRIVATE)
    assert "没看懂" in await chat.says("刘洋", "哈哈哈")
    clock.forward(minutes=1)
    assert "没看懂" in await chat.says("李强", "哈哈哈")


async def test_a_greeting_is_answered_with_what_one_may_say(chat: Chat) -> None:
    for greeting in ("你好", "在吗", "您好！"):
        assert "直接说就行" in await chat.says("李强", greeting, chat=PRIVATE)


async def test_the_bare_name_of_a_material_asks_what_lies_there(chat: Chat) -> None:
    assert await chat.says("张建国", "42.5水泥") == await chat.says("张建国", f"库存 {CEMENT}")
    assert "没看懂" in await chat.says("张建国", "泥")


async def test_the_price_is_asked_for_in_words_that_say_why(chat: Chat) -> None:
    answer = await chat.says("张建国", f"收货{CEMENT}5包")
    assert "没写单价，也没有等着到货的采购单，多少钱一包" in answer
    assert "RK20261123-001" in await chat.says("张建国", "26")


async def test_a_number_that_is_missing_may_be_quoted_instead(chat: Chat) -> None:
    assert "引用那张单的消息再说“撤销”" in await chat.says("张建国", "撤销")


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"msgtype": "picture", "content": {"downloadCode": "x"}}, "这张照片已经取不到了"),
        ({"msgtype": "file", "content": {"downloadCode": "x", "fileName": "料单.xlsx"}}, "这个文件已经取不到了"),
        ({"msgtype": "video", "content": {}}, "视频我还不会看"),
        ({"msgtype": "holographic", "content": {}}, "这种消息我还不会看"),
        ({"msgtype": "audio", "content": {"recognition": ""}}, "没有听清"),
    ],
)
async def test_what_cannot_be_read_is_answered_with_a_sentence(chat: Chat, body: dict[str, Any], answer: str) -> None:
    assert answer in await chat.brings(chat.frame("张建国", chat=PRIVATE, **body))


async def test_a_voice_message_books_like_a_text(chat: Chat) -> None:
    voice = {"msgtype": "audio", "content": {"recognition": "翠湖花园收货42.5水泥二十包单价二十七元。"}}
    assert "已入库" in await chat.brings(chat.frame("张建国", chat=PRIVATE, **voice))
    assert await chat.on_hand() == "20 包"


# --- the table of rights -------------------------------------------------------------------------------------------

DOORS: Final = {
    Action.REQUEST: (f"申购{CEMENT}1包", "SG"),
    Action.ORDER: (f"跟海螺采购{CEMENT}1包 单价27", "CG"),
    Action.RECEIVE: (f"收货{CEMENT}1包 单价27", "RK"),
    Action.ISSUE: (f"领{CEMENT}1包 钢筋班", "LL"),
    Action.UNDO: ("撤销 {number}", "CX"),
}


@pytest.mark.parametrize("database_kind", ["sqlite"])  # rights are decided before a database is asked
@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.name)
async def test_each_role_may_do_in_its_project_what_the_table_says_and_nothing_elsewhere(
    chat: Chat, role: Role
) -> None:
    newcomer = {"id": "u-test", "name": "周明", "roles": [{"role": role.value, "project": "P01"}]}
    await chat.load(with_people(newcomer))
    for group, keeper in ((GROUP, "张建国"), (OTHER_GROUP, "王建军")):
        await chat.says(keeper, f"收货{CEMENT}100包 单价27", chat=group)
        booked = await chat.says(keeper, f"领{CEMENT}2包 钢筋班{' 主体结构' if group == GROUP else ''}", chat=group)
        for action, (said, prefix) in DOORS.items():
            before = await chat.entries()
            answer = await chat.says("周明", said.format(number=booked.split()[1]), chat=group)
            roles = ALLOWED[action]
            if action is Action.UNDO:  # of somebody else's booking
                roles &= ALLOWED[Action.UNDO_LATER]
            allowed = role in roles and group == GROUP
            assert (await chat.entries() > before) is allowed, (role, action, group, answer)
            assert prefix in answer if allowed else "不能" in answer, (role, action, group, answer)
    await chat.verify()


async def test_ones_own_booking_is_undone_by_whoever_may_undo(chat: Chat) -> None:
    for quantity, role in enumerate(sorted(ALLOWED[Action.UNDO] & ALLOWED[Action.RECEIVE]), start=1):
        await chat.load(with_people({"id": "u-test", "name": "周明", "roles": [role.value]}))
        booked = await chat.says("周明", f"收货{CEMENT}{quantity}包 单价27")
        number = booked.split()[1]
        assert f"已撤销 {number}" in await chat.says("周明", f"撤销 {number}")
        await chat.load(with_people({"id": "u-test", "name": "周明", "roles": []}))


@pytest.mark.parametrize("database_kind", ["sqlite"])  # rights are decided before a database is asked
@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.name)
async def test_a_company_wide_role_holds_in_every_project(chat: Chat, role: Role) -> None:
    await chat.load(with_people({"id": "u-test", "name": "周明", "roles": [role.value]}))
    for action in (Action.REQUEST, Action.ORDER, Action.RECEIVE):
        said, prefix = DOORS[action]
        answer = await chat.says("周明", said, chat=OTHER_GROUP)
        assert (prefix in answer) is (role in ALLOWED[action]), (role, action, answer)


async def test_a_refusal_names_whom_to_ask_and_is_written_down(chat: Chat) -> None:
    answer = await chat.says("李强", f"收货{CEMENT}20包 单价27")
    assert "你的角色不能收货入库（翠湖花园），请找 张建国、李娜" in answer
    row = (await chat.rows("SELECT person, action, project, reason FROM audit"))[0]
    assert row == {"person": "u-liqiang", "action": "RECEIVE", "project": "P01", "reason": "NotAllowed"}


async def test_somebody_taken_out_of_the_book_may_do_nothing_by_text_or_by_press(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}20包")
    await chat.work("leaving", Operation(by=Asker(person="load"), may=None, decide=leaves))
    assert "账本里还没有你" in await chat.says("张伟", "同意 SG20261123-001")
    assert "账本里还没有你" in await chat.presses("张伟", "approve")
    assert await chat.state("SG20261123-001") == "pending"


def leaves(draft: Draft) -> None:
    people = {person: found for person, found in draft.company.people.items() if person != "u-zhang"}
    draft.company = replace(draft.company, people=people)


async def test_a_role_taken_away_after_the_card_was_shown_counts_at_once(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}20包")
    await chat.presses("张伟", "approve")
    await chat.presses("张丽", "approve")
    await chat.load(with_people({"id": "u-zhangli", "name": "张丽", "roles": []}))
    assert "不能下采购单" in await chat.presses("张丽", "confirm")
    assert await chat.state("CG20261123-001") == "to_confirm"


async def test_stock_of_another_project_is_not_shown(chat: Chat) -> None:
    await chat.says("王建军", f"收货{CEMENT}77包 单价27", chat=OTHER_GROUP)
    for question in (f"库存 {CEMENT}", f"库存 {CEMENT} 泵站材料棚", f"库存 {CEMENT} 滨江泵站"):
        for place in (GROUP, PRIVATE, OTHER_GROUP):
            assert "77" not in await chat.says("张建国", question, chat=place), (question, place)
    assert "77 包" in await chat.says("王建军", f"库存 {CEMENT}", chat=PRIVATE)
    assert "77 包" in await chat.says("赵云飞", f"库存 {CEMENT}", chat=PRIVATE)


async def test_a_document_of_another_project_is_not_shown(chat: Chat) -> None:
    await chat.says("王建军", f"收货{CEMENT}77包 单价27", chat=OTHER_GROUP)
    answer = await chat.says("张建国", "RK20261123-001 到哪了")
    assert "你的角色不能看单据（滨江泵站）" in answer
    assert "77" not in answer


# --- approvals -----------------------------------------------------------------------------------------------------


async def test_nobody_decides_on_their_own_document(chat: Chat) -> None:
    await chat.says("张丽", f"申购{CEMENT}20包")
    await chat.says("张伟", "同意 SG20261123-001")
    assert "是你自己提的，不能自己审批，等 赵云飞" in await chat.says("张丽", "同意 SG20261123-001")
    assert await chat.state("SG20261123-001") == "pending"
    assert "已批准" in await chat.says("赵云飞", "同意 SG20261123-001", chat=PRIVATE)


async def test_where_the_chain_would_ask_the_requester_the_superior_is_asked(chat: Chat) -> None:
    assert "等 赵云飞（项目经理）审批" in await chat.says("张伟", f"申购{CEMENT}20包")
    assert "请审批" in chat.told("赵云飞")
    assert chat.told("张伟") == ""
    assert "不能自己审批" in await chat.says("张伟", "同意 SG20261123-001")
    await chat.presses("赵云飞", "approve")
    assert "请审批" in chat.told("张丽")


async def test_finance_is_asked_from_the_set_amount_and_when_the_amount_is_unknown(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}1852包")  # 50,004 yuan at the last price
    await chat.says("张伟", "同意 SG20261123-001")
    assert "下一步等 李敏" in await chat.says("张丽", "同意 SG20261123-001")
    answer = await chat.says("李强", "申购红砖500块")
    assert "财务也要审" in answer
    await chat.says("张伟", "同意 SG20261123-002")
    assert "下一步等 李敏" in await chat.says("张丽", "同意 SG20261123-002")


async def test_a_step_that_nobody_can_decide_waits_and_the_administrators_are_told(chat: Chat) -> None:
    await chat.load(flow({"role": "老板"}) | with_people({"id": "u-zhaozong", "name": "赵云飞", "roles": []}))
    assert "没有人能审批，已通知管理员" in await chat.says("李强", f"申购{CEMENT}20包")
    assert "没有人能审批" in chat.told("何平")
    assert await chat.state("SG20261123-001") == "pending"


async def test_only_those_who_are_asked_decide(chat: Chat) -> None:
    await chat.load(with_people(OTHER_MANAGER))
    await chat.says("李强", f"申购{CEMENT}20包")
    assert "现在等 张伟 审批" in await chat.says("张丽", "同意 SG20261123-001")
    assert "不能审批" in await chat.says("周明", "同意 SG20261123-001")
    assert "没有单据 SG20261123-009" in await chat.says("张伟", "同意 SG20261123-009")
    assert await chat.state("SG20261123-001") == "pending"


async def test_the_second_of_two_who_press_is_told_who_decided(chat: Chat) -> None:
    await chat.load(flow({"role": "项目经理"}) | with_people(SECOND_MANAGER))
    await chat.says("李强", f"申购{CEMENT}20包")
    card = await chat.card("approve")
    await chat.presses("周明", "approve", card=card["id"], nonce=card["nonce"])
    answer = await chat.presses("张伟", "reject", card=card["id"], nonce=card["nonce"])
    assert "周明 09:00 已同意，这次没有改动" in answer
    assert await chat.state("SG20261123-001") == "approved"
    assert await chat.numbers("CG") == ["CG20261123-001"]


async def test_all_must_sign_where_the_step_says_so(chat: Chat) -> None:
    await chat.load(flow({"role": "项目经理", "mode": "all"}) | with_people(SECOND_MANAGER))
    await chat.says("李强", f"申购{CEMENT}20包")
    assert "下一步等 周明" in await chat.says("张伟", "同意 SG20261123-001")
    assert "已同意，这次没有改动" in await chat.says("张伟", "同意 SG20261123-001")
    await chat.presses("周明", "approve", subject="approval:")
    assert await chat.state("SG20261123-001") == "approved"


async def test_those_who_sign_in_turn_are_asked_one_after_the_other(chat: Chat) -> None:
    await chat.load(flow({"role": "项目经理", "mode": "in_turn"}) | with_people(SECOND_MANAGER))
    await chat.says("李强", f"申购{CEMENT}20包")
    assert chat.told("周明") == ""
    assert "现在等 张伟 审批" in await chat.says("周明", "同意 SG20261123-001")
    await chat.presses("张伟", "approve")
    assert "请审批" in chat.told("周明")
    assert "SG20261123-001" in await chat.says("周明", "待我审批", chat=PRIVATE)
    await chat.presses("周明", "approve")
    assert await chat.state("SG20261123-001") == "approved"


async def test_a_person_asked_twice_decides_twice_and_an_old_card_decides_nothing(chat: Chat) -> None:
    await chat.load(flow({"person": "u-zhang"}, {"person": "u-limin"}, {"person": "u-zhang"}))
    await chat.says("李强", f"申购{CEMENT}20包")
    old = await chat.card("approve")
    await chat.says("张伟", "同意 SG20261123-001")  # by text, so the button of the card was never pressed
    await chat.presses("李敏", "approve", subject="approval:SG20261123-001:2")
    answer = await chat.presses("张伟", "approve", card=old["id"], nonce=old["nonce"])
    assert "没有改动" in answer
    assert await chat.state("SG20261123-001") == "pending"
    await chat.presses("张伟", "approve", subject="approval:SG20261123-001:3")
    assert await chat.state("SG20261123-001") == "approved"


async def test_a_rejection_by_press_asks_for_the_reason_in_private_and_the_next_message_gives_it(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}20包")
    assert "为什么驳回 SG20261123-001" in await chat.presses("张伟", "reject")
    assert await chat.state("SG20261123-001") == "pending"
    answer = await chat.says("张伟", "库存还有80包", chat=PRIVATE)
    assert "被驳回" in answer
    assert "张伟：库存还有80包" in chat.posted()
    assert "已驳回" in chat.told("张伟")
    assert await chat.state("SG20261123-001") == "rejected"
    assert await chat.rows("SELECT reason FROM entry WHERE act = 'reject'") == [{"reason": "库存还有80包"}]


async def test_a_command_about_the_document_is_no_reason_for_rejecting_it(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}20包")
    await chat.presses("张伟", "reject")
    assert "下一步等 张丽" in await chat.says("张伟", "同意 SG20261123-001", chat=PRIVATE)
    assert await chat.state("SG20261123-001") == "pending"


async def test_whoever_lets_the_question_for_a_reason_pass_may_press_again(chat: Chat, clock: Clock) -> None:
    await chat.says("李强", f"申购{CEMENT}20包")
    await chat.presses("张伟", "reject")
    clock.forward(minutes=11)
    assert "为什么驳回 SG20261123-001" in await chat.presses("张伟", "reject")
    await chat.says("张伟", "太多", chat=PRIVATE)
    assert await chat.state("SG20261123-001") == "rejected"


async def test_a_rejection_by_text_gives_its_reason_or_is_asked_for_it(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}20包")
    assert "为什么驳回" in await chat.says("张伟", "驳回 SG20261123-001")
    await chat.says("张伟", "先用库存")
    assert "张伟：先用库存" in chat.posted()
    await chat.says("李强", f"申购{CEMENT}21包")
    await chat.says("张伟", "驳回 SG20261123-002 超计划了")
    assert "SG20261123-002 被驳回" in chat.posted()
    assert "张伟：超计划了" in chat.posted()


async def test_a_quoted_answer_of_ours_is_known_by_its_send_key(chat: Chat) -> None:
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    async with chat.database.write() as connection:
        await connection.execute(text("UPDATE outbox SET send_key = 'key-1' WHERE number = 'RK20261123-001'"))
    quote = {"text": {"content": "撤销", "isReplyMsg": True}, "originalProcessQueryKey": "key-1"}
    assert "已撤销 RK20261123-001" in await chat.says("张建国", "", **quote)


async def test_material_told_apart_by_lot_asks_for_it_and_piece_by_piece_is_refused(chat: Chat) -> None:
    assert "要写批号" in await chat.says("张建国", "收货防水涂料5桶 单价200")
    assert "批号 A1" in await chat.says("张建国", "收货防水涂料5桶 单价200 批号A1")
    assert "按序列号管理" in await chat.says("张建国", "收货智能门锁1台 单价800")
    await chat.verify()


async def test_an_expired_lot_does_not_leave(chat: Chat, clock: Clock) -> None:
    await chat.says("张建国", "收货防水涂料5桶 单价200 批号A1")
    clock.forward(days=181)
    answer = await chat.says("张建国", "领防水涂料1桶 瓦工班 主体结构")
    assert "都过期了" in answer


async def test_cost_is_shown_only_to_those_who_may_see_it(chat: Chat) -> None:
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    await chat.says("张建国", f"领{CEMENT}5包 瓦工班 主体结构")
    for question in (f"库存 {CEMENT}", "RK20261123-001 到哪了", "翠湖花园日报"):
        assert "¥" in await chat.says("张伟", question, chat=PRIVATE)
        for who in ("张建国", "李强", "刘洋"):
            assert "¥" not in await chat.says(who, question, chat=PRIVATE), (who, question)
