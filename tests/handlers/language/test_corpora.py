"""Utterances labelled by people who had not seen the parser, over catalogues of many trades.

What they scored when they were first read is in docs/language.md: only that says how the reading does on what nobody
tuned it for. Here they are examples like all others: what is read right stays right, and nothing wrong is acted upon.
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from domain.company import Company
from domain.company_file import read_company_file
from handlers.language import Catalogue
from handlers.language.lines_command import parse_lines
from tests.handlers.language.score import is_dangerous, is_right

HERE = Path(__file__).parent
# How many of a set may still be wrong.
SETS = [
    ("brewery/utterances", 4),  # of 252
    ("bridge/utterances", 0),  # of 288
    ("building/utterances", 0),  # of 260
    ("carshop/answers", 9),  # of 92
    ("coating/answers", 4),  # of 150
    ("coating/utterances", 6),  # of 226
    ("curtain/utterances", 0),  # of 208
    ("deco/utterances", 1),  # of 240
    ("doubt/utterances", 5),  # of 232
    ("doubt2/utterances", 2),  # of 258
    ("electric/utterances", 0),  # of 260
    ("elevator/corrections", 13),  # of 200
    ("elevator/utterances", 3),  # of 211
    ("estate/utterances", 2),  # of 353
    ("factory/utterances", 0),  # of 253
    ("fire/utterances", 1),  # of 290
    ("furniture/utterances", 1),  # of 291
    ("garden/utterances", 1),  # of 278
    ("hospital/answers", 9),  # of 180
    ("hospital/utterances", 3),  # of 221
    ("hvac/utterances", 0),  # of 160
    ("hvac2/utterances", 1),  # of 211
    ("kitchen/utterances", 2),  # of 253
    ("lowvolt/answers", 19),  # of 200
    ("lowvolt/utterances", 2),  # of 214
    ("machining/corrections", 1),  # of 183
    ("machining/utterances", 3),  # of 214
    ("mep/utterances", 4),  # of 268
    ("precast/utterances", 3),  # of 237
    ("printing/utterances", 2),  # of 235
    ("rail/traps", 18),  # of 160
    ("rail/utterances", 6),  # of 242
    ("road/utterances", 1),  # of 271
    ("shipyard/utterances", 10),  # of 235
    ("signs/corrections", 6),  # of 180
    ("signs/utterances", 0),  # of 237
    ("site/answers", 5),  # of 220
    ("site/corrections", 1),  # of 220
    ("site/utterances", 1),  # of 233
    ("site10/utterances", 1),  # of 220
    ("site11/answers", 0),  # of 94
    ("site11/utterances", 1),  # of 220
    ("site12/utterances", 2),  # of 272
    ("site14/utterances", 5),  # of 250
    ("site15/utterances", 7),  # of 246
    ("site2/utterances", 1),  # of 255
    ("site3/utterances", 0),  # of 273
    ("site4/utterances", 0),  # of 370
    ("site5/utterances", 0),  # of 360
    ("site6/utterances", 2),  # of 220
    ("site7/utterances", 3),  # of 219
    ("site8/utterances", 3),  # of 220
    ("site9/utterances", 1),  # of 220
    ("solar/utterances", 0),  # of 274
    ("steel/utterances", 0),  # of 227
    ("traps/utterances", 1),  # of 140
    ("water/answers", 8),  # of 180
    ("water/utterances", 5),  # of 235
    ("workshop/utterances", 0),  # of 260
]
NOW = datetime.fromisoformat("2026-11-23T09:00:00+08:00")


@cache
def catalogue_of(trade: str) -> Catalogue:
    own = HERE / "corpora" / trade / "catalog.json"
    file = own if own.exists() else HERE / "site_catalog.json"
    return Catalogue.of(read_company_file(json.loads(file.read_text(encoding="utf-8")), into=Company()).company)


def test_every_set_is_read() -> None:
    named = {written for written, _ in SETS}
    assert named == {f"{file.parent.name}/{file.stem}" for file in (HERE / "corpora").glob("*/*.jsonl")}


@pytest.mark.parametrize(
    ("written", "wrong_max"),
    SETS,
)
def test_what_others_wrote_is_read(written: str, wrong_max: int) -> None:
    file = HERE / "corpora" / f"{written}.jsonl"
    catalogue = catalogue_of(file.parent.name)
    lines = file.read_text(encoding="utf-8").splitlines()
    examples: list[dict[str, Any]] = [json.loads(line) for line in lines]
    readings = [json.loads(line) for line in parse_lines(lines, catalogue=catalogue, now=NOW)]
    pairs = list(zip(examples, readings, strict=True))
    assert [e["text"] for e, reading in pairs if is_dangerous(e["expect"], reading)] == []
    wrong = [e["text"] for e, reading in pairs if not is_right(e["expect"], reading)]
    assert len(wrong) <= wrong_max, wrong
