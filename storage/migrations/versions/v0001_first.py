"""The first schema. Written out, so that it stays what it was when the tables change."""

import sqlalchemy as sa
from alembic import op

from storage import triggers

revision = "0001"
down_revision = None

# STRICT tables of SQLite know only INTEGER; both hold 64 bits.
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GROWS = ("entry", "entry_line", "move", "entry_serial")


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("opened_at", WHOLE, nullable=False),
        sa.Column("on_hand", WHOLE, autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("closed_at", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("material", "warehouse", "opened_at", name=op.f("pk_alert")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_alert_open",
        "alert",
        ["material", "warehouse"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "anchor",
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("project", "day", name=op.f("pk_anchor")),
        sqlite_strict=True,
    )
    op.create_table(
        "approval_node",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("no", WHOLE, autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", "no", name=op.f("pk_approval_node")),
        sqlite_strict=True,
    )
    op.create_table(
        "approval_signer",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("node", WHOLE, autoincrement=False, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("position", WHOLE, autoincrement=False, nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("at", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("number", "node", "person", name=op.f("pk_approval_signer")),
        sqlite_strict=True,
    )
    op.create_index("ix_approval_signer_person", "approval_signer", ["person"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_strict=True,
    )
    op.create_table(
        "balance",
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("quantity", WHOLE, autoincrement=False, nullable=False),
        sa.Column("expiry", sa.Text(), nullable=True),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_balance_not_negative")),
        sa.PrimaryKeyConstraint("material", "warehouse", "lot", name=op.f("pk_balance")),
        sqlite_strict=True,
    )
    op.create_index("ix_balance_warehouse", "balance", ["warehouse"], unique=False)
    op.create_table(
        "booked",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("person", "said", name=op.f("pk_booked")),
        sqlite_strict=True,
    )
    op.create_table(
        "card",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("shown_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sqlite_strict=True,
    )
    op.create_table(
        "chain",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("company_version", WHOLE, autoincrement=False, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_chain_one_row")),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_chain_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain")),
        sqlite_strict=True,
    )
    op.create_table(
        "dialogue",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("until", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("person", "chat", name=op.f("pk_dialogue")),
        sqlite_strict=True,
    )
    op.create_table(
        "document",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("dated", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("need_by", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("reverses", sa.Text(), nullable=False),
        sa.Column("reversed_by", sa.Text(), nullable=False),
        sa.Column("revision", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_document")),
        sqlite_strict=True,
    )
    op.create_index("ix_document_project_state", "document", ["project", "kind", "state"], unique=False)
    op.create_table(
        "document_line",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("no", WHOLE, autoincrement=False, nullable=False),
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("expiry", sa.Text(), nullable=True),
        sa.Column("entered", WHOLE, autoincrement=False, nullable=False),
        sa.Column("entered_unit", sa.Text(), nullable=False),
        sa.Column("quantity", WHOLE, autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("price", WHOLE, nullable=True),
        sa.Column("amount", WHOLE, nullable=True),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("order_line", WHOLE, autoincrement=False, nullable=False),
        sa.Column("fulfilled", WHOLE, autoincrement=False, nullable=False),
        sa.CheckConstraint("fulfilled >= 0", name=op.f("ck_document_line_fulfilled")),
        sa.PrimaryKeyConstraint("number", "no", name=op.f("pk_document_line")),
        sqlite_strict=True,
    )
    op.create_index("ix_document_line_material", "document_line", ["material"], unique=False)
    op.create_table(
        "document_link",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("position", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("number", "other", name=op.f("pk_document_link")),
        sqlite_strict=True,
    )
    op.create_table(
        "entry",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("dated", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("need_by", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reverses", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("node", WHOLE, autoincrement=False, nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_entry_hash")),
        sa.CheckConstraint("seq > 0", name=op.f("ck_entry_seq")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_entry")),
        sqlite_strict=True,
    )
    op.create_index("ix_entry_number", "entry", ["number"], unique=False)
    op.create_index("ix_entry_project_dated", "entry", ["project", "dated"], unique=False)
    op.create_index(
        "uq_entry_decision",
        "entry",
        ["number", "node", "by"],
        unique=True,
        sqlite_where=sa.text("node > 0"),
        postgresql_where=sa.text("node > 0"),
    )
    op.create_index(
        "uq_entry_reverses",
        "entry",
        ["reverses"],
        unique=True,
        sqlite_where=sa.text("reverses <> ''"),
        postgresql_where=sa.text("reverses <> ''"),
    )
    op.create_table(
        "entry_line",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("no", WHOLE, autoincrement=False, nullable=False),
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("expiry", sa.Text(), nullable=True),
        sa.Column("entered", WHOLE, autoincrement=False, nullable=False),
        sa.Column("entered_unit", sa.Text(), nullable=False),
        sa.Column("quantity", WHOLE, autoincrement=False, nullable=False),
        sa.Column("price", WHOLE, nullable=True),
        sa.Column("amount", WHOLE, nullable=True),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("order_line", WHOLE, autoincrement=False, nullable=False),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name=op.f("ck_entry_line_amount")),
        sa.CheckConstraint("entered > 0 AND quantity > 0", name=op.f("ck_entry_line_quantity")),
        sa.CheckConstraint("price IS NULL OR price >= 0", name=op.f("ck_entry_line_price")),
        sa.PrimaryKeyConstraint("seq", "no", name=op.f("pk_entry_line")),
        sqlite_strict=True,
    )
    op.create_index("ix_entry_line_material_seq", "entry_line", ["material", "seq"], unique=False)
    op.create_index("ix_entry_line_order_number", "entry_line", ["order_number"], unique=False)
    op.create_table(
        "entry_serial",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("line", WHOLE, autoincrement=False, nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "line", "serial", name=op.f("pk_entry_serial")),
        sqlite_strict=True,
    )
    op.create_table(
        "inbox",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", WHOLE, nullable=False),
        sa.Column("finished_at", WHOLE, nullable=True),
        sa.Column("lease_until", WHOLE, nullable=True),
        sa.Column("attempts", WHOLE, autoincrement=False, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('received', 'done', 'refused', 'dead')", name=op.f("ck_inbox_state")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_inbox")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_inbox_open",
        "inbox",
        ["received_at"],
        unique=False,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_table(
        "job_run",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("job", "scope", "period", name=op.f("pk_job_run")),
        sqlite_strict=True,
    )
    op.create_table(
        "master",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", WHOLE, autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "code", name=op.f("pk_master")),
        sqlite_strict=True,
    )
    op.create_table(
        "move",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("no", WHOLE, autoincrement=False, nullable=False),
        sa.Column("line", WHOLE, autoincrement=False, nullable=False),
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("quantity", WHOLE, autoincrement=False, nullable=False),
        sa.Column("amount", WHOLE, autoincrement=False, nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("target_kind", sa.Text(), nullable=False),
        sa.Column("target_code", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.CheckConstraint("quantity >= 0 AND amount >= 0 AND quantity + amount > 0", name=op.f("ck_move_something")),
        sa.CheckConstraint("source_kind <> target_kind OR source_code <> target_code", name=op.f("ck_move_ends")),
        sa.PrimaryKeyConstraint("seq", "no", name=op.f("pk_move")),
        sqlite_strict=True,
    )
    op.create_index("ix_move_material_seq", "move", ["material", "seq"], unique=False)
    op.create_index("ix_move_target_team", "move", ["target_kind", "target_code", "team", "seq"], unique=False)
    op.create_table(
        "opening",
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("quantity", WHOLE, autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("warehouse", "material", "lot", name=op.f("pk_opening")),
        sqlite_strict=True,
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("urgency", WHOLE, autoincrement=False, nullable=False),
        sa.Column("order_key", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", WHOLE, autoincrement=False, nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("next_at", WHOLE, nullable=False),
        sa.Column("deadline", WHOLE, nullable=False),
        sa.Column("lease_until", WHOLE, nullable=True),
        sa.Column("lease_no", WHOLE, autoincrement=False, nullable=False),
        sa.Column("sent_at", WHOLE, nullable=True),
        sa.Column("send_key", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'superseded', 'dead')", name=op.f("ck_outbox_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_outbox_order_key",
        "outbox",
        ["order_key", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_outbox_send_key", "outbox", ["send_key"], unique=False)
    op.create_index("ix_outbox_state", "outbox", ["state"], unique=False)
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["urgency", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "pool",
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("layer", WHOLE, autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quantity", WHOLE, autoincrement=False, nullable=False),
        sa.Column("value", WHOLE, autoincrement=False, nullable=False),
        sa.CheckConstraint("quantity > 0 OR value = 0", name=op.f("ck_pool_nothing_is_worth_nothing")),
        sa.CheckConstraint("quantity >= 0 AND value >= 0", name=op.f("ck_pool_not_negative")),
        sa.PrimaryKeyConstraint("material", "owner", "lot", "layer", name=op.f("pk_pool")),
        sqlite_strict=True,
    )
    op.create_table(
        "series",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("last", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("kind", "day", name=op.f("pk_series")),
        sqlite_strict=True,
    )
    op.create_table(
        "stranger",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("nick", sa.Text(), nullable=False),
        sa.Column("seen_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stranger")),
        sqlite_strict=True,
    )
    op.create_table(
        "usage",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("units", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("month", "pool", name=op.f("pk_usage")),
        sqlite_strict=True,
    )

    connection = op.get_bind()
    for statement in triggers.statements(connection.dialect.name, GROWS):
        connection.exec_driver_sql(statement)
    connection.execute(
        sa.text("INSERT INTO chain (id, seq, hash, company_version) VALUES (1, 0, :hash, 0)"), {"hash": bytes(32)}
    )
