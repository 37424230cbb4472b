import base64
from typing import Any

import pytest

from bot.web import api
from tests.bot.web.conftest import Ask
from tests.conftest import Clock
from tests.site import Site


async def items(ask: Ask, **query: str) -> list[dict[str, Any]]:
    return (await (await ask("moves", **query)).json())["items"]


async def test_a_move_tells_what_went_from_where_to_where(ask: Ask, site: Site) -> None:
    await site.opening("水泥 20包 @27.5")
    number = await site.issue("水泥 100千克")
    opened, issued = await items(ask)
    assert issued == {
        "seq": opened["seq"] + 1,
        "no": 1,
        "document": number,
        "dated": "2026-11-23",
        "recorded_at": "2026-11-23T09:00:00+08:00",
        "material": "CEM",
        "lot": "",
        "quantity": "2",
        "unit": "包",
        "amount": "55.00",
        "from": {"kind": "warehouse", "code": "W02"},
        "to": {"kind": "consumption", "code": "P01"},
        "stage": "主体",
        "team": "瓦工班",
        "recipient": "",
    }


async def test_filters_and_days_narrow_and_both_days_count(ask: Ask, site: Site, clock: Clock) -> None:
    await site.opening("水泥 20包 @27.5", "钢筋 30根 @40")
    clock.forward(days=1)
    await site.issue("水泥 5包")
    clock.forward(days=1)
    await site.issue("钢筋 5根")

    async def found(**query: str) -> list[str]:
        return [f"{row['material']} {row['dated'][-2:]}" for row in await items(ask, **query)]

    assert await found() == ["CEM 23", "STL 23", "CEM 24", "STL 25"]
    assert await found(material="CEM") == ["CEM 23", "CEM 24"]
    assert await found(**{"from": "2026-11-24"}) == ["CEM 24", "STL 25"]
    assert await found(to="2026-11-24") == ["CEM 23", "STL 23", "CEM 24"]
    assert await found(**{"from": "2026-11-24", "to": "2026-11-24"}) == ["CEM 24"]
    assert await found(project="P01", material="STL") == ["STL 23", "STL 25"]
    assert await found(project="P02") == []


async def test_pages_follow_one_another_and_miss_nothing(ask: Ask, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "PAGE_MAX", 2)
    await site.opening("水泥 20包 @27.5", "钢筋 30根 @40", "合页 8件 @1")
    await site.issue("水泥 5包", "钢筋 3根")
    seen, cursor, sizes = list[tuple[int, int]](), "", list[int]()
    while True:
        page = await (await ask("moves", cursor=cursor)).json()
        seen += [(row["seq"], row["no"]) for row in page["items"]]
        sizes.append(len(page["items"]))
        if page["next"] is None:
            break
        cursor = page["next"]
        await site.issue("水泥 1包") if len(sizes) == 1 else None  # booked while somebody reads
    assert seen == [(row["seq"], row["no"]) for row in await all_of(ask)]
    assert sizes == [2, 2, 2]


async def all_of(ask: Ask) -> list[dict[str, Any]]:
    found, cursor = list[dict[str, Any]](), ""
    while cursor is not None:
        page = await (await ask("moves", cursor=cursor)).json()
        found, cursor = found + page["items"], page["next"]
    return found


def cursor_of(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


async def test_only_our_own_cursors_are_taken(ask: Ask) -> None:
    for cursor in (
        "x",
        "abc",
        "领料",
        "=",
        "AAAA====",
        cursor_of("1"),
        cursor_of("1.1") + "=",
        cursor_of("01.1") + "\n",
        cursor_of("-1.1"),
        cursor_of("1.1;DROP TABLE move"),
        cursor_of("9223372036854775808.1"),
        cursor_of("١.1"),
    ):
        answer = await ask("moves", cursor=cursor)
        assert (answer.status, (await answer.json())["error"]["code"] in {"bad_cursor", "bad_parameter"}) == (400, True)


async def test_the_farthest_cursor_ends_the_book(ask: Ask, site: Site) -> None:
    await site.opening("水泥 20包 @27.5")
    answer = await ask("moves", cursor=cursor_of(f"{10**18 - 1}.{10**9 - 1}"))
    assert await answer.json() == {"items": [], "next": None}


async def test_days_must_be_days_in_order(ask: Ask) -> None:
    for day in ("2026-11-31", "2026-1-1", "20261123", "今天", "2026-11-23T00:00", "٢٠٢٦-١١-٢٣"):
        answer = await ask("moves", **{"from": day})
        error = (await answer.json())["error"]
        assert (answer.status, error["code"], "from" in error["message"]) == (400, "bad_parameter", True), day
    assert (await ask("moves", **{"from": "2026-11-24", "to": "2026-11-23"})).status == 400
