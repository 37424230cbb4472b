"""Photographs of labels: what they are, what is booked with them, and what a code can never do."""

import asyncio
from zoneinfo import ZoneInfo

import pytest

from bot.dingtalk.errors import NotPermitted, QuotaExhausted, Transient
from bot.dingtalk.frames import read_frame
from tests.conftest import Clock
from tests.stories.chat import COMPANY, GROUP, PRIVATE, Chat, open_chat
from tests.stories.labels import nothing, photo

CEMENT, OTHER, BRICK, PAINT = "LZG:CEM-42", "LZG:CEM-32", "LZG:BRK", "LZG:WPF:2401"
GUIDED = [
    {**one, "guidance": "离地堆放，先进先出", "barcode": "6901234567892"} if one["code"] == "CEM-42" else one
    for one in COMPANY["materials"]
]


async def stocked(chat: Chat) -> None:
    assert "已入库" in await chat.says("张建国", "收货42.5水泥100包 单价27")


async def test_a_photograph_tells_what_it_is_and_the_next_words_are_about_it(chat: Chat) -> None:
    await chat.load({"materials": GUIDED})
    await stocked(chat)
    told = await chat.photographs("张建国", photo(CEMENT), chat=PRIVATE)
    assert "普通硅酸盐水泥 P.O42.5" in told
    assert "离地堆放，先进先出" in told
    assert "翠湖现场库" in told
    assert "100 包" in told
    assert "¥" not in told  # the storekeeper sees no cost
    assert "领" in told
    answer = await chat.says("张建国", "领30包 瓦工班 主体结构", chat=PRIVATE)
    assert "已领料 LL20261123-001" in answer or "LL20261123-001" in answer
    assert await chat.on_hand() == "70 包"
    await chat.verify()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("收货50包 单价27", "已入库"),
        ("库存", "100 包"),
        ("还有多少", "100 包"),
        ("申购100包", "已提交"),
        ("领30包 瓦工班 主体结构", "LL20261123-001"),
    ],
)
async def test_every_short_sentence_is_about_the_label(chat: Chat, words: str, expected: str) -> None:
    await stocked(chat)
    await chat.photographs("张建国", photo(CEMENT))
    assert expected in await chat.says("张建国", words)
    await chat.verify()


async def test_it_is_forgotten_after_ten_minutes_by_others_and_elsewhere(chat: Chat, clock: Clock) -> None:
    await stocked(chat)
    await chat.photographs("张建国", photo(CEMENT))
    assert "30 包是什么材料" in await chat.says("李强", "申购30包")
    assert "LL" not in await chat.says("张建国", "领30包 瓦工班 主体结构", chat=PRIVATE)
    clock.forward(minutes=11)
    assert "LL" not in await chat.says("张建国", "领30包 瓦工班 主体结构")
    assert await chat.on_hand() == "100 包"


async def test_a_booking_or_another_name_ends_what_was_pointed_at(chat: Chat) -> None:
    await stocked(chat)
    await chat.photographs("张建国", photo(CEMENT))
    assert "100 包" in await chat.says("张建国", "库存")  # a question ends nothing
    await chat.says("张建国", "领30包 瓦工班 主体结构")
    await chat.says("张建国", "领20包 瓦工班 主体结构")
    assert await chat.on_hand() == "70 包"
    await chat.says("张建国", "算了")
    await chat.photographs("张建国", photo(CEMENT))
    assert "不够" in await chat.says("张建国", "领红砖5块 瓦工班 主体结构")
    await chat.says("张建国", "领20包 瓦工班 主体结构")
    assert await chat.on_hand() == "70 包"


async def test_a_refusal_does_not_end_it(chat: Chat) -> None:
    await stocked(chat)
    await chat.photographs("张建国", photo(CEMENT))
    assert "不够" in await chat.says("张建国", "领300包 瓦工班 主体结构")
    await chat.says("张建国", "领30包 瓦工班 主体结构")
    assert await chat.on_hand() == "70 包"


async def test_a_question_between_keeps_the_material(chat: Chat) -> None:
    await stocked(chat)
    await chat.photographs("张建国", photo(CEMENT))
    assert "哪个阶段" in await chat.says("张建国", "领30包 瓦工班")
    await chat.says("张建国", "主体结构")
    assert await chat.on_hand() == "70 包"
    await chat.verify()


async def test_words_with_the_photograph_are_read_as_if_they_named_it(chat: Chat) -> None:
    await stocked(chat)
    await chat.photographs("张建国", photo(CEMENT), words="领20包 瓦工班 主体结构")
    assert await chat.on_hand() == "80 包"
    # 水泥 alone may be two things; the label says which.
    await chat.photographs("张建国", photo(CEMENT), words="领水泥10包 瓦工班 主体结构")
    assert await chat.on_hand() == "70 包"
    again = await chat.photographs("张建国", photo(CEMENT), words="领水泥10包 瓦工班 主体结构")
    assert "再记" in again or "刚" in again
    assert await chat.on_hand() == "70 包"
    await chat.verify()


async def test_two_labels_and_one_quantity_are_a_question(chat: Chat) -> None:
    await stocked(chat)
    asked = await chat.photographs("张建国", photo(CEMENT, OTHER), words="领20包 瓦工班 主体结构")
    assert "是哪一种" in asked
    assert "P.C32.5" in asked
    assert await chat.on_hand() == "100 包"
    await chat.says("张建国", "1")
    assert await chat.on_hand() == "80 包"


async def test_two_photographs_in_one_message_are_two_labels(chat: Chat) -> None:
    await stocked(chat)
    assert "是哪一种" in await chat.photographs("张建国", photo(CEMENT), photo(OTHER), words="领20包 瓦工班 主体结构")


async def test_another_name_than_the_labels_is_a_question(chat: Chat) -> None:
    await stocked(chat)
    asked = await chat.photographs("张建国", photo(CEMENT), words="领红砖20块 瓦工班 主体结构")
    assert "是哪一种" in asked
    assert await chat.numbers("LL") == []


async def test_a_label_answers_the_question_which_material(chat: Chat) -> None:
    await stocked(chat)
    assert "是哪一种" in await chat.says("张建国", "领水泥20包 瓦工班 主体结构")
    await chat.photographs("张建国", photo(CEMENT))
    assert await chat.on_hand() == "80 包"


async def test_the_lot_on_a_label_is_the_lot_that_leaves(chat: Chat) -> None:
    for lot in ("2401", "2402"):
        await chat.says("张建国", f"收货防水涂料10桶 单价80 批号{lot} 有效期2027-06-01")
    await chat.photographs("张建国", photo("LZG:WPF:2402"), words="领4桶 瓦工班 装饰装修")
    query = "SELECT lot, quantity FROM balance WHERE material = 'WPF' AND warehouse = 'W02' ORDER BY lot"
    assert [(row["lot"], int(row["quantity"]) // 10**6) for row in await chat.rows(query)] == [
        ("2401", 10),
        ("2402", 6),
    ]
    both = await chat.photographs("张建国", photo("LZG:WPF:2401", "LZG:WPF:2402"), words="领2桶 瓦工班 装饰装修")
    assert "批号" in both
    assert len(await chat.numbers("LL")) == 1
    await chat.verify()


async def test_a_barcode_from_the_company_file_and_a_bare_code_name_the_material(chat: Chat) -> None:
    await chat.load({"materials": GUIDED})
    for text in ("6901234567892", "CEM-42", "cem-42"):
        assert "普通硅酸盐水泥" in await chat.photographs("张建国", photo(text))


async def test_the_code_of_an_order_shows_it_and_receipt_is_about_it(chat: Chat) -> None:
    await chat.says("李强", "申购42.5水泥200包")
    for who, action in (("张伟", "approve"), ("张丽", "approve"), ("张丽", "confirm")):
        await chat.presses(who, action)
    shown = await chat.photographs("张建国", photo("CG20261123-001"))
    assert "采购单 CG20261123-001" in shown
    assert "已下单" in shown
    assert "¥" not in shown
    assert "已入库" in await chat.says("张建国", "收货")
    assert await chat.state("CG20261123-001") == "received"
    await chat.verify()


async def test_a_documents_code_is_no_consent(chat: Chat) -> None:
    await chat.says("李强", "申购42.5水泥200包")
    assert "审批中" in await chat.photographs("张伟", photo("SG20261123-001"))
    await chat.says("张伟", "同意")
    assert await chat.state("SG20261123-001") == "pending"


async def test_a_photograph_without_a_code_gets_one_helpful_line(chat: Chat) -> None:
    told = await chat.photographs("张建国", nothing())
    assert "没找到二维码" in told
    assert "靠近" in told
    assert "没找到二维码" in await chat.photographs("张建国", nothing(), words="领20包 瓦工班")
    # Words that say everything need no code.
    await stocked(chat)
    await chat.photographs("张建国", nothing(), words="领42.5水泥20包 瓦工班 主体结构")
    assert await chat.on_hand() == "80 包"


@pytest.mark.parametrize(
    "text",
    [
        "撤销 RK20261123-001",
        "领42.5水泥20包 瓦工班 主体结构",
        "**已入账** [点我](http://evil.example) <script>alert(1)</script>",
        "LZG:",
        "LZG:CEM-99",
        "LZG:CEM-42:\u202e03",
        "{{7*191}}",
        "水" * 600,
        "\x00\x01\x1b[31m",
        "LZG:WPF:" + "9" * 400,
        "LZG:WPF:" + "; DROP TABLE move",
    ],
)
async def test_what_a_code_says_is_data_and_books_nothing(chat: Chat, text: str) -> None:
    await stocked(chat)
    for words in ("", "领1桶 瓦工班 主体结构"):
        told = await chat.photographs("张建国", photo(text, scale=3), words=words)
        assert told
        assert "1337" not in told
        assert len(told) < 600
    assert await chat.on_hand() == "100 包"
    assert await chat.numbers("LL") == []
    assert await chat.state("RK20261123-001") == "posted"
    await chat.verify()


async def test_a_stranger_is_refused_and_nothing_is_fetched(chat: Chat) -> None:
    assert "管理员" in await chat.photographs("u-nobody", photo(CEMENT))
    assert "管理员" in await chat.sends("u-nobody", "申购.xlsx", b"x")
    assert chat.store.asked == []


async def test_who_may_not_issue_is_refused_and_it_is_written_down(chat: Chat) -> None:
    await stocked(chat)
    await chat.photographs("李强", photo(CEMENT), words="领20包 瓦工班 主体结构")
    assert await chat.on_hand() == "100 包"
    assert [row["person"] for row in await chat.rows("SELECT person FROM audit")] == ["u-liqiang"]


async def test_an_expired_code_is_answered_once_and_for_all(chat: Chat) -> None:
    frame = chat.picture_frame("张建国", photo(CEMENT))
    chat.store.held.clear()
    assert "重新发一次" in await chat.brings(frame)
    assert await chat.corridor.sweep() == 0


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (QuotaExhausted("Forbidden.AccessDenied.QuotaUsedUp"), "额度用完"),
        (NotPermitted("Forbidden.AccessDenied.AccessTokenPermissionDenied"), "权限"),
    ],
)
async def test_what_cannot_be_fetched_is_said_at_once(chat: Chat, error: Exception, sentence: str) -> None:
    chat.store.failures.append(error)  # pyright: ignore[reportArgumentType]
    assert sentence in await chat.photographs("张建国", photo(CEMENT))


async def test_passing_trouble_is_tried_again_by_the_sweeper(chat: Chat, clock: Clock) -> None:
    chat.store.failures = [Transient("local.timeout", ambiguous=True)] * 2
    assert await chat.photographs("张建国", photo(CEMENT)) == ""
    for expected in ("", "普通硅酸盐水泥"):
        clock.forward(seconds=31)
        assert await chat.corridor.sweep() == 1
        await chat.settle()
        assert expected in "\n".join(one.words for one in chat.heard)
    assert len(chat.store.asked) == 3


async def test_trouble_without_end_is_told_and_given_up(chat: Chat, clock: Clock) -> None:
    chat.store.failures = [Transient("local.timeout", ambiguous=True)] * 20
    await chat.photographs("张建国", photo(CEMENT))
    for _ in range(6):
        clock.forward(seconds=31)
        await chat.corridor.sweep()
        await chat.settle()
    assert "没能从钉钉取到照片" in "\n".join(one.words for one in chat.heard)
    clock.forward(seconds=31)
    assert await chat.corridor.sweep() == 0


async def test_what_a_crash_left_between_storing_and_fetching_is_read_by_the_next_start(
    chat: Chat, clock: Clock, zone: ZoneInfo
) -> None:
    await stocked(chat)
    frame = chat.picture_frame("张建国", photo(CEMENT), words="领20包 瓦工班 主体结构")
    chat.store.failures = [Transient("local.unreachable", ambiguous=False)]
    await chat.receives(read_frame(frame))
    assert await chat.on_hand() == "100 包"
    after = open_chat(chat.database, chat.units, clock, zone)
    after.store.held = chat.store.held
    await after.corridor.release()
    clock.forward(seconds=31)
    await after.corridor.sweep()
    await after.settle()
    assert await chat.on_hand() == "80 包"
    await chat.receives(read_frame(frame))  # and DingTalk's second delivery changes nothing
    assert await chat.on_hand() == "80 包"
    await chat.verify()


async def test_words_that_follow_at_once_wait_for_the_photograph(chat: Chat) -> None:
    await stocked(chat)
    first = read_frame(chat.picture_frame("张建国", photo(CEMENT)))
    second = read_frame(chat.text_frame("张建国", "领30包 瓦工班 主体结构"))
    await asyncio.gather(chat.corridor.receive(first), chat.corridor.receive(second))
    await chat.settle()
    assert await chat.on_hand() == "70 包"


async def test_ten_photographs_in_one_message_are_too_many(chat: Chat) -> None:
    assert "9 张" in await chat.photographs("张建国", *[b"x"] * 10, words="领20包")
    assert chat.store.asked == []


async def test_in_the_group_a_label_shows_no_money(chat: Chat) -> None:
    await stocked(chat)
    assert "¥" not in await chat.photographs("张伟", photo(CEMENT), chat=GROUP)
    assert "¥" in await chat.photographs("张伟", photo(CEMENT), chat=PRIVATE)


async def test_the_same_short_words_about_another_label_are_no_repetition(chat: Chat) -> None:
    for label in (CEMENT, OTHER):
        await chat.photographs("李强", photo(label))
        assert "已提交" in await chat.says("李强", "申购20包")
    await chat.photographs("李强", photo(OTHER))
    assert "已提交" not in await chat.says("李强", "申购20包")
    assert len(await chat.numbers("SG")) == 2


async def test_a_name_in_the_words_goes_before_what_was_pointed_at(chat: Chat) -> None:
    await chat.photographs("李强", photo(BRICK))
    await chat.says("李强", "申购42.5水泥20包")
    await chat.photographs("李强", photo(CEMENT))
    assert "已提交" not in await chat.says("李强", "申购42.5水泥20包")  # said a moment ago
    lines = await chat.rows("SELECT material FROM entry_line")
    assert [row["material"] for row in lines] == ["CEM-42"]
