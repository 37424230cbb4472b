"""A site's book served over HTTP, and a program that reads it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from bot.settings import Secret
from bot.web.app import build
from bot.web.status import PoolUse, RobotFacts
from tests.conftest import Clock
from tests.site import Site

TOKEN: Final = "a-token-long-enough"
BEARER: Final = {"Authorization": f"Bearer {TOKEN}"}
WELL: Final = RobotFacts(
    connected=True,
    last_frame_seconds=3.5,
    reconnects=2,
    frames=40,
    not_understood=1,
    sent=38,
    dead=0,
    pools=(PoolUse(pool="api", used=120, limit=5_000), PoolUse(pool="stream", used=80, limit=3_000)),
)


class Robot:
    """Tells what the story wants it to tell."""

    def __init__(self) -> None:
        self.now = WELL

    def facts(self) -> RobotFacts:
        return self.now

    def is_now(self, **changes: Any) -> None:
        self.now = replace(self.now, **changes)


Serve = Callable[..., Awaitable[TestClient[Any, Any]]]
Ask = Callable[..., Awaitable[ClientResponse]]


@pytest.fixture
def robot() -> Robot:
    return Robot()


@pytest.fixture
async def serve(site: Site, robot: Robot, zone: ZoneInfo, clock: Clock) -> AsyncGenerator[Serve]:
    """Serves the site's book, with other parts if a story names them."""
    clients: list[TestClient[Any, Any]] = []

    async def start(**parts: Any) -> TestClient[Any, Any]:
        usual: dict[str, Any] = {
            "database": site.database,
            "company": site.book.company,
            "api_token": Secret(TOKEN),
            "status": robot,
            "zone": zone,
            "now": clock.now,
        }
        clients.append(TestClient(TestServer(build(**{**usual, **parts}))))
        await clients[-1].start_server()
        return clients[-1]

    yield start
    for client in clients:
        await client.close()


@pytest.fixture
async def client(serve: Serve) -> TestClient[Any, Any]:
    return await serve()


@pytest.fixture
def ask(client: TestClient[Any, Any]) -> Ask:
    """Asks the API with the right token."""

    async def get(path: str, **query: str) -> ClientResponse:
        return await client.get(f"/api/v1/{path}", params=query, headers=BEARER)

    return get
