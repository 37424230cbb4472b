"""The sandbox as people meet it: first sentence, photograph, list, quote, lesson, a week, a fresh start."""

import asyncio
import re
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.running import sandbox_with_robot
from tests.e2e.window import DESK, PATIENCE, PHONE, Window, browser
from tests.stories.labels import photo, workbook

GROUP: Final = "cidYunqiYayuanMaterials01=="
KEEPER, LEAD, BOSS = "u-caobin", "u-majun", "u-shenrong"
WALK: Final = 60_000
JPEG: Final = "image/jpeg"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Story:
    """One telephone or desk after another, before one sandbox; screenshots go to `pictures`."""

    def __init__(self, chromium: Browser, url: str, size: tuple[int, int], pictures: Path | None):
        self.chromium, self.url, self.size, self.pictures = chromium, url, size, pictures
        self.windows: list[Window] = []

    async def window(self, person: str, conversation: str) -> Window:
        window = await Window.open(self.chromium, self.url, person, conversation, size=self.size)
        self.windows.append(window)
        return window

    async def keeps_picture(self, window: Window, name: str) -> None:
        assert not await window.overflows()
        if self.pictures is not None:
            await window.page.screenshot(path=self.pictures / f"{name}-{self.size[0]}.png")

    async def first_answer(self) -> None:
        """From the bare address: one touch on a desk, two on a telephone, where the list of chats comes first."""
        window = await self.window("", "")
        clicks = 0
        if self.size == PHONE:
            await window.page.get_by_test_id(f"conv-{GROUP}").click()
            clicks += 1
        await expect(window.page.get_by_test_id("me")).to_have_attribute("aria-label", re.compile("曹斌"))
        await window.page.get_by_test_id("suggestion").first.click()
        clicks += 1
        await window.reads("云栖雅苑现场库")
        assert clicks <= 2
        await self.keeps_picture(window, "first")

    async def photographs(self) -> None:
        """A label from the gallery with words, and a telephone's photograph without."""
        window = await self.window(KEEPER, GROUP)
        await window.page.get_by_test_id("labels-open").click()
        await window.page.get_by_test_id("label-SN-425").click()
        await expect(window.page.get_by_test_id("attachment")).to_be_visible()
        await window.says("领3包 瓦工班 主体结构")
        await window.reads("已领料 LL", "普通硅酸盐水泥", "3 包")
        sent = {"name": "IMG_2041.jpg", "mimeType": JPEG, "buffer": photo("LZG:GJ-ZS")}
        await window.page.get_by_test_id("picture").set_input_files(sent)  # type: ignore[arg-type]
        await window.page.get_by_test_id("send").click()
        await window.reads("扎丝", "GJ-ZS")
        await window.says("领2千克 钢筋班 主体结构")
        await window.reads("已领料 LL", "扎丝", "2 千克")
        await self.keeps_picture(window, "photograph")

    async def list_in_private(self) -> None:
        window = await self.window(LEAD, "private")
        rows = (["材料", "数量", "单位"], ["42.5水泥", 60, "包"], ["中砂", 12, "立方米"])
        sent = {"name": "下周要料.xlsx", "mimeType": XLSX, "buffer": workbook(*rows)}
        await window.page.get_by_test_id("file").set_input_files(sent)  # type: ignore[arg-type]
        await window.reads("下周要料.xlsx")
        await window.reads("SG", "60 包", "12 立方米")
        await self.keeps_picture(window, "list")

    async def quotes(self) -> None:
        """An answer of the robot's is quoted, and the words need no number."""
        window = await self.window(LEAD, GROUP)
        await window.says("申购红砖500块")
        await window.reads("已提交 SG", "500 块")
        number = re.search(r"SG\d{8}-\d{3}", await window.message("已提交 SG", "500 块").last.inner_text())
        assert number is not None
        answer = window.message("已提交 SG", "500 块").last
        await answer.focus()
        await window.page.keyboard.press("Enter")
        await answer.get_by_test_id("quote").click()
        await expect(window.page.get_by_test_id("quote-bar")).to_be_visible()
        await window.says("到哪了")
        await window.reads(number[0], "审批中", "等 何威")
        await expect(window.page.get_by_test_id("quoted").last).to_be_visible()
        await self.keeps_picture(window, "quote")

    async def a_week(self) -> None:
        """Seven evenings come one after the other, while somebody else watches."""
        window, watching = await self.window(KEEPER, GROUP), await self.window(BOSS, GROUP)
        reports = window.message("云栖雅苑住宅楼 日报", "校验")
        before = await reports.count()
        await window.page.get_by_test_id("clock-week").click()
        await expect(window.page.get_by_test_id("clock-walk")).to_be_visible()
        await expect(watching.page.get_by_test_id("clock-walk")).to_be_visible()
        await self.keeps_picture(window, "walking")
        await expect(window.page.get_by_test_id("clock-walk")).to_be_hidden(timeout=WALK)
        await expect(reports).to_have_count(before + 7, timeout=PATIENCE)
        days = re.findall(r"日报\s*(\d+)月(\d+)日", "\n".join(await reports.all_inner_texts()))[-7:]
        assert len(set(days)) == 7
        await self.keeps_picture(window, "week")

    async def a_lesson(self) -> None:
        """Done wrong, told what was wrong, mended, done right; the progress is there in the next window."""
        window = await self.window(KEEPER, GROUP)
        await window.page.get_by_test_id("lessons-toggle").click()
        panel = window.page.get_by_test_id("lessons-panel")
        await self.opens_panel(window)
        await self.keeps_picture(window, "lessons")
        await panel.get_by_test_id("lesson-start").first.click()
        step = panel.get_by_test_id("lesson-step")
        await self.does_as_told(window)
        await expect(panel.get_by_text("第 2 步")).to_be_attached(timeout=PATIENCE)
        said = await self.chip(window)
        wrong = re.sub(r"(\d+)(?=\s*包)", lambda found: str(int(found[1]) + 1), said, count=1)
        assert wrong != said
        await window.says(wrong)
        await expect(panel.get_by_test_id("lesson-wrong")).to_contain_text("数量不对", timeout=PATIENCE)
        await self.opens_panel(window)
        await self.keeps_picture(window, "wrong")
        undo = panel.get_by_test_id("lesson-wrong").get_by_test_id("lesson-chip")
        await undo.click()
        await window.page.get_by_test_id("send").click()
        await expect(panel.get_by_test_id("lesson-note")).to_contain_text("撤掉了", timeout=PATIENCE)
        await self.does_as_told(window)
        await expect(panel.get_by_text("第 3 步")).to_be_attached(timeout=PATIENCE)
        await self.opens_panel(window)
        await expect(step).to_be_visible()
        await self.keeps_picture(window, "right")
        again = await self.window(KEEPER, GROUP)
        await again.page.get_by_test_id("lessons-toggle").click()
        await expect(again.page.get_by_test_id("lessons-panel").get_by_text("第 3 步")).to_be_attached(timeout=PATIENCE)

    async def opens_panel(self, window: Window) -> None:
        """On a telephone the panel is a bar until it is touched."""
        bar = window.page.locator("[data-lessons-toggle-body]")
        if await bar.is_visible() and await bar.get_attribute("aria-expanded") == "false":
            await bar.click()

    async def chip(self, window: Window) -> str:
        chips = window.page.get_by_test_id("lesson-step").get_by_test_id("lesson-chip")
        words = await chips.last.get_attribute("data-lessons-fill")
        assert words
        return words

    async def does_as_told(self, window: Window) -> None:
        await window.says(await self.chip(window))

    async def starts_afresh(self) -> None:
        """From one window; the other one loads itself anew."""
        window, watching = await self.window(KEEPER, GROUP), await self.window(BOSS, GROUP)
        await window.says("这句话明天就没了，库存 红砖")
        await watching.reads("这句话明天就没了")
        if self.size == PHONE:
            async with window.page.expect_navigation(wait_until="load"):  # a button of a page that still loads is deaf
                await window.page.locator(".back").click()
        await window.page.get_by_test_id("practice").click()
        await window.page.get_by_test_id("reset-open").click()
        await self.keeps_picture(window, "reset")
        await window.page.get_by_test_id("reset-confirm").click()
        await expect(watching.message("这句话明天就没了")).to_have_count(0, timeout=WALK)
        await expect(watching.message("日报").last).to_be_attached(timeout=WALK)
        await expect(window.page.get_by_test_id("restarting")).to_be_hidden(timeout=WALK)
        fresh = await self.window(KEEPER, GROUP)
        await fresh.says("库存 42.5水泥")
        await fresh.reads("云栖雅苑现场库", "120 包")
        await self.keeps_picture(fresh, "fresh")


async def the_practice(url: str, size: tuple[int, int], pictures: Path | None) -> None:
    async with browser() as chromium:
        story = Story(chromium, url, size, pictures)
        await story.first_answer()
        await story.photographs()
        await story.list_in_private()
        await story.quotes()
        await story.a_lesson()
        await story.a_week()
        quiet = [fault for window in story.windows for fault in window.faults]
        assert quiet == []
        await story.starts_afresh()  # the sockets of open windows break meanwhile, and browsers say so
        faults = [fault for window in story.windows for fault in window.faults if "WebSocket" not in fault]
        assert [fault for fault in faults if "ERR_CONNECTION_REFUSED" not in fault] == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_day_of_practice(size: tuple[int, int], tmp_path: Path) -> None:
    with sandbox_with_robot(tmp_path) as url:
        asyncio.run(the_practice(url, size, tmp_path))
