"""The wire to DingTalk at the messaging seam: it notes what arrived, and fails in the ways it is told to."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.cards import CardFace
from bot.dingtalk.cards import dialect_of
from bot.dingtalk.errors import DingTalkError
from bot.dingtalk.openapi import PrivateSend
from bot.dispatcher import Dispatcher
from bot.pace import Pace
from bot.sender import Sender
from tests.conftest import Clock
from tests.stories.chat import Chat

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Arrived:
    """One call that took effect: by which door, for whom, what."""

    door: str
    target: str
    text: str


@dataclass
class Wire:
    """`calls` counts every attempt; `arrived` holds those that a person got to see."""

    calls: list[str] = field(default_factory=list[str])
    arrived: list[Arrived] = field(default_factory=list[Arrived])
    invalid: tuple[str, ...] = ()
    throttled: tuple[str, ...] = ()
    held: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    _plans: deque[tuple[str, DingTalkError, bool]] = field(default_factory=deque)

    def fail(self, error: DingTalkError, *, door: str = "", applied: bool = False, times: int = 1) -> None:
        """The next calls (of a door) fail; `applied`: the message arrives all the same."""
        self._plans.extend([(door, error, applied)] * times)

    def hold(self, target: str) -> asyncio.Event:
        """Calls to this target hang until the event is set."""
        return self.held.setdefault(target, asyncio.Event())

    def texts(self, target: str = "") -> list[str]:
        return [one.text for one in self.arrived if target in one.target]

    async def send_to_group(self, conversation_id: str, *, title: str, markdown: str) -> str:
        return await self._call("group", conversation_id, markdown)

    async def send_to_people(self, user_ids: Sequence[str], *, title: str, markdown: str) -> PrivateSend:
        reached = [p for p in user_ids if p not in (*self.invalid, *self.throttled)]
        key = await self._call("people", ",".join(reached), markdown)
        unknown = tuple(p for p in user_ids if p in self.invalid)
        return PrivateSend(send_key=key, invalid=unknown, throttled=tuple(p for p in user_ids if p in self.throttled))

    async def reply(
        self, webhook: str, *, title: str, markdown: str, at: Sequence[str] = (), conversation: str = ""
    ) -> None:
        await self._call("webhook", conversation or webhook, markdown)

    async def create_card(self, call: Any) -> dict[str, str]:
        card = call.create["outTrackId"]
        shown = any(one.door == "card" and one.target == card for one in self.arrived)
        return {card: await self._call("card", card, str(call.create), once=not shown)}

    async def update_card(self, body: dict[str, object]) -> None:
        await self._call("update", str(body["outTrackId"]), str(body))

    async def _call(self, door: str, target: str, text: str, *, once: bool = True) -> str:
        self.calls.append(door)
        if (gate := self.held.get(target)) is not None:
            await gate.wait()
        planned = next((plan for plan in self._plans if plan[0] in {"", door}), None)
        if planned is not None:
            self._plans.remove(planned)
            if planned[2] and once:
                self.arrived.append(Arrived(door, target, text))
            raise planned[1]
        if target and once:
            self.arrived.append(Arrived(door, target, text))
        return f"key-{len(self.calls)}"


def dispatcher_of(chat: Chat, wire: Any, clock: Clock) -> Dispatcher:
    """One that sends what the company's robot has to say."""
    sender = Sender(wire, CardFace(dialect_of("markdown_button"), "robot"), chat.usage)
    pace = Pace(chat.database, now=lambda: (clock.now() - EPOCH) // timedelta(microseconds=1))
    return Dispatcher(chat.database, chat.units, sender, clock=clock, usage=chat.usage, pace=pace)
