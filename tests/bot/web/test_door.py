"""Who gets in, what is refused before the book is opened, and what every answer carries."""

import asyncio
import json
import logging
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from bot.settings import Secret
from bot.web import guard
from bot.web.app import build
from bot.web.limits import BODY_BYTES_MAX, URL_CHARS_MAX, VALUE_CHARS_MAX
from domain.company import Company
from tests.bot.web.conftest import BEARER, TOKEN, Ask, Serve

Client = TestClient[Any, Any]
PLACES = ("stock", "moves", "documents/SG20261123-001", "nothing", "documents/", "stock/", "")


async def code(answer: Any) -> tuple[int, str]:
    return answer.status, (await answer.json())["error"]["code"]


async def test_without_the_token_nothing_is_told_not_even_what_exists(client: Client) -> None:
    for place in PLACES:
        answer = await client.get(f"/api/v1/{place}")
        assert await code(answer) == (401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "shown",
    [
        "Bearer wrong-token-altogether",
        "Bearer",
        "Bearer ",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN.upper()}",
        f"Bearer x, Bearer {TOKEN}",
        "Bearer 令牌",
    ],
)
async def test_a_wrong_token_is_refused(client: Client, shown: str) -> None:
    assert await code(await client.get("/api/v1/stock", headers={"Authorization": shown})) == (401, "unauthorized")


async def test_two_tokens_are_none(client: Client) -> None:
    twice = [("Authorization", "Bearer x"), ("Authorization", f"Bearer {TOKEN}")]
    assert (await client.get("/api/v1/stock", headers=twice)).status == 401


async def test_the_word_bearer_may_be_written_in_any_case(client: Client) -> None:
    assert (await client.get("/api/v1/stock", headers={"Authorization": f"bearer {TOKEN}"})).status == 200


async def test_without_api_token_the_api_is_off_and_says_so(serve: Serve) -> None:
    client = await serve(api_token=Secret(""))
    for place in PLACES:
        answer = await client.get(f"/api/v1/{place}", headers={"Authorization": "Bearer "})
        assert await code(answer) == (503, "api_off")
        assert "API_TOKEN" in (await answer.json())["error"]["message"]
    assert (await client.get("/healthz")).status == 200


async def test_places_that_do_not_exist_are_named_in_json(client: Client) -> None:
    for place in ("/", "/nothing", "/api/v1/nothing", "/api/v2/stock", "/api/v1/stock/", "/%00", "/healthz/x"):
        assert await code(await client.get(place, headers=BEARER)) == (404, "not_found")


async def test_only_reading_is_possible(client: Client) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = await client.request(method, "/api/v1/stock", headers=BEARER)
        assert await code(answer) == (405, "method_not_allowed")
        assert answer.headers["Allow"] == "GET, HEAD"
    answer = await client.head("/api/v1/stock", headers=BEARER)
    assert (answer.status, await answer.read()) == (200, b"")


async def test_a_large_body_is_refused_unread(client: Client) -> None:
    answer = await client.get("/api/v1/stock", headers=BEARER, data=b"x" * (BODY_BYTES_MAX + 1))
    assert await code(answer) == (413, "too_large")

    async def endless() -> Any:
        yield b"x"

    assert await code(await client.get("/api/v1/stock", headers=BEARER, data=endless())) == (413, "too_large")
    assert (await client.get("/api/v1/stock", headers=BEARER, data=b"{}")).status == 200


async def test_a_long_address_is_refused(ask: Ask) -> None:
    assert await code(await ask("stock", material="x" * URL_CHARS_MAX)) == (400, "url_too_long")


async def test_parameters_are_known_once_short_and_plain(ask: Ask, client: Client) -> None:
    assert await code(await ask("stock", material="x" * (VALUE_CHARS_MAX + 1))) == (400, "bad_parameter")
    assert await code(await ask("stock", material="a\0b")) == (400, "bad_parameter")
    assert await code(await ask("stock", material="a\u202eb")) == (400, "bad_parameter")
    twice = await client.get("/api/v1/stock?lot=a&lot=b", headers=BEARER)
    assert await code(twice) == (400, "repeated_parameter")
    for place in ("stock", "moves", "documents/SG20261123-001", "openapi.json"):
        answer = await ask(place, limit="5")
        assert await code(answer) == (400, "unknown_parameter")
        assert "limit" in (await answer.json())["error"]["message"]


async def test_every_answer_carries_the_headers_and_hides_the_versions(client: Client) -> None:
    for place in ("/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/stock", "/nothing"):
        for headers in ({}, BEARER):
            answer = await client.get(place, headers=headers)
            assert guard.HEADERS.items() <= dict(answer.headers).items()
            assert "Python" not in answer.headers["Server"]
            assert "aiohttp" not in answer.headers["Server"]


async def test_a_fault_of_ours_is_one_calm_sentence_with_a_reference(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> Company:
        raise RuntimeError("canary-in-a-traceback")

    client = await serve(company=broken)
    with caplog.at_level(logging.ERROR):
        answer = await client.get("/api/v1/stock", headers=BEARER)
    error = json.loads(text := await answer.text())["error"]
    assert (answer.status, error["code"]) == (500, "fault")
    assert "canary" not in text
    assert "Traceback" not in text
    (line,) = [record for record in caplog.records if record.name == "bot.web.guard"]
    assert vars(line)["reference"] in error["message"]
    assert line.exc_info is not None
    assert "liaozhanggui_http_faults_total 1.0" in await (await client.get("/metrics")).text()


async def test_many_at_once_take_turns_and_all_are_answered(ask: Ask) -> None:
    answers = await asyncio.gather(*(ask("stock") for _ in range(30)))
    assert {answer.status for answer in answers} == {200}


async def test_what_takes_too_long_is_given_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "ANSWER_SECONDS_MAX", 0.05)

    async def slow() -> Company:
        await asyncio.sleep(60)
        return Company()

    client = await serve(company=slow)
    assert await code(await client.get("/api/v1/stock", headers=BEARER)) == (503, "unavailable")


async def test_a_database_out_of_reach_is_said_calmly(serve: Serve) -> None:
    async def gone() -> Company:
        raise ConnectionRefusedError

    client = await serve(company=gone)
    assert await code(await client.get("/api/v1/stock", headers=BEARER)) == (503, "unavailable")


def test_nothing_is_connected_by_building() -> None:
    company: Any = None
    build(database=company, company=company, api_token=Secret(""), status=company, zone=company)
