"""A member of the organisation, as DingTalk's address book knows them."""

from dataclasses import dataclass

from bot.dingtalk.tolerant import Json, flag, items, mapping, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """`id` is the user id that messages carry; `mobile` is empty unless the application may see it."""

    id: str
    name: str
    union_id: str = ""
    title: str = ""
    mobile: str = ""
    manager: str = ""
    is_admin: bool = False
    is_active: bool = False
    departments: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


def read_colleague(answer: Json) -> Colleague:
    """From the answer of user/get, whose page shows strings where the wire has numbers and booleans."""
    result = mapping(answer.get("result"))
    return Colleague(
        id=text(result.get("userid")),
        name=text(result.get("name")),
        union_id=text(result.get("unionid")),
        title=text(result.get("title")),
        mobile=text(result.get("mobile")),
        manager=text(result.get("manager_userid")),
        is_admin=flag(result.get("admin")),
        is_active=flag(result.get("active")),
        departments=tuple(text(one) for one in items(result.get("dept_id_list"))),
        roles=tuple(text(mapping(one).get("name")) for one in items(result.get("role_list"))),
    )
