"""The journal: I9 it only grows, I10 its chain, I11 reversals, I17 documents and moves belong together, I18 issues."""

from typing import Any, Final

from storage.verify.book import CHUNK, Book, Page, Row, grouped
from storage.verify.hashing import NOTHING_BEFORE, digest
from storage.verify.report import Tally

# Two copies of the program may have clocks that differ a little.
SKEW_MICROSECONDS: Final = 5 * 60 * 1_000_000
BOOKS_STOCK: Final = frozenset({"receipt", "issue", "opening", "reversal"})
REVERSIBLE: Final = frozenset({"receipt", "issue", "opening"})


async def only_grows(book: Book) -> Tally:
    """I9: places 1 to n without a gap, and no entry much earlier than the one before."""
    tally, before, latest = Tally("entries"), 0, 0
    async for page in book.pages():
        tally.counted += 1
        seq, at = page.head["seq"], page.head["at"]
        tally.expect(seq == before + 1, f"entry seq={seq}: follows seq={before}")
        tally.expect(
            at >= latest - SKEW_MICROSECONDS, f"entry seq={seq}: recorded {latest - at} µs before seq={before}"
        )
        for things, name in ((page.lines, "line"), (page.moves, "move")):
            numbers = [row["no"] for row in things]
            tally.expect(numbers == list(range(1, len(numbers) + 1)), f"entry seq={seq}: {name} numbers {numbers}")
        before, latest = seq, max(latest, at)
    return tally


async def chain(book: Book) -> Tally:
    """I10: each hash follows from the entry and the hash before; the head and every anchor told lie on the chain."""
    tally, last, hashes = Tally("links"), (0, NOTHING_BEFORE), dict[int, bytes]()
    anchors = await book.rows("SELECT * FROM anchor ORDER BY seq")
    told = {row["seq"] for row in anchors}
    async for page in book.pages():
        tally.counted += 1
        seq, kept = page.head["seq"], bytes(page.head["hash"])
        due = digest(last[1], page)
        tally.expect(
            due == kept, f"entry seq={seq} {page.head['number']}: hash {kept.hex()[:16]}, due {due.hex()[:16]}"
        )
        last = (seq, kept)
        if seq in told:
            hashes[seq] = kept
    heads = await book.rows("SELECT * FROM chain")
    tally.expect(len(heads) == 1, f"{len(heads)} heads")
    for head in heads:
        where = f"head seq={head['seq']} {bytes(head['hash']).hex()[:16]}"
        tally.expect((head["seq"], bytes(head["hash"])) == last, f"{where}: the last entry is seq={last[0]}")
        tally.expect(head["seq"] == tally.counted, f"{where}: there are {tally.counted} entries")
    for row in anchors:
        on_chain = hashes.get(row["seq"], NOTHING_BEFORE if row["seq"] == 0 else None)
        where = f"anchor {row['project']} {row['day']} seq={row['seq']}"
        tally.expect(on_chain == bytes(row["hash"]), f"{where}: was told another hash than the chain has")
    return tally


async def reversals(book: Book) -> Tally:
    """I11: a reversal names one earlier document and mirrors it; what went out comes back at the value it left with."""
    tally, seen, waiting = Tally("reversals"), set[str](), list[Page]()
    async for page in book.pages():
        if page.head["reverses"] or page.head["kind"] == "reversal":
            tally.counted += 1
            name = page.head["reverses"]
            tally.expect(name not in seen, f"{page.head['number']}: {name} was reversed before")
            seen.add(name)
            waiting.append(page)
        if len(waiting) == CHUNK:
            await _mirrored(book, tally, waiting)
            waiting = []
    await _mirrored(book, tally, waiting)
    return tally


async def _mirrored(book: Book, tally: Tally, pages: list[Page]) -> None:
    for page in pages:
        head = page.head
        where, name = f"{head['number']} seq={head['seq']}", head["reverses"]
        found = await book.rows(
            "SELECT seq, kind FROM entry WHERE number = :name AND act = 'post' AND seq < :seq",
            name=name,
            seq=head["seq"],
        )
        if len(found) != 1 or found[0]["kind"] not in REVERSIBLE or head["kind"] != "reversal":
            tally.fault(f"{where}: reverses {name or 'nothing'}, which cannot be reversed")
            continue
        stands = await book.rows("SELECT state, reversed_by FROM document WHERE number = :name", name=name)
        ended = stands == [{"state": "reversed", "reversed_by": head["number"]}]
        tally.expect(ended, f"{where}: {name} does not say that it was reversed by it")
        moves = await book.rows("SELECT * FROM move WHERE seq = :seq ORDER BY no", seq=found[0]["seq"])
        for said in _unlike(moves, page.moves):
            tally.fault(f"{where}: {said}")


def _walk(move: Row, *, back: bool) -> tuple[Any, ...]:
    ends = [(move["source_kind"], move["source_code"]), (move["target_kind"], move["target_code"])]
    same = ("material", "lot", "quantity", "line", "stage", "team", "recipient")
    return (*(ends[::-1] if back else ends), *(move[column] for column in same))


def _unlike(moves: list[Row], answers: list[Row]) -> list[str]:
    """How the moves of a reversal fail to undo those of the document."""
    walked = [move for move in answers if move["quantity"]]
    if [_walk(m, back=True) for m in moves] != [_walk(m, back=False) for m in walked]:
        return ["does not walk the same quantities back"]
    gaps = dict[int, int]()
    for move in answers:
        if not move["quantity"]:
            sign = 1 if move["source_kind"] == "price_difference" else -1
            gaps[move["line"]] = gaps.get(move["line"], 0) + sign * move["amount"]
    found = list[str]()
    for move, answer in zip(moves, walked, strict=True):
        gap = gaps.pop(move["line"], 0)
        if answer["amount"] + gap != move["amount"] or (gap and move["source_kind"] == "warehouse"):
            found.append(f"line {move['line']} brings back {answer['amount']} and {gap} of {move['amount']}")
    return [*found, *(f"line {line} has a price difference of nothing" for line in gaps)]


async def belonging(book: Book) -> Tally:
    """I17: what books stock has a move for every line, what does not has none, and nothing stands without its entry."""
    tally = Tally("entries")
    async for page in book.pages():
        tally.counted += 1
        for said in _unlike_lines(page) if page.head["kind"] in BOOKS_STOCK else _idle(page):
            tally.fault(f"entry seq={page.head['seq']} {page.head['number']}: {said}")
    for table in ("entry_line", "move"):
        orphans = f"SELECT seq, no FROM {table} WHERE seq NOT IN (SELECT seq FROM entry) ORDER BY seq, no"  # noqa: S608
        for row in await book.rows(orphans):
            tally.fault(f"{table} seq={row['seq']} no={row['no']}: no entry has that place")
    sql = "SELECT seq, number FROM entry WHERE number NOT IN (SELECT number FROM document) ORDER BY seq"
    for row in await book.rows(sql):
        tally.fault(f"entry seq={row['seq']} {row['number']}: no such document")
    sql = """
        SELECT d.number, COUNT(e.seq) AS n FROM document d LEFT JOIN entry e ON e.number = d.number AND e.act = 'post'
        GROUP BY d.number HAVING COUNT(e.seq) <> 1 ORDER BY d.number
    """
    for row in await book.rows(sql):
        tally.fault(f"{row['number']}: posted {row['n']} times")
    return tally


def _idle(page: Page) -> list[str]:
    return [f"{len(page.moves)} moves of a document that books no stock"] if page.moves else []


def _unlike_lines(page: Page) -> list[str]:
    """Where moves do not say what the lines and the header say."""
    head, found = page.head, list[str]()
    by_line = grouped((m for m in page.moves if m["quantity"]), "line")
    for line in page.lines:
        same = [(m["material"], m["lot"], m["quantity"]) for m in by_line.pop(line["no"], [])]
        if same != [(line["material"], line["lot"], line["quantity"])]:
            found.append(f"line {line['no']} has the moves {same}")
    found += [f"moves of line {no}, which is not there" for no in by_line]
    if not page.moves or head["act"] != "post":
        found.append(f"{head['act']} with {len(page.moves)} moves")
    amounts = {line["no"]: line["amount"] for line in page.lines}
    for move in page.moves:
        if head["kind"] != "reversal" and move["amount"] != amounts.get(move["line"]):
            found.append(f"move {move['no']} is worth {move['amount']}, its line {amounts.get(move['line'])}")
        found += _unlike_header(head, move)
    return found


def _unlike_header(head: Row, move: Row) -> list[str]:
    """Whether a move's places are those the header names."""
    due = {"warehouse": head["warehouse"], "supplier": head["supplier"], "consumption": head["project"]}
    found = list[str]()
    for kind, code in ((move["source_kind"], move["source_code"]), (move["target_kind"], move["target_code"])):
        if code != due.get(kind, ""):
            found.append(f"move {move['no']} touches {kind} {code}, the header says {due.get(kind, '')}")
    for column in ("stage", "team", "recipient"):
        if move[column] != head[column]:
            found.append(f"move {move['no']} is for {column} {move[column]}, the header says {head[column]}")
    return found


async def answerable(book: Book) -> Tally:
    """I18: an issue names the team or the person who answers for it, and its stage once the project has stages."""
    tally, staged = Tally("issues"), set[str]()
    async for page in book.pages():
        head = page.head
        if head["stage"]:
            # Stages may be added to a project later; from the first that was used on, every issue has one.
            staged.add(head["project"])
        if head["kind"] == "issue":
            tally.counted += 1
            where = f"{head['number']} seq={head['seq']}"
            tally.expect(bool(head["team"] or head["recipient"]), f"{where}: nobody answers for it")
            tally.expect(bool(head["stage"]) or head["project"] not in staged, f"{where}: bound to no stage")
    return tally
