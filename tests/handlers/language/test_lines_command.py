"""The parse command: a line in, a line out, whatever the line is."""

import json
from datetime import datetime

from handlers.language import Catalogue
from handlers.language.lines_command import parse_lines

NOW = datetime.fromisoformat("2026-11-23T09:00:00+08:00")


def test_malformed_lines_say_so_and_the_run_goes_on(site: Catalogue) -> None:
    lines = ["{", "[]", '{"text": 5}', "", '{"text": "帮助"}', '{"text": "x", "context": 3}', '{"text":"\\ud800领料"}']
    lines += ['{"text": "1", "context": {"pending": {"status": "odd"}}}', "[" * 100_000]
    found = [json.loads(line) for line in parse_lines(lines, catalogue=site, now=NOW)]
    assert [reading["status"] for reading in found] == [
        "error", "error", "error", "error", "ok", "error", "incomplete", "error", "error",
    ]  # fmt: skip
    assert all(reading["error"] for reading in found if reading["status"] == "error")


def test_a_quoted_document_is_taken_from_the_context(site: Catalogue) -> None:
    line = json.dumps({"text": "同意", "context": {"quoted": {"document": "SG20261122-003"}}})
    [reading] = parse_lines([line], catalogue=site, now=NOW)
    assert json.loads(reading) == {
        "status": "ok",
        "intent": "approval.approve",
        "fields": {"document": "SG20261122-003"},
    }


def test_purchasing_confirms_an_order_with_price_and_supplier(site: Catalogue) -> None:
    [reading] = parse_lines(['{"text": "确认 CG20261123-001 单价28 海螺"}'], catalogue=site, now=NOW)
    assert json.loads(reading)["fields"] == {"document": "CG20261123-001", "unit_price": "28", "supplier": "S01"}
