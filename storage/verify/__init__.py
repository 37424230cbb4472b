"""Verification: every invariant looked at anew, in one read transaction, by code that wrote none of it.

The ids are those of docs/adr and of the tests: each has a mutation that breaks it (tests/storage/test_verify.py).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.verify import approvals, documents, journal, ledger, messages, schema, value
from storage.verify.book import Book
from storage.verify.report import Finding, Report, Tally

__all__ = ["CHECKS", "Finding", "Report", "verify"]

CHECKS: Final[Mapping[str, Callable[[Book], Awaitable[Tally]]]] = {
    "I1": ledger.conservation,
    "I2": ledger.balances,
    "I3": ledger.never_negative,
    "I4": ledger.one_row,
    "I5": ledger.lots,
    "I7": value.pools,
    "I8": value.rounding,
    "I9": journal.only_grows,
    "I10": journal.chain,
    "I11": journal.reversals,
    "I13": documents.units,
    "I14": schema.types,
    "I15": documents.numbers,
    "I16": documents.standing,
    "I17": journal.belonging,
    "I18": journal.answerable,
    "I20": approvals.decisions,
    "I21": approvals.order,
    "I22": approvals.separation,
    "I24": documents.consent,
    "I30": messages.arrivals,
    "I31": messages.endings,
    "I32": messages.departures,
    "I33": messages.job_runs,
    "I34": messages.alerts,
    "I38": schema.codes,
    "I39": schema.walls,
    "I40": schema.versions,
    "I41": value.spent,
}


async def verify(connection: AsyncConnection) -> Report:
    """Look at every invariant over one moment of the book. `connection` is in a read transaction (Database.read)."""
    if connection.dialect.name == "postgresql":
        # A long ledger takes longer than a message may.
        await connection.execute(text("SET LOCAL statement_timeout = '10min'"))
    book = await Book.open(connection)
    return Report(tuple([await _look(book, name, check) for name, check in CHECKS.items()]))


async def _look(book: Book, name: str, check: Callable[[Book], Awaitable[Tally]]) -> Finding:
    """One invariant. A book so broken that it cannot be looked at does not hold either."""
    try:
        async with book.connection.begin_nested():
            return Finding.of(name, await check(book))
    except Exception as error:
        tally = Tally("things")
        tally.fault(f"cannot be checked: {type(error).__name__}: {str(error).splitlines()[0][:200]}")
        return Finding.of(name, tally)
