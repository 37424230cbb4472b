"""A dictated requisition of three things, one ambiguous, one misspelt: complete after two short turns, in a window."""

import asyncio
import re
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.running import sandbox_with_robot
from tests.e2e.window import DESK, PHONE, Window, browser

LEAD, KEEPER, ADMINISTRATOR = "u-majun", "u-caobin", "u-luyi"
GROUP: Final = "cidYunqiYayuanMaterials01=="
DICTATED: Final = "申购水泥二十包防水图料兰五桶螺纹钢两吨"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def speaks(window: Window, words: str) -> None:
    """Into the telephone: the words are what DingTalk recognised."""
    await window.page.get_by_test_id("voice").click()
    await window.says(words)


async def keeps_picture(window: Window, pictures: Path, name: str) -> None:
    assert not await window.overflows()
    await window.page.screenshot(path=pictures / f"{name}.png")


async def a_dictated_requisition(url: str, size: tuple[int, int], pictures: Path) -> None:
    async with browser() as chromium:
        lead = await Window.open(chromium, url, LEAD, "private", size=size)
        await speaks(lead, DICTATED)
        await lead.reads("听到：普通硅酸盐水泥 P.O42.5 20包", "“螺纹钢”是哪一种", "没有“防水图料兰”", "防水涂料 JS-II")
        await keeps_picture(lead, pictures, "asked")
        await speaks(lead, "二十的")
        await lead.reads("听到", "螺纹钢 HRB400 Φ20 2吨", "没有“防水图料兰”，是 防水涂料 JS-II 20kg 吗")
        await speaks(lead, "对")
        await lead.reads(
            "已提交 SG", "普通硅酸盐水泥 P.O42.5", "20 包", "防水涂料", "5 桶", "螺纹钢 HRB400 Φ20", "2 吨"
        )
        await keeps_picture(lead, pictures, "submitted")
        await lead.says("刚才那个到哪了")
        await lead.reads("申购单 SG", "审批中")
        assert lead.faults == []


async def names_and_misreadings(url: str) -> None:
    """The storekeeper chooses and has it remembered; somebody else profits; what was misread is reported."""
    async with browser() as chromium:
        keeper = await Window.open(chromium, url, KEEPER, GROUP)
        lead = await Window.open(chromium, url, LEAD, GROUP)
        await keeper.says("收货水泥5 单价27")
        await keeper.reads("“水泥”是哪一种")
        await keeper.says("1")
        await keeper.reads("已入库 RK", "以后“水泥”就是 普通硅酸盐水泥 P.O42.5")
        await keeper.says("记住")
        await keeper.reads("记住了")
        await lead.says("申购水泥30")
        await lead.reads("已提交 SG", "普通硅酸盐水泥 P.O42.5", "30 包")
        await lead.says("不对")
        await lead.reads("记下了，谢谢", "撤回 SG")
        administrator = await Window.open(chromium, url, ADMINISTRATOR, "private")
        await administrator.says("误读")
        await administrator.reads("误读 1 条", "申购水泥30")
        await administrator.says("别名")
        await administrator.reads("水泥 → 普通硅酸盐水泥")
        await administrator.says("忘掉 水泥")
        await administrator.reads("忘掉了")
        await lead.says("帮助")
        await lead.reads("马军（班组长）", "申购", "库存")
        helped = await lead.message("马军（班组长）").last.inner_text()
        assert len(re.findall(r"(?m)^\s*(?:申购|库存|日报)", helped)) >= 3
        for window in (keeper, lead, administrator):
            assert window.faults == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_three_things_are_dictated_and_complete_after_two_short_turns(size: tuple[int, int], tmp_path: Path) -> None:
    with sandbox_with_robot(tmp_path) as url:
        asyncio.run(a_dictated_requisition(url, size, tmp_path))


def test_a_choice_is_remembered_and_a_misreading_reported(tmp_path: Path) -> None:
    with sandbox_with_robot(tmp_path) as url:
        asyncio.run(names_and_misreadings(url))
