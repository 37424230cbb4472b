"""A small company, a local DingTalk of it, and a robot that answers as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import aiohttp
import pytest
from playwright.async_api import Browser

from bot.sandbox.app import LocalDingTalk
from bot.sandbox.clock import SHANGHAI
from tests.e2e.window import browser

GROUP = "cidSite01=="
ROBOT_TOPIC = "/v1.0/im/bot/messages/get"
CARD_TOPIC = "/v1.0/card/instances/callback"
MARKDOWN_BUTTON = "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema"

COMPANY: dict[str, object] = {
    "company": {"name": "小公司"},
    "projects": [{"code": "P01", "name": "一号楼", "stages": ["主体"], "manager": "u-boss"}],
    "people": [
        {"id": "u-li", "name": "李工", "roles": ["班组长"], "team": "瓦工班", "superior": "u-boss"},
        {"id": "u-boss", "name": "周经理", "roles": []},
        {"id": "u-admin", "name": "管理", "roles": ["管理员"]},
    ],
    "teams": [{"name": "瓦工班", "leader": "u-li"}],
    "groups": [{"conversation_id": GROUP, "name": "一号楼群", "project": "P01"}],
}

Frame = dict[str, Any]


class Machine:
    """The machine's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **span: float) -> None:
        self.now += timedelta(**span)


class FakeRobot:
    """A client written for these tests alone. `on` says what to answer; None means no ack."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url, self.http, self.token = url, http, ""
        self.frames: list[Frame] = []
        self.socket: aiohttp.ClientWebSocketResponse | None = None
        self.on: Callable[[Frame], Awaitable[object] | object] = lambda _: {"response": None}
        self._task: asyncio.Task[None] | None = None

    async def sign_in(self, secret: str = "sandbox-secret") -> dict[str, Any]:
        status, body = await self.call(
            "POST", "/v1.0/oauth2/accessToken", {"appKey": "sandbox-robot", "appSecret": secret}
        )
        self.token = body.get("accessToken", "") if status == 200 else self.token
        return body

    async def open(self, secret: str = "sandbox-secret", topics: tuple[str, ...] = (ROBOT_TOPIC, CARD_TOPIC)) -> Frame:
        subscriptions = [{"type": "EVENT" if t == "*" else "CALLBACK", "topic": t} for t in topics]
        body = {"clientId": "sandbox-robot", "clientSecret": secret, "subscriptions": subscriptions}
        status, answer = await self.call("POST", "/v1.0/gateway/connections/open", body)
        return answer | {"status": status}

    async def connect(self, topics: tuple[str, ...] = (ROBOT_TOPIC, CARD_TOPIC)) -> None:
        opened = await self.open(topics=topics)
        self.socket = await self.http.ws_connect(f"{opened['endpoint']}?ticket={quote_plus(opened['ticket'])}")
        self._task = asyncio.create_task(self._listen(self.socket))

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            with suppress(ValueError):
                frame: Frame = json.loads(message.data)
                frame["decoded"] = json.loads(frame["data"])
                self.frames.append(frame)
                answer = frame["decoded"] if frame["type"] == "SYSTEM" else self.on(frame)
                if isinstance(answer, Awaitable):
                    answer = await answer
                if answer is not None:
                    await self.ack(socket, frame, answer)

    async def ack(self, socket: aiohttp.ClientWebSocketResponse, frame: Frame, data: object) -> None:
        headers = {"contentType": "application/json", "messageId": frame["headers"]["messageId"]}
        await socket.send_str(json.dumps({"code": 200, "headers": headers, "message": "OK", "data": json.dumps(data)}))

    async def call(
        self, method: str, path: str, body: object = None, *, query: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        headers = {"x-acs-dingtalk-access-token": self.token}
        async with self.http.request(method, self.url + path, json=body, params=query, headers=headers) as answer:
            return answer.status, await answer.json()

    async def old_call(self, path: str, body: object) -> dict[str, Any]:
        return (await self.call("POST", f"{path}?access_token={self.token}", body))[1]

    async def webhook(self, frame: Frame, body: object) -> dict[str, Any]:
        async with self.http.post(frame["decoded"]["sessionWebhook"], json=body) as answer:
            return await answer.json()

    async def hears(self, count: int = 1) -> Frame:
        """Wait until so many frames have come, and give the last."""
        await until(lambda: len(self.frames) >= count)
        return self.frames[count - 1]

    async def create_card(self, track: str = "card-1", **changes: object) -> tuple[int, dict[str, Any]]:
        buttons = [{"text": "同意", "color": "blue", "id": "approve", "request": True}]
        full = json.dumps({"msgButtons": buttons})
        body: dict[str, object] = {
            "cardTemplateId": MARKDOWN_BUTTON,
            "outTrackId": track,
            "callbackType": "STREAM",
            "cardData": {"cardParamMap": {"title": "单据", "markdown": "**200 包**", "sys_full_json_obj": full}},
            "openSpaceId": f"dtv1.card//IM_GROUP.{GROUP}",
            "imGroupOpenSpaceModel": {"supportForward": False, "lastMessageI18n": {"ZH_CN": "[待审批]"}},
            "imGroupOpenDeliverModel": {"robotCode": "sandbox-robot"},
            "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
        }
        return await self.call("POST", "/v1.0/card/instances/createAndDeliver", body | changes)

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.close()
        if self._task is not None:
            self._task.cancel()


async def until(holds: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  # what is waited for lies on the other side of a socket
            await asyncio.sleep(0.01)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
async def dingtalk(machine: Machine) -> AsyncIterator[LocalDingTalk]:
    local = LocalDingTalk(COMPANY, now=machine, card_ack_deadline=0.3, event_ack_deadline=0.3, redeliver_after=0.3)
    await local.start(port=0)
    yield local
    await local.stop()


@pytest.fixture
async def robot(dingtalk: LocalDingTalk) -> AsyncIterator[FakeRobot]:
    async with aiohttp.ClientSession() as http:
        fake = FakeRobot(dingtalk.url, http)
        await fake.sign_in()
        yield fake
        await fake.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with browser() as started:
        yield started


@pytest.fixture
def demo_company() -> dict[str, object]:
    path = Path(__file__).parents[3] / "bot" / "sandbox" / "demo_company.json"
    return json.loads(path.read_text("utf-8"))
