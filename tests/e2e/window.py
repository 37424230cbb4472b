"""A browser, and windows in it: one person each, at the page of the local DingTalk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from tests.e2e.conftest import CHROMIUM

PATIENCE = 15_000
DESK, PHONE, SMALL_PHONE = (1280, 800), (390, 844), (320, 640)
# What one writes with, as far as anything covers it or pushes it out of the window.
COVERED = """
() => ['composer', 'send', 'picture'].filter((id) => {
  const part = document.getElementById(id);
  const box = part.getBoundingClientRect();
  const corners = [[box.left + 8, box.top + 8], [box.right - 8, box.bottom - 8]];
  return corners.some(([x, y]) => !part.contains(document.elementFromPoint(x, y)));
})
"""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        await chromium.close()


class Window:
    """One person at the page, in one conversation. `faults`: all that the browser complained about."""

    def __init__(self, page: Page, faults: list[str]):
        self.page = page
        self.faults = faults

    @classmethod
    async def open(  # what a person's screen is like, each by name
        cls,
        browser: Browser,
        url: str,
        person: str,
        conversation: str = "",
        *,
        size: tuple[int, int] = DESK,
        scheme: str = "light",
    ) -> "Window":
        """A window of its own. Without a conversation a phone shows the list."""
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            has_touch=size[0] < DESK[0],
            is_mobile=size[0] < DESK[0],
        )
        page = await context.new_page()
        faults: list[str] = []
        page.on(
            "console",
            lambda message: faults.append(message.text) if message.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        window = cls(page, faults)
        await window.goes_to(url, person, conversation)
        return window

    async def goes_to(self, url: str, person: str, conversation: str = "") -> None:
        chosen = f"&conv={conversation}" if conversation else ""
        await self.page.goto(f"{url}/?me={person}{chosen}")

    async def says(self, text: str) -> None:
        await self.page.get_by_test_id("composer").fill(text)
        await self.page.get_by_test_id("send").click()

    def message(self, *words: str) -> Locator:
        """The messages that hold all these words."""
        found = self.page.get_by_test_id("message")
        for word in words:
            found = found.filter(has_text=word)
        return found

    async def reads(self, *words: str) -> None:
        await expect(self.message(*words).last).to_be_visible(timeout=PATIENCE)

    async def presses(self, button: str, card: str) -> None:
        await self.message(card).last.get_by_role("button", name=button, exact=True).click(timeout=PATIENCE)

    async def covered(self, *widths: int, height: int = 700) -> dict[int, list[str]]:
        """At each width, what of the box to write in cannot be reached; nothing where all of it can."""
        found: dict[int, list[str]] = {}
        for width in widths:
            await self.page.set_viewport_size({"width": width, "height": height})
            if parts := await self.page.evaluate(COVERED):
                found[width] = parts
        return found

    async def overflows(self) -> bool:
        """Whether the page can be pushed sideways."""
        return await self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
