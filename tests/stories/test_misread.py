"""不对 keeps a misread message for whoever mends the language; 那张单 is the document talked about last."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.commands.misread import line
from domain.misreading import KEPT_OF_ONE_MAX, Misread
from storage import misreadings
from tests.conftest import MORNING, Clock
from tests.stories.chat import GROUP, OTHER_GROUP, PRIVATE, Chat

CEMENT = "42.5水泥"


async def reported(chat: Chat) -> list[Misread]:
    async with chat.database.read() as connection:
        return await misreadings.newest(connection)


async def test_what_was_booked_can_be_undone_with_the_words_of_the_answer(chat: Chat) -> None:
    await chat.says("张建国", "收货红砖30块 单价1")
    answer = await chat.says("张建国", "不对")
    assert "记下了，谢谢" in answer
    assert "撤销 RK20261123-001" in answer
    assert await chat.on_hand("BRK") == "30 块", "a report undoes nothing by itself"
    assert "已撤销" in await chat.says("张建国", "撤销 RK20261123-001")
    found = (await reported(chat))[0]
    assert (found.person, found.text) == ("u-zhangjg", "收货红砖30块 单价1")
    assert json.loads(found.reading)["lines"][0]["quantity"] == "30"
    assert json.loads(found.context) == {"chat": "group", "via": "text", "project": "P01", "sender": "u-zhangjg"}


async def test_a_question_that_missed_the_point_is_reported_and_dropped(chat: Chat) -> None:
    await chat.says("李强", "申购水泥20包")
    assert "这句没有记账" in await chat.says("李强", "你看错了")
    await chat.says("李强", "2")
    assert await chat.numbers() == []
    assert json.loads((await reported(chat))[0].reading)["status"] == "ambiguous"


async def test_words_that_go_on_are_kept_beside_it_and_are_no_booking(chat: Chat) -> None:
    await chat.says("张建国", "收货红砖30块 单价1")
    assert "记下了" in await chat.says("张建国", "不对，我说的是红砖三百块")
    assert (await reported(chat))[0].words == "不对，我说的是红砖三百块"
    assert await chat.on_hand("BRK") == "30 块"


async def test_an_answer_that_is_quoted_is_found_by_its_document(chat: Chat) -> None:
    await chat.says("张建国", "收货红砖30块 单价1")
    await chat.says("张建国", "库存 红砖")
    quote: dict[str, Any] = {
        "text": {
            "content": "不对",
            "isReplyMsg": True,
            "repliedMsg": {"msgId": "", "content": {"text": "已入库 RK20261123-001"}},
        }
    }
    assert "撤销 RK20261123-001" in await chat.says("张建国", "", **quote)
    assert [one.text for one in await reported(chat)] == ["收货红砖30块 单价1"]


async def test_only_the_same_person_here_within_ten_minutes(chat: Chat, clock: Clock) -> None:
    await chat.says("张建国", "收货红砖30块 单价1")
    for who, place in (("李强", GROUP), ("张建国", PRIVATE), ("张建国", OTHER_GROUP)):
        assert "哪一句看错了" in await chat.says(who, "不对", chat=place)
    clock.forward(minutes=10, seconds=1)
    assert "哪一句看错了" in await chat.says("张建国", "不对")
    assert await reported(chat) == []


async def test_the_same_one_twice_is_kept_once(chat: Chat) -> None:
    await chat.says("李强", "今天天气不错")
    await chat.says("李强", "不对")
    await chat.says("李强", "不对")
    assert len(await reported(chat)) == 1


async def test_one_person_cannot_fill_the_list(chat: Chat, clock: Clock) -> None:
    await chat.says("张伟", "申购红砖1块")
    await chat.says("张伟", "不对")
    for number in range(KEPT_OF_ONE_MAX + 3):
        clock.forward(seconds=1)
        await chat.says("李强", f"申购红转{number}快")
        await chat.says("李强", "不对")
    found = await reported(chat)
    assert len(found) == KEPT_OF_ONE_MAX + 1
    assert found[-1].person == "u-zhang"
    await chat.verify()


async def test_the_administrator_sees_how_many_and_nobody_else(chat: Chat) -> None:
    assert "没有人说看错过" in await chat.says("何平", "误读", chat=PRIVATE)
    await chat.says("李强", "申购*水泥*20包")
    await chat.says("李强", "不对")
    answer = await chat.says("何平", "误读", chat=PRIVATE)
    assert "误读 1 条" in answer
    assert "09:00 李强：申购*水泥*20包" in answer
    assert "export misread" in answer
    assert "不能办管理员的事" in await chat.says("李强", "误读")


def test_an_export_is_an_example_with_the_right_reading_left_to_fill() -> None:
    reading: dict[str, Any] = {"status": "unknown"}
    misread = Misread(
        key="k",
        person="u-a",
        at=MORNING,
        text="领\ud800 20",
        context='{"chat": "group", "via": "text"}',
        reading=json.dumps(reading),
        words="不对",
    )
    found = json.loads(line(1, misread).encode("utf-8"))
    assert {"id", "text", "context", "expect", "tags"} <= found.keys()
    assert found["expect"] == {}
    assert found["understood"] == reading
    assert found["text"] == "领? 20"


async def test_the_list_is_exported_beside_the_robot(chat: Chat, tmp_path: Path) -> None:
    await chat.says("李强", "申购水泥20包")
    await chat.says("李强", "不对")
    lines = [json.loads(line(no, one)) for no, one in enumerate(await reported(chat), start=1)]
    assert lines[0]["understood"]["candidates"] == {"lines[0].material": ["CEM-42", "CEM-32"]}


# --- 那张单 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["那张单到哪了", "刚才那个到哪了", "这张单子到哪了"])
async def test_the_document_talked_about_last_is_meant(chat: Chat, words: str) -> None:
    await chat.says("李强", f"申购{CEMENT}20包")
    await chat.says("李强", f"库存 {CEMENT}")
    assert "申购单 SG20261123-001　审批中" in await chat.says("李强", words)


async def test_it_is_ones_own_talk_in_this_chat_that_counts(chat: Chat, clock: Clock) -> None:
    await chat.says("李强", f"申购{CEMENT}20包")
    await chat.says("张伟", f"申购{CEMENT}30包")
    assert "SG20261123-001" in await chat.says("李强", "那张单到哪了")
    assert "SG20261123-002" in await chat.says("张伟", "那张单到哪了")
    assert "哪张单" in await chat.says("李强", "那张单到哪了", chat=PRIVATE)
    assert "SG20261123-002" in await chat.says("李强", "SG20261123-002到哪了")
    assert "已撤回 SG20261123-002" not in await chat.says("李强", "撤回那张单"), "talked about, but not one's own"
    clock.forward(minutes=13 * 60)
    assert "哪张单" in await chat.says("李强", "那张单到哪了")


async def test_the_quoted_document_goes_before_memory(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}20包")
    await chat.says("李强", f"申购{CEMENT}30包")
    quote: dict[str, Any] = {
        "text": {
            "content": "那张单到哪了",
            "isReplyMsg": True,
            "repliedMsg": {"msgId": "", "content": {"text": "已提交 SG20261123-001"}},
        }
    }
    assert "申购单 SG20261123-001" in await chat.says("李强", "", **quote)


async def test_what_was_pressed_is_talked_about_in_private(chat: Chat) -> None:
    await chat.says("李强", f"申购{CEMENT}20包")
    await chat.presses("张伟", "approve")
    assert "申购单 SG20261123-001" in await chat.says("张伟", "那张单到哪了", chat=PRIVATE)
