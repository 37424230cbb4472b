"""The robot sends, recalls and asks who has read: `/v1.0/robot/…`."""

from datetime import timedelta

from aiohttp import web

from bot.sandbox import ids
from bot.sandbox.body import Json, read_json, strings, text
from bot.sandbox.clock import SandboxClock
from bot.sandbox.door import Door
from bot.sandbox.faults import Fault
from bot.sandbox.limits import KEYS_PER_RECALL_MAX, QUERY_KEYS_MAX, RECALL_SECONDS, USERS_PER_SEND_MAX
from bot.sandbox.media import MediaStore
from bot.sandbox.msg_params import fill
from bot.sandbox.refusals import ApiRefusal
from bot.sandbox.talk import Kind, Message, Talk
from bot.sandbox.tokens import Credentials
from bot.sandbox.world import ROBOT, World


class RobotApi:
    """Every send gives a `processQueryKey`, by which it is recalled and asked after. None of them can mention."""

    def __init__(  # its collaborators, each by name
        self,
        *,
        world: World,
        talk: Talk,
        media: MediaStore,
        door: Door,
        credentials: Credentials,
        clock: SandboxClock,
    ) -> None:
        self._world, self._talk, self._media, self._door = world, talk, media, door
        self._credentials, self._clock = credentials, clock
        self._sent: dict[str, list[Message]] = {}

    def routes(self) -> list[web.RouteDef]:
        """Where they are; the recall of private messages really is spelt `oto`."""
        return [
            web.post(
                "/v1.0/robot/groupMessages/send",
                self._door.new_api(self._send_to_group, besides=(Fault.ROBOT_REMOVED, Fault.CONTENT_REFUSED)),
            ),
            web.post("/v1.0/robot/groupMessages/recall", self._door.new_api(self._recall_from_group)),
            web.post("/v1.0/robot/groupMessages/query", self._door.new_api(self._query_group)),
            web.post(
                "/v1.0/robot/oToMessages/batchSend",
                self._door.new_api(self._send_to_people, besides=(Fault.PERSON_LEFT, Fault.CONTENT_REFUSED)),
            ),
            web.get("/v1.0/robot/oToMessages/readStatus", self._door.new_api(self._read_status)),
            web.post("/v1.0/robot/otoMessages/batchRecall", self._door.new_api(self._recall_from_people)),
        ]

    async def _send_to_group(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        self._check_robot(text(body, "robotCode"))
        conversation = self._group(body)
        message = self._message(conversation, body, ids.query_key())
        self._keep(message)
        self._talk.add(message)
        return web.json_response({"processQueryKey": message.query_key})

    async def _send_to_people(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        self._check_robot(text(body, "robotCode"))
        users = list(dict.fromkeys(strings(body, "userIds")))
        if not 0 < len(users) <= USERS_PER_SEND_MAX:
            raise ApiRefusal("invalidParameter.userIds.invalid", f"userIds应为1到{USERS_PER_SEND_MAX}个")
        people = [person for user in users if (person := self._world.person(user)) is not None]
        if not people:
            raise ApiRefusal("staffId.notExisted", "员工不存在")
        key = ids.query_key()
        messages = [self._message(person.private_chat, body, key) for person in people]
        for message in messages:
            self._keep(message)
            self._talk.add(message)
        known = {person.id for person in people}
        return web.json_response(
            {
                "processQueryKey": key,
                "invalidStaffIdList": [user for user in users if user not in known],
                "flowControlledStaffIdList": [],
                "filteredStaffIdList": [],
            }
        )

    async def _recall_from_group(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        self._group(body)
        return self._recall(body)

    async def _recall_from_people(self, request: web.Request) -> web.Response:
        return self._recall(await read_json(request))

    def _recall(self, body: Json) -> web.Response:
        self._check_robot(text(body, "robotCode"))
        keys = strings(body, "processQueryKeys")
        if not 0 < len(keys) <= KEYS_PER_RECALL_MAX:
            raise ApiRefusal("invalidParameter.processQueryKeys.invalid", "processQueryKeys应为1到20个")
        since = self._clock.now() - timedelta(seconds=RECALL_SECONDS)
        done: list[str] = []
        failed: dict[str, str] = {}
        for key in keys:
            messages = [m for m in self._sent.get(key, []) if m.at >= since]
            if not messages:
                failed[key] = "processQueryKey.notExist"
                continue
            for message in messages:
                message.is_recalled = True
                self._talk.tell(message)
            done.append(key)
        return web.json_response({"successResult": done, "failedResult": failed})

    async def _query_group(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        self._check_robot(text(body, "robotCode"))
        self._group(body)
        readers = self._readers(text(body, "processQueryKey"))
        return web.json_response({"sendStatus": "SUCCESS", "readUserIds": readers, "hasMore": False})

    async def _read_status(self, request: web.Request) -> web.Response:
        self._check_robot(request.query.get("robotCode", ""))
        key = request.query.get("processQueryKey", "")
        readers = set(self._readers(key))
        owners = [owner for m in self._sent[key] if (owner := self._world.owner_of(m.conversation)) is not None]
        listed = [
            {"userId": o.id, "name": o.name, "readStatus": "READ" if o.id in readers else "UNREAD"} for o in owners
        ]
        return web.json_response({"sendStatus": "SUCCESS", "messageReadInfoList": listed})

    def _readers(self, key: str) -> list[str]:
        if key not in self._sent:
            raise ApiRefusal("resource.not.found", "processQueryKey不存在")
        return [reader for message in self._sent[key] for reader in self._talk.readers(message)]

    def _check_robot(self, code: str) -> None:
        if not code:
            raise ApiRefusal("invalidParameter.robotCode.empty", "robotCode不能为空")
        if code != self._credentials.robot_code:
            raise ApiRefusal("invalidParameter.robotCode.auth", "robotCode与应用不匹配")

    def _group(self, body: Json) -> str:
        conversation = text(body, "openConversationId")
        if conversation not in self._world.groups:
            raise ApiRefusal("invalid.openConversationId", "无效的openConversationId")
        return conversation

    def _message(self, conversation: str, body: Json, key: str) -> Message:
        message = Message(
            id=ids.message_id(),
            conversation=conversation,
            sender=ROBOT,
            kind=Kind.TEXT,
            at=self._clock.now(),
            query_key=key,
        )
        fill(message, text(body, "msgKey"), body.get("msgParam"), self._media)
        return message

    def _keep(self, message: Message) -> None:
        while len(self._sent) >= QUERY_KEYS_MAX:
            del self._sent[next(iter(self._sent))]
        self._sent.setdefault(message.query_key, []).append(message)
