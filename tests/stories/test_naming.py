"""What people call things: remembered when they say so, for everybody, and forgotten on an administrator's word."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from bot.loading import load_file
from storage import master, portable
from storage.database import Database
from tests.conftest import Clock, Databases
from tests.stories.chat import COMPANY, GROUP, PRIVATE, Chat

WHITE: Final = {"code": "CEM-W", "name": "白水泥", "base_unit": "包"}
GREY: Final = {
    "code": "CEM-42",
    "name": "普通硅酸盐水泥",
    "spec": "P.O42.5",
    "base_unit": "包",
    "aliases": ["42.5水泥"],
}
MORE: Final[dict[str, Any]] = {"materials": [GREY, WHITE, *COMPANY["materials"][2:]], "prices": []}


@pytest.fixture
async def site(chat: Chat) -> Chat:
    """Where 水泥 is the end of two names and the name of none."""
    await chat.load(MORE)
    return chat


async def chooses(chat: Chat, who: str = "张建国") -> str:
    assert "是哪一种" in await chat.says(who, "收货水泥20包 单价27")
    return await chat.says(who, "1")


async def test_a_choice_is_remembered_for_everybody_when_its_maker_says_so(site: Chat) -> None:
    answer = await chooses(site)
    assert "已入库" in answer
    assert "以后“水泥”就是 普通硅酸盐水泥 P.O42.5？回“记住”" in answer
    assert len(site.heard) == 1, "one reply a message"
    assert "记住了：“水泥”就是 普通硅酸盐水泥 P.O42.5" in await site.says("张建国", "记住")
    assert "20 包" in await site.says("李强", "库存 水泥", chat=PRIVATE)
    assert "已提交" in await site.says("李强", "申购水泥30包")
    assert "白水泥" in await site.says("李强", "库存 白水泥")
    audit = (await site.rows("SELECT person, action, reason FROM audit"))[0]
    assert audit == {"person": "u-zhangjg", "action": "NAME", "reason": "learned: 水泥 = CEM-42"}
    await site.verify()


async def test_what_was_chosen_two_questions_ago_is_offered_too(site: Chat) -> None:
    await site.says("张建国", "收货42.5水泥100包 单价27")
    await site.says("张建国", "领水泥20包")
    assert "谁领的" in await site.says("张建国", "1")
    answer = await site.says("张建国", "瓦工班，主体结构")
    assert "已领料" in answer
    assert "以后“水泥”就是" in answer


async def test_nothing_is_remembered_unasked_nor_after_ten_minutes_nor_for_another(site: Chat, clock: Clock) -> None:
    await chooses(site)
    assert "没有要记的叫法" in await site.says("李娜", "记住")
    assert "没有要记的叫法" in await site.says("张建国", "记住", chat=PRIVATE)
    clock.forward(minutes=10, seconds=1)
    assert "没有要记的叫法" in await site.says("张建国", "记住")
    assert "是哪一种" in await site.says("李强", "申购水泥30包")


async def test_it_is_offered_only_to_those_who_may(site: Chat) -> None:
    await site.says("李强", "申购水泥20包")
    answer = await site.says("李强", "1")
    assert "已提交" in answer
    assert "记住" not in answer
    assert "不能记叫法，请找 张丽" in await site.says("李强", "记住 水泥 就是 42.5水泥")
    assert (await site.rows("SELECT action FROM audit"))[0]["action"] == "NAME"


async def test_a_material_that_was_refused_is_not_offered_as_what_was_said(site: Chat) -> None:
    await site.says("张建国", "收货水泥20包 单价27")
    answer = await site.says("张建国", "不是这个，是红砖500块")
    assert "红砖" in answer
    assert "记住" not in answer


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("记住 红砖 就是 42.5水泥", "“红砖”已经是 红砖 的名字"),
        ("记住 瓦工班 就是 42.5水泥", "“瓦工班”已经是 瓦工班 的名字"),
        ("记住 主体结构 就是 42.5水泥", "已经是 翠湖花园 的名字"),
        ("记住 CEM-W 就是 42.5水泥", "已经是 白水泥 的名字"),
        ("记住 灰 就是 42.5水泥", "当不了叫法"),
        ("记住 20包 就是 42.5水泥", "当不了叫法"),
        ("记住 领料 就是 42.5水泥", "当不了叫法"),
        ("记住 明天 就是 42.5水泥", "当不了叫法"),
        ("记住 洋灰 就是 水泥", "不是唯一的一种材料"),
        ("记住 洋灰 就是 没有的东西", "不是唯一的一种材料"),
    ],
)
async def test_what_would_mislead_is_refused(site: Chat, said: str, answer: str) -> None:
    assert answer in await site.says("张建国", said)
    assert await site.rows("SELECT code FROM master WHERE kind = 'learned_names'") == []


async def test_a_name_is_taught_outright_and_stays_that_of_one_thing(site: Chat) -> None:
    assert "记住了" in await site.says("张建国", "记住 洋灰 就是 42.5水泥")
    assert "已经是 普通硅酸盐水泥 P.O42.5 的名字" in await site.says("张丽", "记住“洋灰”就是白水泥")
    assert "已入库" in await site.says("张建国", "收货洋灰20包 单价27")
    assert await site.on_hand() == "20 包"


async def test_the_administrator_lists_and_removes_and_nobody_else(site: Chat) -> None:
    assert "还没有记住的叫法" in await site.says("何平", "别名", chat=PRIVATE)
    await site.says("张建国", "记住 洋灰 就是 42.5水泥")
    assert "洋灰 → 普通硅酸盐水泥 P.O42.5　张建国 11月23日" in await site.says("何平", "记住的叫法", chat=PRIVATE)
    for words in ("别名", "忘掉 洋灰"):
        assert "不能办管理员的事" in await site.says("张建国", words)
    assert "忘掉了" in await site.says("何平", "忘掉 洋灰", chat=PRIVATE)
    assert "没有记过" in await site.says("何平", "删除别名 洋灰", chat=PRIVATE)
    assert "没有找到" in await site.says("张建国", "收货洋灰20包 单价27")


async def test_the_company_file_loaded_again_neither_loses_nor_doubles_it(site: Chat, tmp_path: Path) -> None:
    await site.says("张建国", "记住 洋灰 就是 42.5水泥")
    before = (await site.units.company()).learned
    file = tmp_path / "company.json"
    for aliases in (["42.5水泥"], ["42.5水泥", "洋灰"]):  # the second one has learned it as well
        data = {**COMPANY, **MORE, "materials": [{**GREY, "aliases": aliases}, WHITE]}
        file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        await load_file(file, site.database, site.units, key=f"file:{len(aliases)}")
        assert (await site.units.company()).learned == before
    assert "+20 包" in await site.says("张建国", "收货洋灰20包 单价27")
    assert len(await site.rows("SELECT code FROM master WHERE kind = 'learned_names'")) == 1


async def test_it_is_in_the_backup(site: Chat, databases: Databases, tmp_path: Path) -> None:
    await site.says("张建国", "记住 洋灰 就是 42.5水泥", chat=GROUP)
    file = tmp_path / "book.zip"
    await portable.backup(site.database, file)
    empty = Database.open(databases.bare_url("sqlite"), exclusive=False)
    try:
        _, report = await portable.restore(empty, file)
        assert report.ok
        async with empty.read() as connection:
            assert (await master.load_company(connection)).learned["洋灰"].material == "CEM-42"
    finally:
        await empty.close()
