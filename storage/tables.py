"""The schema: the ledger that only grows, the documents as they stand, and the messages on their way."""

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.schema import SchemaItem

from storage.types import Day, Instant, ScaledInt

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _text(name: str, default: str | None = None) -> Column[str]:
    """A text that is always there; with a default, "" stands for nothing."""
    return Column(name, Text, nullable=False, server_default=default)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True, nullable=False)


def _number(name: str, *, primary_key: bool = False) -> Column[int]:
    return Column(name, ScaledInt, nullable=False, primary_key=primary_key, autoincrement=False)


def _table(name: str, *parts: SchemaItem) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True)


# --- the journal: only ever added to -------------------------------------------------------------------------------

chain = _table(
    "chain",
    Column("id", Integer, primary_key=True, autoincrement=False),
    _number("seq"),
    Column("hash", LargeBinary, nullable=False),
    _number("company_version"),
    CheckConstraint("id = 1", name="one_row"),
    CheckConstraint("seq >= 0", name="seq"),
)

entry = _table(
    "entry",
    _number("seq", primary_key=True),
    _text("number"),
    _text("kind"),
    _text("act"),
    _text("by"),
    Column("at", Instant, nullable=False),
    Column("dated", Day, nullable=False),
    _text("project"),
    _text("supplier"),
    _text("warehouse"),
    _text("stage"),
    _text("team"),
    _text("recipient"),
    Column("need_by", Day),
    _text("remark"),
    _text("reason"),
    _text("reverses"),
    _text("source"),
    _number("node"),
    _text("capacity"),
    Column("hash", LargeBinary, nullable=False),
    CheckConstraint("seq > 0", name="seq"),
    CheckConstraint("length(hash) = 32", name="hash"),
    Index("ix_entry_number", "number"),
    Index("ix_entry_project_dated", "project", "dated"),
    Index(
        "uq_entry_reverses",
        "reverses",
        unique=True,
        sqlite_where=text("reverses <> ''"),
        postgresql_where=text("reverses <> ''"),
    ),
    Index(
        "uq_entry_decision",
        "number",
        "node",
        "by",
        unique=True,
        sqlite_where=text("node > 0"),
        postgresql_where=text("node > 0"),
    ),
)

entry_line = _table(
    "entry_line",
    _number("seq", primary_key=True),
    _number("no", primary_key=True),
    _text("material"),
    _text("lot"),
    Column("expiry", Day),
    _number("entered"),
    _text("entered_unit"),
    _number("quantity"),
    Column("price", ScaledInt),
    Column("amount", ScaledInt),
    _text("order_number"),
    _number("order_line"),
    CheckConstraint("entered > 0 AND quantity > 0", name="quantity"),
    CheckConstraint("price IS NULL OR price >= 0", name="price"),
    CheckConstraint("amount IS NULL OR amount >= 0", name="amount"),
    Index("ix_entry_line_material_seq", "material", "seq"),
    Index(
        "ix_entry_line_priced",
        "material",
        "seq",
        "no",
        sqlite_where=text("price IS NOT NULL"),
        postgresql_where=text("price IS NOT NULL"),
    ),
    Index("ix_entry_line_order_number", "order_number"),
)

move = _table(
    "move",
    _number("seq", primary_key=True),
    _number("no", primary_key=True),
    _number("line"),
    _text("material"),
    _text("lot"),
    _number("quantity"),
    _number("amount"),
    _text("source_kind"),
    _text("source_code"),
    _text("target_kind"),
    _text("target_code"),
    _text("stage"),
    _text("team"),
    _text("recipient"),
    CheckConstraint("quantity >= 0 AND amount >= 0 AND quantity + amount > 0", name="something"),
    CheckConstraint("source_kind <> target_kind OR source_code <> target_code", name="ends"),
    Index("ix_move_material_seq", "material", "seq"),
    Index("ix_move_target_team", "target_kind", "target_code", "team", "seq"),
)

entry_serial = _table(
    "entry_serial", _number("seq", primary_key=True), _number("line", primary_key=True), _key("serial")
)

APPEND_ONLY: Final = (entry, entry_line, move, entry_serial)

# --- what follows from the journal, kept beside it in the same transaction -----------------------------------------

balance = _table(
    "balance",
    _key("material"),
    _key("warehouse"),
    _key("lot"),
    _number("quantity"),
    Column("expiry", Day),
    CheckConstraint("quantity >= 0", name="not_negative"),
    Index("ix_balance_warehouse", "warehouse"),
)

pool = _table(
    "pool",
    _key("material"),
    _key("owner"),
    _key("lot"),
    _number("layer", primary_key=True),
    _text("unit"),
    _number("quantity"),
    _number("value"),
    CheckConstraint("quantity >= 0 AND value >= 0", name="not_negative"),
    CheckConstraint("quantity > 0 OR value = 0", name="nothing_is_worth_nothing"),
)

spent = _table("spent", _key("project"), _number("fen"))

document = _table(
    "document",
    _key("number"),
    _text("kind"),
    _text("state"),
    _text("project"),
    _text("requester"),
    Column("created_at", Instant, nullable=False),
    Column("dated", Day, nullable=False),
    _text("supplier"),
    _text("warehouse"),
    _text("stage"),
    _text("team"),
    _text("recipient"),
    Column("need_by", Day),
    _text("remark"),
    _text("reverses"),
    _text("reversed_by"),
    _number("revision"),
    Index("ix_document_project_state", "project", "kind", "state"),
)

document_line = _table(
    "document_line",
    _key("number"),
    _number("no", primary_key=True),
    _text("material"),
    _text("lot"),
    Column("expiry", Day),
    _number("entered"),
    _text("entered_unit"),
    _number("quantity"),
    _text("unit"),
    Column("price", ScaledInt),
    Column("amount", ScaledInt),
    _text("order_number"),
    _number("order_line"),
    _number("fulfilled"),
    CheckConstraint("fulfilled >= 0", name="fulfilled"),
)

document_link = _table("document_link", _key("number"), _key("other"), _number("position"))

approval_node = _table(
    "approval_node",
    _key("number"),
    _number("no", primary_key=True),
    _text("title"),
    _text("mode"),
    _text("state"),
    Index(
        "ix_approval_node_open",
        "number",
        "no",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

approval_signer = _table(
    "approval_signer",
    _key("number"),
    _number("node", primary_key=True),
    _key("person"),
    _number("position"),
    _text("capacity"),
    Column("verdict", Text),
    Column("at", Instant),
)

series = _table("series", _key("kind"), Column("day", Day, primary_key=True, nullable=False), _number("last"))

opening = _table("opening", _key("warehouse"), _key("material"), _key("lot"), _number("quantity"), _text("unit"))

alert = _table(
    "alert",
    _key("material"),
    _key("warehouse"),
    Column("opened_at", Instant, primary_key=True, nullable=False),
    _number("on_hand"),
    _text("unit"),
    Column("closed_at", Instant),
    Index(
        "uq_alert_open",
        "material",
        "warehouse",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

# --- who and what: the company file's elements, in its own form ----------------------------------------------------

master = _table("master", _key("kind"), _key("code"), _number("position"), _text("body"))

stranger = _table("stranger", _key("id"), _text("nick"), Column("seen_at", Instant, nullable=False))

audit = _table(
    "audit",
    Column("id", Integer, primary_key=True),
    _text("person"),
    _text("action"),
    _text("project"),
    _text("reason"),
    Column("at", Instant, nullable=False),
)

# --- talk: what came in, what is open, what goes out ---------------------------------------------------------------

inbox = _table(
    "inbox",
    _key("key"),
    _text("kind"),
    _text("raw"),
    _text("state"),
    Column("received_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("lease_until", Instant),
    _number("attempts"),
    _text("error"),
    Index(
        "ix_inbox_open",
        "received_at",
        sqlite_where=text("state = 'received'"),
        postgresql_where=text("state = 'received'"),
    ),
    CheckConstraint("state IN ('received', 'done', 'refused', 'dead')", name="state"),
)

outbox = _table(
    "outbox",
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _number("urgency"),
    _text("order_key"),
    _text("message"),
    _text("facts"),
    _text("number"),
    _text("state"),
    _number("attempts"),
    Column("created_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("deadline", Instant, nullable=False),
    Column("lease_until", Instant),
    _number("lease_no"),
    Column("sent_at", Instant),
    _text("send_key"),
    _text("error"),
    Index(
        "ix_outbox_waiting",
        "urgency",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_outbox_order_key",
        "order_key",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_outbox_send_key", "send_key"),
    Index("ix_outbox_state", "state"),
    CheckConstraint("state IN ('waiting', 'sent', 'superseded', 'dead')", name="state"),
)

card = _table(
    "card",
    _key("id"),
    _text("subject"),
    _text("people"),
    _text("actions"),
    _text("nonce"),
    Column("shown_at", Instant, nullable=False),
)

dialogue = _table("dialogue", _key("person"), _key("chat"), _text("memo"), Column("until", Instant, nullable=False))

misread = _table(
    "misread",
    _key("key"),
    _text("person"),
    Column("at", Instant, nullable=False),
    _text("text"),
    _text("context"),
    _text("reading"),
    _text("words"),
)

booked = _table("booked", _key("person"), _key("said"), _text("number"), Column("at", Instant, nullable=False))

job_run = _table(
    "job_run",
    _key("job"),
    _key("scope"),
    _key("period"),
    _text("outcome"),
    Column("at", Instant, nullable=False),
)

anchor = _table(
    "anchor",
    _key("project"),
    Column("day", Day, primary_key=True, nullable=False),
    _number("seq"),
    Column("hash", LargeBinary, nullable=False),
)

pace = _table("pace", _key("key"), _text("turns"), _number("closed_until"))

usage = _table("usage", _key("month"), _key("pool"), _number("units"))
