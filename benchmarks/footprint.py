"""How soon the robot is connected, and how much memory it takes, beside its libraries alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import company, libraries
from benchmarks.books import Books
from benchmarks.children import robot, robot_settings
from benchmarks.figures import Table, median
from benchmarks.site import local_dingtalk


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds and MiB; `first` makes the book and loads the company, `later` finds both."""

    python: float
    imports: float
    imports_memory: float
    first: float
    later: float


async def measure(books: Books, data: dict[str, Any], folder: Path, tries: int) -> Start:
    """The median of some tries."""
    path, first, later = company.write(data, folder), list[float](), list[float]()
    names = await libraries.used_by_robot(books.kind)
    for _ in range(tries):
        database = books.fresh()
        first.append(await _connected(database, data, path, folder))
        later.append(await _connected(database, data, path, folder))
    imports, memory = await libraries.cost(names, folder, tries)
    return Start(await libraries.bare_python(tries), imports, memory, median(first), median(later))


async def _connected(database: str, data: dict[str, Any], path: Path, folder: Path) -> float:
    async with local_dingtalk(data) as local:
        child = await robot(local, robot_settings(local, database, path), folder)
        await child.stop()
        return child.connected_after


def start_table(found: dict[str, Start]) -> Table:
    """Seconds, and how often its libraries' import fits into the start."""
    rows = list[tuple[str, ...]]()
    for kind, start in found.items():
        rows += [
            (f"{kind}: Python alone", f"{start.python:.2f}", f"{start.python / start.imports:.2f}"),
            (f"{kind}: Python and the same libraries", f"{start.imports:.2f}", "1"),
            (f"{kind}: connected, the book is there", f"{start.later:.2f}", f"**{start.later / start.imports:.2f}**"),
            (f"{kind}: connected, the book is new", f"{start.first:.2f}", f"**{start.first / start.imports:.2f}**"),
        ]
    return Table("From start to connected", ("what", "seconds", "÷ libraries"), tuple(rows))


def memory_table(found: dict[str, Start], memory: dict[str, tuple[float, float, int]]) -> Table:
    """MiB resident: libraries, the robot at rest, the robot after its bookings."""
    rows = list[tuple[str, ...]]()
    for kind, (rest, loaded, bookings) in memory.items():
        start = found.get(kind)
        floor = start.imports_memory if start else 0.0
        if floor:
            rows.append((f"{kind}: the same libraries alone", f"{floor:.0f}", "1"))
        rows.append((f"{kind}: connected, at rest", f"{rest:.0f}", _against(rest, floor)))
        rows.append((f"{kind}: after {bookings} bookings", f"{loaded:.0f}", _against(loaded, floor)))
    return Table("Resident memory of the robot's process", ("what", "MiB", "÷ libraries"), tuple(rows))


def _against(value: float, floor: float) -> str:
    return f"**{value / floor:.2f}**" if floor else ""
