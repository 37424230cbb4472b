"""The JSON API for the page's own script, for tests and for other scripts: `/sandbox/…`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from aiohttp import web

from bot.sandbox.body import Json, flag, number, read_json, strings, text
from bot.sandbox.clock import PRESETS, SHANGHAI, ClockGoesBack, ClockTooFar
from bot.sandbox.limits import DAYS_AHEAD_MAX, MESSAGES_PER_ANSWER_MAX
from bot.sandbox.media_api import read_upload
from bot.sandbox.refusals import PageRefusal

Found = dict[str, object]


class Desk(Protocol):
    """Everything that people can do, by name. It raises PageRefusal with a sentence when something cannot be."""

    def say(
        self,
        person: str,
        conversation: str,
        text: str,
        *,
        quote: str = "",
        mention: bool = True,
        mentions: Sequence[str] = (),
    ) -> Found: ...
    def picture(
        self, person: str, conversation: str, data: bytes, *, name: str = "", text: str = "", mention: bool = True
    ) -> Found: ...
    def file(self, person: str, conversation: str, name: str, data: bytes) -> Found: ...
    def voice(self, person: str, conversation: str, text: str) -> Found: ...
    async def press(self, person: str, card: str, button: str) -> Found: ...
    def messages(
        self, person: str, conversation: str, *, limit: int = ..., before: int | None = None
    ) -> list[Found]: ...
    def world_json(self) -> Found: ...
    def frames(self) -> list[dict[str, str]]: ...
    def units_json(self) -> Found: ...
    def clock_json(self) -> Found: ...
    def walk_clock(self, to: datetime | str) -> Found: ...
    def hear_follower(self, until: datetime, then: datetime | None) -> None: ...
    def freeze_clock(self, at: datetime | None = None) -> Found: ...
    def run_clock(self) -> Found: ...
    def faults_json(self) -> Found: ...
    def set_faults(self, written: Json) -> Found: ...
    def auth_code(self, person: str) -> str: ...


class ScriptApi:
    """One address for each thing the desk can do."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        return [
            web.get("/sandbox/clock", self._clock),
            web.post("/sandbox/api/clock", self._set_clock),
            web.get("/sandbox/api/faults", self._faults),
            web.post("/sandbox/api/faults", self._set_faults),
            web.post("/sandbox/api/say", self._say),
            web.post("/sandbox/api/picture", self._picture),
            web.post("/sandbox/api/file", self._file),
            web.post("/sandbox/api/voice", self._voice),
            web.post("/sandbox/api/press", self._press),
            web.post("/sandbox/api/authcode", self._auth_code),
            web.get("/sandbox/api/messages", self._messages),
            web.get("/sandbox/api/world", self._world),
            web.get("/sandbox/api/frames", self._frames),
            web.get("/sandbox/api/units", self._units),
        ]

    async def _clock(self, request: web.Request) -> web.Response:
        """The time; whoever follows it says in `until` and `then` how far it has come."""
        until, then = request.query.get("until", ""), request.query.get("then", "")
        if until:
            self._desk.hear_follower(_instant(until), _instant(then) if then else None)
        return web.json_response(self._desk.clock_json())

    async def _set_clock(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        try:
            return web.json_response(self._moved(body))
        except ClockGoesBack as error:
            raise PageRefusal("时间只能往前走。", status=409) from error
        except ClockTooFar as error:
            raise PageRefusal(f"时间最多走到 {DAYS_AHEAD_MAX} 天以后。") from error

    async def _faults(self, _: web.Request) -> web.Response:
        return web.json_response(self._desk.faults_json())

    async def _set_faults(self, request: web.Request) -> web.Response:
        return web.json_response(self._desk.set_faults(await read_json(request)))

    def _moved(self, body: Json) -> Found:
        if preset := text(body, "preset"):
            if preset not in PRESETS:
                raise PageRefusal(f"preset 只能是 {' | '.join(PRESETS)}")
            return self._desk.walk_clock(preset)
        if "frozen_at" in body:
            at = text(body, "frozen_at")
            if not at and not flag(body, "frozen_at"):
                return self._desk.run_clock()
            return self._desk.freeze_clock(_instant(at) if at else None)
        return self._desk.walk_clock(_instant(text(body, "to")))

    async def _say(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        said = self._desk.say(
            text(body, "person"),
            text(body, "conversation"),
            text(body, "text"),
            quote=text(body, "quote"),
            mention=flag(body, "mention", default=True),
            mentions=strings(body, "mentions"),
        )
        return web.json_response({"ok": True, "message": said})

    async def _picture(self, request: web.Request) -> web.Response:
        fields, name, data = await read_upload(request, part_name="media")
        sent = self._desk.picture(
            fields.get("person", ""),
            fields.get("conversation", ""),
            data,
            name=name,
            text=fields.get("text", ""),
            mention=fields.get("mention", "true") != "false",
        )
        return web.json_response({"ok": True, "message": sent})

    async def _file(self, request: web.Request) -> web.Response:
        fields, name, data = await read_upload(request, part_name="media")
        sent = self._desk.file(fields.get("person", ""), fields.get("conversation", ""), name, data)
        return web.json_response({"ok": True, "message": sent})

    async def _voice(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        sent = self._desk.voice(text(body, "person"), text(body, "conversation"), text(body, "text"))
        return web.json_response({"ok": True, "message": sent})

    async def _press(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        pressed = await self._desk.press(text(body, "person"), text(body, "card"), text(body, "button"))
        return web.json_response(pressed)

    async def _auth_code(self, request: web.Request) -> web.Response:
        return web.json_response({"code": self._desk.auth_code(text(await read_json(request), "person"))})

    async def _messages(self, request: web.Request) -> web.Response:
        query = request.query
        before, limit = number(query.get("before", "")), number(query.get("limit", ""))
        found = self._desk.messages(
            query.get("person", ""),
            query.get("conversation", ""),
            limit=MESSAGES_PER_ANSWER_MAX if limit is None else min(limit, MESSAGES_PER_ANSWER_MAX),
            before=before,
        )
        return web.json_response({"messages": found})

    async def _world(self, _: web.Request) -> web.Response:
        return web.json_response(self._desk.world_json())

    async def _frames(self, _: web.Request) -> web.Response:
        return web.json_response({"frames": self._desk.frames()})

    async def _units(self, _: web.Request) -> web.Response:
        return web.json_response(self._desk.units_json())


def _instant(written: str) -> datetime:
    """An instant in ISO form; without a zone it is Shanghai's."""
    try:
        when = datetime.fromisoformat(written)
    except ValueError as error:
        raise PageRefusal("时间要写成 2026-11-24T18:00:00+08:00 这样。") from error
    return when if when.tzinfo else when.replace(tzinfo=SHANGHAI)
