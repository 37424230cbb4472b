"""SQLite without a thread: the same book, for whoever makes one in a single go."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage import schema
from storage.database import Database


async def _opened(path: Path, *, in_place: bool) -> Database:
    return Database.open(f"sqlite:///{path}", in_place=in_place)


async def test_what_is_written_in_place_is_read_by_everybody_else(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite3"
    before = threading.active_count()
    book = await _opened(path, in_place=True)
    await schema.upgrade(book)
    async with book.write() as connection:
        await connection.execute(text("INSERT INTO usage (month, pool, units) VALUES ('2026-11', 'api', 3)"))
    async with book.read() as connection:
        assert (await connection.execute(text("SELECT units FROM usage"))).scalar_one() == 3
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar_one() == 2
    assert threading.active_count() == before
    await book.close()
    other = await _opened(path, in_place=False)
    async with other.read() as connection:
        assert (await connection.execute(text("SELECT units FROM usage"))).scalar_one() == 3
    await other.close()


async def test_a_transaction_that_fails_leaves_nothing_and_a_reader_cannot_write(tmp_path: Path) -> None:
    book = await _opened(tmp_path / "book.sqlite3", in_place=True)
    await schema.upgrade(book)
    insert = text("INSERT INTO usage (month, pool, units) VALUES ('2026-11', 'api', 3)")

    async def twice() -> None:
        async with book.write() as connection:
            await connection.execute(insert)
            await connection.execute(insert)

    with pytest.raises(IntegrityError):
        await twice()

    async def by_reader() -> None:
        async with book.read() as connection:
            await connection.execute(insert)

    with pytest.raises(OperationalError):
        await by_reader()
    async with book.read() as connection:
        assert (await connection.execute(text("SELECT COUNT(*) FROM usage"))).scalar_one() == 0
    await book.close()
