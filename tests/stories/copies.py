"""Copies of the robot that run on one book and can be killed at any moment, all in this process.

A copy is killed by cancelling what it has begun and throwing its connections away: frames that were stored are not
carried out, units that waited are dropped, acknowledgements are not given. Death inside a transaction needs a process.
"""

import asyncio
import contextvars
from collections.abc import Coroutine, Mapping
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from bot.dingtalk.frames import read_frame
from bot.render import Renderer
from domain.company import Company
from handlers.language.catalogue import Catalogue
from handlers.talk import Catalogues
from storage.database import Database
from storage.unit import Units
from tests.conftest import Clock, Databases
from tests.stories.chat import Chat, open_chat

RUNNING: Final[contextvars.ContextVar["Copy | None"]] = contextvars.ContextVar("copy", default=None)


class SameCompany(Catalogues):
    """One index for all copies of one company, as building it takes longer than a story does."""

    def __init__(self) -> None:
        super().__init__()
        self._one: tuple[Company, Catalogue] | None = None

    def of(self, company: Company) -> Catalogue:
        if self._one is None or self._one[0] != company:
            self._one = (company, super().of(company))
        return self._one[1]


CATALOGUES: Final = SameCompany()
ABANDONED: Final = {"Corridor.receive", "Corridor._work", "Units._serve"}


class Copy:
    """One copy: its connections, its unit of work, its corridor, and every task that belongs to it."""

    def __init__(self, url: str, clock: Clock, zone: ZoneInfo):
        self.tasks: set[asyncio.Task[Any]] = set()
        self.database = Database.open(url, exclusive=False)
        self.units = Units(self.database, clock=clock, zone=zone, render=Renderer(zone))
        self.chat: Chat = open_chat(self.database, self.units, clock, zone, catalogues=CATALOGUES)

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task of this copy; whatever it starts is this copy's as well."""
        context = contextvars.copy_context()
        context.run(RUNNING.set, self)
        return context.run(asyncio.create_task, work)

    def hand(self, frame: Mapping[str, object]) -> asyncio.Task[dict[str, object]]:
        """DingTalk hands this copy a frame; the task ends with the acknowledgement."""
        return self.start(self.chat.corridor.receive(read_frame(frame)))

    async def take_up(self) -> None:
        """What a start and the sweeper do: take up what others left behind, and see it through."""
        await self.start(self.chat.corridor.release())
        await self.start(self.chat.corridor.sweep())
        await self.chat.nursery.drain(30)

    async def kill(self) -> None:
        """Abandon everything that waits; a transaction that runs comes to its end."""
        for task in list(self.tasks):
            if task.get_coro().__qualname__ in ABANDONED:  # type: ignore[union-attr]
                task.cancel()
        while waiting := [task for task in self.tasks if not task.done()]:
            await asyncio.wait(waiting)
        await self._dispose()

    async def close(self) -> None:
        await self.chat.nursery.drain(30)
        await self.units.close()
        await self._dispose()

    async def _dispose(self) -> None:
        await self.database.write_engine.dispose()
        await self.database.read_engine.dispose()


class Books:
    """Fresh books that know the small company already. In them the same text twice is no question."""

    def __init__(self, databases: Databases, zone: ZoneInfo):
        self._databases = databases
        self._zone = zone
        self._loaded: dict[str, str] = {}

    async def url(self, kind: str) -> str:
        if kind not in self._loaded:
            url = self._databases.url(kind)
            first = Copy(url, Clock(), self._zone)
            await first.chat.load({"settings": {"ask_on_repeat": False, "undo_minutes": 600}})
            await first.close()
            self._loaded[kind] = url
        return self._databases.copy(self._loaded[kind])


class Owners:
    """While it stands, every task of a copy is noted with its copy."""

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._before = self._loop.get_task_factory()
        self._loop.set_task_factory(_owned)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.set_task_factory(self._before)


def _owned(loop: asyncio.AbstractEventLoop, work: Any, **settings: Any) -> asyncio.Task[Any]:
    task = asyncio.Task(work, loop=loop, **settings)
    if (copy := RUNNING.get()) is not None:
        copy.tasks.add(task)
        task.add_done_callback(copy.tasks.discard)
    return task
