"""The old contact API: people, departments, roles and administrators. `/topapi/…`, all free of units."""

from datetime import datetime, timedelta

from aiohttp import web

from bot.sandbox import ids
from bot.sandbox.body import BadBody, Json, parse_record, read_bytes, text, whole
from bot.sandbox.clock import SandboxClock
from bot.sandbox.door import Door
from bot.sandbox.limits import AUTH_CODE_SECONDS, AUTH_CODES_MAX, JSON_BODY_MAX
from bot.sandbox.refusals import OapiRefusal
from bot.sandbox.world import Person, World

ROOT = 1


class Contacts:
    """Who works here, as DingTalk's address book has it; teams are departments below the company."""

    def __init__(self, *, world: World, door: Door, clock: SandboxClock) -> None:
        self._world, self._door, self._clock = world, door, clock
        self._codes: dict[str, tuple[Person, datetime]] = {}

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        guard = self._door.old_api
        return [
            web.post("/topapi/v2/user/get", guard(self._get)),
            web.post("/topapi/v2/user/getuserinfo", guard(self._get_user_info)),
            web.post("/topapi/user/getbyunionid", guard(self._get_by_union_id)),
            web.post("/topapi/user/listid", guard(self._list_ids)),
            web.post("/topapi/user/listadmin", guard(self._list_admins)),
            web.post("/topapi/v2/department/listsub", guard(self._list_departments)),
            web.post("/topapi/v2/department/get", guard(self._get_department)),
        ]

    def auth_code(self, person: Person) -> str:
        """The code that a page inside DingTalk gets for its visitor: good once, for five minutes."""
        while len(self._codes) >= AUTH_CODES_MAX:
            del self._codes[next(iter(self._codes))]
        code = ids.token()
        self._codes[code] = (person, self._clock.now() + timedelta(seconds=AUTH_CODE_SECONDS))
        return code

    async def _get(self, request: web.Request) -> web.Response:
        person = self._person(text(await _body(request), "userid"))
        department = self._world.department_of(person)
        found: dict[str, object] = {
            "userid": person.id,
            "unionid": person.union_id,
            "name": person.name,
            "title": person.titles[0] if person.titles else "",
            "active": True,
            "admin": person.is_admin,
            "boss": person.is_boss,
            "senior": False,
            "dept_id_list": [department.id if department else ROOT],
            "leader_in_dept": [
                {
                    "dept_id": department.id if department else ROOT,
                    "leader": bool(department and department.leader == person.id),
                }
            ],
            "role_list": [{"id": _role_id(title), "name": title, "group_name": "岗位"} for title in person.titles],
        }
        if person.superior:
            found["manager_userid"] = person.superior
        return _ok(found)

    async def _get_user_info(self, request: web.Request) -> web.Response:
        person, ends = self._codes.pop(text(await _body(request), "code"), (None, None))
        if person is None or ends is None or self._clock.now() >= ends:
            raise OapiRefusal(40078, "不存在的临时授权码")
        return _ok(
            {
                "userid": person.id,
                "unionid": person.union_id,
                "associated_unionid": person.union_id,
                "name": person.name,
                "sys": person.is_admin,
                "sys_level": 2 if person.is_admin else 0,
                "device_id": ids.fixed_hex(person.id, 16),
            }
        )

    async def _get_by_union_id(self, request: web.Request) -> web.Response:
        person = self._world.person(text(await _body(request), "unionid"), 2)
        if person is None:
            raise OapiRefusal(60121, "找不到该用户")
        return _ok({"contact_type": 0, "userid": person.id})

    async def _list_ids(self, request: web.Request) -> web.Response:
        wanted = self._department_id(await _body(request))
        found = [p.id for p in self._world.people.values() if self._department_of(p) == wanted]
        return _ok({"userid_list": found})

    async def _list_admins(self, request: web.Request) -> web.Response:
        admins = [person for person in self._world.people.values() if person.is_admin]
        return _ok([{"userid": admin.id, "sys_level": 2} for admin in admins])

    async def _list_departments(self, request: web.Request) -> web.Response:
        below = self._world.departments if self._department_id(await _body(request)) == ROOT else []
        return _ok([{"dept_id": d.id, "name": d.name, "parent_id": ROOT} for d in below])

    async def _get_department(self, request: web.Request) -> web.Response:
        wanted = self._department_id(await _body(request))
        if wanted == ROOT:
            return _ok({"dept_id": ROOT, "name": self._world.company_name})
        name = next(d.name for d in self._world.departments if d.id == wanted)
        return _ok({"dept_id": wanted, "name": name, "parent_id": ROOT})

    def _person(self, user_id: str) -> Person:
        if not user_id:
            raise OapiRefusal(33012, "无效的userid")
        person = self._world.person(user_id)
        if person is None:
            raise OapiRefusal(60121, "找不到该用户")
        return person

    def _department_id(self, body: Json) -> int:
        wanted = whole(body, "dept_id", ROOT)
        if wanted != ROOT and all(d.id != wanted for d in self._world.departments):
            raise OapiRefusal(60003, "部门不存在")
        return wanted

    def _department_of(self, person: Person) -> int:
        department = self._world.department_of(person)
        return department.id if department else ROOT


async def _body(request: web.Request) -> Json:
    """The old API takes JSON and forms alike."""
    if request.content_type == "application/x-www-form-urlencoded":
        return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    data = await read_bytes(request, JSON_BODY_MAX)
    try:
        return parse_record(data or b"{}")
    except BadBody as error:
        raise OapiRefusal(400002, "无效的参数") from error


def _ok(result: object) -> web.Response:
    return web.json_response({"errcode": 0, "errmsg": "ok", "request_id": ids.token()[:12], "result": result})


def _role_id(title: str) -> int:
    return int(ids.fixed_hex(title, 6), 16)
