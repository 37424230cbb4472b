"""The page in the browser: its HTML, its static files, and older messages when somebody scrolls up."""

from pathlib import Path
from typing import Final

from aiohttp import web

from bot.sandbox.drawing import Drawing
from bot.sandbox.limits import MESSAGES_PER_PAGE
from bot.sandbox.refusals import PageRefusal
from bot.sandbox.talk import Talk
from bot.sandbox.world import Person, World

STATIC: Final = Path(__file__).with_name("static")


class Page:
    """`/?me=<person>&conv=<conversation>` opens as that person, so several windows can be several people."""

    def __init__(self, *, world: World, talk: Talk, drawing: Drawing) -> None:
        self._world, self._talk, self._drawing = world, talk, drawing

    def routes(self) -> list[web.AbstractRouteDef]:
        """Where it is."""
        return [
            web.get("/", self._show),
            web.get("/sandbox/page/messages", self._older),
            web.static("/sandbox/static", STATIC),
        ]

    async def _show(self, request: web.Request) -> web.Response:
        if not self._world.people:
            return _html(self._drawing.empty_page())
        chosen = request.query.get("conv", "")
        person = self._world.person(request.query.get("me", "")) or next(iter(self._world.people.values()))
        conversation = self._world.resolve(person, chosen) if chosen else None
        opened = conversation or self._world.conversations_of(person)[0]
        if conversation is not None:  # on a phone, the list alone is shown: nothing has been read yet
            self._talk.mark_seen(person.id, opened)
        messages = self._talk.shown(opened, person.id, limit=MESSAGES_PER_PAGE)
        html = self._drawing.page(person, opened, is_chosen=conversation is not None, messages=messages)
        return _html(html)

    async def _older(self, request: web.Request) -> web.Response:
        person, conversation = self._reader(request)
        before = request.query.get("before", "")
        messages = self._talk.shown(
            conversation, person.id, limit=MESSAGES_PER_PAGE, before=int(before) if before.isdecimal() else None
        )
        return _html(str(self._drawing.messages(messages, person)))

    def _reader(self, request: web.Request) -> tuple[Person, str]:
        person = self._world.person(request.query.get("me", ""))
        conversation = self._world.resolve(person, request.query.get("conv", "")) if person else None
        if person is None or conversation is None:
            raise PageRefusal("没有这个会话。", status=404)
        return person, conversation


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")
