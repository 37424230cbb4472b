"""What the stories about DingTalk's door are told with."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.dingtalk.connection import ConnectionLimits, StreamConnection
from bot.dingtalk.credentials import Credentials
from bot.dingtalk.openapi import OpenApi
from bot.dingtalk.sdk import Receive
from bot.dingtalk.transport import TimeLimits
from tests.bot.dingtalk.local_dingtalk import QUICK, SECRET, Connect, HandClock, LocalDingTalk, Units
from tests.bot.dingtalk.unhurried import Unhurried


@pytest.fixture
async def dingtalk() -> AsyncIterator[LocalDingTalk]:
    local = LocalDingTalk()
    server = TestServer(local.app())
    await server.start_server()
    local.url = str(server.make_url("")).rstrip("/")
    yield local
    await server.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def credentials() -> Credentials:
    return Credentials(client_id="dingrobot1", client_secret=SECRET, robot_code="dingrobot1")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def units() -> Units:
    return Units()


@pytest.fixture
def turns() -> Unhurried:
    return Unhurried()


@pytest.fixture
def api(
    dingtalk: LocalDingTalk,
    http: aiohttp.ClientSession,
    credentials: Credentials,
    clock: HandClock,
    units: Units,
    turns: Unhurried,
) -> OpenApi:
    return OpenApi(
        credentials=credentials,
        http=http,
        openapi_endpoint=dingtalk.url,
        oapi_endpoint=dingtalk.url,
        clock=clock,
        units=units,
        rate=turns,
        limits=TimeLimits(call=1.0, connect=1.0, download=10.0),
    )


@pytest.fixture
def make_connection(
    dingtalk: LocalDingTalk, http: aiohttp.ClientSession, credentials: Credentials
) -> Callable[..., StreamConnection]:
    def make(receive: Receive, *, limits: ConnectionLimits = QUICK, **clocks: Any) -> StreamConnection:
        return StreamConnection(
            credentials=credentials, endpoint=dingtalk.url, http=http, receive=receive, limits=limits, **clocks
        )

    return make


@pytest.fixture
async def connect(make_connection: Callable[..., StreamConnection]) -> AsyncIterator[Connect]:
    """Starts connections, and stops them when the story ends."""
    started: list[tuple[StreamConnection, asyncio.Task[None]]] = []

    def start(receive: Receive, **settings: Any) -> StreamConnection:
        connection = make_connection(receive, **settings)
        started.append((connection, asyncio.create_task(connection.run())))
        return connection

    yield start
    for connection, task in started:
        await connection.stop()
        await task
