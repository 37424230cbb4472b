"""The other doors: addresses in frames, settings, backups, the lines of `parse`, the bytes of HTTP."""

import asyncio
import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from bot.commands import parse as parse_command
from bot.commands.parse import LINE_BYTES_MAX
from bot.commands.restore import run as restore
from bot.dingtalk.errors import Refused
from bot.dingtalk.hosts import API_DOMAINS, FILE_DOMAINS, AllowedHosts
from bot.settings import SettingsFaults, read_settings
from tests.bot.web.conftest import TOKEN, client, robot, serve
from tests.conftest import Databases
from tests.hostile.corpus import ADDRESSES, INJECTIONS, TEXTS, UNICODE
from tests.hostile.files import FILES_OF_BYTES

__all__ = ["client", "robot", "serve"]

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
CATALOG = Path(__file__).parents[1] / "data" / "catalog.json"
SETTINGS = (
    "DINGTALK_CLIENT_ID", "DINGTALK_CLIENT_SECRET", "DINGTALK_OPENAPI_ENDPOINT", "DATABASE_URL", "HTTP_HOST",
    "HTTP_PORT", "API_TOKEN", "TIMEZONE", "LOG_LEVEL", "COMPANY_FILE", "CARD_TEMPLATE", "SANDBOX_CLOCK_URL",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES, ids=range(len(ADDRESSES)))
@pytest.mark.parametrize("domains", [API_DOMAINS, FILE_DOMAINS])
def test_no_address_of_anybody_else_is_called(address: str, domains: tuple[str, ...]) -> None:
    hosts = AllowedHosts(["https://api.dingtalk.com", "https://oapi.dingtalk.com"], domains)
    with pytest.raises(Refused):
        hosts.check(address)


def test_no_setting_is_more_than_refused(tmp_path: Path) -> None:
    good = {"DINGTALK_CLIENT_ID": "ding1", "DINGTALK_CLIENT_SECRET": "secret-secret", "DATABASE_URL": "sqlite:///x"}
    for setting in SETTINGS:
        for value in (*UNICODE.values(), *INJECTIONS.values(), "9" * 10_000, "-1", "../..", "http://[::1"):
            try:
                read_settings({**good, setting: value}, directory=tmp_path)
            except SettingsFaults as faults:
                assert setting in str(faults)  # noqa: PT017  # either end is right, but no other


async def test_no_bytes_are_restored(databases: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, data in FILES_OF_BYTES.items():
        path = tmp_path / "backup"
        path.write_bytes(data)
        assert await restore(databases.url("sqlite"), path) == 1, name
        assert capsys.readouterr().err.strip(), name


def test_parse_answers_every_line_and_holds_none_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [json.dumps({"text": text}).encode() for text in TEXTS.values()]
    lines += [
        b'{"text":"x","context":{"project":"\\ud800"}}',
        b"\xff\xfe",
        b"[" * 100_000,
        b"9" * 20_000,
        b'{"text":1,"text":"x"}',
    ]
    lines += [b'{"text": "' + b"x" * (3 * LINE_BYTES_MAX) + b'"}', json.dumps({"text": "帮助"}).encode()]
    out = io.BytesIO()
    monkeypatch.setattr(
        parse_command,
        "sys",
        SimpleNamespace(
            stdin=SimpleNamespace(buffer=io.BytesIO(b"\n".join(lines))), stdout=SimpleNamespace(buffer=out), stderr=None
        ),
    )
    assert parse_command.parse(CATALOG, "2026-11-23T09:00:00+08:00") == 0
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(answers) == len(lines)
    assert answers[-2]["status"] == "error"
    assert answers[-1]["status"] == "ok"


REQUESTS = {
    "a body without end": b"POST /api/v1/stock HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n{",
    "a deep body": b"POST /api/v1/stock HTTP/1.1\r\nContent-Length: 50000\r\n\r\n" + b"[" * 50_000,
    "a body in pieces": b"POST /api/v1/moves HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
    "two lengths": b"GET /api/v1/stock HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    "an endless header": b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    "thousands of headers": b"GET /metrics HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(5_000)) + b"\r\n",
    "a header of bytes": b"GET /api/v1/stock HTTP/1.1\r\nAuthorization: Bearer \xff\xfe\x00\r\n\r\n",
    "two authorizations": b"GET /api/v1/stock HTTP/1.1\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
    "a method of nobody": b"HACK /api/v1/stock HTTP/1.1\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00",
    "metrics with a query": b"GET /metrics?x=%ED%A0%80&" + b"a=b&" * 900 + b" HTTP/1.1\r\n\r\n",
    "probes with a query": b"GET /readyz?{{7*191}} HTTP/1.1\r\n\r\n",
    "a number of a document": b"GET /api/v1/documents/" + b"9" * 3_000 + b" HTTP/1.1\r\nAuthorization: Bearer "
    + TOKEN.encode() + b"\r\n\r\n",
}  # fmt: skip


@SQLITE
@pytest.mark.parametrize("name", REQUESTS)
async def test_no_request_is_a_fault(client: TestClient[Any, Any], name: str) -> None:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    head, blank, body = REQUESTS[name].partition(b"\r\n")
    writer.write(head + blank + (b"Host: x\r\nConnection: close\r\n" if blank else b"") + body)
    try:
        answer = await asyncio.wait_for(reader.readline(), 10)
        assert not answer or int(answer.split(b" ", 2)[1]) < 500, answer
    finally:
        writer.close()
    assert (await client.get("/healthz")).status == 200
