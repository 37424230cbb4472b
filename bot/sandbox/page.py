"""The page in the browser: its HTML, its static files, and more messages when somebody scrolls."""

from pathlib import Path
from typing import Final

from aiohttp import web

from bot.sandbox.body import number
from bot.sandbox.drawing import Drawing, Stretch
from bot.sandbox.limits import MESSAGES_PER_CATCH_UP_MAX, MESSAGES_PER_PAGE, MESSAGES_PER_SCROLL
from bot.sandbox.refusals import PageRefusal
from bot.sandbox.talk import Message, Talk
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
            web.get("/sandbox/page/messages", self._more),
            web.static("/sandbox/static", STATIC),
        ]

    async def _show(self, request: web.Request) -> web.Response:
        if not self._world.people:
            return _html(self._drawing.empty_page())
        chosen = request.query.get("conv", "")
        person = self._world.person(request.query.get("me", "")) or self._world.newcomer
        conversation = self._world.resolve(person, chosen) if chosen else None
        opened = conversation or self._world.conversations_of(person)[0]
        if conversation is not None:  # on a phone, the list alone is shown: nothing has been read yet
            self._talk.mark_seen(person.id, opened)
        html = self._drawing.page(
            person, opened, is_chosen=conversation is not None, stretch=self._newest(opened, person)
        )
        return _html(html)

    async def _more(self, request: web.Request) -> web.Response:
        """`before` or `from` a number, `around` a message, or without any the newest."""
        person, conversation = self._reader(request)
        stretch = self._wanted(request, conversation, person)
        return web.json_response(
            {
                "html": str(self._drawing.messages(stretch.messages, person)),
                "older": stretch.has_older,
                "newer": stretch.has_newer,
            }
        )

    def _wanted(self, request: web.Request, conversation: str, person: Person) -> Stretch:
        if (before := number(request.query.get("before", ""))) is not None:
            return self._before(conversation, person, before)
        if (first := number(request.query.get("from", ""))) is not None:
            limit = min(number(request.query.get("limit", "")) or MESSAGES_PER_SCROLL, MESSAGES_PER_CATCH_UP_MAX)
            messages = self._talk.shown_after(conversation, person.id, after=first - 1, limit=limit)
            return self._stretch(conversation, person, messages)
        around = self._talk.find(request.query.get("around", ""))
        if around is not None and around.conversation == conversation and around.is_shown_to(person.id):
            return self._around(around, person)
        return self._newest(conversation, person)

    def _newest(self, conversation: str, person: Person) -> Stretch:
        messages = self._talk.shown(conversation, person.id, limit=MESSAGES_PER_PAGE)
        return self._stretch(conversation, person, messages)

    def _before(self, conversation: str, person: Person, number: int) -> Stretch:
        messages = self._talk.shown(conversation, person.id, limit=MESSAGES_PER_SCROLL, before=number)
        return self._stretch(conversation, person, messages)

    def _around(self, message: Message, person: Person) -> Stretch:
        half = MESSAGES_PER_PAGE // 2
        above = self._talk.shown(message.conversation, person.id, limit=half, before=message.number)
        below = self._talk.shown_after(message.conversation, person.id, after=message.number, limit=half)
        return self._stretch(message.conversation, person, [*above, message, *below])

    def _stretch(self, conversation: str, person: Person, messages: list[Message]) -> Stretch:
        if not messages:
            return Stretch([], has_older=False, has_newer=False)
        last = messages[-1].number
        return Stretch(
            messages,
            has_older=self._talk.shown_before(messages[0], person.id) is not None,
            has_newer=bool(self._talk.shown_after(conversation, person.id, after=last, limit=1)),
        )

    def _reader(self, request: web.Request) -> tuple[Person, str]:
        person = self._world.person(request.query.get("me", ""))
        conversation = self._world.resolve(person, request.query.get("conv", "")) if person else None
        if person is None or conversation is None:
            raise PageRefusal("没有这个会话。", status=404)
        return person, conversation


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")
