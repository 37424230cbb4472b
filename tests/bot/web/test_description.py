"""The API's description and the API say the same."""

from typing import Any

from aiohttp.test_utils import TestClient

from bot.settings import Secret
from bot.web import query
from bot.web.limits import PAGE_MAX, STOCK_ROWS_MAX, VALUE_CHARS_MAX
from domain.documents import DocumentKind, State
from domain.places import PlaceKind
from storage.reports import DECISIONS
from tests.bot.web.conftest import BEARER, Ask, Robot, Serve
from tests.bot.web.described import DESCRIPTION, faults, resolved, schema_of
from tests.site import Site

Client = TestClient[Any, Any]
SCHEMAS = DESCRIPTION["components"]["schemas"]


async def test_it_is_served_to_everybody(client: Client) -> None:
    answer = await client.get("/api/v1/openapi.json")
    assert answer.content_type == "application/json"
    assert await answer.json() == DESCRIPTION
    assert DESCRIPTION["openapi"].startswith("3.1.")


async def test_every_route_is_described_and_every_described_route_exists(client: Client) -> None:
    routes = {(r.method, r.resource.canonical) for r in client.server.app.router.routes() if r.resource}
    described = {(method.upper(), path) for path, item in DESCRIPTION["paths"].items() for method in item}
    assert {(method, path) for method, path in routes if method != "HEAD"} == described
    assert {path for method, path in routes if method == "HEAD"} == {path for _, path in described}


def walk(part: Any) -> list[str]:
    """Every reference in the description."""
    if isinstance(part, dict):
        return [v for k, v in part.items() if k == "$ref"] + [x for v in part.values() for x in walk(v)]
    return [x for v in part for x in walk(v)] if isinstance(part, list) else []


def test_every_reference_leads_somewhere_and_nothing_is_described_for_nobody() -> None:
    used = set(walk(DESCRIPTION))
    for reference in used:
        assert resolved({"$ref": reference})
    named = {
        f"#/components/{kind}/{name}"
        for kind, parts in DESCRIPTION["components"].items()
        for name in parts
        if kind != "securitySchemes"
    }
    assert used == named


def test_it_knows_every_kind_state_act_and_place() -> None:
    assert SCHEMAS["Kind"]["enum"] == [kind.value for kind in DocumentKind]
    assert SCHEMAS["State"]["enum"] == [state.value for state in State]
    assert SCHEMAS["Place"]["properties"]["kind"]["enum"] == [kind.value for kind in PlaceKind]
    assert SCHEMAS["Decision"]["properties"]["act"]["enum"] == [act.value for act in DECISIONS]


def test_it_states_the_limits_that_hold() -> None:
    assert SCHEMAS["Filter"]["maxLength"] == query.VALUE_CHARS_MAX == VALUE_CHARS_MAX
    assert str(PAGE_MAX) in DESCRIPTION["paths"]["/api/v1/moves"]["get"]["summary"]
    assert str(STOCK_ROWS_MAX) in DESCRIPTION["paths"]["/api/v1/stock"]["get"]["description"]


async def test_exactly_the_described_parameters_are_taken(client: Client) -> None:
    for path, item in DESCRIPTION["paths"].items():
        if not path.startswith("/api/"):
            continue
        names = [p["name"] for p in map(resolved, item["get"].get("parameters", [])) if p["in"] == "query"]
        place = path.replace("{number}", "SG20261123-001")
        for name in ("project", "warehouse", "material", "lot", "from", "to", "cursor", "page"):
            answer = await client.get(place, params={name: ""}, headers=BEARER)
            assert (answer.status != 400) == (name in names), (path, name)


async def test_every_answer_is_as_described(client: Client, ask: Ask, site: Site, robot: Robot) -> None:
    await a_busy_week(site)
    seen = 0
    for number in [row["number"] for row in await site.rows("SELECT number FROM document")]:
        answer = await ask(f"documents/{number}")
        assert faults(await answer.json(), schema_of("/api/v1/documents/{number}", answer.status)) == []
        seen += 1
    assert seen > 8
    for place in ("stock", "moves"):
        body = await (await ask(place)).json()
        assert body["items"]
        assert faults(body, schema_of(f"/api/v1/{place}", 200)) == []
    assert faults(await (await ask("stock", material="CEM")).json(), schema_of("/api/v1/stock", 200)) == []
    for connected, status in ((True, 200), (False, 503)):
        robot.is_now(connected=connected)
        assert faults(await (await client.get("/readyz")).json(), schema_of("/readyz", status)) == []


async def a_busy_week(site: Site) -> None:
    """Documents of every kind, in many states."""
    await site.opening("水泥 20.123456包 @27.5", "涂料 3桶 @90.123456 #A1 ~2027-01-01", "瓷砖 1箱 @0")
    await site.issue("瓷砖 4片")
    wrong = await site.issue("水泥 5包")
    await site.undo(wrong)
    asked = await site.request("水泥 2吨 @540")
    await site.approve(asked, by="张工")
    await site.approve(asked, by="王姐")
    await site.confirm("CG20261123-001", supplier="S01")
    await site.receive("水泥 30包", document="CG20261123-001")
    await site.reject(await site.request("合页 3打"), by="张工")
    await site.withdraw(await site.request("合页 3打"))
    await site.cancel(await site.order("钢筋 5根 @40"))
    taken = await site.receive("钢筋 7根 @41.5", supplier="S02")
    await site.receive("钢筋 7根 @45", supplier="S02")
    await site.undo(taken)


async def test_every_refusal_is_as_described(client: Client, ask: Ask, serve: Serve) -> None:
    for place, path in (
        ("stock", "/api/v1/stock"),
        ("moves", "/api/v1/moves"),
        ("documents/SG20261123-001", "/api/v1/documents/{number}"),
    ):
        for answer in (await ask(place, x="1"), await client.get(f"/api/v1/{place}"), await ask(place)):
            assert faults(await answer.json(), schema_of(path, answer.status)) == []
        off = await (await serve(api_token=Secret(""))).get(f"/api/v1/{place}")
        assert faults(await off.json(), schema_of(path, 503)) == []


def test_the_check_itself_finds_what_is_wrong() -> None:
    row = {"kind": "warehouse", "code": "W01"}
    place: dict[str, Any] = {"$ref": "#/components/schemas/Place"}
    assert faults(row, place) == []
    assert faults({**row, "more": 1}, place)
    assert faults({"kind": "warehouse"}, place)
    assert faults({**row, "kind": "moon"}, place)
    assert faults({**row, "code": None}, place)
    money: dict[str, Any] = {"$ref": "#/components/schemas/Money"}
    assert [text for text in ("1.50", "0.00", "1.5", "1", "-1.00", "1e3", "01.00") if not faults(text, money)] == [
        "1.50",
        "0.00",
    ]
    decimal: dict[str, Any] = {"$ref": "#/components/schemas/Decimal"}
    assert [text for text in ("1.5", "0", "1.50", "1.", "0.0000001", "1E3") if not faults(text, decimal)] == [
        "1.5",
        "0",
    ]
