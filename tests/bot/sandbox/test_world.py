"""Who is in which group follows from where people work."""

from typing import Any

from bot.sandbox.world import World

COMPANY: dict[str, Any] = {
    "projects": [{"code": "P01", "manager": "u-manager"}, {"code": "P02"}],
    "teams": [{"name": "瓦工班", "project": "P01"}, "杂工班"],
    "people": [
        {"id": "u-boss", "name": "老板", "roles": ["老板"]},
        {"id": "u-manager", "name": "经理", "roles": []},
        {"id": "u-keeper", "name": "材料员", "roles": [{"role": "材料员", "project": "P02"}]},
        {"id": "u-both", "name": "管家", "roles": [{"role": "项目管家", "project": p} for p in ("P01", "P02")]},
        {"id": "u-mason", "name": "瓦工", "roles": [], "team": "瓦工班"},
        {"id": "u-helper", "name": "杂工", "roles": [], "team": "杂工班"},
        {"id": "u-new", "name": "新来的"},
    ],
    "groups": [
        {"conversation_id": "cid-1", "project": "P01"},
        {"conversation_id": "cid-2", "project": "P02"},
        {"conversation_id": "cid-all", "project": None},
    ],
}


def members(conversation: str) -> set[str]:
    return {person.id.removeprefix("u-") for person in World(COMPANY).members(conversation)}


def test_a_projects_group_holds_who_works_there_or_everywhere() -> None:
    assert members("cid-1") == {"boss", "manager", "both", "mason", "helper", "new"}
    assert members("cid-2") == {"boss", "keeper", "both", "helper", "new"}
    assert len(members("cid-all")) == 7


def test_what_one_is_not_in_one_does_not_see() -> None:
    world = World(COMPANY)
    keeper = world.people["u-keeper"]
    assert world.conversations_of(keeper) == ["cid-2", "cid-all", keeper.private_chat]
    assert world.resolve(keeper, "cid-1") is None
    assert world.members("cid-unknown") == []


def test_a_newcomer_is_a_storekeeper_where_there_is_one() -> None:
    assert World(COMPANY).newcomer.id == "u-keeper"
    assert World({"people": COMPANY["people"][:2]}).newcomer.id == "u-boss"
