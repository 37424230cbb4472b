"""Reads a list that somebody sent as a file, an Excel workbook or CSV, in a process of its own: rows of texts."""

import csv
import io
import sys
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bot import apart
from bot.company_workbook import BYTES_MAX, SHEETS_MAX, cell_text, look_harmless
from domain.company_file import CompanyFileFaults, FaultKind
from domain.company_file.faults import Findings
from handlers.messages import Cell

__all__ = ["BYTES_MAX", "KINDS", "FileFault", "FileRead", "rows_in"]

SECONDS_MAX: Final = 30
KINDS: Final = ("xlsx", "csv")
# More than a list may hold, so that one that is too long can be told how long it is.
ROWS_MAX: Final = 1_000
COLUMNS_MAX: Final = 30
CELL_LENGTH_MAX: Final = 300
# Excel writes UTF-8 with a mark, or what Chinese Windows calls its own.
ENCODINGS: Final = ("utf-8-sig", "gb18030")


class FileFault(StrEnum):
    """Why a file could not be read as a list."""

    NOT_WORKBOOK = "not_workbook"
    TOO_COSTLY = "too_costly"


@dataclass(frozen=True, slots=True)
class FileRead:
    """The titles of all sheets, and the rows of the first that says anything, by their numbers."""

    titles: tuple[str, ...] = ()
    rows: tuple[tuple[int, tuple[Cell, ...]], ...] = ()
    fault: FileFault | None = None


async def rows_in(data: bytes, kind: str) -> FileRead:
    """What a file of one of the KINDS says. Never raises for what is in it."""
    try:
        said = await apart.ask_meanwhile("bot.list_apart", data, kind, seconds=SECONDS_MAX)
    except apart.TooCostly:
        return FileRead(fault=FileFault.TOO_COSTLY)
    rows = tuple((number, tuple(Cell(*cell) for cell in cells)) for number, cells in said["rows"])
    return FileRead(tuple(said["titles"]), rows, FileFault(said["fault"]) if said["fault"] else None)


def look(data: bytes, kind: str) -> dict[str, Any]:
    """The child's answer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _csv(data) if kind == "csv" else _workbook(data)
    except MemoryError:
        raise
    except CompanyFileFaults as found:
        costly = any(fault.kind is FaultKind.FILE_TOO_LARGE for fault in found.faults)
        return _fault(FileFault.TOO_COSTLY if costly else FileFault.NOT_WORKBOOK)
    except Exception:  # openpyxl answers a broken file with whatever went wrong inside it
        return _fault(FileFault.NOT_WORKBOOK)


def _fault(kind: FileFault) -> dict[str, Any]:
    return {"titles": [], "rows": [], "fault": kind.value}


def _workbook(data: bytes) -> dict[str, Any]:
    import openpyxl

    look_harmless(data)
    book: Any = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        pages = book.worksheets[:SHEETS_MAX]
        titles = [str(page.title).strip()[:CELL_LENGTH_MAX] for page in pages]
        told = (found for page in pages if (found := _rows(page)))
        rows = next(told, list[Any]())
        return {"titles": titles, "rows": rows, "fault": ""}
    finally:
        book.close()


def _rows(page: Any) -> list[Any]:
    found = list[Any]()
    for number, cells in enumerate(page.iter_rows(max_row=ROWS_MAX, max_col=COLUMNS_MAX), start=1):
        if row := _trimmed([_cell(cell) for cell in cells]):
            found.append((number, row))
    return found


def _cell(cell: Any) -> tuple[str, str]:
    """What a cell shows; or, where it shows nothing that can be trusted, why: a formula, an error, a lossy number."""
    findings = Findings()
    text = cell_text(findings, "", cell)
    spoiled = findings.faults[0].kind.value if findings.faults else ""
    return (text or "").replace("\n", " ")[:CELL_LENGTH_MAX], spoiled


def _trimmed(row: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without the empty cells at its end; an empty row is none."""
    while row and row[-1] == ("", ""):
        row.pop()
    return row


def _csv(data: bytes) -> dict[str, Any]:
    text = _decoded(data)
    if text is None or "\0" in text:
        return _fault(FileFault.NOT_WORKBOOK)
    rows = list[Any]()
    for number, cells in enumerate(_lines(text), start=1):
        if number > ROWS_MAX:
            break
        said = [cell.strip().replace("\n", " ")[:CELL_LENGTH_MAX] for cell in cells[:COLUMNS_MAX]]
        if row := _trimmed([(text, "") for text in said]):
            rows.append((number, row))
    return {"titles": [], "rows": rows, "fault": ""}


def _lines(text: str) -> Iterable[list[str]]:
    return csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")


def _decoded(data: bytes) -> str | None:
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


if __name__ == "__main__":
    sys.exit(apart.answer(lambda data: look(data, sys.argv[1])))
