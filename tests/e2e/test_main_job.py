"""The main job in a real browser: four people, four windows, one day on a building site."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.sandbox.app import CLIENT_ID, CLIENT_SECRET
from tests.conftest import Databases
from tests.e2e.running import ROOT, running
from tests.e2e.window import Window, browser

GROUP = "cidYunqiYayuanMaterials01=="
LEAD, MANAGER, PURCHASING, STOREKEEPER = "u-majun", "u-hewei", "u-xujing", "u-caobin"
DEMO = ROOT / "bot" / "sandbox" / "demo_company.json"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _address(line: str) -> str:
    found = re.search(r"http://\S+", line)
    assert found is not None
    return found[0]


@contextmanager
def sandbox_with_robot(folder: Path) -> Iterator[str]:
    with running(["sandbox", "--port", "0"], {}, folder) as program:
        yield _address(program.line_with("用浏览器打开"))


@contextmanager
def robot_beside(folder: Path, database_url: str) -> Iterator[str]:
    """`sandbox --no-robot`, and `run` with nothing but the environment of the house plan."""
    with running(["sandbox", "--no-robot", "--port", "0"], {}, folder) as local:
        url = _address(local.line_with("用浏览器打开"))
        environment = {
            "DINGTALK_CLIENT_ID": CLIENT_ID,
            "DINGTALK_CLIENT_SECRET": CLIENT_SECRET,
            "DINGTALK_OPENAPI_ENDPOINT": url,
            "DINGTALK_OAPI_ENDPOINT": url,
            "DATABASE_URL": database_url,
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": "0",
            "COMPANY_FILE": str(DEMO),
            "SANDBOX_CLOCK_URL": f"{url}/sandbox/clock",
        }
        with running(["run"], environment, folder) as robot:
            robot.line_with("connected to DingTalk")
            yield url


async def the_story(url: str, pictures: Path | None = None) -> None:
    """200 bags of cement from the question to the evening's report."""
    async with browser() as chromium:
        lead = await Window.open(chromium, url, LEAD, GROUP)
        manager = await Window.open(chromium, url, MANAGER, "private")
        purchasing = await Window.open(chromium, url, PURCHASING, "private")
        keeper = await Window.open(chromium, url, STOREKEEPER, GROUP)

        await lead.says("申购42.5水泥200包")
        await lead.reads("已提交 SG", "200 包", "何威")
        await manager.reads("请审批", "现有", "预算")
        await manager.presses("同意", "请审批")
        await manager.reads("何威 已同意")
        await purchasing.presses("同意", "请审批")
        await lead.reads("已批准", "CG")
        await purchasing.presses("确认下单", "采购单")
        await purchasing.reads("许静 已确认下单")
        await lead.reads("已下单", "南方水泥")

        await keeper.says("收货42.5水泥120包")
        await keeper.reads("已入库 RK", "+120 包", "还差", "80 包")
        await keeper.says("收货42.5水泥80包")
        await keeper.reads("已入库 RK", "+80 包", "已到齐")
        await keeper.says("领42.5水泥30包 瓦工班 主体结构")
        await keeper.reads("已领料 LL", "瓦工班", "30 包")
        number = re.search(r"LL\d{8}-\d{3}", await keeper.message("已领料 LL").last.inner_text())
        assert number is not None
        await keeper.says("库存 42.5水泥")
        await keeper.reads("云栖雅苑现场库", "普通硅酸盐水泥")
        await keeper.says(f"撤销 {number[0]}")
        await keeper.reads(f"已撤销 {number[0]}", "冲销单 CX")

        await lead.page.get_by_test_id("clock-tonight").click()
        await lead.reads("云栖雅苑住宅楼 日报", "200 包", "校验")
        for window in (lead, manager, purchasing, keeper):
            assert window.faults == []
        if pictures is not None:
            await lead.page.screenshot(path=pictures / "group.png")
            await purchasing.page.screenshot(path=pictures / "cards.png")


def test_four_people_bring_cement_to_the_site_in_the_sandbox(tmp_path: Path) -> None:
    with sandbox_with_robot(tmp_path) as url:
        asyncio.run(the_story(url))


def test_the_same_day_with_the_robot_as_a_process_of_its_own(tmp_path: Path) -> None:
    with robot_beside(tmp_path, f"sqlite:///{tmp_path / 'book.sqlite3'}") as url:
        asyncio.run(the_story(url))


def test_the_same_day_on_postgresql(tmp_path: Path, databases: Databases) -> None:
    with robot_beside(tmp_path, databases.bare_url("postgresql")) as url:
        asyncio.run(the_story(url))
