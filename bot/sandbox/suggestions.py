"""What somebody could say first: sentences about materials that this company really has."""

from typing import Final

from bot.sandbox.world import Person, World

# Whose work starts with asking for material. The others are shown what they look at or decide.
REQUESTERS: Final = ("材料员", "班组长", "项目经理", "采购", "项目管家", "施工员", "管理员")


def suggestions(world: World, person: Person) -> tuple[str, ...]:
    """Two or three sentences to send at a touch; they ask, or begin something that still waits for consent."""
    material = next((m for m in world.materials.values() if m.is_in_stock), next(iter(world.materials.values()), None))
    if material is None:
        return ("帮助",)
    roles = {title.partition("（")[0] for title in person.titles}
    asks = f"申购 {material.spoken} 20{material.unit}" if roles & set(REQUESTERS) else "待我审批"
    return (f"库存 {material.spoken}", asks, "帮助")
