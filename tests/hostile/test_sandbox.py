"""The doors of the local DingTalk: every address, by bytes, by names of others, from other sites, by floods."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.sandbox.app import LocalDingTalk
from bot.sandbox.guard import HEADERS
from tests.bot.sandbox.conftest import COMPANY, GROUP, FakeRobot, Machine, dingtalk, machine, robot
from tests.hostile.corpus import SMALL

__all__ = ["dingtalk", "machine", "robot"]

OTHERS = "cidElsewhere=="
SITES: dict[str, object] = {
    **COMPANY,
    "projects": [{"code": "P01", "name": "一号楼", "stages": ["主体"]}, {"code": "P02", "name": "二号楼"}],
    "people": [
        {"id": "u-li", "name": "李工", "roles": [{"role": "班组长", "project": "P01"}]},
        {"id": "u-wu", "name": "吴工", "roles": [{"role": "班组长", "project": "P02"}]},
    ],
    "materials": [{"code": "A/B?#%", "name": "水泥", "base_unit": "包"}],
    "groups": [
        {"conversation_id": GROUP, "name": "一号楼群", "project": "P01"},
        {"conversation_id": OTHERS, "name": "二号楼群", "project": "P02"},
    ],
}
POSTS = ("say", "voice", "press", "authcode", "clock", "faults", "picture", "file")
BODIES = {
    "nothing": b"",
    "half": b"{",
    "a list": b"[]",
    "deep": b'{"a":' * 100_000,
    "deep lists": b"[" * 100_000,
    "an endless number": b'{"seed":' + b"9" * 5_000 + b"}",
    "infinity": b'{"seed":1e999,"to":1e999}',
    "no text": b"\xff\xfe\x00",
    "bytes of half a character": b'{"person":"u-li","conversation":"private","text":"\xed\xa0\xbd"}',
    "half a character": rb'{"person":"u-li","conversation":"private","text":"\ud83d","quote":"\ud83d"}',
    "the end of the calendar": b'{"to":"9999-12-31T23:59:59+00:00","frozen_at":"9999-12-31T23:59:59-12:00"}',
    "the last instant": b'{"to":"9999-12-31T23:59:59+00:00"}',
    "the first instant": b'{"to":"0001-01-01T00:00:00+14:00"}',
    "a megabyte": b'{"text":"' + b"x" * 2_000_000 + b'"}',
}
TYPES = ("application/json", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain")
NUMBERS = ("9" * 4_400, "-1", "%D9%A3", "%C2%B2", "1e9", "0", "", "999999999999999", "%ED%A0%BD", "%00")
READ = (
    "/sandbox/page/messages?me=u-li&conv=private&{0}={1}",
    "/sandbox/api/messages?person=u-li&conversation=private&{0}={1}",
    "/?me=u-li&conv=private&{0}={1}",
    "/sandbox/drawer/frames?about={1}",
    "/sandbox/labels?q={1}",
    "/sandbox/clock?until={1}",
)


@pytest.fixture
async def sites(machine: Machine) -> AsyncIterator[LocalDingTalk]:
    local = LocalDingTalk(SITES, now=machine)
    await local.start(port=0)
    yield local
    await local.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def ask(
    http: aiohttp.ClientSession, local: LocalDingTalk, method: str, path: str, **more: Any
) -> tuple[int, bytes]:
    """An answer that is no fault and carries everything that a browser must be told."""
    async with http.request(method, URL(local.url + path, encoded=True), **more) as answer:
        body = await answer.read()
        assert answer.status < 500, (method, path[:80], body[:200])
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert HEADERS.items() <= dict(answer.headers).items()
        return answer.status, body


async def say(
    http: aiohttp.ClientSession, local: LocalDingTalk, person: str, conversation: str, text: str
) -> tuple[int, Any]:
    body = json.dumps({"person": person, "conversation": conversation, "text": text})
    status, answer = await ask(http, local, "POST", "/sandbox/api/say", data=body)
    return status, json.loads(answer)


@pytest.mark.parametrize("name", BODIES)
async def test_no_body_is_a_fault_and_the_page_still_opens(
    sites: LocalDingTalk, http: aiohttp.ClientSession, name: str
) -> None:
    for address in POSTS:
        for kind in TYPES:
            _, answer = await ask(
                http,
                sites,
                "POST",
                f"/sandbox/api/{address}",
                data=io.BytesIO(BODIES[name]),
                headers={"Content-Type": kind},
            )
            told = json.loads(answer).get("error", "无")
            assert not told.isascii(), told
    assert (await ask(http, sites, "GET", "/?me=u-li&conv=private"))[0] == 200
    assert (await ask(http, sites, "GET", "/sandbox/api/messages?person=u-li&conversation=private"))[0] == 200
    assert sites.clock.now().year < 2_100


async def test_no_method_and_no_number_is_a_fault(sites: LocalDingTalk, http: aiohttp.ClientSession) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"):
        for path in ("/", "/sandbox/live", "/sandbox/static/page.js", "/sandbox/labels", "/sandbox/api/say"):
            await ask(http, sites, method, path)
    for number in NUMBERS:
        for address in READ:
            for name in ("before", "from", "around", "limit"):
                await ask(http, sites, "GET", address.format(name, number))
    for path in ("/sandbox/static/../app.py", "/sandbox/static/..%2fapp.py", "/sandbox/static/%00", "/sandbox/static/"):
        assert (await ask(http, sites, "GET", path))[0] in (400, 403, 404)


@pytest.mark.filterwarnings("ignore::aiohttp.BadContentDispositionHeader")  # what it cannot read has no name
async def test_text_and_file_names_are_shown_whatever_they_are(
    sites: LocalDingTalk, http: aiohttp.ClientSession
) -> None:
    for text in SMALL.values():
        await say(http, sites, "u-li", GROUP, text)
        for address in ("file", "picture"):
            name = text.encode("utf-8", "surrogatepass").replace(b'"', b"").replace(b"\n", b"").replace(b"\r", b"")
            head = b'--x\r\nContent-Disposition: form-data; name="%s"' + b"%s\r\n\r\n%s\r\n"
            data = head % (b"person", b"", b"u-li") + head % (b"conversation", b"", b"private")
            data += head % (b"media", b'; filename="' + name + b'"', b"\x89PNG\r\n\x1a\nxx") + b"--x--\r\n"
            kind = {"Content-Type": "multipart/form-data; boundary=x"}
            status, sent = await ask(http, sites, "POST", f"/sandbox/api/{address}", data=data, headers=kind)
            if status == 200:
                media = json.loads(sent)["message"]["media"]
                async with http.get(f"{sites.url}/sandbox/media/{media}") as answer:
                    assert answer.status == 200
                    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    for conversation in ("private", GROUP.replace("=", "%3D")):
        assert (await ask(http, sites, "GET", f"/?me=u-li&conv={conversation}"))[0] == 200


async def test_the_label_of_a_material_is_found_by_the_address_in_the_gallery(
    sites: LocalDingTalk, http: aiohttp.ClientSession
) -> None:
    _, gallery = await ask(http, sites, "GET", "/sandbox/labels")
    address = gallery.decode().partition('src="')[2].partition('"')[0]
    status, photo = await ask(http, sites, "GET", address)
    assert (status, photo[:4]) == (200, b"\x89PNG")


async def test_a_group_is_closed_to_whoever_is_not_in_it(sites: LocalDingTalk, http: aiohttp.ClientSession) -> None:
    secret = (await say(http, sites, "u-li", GROUP, "我们这里的事"))[1]["message"]["id"].replace("+", "%2B")
    own = sites.world.people["u-li"].private_chat
    for conversation in (GROUP, own):
        where = conversation.replace("=", "%3D").replace("+", "%2B").replace("/", "%2F")
        assert (await say(http, sites, "u-wu", conversation, "我也来"))[0] == 404
        assert (await ask(http, sites, "GET", f"/sandbox/page/messages?me=u-wu&conv={where}"))[0] == 404
        assert (await ask(http, sites, "GET", f"/sandbox/api/messages?person=u-wu&conversation={where}"))[0] == 404
        _, page = await ask(http, sites, "GET", f"/?me=u-wu&conv={where}")
        assert "我们这里的事" not in page.decode()
        async with http.ws_connect(f"{sites.url}/sandbox/live?me=u-wu&conv={where}&last=0") as socket:
            assert [json.loads(frame.data)["type"] async for frame in socket] == ["hello"]
    for path in (f"/sandbox/page/messages?me=u-wu&conv={OTHERS.replace('=', '%3D')}&around={secret}",):
        assert "我们这里的事" not in json.loads((await ask(http, sites, "GET", path))[1])["html"]


async def test_a_message_that_was_not_shown_to_somebody_is_not_quoted_by_them(
    dingtalk: LocalDingTalk, robot: FakeRobot, http: aiohttp.ClientSession
) -> None:
    await robot.connect()
    model = {"robotCode": "sandbox-robot", "recipients": ["u-boss"]}
    await robot.create_card(imGroupOpenDeliverModel=model)
    card = dingtalk.messages("u-boss", GROUP)[-1]["id"]
    assert dingtalk.messages("u-li", GROUP) == []
    body = json.dumps({"person": "u-li", "conversation": GROUP, "text": "撤回", "quote": card})
    assert (await ask(http, dingtalk, "POST", "/sandbox/api/say", data=body))[0] == 404
    body = json.dumps({"person": "u-li", "card": "card-1", "button": "approve"})
    assert (await ask(http, dingtalk, "POST", "/sandbox/api/press", data=body))[0] == 404


ORIGINS = ("null", "http://[", "http://evil.example", "http://evil.example@127.0.0.1", "http://127.0.0.1", "file://")
HOSTS = ("evil.example", "[", "[::1", "127.0.0.1.evil.example", "", "127.1", "0.0.0.0")  # a name in Host


async def test_no_page_of_another_site_and_no_name_of_another_reaches_in(
    sites: LocalDingTalk, http: aiohttp.ClientSession
) -> None:
    for origin in ORIGINS:
        headers = {"Origin": origin}
        for address in POSTS:
            assert (await ask(http, sites, "POST", f"/sandbox/api/{address}", data=b"{}", headers=headers))[0] == 403
        assert (await ask(http, sites, "GET", "/sandbox/live?me=u-li&conv=private", headers=headers))[0] == 403
    for host in HOSTS:
        assert (await ask(http, sites, "GET", "/?me=u-li", headers={"Host": host}))[0] == 403
    assert sites.messages("u-li", "private") == []
