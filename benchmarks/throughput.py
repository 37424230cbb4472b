"""Bookings a second through gateway, SDK and robot, beside mere acks and bare commits, round after round."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from benchmarks import bare, company
from benchmarks.books import Books
from benchmarks.children import Child, robot, robot_settings
from benchmarks.figures import Load, Table, milliseconds, quantile, rate, spread
from benchmarks.site import Talkers, local_dingtalk
from bot.database_url import database_url
from domain.documents import DocumentKind
from storage import tables
from storage.database import Database

AT_ONCE: Final = (1, 32, 256)
WARM_UP: Final = 32
COMMITS, ACKS, BOOKINGS = "bare commits", "mere acks", "bookings"
LANES: Final = (COMMITS, ACKS, BOOKINGS)


@dataclass
class Rounds:
    """All rounds of one database. `memory` is of the robot's process: when it had come to rest, and after the load."""

    loads: dict[tuple[str, int], list[Load]] = field(default_factory=lambda: defaultdict(list))
    memory: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    asked: int = 0
    booked: int = 0


async def measure(books: Books, data: dict[str, Any], folder: Path, *, bookings: int, rounds: int) -> Rounds:
    """Every lane in every round, so that whatever else the machine does falls on all of them."""
    found = Rounds()
    for _ in range(rounds):
        for at_once in AT_ONCE:
            found.loads[COMMITS, at_once].append(await bare.commit(books, bookings, at_once))
        await _acks(found, data, folder, bookings)
        await _bookings(found, books, data, folder, bookings)
    return found


async def _acks(found: Rounds, data: dict[str, Any], folder: Path, messages: int) -> None:
    async with local_dingtalk(data) as local:
        child = await Child.start("benchmarks.acknowledger", local.url, local=local, folder=folder, settings={})
        try:
            talkers = Talkers(local, company.KEEPERS, company.issues())
            await talkers.talk(WARM_UP, WARM_UP)
            for at_once in AT_ONCE:
                found.loads[ACKS, at_once].append(await talkers.talk(messages, at_once))
        finally:
            await child.stop()


async def _bookings(found: Rounds, books: Books, data: dict[str, Any], folder: Path, messages: int) -> None:
    database, path = books.fresh(), company.write(data, folder)
    async with local_dingtalk(data) as local:
        child = await robot(local, robot_settings(local, database, path), folder)
        try:
            before = await child.memory()
            talkers = Talkers(local, company.KEEPERS, company.issues())
            await talkers.talk(WARM_UP, WARM_UP)
            for at_once in AT_ONCE:
                found.loads[BOOKINGS, at_once].append(await talkers.talk(messages, at_once))
            found.memory.append((before, await child.memory()))
        finally:
            await child.stop()
    found.asked += WARM_UP + messages * len(AT_ONCE)
    found.booked += await _issues_in(database)


async def _issues_in(address: str) -> int:
    """What really stands in the journal: an ack alone proves nothing."""
    database = Database.open(database_url(address), exclusive=False)
    try:
        async with database.read() as connection:
            query = (
                select(func.count()).select_from(tables.entry).where(tables.entry.c.kind == DocumentKind.ISSUE.value)
            )
            return int((await connection.execute(query)).scalar_one())
    finally:
        await database.close()


def table(kind: str, found: Rounds) -> Table:
    """A row a lane, then the lanes set against each other."""
    columns = ["what"]
    for at_once in AT_ONCE:
        columns += [f"{at_once} in flight: a second", "p50 ms", "p99 ms"]
    rows = [(lane, *(cell for at_once in AT_ONCE for cell in _cells(found.loads[lane, at_once]))) for lane in LANES]
    for lane in (ACKS, COMMITS):
        cells = [cell for at_once in AT_ONCE for cell in (f"**{spread(_ratios(found, lane, at_once))}**", "", "")]
        rows.append((f"**bookings ÷ {lane}**", *cells))
    gains = [f"{at_once} in flight ÷ 1 in flight: **{_gain(found, at_once)}**. " for at_once in AT_ONCE[1:]]
    return Table(
        f"Bookings a second — {kind}",
        tuple(columns),
        tuple(rows),
        after="".join(gains) + f"In the journal afterwards: {found.booked} of {found.asked} acknowledged issues.",
    )


def _gain(found: Rounds, at_once: int) -> str:
    together = zip(found.loads[BOOKINGS, at_once], found.loads[BOOKINGS, AT_ONCE[0]], strict=True)
    return spread([many.per_second / one.per_second for many, one in together])


def _cells(loads: list[Load]) -> tuple[str, str, str]:
    waits = [wait for load in loads for wait in load.waits]
    return (
        rate([load.per_second for load in loads]),
        milliseconds(quantile(waits, 0.5)),
        milliseconds(quantile(waits, 0.99)),
    )


def _ratios(found: Rounds, lane: str, at_once: int) -> list[float]:
    pairs = zip(found.loads[BOOKINGS, at_once], found.loads[lane, at_once], strict=True)
    return [booking.per_second / other.per_second for booking, other in pairs]
