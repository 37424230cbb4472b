"""Messages and jobs: I30 and I31 what came in, I32 what goes out, I33 runs of the clock's jobs, I34 open warnings."""

import json

from storage.verify.book import Book, grouped
from storage.verify.report import Tally


async def arrivals(book: Book) -> Tally:
    """I30: every key stands once, and what is finished says when."""
    tally = Tally("arrivals", await book.count("inbox"))
    for row in await book.rows("SELECT key, COUNT(*) AS n FROM inbox GROUP BY key HAVING COUNT(*) > 1"):
        tally.fault(f"{row['key']}: {row['n']} rows")
    sql = """
        SELECT key, state, finished_at FROM inbox WHERE key = '' OR kind = ''
        OR state NOT IN ('received', 'done', 'refused', 'dead') OR (state = 'received') <> (finished_at IS NULL)
        OR finished_at < received_at ORDER BY key
    """
    for row in await book.rows(sql):
        tally.fault(f"{row['key']!r}: {row['state']}, finished at {row['finished_at']}")
    return tally


async def endings(book: Book) -> Tally:
    """I31: what was done has no error, what was refused or given up says why."""
    tally = Tally("finished arrivals")
    tally.counted = (await book.rows("SELECT COUNT(*) AS n FROM inbox WHERE state <> 'received'"))[0]["n"]
    sql = """
        SELECT key, state, error FROM inbox
        WHERE state = 'done' AND error <> '' OR state IN ('refused', 'dead') AND error = '' ORDER BY key
    """
    for row in await book.rows(sql):
        tally.fault(f"{row['key']}: {row['state']} with the error {row['error']!r}")
    return tally


async def departures(book: Book) -> Tally:
    """I32: every key stands once; what was sent says when, what was superseded has its successor, all can be read."""
    tally = Tally("messages", await book.count("outbox"))
    for row in await book.rows("SELECT key, COUNT(*) AS n FROM outbox GROUP BY key HAVING COUNT(*) > 1"):
        tally.fault(f"{row['key']}: {row['n']} rows")
    sql = """
        SELECT id, key, state, sent_at FROM outbox o WHERE key = '' OR order_key = ''
        OR state NOT IN ('waiting', 'sent', 'superseded', 'dead') OR (state = 'sent') <> (sent_at IS NOT NULL)
        OR deadline < created_at OR lease_no < 0 OR attempts < 0 OR state = 'superseded' AND NOT EXISTS (
            SELECT 1 FROM outbox n WHERE n.order_key = o.order_key AND n.id > o.id
        ) ORDER BY id
    """
    for row in await book.rows(sql):
        tally.fault(f"{row['id']} {row['key']!r}: {row['state']}, sent at {row['sent_at']}")
    sql = "SELECT id, number FROM outbox WHERE number <> '' AND number NOT IN (SELECT number FROM document) ORDER BY id"
    for row in await book.rows(sql):
        tally.fault(f"{row['id']}: speaks of {row['number']}, which is no document")
    after = 0
    while rows := await book.rows(
        "SELECT id, message, facts FROM outbox WHERE id > :after ORDER BY id LIMIT 500", after=after
    ):
        for row in rows:
            tally.expect(_is_object(row["message"]), f"{row['id']}: its message cannot be read")
        after = rows[-1]["id"]
    return tally


def _is_object(written: str) -> bool:
    try:
        return isinstance(json.loads(written), dict)
    except ValueError:
        return False


async def job_runs(book: Book) -> Tally:
    """I33: a digest that ran left its anchor, and every anchor its run: both stand in one commit."""
    tally = Tally("job runs", await book.count("job_run"))
    sql = """
        SELECT r.scope, r.period FROM job_run r LEFT JOIN anchor a ON a.project = r.scope AND a.day = r.period
        WHERE r.job = 'digest' AND r.outcome = 'sent' AND a.day IS NULL ORDER BY 1, 2
    """
    for row in await book.rows(sql):
        tally.fault(f"digest {row['scope']} {row['period']}: ran and left no anchor")
    sql = """
        SELECT a.project, a.day FROM anchor a LEFT JOIN job_run r
        ON r.job = 'digest' AND r.scope = a.project AND r.period = a.day WHERE r.job IS NULL ORDER BY 1, 2
    """
    for row in await book.rows(sql):
        tally.fault(f"anchor {row['project']} {row['day']}: no digest ran")
    return tally


async def alerts(book: Book) -> Tally:
    """I34: one warning at most is open for a material in a warehouse; each was closed before the next was opened."""
    tally = Tally("warnings", await book.count("alert"))
    rows = await book.rows("SELECT * FROM alert ORDER BY material, warehouse, opened_at")
    for (material, warehouse), opened in grouped(rows, "material", "warehouse").items():
        where = f"{material} {warehouse}"
        unclosed = [row for row in opened if row["closed_at"] is None]
        tally.expect(len(unclosed) <= 1, f"{where}: {len(unclosed)} are open")
        for row, following in zip(opened, [*opened[1:], None], strict=True):
            closed = row["closed_at"]
            if closed is None:
                tally.expect(following is None, f"{where}: still open when the next was opened")
            else:
                in_order = row["opened_at"] <= closed and (following is None or closed <= following["opened_at"])
                tally.expect(in_order, f"{where}: opened {row['opened_at']}, closed {closed}")
    return tally
