"""The parts of the page without a browser: times, sizes, typed text, suggestions, labels, the drawer."""

from datetime import datetime
from io import BytesIO
from urllib.parse import quote

import aiohttp
import pytest
import zxingcpp
from PIL import Image

from bot.sandbox.app import LocalDingTalk
from bot.sandbox.clock import SHANGHAI
from bot.sandbox.guard import page_policy
from bot.sandbox.label_photo import draw_label
from bot.sandbox.media import measure
from bot.sandbox.suggestions import suggestions
from bot.sandbox.times import brief, duration_text, moment, size_text
from bot.sandbox.typed import render_typed
from bot.sandbox.world import Material, World
from tests.bot.sandbox.conftest import COMPANY, GROUP, FakeRobot

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)  # a Wednesday


@pytest.mark.parametrize(
    ("at", "between", "listed"),
    [
        ((2026, 11, 25, 9, 5), "09:05", "09:05"),
        ((2026, 11, 24, 23, 59), "昨天 23:59", "昨天"),
        ((2026, 11, 20, 8, 0), "星期五 08:00", "星期五"),
        ((2026, 11, 18, 8, 0), "11月18日 08:00", "11月18日"),
        ((2025, 12, 31, 8, 0), "2025年12月31日 08:00", "2025年12月31日"),
    ],
)
def test_a_time_is_as_short_as_it_can_be(at: tuple[int, int, int, int, int], between: str, listed: str) -> None:
    then = datetime(*at, tzinfo=SHANGHAI)
    assert (moment(then, NOW), brief(then, NOW)) == (between, listed)


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (1_023, "1023 B"),
        (1_024, "1.0 KB"),
        (1_588, "1.5 KB"),
        (20 * 1_048_576, "20.0 MB"),
        (None, "已过期"),
    ],
)
def test_a_size_is_read_at_a_glance(size: int | None, shown: str) -> None:
    assert size_text(size) == shown


def test_a_voice_message_lasts_a_second_at_least() -> None:
    assert (duration_text(300), duration_text(12_900)) == ("1″", "12″")


def test_only_mentions_and_addresses_are_marked_up_in_what_was_typed() -> None:
    shown = str(render_typed("@周经理 @周经 <b> https://a.example/?x=1&y=2，看", ["周经理"]))
    assert shown.startswith(
        '<span class="mention">@周经理</span> @周经 &lt;b&gt; <a href="https://a.example/?x=1&amp;y=2"'
    )
    assert shown.endswith("，看")
    assert "javascript" not in str(render_typed("x", ["<img>"]))


def test_suggestions_name_what_the_company_has_and_suit_who_reads_them(demo_company: dict[str, object]) -> None:
    world = World(demo_company)
    assert suggestions(world, world.people["u-majun"]) == ("库存 42.5水泥", "申购 42.5水泥 20包", "帮助")
    assert suggestions(world, world.people["u-shenrong"]) == ("库存 42.5水泥", "待我审批", "帮助")
    assert suggestions(World(COMPANY), World(COMPANY).people["u-li"]) == ("帮助",)


@pytest.mark.parametrize("has_font", [True, False])
def test_a_label_can_be_read_by_machines(has_font: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_font:
        monkeypatch.setattr("bot.sandbox.label_photo._font_file", lambda: "")
    material = Material("GJ-12", "螺纹钢" * 9, "HRB400 Φ12", "吨", "12螺纹", is_in_stock=True)
    found = zxingcpp.read_barcodes(Image.open(BytesIO(draw_label(material))))
    assert [code.text for code in found] == ["LZG:GJ-12"]


async def test_the_gallery_is_searched_and_unknown_labels_are_not_there(demo_company: dict[str, object]) -> None:
    local = LocalDingTalk(demo_company)
    await local.start(port=0)
    try:
        async with aiohttp.ClientSession(local.url) as http:
            found = await (await http.get("/sandbox/labels", params={"me": "u-caobin", "q": "42.5"})).text()
            assert found.count("<li>") == 1
            assert "没有这样的材料" in await (await http.get("/sandbox/labels", params={"q": "<b>"})).text()
            assert (await http.get("/sandbox/labels/NO-SUCH.png")).status == 404
    finally:
        await local.stop()


def test_a_picture_is_measured_as_it_will_be_shown() -> None:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: the browser turns it
    Image.new("RGB", (40, 30)).save(out, "JPEG", exif=exif)
    assert measure(out.getvalue()) == (30, 40)
    assert measure(b"\x89PNG\r\n\x1a\n" + b"\0" * 20) is None


def test_a_strange_host_adds_nothing_to_the_policy() -> None:
    assert "connect-src 'self' ws://127.0.0.1:80 wss://127.0.0.1:80;" in page_policy("127.0.0.1:80")
    assert page_policy("127.0.0.1:80;script-src *") == page_policy("a b")


async def test_the_drawer_shows_what_is_behind_one_message(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await robot.connect()
    said = dingtalk.say("u-li", GROUP, "库存 <b>")
    frame = await robot.hears()

    async def behind(message: object) -> str:
        address = f"{robot.url}/sandbox/drawer/frames?about={quote(str(message))}"
        async with robot.http.get(address) as found:
            return await found.text()

    # An answer by the OpenAPI does not say which message it answers.
    assert "回答是另一次调用" in await behind(said["id"])
    await robot.webhook(frame, {"msgtype": "text", "text": {"content": "20 包"}})
    assert "回答是另一次调用" not in await behind(said["id"])
    await robot.create_card()
    answer, card = dingtalk.messages("u-li", GROUP)[-2:]
    # The push, its ack and the reply; the call that sent the reply; the one that made the card.
    assert [(await behind(m["id"])).count("<details>") for m in (said, answer, card)] == [3, 1, 1]
    assert "sendBySession" in await behind(said["id"])
    assert "&lt;b&gt;" in await behind(said["id"])
    assert "createAndDeliver" in await behind(card["id"])
    assert "sandbox-secret" not in await behind("")
    dingtalk.move_clock("tomorrow")
    await robot.create_card("late")
    await robot.webhook(frame, {"msgtype": "text", "text": {"content": "晚了"}})
    assert "createAndDeliver 被拒绝：令牌过期或不对" in await behind("")
    assert "sendBySession 被拒绝：session 不存在" in await behind(said["id"])
    assert "refused" not in await behind("")
