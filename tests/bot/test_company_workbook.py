"""A company file as Excel: the same company as the JSON, faults named by cell, and nothing harmful opened."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import company_workbook
from bot.company_source import CompanySource, read_source
from bot.company_workbook import open_workbook, read_workbook
from bot.faults import fault_lines
from domain.company import Company
from domain.company_file import CompanyFileFaults, FaultKind, read_company_file

DATA = Path(__file__).parents[1] / "data"


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """An Excel file of these sheets, row by row."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def written(key: str, name: str, value: Any) -> object:
    """One JSON value as a storekeeper would write it into a cell."""
    if name == "roles":
        return ";".join(r if isinstance(r, str) else f"{r['role']}@{r['project']}" for r in value)
    if (key, name) == ("materials", "units"):
        return ";".join(f"{u['unit']}={u['per_base']}" for u in value)
    if name == "plan":
        fields = ("stage", "material", "quantity", "unit", "unit_price")
        return "\n".join("|".join(line.get(f, "") for f in fields) for line in value)
    if name == "nodes":
        fields = ("mode", "min_amount", "hours", "on_timeout")
        who = [n.get("role") or f"@{n['person']}" for n in value]
        return "；".join("|".join([w, *(str(n.get(f, "")) for f in fields)]) for w, n in zip(who, value, strict=True))
    if isinstance(value, list):
        return "、".join(value)
    return date.fromisoformat(value) if name in ("start", "end", "date", "expiry") else value


def as_sheets(data: dict[str, Any]) -> dict[str, list[list[object]]]:
    sheets: dict[str, list[list[object]]] = {}
    for key, value in data.items():
        elements = [value] if isinstance(value, dict) else [{"name": e} if isinstance(e, str) else e for e in value]
        names = list(dict.fromkeys(name for e in elements for name in e))
        rows = [[written(key, n, e[n]) if n in e else None for n in names] for e in elements]
        sheets[key] = [list(names), *rows]
    return sheets


def refused(data: bytes) -> list[str]:
    with pytest.raises(CompanyFileFaults) as found:
        read_source(data).read(into=Company())
    return fault_lines(found.value.faults)


@pytest.mark.parametrize("name", ["catalog.json", "full_company.json"])
def test_the_same_company_as_json_and_as_excel_is_the_same_company(name: str) -> None:
    data = json.loads((DATA / name).read_text("utf-8"))
    from_excel = read_company_file(read_workbook(workbook(as_sheets(data))), into=Company())
    assert from_excel == read_company_file(data, into=Company())


def test_numbers_keep_the_digits_that_were_typed() -> None:
    rows: list[list[object]] = [["名称"], [0.05], [28], [28.0], [0.1 + 0.2], [0.00001], [True], [time(18, 30)]]
    units = read_workbook(workbook({"单位": rows}))["units"]
    assert units == [{"name": n} for n in ("0.05", "28", "28", "0.3", "0.00001", "true", "18:30")]


def test_faults_name_the_cell() -> None:
    materials: list[list[object]] = [
        ["编码", "名称", "基本单位", "换算", "颜色"],
        ["A1", "木方", "根", "吨:5", None],
        [None, None, None, None, None],
        ["A1", "钢管", "埂", None, "灰"],
    ]
    assert refused(workbook({"材料": materials})) == ["材料!D2: “吨:5”写法不对，应写成 吨=0.05;千克=50"]
    materials[1][3] = None
    lines = refused(workbook({"材料": materials, "单位": [["名称"], ["根"]], "填写说明": [["随便写"]]}))
    assert lines == [
        "材料!E4: 没有“颜色”这个字段",
        "材料!C4: 单位“埂”不存在，是否为“根”？",
        "材料!A4: “A1”重复，与 材料!2:2 相同",
    ]


def test_formulas_errors_and_numbers_too_long_for_excel_are_refused() -> None:
    rows: list[list[object]] = [["编码", "名称"], ["=1+1", "#N/A"], [12345678901234567, "x"]]
    assert [line.split(": ")[0] for line in refused(workbook({"材料": rows}))] == ["材料!A2", "材料!B2", "材料!A3"]


def test_an_empty_sheet_says_nothing_and_a_sheet_given_twice_is_refused() -> None:
    assert read_workbook(workbook({"Sheet1": [], "公司": [["名称"], ["江城建工"]]})) == {
        "company": {"name": "江城建工"}
    }
    assert refused(workbook({"公司": [["名称"]], "company": [["name"]]})) == ["company: “company”写了两次"]


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def bomb() -> bytes:
    return archive(**{"[Content_Types].xml": b"<a/>", "xl/sheet.bin": bytes(company_workbook.UNPACKED_MAX + 1)})


def swarm() -> bytes:
    return archive(**{"[Content_Types].xml": b"", **{f"{i}.bin": b"" for i in range(company_workbook.ENTRIES_MAX)}})


def entities() -> bytes:
    return archive(**{"[Content_Types].xml": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'})


@pytest.mark.parametrize(
    ("build", "kind"),
    [
        (bomb, FaultKind.FILE_TOO_LARGE),
        (swarm, FaultKind.FILE_TOO_LARGE),
        (entities, FaultKind.NOT_WORKBOOK),
        (lambda: archive(a=b"b"), FaultKind.NOT_WORKBOOK),
        (lambda: b"PK\x03\x04", FaultKind.NOT_WORKBOOK),
        (lambda: b"PK\x03\x04" + bytes(company_workbook.BYTES_MAX), FaultKind.FILE_TOO_LARGE),
        (lambda: b"\xd0\xcf\x11\xe0 an old .xls", FaultKind.NOT_JSON),
        (lambda: b"", FaultKind.NOT_JSON),
        (lambda: b"[" * 200_000, FaultKind.NOT_JSON),
        (lambda: b'{"a": ' + b"9" * 10_000 + b"}", FaultKind.NOT_JSON),
        (lambda: b'{"units": [], "units": []}', FaultKind.TWICE),
    ],
)
def test_a_harmful_or_broken_file_is_refused_in_words(build: Callable[[], bytes], kind: FaultKind) -> None:
    with pytest.raises(CompanyFileFaults) as found:
        read_source(build())
    assert [fault.kind for fault in found.value.faults] == [kind]
    assert fault_lines(found.value.faults)


GOOD = workbook({"单位": [["名称", "别名"], ["吨", "t、T"]], "材料": [["编码", "名称", "单位"], ["A1", "砂", "吨"]]})


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(4, len(GOOD) - 1), st.integers(0, 255)), max_size=8), st.integers(0, len(GOOD)))
def test_a_damaged_workbook_is_never_more_than_refused(changes: list[tuple[int, int]], cut: int) -> None:
    damaged = bytearray(GOOD)
    for at, value in changes:
        damaged[at] = value
    refusals = list[list[str]]()
    for data in (bytes(damaged), GOOD[:4] + bytes(damaged)[4:cut]):
        try:
            sheets = open_workbook(data)  # in this process: a child for each example would take minutes
            CompanySource(data=sheets.data, sheets=sheets).read(into=Company())
        except CompanyFileFaults as found:
            refusals.append(fault_lines(found.faults))
    assert all(refusals)
