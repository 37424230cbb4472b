"""帮助 tells each what they may do here, in sentences of their own company that work as they stand."""

from typing import Any, Final

import pytest

from tests.stories.chat import COMPANY, GROUP, OTHER_GROUP, PRIVATE, UNBOUND_GROUP, Chat

PLANS: Final[dict[str, Any]] = {
    "plans": [{"project": "P01", "stage": "主体结构", "material": "BRK", "quantity": "90000"}],
}
FAILED: Final = ("没看懂", "是哪", "是什么材料", "没有找到", "不能", "还没有", "还差", "哪张单", "请写")


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def examples(answer: str) -> list[str]:
    return [line.strip().removeprefix("- ").strip() for line in answer.splitlines() if line.strip().startswith("- ")]


async def stocked(chat: Chat) -> None:
    await chat.load(PLANS)
    await chat.says("张建国", "收货红砖3000块 单价1")
    await chat.says("李强", "申购42.5水泥20包")


@pytest.mark.parametrize(
    ("who", "place"),
    [
        ("张建国", GROUP),
        ("张建国", PRIVATE),
        ("李强", GROUP),
        ("李强", PRIVATE),
        ("刘洋", GROUP),
        ("张伟", GROUP),
        ("张伟", PRIVATE),
        ("张丽", GROUP),
        ("张丽", PRIVATE),
        ("赵云飞", PRIVATE),
        ("李敏", PRIVATE),
        ("李娜", GROUP),
        ("王建军", OTHER_GROUP),
    ],
)
async def test_every_example_works_for_whom_it_is_shown_to(chat: Chat, who: str, place: str) -> None:
    await stocked(chat)
    answer = await chat.says(who, "帮助", chat=place)
    shown = examples(answer)
    assert len(shown) == 3, answer
    assert len(answer.splitlines()) <= 14, "no wall of text"
    for words in shown:
        told = await chat.says(who, words, chat=place)
        assert told, words
        assert not [word for word in FAILED if word in told], (words, told)


async def test_each_is_told_something_else(chat: Chat) -> None:
    await stocked(chat)
    keeper = examples(await chat.says("张建国", "帮助"))
    assert keeper[1] == "领 红砖 5块 瓦工班 桩基", "what lies there, for a team and a stage that there are"
    assert keeper[0].startswith("收货 红砖"), "what the plan of this project wants"
    assert examples(await chat.says("李强", "帮助"))[0].startswith("申购 红砖")
    assert "同意 SG20261123-001" in examples(await chat.says("张伟", "帮助"))
    assert examples(await chat.says("张丽", "帮助", chat=PRIVATE))[0] == "翠湖花园 跟海螺采购 42.5水泥 20包"
    assert examples(await chat.says("赵云飞", "帮助", chat=PRIVATE))[0] == "翠湖花园 日报"
    admin = await chat.says("何平", "帮助", chat=PRIVATE)
    assert "额度" in admin
    assert "误读" in admin
    for who in ("张建国", "李强", "张伟", "张丽", "赵云飞"):
        assert "额度" not in await chat.says(who, "帮助")


async def test_the_example_names_the_stage_where_the_team_works(chat: Chat) -> None:
    await stocked(chat)
    await chat.says("张建国", "领红砖5块 瓦工班 装饰装修")
    assert examples(await chat.says("张建国", "帮助"))[1] == "领 红砖 5块 瓦工班 装饰装修"


async def test_a_group_without_a_project_is_told_how_to_get_one_by_those_who_can(chat: Chat) -> None:
    assert "绑定项目" in await chat.says("何平", "帮助", chat=UNBOUND_GROUP)
    assert "绑定项目" not in await chat.says("张丽", "帮助", chat=UNBOUND_GROUP)
    assert "绑定项目" not in await chat.says("何平", "帮助", chat=GROUP)


async def test_somebody_without_a_role_and_a_company_without_anything_get_an_answer_too(chat: Chat) -> None:
    nobody: dict[str, Any] = {"id": "u-nobody", "name": "钱多", "roles": []}
    await chat.load({"people": [*COMPANY["people"], nobody]})
    assert "还没有角色" in await chat.says("钱多", "帮助", chat=PRIVATE)
    await chat.load(
        {"materials": [], "prices": [], "projects": [], "warehouses": [], "groups": [], "teams": []}
        | {"people": [{"id": "u-heping", "name": "何平", "roles": ["管理员"]}]}
    )
    assert "登记" in await chat.says("何平", "帮助", chat=PRIVATE)


async def test_a_greeting_in_a_projects_group_shows_what_help_shows(chat: Chat) -> None:
    for words in ("你好", "在吗"):
        assert await chat.says("王建军", words, chat=OTHER_GROUP) == await chat.says("王建军", "帮助", chat=OTHER_GROUP)
        assert "滨江泵站 " not in await chat.says("王建军", words, chat=OTHER_GROUP)
