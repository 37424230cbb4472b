"""`python -m benchmarks`: measure, print, and write where asked to."""

import argparse
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import uvloop

from benchmarks import company, copies, footprint, hour, language, machine, page, scale, statements, story, throughput
from benchmarks.books import POSTGRESQL, Books, opened
from benchmarks.figures import Table

PARTS: Final = ("statements", "throughput", "copies", "scale", "footprint", "hour", "story", "page", "language")
BEGIN, END = "<!-- figures: python -m benchmarks --write -->", "<!-- end of figures -->"


def parser() -> argparse.ArgumentParser:
    """All options."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="How fast the robot is, as ratios within one run; see docs/benchmarks.md.",
    )
    top.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both", help="default: both")
    top.add_argument(
        "--bookings", type=_positive, default=None, help="bookings in each lane of a round (500; 60 with --quick)"
    )
    top.add_argument("--rounds", type=_positive, default=None, help="rounds of the throughput (3; 1 with --quick)")
    top.add_argument("--minutes", type=_positive, default=None, help="of the part hour (60; 1 with --quick)")
    top.add_argument("--quick", action="store_true", help="small counts: does it run at all?")
    top.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="some parts only")
    top.add_argument(
        "--folder", type=Path, default=None, help="where the databases lie (the system's temporary folder)"
    )
    top.add_argument("--write", type=Path, default=None, metavar="FILE", help="put the figures into this file too")
    return top


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number from 1")
    return int(text)


async def measure(chosen: argparse.Namespace, books: list[Books], folder: Path) -> list[Table]:
    """All parts that were asked for, one after the other: they share the machine with nothing of ours."""
    data, tables = company.company(), list[Table]()
    rounds, tries = chosen.rounds or (1 if chosen.quick else 3), 1 if chosen.quick else 5
    bookings = chosen.bookings or (60 if chosen.quick else 500)
    if "statements" in chosen.only:
        for one in books:
            _say(f"statements, {one.kind}")
            tables.append(statements.table(one.kind, await statements.count(one, data, folder)))
    memory = dict[str, tuple[float, float, int]]()
    if "throughput" in chosen.only:
        for one in books:
            _say(f"throughput, {one.kind}: {rounds} rounds of {bookings}")
            found = await throughput.measure(one, data, folder, bookings=bookings, rounds=rounds)
            tables.append(throughput.table(one.kind, found))
            memory[one.kind] = (*found.memory[-1], found.asked // rounds)
    tables += await _copies(chosen, books, data, folder, bookings, rounds)
    tables += await _scale(chosen, books, data, folder)
    if "footprint" in chosen.only:
        starts = dict[str, footprint.Start]()
        for one in books:
            _say(f"footprint, {one.kind}")
            starts[one.kind] = await footprint.measure(one, data, folder, tries)
        tables.append(footprint.start_table(starts))
        if memory:
            tables.append(footprint.memory_table(starts, memory))
    if "hour" in chosen.only:
        minutes = chosen.minutes or (1 if chosen.quick else hour.MINUTES)
        _say(f"hour: {minutes} minutes")
        tables.append(hour.table(await hour.measure(books, data, folder, minutes)))
    if "story" in chosen.only:
        _say("story")
        tables.append(story.table(await story.tell(books[0], data, folder)))
    if "page" in chosen.only:
        tables += await _page(chosen, data)
    if "language" in chosen.only:
        tables += _language(chosen)
    return tables


def _language(chosen: argparse.Namespace) -> list[Table]:
    """Reads texts only: no database, no network."""
    sizes, rounds = (language.SIZES_QUICK, 1) if chosen.quick else (language.SIZES, language.ROUNDS)
    count = 300 if chosen.quick else language.UTTERANCES
    _say(f"language: {', '.join(f'{size:,}' for size in sizes)} materials")
    return [
        language.index_table([language.indexed(size) for size in sizes]),
        language.reading_table(language.readings(sizes, count=count, rounds=rounds)),
        language.growth_table(language.growth(rounds)),
    ]


async def _page(chosen: argparse.Namespace, data: dict[str, Any]) -> list[Table]:
    """In a real browser; without one it is left out."""
    if not page.chromium():
        _say("page: left out, there is no Chromium")
        return []
    count, tries = (page.MESSAGES_QUICK, 2) if chosen.quick else (page.MESSAGES, 7)
    _say(f"page: {count:,} messages")
    return [page.table(await page.measure(data, count=count, tries=tries))]


async def _copies(
    chosen: argparse.Namespace, books: list[Books], data: dict[str, Any], folder: Path, bookings: int, rounds: int
) -> list[Table]:
    """Only PostgreSQL serves several copies."""
    if "copies" not in chosen.only:
        return []
    found = list[Table]()
    for one in (one for one in books if one.kind == POSTGRESQL):
        _say(f"copies, {one.kind}: {rounds} rounds of {bookings}")
        measured = await copies.measure(one, data, folder, bookings=bookings, rounds=rounds)
        found.append(copies.table(one.kind, measured))
    return found


async def _scale(chosen: argparse.Namespace, books: list[Books], data: dict[str, Any], folder: Path) -> list[Table]:
    if "scale" not in chosen.only:
        return []
    sizes, rounds = (scale.SIZES_QUICK, 1) if chosen.quick else (scale.SIZES, scale.ROUNDS)
    found = list[Table]()
    for one in books:
        _say(f"scale, {one.kind}: {', '.join(f'{size:,}' for size in sizes)} moves")
        found += scale.tables(one.kind, sizes, await scale.measure(one, data, folder, sizes=sizes, rounds=rounds))
    return found


def _say(line: str) -> None:
    print(f"… {line}", file=sys.stderr, flush=True)


def write(path: Path, figures: str) -> None:
    """Replace the figures of a file and leave its words; a file without a place for them gets them at its end."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    head, begin, rest = old.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        head, tail = old.rstrip() + "\n\n" if old.strip() else "", "\n"
    path.write_text(f"{head}{BEGIN}\n\n{figures}\n\n{END}{tail}", encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Measure and tell."""
    chosen = parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=chosen.folder) as name:
        folder = Path(name)
        with opened(chosen.database, folder) as books:
            tables = uvloop.run(measure(chosen, books, folder))
            words = machine.described(books)
    command = shlex.join(["python", "-m", "benchmarks", *arguments])
    figures = "\n\n".join([f"`{command}`\n\n{words}", *(table.markdown() for table in tables)])
    print(figures)
    if chosen.write is not None:
        write(chosen.write, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
