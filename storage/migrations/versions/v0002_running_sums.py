"""A running sum of what was spent, and indexes to what is open: no booking costs more in a longer book."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PRICED = "price IS NOT NULL"
OPEN = "state = 'open'"
SUM_UP = """
    INSERT INTO spent (project, fen)
    SELECT e.project, SUM(CASE m.source_kind WHEN 'supplier' THEN m.amount ELSE -m.amount END)
    FROM move m JOIN entry e ON e.seq = m.seq WHERE 'supplier' IN (m.source_kind, m.target_kind) GROUP BY e.project
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET LOCAL statement_timeout = '10min'")  # a long ledger takes longer than a message may
    op.create_table(
        "spent",
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("fen", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("project", name=op.f("pk_spent")),
        sqlite_strict=True,
    )
    op.execute(SUM_UP)
    # By these two SQLite went through all lines of a material and all that a person ever signed to find what is open.
    op.drop_index("ix_document_line_material", "document_line")
    op.drop_index("ix_approval_signer_person", "approval_signer")
    op.create_index(
        "ix_approval_node_open",
        "approval_node",
        ["number", "no"],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_index(
        "ix_entry_line_priced",
        "entry_line",
        ["material", "seq", "no"],
        sqlite_where=sa.text(PRICED),
        postgresql_where=sa.text(PRICED),
    )
