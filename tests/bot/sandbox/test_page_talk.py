"""Talking at the page, in a real browser: mentions, cards, pictures, quotes, read marks, drafts, the drawer."""

import asyncio
import json
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page, expect

from bot.sandbox.app import LocalDingTalk
from tests.bot.sandbox.conftest import GROUP, FakeRobot, until
from tests.e2e.window import PHONE, Window

pytestmark = pytest.mark.browser
CONV = quote(GROUP)


def picture(width: int = 300, height: int = 200) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), (40, 120, 200)).save(out, "PNG")
    return out.getvalue()


async def focused(page: Page) -> str:
    return await page.evaluate("document.activeElement.dataset.testid ?? document.activeElement.id")


def heard(robot: FakeRobot) -> list[dict[str, Any]]:
    return [frame["decoded"] for frame in robot.frames]


async def test_without_the_chip_people_talk_among_themselves(
    dingtalk: LocalDingTalk, robot: FakeRobot, chromium: Browser
) -> None:
    await robot.connect()
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    manager = await Window.open(chromium, dingtalk.url, "u-boss", CONV)
    await lead.page.get_by_test_id("mention-chip").click()
    await lead.page.get_by_test_id("composer").press_sequentially("中午吃什么 @周")
    await expect(lead.page.get_by_test_id("mention-list").get_by_role("option").filter(visible=True)).to_have_count(1)
    await lead.page.keyboard.press("Enter")
    await expect(lead.page.get_by_test_id("composer")).to_have_value("中午吃什么 @周经理 ")
    await lead.page.keyboard.press("Enter")
    await manager.reads("中午吃什么")
    await expect(manager.message("中午吃什么").locator(".mention")).to_have_text("@周经理")
    await expect(manager.message("中午吃什么")).to_contain_text("@我")
    assert heard(robot) == []
    await lead.says("库存 水泥 @周经理")
    await robot.hears()
    assert heard(robot)[0]["text"]["content"] == " 库存 水泥 @周经理"
    assert lead.faults + manager.faults == []


async def test_a_mentioned_colleague_is_told_to_the_robot(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await robot.connect()
    dingtalk.say("u-li", GROUP, "库存 @周经理", mentions=["u-boss", "u-admin", "u-nobody"])
    at = (await robot.hears())["decoded"]["atUsers"]
    assert [user.get("staffId", "") for user in at] == ["", "u-boss"]


async def test_a_press_waits_for_the_robot_and_a_settled_card_says_so(
    dingtalk: LocalDingTalk, robot: FakeRobot, chromium: Browser
) -> None:
    may_answer = asyncio.Event()
    dingtalk.rooms.card_press._deadline = 10  # pyright: ignore[reportPrivateUsage]

    async def ack(frame: dict[str, Any]) -> object:
        await may_answer.wait()
        return {"response": None}

    robot.on = ack
    await robot.connect()
    buttons = [{"text": t, "id": t, "request": True} for t in ("同意", "驳回")]
    full = json.dumps({"msgButtons": buttons})
    await robot.create_card(
        cardData={"cardParamMap": {"title": "单据", "markdown": "200 包", "sys_full_json_obj": full}}
    )
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    manager = await Window.open(chromium, dingtalk.url, "u-boss", CONV)
    yes, no = (lead.page.get_by_role("button", name=name) for name in ("同意", "驳回"))
    await yes.click()
    await expect(yes).to_have_attribute("aria-busy", "true")
    await expect(no).to_have_attribute("aria-disabled", "true")
    may_answer.set()
    await expect(yes).not_to_have_attribute("aria-busy", "true")
    data = {"cardParamMap": {"title": "单据", "markdown": "✅ 李工 已同意", "sys_full_json_obj": "{}"}}
    await robot.call("PUT", "/v1.0/card/instances", {"outTrackId": "card-1", "cardData": data})
    for window in (lead, manager):
        await window.reads("李工 已同意")
        await expect(window.page.get_by_test_id("card-settled")).to_be_disabled()
        assert window.faults == []


async def test_one_sees_who_has_read_and_what_is_unread(dingtalk: LocalDingTalk, chromium: Browser) -> None:
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    manager = await Window.open(chromium, dingtalk.url, "u-boss", "private")
    await lead.says("库存")
    mark = lead.page.get_by_test_id("read-mark")
    await expect(lead.page.get_by_test_id("undelivered")).to_be_visible()  # there is no robot
    dingtalk.say("u-li", GROUP, "大家好", mention=False)
    await expect(mark).to_have_text("2人未读")
    await expect(manager.page).to_have_title("(2) 料掌柜 · 周经理 · 小公司")
    await manager.page.get_by_test_id(f"conv-{GROUP}").click()
    await expect(mark).to_have_text("1人未读")
    await expect(manager.page).to_have_title("一号楼群 · 周经理 · 小公司")


async def test_drafts_stay_and_an_unfinished_word_is_not_sent(dingtalk: LocalDingTalk, chromium: Browser) -> None:
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    composer = lead.page.get_by_test_id("composer")
    await composer.fill("库存 水泥")
    await composer.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await composer.press("Shift+Enter")
    await composer.press_sequentially("二\n")
    await expect(composer).to_have_value("")
    assert [m["text"] for m in dingtalk.messages("u-li", GROUP)] == ["库存 水泥\n二"]
    await composer.fill("没写完")
    await lead.page.get_by_test_id("conv-private").click()
    await expect(composer).to_have_value("")
    await lead.page.go_back()
    await expect(composer).to_have_value("没写完")
    heights = []
    for lines in (1, 5, 30):
        await composer.fill("\n".join("行" * lines))
        heights.append((await composer.bounding_box() or {"height": 0})["height"])
    assert heights[0] < heights[1] == heights[2] < 150


async def test_a_picture_keeps_its_place_and_opens_large(dingtalk: LocalDingTalk, chromium: Browser) -> None:
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    page = lead.page
    await page.get_by_test_id("picture").set_input_files(
        {"name": "门口.png", "mimeType": "image/png", "buffer": picture(900, 600)}
    )
    await expect(page.get_by_test_id("attachment")).to_contain_text("门口.png")
    await lead.says("门口这批")
    image = lead.message("门口这批").locator("img")
    await expect(image).to_have_attribute("width", "260")
    await expect(image).to_have_attribute("height", "173")
    await expect(page.get_by_test_id("attachment")).to_be_hidden()
    await page.get_by_test_id("open-picture").click()
    await expect(page.get_by_test_id("viewer")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("viewer")).to_be_hidden()
    assert lead.faults == []


async def test_a_label_from_the_site_is_sent_and_can_be_read(
    machine: object, demo_company: dict[str, object], chromium: Browser
) -> None:
    local = LocalDingTalk(demo_company)
    url = await local.start(port=0)
    try:
        keeper = await Window.open(chromium, url, "u-caobin", "private", size=PHONE)
        await keeper.page.get_by_test_id("labels-open").click()
        await keeper.page.get_by_test_id("labels-search").fill("42.5")
        await expect(keeper.page.locator(".label")).to_have_count(1)
        await keeper.page.get_by_test_id("label-SN-425").click()
        await expect(keeper.page.get_by_test_id("attachment")).to_contain_text("普通硅酸盐水泥")
        await keeper.page.get_by_test_id("send").click()
        await keeper.page.get_by_test_id("open-picture").wait_for()
        sent = local.messages("u-caobin", "private")[-1]
        medium = local.rooms.media.find(str(sent["media"]))
        assert medium is not None
        found = zxingcpp.read_barcodes(Image.open(BytesIO(medium.data)))
        assert [code.text for code in found] == ["LZG:SN-425"]
        assert keeper.faults == []
    finally:
        await local.stop()


async def test_quoting_and_going_back_to_what_was_quoted(dingtalk: LocalDingTalk, chromium: Browser) -> None:
    first = dingtalk.say("u-boss", GROUP, "最早的一句", mention=False)["id"]
    for number in range(200):
        dingtalk.say("u-boss", GROUP, f"第{number}句", mention=False)
    dingtalk.say("u-li", GROUP, "说的是这句", quote=str(first), mention=False)
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    await expect(lead.page.get_by_test_id("message")).to_have_count(60)
    await lead.page.get_by_test_id("quoted").click()
    await expect(lead.message("最早的一句").first).to_be_in_viewport()
    await lead.page.get_by_test_id("jump").click()
    await expect(lead.message("说的是这句")).to_be_in_viewport()
    await lead.message("第199句").hover()
    await lead.page.get_by_test_id("quote").click()
    await expect(lead.page.get_by_test_id("quote-bar")).to_contain_text("周经理：第199句")
    await lead.says("好的")
    await expect(lead.message("好的").get_by_test_id("quoted")).to_contain_text("第199句")
    # What comes to lie below a pointer that rests has not been pointed at.
    await lead.page.locator(".chat-head").hover()
    await lead.page.locator(".chat-head").evaluate("(head) => { head.hidden = true; }")
    await lead.page.wait_for_timeout(300)
    await expect(lead.page.get_by_test_id("quote")).to_be_hidden()
    assert lead.faults == []


async def test_the_keyboard_reaches_a_message_and_what_is_behind_it(
    dingtalk: LocalDingTalk, robot: FakeRobot, chromium: Browser
) -> None:
    await robot.connect()
    dingtalk.say("u-li", GROUP, "库存")
    dingtalk.say("u-li", GROUP, "库存 水泥")
    await until(lambda: len(robot.frames) == 2)
    lead = await Window.open(chromium, dingtalk.url, "u-li", CONV)
    page = lead.page
    for number in range(40):
        dingtalk.say("u-boss", GROUP, f"第{number}句", mention=False)
    await lead.reads("第39句")
    await page.evaluate("document.getElementById('scroll').scrollTop = -900")
    await page.get_by_test_id("jump").press("Enter")
    await expect(page.get_by_test_id("jump")).to_be_hidden()
    assert await focused(page) == "scroll"
    await lead.message("库存 水泥").focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    assert await focused(page) == "quote"
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    assert await focused(page) == "behind"
    await page.keyboard.press("Enter")
    frames = page.get_by_test_id("frames").get_by_role("listitem")
    await expect(frames).to_have_count(2)  # the push and its ack
    assert await focused(page) == "tab-frames"
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_test_id("pool")).to_have_count(2)
    await page.keyboard.press("ArrowRight")
    await page.get_by_test_id("fault-push_lost").check()
    await expect(page.get_by_test_id("toast")).to_have_text("已生效")
    assert [fault.word for fault in dingtalk.faults.per_mille] == ["push_lost"]
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("drawer")).to_be_hidden()
    assert await focused(page) == "drawer-toggle"
    assert lead.faults == []


async def test_a_person_is_found_and_opened_in_a_window_of_their_own(
    demo_company: dict[str, object], chromium: Browser
) -> None:
    local = LocalDingTalk(demo_company)
    url = await local.start(port=0)
    try:
        boss = await Window.open(chromium, url, "u-shenrong")
        await boss.page.get_by_test_id("me").click()
        await boss.page.get_by_test_id("people-search").fill("班组长")
        await expect(boss.page.get_by_test_id("people").get_by_role("listitem")).to_have_count(5)
        await expect(boss.page.get_by_test_id("people-search")).to_be_focused()
        async with boss.page.context.expect_page() as opened:
            await boss.page.get_by_test_id("window-u-majun").click()
        lead = await opened.value
        await expect(lead.get_by_test_id("me")).to_contain_text("马军")
        await lead.get_by_test_id("suggestion").first.press("Enter")
        await expect(lead.get_by_test_id("message")).to_contain_text("库存 42.5水泥")
        await expect(lead.get_by_test_id("suggestions")).to_be_hidden()
        assert await focused(lead) == "composer"
        await boss.page.get_by_test_id("people-search").fill("许静")
        await boss.page.keyboard.press("Enter")
        await expect(boss.page.get_by_test_id("me")).to_contain_text("许静")
    finally:
        await local.stop()
