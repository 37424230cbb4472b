"""幕后: what went over the wire behind a message, what the month has cost, and what goes wrong on purpose."""

from aiohttp import web

from bot.sandbox.drawing import Drawing
from bot.sandbox.faults import Faults
from bot.sandbox.frame_log import FrameLog
from bot.sandbox.limits import FRAMES_SHOWN_MAX
from bot.sandbox.talk import Talk
from bot.sandbox.units import Units
from bot.sandbox.views import Views


class Behind:
    """The drawer's three tabs, each a fragment of the page."""

    def __init__(  # its collaborators, each by name
        self, *, talk: Talk, views: Views, log: FrameLog, units: Units, faults: Faults, drawing: Drawing
    ) -> None:
        self._talk, self._views, self._log = talk, views, log
        self._units, self._faults, self._drawing = units, faults, drawing

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        return [
            web.get("/sandbox/drawer/frames", self._frames),
            web.get("/sandbox/drawer/units", self._show_units),
            web.get("/sandbox/drawer/faults", self._show_faults),
        ]

    async def _frames(self, request: web.Request) -> web.Response:
        message = self._talk.find(request.query.get("about", ""))
        words = [word for word in (message.id, message.query_key, message.card) if word] if message else []
        return self._drawn(
            "drawer_frames.html",
            entries=self._log.last(FRAMES_SHOWN_MAX, words),
            about=self._views.summary(message) if message else "",
        )

    async def _show_units(self, _: web.Request) -> web.Response:
        return self._drawn("drawer_units.html", units=self._units.as_json())

    async def _show_faults(self, _: web.Request) -> web.Response:
        return self._drawn("drawer_faults.html", plan=self._faults.as_json())

    def _drawn(self, template: str, **values: object) -> web.Response:
        return web.Response(text=self._drawing.fragment(template, **values), content_type="text/html")
