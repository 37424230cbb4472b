"""What the robot's memory does under an hour of moderate load: steady bookings and questions, a look every minute."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks import company, libraries
from benchmarks.books import Books
from benchmarks.children import Child, robot, robot_settings
from benchmarks.copies import issues_in
from benchmarks.figures import Table
from benchmarks.site import local_dingtalk
from bot.sandbox.app import LocalDingTalk

MINUTES: Final = 60
BOOKINGS_A_SECOND: Final = 5
SAMPLES: Final = 60  # one a minute where it runs an hour
SETTLED_AFTER: Final = 10 / 60  # of the time: caches are full, pools are open


@dataclass
class Hour:
    """MiB: the libraries alone, the robot at rest, and at each look; what was said and what was booked of it."""

    seconds: float = 0.0
    libraries: float = 0.0
    rest: float = 0.0
    samples: list[float] = field(default_factory=list[float])
    said: int = 0
    booked: int = 0

    @property
    def settled(self) -> float:
        """After the tenth minute of an hour."""
        return self.samples[round(SAMPLES * SETTLED_AFTER) - 1]


async def measure(books: list[Books], data: dict[str, Any], folder: Path, minutes: float) -> dict[str, Hour]:
    """Both kinds at the same time, each with a robot and a local DingTalk of its own."""
    hours = await asyncio.gather(*(_hour(one, data, folder, minutes) for one in books))
    for one, hour in zip(books, hours, strict=True):
        _, hour.libraries = await libraries.cost(await libraries.used_by_robot(one.kind), folder, 1)
    return {one.kind: hour for one, hour in zip(books, hours, strict=True)}


async def _hour(books: Books, data: dict[str, Any], folder: Path, minutes: float) -> Hour:
    folder = folder / f"hour-{books.kind}"
    folder.mkdir()
    database, path, hour = books.fresh(), company.write(data, folder), Hour()
    async with local_dingtalk(data) as local:
        child = await robot(local, robot_settings(local, database, path), folder)
        try:
            hour.rest = await child.memory()
            begun = time.perf_counter()
            talking = asyncio.create_task(_talk(hour, local))
            await _watch(hour, child, minutes * 60, begun)
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)
            hour.seconds = time.perf_counter() - begun
            hour.samples.append(await child.memory())  # when all has come to rest
        finally:
            await child.stop()
    hour.booked = await issues_in(database)
    return hour


async def _watch(hour: Hour, child: Child, seconds: float, begun: float) -> None:
    for look in range(1, SAMPLES + 1):
        await asyncio.sleep(max(0.0, begun + seconds * look / SAMPLES - time.perf_counter()))
        hour.samples.append(child.resident)


async def _talk(hour: Hour, local: LocalDingTalk) -> None:
    """So many bookings a second by changing people, and a question each second, whether they are answered or not."""
    people, asks = itertools.cycle(company.KEEPERS), _texts()
    begun = time.perf_counter()
    for number in itertools.count(1):
        text, is_booking = next(asks)
        local.say(next(people), company.PRIVATE, text)
        hour.said += is_booking
        await asyncio.sleep(max(0.0, begun + number / (BOOKINGS_A_SECOND + 1) - time.perf_counter()))


def _texts() -> Iterator[tuple[str, bool]]:
    questions = itertools.cycle(("库存 42.5水泥", "库存 黄砂", "预警", "待我审批"))
    bookings = company.issues()
    while True:
        for _ in range(BOOKINGS_A_SECOND):
            yield next(bookings), True
        yield next(questions), False


def table(found: dict[str, Hour]) -> Table:
    """MiB beside the libraries, and how much it still grew after the tenth minute."""
    rows = list[tuple[str, ...]]()
    for kind, hour in found.items():
        marks = (
            ("the same libraries alone", hour.libraries),
            ("connected, at rest", hour.rest),
            (f"after {hour.seconds * SETTLED_AFTER / 60:.1f} minutes", hour.settled),
            (f"after {hour.seconds / 60:.1f} minutes", hour.samples[-1]),
            ("at most", max(hour.samples)),
        )
        rows += [(f"{kind}: {what}", f"{mib:.0f}", f"{mib / hour.libraries:.2f}") for what, mib in marks]
        grown = hour.samples[-1] - hour.settled
        rows.append((f"**{kind}: growth since then**", f"**{grown:+.1f}**", f"{grown / hour.settled * 100:+.1f} %"))
    ran = "; ".join(
        f"{kind}: {hour.seconds / 60:.1f} minutes, {hour.booked} of {hour.said} issues booked"
        for kind, hour in found.items()
    )
    return Table(
        f"Resident memory under steady load ({BOOKINGS_A_SECOND} bookings and a question a second)",
        ("what", "MiB", "÷ libraries"),
        tuple(rows),
        after=f"{ran}.",
    )
