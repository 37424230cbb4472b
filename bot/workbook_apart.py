"""Opens a workbook in a process of its own: whatever the file makes of openpyxl, the robot's memory and time stay ours.

A workbook of some hundred kilobytes can ask for gigabytes, in its archive, its shared strings or its entities. The
child may have so much memory and so many seconds; when it dies, the file is refused like any other faulty file.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, NoReturn

from bot.company_workbook import BYTES_MAX, Sheets, open_workbook
from domain.company_file import CompanyFileFaults, Fault, FaultKind

MEMORY_BYTES_MAX: Final = 1024 * 1024 * 1024
SECONDS_MAX: Final = 30
# As much as a company file may have that comes as JSON.
ANSWER_BYTES_MAX: Final = 64 * 1024 * 1024

_HOME: Final = Path(__file__).parents[1]


def open_apart(data: bytes) -> Sheets:
    """As `open_workbook`. Raises CompanyFileFaults, also when the child does not come to an end."""
    if len(data) > BYTES_MAX:
        _refuse(FaultKind.FILE_TOO_LARGE, f"{BYTES_MAX // 2**20} MB")
    # Nothing of our environment: the child needs no secret.
    surroundings = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_HOME)}
    try:
        child = subprocess.run(
            [sys.executable, "-m", "bot.workbook_apart"],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=surroundings,
            timeout=SECONDS_MAX,
            check=True,
        )
    except subprocess.SubprocessError:  # out of time, or out of memory
        _refuse(FaultKind.TOO_COSTLY)
    answer = json.loads(child.stdout)
    if answer["faults"]:
        raise CompanyFileFaults(tuple(Fault(**_fault(one)) for one in answer["faults"]))
    return Sheets.taken_down(answer["sheets"])


def _fault(written: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader of cells can find: kinds and texts."""
    return {**written, "kind": FaultKind(written["kind"]), "choices": tuple(written["choices"])}


def _refuse(kind: FaultKind, limit: str = "") -> NoReturn:
    raise CompanyFileFaults((Fault(place="", kind=kind, limit=limit),)) from None


def _bound_memory() -> None:
    """On systems that can: what is asked for beyond it is a MemoryError."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(data: bytes) -> dict[str, Any]:
    try:
        return {"faults": [], "sheets": asdict(open_workbook(data))}
    except CompanyFileFaults as found:
        return {"faults": [asdict(fault) for fault in found.faults], "sheets": None}


def main() -> int:
    """The child: a workbook on standard input, what it says on standard output; 1 when it is too much."""
    _bound_memory()
    try:
        answer = json.dumps(_answer(sys.stdin.buffer.read())).encode()
    except MemoryError:
        return 1
    if len(answer) > ANSWER_BYTES_MAX:
        return 1
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
