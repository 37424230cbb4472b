"""How the page looks and feels, measured: contrast, tap sizes, widths, shifts, and text that means harm."""

import json
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any, Final
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from bot.sandbox.app import LocalDingTalk
from tests.bot.sandbox.conftest import COMPANY, GROUP, FakeRobot, Machine, until
from tests.e2e.window import DESK, PHONE, SMALL_PHONE, Window

pytestmark = pytest.mark.browser
CONV = quote(GROUP)
CONTRAST_MIN, TAP_MIN, TAP_MAIN_MIN, SHIFT_MAX = 4.5, 32, 44, 0.001

HOSTILE: Final = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>',
    "javascript:alert(1) [看](javascript:alert(1)) <svg onload=window.hacked=1>",
    "\u202egnp.exe\u202c \u2067מימין לשמאל\u2069 مرحبا",
    "长" * 5_000,
    "W" * 5_000,
    "Z" + "\u034e\u034c" * 400 + "algo",
    "👨\u200d👩\u200d👧\u200d👦🏗️🧱" * 40,
    "零\u200b宽\ufeff字\u200d符",
    "{{ 7*7 }} {% raw %} ${7*7} &lt;b&gt;",
)

# Every piece of text that is seen, with its colour and what lies behind it, both as they come out.
CONTRASTS = """
() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  canvas.canvas.width = canvas.canvas.height = 1;
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const gradient = style.backgroundImage.match(/(rgba?|color|oklab|oklch)\\([^)]*\\)/g);
      layers.push(rgba(gradient ? gradient[0] : style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const light = ([r, g, b]) => {
    const part = (v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility({visibilityProperty: true})) continue;
    if (element.closest('.sr, .skip, [inert]')) continue;
    if (element.closest('[aria-disabled=true], .unavailable, :disabled:not(.done)')) continue;
    const below = behind(element);
    const [a, b] = [light(over(rgba(getComputedStyle(element).color), below)), light(below)];
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text.slice(0, 30), element.className]);
  }
  return found.sort((one, other) => one[0] - other[0]);
}
"""
TAPS = """
() => [...document.querySelectorAll('button, a[href], input, textarea, summary, [role=tab]')]
  .filter((e) => e.checkVisibility({visibilityProperty: true, opacityProperty: false}) && !e.closest('.sr, .skip'))
  .filter((e) => !e.closest('.markdown, .typed') && !e.matches('.quote'))  // inline, in a line of text
  .map((e) => {
    const box = (e.matches('input[type=file], input[type=checkbox]') ? e.parentElement : e).getBoundingClientRect();
    const name = e.id || e.dataset.testid || e.className;
    return [Math.min(box.width, box.height), name + ' ' + e.textContent.slice(0, 10)];
  })
  .filter(([size]) => size > 0)
"""
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push([
    entry.value, ...entry.sources.map(({node}) => node?.id || node?.className || node?.nodeName)]);
}).observe({type: 'layout-shift', buffered: true});
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective));
"""


@pytest.fixture
async def site(machine: Machine) -> AsyncIterator[LocalDingTalk]:
    """A company whose very names mean harm."""
    people = [*COMPANY["people"], {"id": "u-x", "name": HOSTILE[0], "roles": [HOSTILE[2]]}]  # type: ignore[misc]
    long_name = {"conversation_id": "cidLong==", "name": "很长的群名" * 60}
    groups = [*COMPANY["groups"], long_name]  # type: ignore[misc]
    local = LocalDingTalk(COMPANY | {"people": people, "groups": groups}, now=machine)
    await local.start(port=0)
    yield local
    await local.stop()


def photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (1200, 900), (120, 140, 90)).save(out, "JPEG")
    return out.getvalue()


async def furnish(local: LocalDingTalk, robot: FakeRobot) -> None:
    """A little of everything, in the group and in the private chat."""
    robot.url = local.url
    await robot.sign_in()
    await robot.connect()
    robot.on = lambda _: {"response": None}
    said = local.say("u-li", GROUP, "申购 水泥 200包 https://example.com/x")
    frame = await robot.hears()
    text = "#### 云栖现场库\n\n- 普通水泥 **120 包**\n- 中砂 42 立方米\n\n1. 一\n2. 二\n\n> 引用\n\n`撤销 LL1` [看](https://a.example)"
    await robot.webhook(frame, {"msgtype": "markdown", "markdown": {"title": "库存", "text": text}})
    await robot.create_card("open")
    await robot.create_card("settled")
    data = {"cardParamMap": {"title": "单据", "markdown": "✅ 周经理 已同意", "tips": "提示"}}
    await robot.call("PUT", "/v1.0/card/instances", {"outTrackId": "settled", "cardData": data})
    local.say("u-boss", GROUP, "@李工 看一下", mention=False, mentions=["u-li"])
    local.say("u-li", GROUP, "好的", quote=str(said["id"]))
    local.picture("u-li", GROUP, photo(), text="门口")
    local.file("u-li", "private", "很长的文件名" * 20 + ".xlsx", b"PK")
    local.voice("u-li", "private", "今天收了水泥五十包")
    await until(lambda: len(robot.frames) == 5)


async def check(page: Page, problems: list[str], size: tuple[int, int]) -> None:
    low = [found for found in await page.evaluate(CONTRASTS) if found[0] < CONTRAST_MIN]
    assert low == []
    taps: list[tuple[float, str]] = await page.evaluate(TAPS)
    assert [tap for tap in taps if tap[0] < TAP_MIN - 0.5] == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), size
    assert await page.evaluate("violations") == []
    assert problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE, SMALL_PHONE])
async def test_all_that_is_seen_can_be_read_and_touched(
    site: LocalDingTalk, robot: FakeRobot, chromium: Browser, size: tuple[int, int], scheme: str
) -> None:
    await furnish(site, robot)
    window = await Window.open(chromium, site.url, "u-li", "private", size=size, scheme=scheme)
    page = window.page
    await page.context.add_init_script(SHIFTS)
    for conversation in ("private", CONV, ""):
        await window.goes_to(site.url, "u-li", conversation)
        await expect(page.locator("#offline")).to_be_hidden()
        await check(page, window.faults, size)
        # Before anything is pressed: what a press moves later than half a second after it counts as well.
        assert [shift for shift in await page.evaluate("shifts") if shift[0] >= SHIFT_MAX] == []
    await window.goes_to(site.url, "u-li", CONV)
    await page.get_by_test_id("drawer-toggle").click()
    for tab in ("frames", "units", "faults"):
        await page.get_by_test_id(f"tab-{tab}").click()
        await expect(page.locator("#drawer-body")).not_to_be_empty()
        await check(page, window.faults, size)
    await page.get_by_test_id("drawer-close").click()
    if size == DESK:
        await page.get_by_test_id("me").click()
        await check(page, window.faults, size)


@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_over_a_slow_line_nothing_moves_while_the_page_comes(
    site: LocalDingTalk, robot: FakeRobot, chromium: Browser, size: tuple[int, int]
) -> None:
    """A page painted before the whole of it is there puts the box to write in elsewhere than it ends up."""
    await furnish(site, robot)
    window = await Window.open(chromium, site.url, "u-li", size=size)
    page = window.page
    await page.context.add_init_script(SHIFTS)
    line = await page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 20, "downloadThroughput": 40_000, "uploadThroughput": -1}  # bytes a second
    await line.send("Network.emulateNetworkConditions", slow)
    for conversation in ("private", CONV):
        await window.goes_to(site.url, "u-li", conversation)
        await expect(page.get_by_test_id("message").last).to_be_visible()
        assert [shift for shift in await page.evaluate("shifts") if shift[0] >= SHIFT_MAX] == []


@pytest.mark.parametrize("size", [PHONE, SMALL_PHONE])
async def test_what_a_thumb_needs_most_is_large(
    site: LocalDingTalk, robot: FakeRobot, chromium: Browser, size: tuple[int, int]
) -> None:
    await furnish(site, robot)
    window = await Window.open(chromium, site.url, "u-li", CONV, size=size)
    for name in ("send", "card-button", "picture", "labels-open"):
        box = await window.page.get_by_test_id(name).first.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= TAP_MAIN_MIN, name


async def test_beside_the_open_drawer_one_can_write_at_every_width(
    site: LocalDingTalk, robot: FakeRobot, chromium: Browser
) -> None:
    await furnish(site, robot)
    window = await Window.open(chromium, site.url, "u-li", CONV, size=SMALL_PHONE)
    await window.page.get_by_test_id("drawer-toggle").click()
    await expect(window.page.get_by_test_id("frames")).to_be_visible()
    assert await window.covered(320, 390, 720, 721, 900, 1024, 1100, 1101, 1180, 1400, height=640) == {}
    await window.says("还在")
    await window.reads("还在")


@pytest.mark.parametrize("size", [DESK, SMALL_PHONE])
async def test_text_that_means_harm_is_shown_as_typed(
    site: LocalDingTalk, robot: FakeRobot, chromium: Browser, size: tuple[int, int]
) -> None:
    robot.url = site.url
    await robot.sign_in()
    await robot.connect()
    for text in HOSTILE:
        site.say("u-x", GROUP, text)
    frame = await robot.hears()
    for text in HOSTILE:
        short = text[:1_000]
        await robot.webhook(frame, {"msgtype": "markdown", "markdown": {"title": short, "text": short}})
        track = f"card-{HOSTILE.index(text)}"
        buttons = json.dumps({"msgButtons": [{"text": short, "id": "a", "request": True}]})
        data: dict[str, Any] = {"title": short, "markdown": short, "tips": short, "sys_full_json_obj": buttons}
        await robot.create_card(track, cardData={"cardParamMap": data})
    site.file("u-li", "private", HOSTILE[0] + "\u202e" + "x" * 200 + ".xlsx", b"PK")
    site.voice("u-li", "private", HOSTILE[0])
    window = await Window.open(chromium, site.url, "u-li", CONV, size=size)
    page = window.page
    await expect(page.get_by_test_id("message")).to_have_count(3 * len(HOSTILE))
    await expect(window.message(HOSTILE[0]).first).to_be_attached()
    typed = await page.locator(".typed").all_text_contents()
    assert [text.removeprefix("@料掌柜 ") for text in typed] == list(HOSTILE)
    for conversation in (CONV, "private", "cidLong==", ""):
        await window.goes_to(site.url, "u-li", conversation)
        await page.get_by_test_id("drawer-toggle").click()
        await expect(page.get_by_test_id("frames")).to_be_attached()
        assert await page.evaluate("window.hacked") is None
        assert not await window.overflows()
        wide = await page.evaluate(
            "[...document.querySelectorAll('.body')].filter((e) => e.getBoundingClientRect().right > innerWidth).length"
        )
        assert wide == 0
    assert window.faults == []
    # A name that turns the direction of writing turns nothing beside itself.
    await window.goes_to(site.url, "u-x", "private")
    assert await page.locator(".switch").evaluate("(e) => getComputedStyle(e).direction") == "ltr"


async def test_the_page_asks_nobody_else_and_allows_no_script_of_others(
    site: LocalDingTalk, robot: FakeRobot, chromium: Browser
) -> None:
    await furnish(site, robot)
    window = await Window.open(chromium, site.url, "u-li", CONV)
    asked: set[str] = set()
    window.page.on("request", lambda request: asked.add("/".join(request.url.split("/")[:3])))
    answer = await window.page.goto(f"{site.url}/?me=u-li&conv={CONV}")
    assert answer is not None
    host = site.url.removeprefix("http://")
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' ws://{host} wss://{host}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    await expect(window.page.get_by_test_id("message")).not_to_have_count(0)
    html = await answer.text()
    assert "<style" not in html
    assert " style=" not in html
    assert " onclick=" not in html
    assert asked - {"data:,"} == {site.url}
