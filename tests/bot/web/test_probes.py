from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from prometheus_client.parser import text_string_to_metric_families

from bot.web import metrics, probes
from tests.bot.web.conftest import TOKEN, Robot, Serve
from tests.conftest import Clock
from tests.site import COMPANY, GROUP, Site

Client = TestClient[Any, Any]


class Unreachable:
    """A database that accepts nobody, or keeps everybody waiting."""

    def __init__(self, error: Exception):
        self._error = error

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[None]:
        raise self._error
        yield


async def figures(client: Client) -> dict[str, float]:
    """Every sample by its name and labels."""
    answer = await client.get("/metrics")
    assert answer.status == 200
    assert answer.content_type == "text/plain"
    found = [s for family in text_string_to_metric_families(await answer.text()) for s in family.samples]
    return {"/".join([s.name, *s.labels.values()]).removeprefix("liaozhanggui_"): s.value for s in found}


async def test_a_living_process_says_ok_whatever_happens_around_it(client: Client, robot: Robot) -> None:
    robot.is_now(connected=False)
    answer = await client.get("/healthz")
    assert (answer.status, await answer.text()) == (200, "ok")


async def test_it_is_ready_while_the_database_answers_and_dingtalk_is_connected(client: Client, robot: Robot) -> None:
    answer = await client.get("/readyz")
    told = {"ok": True, "last_frame_seconds": 3, "reconnects": 2}
    assert answer.status == 200
    assert await answer.json() == {"ready": True, "checks": {"database": {"ok": True}, "dingtalk": told}}
    robot.is_now(connected=False, last_frame_seconds=None)
    answer = await client.get("/readyz")
    told = {"ok": False, "last_frame_seconds": None, "reconnects": 2}
    assert answer.status == 503
    assert await answer.json() == {"ready": False, "checks": {"database": {"ok": True}, "dingtalk": told}}


@pytest.mark.parametrize("error", [OSError("refused"), TimeoutError()], ids=["refused", "slow"])
async def test_without_its_database_it_is_not_ready_and_still_tells_the_rest(serve: Serve, error: Exception) -> None:
    client = await serve(database=Unreachable(error))
    answer = await client.get("/readyz")
    assert (answer.status, (await answer.json())["checks"]["database"]) == (503, {"ok": False})
    found = await figures(client)
    assert (found["database_up"], found["frames_total"]) == (0, 40)
    assert "journal_seq" not in found


async def test_a_database_that_hangs_is_given_two_seconds(
    serve: Serve, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert probes.PROBE_SECONDS_MAX == 2
    monkeypatch.setattr(probes, "PROBE_SECONDS_MAX", 0)
    monkeypatch.setattr(metrics, "PROBE_SECONDS_MAX", 0)
    client = await serve()
    assert (await client.get("/readyz")).status == 503
    assert (await figures(client))["database_up"] == 0
    await site.verify()  # what was given up left no connection behind


async def test_metrics_tell_of_the_robot_and_its_queues(client: Client, site: Site, clock: Clock) -> None:
    await site.opening("水泥 20包 @27.5")
    await site.issue("水泥 5包")
    clock.forward(seconds=90)
    found = await figures(client)
    assert found["dingtalk_connected"] == 1
    assert found["dingtalk_last_frame_seconds"] == 3.5
    assert found["dingtalk_reconnects_total"] == 2
    assert found["frames_total"] == 40
    assert found["frames_not_understood_total"] == 1
    assert found["messages_sent_total"] == 38
    assert found["messages_dead_total"] == 0
    assert found["http_faults_total"] == 0
    assert (found["dingtalk_units_used/api"], found["dingtalk_units_limit/api"]) == (120, 5_000)
    assert (found["dingtalk_units_used/stream"], found["dingtalk_units_limit/stream"]) == (80, 3_000)
    assert found["database_up"] == 1
    assert found["journal_seq"] == (await site.head())[0] == 2
    assert (found["inbox_waiting"], found["inbox_oldest_seconds"]) == (0, 0)
    waiting = (await site.rows("SELECT COUNT(*) AS n FROM outbox WHERE state = 'waiting'"))[0]["n"]
    assert found["outbox_messages/waiting"] == waiting > 0
    assert found["outbox_messages/dead"] == 0
    assert found["outbox_oldest_seconds"] == 90
    assert found["process_start_time_seconds"] > 0


async def test_metrics_tell_no_secret_and_no_name(client: Client, site: Site) -> None:
    await site.opening("水泥 20包 @27.5")
    text = await (await client.get("/metrics")).text()
    people = [value for person in COMPANY["people"] for value in (person["id"], person["name"])]
    for told in (TOKEN, GROUP, "水泥", "CEM", "江城", *people):
        assert told not in text
