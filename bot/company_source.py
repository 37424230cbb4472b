"""A company file as it lies on disk or arrives by chat: JSON or Excel, told apart by its first bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn

from bot.company_workbook import Sheets
from bot.workbook_apart import open_apart
from domain.company import Company
from domain.company_file import CompanyFile, CompanyFileFaults, Fault, FaultKind, InUse, read_company_file

JSON_BYTES_MAX: Final = 64 * 1024 * 1024
ZIP_MAGIC: Final = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class CompanySource:
    """The data of a file, and for a workbook the cells in which they stood."""

    data: object
    sheets: Sheets = field(default_factory=Sheets)

    def read(self, *, into: Company, in_use: InUse | None = None) -> CompanyFile:
        """Read over the book; the faults of a workbook name its cells."""
        try:
            return read_company_file(self.data, into=into, in_use=in_use or InUse())
        except CompanyFileFaults as found:
            placed = tuple(replace(f, place=self.sheets.cell(f.place), other=self._other(f)) for f in found.faults)
            raise CompanyFileFaults(placed) from None

    def _other(self, fault: Fault) -> str:
        return self.sheets.cell(fault.other) if fault.kind is FaultKind.DUPLICATE else fault.other


def read_source(data: bytes) -> CompanySource:
    """Read a company file of either kind. Raises CompanyFileFaults when it is neither."""
    if data.startswith(ZIP_MAGIC):
        sheets = open_apart(data)
        return CompanySource(data=sheets.data, sheets=sheets)
    return CompanySource(data=read_json(data))


def read_json(data: bytes) -> object:
    """Read JSON as strictly as the book is kept: a key may not stand twice, and nothing may be nested without end."""
    if len(data) > JSON_BYTES_MAX:
        _refuse(Fault(place="", kind=FaultKind.FILE_TOO_LARGE, limit=f"{JSON_BYTES_MAX // 2**20} MB"))
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        _refuse(Fault(place="", kind=FaultKind.NOT_JSON, value=str(error.lineno), other=str(error.colno)))
    # Not UTF-8, an integer of thousands of digits, or brackets without end.
    except (ValueError, RecursionError):
        _refuse(Fault(place="", kind=FaultKind.NOT_JSON))


def _object(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    result = dict[str, object]()
    for key, value in pairs:
        if key in result:
            _refuse(Fault(place=key[:40], kind=FaultKind.TWICE, value=key[:40]))
        result[key] = value
    return result


def _refuse(fault: Fault) -> NoReturn:
    raise CompanyFileFaults((fault,)) from None
