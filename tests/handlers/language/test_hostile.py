"""A hundred messages that must never book: hostile.txt, one a line."""

import json
import re
from datetime import date

import pytest

from handlers.language import Catalogue, Context, Status, read
from handlers.language.verbs import DOCUMENT_INTENTS, LINE_INTENTS
from tests.handlers.language.conftest import HERE

TODAY = date(2026, 11, 23)
BOOKS = LINE_INTENTS | DOCUMENT_INTENTS | {"labor.record", "rental.record", "progress.report", "exception.report"}
LINES = [
    line
    for line in (HERE / "hostile.txt").read_text(encoding="utf-8").splitlines()
    if line and not re.match(r"# G\d|# What", line)
]


def typed(line: str) -> str:
    """The message behind a line of the table."""
    text, _, times = line.rpartition("×")
    repeated = (text, int(times)) if text and times.isdecimal() else (line, 1)
    escaped = re.sub(r"\\u[0-9a-f]{4}|\\[nr]", lambda found: json.loads(f'"{found[0]}"'), repeated[0])
    return escaped * repeated[1]


def test_there_are_a_hundred() -> None:
    assert len(LINES) >= 100


@pytest.mark.parametrize("line", LINES)
def test_it_is_unknown_or_asked_about_and_never_booked(line: str, site: Catalogue) -> None:
    reading = read(typed(line), context=Context(project="P01", sender="u01"), catalogue=site, today=TODAY)
    assert reading.status is not Status.OK or reading.intent not in BOOKS, reading


def test_the_same_words_with_an_honest_number_are_a_command(site: Catalogue) -> None:
    reading = read("领扎丝20千克", context=Context(project="P01"), catalogue=site, today=TODAY)
    assert (reading.status, reading.intent) == (Status.OK, "issue.create")
