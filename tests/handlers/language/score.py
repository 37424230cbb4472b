"""Compares a reading with the right one: status, intent, fields, lines, gaps and choices."""

import re
from typing import Any

NOT_COMPARED = {"remark", "date", "said"}


def is_right(want: dict[str, Any], got: dict[str, Any]) -> bool:
    """Whether the reading is the wanted one. Free text and the day of a booking are not compared."""
    if want["status"] != got["status"] or want.get("intent") != got.get("intent"):
        return False
    if want["status"] == "unknown":
        return True
    if want.get("intent") == "exception.report":
        return ("remark" in want.get("fields", {})) == ("remark" in got.get("fields", {}))
    return (
        _fields(want) == _fields(got)
        and _lines(want) == _lines(got)
        and _paths(want) == _paths(got)
        and _choices(want) == _choices(got)
    )


def is_dangerous(want: dict[str, Any], got: dict[str, Any]) -> bool:
    """Acted upon, and wrong."""
    return got["status"] == "ok" and not is_right(want, got)


def _fields(reading: dict[str, Any]) -> dict[str, Any]:
    queries = (reading.get("intent") or "").endswith(".query")
    dropped = NOT_COMPARED if queries else NOT_COMPARED | {"period"}
    if "from_project" in reading.get("fields", {}):
        dropped = dropped | {"project"}
    found = {key: value for key, value in reading.get("fields", {}).items() if key not in dropped}
    if "reason" in found:  # 写错了 is 写错
        found["reason"] = re.sub("^(因为|由于|原因是?)|[了的啊吧]+$", "", re.sub(r"\W", "", found["reason"]))
    return found


def _lines(reading: dict[str, Any]) -> list[dict[str, Any]]:
    lines = [{k: v for k, v in line.items() if k not in NOT_COMPARED} for line in reading.get("lines", [])]
    # Of an amount that is asked for, the unit is a courtesy.
    lines = [line if "quantity" in line else {k: v for k, v in line.items() if k != "unit"} for line in lines]
    return [line for line in lines if line]


def _paths(reading: dict[str, Any]) -> set[str]:
    paths = set(reading.get("missing", []))
    return (paths - {"lines"}) | {"lines[0].material", "lines[0].quantity"} if "lines" in paths else paths


def _choices(reading: dict[str, Any]) -> dict[str, set[str]]:
    return {path: set(codes) for path, codes in reading.get("candidates", {}).items()}
