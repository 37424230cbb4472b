"""Three copies of the robot on one PostgreSQL book against one: bookings a second, round after round."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from benchmarks import company
from benchmarks.books import Books
from benchmarks.children import LOOK_SECONDS, Child, robot, robot_settings
from benchmarks.figures import Load, Table, milliseconds, quantile, rate, spread
from benchmarks.site import Talkers, local_dingtalk
from bot.database_url import database_url
from bot.sandbox.app import LocalDingTalk
from domain.documents import DocumentKind
from storage import tables
from storage.database import Database

COPIES: Final = (1, 3)
AT_ONCE: Final = 32
WARM_UP: Final = 96  # enough that each copy has met every statement


@dataclass
class Rounds:
    """All rounds, by the number of copies."""

    loads: dict[int, list[Load]] = field(default_factory=lambda: {copies: [] for copies in COPIES})
    asked: int = 0
    booked: int = 0


@asynccontextmanager
async def robots(
    local: LocalDingTalk, settings: Mapping[str, str], folder: Path, copies: int
) -> AsyncGenerator[list[Child]]:
    """So many processes on one book, each with a connection of its own; the gateway picks one for every message."""
    async with AsyncExitStack() as stack:
        children = list[Child]()
        for number in range(1, copies + 1):
            children.append(await robot(local, settings, folder))
            stack.push_async_callback(children[-1].stop)
            async with asyncio.timeout(60):
                while len(local.gateway.connections) < number:  # noqa: ASYNC110  # the gateway tells nobody
                    await asyncio.sleep(LOOK_SECONDS)
        yield children


async def measure(books: Books, data: dict[str, Any], folder: Path, *, bookings: int, rounds: int) -> Rounds:
    """One copy and three in every round, each on a new book."""
    found = Rounds()
    for _ in range(rounds):
        for copies in COPIES:
            await _bookings(found, books, data, folder, bookings, copies)
    return found


async def _bookings(
    found: Rounds, books: Books, data: dict[str, Any], folder: Path, messages: int, copies: int
) -> None:
    database, path = books.fresh(), company.write(data, folder)
    async with local_dingtalk(data) as local, robots(local, robot_settings(local, database, path), folder, copies):
        talkers = Talkers(local, company.KEEPERS, company.issues())
        await talkers.talk(WARM_UP, AT_ONCE)
        found.loads[copies].append(await talkers.talk(messages, AT_ONCE))
    found.asked += WARM_UP + messages
    found.booked += await issues_in(database)


async def issues_in(address: str) -> int:
    """What really stands in the journal: an ack alone proves nothing."""
    database = Database.open(database_url(address), exclusive=False)
    try:
        async with database.read() as connection:
            issues = tables.entry.c.kind == DocumentKind.ISSUE.value
            query = select(func.count()).select_from(tables.entry).where(issues)
            return int((await connection.execute(query)).scalar_one())
    finally:
        await database.close()


def table(kind: str, found: Rounds) -> Table:
    """A row for each number of copies, then one against the other."""
    rows = list[tuple[str, ...]]()
    for copies, loads in found.loads.items():
        waits = [wait for load in loads for wait in load.waits]
        cells = (rate([load.per_second for load in loads]), *(milliseconds(quantile(waits, p)) for p in (0.5, 0.99)))
        rows.append((f"{copies} {'copy' if copies == 1 else 'copies'}", *cells))
    pairs = zip(found.loads[COPIES[1]], found.loads[COPIES[0]], strict=True)
    gain = spread([many.per_second / one.per_second for many, one in pairs])
    rows.append((f"**{COPIES[1]} copies ÷ {COPIES[0]}**", f"**{gain}**", "", ""))
    return Table(
        f"Copies of the robot on one book, {AT_ONCE} in flight — {kind}",
        ("what", "bookings a second", "p50 ms", "p99 ms"),
        tuple(rows),
        after=f"In the journal afterwards: {found.booked} of {found.asked} acknowledged issues.",
    )
