"""parse: read chat texts into readings, one JSON object a line, without network or database."""

import sys
from datetime import datetime
from pathlib import Path

from bot.company_source import read_source
from bot.faults import fault_lines
from domain.company import Company
from domain.company_file import CompanyFileFaults
from handlers.language import Catalogue
from handlers.language.lines_command import parse_lines


def parse(catalog: Path, now: str) -> int:
    """Readings of standard input on standard output; 1 when the catalogue is faulty, 2 for a wrong time."""
    try:
        moment = datetime.fromisoformat(now)
        if moment.tzinfo is None:
            raise ValueError("no zone")
    except ValueError:
        return _say("--now 要写成 2026-11-23T09:00:00+08:00 这样", status=2)
    try:
        company = read_source(catalog.read_bytes()).read(into=Company()).company
    except OSError as found:
        return _say(f"读不了 {catalog}：{found.strerror}", status=1)
    except CompanyFileFaults as found:
        return _say(*fault_lines(found.faults), status=1)
    lines = (raw.decode("utf-8", "replace") for raw in sys.stdin.buffer)
    for reading in parse_lines(lines, catalogue=Catalogue.of(company), now=moment):
        sys.stdout.write(reading + "\n")
    return 0


def _say(*lines: str, status: int) -> int:
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201  # the operator's terminal
    return status
