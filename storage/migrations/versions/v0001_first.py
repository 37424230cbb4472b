"""The first schema."""

from alembic import op

from domain.chain import GENESIS
from storage import tables, triggers

revision = "0001"
down_revision = None


def upgrade() -> None:
    connection = op.get_bind()
    tables.metadata.create_all(connection)
    for statement in triggers.statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
    connection.execute(tables.chain.insert().values(id=1, seq=0, hash=GENESIS, company_version=0))
