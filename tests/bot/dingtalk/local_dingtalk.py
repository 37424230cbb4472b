"""A small DingTalk to test against: a gateway and an OpenAPI in this process, scripted by each story."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.dingtalk.connection import ConnectionLimits, StreamConnection
from bot.dingtalk.units import Pool

FRAMES = Path(__file__).parent / "frames"
SECRET = "s3cret-of-the-robot"
TICKET = "7724109a/tick+et=="  # Must be encoded in a query.


def wire(frame: Mapping[str, Any], *, message_id: str = "push-1") -> str:
    """A frame as it comes over the wire: header values are strings, `data` is JSON inside a string."""
    headers = {"appId": "app1", "contentType": "application/json", "messageId": message_id, "time": "1795485600250"}
    return json.dumps(
        {
            "specVersion": "1.0",
            "type": frame["type"],
            "headers": headers | frame["headers"],
            "data": frame["data"] if isinstance(frame["data"], str) else json.dumps(frame["data"], ensure_ascii=False),
        },
        ensure_ascii=False,
    )


def story_frame(name: str, *, message_id: str = "push-1") -> str:
    return wire(json.loads((FRAMES / f"{name}.json").read_text("utf-8")), message_id=message_id)


def system_frame(topic: str, data: Mapping[str, Any]) -> str:
    return json.dumps(
        {"type": "SYSTEM", "headers": {"topic": topic, "messageId": f"{topic}-1"}, "data": json.dumps(data)}
    )


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: Mapping[str, str]
    transport: asyncio.Transport | None = None


@dataclass
class Socket:
    """One connection as the gateway sees it."""

    ws: web.WebSocketResponse
    request: web.Request
    acks: list[dict[str, Any]] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def push(self, frame: str) -> None:
        await self.ws.send_str(frame)

    def cut(self) -> None:
        """As if somebody had pulled the cable out, with no word of farewell."""
        assert self.request.transport is not None
        self.request.transport.abort()

    def acked(self) -> list[str]:
        return [ack["headers"]["messageId"] for ack in self.acks]


Answer = Callable[[Request], Awaitable[web.StreamResponse]]


class LocalDingTalk:
    """Remembers what was asked of it. `answers` overrides a path, one answer after the other, the last one stays."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.sockets: list[Socket] = []
        self.answers: dict[str, list[Answer]] = {}
        self.tickets: set[str] = set()
        self.tokens = 0
        self.is_mute = False  # Accepts and then says nothing, closes nothing, answers nothing.
        self.url = ""

    def answer(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def app(self) -> web.Application:
        app = web.Application(client_max_size=30 * 1024 * 1024)
        app.router.add_get("/connect", self._connect)
        app.router.add_route("*", "/{tail:.*}", self._serve)
        return app

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.content_type == "multipart/form-data":
            body: Any = {
                name: (value.filename, value.file.read()) if isinstance(value, web.FileField) else value
                for name, value in (await request.post()).items()
            }
        else:
            body = json.loads(await request.text() or "{}")
        heard = Request(
            request.method, request.path, dict(request.query), body, dict(request.headers), request.transport
        )
        self.requests.append(heard)
        scripted = self.answers.get(request.path, [])
        if scripted:
            return await (scripted.pop(0) if len(scripted) > 1 else scripted[0])(heard)
        return self.usual(heard)

    async def usually(self, request: Request) -> web.StreamResponse:
        """The usual answer, where a script has to name it."""
        return self.usual(request)

    def usual(self, request: Request) -> web.Response:
        if request.path == "/v1.0/gateway/connections/open":
            ticket = f"{TICKET}{len(self.tickets)}"
            self.tickets.add(ticket)
            return web.json_response({"endpoint": f"{self.url.replace('http', 'ws')}/connect", "ticket": ticket})
        if request.path == "/v1.0/oauth2/accessToken":
            self.tokens += 1
            return web.json_response({"accessToken": f"token-{self.tokens}", "expireIn": 7200})
        return web.json_response({"errcode": 0, "errmsg": "ok", "processQueryKey": "pqk-1", "success": True})

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=401)
        self.tickets.remove(ticket)
        self.tickets.add(f"used {ticket}")
        ws = web.WebSocketResponse(autoping=not self.is_mute)
        await ws.prepare(request)
        socket = Socket(ws, request)
        self.sockets.append(socket)
        try:
            async for message in ws:
                if message.type is aiohttp.WSMsgType.TEXT:
                    socket.acks.append(json.loads(message.data))
        finally:
            socket.closed.set()
        return ws


def saying(body: Any, status: int = 200, **headers: str) -> Answer:
    """Answers with this JSON, or with this text."""

    async def answer(_: Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(text=body, status=status, headers=headers, content_type="text/html")
        return web.json_response(body, status=status, headers=headers)

    return answer


async def until(true: Callable[[], object], seconds: float = 3.0) -> None:
    """Wait for something to become true, briefly."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for happens on the other side of a socket
            await asyncio.sleep(0.005)


class Units:
    def __init__(self) -> None:
        self.used: dict[Pool, int] = dict.fromkeys(Pool, 0)

    def count(self, pool: Pool, units: int = 1) -> None:
        self.used[pool] += units


class HandClock:
    """Moves by hand; whoever sleeps moves it on at once."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


Connect = Callable[..., StreamConnection]

QUICK = ConnectionLimits(
    open_seconds=1.0,
    silence_seconds=30.0,
    watch_seconds=0.02,
    backoff_seconds_min=0.02,
    backoff_seconds_max=0.1,
    refused_seconds=0.2,
    stable_seconds=0.0,
    linger_seconds=0.05,
    overlap_seconds=1.0,
    drain_seconds=0.5,
    close_seconds=0.2,
    handler_seconds=2.0,
)
