"""G2 and G8 as files: workbooks and JSON that a company file must never be. Each is built when it is asked for."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any, Final

import openpyxl

TYPES: Final = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Default Extension="xml" ContentType="application/xml"/>'
    b'<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
    b'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
MAIN: Final = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS: Final = b'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
OFFICE: Final = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADINGS: Final = ["编码", "名称", "基本单位"]


def raw_workbook(sheet: bytes, *, strings: bytes = b"", title: bytes = "材料".encode()) -> bytes:
    """A workbook whose parts are written by hand, as no program would."""
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": b"<Relationships " + RELATIONS + b'><Relationship Id="r1" Type="' + OFFICE
        + b'/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": b"<workbook " + MAIN + b' xmlns:r="' + OFFICE + b'"><sheets><sheet name="' + title
        + b'" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": b"<Relationships " + RELATIONS + b'><Relationship Id="r1" Type="' + OFFICE
        + b'/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="' + OFFICE
        + b'/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": strings or b"<sst " + MAIN + b"/>",
    }  # fmt: skip
    return packed(parts)


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet(rows: bytes, *, before: bytes = b"") -> bytes:
    return (
        b'<?xml version="1.0"?>' + before + b"<worksheet " + MAIN + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    )


def text_row(number: int, *texts: str) -> bytes:
    cells = "".join(f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t>{t}</t></is></c>' for n, t in enumerate(texts))
    return f'<row r="{number}">{cells}</row>'.encode()


def written(*rows: list[Any], title: str = "材料", merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    page: Any = book.worksheets[0]
    page.title = title
    for row in (HEADINGS, *rows):
        page.append(row)
    if merged:
        page.merge_cells(merged)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


GOOD: Final = written(["A1", "砂", "吨"])
LAUGHS: Final = b"<!DOCTYPE x [" + b'<!ENTITY a0 "haha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
) + b"]>"  # fmt: skip


def shared_strings_bomb() -> bytes:
    """A few hundred kilobytes, within every bound on sizes, that would be gigabytes of cells."""
    one = b"<si><t>" + b"x" * 30_000 + b"</t></si>"
    rows = b"".join(
        b'<row r="%d">%s</row>'
        % (r, b"".join(b'<c r="%s%d" t="s"><v>0</v></c>' % (bytes([65 + c]), r) for c in range(20)))
        for r in range(2, 30_000)
    )
    head = text_row(1, *(f"栏{n}" for n in range(20)))
    return raw_workbook(sheet(head + rows), strings=b"<sst " + MAIN + b">" + one + b"</sst>")


def a_million_strings() -> bytes:
    strings = b"<si><t>y</t></si>" * 7_000_000
    return raw_workbook(sheet(text_row(1, *HEADINGS)), strings=b"<sst " + MAIN + b">" + strings + b"</sst>")


WORKBOOKS: Final[dict[str, Callable[[], bytes]]] = {
    "gigabytes of zeros": lambda: packed({"[Content_Types].xml": TYPES, "xl/x.bin": bytes(200 * 2**20)}),
    "a swarm of entries": lambda: packed({"[Content_Types].xml": TYPES, **{f"{n}.xml": b"" for n in range(5_000)}}),
    "entities": lambda: raw_workbook(sheet(text_row(1, "&a9;"), before=LAUGHS)),
    "entities behind a long remark": lambda: raw_workbook(
        sheet(text_row(1, "&a9;"), before=b"<!--" + b" " * 70_000 + b"-->" + LAUGHS)
    ),
    "an entity that is a file": lambda: raw_workbook(
        sheet(text_row(1, "&f;"), before=b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>')
    ),
    "shared strings that multiply": shared_strings_bomb,
    "millions of shared strings": a_million_strings,
    "a formula": lambda: written(["=1+1", "砂", "吨"]),
    "a link as a formula": lambda: written(['=HYPERLINK("http://evil.example","x")', "砂", "吨"]),
    "another workbook as a formula": lambda: written(["='[other.xlsx]Sheet1'!A1", "砂", "吨"]),
    "merged cells": lambda: written(["A1", "砂", "吨"], ["A2", "石", "吨"], merged="A2:A3"),
    "an error": lambda: written(["#REF!", "砂", "吨"]),
    "another field": lambda: written(["A1", "砂", "吨", "x"]),
    "truncated": lambda: GOOD[: len(GOOD) // 2],
    "truncated by a byte": lambda: GOOD[:-1],
    "an old workbook": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_000),
    "an encrypted archive": lambda: GOOD.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01").replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
    ),
    "a picture of that name": lambda: b"\x89PNG\r\n\x1a\n" + bytes(200),
    "a picture and an archive": lambda: b"\x89PNG\r\n\x1a\n" + GOOD,
    "a document of Word's": lambda: packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"}),
    "sheets without end": lambda: raw_workbook(
        sheet(b""),
        title=b'x" sheetId="1" r:id="r1"/>' + b'<sheet name="y" sheetId="2" r:id="r1"/>' * 400 + b'<sheet name="z',
    ),
}

JSON_FILES: Final[dict[str, Callable[[], bytes]]] = {
    "nothing": lambda: b"",
    "null": lambda: b"null",
    "deep": lambda: b"[" * 300_000,
    "deep and closed": lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a wide number": lambda: b'{"units": ' + b"9" * 100_000 + b"}",
    "an exponent": lambda: b'{"company": {"name": 1e400}}',
    "no number": lambda: b'{"company": {"name": NaN}}',
    "keys twice": lambda: b'{"units": [], "units": [{"name": "x"}]}',
    "surrogates": lambda: b'{"company": {"name": "\\ud800"}}',
    "nul": lambda: b'{"company": {"name": "a\\u0000b"}}',
    "another encoding": lambda: '{"company": {"name": "江城"}}'.encode("utf-16"),
    "no text": lambda: bytes(range(256)) * 50,
    "lists for everything": lambda: json.dumps({"units": [[[]]], "materials": [[[]]], "people": [[[]]]}).encode(),
    "too many": lambda: json.dumps({"units": [{"name": f"u{n}"} for n in range(100_001)]}).encode(),
    "an unknown key": lambda: b'{"{{7*191}}": []}',
    "not a number": '{"materials": [{"code": "A", "name": "砂", "base_unit": "吨", "safety_stock": "1e400"}]}'.encode,
    "a quantity of other digits": (
        '{"units": [{"name": "吨"}], "materials": [{"code": "A", "name": "砂", "base_unit": "吨",'
        ' "units": [{"unit": "包", "per_base": "٣"}]}]}'
    ).encode,
}

# What a backup must never be.
FILES_OF_BYTES: Final[dict[str, bytes]] = {
    "nothing": b"",
    "bytes": bytes(range(256)) * 100,
    "a workbook": GOOD,
    "an archive cut off": GOOD[:100],
    "a bomb": gzip.compress(bytes(50_000_000)),
    "two archives": GOOD + GOOD,
    "JSON": b'{"seq": 1e400}',
}
