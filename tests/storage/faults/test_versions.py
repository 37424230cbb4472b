"""Two releases on one book (D6): the older one refuses, and never do two of them write."""

import asyncio

import pytest
from sqlalchemy import text

from storage import schema
from storage.database import Database
from storage.schema import NewerSchema
from tests.conftest import Databases
from tests.site import Site


async def test_an_older_release_refuses_a_book_that_a_newer_one_has_upgraded(site: Site, database_url: str) -> None:
    await site.opening("水泥 20包 @27.5")
    async with site.database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await connection.execute(text("CREATE TABLE of_the_future (x INTEGER)"))
    before = await site.head()
    older = Database.open(database_url, exclusive=False)
    try:
        with pytest.raises(NewerSchema, match="9999"):
            await schema.upgrade(older)
    finally:
        await older.close()
    assert await site.rows("SELECT version_num FROM alembic_version") == [{"version_num": "9999"}]
    assert await site.rows("SELECT * FROM of_the_future") == []
    assert await site.head() == before


async def test_copies_that_start_together_upgrade_one_after_the_other(databases: Databases) -> None:
    url = databases.bare_url("postgresql")
    copies = [Database.open(url) for _ in range(3)]
    try:
        await asyncio.gather(*(schema.upgrade(copy) for copy in copies))
        async with copies[0].read() as connection:
            assert (await connection.execute(text("SELECT seq FROM chain"))).scalar_one() == 0
            assert await connection.run_sync(schema.current) == await connection.run_sync(schema.wanted)
    finally:
        for copy in copies:
            await copy.close()
