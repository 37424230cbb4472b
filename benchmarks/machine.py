"""On what it was measured, in words that fit any machine."""

import os
import platform
import sqlite3
from datetime import UTC, datetime

from benchmarks.books import Books


def described(books: list[Books]) -> str:
    """Cores, memory, versions and the day."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = [
        f"{cores} cores ({platform.machine()}), {memory:.0f} GiB of memory, {platform.system()}",
        f"{platform.python_implementation()} {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        *(f"{one.kind} {one.version}" for one in books if one.version != sqlite3.sqlite_version),
        f"measured on {datetime.now(UTC):%Y-%m-%d}",
    ]
    return "; ".join(found) + "."
