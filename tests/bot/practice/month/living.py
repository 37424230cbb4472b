"""A lived month with its book, to be looked at over a connection of the test's own."""

import asyncio
import json
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bot.practice.month import Month, live_through
from storage.database import Database
from storage.verify import Report, verify
from tests.conftest import ZONE

DEMO: Final = Path(__file__).parents[4] / "bot" / "sandbox" / "demo_company.json"
P01: Final = "cidYunqiYayuanMaterials01=="
P02: Final = "cidNanhuKechuangMaterials02=="
# A Thursday morning: the month ends with Wednesday's report.
THURSDAY: Final = datetime(2026, 11, 26, 8, 12, tzinfo=ZONE)


def company() -> dict[str, Any]:
    return json.loads(DEMO.read_bytes())


@dataclass(frozen=True)
class Lived:
    month: Month
    path: Path

    def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.path)) as book:
            book.row_factory = sqlite3.Row
            return [dict(row) for row in book.execute(query, values)]

    def on_hand(self, warehouse: str, material: str) -> int:
        """In millionths of the base unit."""
        query = "SELECT COALESCE(SUM(quantity), 0) AS q FROM balance WHERE warehouse = :w AND material = :m"
        return int(self.rows(query, w=warehouse, m=material)[0]["q"])


def live(
    folder: Path, *, seed: int, span: int, until: datetime = THURSDAY, source: Mapping[str, object] | None = None
) -> Lived:
    """Live it, on a loop of its own in a thread of its own: the test's loop may be running here."""
    path = folder / f"month-{seed}-{span}-{until:%Y%m%d%H}.sqlite3"
    with ThreadPoolExecutor(max_workers=1) as pool:
        work = live_through(source or company(), until=until, seed=seed, database_url=f"sqlite:///{path}", span=span)
        return Lived(pool.submit(asyncio.run, work).result(), path)


async def verified(lived: Lived) -> Report:
    book = Database.open(f"sqlite:///{lived.path}", exclusive=False)
    try:
        async with book.read() as connection:
            return await verify(connection)
    finally:
        await book.close()
