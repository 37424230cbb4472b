import pytest

from bot.web import api
from tests.bot.web.conftest import Ask
from tests.site import Site


async def test_stock_tells_what_lies_where_and_what_it_is_worth(ask: Ask, site: Site) -> None:
    await site.opening("水泥 44.8包 @27.5")
    answer = await ask("stock")
    assert answer.status == 200
    assert answer.content_type == "application/json"
    assert await answer.json() == {
        "items": [
            {
                "project": "P01",
                "warehouse": "W02",
                "material": "CEM",
                "lot": "",
                "quantity": "44.8",
                "unit": "包",
                "value": "1232.00",
            }
        ]
    }
    assert "包" in await answer.text()  # readable as it stands, not as \u5305


async def test_the_companys_own_stock_has_no_project(ask: Ask, site: Site) -> None:
    await site.opening("水泥 10包 @27.5", place="W01")
    (row,) = (await (await ask("stock")).json())["items"]
    assert (row["project"], row["warehouse"]) == (None, "W01")


async def test_every_filter_narrows(ask: Ask, site: Site) -> None:
    await site.opening("水泥 10包 @27.5", "涂料 3桶 @90 #A1 ~2027-01-01", "涂料 4桶 @95 #A2 ~2027-02-01")
    await site.opening("水泥 7包 @26", place="W01")

    async def found(**query: str) -> list[tuple[str, str, str]]:
        rows = (await (await ask("stock", **query)).json())["items"]
        return [(row["warehouse"], row["material"], row["lot"]) for row in rows]

    cement, first, second, common = ("W02", "CEM", ""), ("W02", "PNT", "A1"), ("W02", "PNT", "A2"), ("W01", "CEM", "")
    assert sorted(await found()) == sorted([cement, first, second, common])
    assert sorted(await found(project="P01")) == sorted([cement, first, second])
    assert await found(warehouse="W01") == [common]
    assert sorted(await found(material="CEM")) == sorted([cement, common])
    assert await found(lot="A2") == [second]
    assert await found(project="P01", material="PNT", lot="A1", warehouse="W02") == [first]
    assert await found(project="P02") == []
    assert await found(project="P02", warehouse="W02") == []
    assert await found(warehouse="W99") == []
    assert len(await found(project="", warehouse="", material="", lot="")) == 4  # an empty filter is none


async def test_what_is_used_up_shows_only_when_its_material_is_named(ask: Ask, site: Site) -> None:
    await site.opening("水泥 10包 @27.5")
    await site.issue("水泥 10包")
    assert (await (await ask("stock")).json())["items"] == []
    (row,) = (await (await ask("stock", material="CEM")).json())["items"]
    assert (row["quantity"], row["value"]) == ("0", "0.00")


async def test_too_wide_a_question_says_how_to_narrow_it(ask: Ask, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "STOCK_ROWS_MAX", 1)
    await site.opening("水泥 10包 @27.5", "钢筋 5根 @40")
    answer = await ask("stock")
    error = (await answer.json())["error"]
    assert (answer.status, error["code"], "material" in error["message"]) == (400, "too_many_rows", True)
    assert (await ask("stock", material="STL")).status == 200
