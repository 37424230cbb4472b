"""What one booking asks of the database, alone and among 32: statements by table, and commits.

The corridor is the real one, fed with frames that came through the gateway; the network and DingTalk are left out.
"""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import aiohttp
from sqlalchemy import event, func, select

from benchmarks import company
from benchmarks.books import Books
from benchmarks.figures import Table
from benchmarks.site import Talkers, local_dingtalk
from bot.cards import CardFace
from bot.clock import SystemClock
from bot.corridor import Corridor
from bot.database_url import database_url
from bot.dingtalk.acks import AckData, plain_ack
from bot.dingtalk.connection import StreamConnection
from bot.dingtalk.credentials import Credentials
from bot.dingtalk.frames import Received
from bot.dispatcher import Dispatcher
from bot.intake import Intake
from bot.loading import load_file
from bot.nursery import Nursery
from bot.pace import Limits, Pace
from bot.render import Renderer
from bot.sandbox.app import CLIENT_ID, CLIENT_SECRET
from bot.sender import Sender
from bot.usage import UsageMeter
from domain.documents import DocumentKind
from domain.messaging import Outbound
from handlers.talk import Catalogues
from storage import schema, tables
from storage.database import Database
from storage.unit import Units

BATCH: Final = 32
ZONE: Final = ZoneInfo("Asia/Shanghai")
LOOK_SECONDS: Final = 0.02
WAIT_SECONDS_MAX: Final = 60.0
REST_SECONDS: Final = 0.5  # the dispatcher looks once more, and then waits
STORE, BOOK, DELIVER = "store the frame", "book", "send the answer"
STEPS: Final = (STORE, BOOK, DELIVER)
COMMITS: Final = "commits"
_TABLE: Final = re.compile(r'\b(?:FROM|INTO|UPDATE)\s+"?(\w+)"?', re.IGNORECASE)
_CONTROL: Final = ("BEGIN", "COMMIT", "ROLLBACK", "SET TRANSACTION")


class NotBooked(Exception):
    """The robot did not take the texts for what they are meant to be."""


Counts = Counter[tuple[str, str]]  # (step, statement); dictionaries keep the order in which they came


class Watch:
    """Counts what goes to the database, transaction by transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open = defaultdict[Any, list[str]](list)
        self.counts: Counts = Counter()

    @contextmanager
    def watching(self) -> Generator[None]:
        """While it lasts. A reading transaction is counted with its statements, but its end is no commit."""
        write, read = self._database.write_engine.sync_engine, self._database.read_engine.sync_engine
        heard: list[tuple[Any, str, Any]] = [(write, "before_cursor_execute", self._statement)]
        heard += [(write, "commit", self._commit), (write, "rollback", self._rollback)]
        if read is not write:
            heard.append((read, "before_cursor_execute", self._reading))
        for engine, name, listener in heard:
            event.listen(engine, name, listener)
        try:
            yield
        finally:
            for engine, name, listener in heard:
                event.remove(engine, name, listener)

    def _statement(self, connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(_CONTROL):
            self._open[connection].append(_short(statement))

    def _reading(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(_CONTROL):
            self.counts[DELIVER, _short(statement)] += 1

    def _commit(self, connection: Any) -> None:
        statements = self._open.pop(connection, [])
        step = _step(statements)
        for statement in statements:
            self.counts[step, statement] += 1
        self.counts[step, COMMITS] += 1

    def _rollback(self, connection: Any) -> None:
        for statement in self._open.pop(connection, []):
            self.counts[DELIVER, statement] += 1


def _short(statement: str) -> str:
    verb = statement.split(maxsplit=1)[0].upper()
    found = _TABLE.search(statement)
    upsert = " … ON CONFLICT" if "ON CONFLICT" in statement else ""
    return f"{verb} {found[1] if found else '?'}{upsert}"


def _step(statements: list[str]) -> str:
    """Only a booking takes the head of the chain, and only a frame that comes in touches the inbox alone."""
    if any(statement.endswith(" chain") for statement in statements):
        return BOOK
    return STORE if any(" inbox" in statement for statement in statements) else DELIVER


class _Delivered(Sender):
    """Delivers at once, to nobody."""

    def __init__(self, usage: UsageMeter) -> None:
        self._usage = usage

    async def send(self, message: Outbound, now: object, *, before: str = "") -> str:
        return ""

    async def download(self, code: str, *, bytes_max: int) -> bytes:
        return b""


async def frames(data: dict[str, Any], texts: Iterator[str], wanted: int) -> list[Received]:
    """Bookings as they come over the wire."""
    taken = list[Received]()

    async def take(received: Received) -> AckData:
        taken.append(received)
        return plain_ack(received.kind)

    credentials = Credentials(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, robot_code=CLIENT_ID)
    async with local_dingtalk(data) as local, aiohttp.ClientSession(trust_env=False) as http:
        connection = StreamConnection(credentials=credentials, endpoint=local.url, http=http, receive=take)
        running = asyncio.create_task(connection.run())
        await Talkers(local, company.KEEPERS, texts).talk(wanted, BATCH)
        await connection.stop()
        await running
    return taken


async def count(books: Books, data: dict[str, Any], folder: Path) -> dict[str, Counts]:
    """What one booking takes, and what 32 that come together take: of a watched material, and of one that is not."""
    found = dict[str, Counts]()
    for material, kind in ((company.CEMENT, "watched"), (company.SAND, "not watched")):
        alone, together = await _count(books, data, material, folder)
        found |= {f"{kind}: one": alone, f"{kind}: {BATCH} together": together}
    return found


async def _count(books: Books, data: dict[str, Any], material: str, folder: Path) -> tuple[Counts, Counts]:
    warm, alone, *batch = await frames(data, company.issues(material), BATCH + 2)
    database = Database.open(database_url(books.fresh()))
    nursery, clock = Nursery(), SystemClock(ZONE)
    try:
        await schema.upgrade(database)
        units = Units(database, clock=clock, zone=ZONE, render=Renderer(ZONE))
        await load_file(company.write(data, folder), database, units, key="load:benchmark")
        usage = UsageMeter(database, clock, ZONE)
        face = CardFace("markdown_button", CLIENT_ID)
        corridor = Corridor(
            database,
            units,
            clock=clock,
            catalogues=Catalogues(),
            nursery=nursery,
            counter=usage,
            face=face,
            intake=Intake(_Delivered(usage)),
        )
        pace = Pace(database, limits=Limits(api_calls=10 * BATCH, chat_calls=10 * BATCH))
        dispatcher = Dispatcher(database, units, _Delivered(usage), clock=clock, usage=usage, pace=pace)

        async def run(received: list[Received]) -> Counts:
            watch = Watch(database)
            with watch.watching():
                await asyncio.gather(*(corridor.receive(one) for one in received))
                await _until(lambda: not nursery.count)  # some were acknowledged before they were booked
                wanted, delivering = dispatcher.sent + len(received), asyncio.create_task(dispatcher.run())
                await _until(lambda: dispatcher.sent >= wanted)
                await asyncio.sleep(REST_SECONDS)
                delivering.cancel()
                await asyncio.gather(delivering, return_exceptions=True)
            return watch.counts

        await run([warm])
        counts = await run([alone]), await run(batch)
        await units.close()
        await _check(database)
        return counts
    finally:
        await nursery.drain(1)
        await database.close()


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while not is_so():  # noqa: ASYNC110  # what is waited for tells nobody
            await asyncio.sleep(LOOK_SECONDS)


async def _check(database: Database) -> None:
    """A question or a refusal would be counted just as well."""
    async with database.read() as connection:
        issues = select(func.count()).select_from(tables.entry).where(tables.entry.c.kind == DocumentKind.ISSUE.value)
        if (booked := (await connection.execute(issues)).scalar_one()) != BATCH + 2:
            raise NotBooked(f"{booked} of {BATCH + 2}")


def table(kind: str, found: Mapping[str, Counts]) -> Table:
    """Statement by statement, in the order in which a lone booking sends them."""
    keys = list(dict.fromkeys(key for counts in found.values() for key in counts))
    rows = list[tuple[str, ...]]()
    for step in STEPS:
        of_step = [key for key in keys if key[0] == step and key[1] != COMMITS]
        rows += [(step, f"`{key[1]}`", *(str(counts[key]) for counts in found.values())) for key in of_step]
    sums: list[tuple[str, tuple[str, ...]]] = [(step, (step,)) for step in STEPS]
    for title, steps in (*sums, ("stored and booked", (STORE, BOOK))):
        cells = ("{} + {}".format(*_sum(counts, *steps)) for counts in found.values())
        rows.append((f"**{title}**", "**statements + commits**", *(f"**{cell}**" for cell in cells)))
    each = (_each(what, counts) for what, counts in found.items())
    rows.append(("**stored and booked**", "**for each booking**", *(f"**{cell}**" for cell in each)))
    return Table(f"Statements and commits of a booking — {kind}", ("step", "statement", *found), tuple(rows), words=2)


def _sum(counts: Counts, *steps: str) -> tuple[int, int]:
    statements = sum(number for (step, what), number in counts.items() if step in steps and what != COMMITS)
    return statements, sum(counts[step, COMMITS] for step in steps)


def _each(what: str, counts: Counts) -> str:
    statements, commits = _sum(counts, STORE, BOOK)
    if not what.endswith("together"):
        return f"{statements} + {commits}"
    return f"{statements / BATCH:.2f} + {commits / BATCH:.2f}"
