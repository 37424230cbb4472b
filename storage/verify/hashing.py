"""The canonical form and the chain once more, written anew from docs/adr/0003 and from rows alone.

It shares no line with the code that writes the journal: where the two disagree, one of them is wrong.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from storage.verify.book import Page

NOTHING_BEFORE: Final = b"\x00" * 32
# One letter a column, in the order of the form: i a whole number, t a text.
HEADER: Final = (
    ("number", "t"),
    ("kind", "t"),
    ("act", "t"),
    ("by", "t"),
    ("at", "i"),
    ("dated", "t"),
    ("project", "t"),
    ("supplier", "t"),
    ("warehouse", "t"),
    ("stage", "t"),
    ("team", "t"),
    ("recipient", "t"),
    ("need_by", "t"),
    ("remark", "t"),
    ("reason", "t"),
    ("reverses", "t"),
    ("source", "t"),
    ("node", "i"),
    ("capacity", "t"),
)
LINE: Final = (
    ("no", "i"),
    ("material", "t"),
    ("lot", "t"),
    ("expiry", "t"),
    ("entered", "i"),
    ("entered_unit", "t"),
    ("quantity", "i"),
    ("price", "i"),
    ("amount", "i"),
    ("order_number", "t"),
    ("order_line", "i"),
)
MOVE: Final = (
    ("no", "i"),
    ("line", "i"),
    ("material", "t"),
    ("lot", "t"),
    ("quantity", "i"),
    ("amount", "i"),
    ("source_kind", "t"),
    ("source_code", "t"),
    ("target_kind", "t"),
    ("target_code", "t"),
    ("stage", "t"),
    ("team", "t"),
    ("recipient", "t"),
)

SERIAL: Final = (("line", "i"), ("serial", "t"))


def _item(tag: str, value: object) -> bytes:
    if value is None:
        return b"n0:"
    body = str(value).encode("utf-8")
    return f"{tag}{len(body)}:".encode("ascii") + body


def _many(items: Iterable[bytes]) -> bytes:
    parts = list(items)
    return f"s{len(parts)}:".encode("ascii") + b"".join(parts)


def _record(row: dict[str, Any], form: Iterable[tuple[str, str]]) -> bytes:
    return _many(_item(tag, row[column]) for column, tag in form)


def digest(previous: bytes, page: Page) -> bytes:
    """The hash an entry must have behind `previous`."""
    body = _many(
        (
            _record(page.head, HEADER),
            _many(_record(row, LINE) for row in page.lines),
            _many(_record(row, MOVE) for row in page.moves),
            _many(_record(row, SERIAL) for row in page.serials),
        )
    )
    return hashlib.sha256(b"\x01" + _item("i", page.head["seq"]) + previous + body).digest()
