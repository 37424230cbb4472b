"""The page over time: scrolling, windows that were away, a clock that walks, a company that is laid out anew."""

import json
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Page, Route, expect

from bot.sandbox.app import LocalDingTalk
from tests.bot.sandbox.conftest import COMPANY, GROUP, Machine
from tests.e2e.window import PHONE, Window

pytestmark = pytest.mark.browser
CONV = quote(GROUP)

TOP = "document.querySelector('[data-id=\"%s\"]').getBoundingClientRect().top"


def talk(dingtalk: LocalDingTalk, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        dingtalk.say("u-boss", GROUP, f"第{number}句", mention=False)


async def place(page: Page, message: str) -> float:
    return await page.evaluate(TOP % message)


async def test_older_messages_come_by_themselves_and_nothing_moves(dingtalk: LocalDingTalk, chromium: Browser) -> None:
    talk(dingtalk, 400)
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    page = lead.page
    at_first = lead.page.get_by_test_id("message")
    await expect(at_first).to_have_count(60)
    for _ in range(20):
        first = await page.evaluate("document.querySelector('#messages .message').dataset.id")
        if first == dingtalk.messages("u-li", GROUP)[0]["id"]:
            break
        await page.evaluate(f"document.querySelector('[data-id=\"{first}\"]').scrollIntoView()")
        before = await place(page, first)
        await expect(page.get_by_test_id("message").first).not_to_have_attribute("data-id", first)
        assert abs(await place(page, first) - before) < 1
        await expect(at_first.nth(300)).to_have_count(0)  # what is far away goes a moment later
    await expect(lead.message("第0句").first).to_be_attached()
    await page.get_by_test_id("jump").click()
    await expect(lead.message("第399句")).to_be_in_viewport()
    assert lead.faults == []


async def test_news_below_moves_nothing_and_is_counted(dingtalk: LocalDingTalk, chromium: Browser) -> None:
    talk(dingtalk, 60)
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    page = lead.page
    chosen = str(dingtalk.messages("u-li", GROUP)[20]["id"])
    await page.evaluate(f"document.querySelector('[data-id=\"{chosen}\"]').scrollIntoView()")
    await expect(page.get_by_test_id("jump")).to_have_text("回到最新")
    before = await place(page, chosen)
    talk(dingtalk, 3, start=60)
    await expect(page.get_by_test_id("jump")).to_have_text("3 条新消息")
    assert abs(await place(page, chosen) - before) < 1
    await expect(page.get_by_test_id("announcer")).to_contain_text("第62句")
    await page.get_by_test_id("jump").click()
    await expect(lead.message("第62句")).to_be_in_viewport()
    await expect(page.get_by_test_id("jump")).to_be_hidden()


async def test_a_window_that_was_away_catches_up_without_repeating_itself(
    dingtalk: LocalDingTalk, chromium: Browser
) -> None:
    talk(dingtalk, 5)
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    await expect(lead.page.get_by_test_id("message")).to_have_count(5)
    await lead.page.context.set_offline(True)
    dingtalk.rooms.live.stop()
    talk(dingtalk, 30, start=5)
    await expect(lead.page.locator("#offline")).to_be_visible()
    await lead.page.context.set_offline(False)
    await lead.reads("第34句")
    await expect(lead.page.get_by_test_id("message")).to_have_count(35)
    await expect(lead.page.locator("#offline")).to_be_hidden()


async def test_a_thousand_messages_at_once_are_not_a_thousand_lists(dingtalk: LocalDingTalk, chromium: Browser) -> None:
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    await lead.page.evaluate("lists = 0; document.addEventListener('sandbox:list', () => { lists += 1; })")
    talk(dingtalk, 1_000)
    await lead.reads("第999句")
    await expect(lead.page.get_by_test_id("message")).to_have_count(60)
    assert await lead.page.evaluate("lists") < 20


async def test_the_day_turns_and_times_follow(dingtalk: LocalDingTalk, chromium: Browser) -> None:
    talk(dingtalk, 1)
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    stamp = lead.page.locator(".stamp")
    await expect(stamp).to_have_text("10:00")
    tonight = lead.page.get_by_test_id("clock-tonight")
    await expect(tonight).to_have_text("今晚18:00")
    dingtalk.move_clock("tonight")
    await expect(tonight).to_have_text("明晚18:00")
    dingtalk.move_clock("tomorrow")
    await expect(stamp).to_have_text("昨天 10:00")
    dingtalk.move_clock("week")
    await expect(stamp).to_have_text("11月23日 10:00")
    talk(dingtalk, 1, start=1)
    await expect(stamp.nth(1)).to_have_text("08:00")


async def test_a_walking_clock_says_where_it_goes(dingtalk: LocalDingTalk, chromium: Browser) -> None:
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV, size=PHONE)
    walking = {"type": "clock", "now_ms": dingtalk.clock.now_ms(), "text": "", "frozen": False, "walking": True}
    tonight = lead.page.get_by_test_id("clock-tonight")
    await expect(tonight).to_be_enabled()
    await tonight.focus()
    dingtalk.rooms.live.tell("u-li", walking | {"to_text": "2026-11-30 周一 10:00", "stop_text": "11-27 周五 18:00"})
    await expect(lead.page.get_by_test_id("clock-walk")).to_have_text("走到 11-30 周一 10:00")
    await expect(tonight).to_be_disabled()
    await expect(lead.page.get_by_test_id("clock-walk")).to_be_focused()
    dingtalk.rooms.live.tell("u-li", walking | {"walking": False})
    await expect(tonight).to_be_focused()
    assert not await lead.overflows()


@pytest.fixture
async def practising(machine: Machine) -> AsyncIterator[LocalDingTalk]:
    local = LocalDingTalk(COMPANY, now=machine, has_practice=True)
    await local.start(port=0)
    yield local
    await local.stop()


async def without_lessons(route: Route) -> None:
    """The lessons are others' business: their files are empty here."""
    kind = "text/css" if route.request.url.endswith(".css") else "text/javascript"
    await route.fulfill(status=200, content_type=kind, body="")


async def of_the_demonstration(route: Route) -> None:
    await route.fulfill(status=200, content_type="application/json", body='{"is_demo": true}')


async def opened(chromium: Browser, local: LocalDingTalk) -> Window:
    window = await Window.open(chromium, "about:blank#", "")
    window.faults.clear()
    await window.page.route("**/sandbox/lessons/static/*", without_lessons)
    await window.page.route("**/sandbox/api/practice", of_the_demonstration)
    await window.goes_to(local.url, "u-boss", CONV)
    return window


async def test_beginning_again_asks_first_and_the_new_company_is_loaded(
    practising: LocalDingTalk, chromium: Browser
) -> None:
    window = await opened(chromium, practising)
    page = window.page

    async def accepted(route: Route) -> None:
        await route.fulfill(status=202, body="")

    await page.route("**/sandbox/api/reset", accepted)
    await page.get_by_test_id("practice").click()
    await page.get_by_test_id("reset-open").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("restarting")).to_be_hidden()
    await page.get_by_test_id("reset-open").click()
    await page.get_by_test_id("reset-confirm").click()
    await expect(page.get_by_test_id("restarting")).to_be_visible()
    # The new company: the same address, another epoch.
    for room in (practising.rooms.live, practising.rooms.drawing):
        room._epoch = "second"  # pyright: ignore[reportPrivateUsage]
    practising.rooms.live.stop()
    await expect(page.locator("body")).to_have_attribute("data-epoch", "second")
    await expect(page.get_by_test_id("restarting")).to_be_hidden()
    await expect(page.get_by_test_id("me")).to_contain_text("周经理")
    assert window.faults == []


async def test_an_own_company_that_cannot_be_read_says_where(practising: LocalDingTalk, chromium: Browser) -> None:
    window = await opened(chromium, practising)
    page = window.page
    answer = {"ok": False, "error": "公司文件有 2 处错误。", "faults": ["人员第 3 行：没有姓名", "<b>材料</b>第 9 行"]}

    async def refused(route: Route) -> None:
        await route.fulfill(status=400, content_type="application/json", body=json.dumps(answer))

    await page.route("**/sandbox/api/company", refused)
    await page.get_by_test_id("practice").click()
    await page.get_by_test_id("company-file").set_input_files(
        {"name": "公司.json", "mimeType": "application/json", "buffer": b"{}"}
    )
    await expect(page.get_by_test_id("company-faults")).to_contain_text("公司文件有 2 处错误。")
    await expect(page.get_by_test_id("company-faults").get_by_role("listitem")).to_have_text(answer["faults"])


async def test_without_practice_there_is_none_of_it(dingtalk: LocalDingTalk, chromium: Browser) -> None:
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    for name in ("practice", "lessons-toggle"):
        await expect(lead.page.get_by_test_id(name)).to_have_count(0)
