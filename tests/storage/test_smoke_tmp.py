import pytest
from domain.stock import NotEnoughStock
from tests.site import Site, qty

async def test_x(site: Site) -> None:
    await site.opening("水泥 20包 @27.5")
    assert await site.on_hand("水泥") == qty("20 包")
    with pytest.raises(NotEnoughStock):
        await site.issue("水泥 25包")
    n = await site.issue("水泥 5包")
    await site.undo(n)
    r = await site.request("水泥 100包 @27")
    await site.approve(r, by="张工")
    await site.approve(r, by="王姐")
    await site.confirm("CG20261123-001", supplier="S01")
    await site.receive(document="CG20261123-001")
    assert await site.on_hand("水泥") == qty("120 包")
    assert await site.value("水泥") == "3250"
    await site.verify()
