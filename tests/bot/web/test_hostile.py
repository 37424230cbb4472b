"""Whatever stands in an address: a refusal at most, never a fault (P17)."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp.test_utils import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from tests.bot.web.conftest import BEARER, TOKEN
from tests.site import Site

Client = TestClient[Any, Any]
NAMES = ("project", "warehouse", "material", "lot", "from", "to", "cursor", "limit", "")
HARD = (
    "",
    "\0",
    "'",
    '"',
    "%",
    "%00",
    "' OR 1=1 --",
    "\u202e",
    "\n",
    "a" * 500,
    "𝟙",
    "١",
    "0x1",
    "1e9",
    "NaN",
    "../..",
    "{{7*7}}",
)

names = st.one_of(st.sampled_from(NAMES), st.text(max_size=12))
values = st.one_of(st.sampled_from(HARD), st.text(max_size=60), st.dates().map(str))
places = st.one_of(
    st.sampled_from(("stock", "moves", "documents/SG20261123-001")),
    st.text(min_size=1, max_size=40).map(lambda text: f"documents/{quote(text, safe='')}"),
)
# As it comes over the wire: half-escaped, doubled, without a name, with a broken escape.
queries = st.one_of(
    st.lists(st.tuples(names, values), max_size=4).map(lambda p: "&".join(f"{quote(k)}={quote(v)}" for k, v in p)),
    st.text(alphabet="abcdfrom=&%;+?/-_.0123456789ABCDEFmaterialcursor", max_size=80),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=places, query=queries)
async def test_no_address_is_a_fault(client: Client, place: str, query: str) -> None:
    answer = await client.get(URL(f"/api/v1/{place}?{query}", encoded=True), headers=BEARER)
    body = await answer.json()
    assert answer.status in {200, 400, 404}, body
    assert ("error" in body) == (answer.status != 200)


@pytest.mark.parametrize(
    "target",
    [
        b"/api/v1/stock?material=\xff\xfe",
        b"/api/v1/stock?\xe6\x96=1",
        b"/api/v1/stock?material=%ED%A0%80",
        b"/api/v1/stock?%ED%A0%80=1",
        b"/api/v1/documents/%ED%A0%80",
        b"/api/v1/documents/\xff",
        b"/api/v1/documents/%2e%2e%2f%2e%2e",
        b"/api/v1/../../etc/passwd",
        b"//api/v1/stock",
        b"http://elsewhere/api/v1/stock",
        b"*",
        b"/api/v1/stock?" + b"a" * 20_000,
    ],
)
async def test_no_bytes_on_the_wire_are_a_fault(client: Client, target: bytes) -> None:
    head = b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(head + TOKEN.encode() + b"\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    assert int(answer.split(b" ", 2)[1]) < 500, answer
    assert b"Traceback" not in answer


async def test_what_people_typed_comes_out_as_they_typed_it(client: Client, site: Site) -> None:
    hostile = '"},{"x":1}</script>\u2028%s{{7*7}}'
    number = await site.request("水泥 20包 @28")
    await site.reject(number, by="张工", reason=hostile)
    answer = await client.get(f"/api/v1/documents/{number}", headers=BEARER)
    assert json.loads(await answer.text())["decisions"][0]["reason"] == hostile
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
