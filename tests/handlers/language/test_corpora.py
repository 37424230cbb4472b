"""Utterances labelled by people who had not seen the parser, over catalogues of many trades.

What they scored when they were first read is in docs/language.md: only that says how the reading does on what nobody
tuned it for. Here they are examples like all others: what is read right stays right, and nothing wrong is acted upon.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from domain.company import Company
from domain.company_file import read_company_file
from handlers.language import Catalogue
from handlers.language.lines_command import parse_lines
from tests.handlers.language.score import is_dangerous, is_right

HERE = Path(__file__).parent
NOW = datetime.fromisoformat("2026-11-23T09:00:00+08:00")


@pytest.mark.parametrize(
    ("trade", "wrong_max"),
    [
        ("bridge", 0),  # of 288
        ("building", 0),  # of 260
        ("deco", 1),  # of 240
        ("doubt", 5),  # of 232
        ("doubt2", 5),  # of 258
        ("electric", 0),  # of 260
        ("estate", 3),  # of 353
        ("factory", 0),  # of 253
        ("fire", 1),  # of 290
        ("furniture", 2),  # of 291
        ("garden", 1),  # of 278
        ("hvac", 0),  # of 160
        ("kitchen", 2),  # of 253
        ("mep", 4),  # of 268
        ("road", 1),  # of 271
        ("site", 1),  # of 233
        ("site2", 1),  # of 255
        ("site3", 0),  # of 273
        ("site4", 0),  # of 370
        ("site5", 0),  # of 360
        ("solar", 0),  # of 274
        ("steel", 0),  # of 227
        ("traps", 1),  # of 140
        ("workshop", 0),  # of 260
    ],
)
def test_what_others_wrote_is_read(trade: str, wrong_max: int) -> None:
    own = HERE / "corpora" / trade / "catalog.json"
    file = own if own.exists() else HERE / "site_catalog.json"
    company = read_company_file(json.loads(file.read_text(encoding="utf-8")), into=Company()).company
    catalogue = Catalogue.of(company)
    lines = (HERE / "corpora" / trade / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
    examples: list[dict[str, Any]] = [json.loads(line) for line in lines]
    readings = [json.loads(line) for line in parse_lines(lines, catalogue=catalogue, now=NOW)]
    pairs = list(zip(examples, readings, strict=True))
    assert [e["text"] for e, reading in pairs if is_dangerous(e["expect"], reading)] == []
    wrong = [e["text"] for e, reading in pairs if not is_right(e["expect"], reading)]
    assert len(wrong) <= wrong_max, wrong
