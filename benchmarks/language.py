"""Reading chat text: how one reading grows with the catalogue and with the text, and what the index costs."""

import gc
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from benchmarks.children import ROOT
from benchmarks.figures import Table, milliseconds, quantile
from benchmarks.materials import company, utterances
from domain.company import Company
from handlers.language import Catalogue, Context, read
from handlers.language.read import TEXT_MAX

SIZES: Final = (500, 5_000, 50_000)
SIZES_QUICK: Final = (500, 5_000)
UTTERANCES: Final = 2_000
ROUNDS: Final = 5
_CHANGED: Final = 5
_TODAY: Final = date(2026, 11, 23)
_CONTEXT: Final = Context(project="P01", sender="u01")
_SHORT: Final = 100
_HEAPS: Final = {
    "one command after the other": "领M12x80螺栓20个，",
    "strange characters": "鹧鸪",
    "heads without amounts": "螺栓电缆",
    "sizes": "20的",
    "sums": "共",
    "corrections": "不对30个，",
}


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index of one catalogue costs: CPU seconds to build, seconds to follow a change, MiB resident."""

    materials: int
    build: float
    update: float
    resident: float


@dataclass(frozen=True, slots=True)
class Read:
    """CPU seconds of each reading over one catalogue, the least of some rounds, and how many were asked about."""

    seconds: tuple[float, ...]
    asked: int


def indexed(size: int) -> Indexed:
    """Build and update one index, in a process of its own so that the memory is its alone."""
    written = subprocess.check_output([sys.executable, "-m", "benchmarks.language", str(size)], cwd=ROOT, text=True)
    materials, build, update, resident = written.split()
    return Indexed(int(materials), float(build), float(update), float(resident))


def readings(sizes: Sequence[int], *, count: int, rounds: int) -> dict[int, Read]:
    """The readings of each catalogue, in rounds that go from one to the next."""
    books = {size: company(size) for size in sizes}
    built = {size: (Catalogue.of(book), utterances(book, count)) for size, book in books.items()}
    gc.collect()
    gc.freeze()
    least = {size: [float("inf")] * count for size in sizes}
    asked = dict.fromkeys(sizes, 0)
    for _ in range(rounds):
        for size, (catalogue, said) in built.items():
            asked[size] = 0
            for index, text in enumerate(said):
                seconds, status = _timed(text, catalogue)
                least[size][index] = min(least[size][index], seconds)
                asked[size] += status in ("ambiguous", "incomplete")
    gc.unfreeze()
    return {size: Read(tuple(least[size]), asked[size]) for size in sizes}


def growth(rounds: int) -> dict[str, tuple[float, float]]:
    """CPU seconds for a short heap and for the longest that is read."""
    catalogue = Catalogue.of(company(500))
    found: dict[str, tuple[float, float]] = {}
    for name, unit in _HEAPS.items():
        heap = "申购螺栓，" + unit * TEXT_MAX
        short, long = (min(_timed(heap[:size], catalogue)[0] for _ in range(rounds)) for size in (_SHORT, TEXT_MAX))
        found[name] = short, long
    return found


def index_table(found: Sequence[Indexed]) -> Table:
    return Table(
        "Language: the index",
        (
            "materials",
            "build, s",
            f"update after {_CHANGED} changed, s",
            "of the build",
            "resident, MiB",
            "KiB a material",
        ),
        tuple(
            (
                f"{one.materials:,}",
                f"{one.build:.2f}",
                f"{one.update:.3f}",
                f"{one.update / one.build:.1%}",
                f"{one.resident:.0f}",
                f"{one.resident * 1024 / one.materials:.1f}",
            )
            for one in found
        ),
        words=0,
    )


def reading_table(found: dict[int, Read]) -> Table:
    first = quantile(next(iter(found.values())).seconds, 0.99)
    return Table(
        "Language: one reading",
        ("materials", "p50, ms", "p99, ms", "p99 against the smallest", "readings a second", "asked back"),
        tuple(
            (
                f"{size:,}",
                milliseconds2(quantile(one.seconds, 0.5)),
                milliseconds2(quantile(one.seconds, 0.99)),
                f"{quantile(one.seconds, 0.99) / first:.2f}",
                f"{len(one.seconds) / sum(one.seconds):.0f}",
                f"{one.asked / len(one.seconds):.0%}",
            )
            for size, one in found.items()
        ),
        words=0,
    )


def growth_table(found: dict[str, tuple[float, float]]) -> Table:
    return Table(
        f"Language: {TEXT_MAX:,} characters against {_SHORT}",
        ("heap of", f"{_SHORT} characters, ms", f"{TEXT_MAX:,} characters, ms", "ratio"),
        tuple((name, milliseconds(a), milliseconds(b), f"{b / a:.0f}") for name, (a, b) in found.items()),
        after=f"The text is {TEXT_MAX // _SHORT} times as long.",
    )


def milliseconds2(seconds: float) -> str:
    return f"{seconds * 1000:.2f}"


def _timed(text: str, catalogue: Catalogue) -> tuple[float, str]:
    begun = time.process_time()
    reading = read(text, context=_CONTEXT, catalogue=catalogue, today=_TODAY)
    return time.process_time() - begun, reading.status.value


def _changed(book: Company) -> Company:
    materials = dict(book.materials)
    for code in list(materials)[:: len(materials) // _CHANGED][:_CHANGED]:
        materials[code] = replace(materials[code], spec=f"{materials[code].spec} 新")
    return replace(book, materials=materials)


def _measured(size: int) -> str:
    """The process of `indexed`."""
    book = company(size)
    before = _resident()
    begun = time.process_time()
    catalogue = Catalogue.of(book)
    build = time.process_time() - begun
    gc.collect()
    resident = _resident() - before
    later = _changed(book)
    begun = time.process_time()
    catalogue.updated(later)
    return f"{len(book.materials)} {build} {time.process_time() - begun} {resident}"


def _resident() -> float:
    """MiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024


if __name__ == "__main__":
    print(_measured(int(sys.argv[1])))
