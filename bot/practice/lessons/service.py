"""Lessons beside a running robot: listens to the talk, looks in the book, moves everybody's lesson on, shows it."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.practice.lessons.courses import LESSONS
from bot.practice.lessons.deeds import PRIVATE, Deed
from bot.practice.lessons.lesson import Lesson
from bot.practice.lessons.panel import Drawing, Elsewhere, Entry, Panel, entry_of, now_of, spoken
from bot.practice.lessons.progress import Learner, ProgressFile, Standing
from bot.practice.lessons.reader import ROWS_MAX, BookReader, Said
from bot.practice.lessons.scene import Lacking, Reader, Scene
from bot.practice.lessons.verdict import Wrong
from bot.practice.lessons.walk import Walk, again, begin, heed
from bot.sandbox.app import LocalDingTalk
from bot.sandbox.body import read_json, text
from bot.sandbox.refusals import PageRefusal
from bot.sandbox.talk import Kind, Message
from domain.company import Company, Person
from storage.database import Database

log: Final = logging.getLogger(__name__)

STATIC: Final = Path(__file__).with_name("static")
QUIET_SECONDS: Final = 0.15  # several changes of one moment are looked at once
DEEDS_MAX: Final = 2_000
FAILED: Final = "这一步没查成，再做一次试试。"
PICTURES: Final = frozenset({Kind.PICTURE, Kind.RICH_TEXT})


@dataclass(slots=True)
class Class:
    """Everything that belongs to one book and one sandbox, made anew with them."""

    local: LocalDingTalk
    reader: BookReader
    deeds: deque[Deed] = field(default_factory=lambda: deque[Deed](maxlen=DEEDS_MAX))
    seen: int = 0  # deeds ever, also those that are forgotten
    noted: deque[str] = field(default_factory=lambda: deque[str](maxlen=DEEDS_MAX))
    rounds: int = 0
    walks: dict[str, Walk] = field(default_factory=dict[str, Walk])
    elsewhere: dict[str, str] = field(default_factory=dict[str, str])  # who answered from their window: whose lesson
    language: tuple[Company, Reader] | None = None

    def since(self, place: int) -> list[Deed]:
        """The deeds from that place on, as far as they are remembered."""
        return list(self.deeds)[max(0, len(self.deeds) - (self.seen - place)) :]


class Lessons:
    """`start` with a sandbox and its robot's book, again after every reset; `stop` before. Routes are good for all."""

    def __init__(self, progress: ProgressFile) -> None:
        self._progress = progress
        self._lessons = {one.id: one for one in LESSONS}
        self._drawing = Drawing()
        self._class: Class | None = None
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None

    def routes(self) -> list[web.AbstractRouteDef]:
        """What the page asks."""
        acts: dict[str, Callable[[Class, Person, str], Awaitable[None]]] = {
            "start": self._start_lesson,
            "leave": self._leave,
            "again": self._begin_anew,
            "retry": self._retry,
        }
        return [
            web.get("/sandbox/lessons", self._show),
            *(web.post(f"/sandbox/api/lessons/{name}", self._act(act)) for name, act in acts.items()),
            web.static("/sandbox/lessons/static", STATIC),
        ]

    async def start(self, local: LocalDingTalk, book: Database) -> None:
        """Begin to watch; what is in the book already is nobody's deed."""
        await self.stop()
        reader = BookReader(book)
        await reader.skip()
        await reader.company()
        self._class = Class(local, reader)
        local.rooms.talk.listeners.append(self._hear)
        self._watching = asyncio.create_task(self._watch(self._class), name="lessons")

    async def stop(self) -> None:
        """Watch no longer. How far everybody is has been kept all along."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
        if self._class is not None:
            with suppress(ValueError):
                self._class.local.rooms.talk.listeners.remove(self._hear)
            self._class = None

    def walk_of(self, person: str) -> Walk | None:
        """Where somebody stands in the lesson they are in."""
        return self._class.walks.get(person) if self._class is not None else None

    # What happens.

    def _hear(self, message: Message) -> None:
        """A message is new or has changed. Nothing is decided here: the talk goes on meanwhile."""
        if (room := self._class) is None:
            return
        world = room.local.world
        is_private = message.conversation not in world.groups
        if message.sender in world.people and message.id not in room.noted:
            room.noted.append(message.id)
            chat = PRIVATE if is_private else message.conversation
            key = f"robot:{world.corp_id}:{message.id}"
            said = Said(
                key=key,
                person=message.sender,
                chat=chat,
                words=message.text,
                is_picture=message.kind in PICTURES,
                is_heard=is_private or message.mentions_robot,
            )
            room.reader.note(said)
        self._wake.set()

    async def _watch(self, room: Class) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(QUIET_SECONDS)
            self._wake.clear()
            try:
                async with self._turn:
                    await self._look(room)
            except Exception:  # whatever it is, the learner is told, and the next message is looked at again
                log.exception("lessons not checked")
                await self._tell_failure(room)

    async def _look(self, room: Class) -> None:
        new = await room.reader.look()
        if len(new) >= ROWS_MAX:
            self._wake.set()
        room.deeds.extend(new)
        room.seen += len(new)
        if new:
            for person in list(room.walks):
                await self._move_on(room, person)

    async def _move_on(self, room: Class, person: str) -> None:
        before = room.walks[person]
        try:
            after = heed(before, room.since(before.since), now=room.seen)
        except Exception:
            log.exception("a step was not checked", extra={"person": person, "lesson": before.lesson.id})
            after = replace(before, verdict=Wrong(why=FAILED))
        if after != before:
            await self._settle(room, person, after, before)

    async def _settle(self, room: Class, person: str, walk: Walk, before: Walk | None) -> None:
        """Keep where somebody stands now, let colleagues act, and show it."""
        if before is None or (walk.at, walk.round) != (before.at, before.round):
            room.rounds += 1  # counted for all together: two lessons may have the same colleague ask
            walk = replace(walk, round=room.rounds)
        room.walks[person] = walk
        if before is None or (walk.at, walk.acted, walk.round) != (before.at, before.acted, before.round):
            self._let_act(room, person)
        if before is None or walk.at != before.at or walk.lesson.id != before.lesson.id:
            await self._keep(room, person, walk)
        await self._note_elsewhere(room, person, walk)
        await self._tell(room, person)

    def _let_act(self, room: Class, person: str) -> None:
        """The colleague whose turn it is says their sentence, in the group where they are in it."""
        walk = room.walks[person]
        if (act := walk.awaited) is None:
            return
        colleague = room.local.world.person(act.person.id)
        group = walk.scene.group.conversation
        is_there = colleague is not None and group in room.local.world.conversations_of(colleague)
        try:
            room.local.say(act.person.id, group if is_there else PRIVATE, act.words)
        except PageRefusal as refusal:
            why = f"{act.person.name}没能说上话：{refusal.sentence}"
            room.walks[person] = replace(walk, verdict=Wrong(why=why, lost=True))

    async def _note_elsewhere(self, room: Class, person: str, walk: Walk) -> None:
        """Whoever did the step from a window of their own is told there as well whose lesson it is."""
        gone = [other for other, learner in room.elsewhere.items() if learner == person]
        for other in gone:
            del room.elsewhere[other]
        if isinstance(walk.verdict, Wrong) and walk.verdict.by:
            room.elsewhere[walk.verdict.by] = person
        for other in {*gone, *room.elsewhere} - {person}:
            await self._tell(room, other)

    async def _tell(self, room: Class, person: str) -> None:
        company = await room.reader.company()
        if (who := company.people.get(person)) is None:
            return
        panel = await self._panel(room, company, who)
        event: dict[str, object] = {"type": "lesson", "html": self._drawing.panel(panel), "say": spoken(panel.now)}
        room.local.rooms.live.tell(person, event)

    async def _tell_failure(self, room: Class) -> None:
        with suppress(Exception):  # the same fault may stand in the way of telling it
            for person, walk in list(room.walks.items()):
                room.walks[person] = replace(walk, verdict=Wrong(why=FAILED))
                await self._tell(room, person)

    async def _keep(self, room: Class, person: str, walk: Walk) -> None:
        learner = self._learner(room, person)
        standing = learner.standing(walk.lesson.id)
        if walk.is_finished:
            learner = learner.at(walk.lesson.id, Standing(step=0, finished=standing.finished + 1), active="")
        else:
            learner = learner.at(walk.lesson.id, replace(standing, step=walk.at), active=walk.lesson.id)
        await self._note(room, person, learner)

    async def _note(self, room: Class, person: str, learner: Learner) -> None:
        self._progress.note(room.local.world.company_name, person, learner)
        await asyncio.to_thread(self._progress.save)

    def _learner(self, room: Class, person: str) -> Learner:
        return self._progress.learner(room.local.world.company_name, person)

    # What the page asks.

    async def _show(self, request: web.Request) -> web.Response:
        async with self._turn:
            room = self._open()
            company, who = await self._asking(room, request.query.get("me", ""))
            learner = self._learner(room, who.id)
            if who.id not in room.walks and learner.active in self._lessons:
                await self._resume(room, who, self._lessons[learner.active], learner)
            panel = await self._panel(room, company, who)
        return web.Response(text=self._drawing.panel(panel), content_type="text/html")

    async def _resume(self, room: Class, who: Person, lesson: Lesson, learner: Learner) -> None:
        """After a restart or a reset: the step that somebody was at, in a book that knows nothing of it."""
        try:
            await self._begin(room, who, lesson, at=learner.standing(lesson.id).step)
        except PageRefusal:
            await self._note(room, who.id, replace(learner, active=""))

    def _act(
        self, act: Callable[[Class, Person, str], Awaitable[None]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            body = await read_json(request)
            async with self._turn:
                room = self._open()
                company, who = await self._asking(room, text(body, "person"))
                await act(room, who, text(body, "lesson"))
                panel = await self._panel(room, company, who)
            return web.json_response({"ok": True, "html": self._drawing.panel(panel), "say": spoken(panel.now)})

        return handle

    def _open(self) -> Class:
        if self._class is None:
            raise PageRefusal("演练环境正在重新准备，请等一下再试。", status=503)
        return self._class

    async def _asking(self, room: Class, person: str) -> tuple[Company, Person]:
        company = await room.reader.company()
        if (who := company.people.get(person)) is None:
            raise PageRefusal("没有这个人。", status=404)
        return company, who

    def _lesson(self, wanted: str) -> Lesson:
        if (lesson := self._lessons.get(wanted)) is None:
            raise PageRefusal("没有这一课。", status=404)
        return lesson

    async def _start_lesson(self, room: Class, who: Person, wanted: str) -> None:
        """Go on where it was left, or begin."""
        lesson = self._lesson(wanted)
        at = self._learner(room, who.id).standing(lesson.id).step
        await self._begin(room, who, lesson, at=min(at, len(lesson.plans) - 1))

    async def _begin_anew(self, room: Class, who: Person, wanted: str) -> None:
        """重学."""
        await self._begin(room, who, self._lesson(wanted), at=0)

    async def _begin(self, room: Class, who: Person, lesson: Lesson, *, at: int) -> None:
        if not lesson.is_for(who):
            raise PageRefusal(f"“{lesson.title}”是{lesson.roles[0].value}的课，请换成{lesson.roles[0].value}来学。")
        try:
            scene = await self._scene(room, who, lesson)
        except Lacking as lacking:
            raise PageRefusal(lacking.why) from lacking
        walk = begin(lesson, scene, at=min(at, len(lesson.plans) - 1), now=room.seen)
        await self._settle(room, who.id, walk, None)

    async def _leave(self, room: Class, who: Person, _: str) -> None:
        """Back to the list; how far one came stays."""
        room.walks.pop(who.id, None)
        await self._note(room, who.id, replace(self._learner(room, who.id), active=""))
        await self._tell(room, who.id)

    async def _retry(self, room: Class, who: Person, _: str) -> None:
        """The present step anew."""
        if (walk := room.walks.get(who.id)) is None or walk.is_finished:
            raise PageRefusal("现在没有在学的课。")
        await self._settle(room, who.id, again(walk, now=room.seen), None)

    async def _scene(self, room: Class, who: Person, lesson: Lesson) -> Scene:
        """Choosing reads example sentences by the dozen, so it is done beside the loop."""
        company = await room.reader.company()
        today = room.local.clock.now().date()
        stock = await room.reader.stock(company, today)
        if room.language is None or room.language[0] is not company:
            room.language = (company, await asyncio.to_thread(Reader, company, today))
        seen = _as_seen(company, room.local, who)
        return await asyncio.to_thread(lesson.set_up, seen, who, stock, room.language[1])

    # What the panel shows.

    async def _panel(self, room: Class, company: Company, who: Person) -> Panel:
        walk, learner = room.walks.get(who.id), self._learner(room, who.id)
        mine = [one for one in self._lessons.values() if one.is_for(who)]
        now = now_of(walk) if walk is not None else None
        is_listed = now is None or now.is_finished
        entries = [await self._entry(room, who, one, learner) for one in mine] if is_listed else []
        others = [_others(room, company, one) for one in self._lessons.values() if one not in mine]
        following = next((e for e in (*entries, *others) if not e.finished and not e.lacking), None)
        return Panel(
            me=who.id,
            name=who.name,
            evening=room.local.clock.evening,
            now=now,
            mine=entries,
            others=others,
            elsewhere=_elsewhere(room, company, who),
            following=following if now is not None else None,
            is_kept=self._progress.is_kept,
        )

    async def _entry(self, room: Class, who: Person, lesson: Lesson, learner: Learner) -> Entry:
        try:
            await self._scene(room, who, lesson)
        except Lacking as lacking:
            return entry_of(lesson, learner, lacking=lacking.why)
        return entry_of(lesson, learner)


def _as_seen(company: Company, local: LocalDingTalk, who: Person) -> Company:
    """The company with the groups that this person is in, where DingTalk knows the person."""
    person = local.world.person(who.id)
    theirs = local.world.conversations_of(person) if person is not None else []
    return replace(company, groups={key: group for key, group in company.groups.items() if key in theirs})


def _others(room: Class, company: Company, lesson: Lesson) -> Entry:
    """A lesson for somebody else, with who could take it."""
    total = len(lesson.plans)
    able = next((person for person in company.people.values() if lesson.is_for(person)), None)
    if able is None:
        return Entry(lesson=lesson, total=total, lacking=f"公司资料里还没有{lesson.roles[0].value}。")
    return Entry(lesson=lesson, total=total, person=able.id, name=able.name, conversation=_home(room, company, able))


def _elsewhere(room: Class, company: Company, who: Person) -> Elsewhere | None:
    learner = company.people.get(room.elsewhere.get(who.id, ""))
    if learner is None or learner.id not in room.walks:
        return None
    now = now_of(room.walks[learner.id])
    return Elsewhere(person=learner.id, name=learner.name, conversation=now.conversation)


def _home(room: Class, company: Company, person: Person) -> str:
    """The group of the project that is theirs, else the chat with the robot."""
    projects = [grant.project for grant in person.grants if grant.project]
    known = room.local.world.person(person.id)
    theirs = room.local.world.conversations_of(known) if known is not None else []
    return next((key for key, g in company.groups.items() if g.project in projects and key in theirs), PRIVATE)
