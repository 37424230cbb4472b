"""The sandbox's page with ten thousand messages in one group, beside the same page with none, in a real browser."""

import random
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from playwright.async_api import Page, async_playwright

from benchmarks.figures import Table, median, milliseconds, quantile, spread
from bot.sandbox.app import LocalDingTalk

MESSAGES: Final = 10_000
MESSAGES_QUICK: Final = 600
STEP_PIXELS: Final = 900
FRAME_MS: Final = 1_000 / 60
LONG_MS: Final = 50
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
SIZE: Final = {"width": 1280, "height": 800}

# Scrolls up by whole steps, one each frame, until the first message is there; notes how far the frames lay apart.
SCROLL: Final = """
async ([first, step]) => {
  const scroll = document.getElementById('scroll');
  const gaps = [], tasks = [];
  const observer = new PerformanceObserver((list) => list.getEntries().forEach((e) => tasks.push(e.duration)));
  observer.observe({type: 'longtask'});
  let last = performance.now();
  const isThere = () => document.querySelector('#messages .message')?.dataset.id === first
    && scroll.scrollTop <= scroll.clientHeight - scroll.scrollHeight + 2;
  while (!isThere()) {
    scroll.scrollTop -= step;
    const now = await new Promise((done) => requestAnimationFrame(done));
    gaps.push(now - last);
    last = now;
  }
  observer.disconnect();
  return {gaps, tasks, kept: document.querySelectorAll('.message').length};
}
"""
OPENED: Final = """
() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  const page = performance.getEntriesByType('navigation')[0];
  return Math.max(paint?.startTime ?? 0, page.domContentLoadedEventEnd);
}
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Milliseconds: opening without and with the messages, between frames, and of long tasks."""

    count: int
    empty: tuple[float, ...]
    full: tuple[float, ...]
    gaps: tuple[float, ...]
    tasks: tuple[float, ...]
    kept: int


def chromium() -> str:
    """Where the browser is; nothing when there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or ""


async def measure(data: dict[str, Any], *, count: int, tries: int) -> Found:
    """Open both groups in turn, then scroll the full one from its end to its beginning."""
    local = LocalDingTalk(data, limits_on=False)
    url = await local.start(port=0)
    try:
        groups = [str(group) for group in local.world.groups]
        full = groups[0]
        people = [person.id for person in local.world.members(full)]
        first = _fill(local, full, people, count)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            page = await browser.new_page(viewport=SIZE)  # pyright: ignore[reportArgumentType]
            addresses = [f"{url}/?me={people[0]}&conv={quote(name)}" for name in ("private", full)]
            await _open(page, addresses[0])
            times = [[await _open(page, address) for address in addresses] for _ in range(tries)]
            scrolled = await page.evaluate(SCROLL, [first, STEP_PIXELS])
            await browser.close()
        return Found(
            count,
            tuple(one for one, _ in times),
            tuple(other for _, other in times),
            tuple(scrolled["gaps"]),
            tuple(scrolled["tasks"]),
            scrolled["kept"],
        )
    finally:
        await local.stop()


def _fill(local: LocalDingTalk, group: str, people: Sequence[str], count: int) -> str:
    """Talk of every length among colleagues; the id of the first message."""
    chance = random.Random(7)
    words = (
        "收到",
        "今天下午到一车砂，谁在门口接一下？",
        "水泥还剩多少，够不够用到周五？不够我现在就去申购。" * 4,
    )
    said = [
        local.say(chance.choice(people), group, f"{number} {chance.choice(words)}", mention=False)["id"]
        for number in range(count)
    ]
    return str(said[0])


async def _open(page: Page, address: str) -> float:
    await page.goto(address)
    began = time.monotonic()
    while not (opened := await page.evaluate(OPENED)):
        assert time.monotonic() - began < 30
    return float(opened)


def table(found: Found) -> Table:
    """Ratios within this run."""
    ratios = [full / empty for empty, full in zip(found.empty, found.full, strict=True)]
    late = sum(gap > LONG_MS for gap in found.gaps)
    return Table(
        title=f"The page with {found.count:,} messages in a group",
        columns=("figure", "value"),
        rows=(
            ("opening, empty conversation", f"{milliseconds(median(found.empty) / 1000)} ms"),
            ("opening, full group", f"{milliseconds(median(found.full) / 1000)} ms"),
            ("opening, full ÷ empty", spread(ratios)),
            ("frames while scrolling to the first message", f"{len(found.gaps):,}"),
            ("between frames, median ÷ 16.7 ms", f"{median(found.gaps) / FRAME_MS:.2f}"),
            ("between frames, 99 % ÷ 16.7 ms", f"{quantile(found.gaps, 0.99) / FRAME_MS:.2f}"),
            (f"frames more than {LONG_MS} ms apart", f"{late} of {len(found.gaps):,}"),
            ("longest task ÷ 50 ms", f"{max(found.tasks, default=0) / LONG_MS:.2f}"),
            ("messages kept in the page", f"{found.kept}"),
        ),
    )
