"""The ledger itself: I1 conservation, I2 balances are moves, I3 never below zero, I4 one row, I5 lots."""

from typing import Final

from storage.verify.book import Book
from storage.verify.report import Tally

# Which documents move what between which places; everything else would make stock appear or vanish.
ALLOWED: Final = frozenset(
    {
        ("opening", "opening", "warehouse"),
        ("receipt", "supplier", "warehouse"),
        ("issue", "warehouse", "consumption"),
        ("reversal", "warehouse", "supplier"),
        ("reversal", "consumption", "warehouse"),
        ("reversal", "warehouse", "opening"),
    }
)
# Value without quantity, which evens out what a supplier is owed.
ALLOWED_VALUE: Final = frozenset(
    {("reversal", "price_difference", "supplier"), ("reversal", "supplier", "price_difference")}
)
# What each move adds to a warehouse: the same move once for its target and once, taken off, for its source.
_SIGNED: Final = """
    SELECT seq, no, material, target_code AS warehouse, lot, quantity FROM move WHERE target_kind = 'warehouse'
    UNION ALL
    SELECT seq, no, material, source_code, lot, -quantity FROM move WHERE source_kind = 'warehouse'
"""


async def conservation(book: Book) -> Tally:
    """I1: every move takes something from one place to another, between places that trade with each other."""
    tally = Tally("moves")
    async for page in book.pages():
        kind = page.head["kind"]
        for move in page.moves:
            tally.counted += 1
            where = f"move seq={move['seq']} no={move['no']}"
            ends = (move["source_kind"], move["source_code"]), (move["target_kind"], move["target_code"])
            amounts = (move["quantity"], move["amount"])
            tally.expect(ends[0] != ends[1], f"{where}: from {ends[0]} to itself")
            tally.expect(min(amounts) >= 0 and max(amounts) > 0, f"{where}: quantity and amount {amounts}")
            pair = (kind, move["source_kind"], move["target_kind"])
            allowed = ALLOWED if move["quantity"] else ALLOWED_VALUE
            tally.expect(pair in allowed, f"{where}: {' '.join(pair)} is no pair of places that trade")
    return tally


async def balances(book: Book) -> Tally:
    """I2: each balance is the sum of its moves, and every sum has its balance."""
    tally = Tally("balances", await book.count("balance"))
    sql = f"""
        SELECT material, warehouse, lot, SUM(quantity) AS off FROM (
            SELECT material, warehouse, lot, quantity FROM ({_SIGNED}) AS signed
            UNION ALL SELECT material, warehouse, lot, -quantity FROM balance
        ) AS both_sides GROUP BY material, warehouse, lot HAVING SUM(quantity) <> 0 ORDER BY 1, 2, 3
    """  # noqa: S608
    for row in await book.rows(sql):
        tally.fault(f"{row['material']} {row['warehouse']} {row['lot']}: moves and balance differ by {row['off']}")
    return tally


async def never_negative(book: Book) -> Tally:
    """I3: no balance is below zero, now or at any place in the journal."""
    tally = Tally("balances and moves", await book.count("balance") + await book.count("move"))
    for row in await book.rows("SELECT * FROM balance WHERE quantity < 0 ORDER BY material, warehouse, lot"):
        tally.fault(f"{row['material']} {row['warehouse']} {row['lot']}: {row['quantity']} now")
    sql = f"""
        SELECT * FROM (
            SELECT seq, no, material, warehouse, lot, SUM(quantity) OVER (
                PARTITION BY material, warehouse, lot ORDER BY seq, no ROWS UNBOUNDED PRECEDING
            ) AS held FROM ({_SIGNED}) AS signed
        ) AS running WHERE held < 0 ORDER BY seq, no
    """  # noqa: S608
    for row in await book.rows(sql):
        tally.fault(f"{row['material']} {row['warehouse']} {row['lot']}: {row['held']} after seq={row['seq']}")
    return tally


async def one_row(book: Book) -> Tally:
    """I4: one balance a material, warehouse and lot."""
    tally = Tally("balances", await book.count("balance"))
    sql = "SELECT material, warehouse, lot, COUNT(*) AS n FROM balance GROUP BY 1, 2, 3 HAVING COUNT(*) > 1"
    for row in await book.rows(sql):
        tally.fault(f"{row['material']} {row['warehouse']} {row['lot']}: {row['n']} rows")
    return tally


async def lots(book: Book) -> Tally:
    """I5: a lot in a warehouse has the expiry with which it first came."""
    tally = Tally("lots")
    sql = """
        SELECT m.material, m.target_code AS warehouse, m.lot, l.expiry FROM move m
        JOIN entry_line l ON l.seq = m.seq AND l.no = m.line
        WHERE m.target_kind = 'warehouse' AND m.lot <> '' ORDER BY m.seq, m.no
    """
    first = dict[tuple[str, str, str], str | None]()
    for row in await book.rows(sql):
        first.setdefault((row["material"], row["warehouse"], row["lot"]), row["expiry"])
    for row in await book.rows("SELECT * FROM balance WHERE lot <> '' ORDER BY material, warehouse, lot"):
        tally.counted += 1
        came = first.get((row["material"], row["warehouse"], row["lot"]))
        same = came == row["expiry"]
        tally.expect(same, f"{row['material']} {row['warehouse']} {row['lot']}: expires {row['expiry']}, came {came}")
    return tally
