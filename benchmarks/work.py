"""What the database does for a piece of work: statements, rows that come back or change, rows read, scans.

Rows read are those that the server itself looked at: PostgreSQL counts them. SQLite counts the steps of its machine.
"""

import sqlite3
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import event

from storage.database import Database

_CONTROL: Final = ("BEGIN", "COMMIT", "ROLLBACK", "SET ")
# Counts stay with the connection until it hands them over, which it does once a second, or when asked, after a commit.
_READ_SO_FAR: Final = """
SELECT (SELECT COALESCE(SUM(seq_tup_read + idx_tup_fetch), 0)::bigint FROM pg_stat_xact_user_tables),
    pg_stat_force_next_flush()::text
"""
STEPS_AT_ONCE: Final = 10
# Tables that grow with what people do. An index that holds only what is open may be walked from end to end.
GROWING: Final = frozenset(
    {
        *("entry", "entry_line", "move", "document", "document_line", "document_link", "approval_node"),
        *("approval_signer", "series", "alert", "inbox", "outbox", "card", "booked", "job_run", "anchor", "audit"),
    }
)
OF_WHAT_IS_OPEN: Final = (
    "ix_inbox_open",
    "ix_outbox_waiting",
    "ix_outbox_order_key",
    "uq_alert_open",
    "ix_approval_node_open",
)


@dataclass
class Cost:
    """`looked` is rows read on PostgreSQL, steps of the machine on SQLite."""

    statements: Counter[str] = field(default_factory=Counter[str])
    rows: int = 0
    looked: int = 0

    @property
    def count(self) -> int:
        return self.statements.total()


class Meter:
    """Listens to a database that nothing has been asked of yet."""

    def __init__(self, database: Database):
        self._database = database
        self._cost = Cost()
        self._counts = False
        self.asked: dict[str, Any] = {}

    @contextmanager
    def counting(self) -> Generator[Cost]:
        """One piece of work."""
        cost = self._cost = Cost()
        self._counts = True
        try:
            yield cost
        finally:
            self._counts = False

    @contextmanager
    def metering(self) -> Generator[None]:
        """While it listens; what it counts, `counting` says."""
        engines = {id(e): e for e in (self._database.write_engine.sync_engine, self._database.read_engine.sync_engine)}
        heard: list[tuple[str, Any]] = [("after_cursor_execute", self._statement)]
        if self._database.is_sqlite:
            heard.append(("connect", self._connected))
        else:
            heard += [("commit", self._ended), ("rollback", self._ended)]
        for engine in engines.values():
            for name, listener in heard:
                event.listen(engine, name, listener)
        try:
            yield
        finally:
            for engine in engines.values():
                for name, listener in heard:
                    event.remove(engine, name, listener)

    def _statement(self, _c: Any, cursor: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        if not self._counts or statement.startswith(_CONTROL) or statement == _READ_SO_FAR:
            return
        self._cost.statements[statement] += 1
        self.asked.setdefault(statement, parameters[0] if many else parameters)
        if cursor.description:
            self._cost.rows += len(cursor._rows)
        else:
            self._cost.rows += len(parameters) if many else max(cursor.rowcount, 0)

    def _connected(self, dbapi: Any, _record: object) -> None:
        dbapi.run_async(lambda driver: driver.set_progress_handler(self._step, STEPS_AT_ONCE))

    def _step(self) -> int:
        self._cost.looked += STEPS_AT_ONCE * self._counts
        return 0

    def _ended(self, connection: Any) -> None:
        read = int(connection.exec_driver_sql(_READ_SO_FAR).first()[0])
        self._cost.looked += read * self._counts


def scans(path: str, asked: dict[str, Any]) -> list[str]:
    """Where SQLite would walk through a growing table from end to end, each with the statement that makes it do so."""
    found = list[str]()
    book = sqlite3.connect(path)
    try:
        for statement, parameters in asked.items():
            for *_, step in book.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
                words = step.split()
                is_walk = words[0] == "SCAN" and words[1] in GROWING
                if is_walk and not any(index in step for index in OF_WHAT_IS_OPEN):
                    found.append(f"{step}: {' '.join(statement.split())[:160]}")
    finally:
        book.close()
    return found
