"""The panel in a real browser, on a desk and on a telephone: done wrong, then right, without a fault in the console."""

import shutil
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.bot.practice.lessons.school import School, school
from tests.e2e.window import Window

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
KEEPER, GROUP = "u-caobin", "cidYunqiYayuanMaterials01=="
PATIENCE = 15_000

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")]


async def learns(here: School, page: Page, *, is_phone: bool) -> None:
    await page.goto(f"{here.url}/?me={KEEPER}&conv={GROUP}")
    await page.get_by_test_id("lessons-toggle").press("Enter")
    await expect(page.locator("#lessons")).to_be_focused()
    await page.get_by_test_id("lesson-start").first.click()
    await expect(page.get_by_test_id("lesson-step")).to_contain_text("先看看42.5水泥还有多少")
    await page.get_by_test_id("lesson-chip").first.click()
    await expect(page.get_by_test_id("composer")).to_have_value("库存 42.5水泥")
    await page.get_by_test_id("send").click()
    panel = page.locator("#lessons")
    await expect(panel).to_contain_text("查到了：42.5水泥现有 120 包", timeout=PATIENCE)
    await page.get_by_test_id("composer").fill("收货 42.5水泥 51包 单价26")
    await page.get_by_test_id("send").click()
    await expect(panel.get_by_role("status")).to_contain_text("数量不对：记了 51 包", timeout=PATIENCE)
    if is_phone:
        await page.locator(".lessons-bar").click()
    await page.get_by_test_id("lesson-wrong").get_by_test_id("lesson-chip").click()
    await page.get_by_test_id("send").click()
    await expect(panel.get_by_role("status")).to_contain_text("撤掉了，好", timeout=PATIENCE)
    await page.reload()  # where one stands is kept, and so is the open panel
    await expect(panel).to_contain_text("车到了", timeout=PATIENCE)


async def small(page: Page) -> list[str]:
    """Things to press that a thumb would miss."""
    return await page.evaluate(
        """() => [...document.querySelectorAll("#lessons button, #lessons a, #lessons summary")]
            .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44)
            .map((each) => `${each.className} ${each.textContent}`)"""
    )


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
async def test_a_lesson_is_done_wrong_and_then_right_in_the_browser(tmp_path: Path, width: int, height: int) -> None:
    async with school(tmp_path / "book") as here, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await chromium.new_page(viewport={"width": width, "height": height})
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        await learns(here, page, is_phone=width < 720)
        assert await small(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await Window(page, faults).covered(320, 390, 720, 721, 900, 1000, 1100, 1101, 1180, 1400) == {}
        assert faults == []
        await chromium.close()
