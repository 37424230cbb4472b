"""What an ordinary purchase costs in DingTalk's units, from the requisition to the digest of the day."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from benchmarks import company
from benchmarks.books import Books
from benchmarks.children import robot, robot_settings
from benchmarks.figures import Table
from benchmarks.site import local_dingtalk
from bot.database_url import database_url
from bot.dingtalk.units import Pool
from bot.sandbox.app import LocalDingTalk
from storage import tables
from storage.database import Database

QUIET_SECONDS: Final = 1.5
STEP_SECONDS_MAX: Final = 30.0
ISSUE_NUMBER: Final = "LL"

Used = tuple[int, int]  # units of the pool of calls, and of the pool of stream and webhook


class StoryBroken(Exception):
    """A step had not the effect that it should have."""


@dataclass(frozen=True, slots=True)
class Say:
    """Somebody says something in the group; `hears` stands in the robot's answer."""

    title: str
    person: str
    text: str
    hears: str


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody presses a button of the latest card in their private chat."""

    title: str
    person: str
    button: str
    hears: str


@dataclass(frozen=True, slots=True)
class Evening:
    """The clock of the sandbox is moved to six."""

    title: str
    hears: str


Step = Say | Press | Evening

STEPS: Final[tuple[Step, ...]] = (
    Say("requisition by the team lead", company.TEAM_LEAD, "申购42.5水泥200包，周五前到", "已提交"),
    Press("approval by the project's manager", company.MANAGER, "approve", ""),
    Press("approval by the buyer", company.BUYER, "approve", "已批准"),
    Press("order confirmed by the buyer", company.BUYER, "confirm", "已下单"),
    Say("first receipt", company.STOREKEEPER, "收货42.5水泥120包", "已入库"),
    Say("second receipt", company.STOREKEEPER, "收货42.5水泥80包", "已到齐"),
    Say("issue", company.STOREKEEPER, "领42.5水泥30包 瓦工班 主体结构", "已领料"),
    Say("stock question", company.STOREKEEPER, "库存 42.5水泥", "云栖雅苑现场库"),
    Say("undo", company.STOREKEEPER, "撤销 {issue}", "已撤销"),
    Evening("digest", "日报"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What each step cost by the sandbox's count, and the whole by the robot's own."""

    steps: tuple[tuple[str, Used], ...]
    sandbox: Used
    robot: Used
    calls: dict[str, int]


async def tell(books: Books, data: dict[str, Any], folder: Path) -> Told:
    """The whole story once. Raises StoryBroken."""
    database, path = books.fresh(), company.write(data, folder)
    async with local_dingtalk(data) as local:
        local.move_clock("tomorrow")  # eight in the morning, whatever time it is here
        child = await robot(local, robot_settings(local, database, path, sandbox_clock=True), folder)
        try:
            steps, before = list[tuple[str, Used]](), _used(local)
            for step in STEPS:
                await _Scene(local, company.group(data)).play(step)
                after = _used(local)
                steps.append((step.title, (after[0] - before[0], after[1] - before[1])))
                before = after
        finally:
            await child.stop()
        return Told(tuple(steps), _used(local), await _counted(database), _calls(local))


class _Scene:
    """One step: do it, and wait until its last message has gone out."""

    def __init__(self, local: LocalDingTalk, group: str) -> None:
        self._local = local
        self._group = group

    async def play(self, step: Step) -> None:
        heard = len(self._answers())
        match step:
            case Say():
                self._local.say(step.person, self._group, step.text.format(issue=self._issue()))
            case Press():
                done = await self._local.press(step.person, self._card(step), step.button)
                if not done.get("ok"):
                    raise StoryBroken(f"{step.title}: {done}")
            case Evening():
                self._local.move_clock("tonight")
        await self._quiet(step, heard)

    async def _quiet(self, step: Step, heard: int) -> None:
        """Until the answer is there and no unit has been used for a while."""
        deadline, used, since = time.monotonic() + STEP_SECONDS_MAX, _used(self._local), time.monotonic()
        while True:
            await asyncio.sleep(0.05)
            if (now := _used(self._local)) != used:
                used, since = now, time.monotonic()
            answers = self._answers()
            answered = not step.hears or any(step.hears in answer for answer in answers[heard:])
            if answered and time.monotonic() - since > QUIET_SECONDS:
                return
            if time.monotonic() > deadline:
                raise StoryBroken(f"{step.title}: {answers[heard:]}")

    def _answers(self) -> list[str]:
        said = self._local.messages(company.STOREKEEPER, self._group)
        return [str(message["text"]) for message in said if message["from"] == "robot"]

    def _issue(self) -> str:
        """The number of the issue that was booked, or nothing before there is one."""
        words = " ".join(self._answers()).replace("*", " ").replace("`", " ").split()
        return next((word for word in words if word.startswith(ISSUE_NUMBER)), "")

    def _card(self, step: Press) -> str:
        for message in reversed(self._local.messages(step.person, company.PRIVATE)):
            card: Any = message.get("card")
            if card and any(button["id"] == step.button for button in card["buttons"]):
                return str(card["outTrackId"])
        raise StoryBroken(f"{step.title}: no card with {step.button}")


def _used(local: LocalDingTalk) -> Used:
    units: Any = local.units_json()
    return units["api"]["used"], units["stream"]["used"]


def _calls(local: LocalDingTalk) -> dict[str, int]:
    units: Any = local.units_json()
    return {**units["api"]["by"], **units["stream"]["by"]}


async def _counted(address: str) -> Used:
    """What the robot itself has written down, over all months."""
    database = Database.open(database_url(address), exclusive=False)
    try:
        async with database.read() as connection:
            rows = await connection.execute(select(tables.usage.c.pool, tables.usage.c.units))
            units = {row.pool: int(row.units) for row in rows}
    finally:
        await database.close()
    return units.get(Pool.API.value, 0), units.get(Pool.STREAM.value, 0)


def table(told: Told) -> Table:
    """Step by step, and the two counts of the whole."""
    rows = [(title, str(api), str(stream), str(api + stream)) for title, (api, stream) in told.steps]
    for who, (api, stream) in (("by DingTalk's count", told.sandbox), ("by the robot's count", told.robot)):
        rows.append((f"**the story, {who}**", f"**{api}**", f"**{stream}**", f"**{api + stream}**"))
    calls = ", ".join(f"`{name}` {number}" for name, number in told.calls.items())
    return Table(
        "DingTalk's units for the main story",
        ("step", "calls", "stream and webhook", "both"),
        tuple(rows),
        after=f"By name: {calls}.",
    )
