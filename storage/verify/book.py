"""Reading the book as rows: plain SQL that both databases speak, nothing of the code that wrote it."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

Row = dict[str, Any]
CHUNK: Final = 2_000
BEFORE_ALL: Final = -(2**62)


@dataclass(slots=True)
class Page:
    """A journal entry as its rows: the header, its lines, moves and serials in their order."""

    head: Row
    lines: list[Row] = field(default_factory=list[Row])
    moves: list[Row] = field(default_factory=list[Row])
    serials: list[Row] = field(default_factory=list[Row])


class Book:
    """One read transaction over the whole database."""

    def __init__(self, connection: AsyncConnection, master: Mapping[str, Mapping[str, Row]]):
        self.connection = connection
        self.master = master

    @classmethod
    async def open(cls, connection: AsyncConnection) -> "Book":
        master = defaultdict[str, dict[str, Row]](dict)
        for row in await connection.execute(text("SELECT kind, code, body FROM master")):
            master[row.kind][row.code] = json.loads(row.body)
        return cls(connection, master)

    @property
    def is_sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    async def rows(self, sql: str, **values: object) -> list[Row]:
        """A query's rows. A list among the values stands for an `IN`."""
        statement = text(sql)
        for name, value in values.items():
            if isinstance(value, list):
                statement = statement.bindparams(bindparam(name, expanding=True))
        found = await self.connection.execute(statement, values)
        names = tuple(found.keys())
        return [dict(zip(names, row, strict=True)) for row in found]

    async def count(self, table: str) -> int:
        return (await self.rows(f"SELECT COUNT(*) AS n FROM {table}"))[0]["n"]  # noqa: S608  # our own table names

    def base_unit(self, material: str) -> str | None:
        """The base unit, None for a material the master data do not have."""
        found = self.master.get("materials", {}).get(material)
        return None if found is None else found["base_unit"]

    def valuation(self, material: str) -> str:
        """moving_average, fifo, or lot where every lot keeps its own cost."""
        found = self.master.get("materials", {}).get(material, {})
        category = self.master.get("categories", {}).get(found.get("category", ""), {})
        said = category.get("valuation", "moving_average")
        return "lot" if found.get("tracked") == "lot" or said == "specific" else said

    def owner(self, warehouse: str) -> str:
        """Whose stock lies there: a project, or "" for the company."""
        return self.master.get("warehouses", {}).get(warehouse, {}).get("project") or ""

    async def pages(self, *, after: int = BEFORE_ALL) -> AsyncIterator[Page]:
        """The journal in its order, behind a place, a few thousand entries in memory at a time."""
        while heads := await self.rows(
            "SELECT * FROM entry WHERE seq > :after ORDER BY seq LIMIT :most", after=after, most=CHUNK
        ):
            first, after = heads[0]["seq"], heads[-1]["seq"]
            span = {"first": first, "last": after}
            pages = {head["seq"]: Page(head) for head in heads}
            between = "WHERE seq BETWEEN :first AND :last ORDER BY seq, no"
            for row in await self.rows(f"SELECT * FROM entry_line {between}", **span):  # noqa: S608
                if row["seq"] in pages:
                    pages[row["seq"]].lines.append(row)
            for row in await self.rows(f"SELECT * FROM move {between}", **span):  # noqa: S608
                if row["seq"] in pages:
                    pages[row["seq"]].moves.append(row)
            pieces = "WHERE seq BETWEEN :first AND :last ORDER BY seq, line"
            for row in await self.rows(f"SELECT * FROM entry_serial {pieces}", **span):  # noqa: S608
                if row["seq"] in pages:
                    pages[row["seq"]].serials.append(row)
            for page in pages.values():
                # Sorted here: the two databases need not agree on the order of texts.
                page.serials.sort(key=lambda row: (row["line"], row["serial"]))
                yield page


def grouped(rows: Iterable[Row], *keys: str) -> dict[Any, list[Row]]:
    """Rows by one column's value, or by several columns' values together."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        key = row[keys[0]] if len(keys) == 1 else tuple(row[k] for k in keys)
        found.setdefault(key, []).append(row)
    return found


def named(row: Row, columns: Sequence[str]) -> str:
    """A row's key as people can look it up: `entry seq=3 no=1`."""
    return " ".join(f"{column}={row[column]}" for column in columns)
