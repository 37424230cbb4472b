"""The labelled utterances of two trades: how many are read right, and that none is wrong and acted upon."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from handlers.language import Catalogue
from handlers.language.lines_command import parse_lines
from tests.handlers.language.score import is_dangerous, is_right

HERE = Path(__file__).parent
NOW = datetime.fromisoformat("2026-11-23T09:00:00+08:00")


@pytest.mark.parametrize(("trade", "floor"), [("site", 148), ("own", 142)])
def test_examples_are_read_right_and_none_is_wrong_but_ok(
    trade: str, floor: int, site: Catalogue, electricians: Catalogue
) -> None:
    lines = (HERE / f"{trade}_examples.jsonl").read_text(encoding="utf-8").splitlines()
    catalogue = site if trade == "site" else electricians
    examples: list[dict[str, Any]] = [json.loads(line) for line in lines]
    readings = [json.loads(line) for line in parse_lines(lines, catalogue=catalogue, now=NOW)]
    pairs = list(zip(examples, readings, strict=True))
    dangerous = [e["text"] for e, reading in pairs if is_dangerous(e["expect"], reading)]
    wrong = [(e["text"], reading) for e, reading in pairs if not is_right(e["expect"], reading)]
    assert dangerous == []
    assert len(pairs) - len(wrong) >= floor, wrong
