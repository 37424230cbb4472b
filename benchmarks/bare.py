"""The floor under every booking: a transaction that inserts one row, through the same engine and driver."""

import asyncio
import time

from sqlalchemy import Column, Integer, MetaData, String, Table

from benchmarks.books import Books
from benchmarks.figures import Load
from bot.database_url import database_url
from storage.database import Database

METADATA = MetaData()
ROW = Table("row", METADATA, Column("id", Integer, primary_key=True), Column("text", String))
TEXT = "x" * 200  # about a line of the journal


async def commit(books: Books, transactions: int, at_once: int) -> Load:
    """So many transactions, never more than so many wanted at once."""
    database = Database.open(database_url(books.fresh()))
    try:
        async with database.write() as connection:
            await connection.run_sync(METADATA.create_all)
        await _insert(database, at_once, at_once)  # opens the connections
        return await _insert(database, transactions, at_once)
    finally:
        await database.close()


async def _insert(database: Database, transactions: int, at_once: int) -> Load:
    left, waits = iter(range(transactions)), list[float]()

    async def one() -> None:
        for _ in left:
            begun = time.perf_counter()
            async with database.write() as connection:
                await connection.execute(ROW.insert(), {"text": TEXT})
            waits.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(at_once)))
    return Load(time.perf_counter() - begun, tuple(waits))
