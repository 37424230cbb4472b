"""A company file as an Excel workbook: one sheet a key, the first row its headings. Looked over before it is opened."""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, NoReturn

import openpyxl
from openpyxl.utils import get_column_letter

from bot.workbook_cells import FORMS, BadCell
from domain.company_file import CompanyFileFaults, Fault, FaultKind
from domain.company_file.faults import Findings, shown
from domain.company_file.headings import FIELDS, KEYS, RECORDS, synonyms
from domain.company_file.limits import ELEMENTS_MAX

BYTES_MAX: Final = 16 * 1024 * 1024
UNPACKED_MAX: Final = 128 * 1024 * 1024
ENTRIES_MAX: Final = 500
SHEETS_MAX: Final = 50
COLUMNS_MAX: Final = 60
EXACT_DIGITS: Final = 15  # Excel keeps no more digits of a number than these

# Sheets on which people explain the others to each other.
_NOTES: Final = frozenset({"说明", "填写说明", "readme", "notes"})
_PLACE: Final = re.compile(r"(\w+)(?:\[(\d+)\])?(?:\.(\w+))?.*", re.DOTALL)


@dataclass(slots=True)
class _Sheet:
    """Where the elements and fields of one key stand."""

    title: str
    rows: list[int] = field(default_factory=list[int])
    columns: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(slots=True)
class Sheets:
    """What the workbook says, and in which cells."""

    data: dict[str, object] = field(default_factory=dict[str, object])
    _sheets: dict[str, _Sheet] = field(default_factory=dict[str, _Sheet])

    @classmethod
    def taken_down(cls, written: Mapping[str, Any]) -> "Sheets":
        """The sheets as `dataclasses.asdict` wrote them."""
        return cls(data=written["data"], _sheets={key: _Sheet(**sheet) for key, sheet in written["_sheets"].items()})

    def keep(self, key: str, sheet: _Sheet, value: object) -> None:
        """Take over one sheet."""
        self.data[key] = value
        self._sheets[key] = sheet

    def cell(self, place: str) -> str:
        """`materials[12].base_unit` as `材料!E14`; a place that is in no cell stays as it is."""
        found = _PLACE.fullmatch(place)
        sheet = self._sheets.get(found[1]) if found else None
        if found is None or sheet is None:
            return place
        element = int(found[2] or 0)
        row = sheet.rows[element] if element < len(sheet.rows) else 1
        column = sheet.columns.get(found[3] or "")
        return f"{sheet.title}!{_address(column, row)}" if column else f"{sheet.title}!{row}:{row}"


def read_workbook(data: bytes) -> dict[str, object]:
    """The workbook as the JSON object it stands for. Raises CompanyFileFaults."""
    return open_workbook(data).data


def open_workbook(data: bytes) -> Sheets:
    """The workbook with the places of its cells. Raises CompanyFileFaults, with every fault of its cells."""
    look_harmless(data)
    try:
        # Excel's own extensions make openpyxl warn about what it leaves out; none of it concerns us.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(data)
    except (CompanyFileFaults, MemoryError):
        raise
    except Exception as error:  # openpyxl answers a broken file with whatever went wrong inside it
        raise CompanyFileFaults((Fault(place="", kind=FaultKind.NOT_WORKBOOK),)) from error


def look_harmless(data: bytes) -> None:
    """Sizes and entries, before anything is unpacked: a few kilobytes may unpack to gigabytes."""
    if len(data) > BYTES_MAX:
        _refuse(FaultKind.FILE_TOO_LARGE, f"{BYTES_MAX // 2**20} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            # Python's zipfile reads no more of an entry than its declared size, so the declared sizes can be trusted.
            if len(entries) > ENTRIES_MAX or sum(entry.file_size for entry in entries) > UNPACKED_MAX:
                _refuse(FaultKind.FILE_TOO_LARGE, f"{UNPACKED_MAX // 2**20} MB")
            if "[Content_Types].xml" not in archive.namelist() or any(_declares(archive, e) for e in entries):
                _refuse(FaultKind.NOT_WORKBOOK)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error):
        _refuse(FaultKind.NOT_WORKBOOK)


def _declares(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether an XML part declares entities, which can grow without end. Excel never writes any."""
    if not entry.filename.endswith((".xml", ".rels")):
        return False
    with archive.open(entry) as part:
        head = part.read(64 * 1024)
    return b"<!" in head.replace(b"<!--", b"").replace(b"\0", b"")


def _refuse(kind: FaultKind, limit: str = "") -> NoReturn:
    raise CompanyFileFaults((Fault(place="", kind=kind, limit=limit),)) from None


def _read(data: bytes) -> Sheets:
    book: Any = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    sheets, findings, headings = Sheets(), Findings(), synonyms(KEYS)
    try:
        if len(book.worksheets) > SHEETS_MAX:
            _refuse(FaultKind.FILE_TOO_LARGE, f"{SHEETS_MAX} 张工作表")
        for page in book.worksheets:
            title = str(page.title).strip()
            key = headings.get(title, title)
            if title.casefold() in _NOTES:
                continue
            sheet, elements = _read_sheet(findings, page, title, key)
            if key in sheets.data:
                findings.add(Fault(place=shown(title), kind=FaultKind.TWICE, value=key))
            elif sheet.columns:  # an empty sheet says nothing
                single = key in RECORDS and len(elements) < 2
                sheets.keep(key, sheet, (elements[0] if elements else {}) if single else elements)
    finally:
        book.close()
    findings.settle()
    return sheets


def _read_sheet(findings: Findings, page: Any, title: str, key: str) -> tuple[_Sheet, list[dict[str, object]]]:
    sheet, elements = _Sheet(title=shown(title)), list[dict[str, object]]()
    rows = page.iter_rows(max_row=ELEMENTS_MAX + 2, max_col=COLUMNS_MAX + 1)
    headings = _headings(findings, sheet, key, next(iter(rows), ()))
    for number, cells in enumerate(rows, start=2):
        element = dict[str, object]()
        for column, cell in enumerate(cells, start=1):
            address = f"{sheet.title}!{_address(column, number)}"
            text = cell_text(findings, address, cell)
            if text is None:
                continue
            if (name := headings.get(column)) is None:
                findings.add(Fault(place=address, kind=FaultKind.UNKNOWN_FIELD, value=shown(text)))
            else:
                element[name] = _value(findings, address, key, name, text)
        if element:
            sheet.rows.append(number)
            elements.append(element)
    return sheet, elements


def _headings(findings: Findings, sheet: _Sheet, key: str, cells: Iterable[Any]) -> dict[int, str]:
    """Column by column the field that its heading names; an unknown heading stays as written, to be refused by name."""
    known, result = synonyms(FIELDS.get(key, {})), dict[int, str]()
    for column, cell in enumerate(cells, start=1):
        address = f"{sheet.title}!{_address(column, 1)}"
        text = cell_text(findings, address, cell)
        if not text:
            continue
        name = known.get(text, text)
        if name in sheet.columns:
            findings.add(Fault(place=address, kind=FaultKind.TWICE, value=shown(text)))
        elif column > COLUMNS_MAX:
            findings.add(Fault(place=address, kind=FaultKind.TOO_MANY, value=str(column), limit=str(COLUMNS_MAX)))
        else:
            sheet.columns[name] = column
            result[column] = name
    return result


def _value(findings: Findings, address: str, key: str, name: str, text: str) -> object:
    form = FORMS.get((key, name))
    if form is None:
        return text
    try:
        return form(text)
    except BadCell as bad:
        findings.add(Fault(place=address, kind=FaultKind.BAD_CELL, value=shown(text), other=str(bad)))
        return []


def cell_text(findings: Findings, address: str, cell: Any) -> str | None:
    """What a cell shows, as text. Numbers keep the digits that were typed; formulas and errors are refused."""
    value: object = cell.value
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    kind = {"f": FaultKind.FORMULA, "e": FaultKind.CELL_ERROR}.get(str(cell.data_type))
    if kind is not None:
        findings.add(Fault(place=address, kind=kind, value=shown(value)))
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _digits(findings, address, value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return value.strftime("%H:%M") if isinstance(value, time) else str(value).strip()


def _digits(findings: Findings, address: str, value: float) -> str | None:
    """A number's own digits, as Excel shows them: 0.05 for 0.05, and 0.3 for a pasted 0.30000000000000004."""
    number = Decimal(format(value, f".{EXACT_DIGITS}g") if isinstance(value, float) else value)
    if not number.is_finite() or abs(number) >= 10**EXACT_DIGITS:
        findings.add(Fault(place=address, kind=FaultKind.INEXACT_NUMBER, value=shown(value)))
        return None
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _address(column: int, row: int) -> str:
    return f"{get_column_letter(column)}{row}"
