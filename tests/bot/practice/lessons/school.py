"""The real robot, the real sandbox and the lessons in one process; and a learner who does what the panel says."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bot.logs import Secrets
from bot.practice.house import environment
from bot.practice.lessons.lesson import Step, Where
from bot.practice.lessons.progress import ProgressFile
from bot.practice.lessons.service import Lessons
from bot.practice.lessons.verdict import NotYet, Wrong
from bot.practice.lessons.walk import Walk
from bot.program import Robot
from bot.sandbox.app import LocalDingTalk
from bot.settings import read_settings
from storage.database import Database
from tests.stories.labels import photo

PATIENCE = 20.0
DEMO = Path(__file__).parents[4] / "bot" / "sandbox" / "demo_company.json"


class School:
    """One running practice environment."""

    def __init__(self, local: LocalDingTalk, lessons: Lessons, book: Database, url: str, http: aiohttp.ClientSession):
        self.local, self.lessons, self.book, self.url, self.http = local, lessons, book, url, http

    def walk(self, person: str) -> Walk:
        """Where the person stands."""
        walk = self.lessons.walk_of(person)
        assert walk is not None
        return walk

    async def does(self, act: str, person: str, lesson: str = "") -> dict[str, Any]:
        """A button of the panel."""
        sent = {"person": person, "lesson": lesson}
        async with self.http.post(f"{self.url}/sandbox/api/lessons/{act}", json=sent) as answer:
            return await answer.json()

    async def panel(self, person: str) -> str:
        async with self.http.get(f"{self.url}/sandbox/lessons", params={"me": person}) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.text()

    async def until(self, person: str, true: Callable[[Walk], bool]) -> Walk:
        """Wait until the person's lesson stands so."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not true(self.walk(person)):  # noqa: ASYNC110  # it happens in a task of the service
                    await asyncio.sleep(0.02)
        except TimeoutError:
            walk = self.walk(person)
            said = [m.text for m in self.local.rooms.talk.shown(walk.scene.group.conversation, person, limit=6)]
            raise AssertionError(f"step {walk.at + 1} of {walk.lesson.id}: {walk.verdict}\n{said}") from None
        return self.walk(person)

    async def ready(self, person: str) -> Step:
        """The step, once colleagues have prepared it."""
        walk = await self.until(person, lambda w: w.step is not None or isinstance(w.verdict, Wrong))
        assert walk.step is not None, walk.verdict
        return walk.step

    def says(self, person: str, words: str, where: Where = Where.GROUP) -> None:
        group = next(iter(self.local.world.groups))
        self.local.say(person, group if where is Where.GROUP else "private", words)

    def shows(self, person: str, code: str) -> None:
        """A photograph of a label, in the person's first group."""
        self.local.picture(person, next(iter(self.local.world.groups)), photo(f"LZG:{code}"), name="label.jpg")

    async def goes_wrong(self, person: str, words: str, where: Where = Where.GROUP) -> Wrong:
        """Say something that is not what the step wants; what the panel says to it."""
        before = self.walk(person)
        self.says(person, words, where)
        walk = await self.until(person, lambda w: isinstance(w.verdict, Wrong) and w.verdict != before.verdict)
        assert isinstance(walk.verdict, Wrong)
        assert walk.at == before.at
        return walk.verdict

    async def undoes(self, person: str, words: str) -> None:
        """Take a wrong booking back, and see that the panel noticed."""
        self.says(person, words)
        await self.until(person, lambda w: isinstance(w.verdict, NotYet))

    async def does_step(self, person: str) -> str:
        """Do what the step says, and what it asks back; what the panel says to it."""
        step = await self.ready(person)
        at, verdict = self.walk(person).at, self.walk(person).verdict
        if step.moves_clock:
            self.local.move_clock("tonight")
        elif step.shows_label:
            self.shows(person, self.walk(person).scene.goods.material.code)
        else:
            self.says(person, step.say, step.where)
        while self.walk(person).at == at:
            walk = await self.until(person, lambda w, v=verdict, n=at: w.at != n or w.verdict != v)
            verdict = walk.verdict
            if walk.at == at and isinstance(verdict, Wrong):
                assert verdict.mend == "对", verdict  # only because these words were said a moment ago
                self.says(person, "对", step.where)
        return self.walk(person).past[-1]

    async def does_all(self, person: str, lesson: str) -> tuple[str, ...]:
        """From the first step to the last."""
        answer = await self.does("start", person, lesson)
        assert answer["ok"], answer
        while not self.walk(person).is_finished:
            await self.does_step(person)
        return self.walk(person).past


def prepared(folder: Path, company: Path) -> dict[str, Any]:
    """A place for the book, and the company's data."""
    folder.mkdir(parents=True, exist_ok=True)
    return json.loads(company.read_text(encoding="utf-8"))


@asynccontextmanager
async def school(folder: Path, company: Path = DEMO) -> AsyncGenerator[School]:
    """The whole of it, with its progress beside the book."""
    data = prepared(folder, company)
    local = LocalDingTalk(data, limits_on=False, has_practice=True)
    lessons = Lessons(ProgressFile(folder.parent / "practice.json"))
    url = await local.start(port=0, extra=lessons.routes())
    robot = Robot(read_settings(environment(url, folder / "book.sqlite3", company), directory=folder), Secrets())
    await robot.start()
    book = Database.open(f"sqlite:///{folder / 'book.sqlite3'}", exclusive=False)
    try:
        assert await robot.wait_connected(PATIENCE)
        await lessons.start(local, book)
        async with aiohttp.ClientSession() as http:
            yield School(local, lessons, book, url, http)
    finally:
        await lessons.stop()
        await book.close()
        await robot.stop()
        await local.stop()
