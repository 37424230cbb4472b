"""The walls around the journal: the database itself refuses to change or delete what was entered."""

from collections.abc import Sequence
from typing import Final

from storage.tables import APPEND_ONLY

GUARDED: Final = tuple(table.name for table in APPEND_ONLY)

_SQLITE: Final = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} only grows'); END
"""
_POSTGRESQL_FUNCTION: Final = """
CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
_POSTGRESQL_ROW: Final = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION only_grows()
"""
# Row triggers do not stop TRUNCATE.
_POSTGRESQL_TABLE: Final = """
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
"""


def names(dialect: str) -> set[str]:
    """The triggers that a book must have."""
    verbs = ("update", "delete") if dialect == "sqlite" else ("update", "delete", "truncate")
    return {f"{table}_no_{verb}" for table in GUARDED for verb in verbs}


def statements(dialect: str, tables: Sequence[str]) -> list[str]:
    """The statements that build them around these tables; a migration names its own."""
    if dialect == "sqlite":
        return [_SQLITE.format(table=t, verb=verb) for t in tables for verb in ("update", "delete")]
    rows = [_POSTGRESQL_ROW.format(table=t, verb=verb) for t in tables for verb in ("update", "delete")]
    return [_POSTGRESQL_FUNCTION, *rows, *(_POSTGRESQL_TABLE.format(table=t) for t in tables)]
