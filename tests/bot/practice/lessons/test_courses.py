"""Every lesson, from its first step to its last, against the real robot: each sentence does what it says."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.practice.lessons.lesson import Where
from bot.practice.lessons.verdict import Wrong
from tests.bot.practice.lessons.school import DEMO, school

GARDEN = Path(__file__).with_name("garden.json")
BUILDERS = {
    "keeper": "u-caobin",
    "lead": "u-majun",
    "manager": "u-hewei",
    "purchasing": "u-xujing",
    "finance": "u-pengfang",
    "boss": "u-shenrong",
    "worker": "u-qinlei",
    "administrator": "u-luyi",
}
GARDENERS = {
    "keeper": "g-gu",
    "lead": "g-miao",
    "manager": "g-lin",
    "purchasing": "g-bai",
    "finance": "g-ye",
    "boss": "g-zhou",
    "administrator": "g-he",
}
KEEPER, LEAD, MANAGER = "u-caobin", "u-majun", "u-hewei"


@pytest.mark.parametrize("lesson", BUILDERS)
async def test_every_sentence_of_a_lesson_does_what_the_lesson_says(tmp_path: Path, lesson: str) -> None:
    async with school(tmp_path / "book") as here:
        assert await here.does_all(BUILDERS[lesson], lesson)
        assert 'data-testid="lesson-finish"' in await here.panel(BUILDERS[lesson])


@pytest.mark.parametrize("lesson", GARDENERS)
async def test_the_same_lessons_speak_of_another_trade(tmp_path: Path, lesson: str) -> None:
    """No stages, one store of the company, few prices, a material by lot that is left alone."""
    async with school(tmp_path / "book", GARDEN) as here:
        past = await here.does_all(GARDENERS[lesson], lesson)
        assert not any("水泥" in said for said in past)


async def test_a_storekeeper_gets_everything_wrong_and_then_right(tmp_path: Path) -> None:
    async with school(tmp_path / "book") as here:
        await here.does("start", KEEPER, "keeper")
        assert "查的是白水泥" in (await here.goes_wrong(KEEPER, "库存 白水泥")).why
        assert "没看懂" in (await here.goes_wrong(KEEPER, "今天天气不错啊大家")).why
        assert "没有回话" in (await here.goes_wrong(KEEPER, "今天天气真不错啊大家")).why
        await here.does_step(KEEPER)

        said = (await here.ready(KEEPER)).say
        wrong = await here.goes_wrong(KEEPER, said.replace("15包", "16包"))
        assert wrong.why.startswith("数量不对：记了 16 包，要的是 15 包")
        assert wrong.mend.startswith("撤销 RK")
        here.says(KEEPER, wrong.mend)
        walk = await here.until(KEEPER, lambda w: "撤掉了" in getattr(w.verdict, "note", ""))
        assert walk.at == 1
        wrong = await here.goes_wrong(KEEPER, said.replace("单价26", "单价28"))
        assert "单价不对：写成了 28，要的是 26" in wrong.why
        await here.undoes(KEEPER, wrong.mend)
        assert await here.does_step(KEEPER) == "15 包收进库了，库存现有 135 包。"

        for words, why in (
            ("收货 42.5水泥 5包 单价26", "记成了收货"),
            ("领 42.5水泥 5包 钢筋班 主体结构", "记给了钢筋班"),
            ("领 42.5水泥 5包 瓦工班 桩基", "阶段不对：记到了桩基"),
            ("领 扎丝 5千克 瓦工班 桩基", "材料不对：记的是扎丝"),
            ("领 42.5水泥 5吨 瓦工班 桩基", "单位不对：写成了 5 吨"),
        ):
            wrong = await here.goes_wrong(KEEPER, words)
            assert why in wrong.why
            await here.undoes(KEEPER, wrong.mend)
        wrong = await here.goes_wrong(KEEPER, "领 42.5水泥 5000包 瓦工班 主体结构")
        assert "不够" in wrong.why


async def test_what_the_robot_asks_back_is_answered_in_a_word(tmp_path: Path) -> None:
    async with school(tmp_path / "book") as here:
        await here.does("start", KEEPER, "keeper")
        await here.does_step(KEEPER)
        await here.does_step(KEEPER)
        asked = await here.goes_wrong(KEEPER, "领 42.5水泥 5包")
        assert asked.mend == "瓦工班"
        asked = await here.goes_wrong(KEEPER, asked.mend)
        assert "阶段" in asked.why
        assert asked.mend == "主体结构"
        here.says(KEEPER, asked.mend)
        walk = await here.until(KEEPER, lambda w: w.at == 3)
        assert walk.past[-1] == "5 包领给瓦工班了，库存还剩 130 包。"


async def test_words_without_a_mention_are_not_heard_and_the_panel_says_so(tmp_path: Path) -> None:
    async with school(tmp_path / "book") as here:
        await here.does("start", KEEPER, "keeper")
        step = await here.ready(KEEPER)
        here.local.say(KEEPER, here.walk(KEEPER).scene.group.conversation, step.say, mention=False)
        walk = await here.until(KEEPER, lambda w: isinstance(w.verdict, Wrong))
        assert "没有 @料掌柜" in getattr(walk.verdict, "why", "")
        await here.does_step(KEEPER)


async def test_another_person_who_does_the_step_is_sent_back(tmp_path: Path) -> None:
    async with school(tmp_path / "book") as here:
        await here.does("start", KEEPER, "keeper")
        here.says(MANAGER, "库存 42.5水泥")
        walk = await here.until(KEEPER, lambda w: getattr(w.verdict, "by", "") == MANAGER)
        assert isinstance(walk.verdict, Wrong)
        assert "你现在是何威，请换成曹斌" in walk.verdict.why
        panel = await here.panel(MANAGER)
        assert 'data-testid="lesson-elsewhere"' in panel
        assert "换成曹斌" in panel
        await here.does_step(KEEPER)
        assert 'data-testid="lesson-elsewhere"' not in await here.panel(MANAGER)


async def test_a_wrong_decision_stands_and_another_document_is_brought(tmp_path: Path) -> None:
    async with school(tmp_path / "book") as here:
        await here.does("start", MANAGER, "manager")
        await here.does_step(MANAGER)
        first = (await here.ready(MANAGER)).say.split()[-1]
        wrong = await here.goes_wrong(MANAGER, f"驳回 {first} 不要了", Where.PRIVATE)
        assert wrong.lost
        assert "被你驳回了" in wrong.why
        await here.does("retry", MANAGER)
        await here.does_step(MANAGER)
        second = (await here.ready(MANAGER)).say.split()[-1]
        assert second != first
        assert await here.does_step(MANAGER) == f"{second} 你同意了，账上记着你和时间。"


async def test_a_reset_in_the_middle_begins_the_step_anew(tmp_path: Path) -> None:
    """The slip of the old book is not in the new one: the lesson goes back to where it is made."""
    async with school(tmp_path / "book1") as here:
        await here.does("start", KEEPER, "keeper")
        for _ in range(5):
            await here.does_step(KEEPER)
        assert (await here.ready(KEEPER)).say.startswith("撤销 LL")
    async with school(tmp_path / "book2") as here:
        await here.panel(KEEPER)
        assert (await here.ready(KEEPER)).say.startswith("领 ")
        assert here.walk(KEEPER).at == 4
        await here.does_step(KEEPER)
        assert (await here.ready(KEEPER)).say.endswith("-001")
        await here.does_step(KEEPER)


async def test_the_same_lessons_go_on_with_a_new_book_behind_the_same_address(tmp_path: Path) -> None:
    async with school(tmp_path / "book") as here:
        await here.does("start", KEEPER, "keeper")
        await here.lessons.stop()
        answer = await here.does("retry", KEEPER)
        assert "重新准备" in answer["error"]
        await here.lessons.start(here.local, here.book)
        await here.panel(KEEPER)
        await here.does_step(KEEPER)


async def test_a_company_that_lacks_something_is_told_what(tmp_path: Path) -> None:
    data: dict[str, Any] = json.loads(DEMO.read_text(encoding="utf-8"))
    data |= {"groups": [], "teams": [], "people": [p | {"team": None} for p in data["people"]]}
    data["people"] = [p for p in data["people"] if p["id"] != "u-pengfang"]
    file = tmp_path / "lacking.json"
    file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    async with school(tmp_path / "book", file) as here:
        panel = await here.panel(KEEPER)
        assert "“云栖雅苑住宅楼”还没有群" in panel
        assert "公司资料里还没有财务" in panel
        assert (await here.does("start", KEEPER, "keeper"))["ok"] is False


async def test_a_lesson_of_another_role_is_not_begun(tmp_path: Path) -> None:
    async with school(tmp_path / "book") as here:
        answer = await here.does("start", LEAD, "keeper")
        assert "请换成材料员来学" in answer["error"]
        for act, person, lesson in (("start", "nobody", "keeper"), ("start", KEEPER, "<b>"), ("retry", KEEPER, "")):
            assert (await here.does(act, person, lesson))["ok"] is False
