"""The local DingTalk with its people, and those who talk to the robot so many at a time."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.company import PRIVATE
from benchmarks.figures import Load
from bot.sandbox.app import LocalDingTalk
from bot.sandbox.talk import Delivery, Message

ACK_SECONDS_MAX = 120.0


class NotAcknowledged(Exception):
    """The robot let a message lie."""


@asynccontextmanager
async def local_dingtalk(data: dict[str, Any]) -> AsyncGenerator[LocalDingTalk]:
    """A local DingTalk on any free port, its limits off."""
    local = LocalDingTalk(data, limits_on=False)
    await local.start(port=0)
    try:
        yield local
    finally:
        await local.stop()


class Talkers:
    """Each says something, waits for its ack at the gateway, and says the next thing."""

    def __init__(self, local: LocalDingTalk, people: Sequence[str], texts: Iterator[str]) -> None:
        self._local = local
        self._people = people
        self._texts = texts
        self._waiting: dict[str, asyncio.Future[float]] = {}
        local.rooms.talk.listeners.append(self._hear)

    async def talk(self, messages: int, at_once: int) -> Load:
        """So many messages, never more than so many under way."""
        left, waits = iter(range(messages)), list[float]()

        async def one(person: str) -> None:
            for _ in left:
                waits.append(await self._say(person))

        begun = time.perf_counter()
        await asyncio.gather(*(one(self._people[index % len(self._people)]) for index in range(at_once)))
        return Load(time.perf_counter() - begun, tuple(waits))

    async def _say(self, person: str) -> float:
        acknowledged = asyncio.get_running_loop().create_future()
        begun = time.perf_counter()
        said = self._local.say(person, PRIVATE, next(self._texts))
        self._waiting[str(said["id"])] = acknowledged
        async with asyncio.timeout(ACK_SECONDS_MAX):
            return await acknowledged - begun

    def _hear(self, message: Message) -> None:
        waiting = self._waiting.get(message.id)
        if waiting is None or message.delivery not in (Delivery.ACKED, Delivery.FAILED):
            return
        del self._waiting[message.id]
        if waiting.done():
            return
        if message.delivery is Delivery.ACKED:
            waiting.set_result(time.perf_counter())
        else:
            waiting.set_exception(NotAcknowledged(message.text))
