"""parse: read chat texts into readings, one JSON object a line, without network or database."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from bot.company_source import read_source
from bot.faults import fault_lines
from domain.company import Company
from domain.company_file import CompanyFileFaults
from handlers.language import Catalogue
from handlers.language.lines_command import parse_lines

LINE_BYTES_MAX: Final = 1024 * 1024


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
    for reading in parse_lines(_lines(sys.stdin.buffer), catalogue=Catalogue.of(company), now=moment):
        # A context may hold lone surrogates, and the terminal may have another encoding.
        sys.stdout.buffer.write(reading.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
    return 0


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Line by line. An endless one is never held: it comes as an empty line, which is no utterance."""
    while raw := stream.readline(LINE_BYTES_MAX):
        if len(raw) < LINE_BYTES_MAX or raw.endswith(b"\n"):
            yield raw.decode("utf-8", "replace")
            continue
        while (rest := stream.readline(LINE_BYTES_MAX)) and not rest.endswith(b"\n"):
            pass
        yield ""


def _say(*lines: str, status: int) -> int:
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201  # the operator's terminal
    return status
