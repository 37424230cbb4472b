"""Keeps open pages up to date: one websocket for each window, each seen through one person's eyes.

What a window still has to hear is kept as names, not as HTML: it is drawn when it is sent. So a thousand messages in a
moment are a thousand messages but one list of conversations, and a card that changed three times is drawn once.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import WSMsgType, web

from bot.sandbox.body import BadBody, compact, number, parse_record, text
from bot.sandbox.clock import SandboxClock
from bot.sandbox.drawing import Drawing
from bot.sandbox.limits import PAGES_MAX
from bot.sandbox.talk import Message, Talk
from bot.sandbox.times import clock_text
from bot.sandbox.walk import Walk
from bot.sandbox.world import Person, World

PAGE_FRAME_MAX: Final = 4 * 1024
PENDING_MAX: Final = 300  # messages; a window that is further behind loads itself anew
EVENTS_MAX: Final = 100
BREATH_SECONDS: Final = 0.04  # between two rounds of news to one window

Event = dict[str, object]


@dataclass(eq=False, slots=True)
class Window:
    """One open page, and what it has yet to hear."""

    person: Person
    conversation: str
    key: str
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    messages: dict[str, Message] = field(default_factory=dict[str, Message])
    stale: set[str] = field(default_factory=set[str])
    events: list[Event] = field(default_factory=list[Event])
    is_visible: bool = False
    is_closed: bool = False

    def show(self, message: Message) -> None:
        """The message is new, or looks different."""
        if len(self.messages) >= PENDING_MAX:
            self.messages.clear()
            self.stale.add("behind")
        if "behind" not in self.stale:
            self.messages[message.id] = message
        self.wake.set()

    def look_again(self, *parts: str) -> None:
        """These parts of the page are no longer true: the list, the read marks, the clock."""
        self.stale.update(parts)
        self.wake.set()

    def tell(self, event: Event) -> None:
        """Something that is no part of the conversation."""
        self.events = [*self.events[-EVENTS_MAX:], event]
        self.wake.set()

    def close(self) -> None:
        """Nothing more."""
        self.is_closed = True
        self.wake.set()


class Live:
    """All open windows."""

    def __init__(
        self, *, world: World, talk: Talk, drawing: Drawing, clock: SandboxClock, walk: Walk, epoch: str
    ) -> None:
        self._world, self._talk, self._drawing, self._clock = world, talk, drawing, clock
        self._walk, self._epoch = walk, epoch
        self._windows: list[Window] = []
        talk.listeners.append(self._message)
        talk.seen_listeners.append(self._seen)
        clock.listeners.append(self._tick)

    def routes(self) -> list[web.RouteDef]:
        """The websocket of the page."""
        return [web.get("/sandbox/live", self._connect)]

    def tell(self, person: str, event: Event) -> None:
        """Send an event to every window of this person, such as a lesson's next step."""
        for window in list(self._windows):
            if window.person.id == person:
                window.tell(event)

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        if len(self._windows) >= PAGES_MAX:
            return web.Response(status=503)
        socket = web.WebSocketResponse(heartbeat=30, max_msg_size=PAGE_FRAME_MAX)
        await socket.prepare(request)
        # First of all, so that a page of a company that is no more learns it and loads itself anew.
        await socket.send_str(compact({"type": "hello", "epoch": self._epoch}))
        person = self._world.person(request.query.get("me", ""))
        key = request.query.get("conv", "")
        conversation = self._world.resolve(person, key) if person else None
        if person is None or conversation is None:
            await socket.close()
            return socket
        window = Window(person, conversation, key)
        window.look_again("clock", "list", "read")
        for message in self._since(request.query.get("last", ""), person, conversation):
            window.show(message)
        self._windows.append(window)
        sender = asyncio.create_task(self._pump(window, socket))
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._hear(window, str(frame.data))
        finally:
            self._forget(window)
            sender.cancel()
        return socket

    def _since(self, last: str, person: Person, conversation: str) -> list[Message]:
        """What was said between the drawing of the page and now."""
        if (after := number(last)) is None:
            return []
        return self._talk.shown_after(conversation, person.id, after=after, limit=PENDING_MAX + 1)

    def _hear(self, window: Window, raw: str) -> None:
        """The page tells whether somebody is looking: only then does it count as read."""
        try:
            window.is_visible = text(parse_record(raw), "looking") == "yes"
        except BadBody:
            return
        if window.is_visible:
            self._mark_seen(window)

    def _mark_seen(self, window: Window) -> None:
        self._talk.mark_seen(window.person.id, window.conversation)
        for other in self._windows:  # the same person elsewhere has read it too
            if other.person.id == window.person.id:
                other.look_again("list")

    async def _pump(self, window: Window, socket: web.WebSocketResponse) -> None:
        while not window.is_closed:
            await window.wake.wait()
            window.wake.clear()
            with suppress(ConnectionError):
                for event in self._news(window):
                    await socket.send_str(compact(event))
            await asyncio.sleep(BREATH_SECONDS)
        await socket.close()

    def _news(self, window: Window) -> Iterator[Event]:
        """All that the window has yet to hear, as it is now."""
        messages, stale, events = window.messages, window.stale, window.events
        window.messages, window.stale, window.events = {}, set(), []
        if "behind" in stale:
            yield {"type": "behind"}
        for message in messages.values():
            yield self._message_event(window, message)
        if "read" in stale:
            seen = self._talk.seen_by_others(window.person.id, window.conversation)
            yield {"type": "read", "seen": seen}
        if "list" in stale:
            yield {"type": "list", "html": self._drawing.conversation_list(window.person, window.key)}
        if "clock" in stale:
            yield self._clock_event()
        yield from events

    def _message_event(self, window: Window, message: Message) -> Event:
        is_shown = message.is_shown_to(window.person.id)
        html = str(self._drawing.message(message, window.person)) if is_shown else ""
        return {"type": "message", "id": message.id, "number": message.number, "html": html}

    def _message(self, message: Message) -> None:
        readers = {person.id for person in self._world.members(message.conversation)}
        for window in list(self._windows):
            if window.person.id in readers:
                self._show(window, message)

    def _show(self, window: Window, message: Message) -> None:
        window.look_again("list")
        if message.conversation != window.conversation:
            return
        if window.is_visible:
            self._talk.mark_seen(window.person.id, window.conversation)
        window.show(message)
        if message.is_recalled:  # the next one may now stand first below a time
            for below in self._talk.shown_after(message.conversation, window.person.id, after=message.number, limit=1):
                window.show(below)

    def _seen(self, conversation: str) -> None:
        for window in self._windows:
            if window.conversation == conversation:
                window.look_again("read")

    def _tick(self) -> None:
        for window in self._windows:
            window.look_again("clock")

    def _clock_event(self) -> Event:
        now = self._clock.now()
        return {
            "type": "clock",
            "now_ms": self._clock.now_ms(),
            "text": clock_text(now),
            "frozen": self._clock.frozen_at is not None,
            "walking": self._walk.to is not None,
            "to_text": clock_text(self._walk.to) if self._walk.to else "",
        }

    def _forget(self, window: Window) -> None:
        with suppress(ValueError):
            self._windows.remove(window)
        window.close()

    def stop(self) -> None:
        """Close every window's websocket."""
        for window in list(self._windows):
            self._forget(window)
