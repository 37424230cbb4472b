"""What somebody does to a book with a tool of their own."""

from sqlalchemy import text

from storage import triggers
from storage.database import Database


async def changed(url: str, *statements: str) -> None:
    """Change a book for good; its walls are out of the way meanwhile."""
    database = Database.open(url, exclusive=False)
    async with database.write() as connection:
        if database.is_sqlite:
            for name in triggers.names("sqlite"):
                await connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            await connection.execute(text(statement))
        if database.is_sqlite:
            for statement in triggers.statements("sqlite", triggers.GUARDED):
                await connection.exec_driver_sql(statement)
    await database.close()
