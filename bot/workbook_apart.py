"""Opens a company's workbook in a process of its own.

A workbook of some hundred kilobytes can ask for gigabytes, in its archive, its shared strings or its entities. When
that is the end of the child, the file is refused like any other faulty file.
"""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final, NoReturn

from bot import apart
from bot.apart import MEMORY_BYTES_MAX
from bot.company_workbook import BYTES_MAX, Sheets, open_workbook
from domain.company_file import CompanyFileFaults, Fault, FaultKind

__all__ = ["MEMORY_BYTES_MAX", "open_apart"]

SECONDS_MAX: Final = 30


def open_apart(data: bytes) -> Sheets:
    """As `open_workbook`. Raises CompanyFileFaults, also when the child does not come to an end."""
    if len(data) > BYTES_MAX:
        _refuse(FaultKind.FILE_TOO_LARGE, f"{BYTES_MAX // 2**20} MB")
    try:
        answer = apart.ask("bot.workbook_apart", data, seconds=SECONDS_MAX)
    except apart.TooCostly:
        _refuse(FaultKind.TOO_COSTLY)
    if answer["faults"]:
        raise CompanyFileFaults(tuple(Fault(**_fault(one)) for one in answer["faults"]))
    return Sheets.taken_down(answer["sheets"])


def _fault(written: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader of cells can find: kinds and texts."""
    return {**written, "kind": FaultKind(written["kind"]), "choices": tuple(written["choices"])}


def _refuse(kind: FaultKind, limit: str = "") -> NoReturn:
    raise CompanyFileFaults((Fault(place="", kind=kind, limit=limit),)) from None


def _answer(data: bytes) -> dict[str, Any]:
    try:
        return {"faults": [], "sheets": asdict(open_workbook(data))}
    except CompanyFileFaults as found:
        return {"faults": [asdict(fault) for fault in found.faults], "sheets": None}


if __name__ == "__main__":
    sys.exit(apart.answer(_answer))
