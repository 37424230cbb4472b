"""Replies by sessionWebhook: the address that came with a message, good for ninety minutes and needing no token."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from aiohttp import web

from bot.sandbox import ids
from bot.sandbox.bad_answers import afterwards, instead, old_refusal
from bot.sandbox.body import READ, BadBody, Json, as_record, flag, items, read_json, record, strings, text
from bot.sandbox.clock import SandboxClock
from bot.sandbox.faults import CALLS, Fault, Faults
from bot.sandbox.frame_log import FrameLog
from bot.sandbox.limits import MENTIONS_MAX, SESSION_SECONDS, SESSIONS_MAX, WEBHOOK_PER_MINUTE_MAX
from bot.sandbox.rates import RateWindow
from bot.sandbox.refusals import OapiRefusal
from bot.sandbox.talk import Kind, LinkButton, Message, Talk
from bot.sandbox.units import Units
from bot.sandbox.world import ROBOT, World

BAD_PARAMETER = 40035
UNKNOWN_SESSION = 300001
TOO_FAST = 130101


class SessionWebhook:
    """Open sessions. Whatever is wrong is said by errcode in HTTP 200."""

    def __init__(  # its collaborators, each by name
        self,
        *,
        world: World,
        talk: Talk,
        clock: SandboxClock,
        units: Units,
        log: FrameLog,
        faults: Faults,
        limits_on: bool,
    ) -> None:
        self._world, self._talk, self._clock, self._units, self._log = world, talk, clock, units, log
        self._faults = faults
        self.limits_on = limits_on
        self._sessions: dict[str, tuple[Message, datetime]] = {}
        self._rates = RateWindow(WEBHOOK_PER_MINUTE_MAX, timedelta(minutes=1), clock.real)

    def routes(self) -> list[web.RouteDef]:
        """The reply address."""
        return [web.post("/robot/sendBySession", self._send)]

    def open(self, message: Message) -> tuple[str, datetime]:
        """A new session for replies to this message, and when it ends by the sandbox's clock."""
        while len(self._sessions) >= SESSIONS_MAX:
            del self._sessions[next(iter(self._sessions))]
        session, ends = ids.token(), self._clock.now() + timedelta(seconds=SESSION_SECONDS)
        self._sessions[session] = (message, ends)
        return session, ends

    async def _send(self, request: web.Request) -> web.StreamResponse:
        fault = self._faults.meets((*CALLS, Fault.WEBHOOK_EXPIRED))
        if fault is not None:
            self._log.add("fault", f"POST /robot/sendBySession {fault.word}")
        if (bad := instead(fault, request)) is not None:
            return bad
        asked, ends = self._sessions.get(request.query.get("session", ""), (None, None))
        about = (asked.id,) if asked else ()
        try:
            if fault is Fault.THROTTLED:
                raise OapiRefusal(TOO_FAST, "send too fast, exceed 20 times per minute")
            if fault is not None and (refusal := old_refusal(fault)):
                raise refusal
            if asked is None or ends is None or self._clock.now() >= ends:
                raise OapiRefusal(UNKNOWN_SESSION, "session 不存在")
            message = self._read(await read_json(request), asked.conversation)
            if self.limits_on and not self._rates.admits(asked.conversation):
                raise OapiRefusal(TOO_FAST, "send too fast, exceed 20 times per minute")
        except (BadBody, OapiRefusal) as error:
            refusal = error if isinstance(error, OapiRefusal) else OapiRefusal(BAD_PARAMETER, "不合法的参数")
            self._log.add("call", "POST /robot/sendBySession refused", str(refusal), about=about)
            return refusal.response()
        self._units.count_stream("sendBySession")
        about = (*about, message.id) if message else about
        self._log.add("call", "POST /robot/sendBySession 200", request.get(READ, ""), about=about)
        if message is not None:
            self._talk.add(message)
        return await afterwards(fault, request, web.json_response({"errcode": 0, "errmsg": "ok"}), self._faults)

    def _read(self, body: Json, conversation: str) -> Message | None:
        kind = text(body, "msgtype")
        if kind == "empty":
            return None
        if kind not in SHAPES:
            raise OapiRefusal(BAD_PARAMETER, "不合法的参数：msgtype")
        message = Message(
            id=ids.message_id(), conversation=conversation, sender=ROBOT, kind=Kind(kind), at=self._clock.now()
        )
        SHAPES[kind](message, record(body, kind))
        if kind not in ("link", "feedCard"):  # these two cannot mention anybody
            self._mention(message, record(body, "at"))
        return message

    def _mention(self, message: Message, at: Json) -> None:
        """A mention needs both: the person in `at`, and the same `@userId` inside the text."""
        wanted = strings(at, "atUserIds")
        if len(wanted) > MENTIONS_MAX:
            raise OapiRefusal(BAD_PARAMETER, "最多@50人")
        members = {person.id: person.name for person in self._world.members(message.conversation)}
        found = [user for user in dict.fromkeys(wanted) if user in members and f"@{user}" in message.text]
        for user in sorted(found, key=len, reverse=True):
            message.text = re.sub(rf"@{re.escape(user)}(?![\w-])", lambda _, u=user: f"@{members[u]}", message.text)
        message.mentions = tuple(found)
        message.mentions_all = flag(at, "isAtAll")


def _need(content: Json, key: str) -> str:
    if not (value := text(content, key)).strip():
        raise OapiRefusal(BAD_PARAMETER, f"缺少参数 {key}")
    return value


def _text(message: Message, content: Json) -> None:
    message.text = _need(content, "content")


def _markdown(message: Message, content: Json) -> None:
    message.title, message.text = _need(content, "title"), _need(content, "text")


def _action_card(message: Message, content: Json) -> None:
    message.title, message.text = _need(content, "title"), _need(content, "text")
    if "singleTitle" in content:
        message.links = (LinkButton(_need(content, "singleTitle"), _need(content, "singleURL")),)
        return
    buttons = [found for item in items(content, "btns") if (found := as_record(item)) is not None]
    if not buttons:
        raise OapiRefusal(BAD_PARAMETER, "缺少参数 btns")
    message.links = tuple(LinkButton(_need(b, "title"), _need(b, "actionURL")) for b in buttons)


def _link(message: Message, content: Json) -> None:
    message.title, message.text = _need(content, "title"), _need(content, "text")
    message.links = (LinkButton(message.title, _need(content, "messageUrl"), text(content, "picUrl")),)


def _feed(message: Message, content: Json) -> None:
    lines = [found for item in items(content, "links") if (found := as_record(item)) is not None]
    if not lines:
        raise OapiRefusal(BAD_PARAMETER, "缺少参数 links")
    message.links = tuple(LinkButton(_need(x, "title"), _need(x, "messageURL"), text(x, "picURL")) for x in lines)
    message.title = message.links[0].text


SHAPES: Mapping[str, Callable[[Message, Json], None]] = {
    "text": _text,
    "markdown": _markdown,
    "actionCard": _action_card,
    "link": _link,
    "feedCard": _feed,
}
