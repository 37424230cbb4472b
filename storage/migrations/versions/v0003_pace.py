"""How often each API and each chat was called of late, shared by all copies of the robot."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pace",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("turns", sa.Text(), nullable=False),
        sa.Column("closed_until", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pace")),
        sqlite_strict=True,
    )
