"""Whether a booking gets dearer as the ledger gets longer: the acts of a day on books of three lengths, side by side.

The corridor, the unit of work and the dispatcher are the real ones; the network and DingTalk are left out. What the
database does is counted in a pass of its own, then the acts are timed in rounds that go from book to book, so that
whatever else the machine does falls on all lengths alike.
"""

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from benchmarks import company, fabricator
from benchmarks.books import SQLITE, Books
from benchmarks.children import environment, resident_memory
from benchmarks.figures import Table, milliseconds, quantile
from benchmarks.statements import ZONE
from benchmarks.work import Cost, Meter, scans
from bot.cards import CardFace
from bot.clock import SystemClock
from bot.corridor import Corridor
from bot.database_url import database_url
from bot.dingtalk.frames import read_frame
from bot.dispatcher import Dispatcher
from bot.intake import Intake
from bot.nursery import Nursery
from bot.pace import Limits, Pace
from bot.render import Renderer
from bot.sandbox.app import CLIENT_ID
from bot.sender import Sender
from bot.usage import UsageMeter
from domain.messaging import Outbound
from handlers.talk import Catalogues
from storage.database import Database
from storage.unit import Units

SIZES: Final = (1_000, 100_000, 1_000_000)
SIZES_QUICK: Final = (1_000, 10_000)
VERIFIED: Final = 100_000
ROUNDS: Final = 30
LOOK_SECONDS: Final = 0.05
SEED: Final = 20261123
COUNTED: Final = 3  # times each act is counted; the dearest tells
ISSUES_A_ROUND: Final = 10
MESSAGES_A_MOVE: Final = 2  # one message in two moves
NURSERY_SECONDS_MAX: Final = 30.0

ISSUE: Final = "issue"
ACTS: Final = (
    ISSUE,
    "undo",
    "requisition",
    "approval press",
    "last approval press",
    "order confirmed",
    "receipt on the order",
    "stock question",
    "what waits for me",
    "where is it",
    "digest",
)


class NotDone(Exception):
    """The robot did not take an act for what it is meant to be."""


@dataclass
class Measured:
    """Of one act on one book: what it cost (the dearest of those counted), and how long each took."""

    cost: Cost = field(default_factory=Cost)
    waits: list[float] = field(default_factory=list[float])


Found = dict[tuple[str, int], Measured]  # by act and size


class _Delivered(Sender):
    """Delivers at once, to nobody."""

    def __init__(self, usage: UsageMeter):
        self._usage = usage

    async def send(self, message: Outbound, now: datetime, *, before: str = "") -> str:
        return ""

    async def download(self, code: str, *, bytes_max: int) -> bytes:
        return b""


class Desk:
    """The robot over one book, and the people who talk to it."""

    _serial = itertools.count(1)

    def __init__(self, database: Database, group: str):
        clock = SystemClock(ZONE)
        self.database = database
        # What the people look up is not the robot's work: it goes over connections of its own.
        self._aside = Database.open(database.write_engine.url.render_as_string(hide_password=False), exclusive=False)
        self._group = group
        self._nursery = Nursery()
        self.units = Units(database, clock=clock, zone=ZONE, render=Renderer(ZONE))
        usage = UsageMeter(database, clock, ZONE)
        pace = Pace(database, limits=Limits(api_span=1, chat_span=1))  # nobody waits for a turn here
        face = CardFace("markdown_button", CLIENT_ID)
        self._corridor = Corridor(
            database,
            self.units,
            clock=clock,
            catalogues=Catalogues(),
            nursery=self._nursery,
            counter=usage,
            face=face,
            intake=Intake(_Delivered(usage)),
        )
        self._dispatcher = Dispatcher(database, self.units, _Delivered(usage), clock=clock, usage=usage, pace=pace)

    async def close(self) -> None:
        await self._nursery.drain(NURSERY_SECONDS_MAX)
        await self.units.close()
        await self._aside.close()
        await self.database.close()

    async def bring(self, frame: Mapping[str, object]) -> float:
        """A frame comes in and is carried out; the seconds until its ack, without those of the sending after it."""
        begun = time.perf_counter()
        await self._corridor.receive(read_frame(frame))
        await self._nursery.drain(NURSERY_SECONDS_MAX)
        seconds = time.perf_counter() - begun
        await self._dispatcher.send_due()
        return seconds

    def says(self, person: str, words: str, *, in_group: bool = False) -> dict[str, Any]:
        now, serial = int(time.time() * 1000), next(self._serial)
        body = {
            "msgId": f"msg{now}.{serial}",
            "msgtype": "text",
            "text": {"content": words},
            "createAt": now,
            "conversationType": "2" if in_group else "1",
            "conversationId": self._group if in_group else f"cid-of-{person}",
            "senderStaffId": person,
            "senderNick": person,
            "isAdmin": False,
            "chatbotCorpId": "corp",
            "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=s1",
            "sessionWebhookExpiredTime": now + 5_400_000,
        }
        headers = {"topic": "/v1.0/im/bot/messages/get", "messageId": f"push{serial}", "time": str(now)}
        return {"type": "CALLBACK", "headers": headers, "data": json.dumps(body)}

    async def presses(self, person: str, action: str) -> dict[str, Any]:
        """The newest card that offers this button."""
        row = await self._one(
            "SELECT id, nonce FROM card WHERE actions LIKE :a ORDER BY shown_at DESC", a=f"%{action}%"
        )
        content = json.dumps({"cardPrivateData": {"actionIds": ["x"], "params": {"id": action, "nonce": row.nonce}}})
        body = {"outTrackId": row.id, "corpId": "corp", "userId": person, "userIdType": 1, "content": content}
        headers = {"topic": "/v1.0/card/instances/callback", "messageId": f"push{next(self._serial)}"}
        return {"type": "CALLBACK", "headers": headers, "data": json.dumps(body)}

    async def newest(self, prefix: str) -> str:
        sql = "SELECT number FROM entry WHERE number LIKE :prefix ORDER BY seq DESC"
        return str((await self._one(sql, prefix=f"{prefix}%")).number)

    async def states(self, number: str) -> str:
        return str((await self._one("SELECT state FROM document WHERE number = :n", n=number)).state)

    async def _one(self, sql: str, **values: object) -> Any:
        async with self._aside.read() as connection:
            found = (await connection.execute(text(f"{sql} LIMIT 1"), values)).first()
        if found is None:
            raise NotDone(sql)
        return found

    async def frame(self, act: str) -> dict[str, Any]:
        """What asks for an act, after those before it."""
        match act:
            case "issue":
                return self.says(company.STOREKEEPER, "云栖雅苑 领42.5水泥1包 瓦工班")
            case "undo":
                return self.says(company.STOREKEEPER, f"撤销 {await self.newest('LL')}")
            case "requisition":
                return self.says(company.TEAM_LEAD, "申购42.5水泥200包，周五前到", in_group=True)
            case "approval press":
                return await self.presses(company.MANAGER, "approve")
            case "last approval press":
                return await self.presses(company.BUYER, "approve")
            case "order confirmed":
                return await self.presses(company.BUYER, "confirm")
            case "receipt on the order":
                return self.says(company.STOREKEEPER, "收货42.5水泥200包", in_group=True)
            case "stock question":
                return self.says(company.STOREKEEPER, "库存 42.5水泥", in_group=True)
            case "what waits for me":
                return self.says(company.MANAGER, "待我审批")
            case "where is it":
                return self.says(company.STOREKEEPER, f"{await self.newest('RK')} 到哪了")
            case _:
                return self.says(company.MANAGER, "日报 云栖雅苑")

    async def check(self) -> None:
        """The acts of a day had their effects; a question or a refusal would be counted just as well."""
        wanted = {"LL": "reversed", "SG": "approved", "CG": "received", "RK": "posted", "CX": "posted"}
        found = {prefix: await self.states(await self.newest(prefix)) for prefix in wanted}
        undone = [
            *await self._told("SELECT error, raw AS what FROM inbox WHERE state <> 'done' OR error <> ''"),
            *await self._told("SELECT error, message AS what FROM outbox WHERE state IN ('waiting', 'dead')"),
        ]
        if found != wanted or undone:
            raise NotDone(f"{found} {undone}")

    async def _told(self, sql: str) -> list[str]:
        async with self._aside.read() as connection:
            return [f"{row.error}: {row.what}" for row in await connection.execute(text(sql))]


@dataclass(frozen=True, slots=True)
class Ran:
    """A command of ours in a process of its own: seconds, and MiB resident at most."""

    seconds: float
    memory: float


@dataclass(frozen=True, slots=True)
class Checked:
    """`verify` and `backup` of one book, and how large the file came out in MiB."""

    moves: int
    verify: Ran
    backup: Ran
    file: float


async def measure(
    books: Books, data: dict[str, Any], folder: Path, *, sizes: Sequence[int], rounds: int
) -> tuple[Found, dict[int, float], list[str], list[Checked]]:
    """Every act on every book: what it costs, how long it takes; the seconds that each past took to write; scans."""
    found, wrote, urls = Found(), dict[int, float](), dict[int, str]()
    for size in sizes:
        urls[size] = database_url(books.fresh())
        begun = time.perf_counter()
        await _fabricate(urls[size], data, size)
        wrote[size] = time.perf_counter() - begun
    walked = list[str]()
    for size, url in urls.items():
        for act, cost in (await _counted(url, company.group(data), walked)).items():
            found[act, size] = Measured(cost)
    await _timed(found, urls, company.group(data), rounds)
    checked = [await _checked(urls[size], size, folder) for size in sizes if size <= VERIFIED]
    return found, wrote, walked, checked


async def _fabricate(url: str, data: dict[str, Any], moves: int) -> None:
    database = Database.open(url)
    try:
        now = datetime.now(ZONE)
        await fabricator.new_book(database, data, moves=moves, seed=SEED, now=now, zone=ZONE)
        await fabricator.fabricate_talk(database, messages=moves // MESSAGES_A_MOVE, now=now)
        if not database.is_sqlite:  # as autovacuum does by itself after a while
            async with database.write() as connection:
                await connection.execute(text("ANALYZE"))
    finally:
        await database.close()


async def _counted(url: str, group: str, walked: list[str]) -> dict[str, Cost]:
    """The dearest of some times, after one that nobody counts."""
    database = Database.open(url)
    meter, found = Meter(database), dict[str, Cost]()
    with meter.metering():
        desk = Desk(database, group)
        try:
            for time_no in range(1 + COUNTED):
                for act in ACTS:
                    frame = await desk.frame(act)
                    with meter.counting() as cost:
                        await desk.bring(frame)
                    if time_no and cost.looked >= found.get(act, Cost()).looked:
                        found[act] = cost
                await desk.check()
        finally:
            await desk.close()
    if database.is_sqlite:
        walked += [line for line in scans(str(database.write_engine.url.database), meter.asked) if line not in walked]
    return found


async def _timed(found: Found, urls: Mapping[int, str], group: str, rounds: int) -> None:
    desks = {size: Desk(Database.open(url), group) for size, url in urls.items()}
    try:
        for round_no in range(rounds + 1):  # the first warms the caches
            for act in ACTS:
                for _ in range(ISSUES_A_ROUND if act == ISSUE else 1):
                    for size, desk in desks.items():
                        seconds = await desk.bring(await desk.frame(act))
                        if round_no:
                            found[act, size].waits.append(seconds)
        for desk in desks.values():
            await desk.check()
    finally:
        await asyncio.gather(*(desk.close() for desk in desks.values()))


async def _checked(url: str, moves: int, folder: Path) -> Checked:
    path = folder / f"backup{time.monotonic_ns()}.zip"
    plain = url.replace("+aiosqlite", "").replace("+asyncpg", "")
    verified = await asyncio.to_thread(_run, plain, folder, "verify")
    backed_up = await asyncio.to_thread(_run, plain, folder, "backup", str(path))
    return Checked(moves, verified, backed_up, path.stat().st_size / 2**20)


def _run(url: str, folder: Path, *command: str) -> Ran:
    """Raises NotDone."""
    begun = time.perf_counter()
    output = folder / f"{command[0]}{time.monotonic_ns()}.log"
    with output.open("wb") as sink:
        child = subprocess.Popen(
            [sys.executable, "-m", "bot", *command],
            cwd=folder,
            env=environment({"DATABASE_URL": url, "DINGTALK_CLIENT_ID": CLIENT_ID, "DINGTALK_CLIENT_SECRET": "none"}),
            stdout=sink,
            stderr=sink,
        )
        most = 0.0  # looked at while it runs: what the system calls maxrss begins with that of whoever started it
        while child.poll() is None:
            with suppress(StopIteration, OSError):  # it has just ended
                most = max(most, resident_memory(child.pid))
            time.sleep(LOOK_SECONDS)
    if child.returncode != 0:
        raise NotDone(output.read_text(errors="replace"))
    return Ran(time.perf_counter() - begun, most)


def tables(
    kind: str, sizes: Sequence[int], measured: tuple[Found, dict[int, float], list[str], list[Checked]]
) -> list[Table]:
    """What each act costs at each length and against the shortest; then how long the whole book takes to check."""
    found, wrote, walked, checked = measured
    looked = "steps of SQLite" if kind == SQLITE else "rows read"
    columns = ["act", "measure", *(f"{size:,} moves" for size in sizes), *(f"÷ {sizes[0]:,}" for _ in sizes[1:])]
    rows = list[tuple[str, ...]]()
    for act in ACTS:
        at = [found[act, size] for size in sizes]
        rows.append(_row(act, "statements", [one.cost.count for one in at]))
        rows.append(_row(act, "rows returned or written", [one.cost.rows for one in at]))
        rows.append(_row(act, looked, [one.cost.looked for one in at]))
        for title, part in (("p50 ms", 0.5), ("p99 ms", 0.99)):
            rows.append(_row(act, title, [quantile(one.waits, part) for one in at]))
    made = ", ".join(f"{size:,} in {seconds:.0f} s" for size, seconds in wrote.items())
    scanned = "\n".join(f"- `{line}`" for line in walked) if walked else "none"
    whole = Table(
        f"The acts of a day on ledgers of different lengths — {kind}",
        tuple(columns),
        tuple(rows),
        after=f"Written by the fabricator: {made}."
        + (f" Walks through a growing table from end to end: {scanned}." if kind == SQLITE else ""),
        words=2,
    )
    return [whole, _checked_table(kind, checked)]


def _row(act: str, measure: str, values: Sequence[float]) -> tuple[str, ...]:
    first = values[0]
    cells = [str(value) if isinstance(value, int) else milliseconds(value) for value in values]
    ratios = [f"**{value / first:.2f}**" if first else "" for value in values[1:]]
    return (act, measure, *cells, *ratios)


def _checked_table(kind: str, checked: Sequence[Checked]) -> Table:
    rows = list[tuple[str, ...]]()
    for one in checked:
        ran = (f"{value:.1f}" for each in (one.verify, one.backup) for value in (each.seconds, each.memory))
        rows.append((f"{one.moves:,}", *ran, f"{one.file:.1f}"))
    columns = ("moves", "verify s", "at most MiB", "backup s", "at most MiB", "file MiB")
    return Table(f"`verify` and `backup` — {kind}", columns, tuple(rows))
