"""Keeps open pages up to date: one websocket for each window, each seen through one person's eyes."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.sandbox.body import BadBody, compact, parse_record, text
from bot.sandbox.clock import SandboxClock
from bot.sandbox.drawing import Drawing, clock_text
from bot.sandbox.limits import PAGES_MAX
from bot.sandbox.talk import Message, Talk
from bot.sandbox.walk import Walk
from bot.sandbox.world import Person, World

PAGE_FRAME_MAX = 4 * 1024
QUEUE_MAX = 500


@dataclass(eq=False, slots=True)
class Window:
    """One open page. A window that does not read its queue is closed, and loads itself anew."""

    person: Person
    conversation: str
    key: str
    queue: asyncio.Queue[dict[str, object] | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_MAX))
    is_visible: bool = False

    def put(self, event: dict[str, object]) -> bool:
        """Whether there was room for it."""
        with suppress(asyncio.QueueFull):
            self.queue.put_nowait(event)
            return True
        return False


class Live:
    """All open windows."""

    def __init__(self, *, world: World, talk: Talk, drawing: Drawing, clock: SandboxClock, walk: Walk) -> None:
        self._world, self._talk, self._drawing, self._clock, self._walk = world, talk, drawing, clock, walk
        self._windows: list[Window] = []
        talk.listeners.append(self._message)
        clock.listeners.append(self._tick)

    def routes(self) -> list[web.RouteDef]:
        """The websocket of the page."""
        return [web.get("/sandbox/live", self._connect)]

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        person = self._world.person(request.query.get("me", ""))
        key = request.query.get("conv", "")
        conversation = self._world.resolve(person, key) if person else None
        if person is None or conversation is None or len(self._windows) >= PAGES_MAX:
            return web.Response(status=404)
        socket = web.WebSocketResponse(heartbeat=30, max_msg_size=PAGE_FRAME_MAX)
        await socket.prepare(request)
        window = Window(person, conversation, key)
        self._windows.append(window)
        window.put(self._clock_event())
        sender = asyncio.create_task(self._pump(window, socket))
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._hear(window, str(frame.data))
        finally:
            self._forget(window)
            sender.cancel()
        return socket

    def _hear(self, window: Window, raw: str) -> None:
        """The page tells whether somebody is looking: only then does it count as read."""
        try:
            window.is_visible = text(parse_record(raw), "looking") == "yes"
        except BadBody:
            return
        if window.is_visible:
            self._talk.mark_seen(window.person.id, window.conversation)
            window.put(self._list_event(window))

    async def _pump(self, window: Window, socket: web.WebSocketResponse) -> None:
        while (event := await window.queue.get()) is not None:
            with suppress(ConnectionError):
                await socket.send_str(compact(event))
        await socket.close()

    def _message(self, message: Message) -> None:
        readers = {person.id for person in self._world.members(message.conversation)}
        for window in list(self._windows):
            if window.person.id in readers:
                self._show(window, message)

    def _show(self, window: Window, message: Message) -> None:
        fits = True
        if message.conversation == window.conversation:
            if window.is_visible:
                self._talk.mark_seen(window.person.id, window.conversation)
            is_shown = message.is_shown_to(window.person.id)
            html = str(self._drawing.message(message, window.person)) if is_shown else ""
            fits = window.put({"type": "message", "id": message.id, "number": message.number, "html": html})
        if not (fits and window.put(self._list_event(window))):
            self._forget(window)

    def tell(self, person: str, event: dict[str, object]) -> None:
        """Bring an event to every window of this person."""
        for window in [window for window in self._windows if window.person.id == person]:
            if not window.put(event):
                self._forget(window)

    def _tick(self) -> None:
        for window in list(self._windows):
            window.put(self._clock_event())

    def _clock_event(self) -> dict[str, object]:
        now = self._clock.now()
        return {
            "type": "clock",
            "now_ms": self._clock.now_ms(),
            "text": clock_text(now),
            "frozen": self._clock.frozen_at is not None,
            "walking": self._walk.to is not None,
            "to_text": clock_text(self._walk.to) if self._walk.to else "",
        }

    def _list_event(self, window: Window) -> dict[str, object]:
        return {"type": "list", "html": self._drawing.conversation_list(window.person, window.key)}

    def _forget(self, window: Window) -> None:
        with suppress(ValueError):
            self._windows.remove(window)
            while not window.queue.empty():
                window.queue.get_nowait()
            window.queue.put_nowait(None)

    def stop(self) -> None:
        """Close every window's websocket."""
        for window in list(self._windows):
            self._forget(window)
