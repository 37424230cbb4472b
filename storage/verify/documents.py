"""Documents: I13 units, I15 numbers, I16 they stand as their entries say, I24 no order without consent."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from storage.verify.book import Book, Row, named
from storage.verify.report import Tally

PREFIXES: Final = {
    "requisition": "SG",
    "purchase_order": "CG",
    "receipt": "RK",
    "issue": "LL",
    "opening": "QC",
    "reversal": "CX",
}
_NUMBER: Final = re.compile(r"([A-Z]{2})(\d{4})(\d{2})(\d{2})-(\d{3}|[1-9]\d{3,5})", re.ASCII)
_CHUNK: Final = 500
ROUNDINGS: Final = 20  # conversions whose roundings one of them may make good


@dataclass(slots=True)
class Paper:
    """A document as it stands, and everything in the journal that speaks of it."""

    head: Row
    lines: list[Row] = field(default_factory=list[Row])
    links: set[str] = field(default_factory=set[str])
    entries: list[Row] = field(default_factory=list[Row])
    entered: dict[int, list[Row]] = field(default_factory=dict[int, list[Row]])  # by the entry's place
    nodes: list[Row] = field(default_factory=list[Row])
    signers: list[Row] = field(default_factory=list[Row])
    reversed_by: list[str] = field(default_factory=list[str])
    led_to: list[str] = field(default_factory=list[str])
    received: dict[int, int] = field(default_factory=dict[int, int])  # by the order's line

    @property
    def posted(self) -> Row | None:
        return next((e for e in self.entries if e["act"] == "post"), None)

    @property
    def stated(self) -> Row | None:
        """The last entry that says the whole document: its posting or its confirmation."""
        return next((e for e in reversed(self.entries) if e["act"] in {"post", "confirm"}), None)


_Keep = Callable[[Paper, Row], object]

# Where something was asked, decided or told of an approval: all that the checks of approvals look at.
DECIDED: Final = """
    SELECT number FROM approval_node UNION SELECT number FROM approval_signer
    UNION SELECT number FROM entry WHERE act IN ('approve', 'reject')
"""


async def papers(book: Book, *, among: str = "SELECT number FROM document") -> AsyncIterator[Paper]:
    """The documents whose numbers a query gives, a few hundred in memory at a time."""
    after, consequences = "", await _consequences(book)
    sql = f"SELECT * FROM document WHERE number > :after AND number IN ({among}) ORDER BY number LIMIT :most"  # noqa: S608
    while heads := await book.rows(sql, after=after, most=_CHUNK):
        found = {head["number"]: Paper(head) for head in heads}
        for query, keep in _PARTS:
            for row in await book.rows(query, numbers=list(found)):
                keep(found[row["number"]], row)
        for number, paper in found.items():
            for row, keep in consequences.get(number, []):
                keep(paper, row)
            yield paper
        after = heads[-1]["number"]


async def _consequences(book: Book) -> dict[str, list[tuple[Row, _Keep]]]:
    """What later documents did to a document: read once, because nothing finds it by the number it names."""
    found = dict[str, list[tuple[Row, _Keep]]]()
    for query, keep in _LATER:
        for row in await book.rows(query):
            found.setdefault(row["named"], []).append((row, keep))
    return found


def _keep_received(paper: Paper, row: Row) -> None:
    paper.received[row["order_line"]] = int(row["got"])


_PARTS: Final[tuple[tuple[str, _Keep], ...]] = (
    ("SELECT * FROM document_line WHERE number IN :numbers ORDER BY no", lambda p, r: p.lines.append(r)),
    ("SELECT * FROM document_link WHERE number IN :numbers", lambda p, r: p.links.add(r["other"])),
    ("SELECT * FROM entry WHERE number IN :numbers ORDER BY seq", lambda p, r: p.entries.append(r)),
    (
        "SELECT e.number, l.* FROM entry_line l JOIN entry e ON e.seq = l.seq WHERE e.number IN :numbers ORDER BY l.no",
        lambda p, r: p.entered.setdefault(r["seq"], []).append(r),
    ),
    ("SELECT * FROM approval_node WHERE number IN :numbers ORDER BY no", lambda p, r: p.nodes.append(r)),
    (
        'SELECT * FROM approval_signer WHERE number IN :numbers ORDER BY node, "position"',
        lambda p, r: p.signers.append(r),
    ),
)
_LATER: Final[tuple[tuple[str, _Keep], ...]] = (
    (
        "SELECT reverses AS named, number FROM entry WHERE reverses <> '' ORDER BY seq",
        lambda p, r: p.reversed_by.append(r["number"]),
    ),
    (
        """
        SELECT source AS named, number FROM entry
        WHERE kind = 'purchase_order' AND act = 'post' AND source <> '' ORDER BY seq
        """,
        lambda p, r: p.led_to.append(r["number"]),
    ),
    (
        """
        SELECT l.order_number AS named, l.order_line,
            SUM(CASE e.kind WHEN 'receipt' THEN l.quantity ELSE -l.quantity END) AS got
        FROM entry_line l JOIN entry e ON e.seq = l.seq
        WHERE e.kind IN ('receipt', 'reversal') AND l.order_number <> '' GROUP BY 1, 2
        """,
        _keep_received,
    ),
)


# --- I16 -----------------------------------------------------------------------------------------------------------

_HEADER: Final = (
    ("kind", "kind"),
    ("project", "project"),
    ("requester", "by"),
    ("created_at", "at"),
    ("dated", "dated"),
    ("warehouse", "warehouse"),
    ("stage", "stage"),
    ("team", "team"),
    ("recipient", "recipient"),
    ("need_by", "need_by"),
    ("remark", "remark"),
    ("reverses", "reverses"),
)
_LINE: Final = (
    "no",
    "material",
    "lot",
    "expiry",
    "entered",
    "entered_unit",
    "quantity",
    "price",
    "amount",
    "order_number",
    "order_line",
)


async def standing(book: Book) -> Tally:
    """I16: a document's state, header, lines and links are those that its entries and their consequences give it."""
    tally = Tally("documents")
    async for paper in papers(book):
        tally.counted += 1
        number, posted, stated = paper.head["number"], paper.posted, paper.stated
        tally.expect(bool(paper.lines), f"{number}: has no lines")
        if posted is None or stated is None:
            continue  # I17 names it
        due = _state(paper)
        tally.expect(paper.head["state"] == due, f"{number}: is {paper.head['state']}, its entries say {due}")
        for column, told in _HEADER:
            _same(tally, number, column, paper.head[column], posted[told])
        _same(tally, number, "supplier", paper.head["supplier"], stated["supplier"])
        _same(tally, number, "reversed_by", paper.head["reversed_by"], "".join(paper.reversed_by))
        _same(tally, number, "revision", paper.head["revision"], 1 + sum(e["act"] == "confirm" for e in paper.entries))
        said = paper.entered.get(stated["seq"], [])
        _same(tally, number, "lines", [_said(x) for x in paper.lines], [_said(x) for x in said])
        for line in paper.lines:
            where = f"line {line['no']}"
            _same(tally, number, f"{where} fulfilled", line["fulfilled"], paper.received.get(line["no"], 0))
            _same(tally, number, f"{where} unit", line["unit"], book.base_unit(line["material"]))
        _same(tally, number, "links", paper.links, _links(paper, said, posted))
    for table in ("document_line", "document_link", "approval_node", "approval_signer"):
        sql = f"SELECT DISTINCT number FROM {table} WHERE number NOT IN (SELECT number FROM document) ORDER BY number"  # noqa: S608
        for row in await book.rows(sql):
            tally.fault(f"{table} {row['number']}: no such document")
    return tally


def _same(tally: Tally, number: str, what: str, stands: object, due: object) -> None:
    tally.expect(stands == due, f"{number}: {what} is {stands!r}, its entries say {due!r}")


def _said(line: Row) -> tuple[object, ...]:
    return tuple(line[column] for column in _LINE)


def _links(paper: Paper, said: list[Row], posted: Row) -> set[str]:
    named_orders = {line["order_number"] for line in said} if paper.head["kind"] == "receipt" else set[str]()
    came_from = {posted["source"]} if paper.head["kind"] == "purchase_order" else {posted["reverses"]}
    return (named_orders | came_from | set(paper.led_to)) - {""}


def _state(paper: Paper) -> str:
    """The state that a document's history leaves it in."""
    acts = [entry["act"] for entry in paper.entries]
    match paper.head["kind"]:
        case "requisition":
            return _asked(paper, acts)
        case "purchase_order":
            return _ordered(paper, acts)
        case _:
            return "reversed" if paper.reversed_by else "posted"


def _asked(paper: Paper, acts: list[str]) -> str:
    if "withdraw" in acts:
        return "withdrawn"
    if "reject" in acts:
        return "rejected"
    return "approved" if all(node["state"] == "approved" for node in paper.nodes) else "pending"


def _ordered(paper: Paper, acts: list[str]) -> str:
    if "cancel" in acts:
        return "cancelled"
    if paper.posted is not None and paper.posted["source"] and "confirm" not in acts:
        return "to_confirm"
    got = [(paper.received.get(line["no"], 0), line) for line in paper.lines]
    # A quantity ordered in another unit is complete when no more than the roundings of its deliveries is missing.
    if all(came >= line["quantity"] - (ROUNDINGS * (line["entered_unit"] != line["unit"])) for came, line in got):
        return "received"
    return "partly_received" if any(came for came, _ in got) else "ordered"


# --- I15 -----------------------------------------------------------------------------------------------------------


async def numbers(book: Book) -> Tally:
    """I15: numbers are well formed, a day's serials run from 1 without a gap, and the series knows the last."""
    tally, serials = Tally("numbers"), defaultdict[tuple[str, str], set[int]](set)
    for row in await book.rows("SELECT kind, number FROM document ORDER BY number"):
        tally.counted += 1
        found = _NUMBER.fullmatch(row["number"])
        if found is None or found[1] != PREFIXES.get(row["kind"]):
            tally.fault(f"{row['number']}: no number of a {row['kind']}")
            continue
        serials[row["kind"], "-".join(found.group(2, 3, 4))].add(int(found[5]))
    given = {(row["kind"], row["day"]): row["last"] for row in await book.rows("SELECT * FROM series")}
    for kind, day in sorted(serials.keys() | given.keys()):
        held, last = serials.get((kind, day), set[int]()), given.get((kind, day), 0)
        missing = sorted(set(range(1, last + 1)) - held)[:5]
        tally.expect(not missing, f"{kind} {day}: serials {missing} are missing")
        tally.expect(
            max(held, default=0) == last, f"{kind} {day}: last is {last}, the highest is {max(held, default=0)}"
        )
    return tally


# --- I13 -----------------------------------------------------------------------------------------------------------


async def units(book: Book) -> Tally:
    """I13: a line's base quantity is what was entered by its unit's ratio, rounded once, or the balance beside it."""
    tally = Tally("lines")
    async for page in book.pages():
        for line in page.lines:
            tally.counted += 1
            due = _in_base(book, line)
            where = f"{page.head['number']} {named(line, ('seq', 'no'))}"
            if due is None:
                tally.fault(f"{where}: {line['material']} is not kept in {line['entered_unit']}")
                continue
            # A conversion may miss the whole balance by the roundings of what came before, and then takes all of it.
            slack = 0 if line["entered_unit"] == book.base_unit(line["material"]) else ROUNDINGS
            close = abs(line["quantity"] - due) <= slack
            tally.expect(close, f"{where}: {line['quantity']} millionths, {line['entered']} entered are {due}")
    return tally


def _in_base(book: Book, line: Row) -> int | None:
    material = book.master.get("materials", {}).get(line["material"])
    if material is None:
        return None
    ratios = {unit["unit"]: Fraction(unit["per_base"]) for unit in material["units"]}
    ratio = Fraction(1) if line["entered_unit"] == material["base_unit"] else ratios.get(line["entered_unit"])
    if ratio is None:
        return None
    exact = Fraction(line["entered"]) / ratio
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


# --- I24 -----------------------------------------------------------------------------------------------------------

_UNAPPROVED: Final = """
    SELECT e.number, e.source, d.state
    FROM entry e LEFT JOIN document d ON d.number = e.source AND d.kind = 'requisition'
    WHERE e.kind = 'purchase_order' AND e.act = 'post' AND e.source <> '' AND COALESCE(d.state, '') <> 'approved'
    ORDER BY e.seq
"""
_TOO_EARLY: Final = """
    SELECT DISTINCT e.number, e.source FROM entry e JOIN entry a ON a.number = e.source
    WHERE e.kind = 'purchase_order' AND e.act = 'post' AND e.source <> '' AND a.seq > e.seq ORDER BY e.number
"""
_UNCONFIRMED: Final = """
    SELECT DISTINCT r.number, l.order_number FROM entry_line l JOIN entry r ON r.seq = l.seq
    WHERE r.kind = 'receipt' AND l.order_number <> '' AND NOT EXISTS (
        SELECT 1 FROM entry o WHERE o.number = l.order_number AND o.kind = 'purchase_order' AND o.seq < r.seq
        AND (o.act = 'confirm' OR o.act = 'post' AND o.source = '')
    ) ORDER BY r.number
"""


async def consent(book: Book) -> Tally:
    """I24: an order from a requisition has its approval behind it, and nothing is received before it is placed."""
    tally = Tally("orders from requisitions")
    sql = "SELECT COUNT(*) AS n FROM entry WHERE kind = 'purchase_order' AND act = 'post' AND source <> ''"
    tally.counted = (await book.rows(sql))[0]["n"]
    for row in await book.rows(_UNAPPROVED):
        tally.fault(f"{row['number']}: its requisition {row['source']} is {row['state'] or 'not there'}")
    for row in await book.rows(_TOO_EARLY):
        tally.fault(f"{row['number']}: drawn up before the last decision on {row['source']}")
    for row in await book.rows(_UNCONFIRMED):
        tally.fault(f"{row['number']}: received on {row['order_number']} before that was placed")
    return tally
