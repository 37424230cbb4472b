"""Pasted tables: a header row says what the columns are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from handlers.language.amounts import fold
from handlers.language.catalogue import Catalogue
from handlers.language.draft import Draft
from handlers.language.lines import add_lines
from handlers.language.segment import segment
from handlers.language.tables import Sheet

COLUMNS: Final = ("name", "spec", "quantity", "unit", "unit_price", "amount", "lot", "remark", "serial")


def read_headings(sheet: Sheet) -> Mapping[str, str]:
    """Which column a heading stands for. Raises TableFault."""
    found: dict[str, str] = {}
    for column in COLUMNS:
        for heading in sheet.needed(column):
            if heading in found:
                sheet.fault(column, f"{heading} is a heading of {found[heading]} already")
            found[heading] = column
    sheet.close()
    return MappingProxyType(found)


_COLUMNS: Final = read_headings(Sheet.of("headings.toml"))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by the meaning of their columns."""

    rows: tuple[Mapping[str, str], ...]


def split_table(text: str) -> tuple[str, Table | None]:
    """The text without the rows of a table, blanked so that every place stays, and the table."""
    if "\t" not in text and "|" not in text:
        return text, None
    lines = text.split("\n")
    for index, line in enumerate(lines):
        columns = columns_of(_cells(line))
        if columns is None:
            continue
        rows: list[Mapping[str, str]] = []
        end = index + 1
        while end < len(lines) and len(_cells(lines[end])) > 1:
            row = _row(columns, _cells(lines[end]))
            if row:
                rows.append(row)
            end += 1
        blank = [" " * len(line) for line in lines[index:end]]
        return "\n".join([*lines[:index], *blank, *lines[end:]]), Table(tuple(rows))
    return text, None


def _cells(line: str) -> list[str]:
    if "\t" in line:
        return [cell.strip() for cell in line.split("\t")]
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if "|" in line else [line.strip()]


def _row(columns: Sequence[str | None], cells: Sequence[str]) -> dict[str, str]:
    row: dict[str, str] = {}
    for name, cell in zip(columns, cells, strict=False):
        if name and cell:
            row[name] = f"{row[name]} {cell}" if name in row else cell
    if set("".join(cells)) <= set("-: "):
        return {}
    return row if "name" in row or "quantity" in row else {}


def add_table(draft: Draft, table: Table, catalogue: Catalogue, today: date) -> None:
    """Every row is an item: name and size, amount and unit, price and sum."""
    for row in table.rows:
        add_lines(draft, fold(segment(row_text(row), catalogue, today)), catalogue)


def row_text(row: Mapping[str, str]) -> str:
    """A row as somebody would type it."""
    text = f"{row.get('name', '')} {row.get('spec', '')} , {row.get('quantity', '')}{row.get('unit', '')}"
    for name, cue in (("unit_price", "单价"), ("amount", "金额"), ("lot", "批号")):
        if name in row:
            text += f" , {cue}:{row[name]}"
    return text


def columns_of(cells: Sequence[str]) -> list[str | None] | None:
    """What the columns under these headings mean; None where the cells are no headings of a list."""
    columns = [_COLUMNS.get(cell) for cell in cells]
    return columns if {"name", "quantity"} <= set(columns) else None
