"""A book of an earlier version is brought up to this one with all that it holds."""

from sqlalchemy import text

from storage import schema
from storage.database import Database
from storage.unit import Units
from storage.verify import verify
from tests.conftest import Clock
from tests.storage.told import tell


async def test_a_book_of_the_first_schema_learns_what_its_projects_have_spent(
    database: Database, book: Units, clock: Clock
) -> None:
    await tell(book, database, clock)
    async with database.write() as connection:
        before = (await connection.execute(text("SELECT project, fen FROM spent ORDER BY project"))).all()
        head = (await connection.execute(text("SELECT * FROM chain"))).all()
        for back_to_first in (
            "DROP TABLE misread",
            "DROP TABLE pace",
            "DROP TABLE spent",
            "DROP INDEX ix_entry_line_priced",
            "DROP INDEX ix_approval_node_open",
            "CREATE INDEX ix_document_line_material ON document_line (material)",
            "CREATE INDEX ix_approval_signer_person ON approval_signer (person)",
            "UPDATE alembic_version SET version_num = '0001'",
        ):
            await connection.execute(text(back_to_first))
    await schema.upgrade(database)
    async with database.read() as connection:
        after = (await connection.execute(text("SELECT project, fen FROM spent ORDER BY project"))).all()
        assert (await connection.execute(text("SELECT * FROM chain"))).all() == head
        report = await verify(connection)
    assert before
    assert after == before
    assert report.ok, "\n".join(report.lines())
