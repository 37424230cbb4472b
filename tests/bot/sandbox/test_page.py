"""The page: what it shows, what it lets in, and the demonstration company behind it."""

import asyncio
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Browser

from bot.sandbox.app import LocalDingTalk
from bot.sandbox.world import World
from tests.bot.sandbox.conftest import GROUP, FakeRobot

HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'


async def page(robot: FakeRobot, query: str) -> str:
    async with robot.http.get(f"{robot.url}/{query}") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        return await answer.text()


async def test_hostile_text_is_shown_as_typed(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    dingtalk.say("u-li", GROUP, HOSTILE)
    shown = await page(robot, f"?me=u-boss&conv={quote(GROUP)}")
    assert "<img src=x" not in shown
    assert "&lt;img src=x onerror=&#34;window.hacked=1&#34;&gt;" in shown


async def test_unread_marks_go_when_the_conversation_is_opened(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    dingtalk.say("u-li", GROUP, "库存")
    assert 'data-testid="unread">1<' in await page(robot, "?me=u-boss&conv=private")
    await page(robot, f"?me=u-boss&conv={quote(GROUP)}")
    assert 'data-testid="unread"' not in await page(robot, "?me=u-boss&conv=private")


async def test_an_undelivered_message_says_so(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    dingtalk.say("u-li", GROUP, "库存")
    assert "未送达" in await page(robot, f"?me=u-li&conv={quote(GROUP)}")


async def test_the_script_api_says_what_is_wrong(robot: FakeRobot, dingtalk: LocalDingTalk) -> None:
    said = {"person": "u-li", "conversation": GROUP, "text": "库存"}
    assert (await robot.call("POST", "/sandbox/api/say", said))[1]["ok"] is True
    assert (await robot.call("POST", "/sandbox/api/say", said | {"person": "u-x"}))[0] == 404
    assert (await robot.call("POST", "/sandbox/api/say", said | {"text": " "}))[0] == 400
    assert (await robot.call("POST", "/sandbox/api/press", {"person": "u-li", "card": "x", "button": "y"}))[0] == 404
    _, found = await robot.call("GET", f"/sandbox/api/messages?person=u-li&conversation={quote(GROUP)}")
    assert [message["text"] for message in found["messages"]] == ["库存"]
    assert (await robot.call("GET", "/sandbox/api/world"))[1]["groups"] == [{"conversation": GROUP, "name": "一号楼群"}]
    assert (await robot.call("GET", "/sandbox/api/frames"))[0] == 200
    assert (await robot.call("GET", "/v1.0/nothing"))[1]["code"] == "InvalidAction.NotFound"


async def test_other_sites_are_kept_out(robot: FakeRobot) -> None:
    said = {"person": "u-li", "conversation": GROUP, "text": "库存"}
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        async with robot.http.post(f"{robot.url}/sandbox/api/say", json=said, headers=headers) as answer:
            assert answer.status == 403
    async with robot.http.post(f"{robot.url}/sandbox/api/say", data=BytesIO(b"x" * 2_000_000)) as answer:
        assert answer.status == 400


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
async def test_two_windows_are_two_people(
    dingtalk: LocalDingTalk, robot: FakeRobot, chromium: Browser, width: int, height: int
) -> None:
    async def ack(frame: dict[str, Any]) -> object:
        await asyncio.sleep(0)
        data = {"cardParamMap": {"title": "你已同意", "sys_full_json_obj": "{}"}}
        is_press = "card" in frame["headers"]["topic"]
        return {
            "response": {"cardUpdateOptions": {"updateCardDataByKey": True}, "cardData": data} if is_press else None
        }

    robot.on = ack
    await robot.connect()
    screen = {"width": width, "height": height}
    context = await chromium.new_context(viewport=screen)  # pyright: ignore[reportArgumentType]
    windows = [await context.new_page() for _ in range(2)]
    problems: list[str] = []
    for window, person in zip(windows, ("u-li", "u-boss"), strict=True):
        window.on("console", lambda message: problems.append(message.text))
        window.on("pageerror", lambda error: problems.append(str(error)))
        await window.goto(f"{dingtalk.url}/?me={person}&conv={quote(GROUP)}")
    lead, manager = windows
    await lead.get_by_test_id("composer").fill(f"申购 水泥 {HOSTILE}")
    await lead.get_by_test_id("send").click()
    await manager.get_by_test_id("message").get_by_text("申购 水泥 <img src=x").wait_for()
    assert await manager.evaluate("window.hacked") is None
    await robot.create_card()
    await lead.get_by_test_id("card-button").wait_for()
    await manager.get_by_test_id("card-button").click()
    await manager.get_by_test_id("card").get_by_text("你已同意").wait_for()
    assert await lead.get_by_test_id("card").get_by_text("单据").count() == 1
    robot.on = lambda _: None
    await lead.get_by_test_id("card-button").click()
    await lead.get_by_test_id("toast").get_by_text("操作失败").wait_for()
    overflow = await lead.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert (overflow, problems) == (False, [])
    if width > 1000:
        await lead.get_by_test_id("clock-tonight").click()
        await lead.get_by_test_id("clock-now").get_by_text("18:00").wait_for()
        await lead.get_by_test_id("me").click()
        await lead.get_by_test_id("person-u-admin").click()
        await lead.wait_for_url("**/?me=u-admin*")
    await context.close()


def test_the_demonstration_company_is_a_believable_site(demo_company: dict[str, Any]) -> None:
    world = World(demo_company)
    titles = {title.partition("（")[0] for person in world.people.values() for title in person.titles}
    assert titles == {"老板", "管理员", "项目经理", "采购", "财务", "项目管家", "材料员", "班组长", "施工员"}
    assert len(world.groups) == len(demo_company["projects"]) == 2
    assert {group["project"] for group in demo_company["groups"]} == {"P01", "P02"}
    named = [m for m in demo_company["materials"] if "42.5水泥" in m["aliases"]]
    assert [(m["code"], m["base_unit"]) for m in named] == [("SN-425", "包")]
    assert any(p["material"] == "SN-425" and p["supplier"] for p in demo_company["prices"])
    stock = [s for s in demo_company["opening_stock"] if s["material"] == "SN-425"]
    assert [s["warehouse"] for s in stock] == ["W01"]
    texts = [str(value) for value in walk(demo_company) if isinstance(value, float)]
    assert texts == []


def walk(value: object) -> list[object]:
    if isinstance(value, dict):
        return [found for inner in value.values() for found in walk(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in walk(inner)]
    return [value]
