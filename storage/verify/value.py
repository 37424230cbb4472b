"""Value: I7 what the pools hold is what went in less what went out, I8 every value that left was rounded once,
I41 what a project has spent."""

from collections import defaultdict
from dataclasses import dataclass, field

from storage.verify.book import Book, Row, grouped
from storage.verify.report import Tally

Key = tuple[str, str, str]  # material, owner, lot where lots keep their own cost


def _key(book: Book, material: str, warehouse: str, lot: str) -> Key:
    return material, book.owner(warehouse), lot if book.valuation(material) == "lot" else ""


async def pools(book: Book) -> Tally:
    """I7: per pool, in = out + on hand, in quantity and to the fen; nothing is worth nothing; layers fit the method."""
    tally = Tally("pools")
    sums = defaultdict[Key, list[int]](lambda: [0, 0])
    sql = """
        SELECT material, target_code AS place, lot, SUM(quantity) AS q, SUM(amount) AS v FROM move
        WHERE target_kind = 'warehouse' GROUP BY 1, 2, 3
        UNION ALL
        SELECT material, source_code, lot, -SUM(quantity), -SUM(amount) FROM move
        WHERE source_kind = 'warehouse' GROUP BY 1, 2, 3
    """
    for row in await book.rows(sql):
        found = sums[_key(book, row["material"], row["place"], row["lot"])]
        found[0], found[1] = found[0] + int(row["q"]), found[1] + int(row["v"])
    held = grouped(await book.rows("SELECT * FROM pool ORDER BY layer"), "material", "owner", "lot")
    for key in sorted(sums.keys() | held.keys()):
        tally.counted += 1
        layers, (quantity, value) = held.get(key, []), sums.get(key, (0, 0))
        have = sum(row["quantity"] for row in layers), sum(row["value"] for row in layers)
        tally.expect(have == (quantity, value), f"{'/'.join(key)}: holds {have}, moves say {(quantity, value)}")
        for row in layers:
            _layer(book, tally, key, row, alone=len(layers) == 1)
    return tally


def _layer(book: Book, tally: Tally, key: Key, row: Row, *, alone: bool) -> None:
    where = f"{'/'.join(key)} layer {row['layer']}"
    tally.expect(row["quantity"] >= 0 and row["value"] >= 0, f"{where}: {row['quantity']} worth {row['value']}")
    tally.expect(row["quantity"] != 0 or row["value"] == 0, f"{where}: nothing is worth {row['value']}")
    tally.expect(row["unit"] == book.base_unit(key[0]), f"{where}: kept in {row['unit']}")
    if book.valuation(key[0]) == "fifo":
        tally.expect(row["layer"] > 0 and row["quantity"] > 0, f"{where}: no layer of a first-in-first-out pool")
    else:
        tally.expect(row["layer"] == 0 and alone, f"{where}: an averaged pool has one layer")


async def spent(book: Book) -> Tally:
    """I41: what a project has spent is what suppliers delivered for it, less what went back to them."""
    tally = Tally("projects", await book.count("spent"))
    sql = """
        SELECT project, SUM(fen) AS off FROM (
            SELECT e.project, CASE m.source_kind WHEN 'supplier' THEN m.amount ELSE -m.amount END AS fen
            FROM move m JOIN entry e ON e.seq = m.seq WHERE 'supplier' IN (m.source_kind, m.target_kind)
            UNION ALL SELECT project, -fen FROM spent
        ) AS both_sides GROUP BY project HAVING SUM(fen) <> 0 ORDER BY project
    """
    for row in await book.rows(sql):
        tally.fault(f"{row['project']}: moves and what was spent differ by {row['off']} fen")
    return tally


@dataclass(slots=True)
class _Pool:
    """A pool as the moves leave it: [quantity, value] layers, one of them where it is averaged."""

    is_fifo: bool
    layers: list[list[int]] = field(default_factory=list[list[int]])

    def put(self, quantity: int, value: int) -> None:
        if self.is_fifo or not self.layers:
            self.layers.append([quantity, value])
        else:
            self.layers[0] = [self.layers[0][0] + quantity, self.layers[0][1] + value]

    def take(self, quantity: int) -> int | None:
        """The value that leaves with a quantity, None where there is not so much."""
        worth = 0
        while quantity and self.layers:
            held, value = self.layers[0]
            part = min(held, quantity)
            # Half up: twice the product plus the divisor, divided by twice the divisor.
            share = value if part == held else (2 * value * part + held) // (2 * held)
            worth, quantity = worth + share, quantity - part
            self.layers[0] = [held - part, value - share]
            if not self.layers[0][0]:
                self.layers.pop(0)
        return None if quantity else worth


async def rounding(book: Book) -> Tally:
    """I8: what left a pool was its value x quantity / quantity held then, rounded once; the last took the rest."""
    tally = Tally("values that left")
    state = dict[Key, _Pool]()
    async for page in book.pages():
        for move in page.moves:
            if move["source_kind"] == "warehouse" and move["quantity"] > 0:
                tally.counted += 1
                key = _key(book, move["material"], move["source_code"], move["lot"])
                due = state[key].take(move["quantity"]) if key in state else None
                where = f"move seq={move['seq']} no={move['no']}"
                tally.expect(due == move["amount"], f"{where}: took {move['amount']} fen, the pool gives {due}")
            if move["target_kind"] == "warehouse" and move["quantity"] > 0:
                key = _key(book, move["material"], move["target_code"], move["lot"])
                pool = state.setdefault(key, _Pool(book.valuation(move["material"]) == "fifo"))
                pool.put(move["quantity"], move["amount"])
    return tally
