from datetime import datetime
from zoneinfo import ZoneInfo

from tests.bot.web.conftest import Ask
from tests.conftest import MORNING, Clock
from tests.site import Site


async def test_a_requisition_shows_its_lines_decisions_and_what_it_led_to(ask: Ask, site: Site, clock: Clock) -> None:
    number = await site.request("水泥 2吨 @540")
    clock.forward(minutes=5)
    await site.approve(number, by="张工")
    clock.forward(minutes=5)
    await site.approve(number, by="王姐")
    assert await (await ask(f"documents/{number}")).json() == {
        "number": "SG20261123-001",
        "kind": "requisition",
        "state": "approved",
        "project": "P01",
        "requester": "u-xiaoli",
        "created_at": "2026-11-23T09:00:00+08:00",
        "lines": [
            {
                "no": 1,
                "material": "CEM",
                "quantity": "2",
                "unit": "吨",
                "base_quantity": "40",
                "base_unit": "包",
                "price": "540",
                "amount": "1080.00",
                "lot": "",
                "expiry": None,
                "fulfilled": "0",
            }
        ],
        "decisions": [
            {"node": 1, "person": "u-zhanggong", "act": "approve", "at": "2026-11-23T09:05:00+08:00", "reason": ""},
            {"node": 2, "person": "u-wangjie", "act": "approve", "at": "2026-11-23T09:10:00+08:00", "reason": ""},
        ],
        "links": ["CG20261123-001"],
    }


async def test_an_order_counts_what_arrived_and_names_its_receipts(ask: Ask, site: Site) -> None:
    order = await site.order("水泥 100包 @28")
    receipt = await site.receive("水泥 60包", document=order)
    found = await (await ask(f"documents/{order}")).json()
    assert (found["state"], found["lines"][0]["fulfilled"], found["links"]) == ("partly_received", "60", [receipt])


async def test_links_lead_both_ways(ask: Ask, site: Site) -> None:
    taken = await site.issue(await opened(site))
    undone = await site.undo(taken)

    async def links(number: str) -> list[str]:
        return (await (await ask(f"documents/{number}")).json())["links"]

    assert await links(taken) == [undone]
    assert await links(undone) == [taken]


async def opened(site: Site) -> str:
    """Something to take: the line that takes it."""
    await site.opening("水泥 20包 @27.5")
    return "水泥 5包"


async def test_a_rejection_tells_its_reason(ask: Ask, site: Site) -> None:
    number = await site.request("水泥 20包 @28")
    await site.reject(number, by="张工", reason="先用库存")
    (decision,) = (await (await ask(f"documents/{number}")).json())["decisions"]
    assert (decision["act"], decision["reason"], decision["node"]) == ("reject", "先用库存", 1)


async def test_a_withdrawal_is_a_decision_outside_the_chain(ask: Ask, site: Site) -> None:
    number = await site.request("水泥 20包 @28")
    await site.withdraw(number)
    (decision,) = (await (await ask(f"documents/{number}")).json())["decisions"]
    assert (decision["act"], decision["node"], decision["person"]) == ("withdraw", None, "u-xiaoli")


async def test_a_line_without_price_says_so(ask: Ask, site: Site) -> None:
    number = await site.request("合页 3打")
    (line,) = (await (await ask(f"documents/{number}")).json())["lines"]
    assert (line["price"], line["amount"], line["base_quantity"]) == (None, None, "36")


async def test_a_number_may_be_typed_in_small_letters(ask: Ask, site: Site) -> None:
    number = await site.opening("水泥 20包 @27.5")
    answer = await ask(f"documents/{number.lower()}")
    assert (answer.status, (await answer.json())["number"]) == (200, number)


async def test_numbers_that_name_nothing_are_not_found(ask: Ask) -> None:
    for number in ("SG20261123-999", "XX20261123-001", "SG20261340-001", "0", "领料单", "%00", "..%2f..%2fetc"):
        answer = await ask(f"documents/{number}")
        assert answer.status == 404, number
        assert (await answer.json())["error"]["code"] in {"no_such_document", "not_found"}


async def test_moments_carry_the_offset_of_the_zone(ask: Ask, site: Site, zone: ZoneInfo) -> None:
    number = await site.opening("水泥 20包 @27.5")
    at = datetime.fromisoformat((await (await ask(f"documents/{number}")).json())["created_at"])
    assert at == MORNING
    assert at.utcoffset() == MORNING.astimezone(zone).utcoffset()
