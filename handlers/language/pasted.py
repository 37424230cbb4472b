"""Pasted tables: a header row says what the columns are."""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from handlers.language.amounts import fold
from handlers.language.catalogue import Catalogue
from handlers.language.draft import Draft
from handlers.language.lines import add_lines
from handlers.language.pieces import Piece, Shape
from handlers.language.segment import segment
from handlers.language.size_amounts import as_size
from handlers.language.sizes import Size
from handlers.language.tables import Sheet
from handlers.language.vocabulary import UNITS

COLUMNS: Final = (
    "name", "spec", "quantity", "unit", "unit_price", "amount", "lot", "expiry", "serials", "remark", "number",
)  # fmt: skip
# Columns that are said behind the amount, with a word that announces each.
_TOLD: Final = (
    ("unit_price", "单价"),
    ("amount", "金额"),
    ("lot", "批号"),
    ("expiry", "有效期"),
    ("serials", "序列号"),
)
_BRACKETS: Final = re.compile(r"\([^()]*\)|\s+")
# What stands in a cell that holds nothing.
_NOTHING: Final = "-/，无 "
_NUMBER: Final = re.compile(r"\d[\d,]*(?:\.\d+)?", re.ASCII)
_UNITS: Final = frozenset(
    (*UNITS.counters, *UNITS.aliases, *(name for names in UNITS.aliases.values() for name in names))
)


@dataclass(frozen=True, slots=True)
class Headings:
    """Which column a heading stands for; rows that only sum up; what a table with a title of its own asks for."""

    columns: Mapping[str, str]
    sums: frozenset[str]
    counted: tuple[str, ...]
    titles: Mapping[str, str]


def read_headings(sheet: Sheet) -> Headings:
    """Raises TableFault."""
    titles = {title: intent for intent, names in sheet.section("titles").lists().items() for title in names}
    sums, counted = frozenset(sheet.needed("sums")), sheet.needed("counted")
    found: dict[str, str] = {}
    for column in COLUMNS:
        for heading in sheet.needed(column):
            if heading in found:
                sheet.fault(column, f"{heading} is a heading of {found[heading]} already")
            found[heading] = column
    sheet.close()
    return Headings(MappingProxyType(found), sums, counted, MappingProxyType(titles))


_HEADINGS: Final = read_headings(Sheet.of("headings.toml"))
_TITLES: Final = sorted(_HEADINGS.titles, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by the meaning of their columns; the intent that the title `asks` for, where there is one (盘点表)."""

    rows: tuple[Mapping[str, str], ...]
    asks: str | None = None


def split_table(text: str) -> tuple[str, Table | None]:
    """The text without a table and its title, blanked so that every place stays, and the table."""
    body, rows = _split_rows(text)
    if not rows:
        return text, None
    body, asks = _split_title(body)
    return body, Table(tuple(rows), asks)


def _split_rows(text: str) -> tuple[str, Sequence[Mapping[str, str]]]:
    lines = text.split("\n")
    for index, line in enumerate(lines):
        cut = next((cut for cut in (_cells, str.split) if columns_of(cut(line))), None)
        if cut is None:
            continue
        columns, rows, end = columns_of(cut(line)) or [], list[Mapping[str, str]](), index + 1
        while end < len(lines) and len(_cells(lines[end]) if cut is _cells else lines[end].split()) > 1:
            row = _row(columns, cut(lines[end]))
            if row:
                rows.append(row)
            end += 1
        return _blanked(lines, range(index, end)), rows
    return _bare_rows(lines) if "\t" in text else (text, ())


def _bare_rows(lines: list[str]) -> tuple[str, Sequence[Mapping[str, str]]]:
    """Rows without a heading whose amount and unit stand in two cells, in any order."""
    found: dict[int, Mapping[str, str]] = {}
    for index, line in enumerate(lines):
        cells = _cells(line) if "\t" in line else []
        units = [place for place, cell in enumerate(cells) if cell in _UNITS]
        if len(units) != 1 or units[0] == 0:
            continue
        beside = [place for place in (units[0] + 1, units[0] - 1) if 0 < place < len(cells)]
        amounts = [place for place in beside if _NUMBER.fullmatch(cells[place])]
        if len(amounts) == 1:
            taken = (units[0], amounts[0])
            name = " ".join(cell for place, cell in enumerate(cells) if place not in taken)
            found[index] = {"name": name, "quantity": cells[amounts[0]], "unit": cells[units[0]]}
    return _blanked(lines, found), tuple(found.values())


def _blanked(lines: list[str], taken: Container[int]) -> str:
    return "\n".join(" " * len(line) if index in taken else line for index, line in enumerate(lines))


def _split_title(text: str) -> tuple[str, str | None]:
    """The text above a table without its title (盘点表), and what that title asks for."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        said = line.rstrip(" :")
        title = next((title for title in _TITLES if said.endswith(title)), None)
        if title is not None:
            start = len(said) - len(title)
            lines[index] = line[:start] + " " * len(title) + line[len(said) :]
            return "\n".join(lines), _HEADINGS.titles[title]
    return text, None


def _cells(line: str) -> list[str]:
    if "\t" in line:
        return [cell.strip() for cell in line.split("\t")]
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if "|" in line else [line.strip()]


def _row(columns: Sequence[str | None], cells: Sequence[str]) -> dict[str, str]:
    row: dict[str, str] = {}
    for name, cell in zip(columns, cells, strict=False):
        if name and cell.strip(_NOTHING):
            row[name] = f"{row[name]} {cell}" if name in row else cell
    if set("".join(cells)) <= set("-: ") or next(filter(None, cells), "") in _HEADINGS.sums:
        return {}
    return row if "name" in row or "quantity" in row else {}


def add_table(draft: Draft, table: Table, catalogue: Catalogue, today: date) -> None:
    """Every row is an item: name and size, amount and unit, price and sum."""
    for row in table.rows:
        pieces = fold(segment(row_text(row), catalogue, today))
        add_lines(draft, _with_spec(pieces) if "quantity" in row else pieces, catalogue)


def _with_spec(pieces: Sequence[Piece]) -> list[Piece]:
    """3.2m in the columns of name and specification is a size, since the amount has a column of its own."""
    end = next((at for at, piece in enumerate(pieces) if piece.shape is Shape.BREAK), 0)
    sizes = {at: size for at in range(end) if (size := _size_of(pieces[at])) is not None}
    return [replace(p, shape=Shape.SIZE, size=sizes[at]) if at in sizes else p for at, p in enumerate(pieces)]


def _size_of(piece: Piece) -> Size | None:
    return as_size(piece) if piece.shape is Shape.QUANTITY else None


def row_text(row: Mapping[str, str]) -> str:
    """A row as somebody would type it."""
    spec = row.get("spec", "")
    spec += "的" * bool(_NUMBER.fullmatch(spec))  # so that it is no amount
    text = f"{row.get('name', '')} {spec} , {row.get('quantity', '')}{row.get('unit', '')}"
    for name, cue in _TOLD:
        if name in row:
            text += f" , {cue}:{row[name]}"
    return text


def columns_of(cells: Sequence[str]) -> list[str | None] | None:
    """What the columns under these headings mean; None where the cells are no headings of a list."""
    headings = [_BRACKETS.sub("", cell) for cell in cells]
    columns = [_HEADINGS.columns.get(heading) for heading in headings]
    if not {"name", "quantity"} <= set(columns):
        return None
    counted = [h.startswith(_HEADINGS.counted) for h in headings]
    if columns.count("quantity") > 1 and any(counted):
        return [None if c == "quantity" and not sure else c for c, sure in zip(columns, counted, strict=True)]
    return columns
