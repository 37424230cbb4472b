"""A list of material as rows of a file: its lines, its faults by row, and what is to be done with it."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from domain.company import Company
from domain.errors import DomainError
from domain.operation import Question
from handlers.language import Catalogue, Context, Line, Reading, Status, read
from handlers.language.ordinals import chosen
from handlers.language.pasted import columns_of, row_text
from handlers.language.verbs import LINE_INTENTS
from handlers.list_columns import Columns, fields_of, filled, values_of
from handlers.messages import Cell
from handlers.pointing import Pointed
from handlers.questions import Memo, label

LINES_MAX: Final = 200
# Characters of one row, and of all together: strange words cost the more the longer they are.
ROW_LENGTH_MAX: Final = 200
TEXT_LENGTH_MAX: Final = 20_000
# Above the headings stand a title, the project, the day.
HEADINGS_WITHIN: Final = 15
FAULTS_SHOWN_MAX: Final = 20
CHOICES_SHOWN_MAX: Final = 4
_ASKS: Final = "sheet"
# What can be done with a list, in the order of the choices, by the word that says it.
ACTS: Final[Mapping[str, str]] = {
    "requisition.create": "申购",
    "receipt.create": "收货",
    "issue.create": "领料",
}
# Words in the title of a sheet or in the name of a file.
_TITLED: Final = (
    ("申购", "申购"), ("请购", "申购"), ("要料", "申购"), ("采购申请", "申购"), ("需求", "申购"),
    ("入库", "收货"), ("收货", "收货"), ("到货", "收货"), ("送货", "收货"),
    ("领料", "领料"), ("领用", "领料"), ("出库", "领料"), ("发料", "领料"),
)  # fmt: skip
_SUMS: Final = frozenset({"合计", "总计", "小计", "共计", "总和"})
_NUMBER: Final = re.compile(r"\d[\d.,，]*")
_NEEDED: Final = frozenset({"name", "spec", "quantity", "unit", "unit_price", "lot"})

Row = tuple[int, tuple[Cell, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """What is wrong in a row. `kind`: material, which, quantity, no_number, unit, price, unread, formula, cell_error,
    inexact_number; `said` what stands there, `choices` what it may mean.
    """

    row: int
    kind: str
    said: str = ""
    choices: tuple[str, ...] = ()


@dataclass(eq=False)
class ListFaults(DomainError):
    """Rows that cannot be read; nothing of the list is done. `left_out` more are not named."""

    faults: tuple[RowFault, ...]
    left_out: int


@dataclass(eq=False)
class ListTooLong(DomainError):
    """More lines than one message may bring."""

    lines: int
    limit: int


@dataclass(eq=False)
class ListTooWordy(DomainError):
    """More words than a list of materials has."""


@dataclass(eq=False)
class ListEmpty(DomainError):
    """No row with a material in it."""


@dataclass(eq=False)
class WhatToDo(Question):
    """A good list that does not say what it is for. `acts` are the words to choose from."""

    lines: int
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a list says: its lines, what its columns say of the whole, and the headings of which nothing is made."""

    lines: tuple[Line, ...] = ()
    columns: Columns = field(default_factory=dict[str, tuple[str, ...]])
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAhead:
    """A list read before its turn comes, over the company as it was then; `refusal` where it cannot be used."""

    company: Company
    content: Content = Content()
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The headings as they stand; what each means for a line, and which one is a field of the whole list."""

    headings: Sequence[str]
    columns: Sequence[str | None]
    fields: Sequence[str | None]


def read_ahead(rows: Sequence[Row], *, catalogue: Catalogue, company: Company, today: date) -> ReadAhead:
    """Read a list aside: two hundred rows take far longer than one message may hold up the others."""
    try:
        content = content_of(rows, catalogue=catalogue, company=company, today=today)
    except DomainError as refusal:
        return ReadAhead(company=company, refusal=refusal)
    return ReadAhead(company=company, content=content)


def content_of(rows: Sequence[Row], *, catalogue: Catalogue, company: Company, today: date) -> Content:
    """What a list says. Raises ListEmpty, ListTooLong, ListTooWordy, ListFaults."""
    head, body = _headed(rows)
    columns = head.columns if head is not None else None
    body = [row for row in body if not _is_idle(row[1], columns)]
    if not body:
        raise ListEmpty
    if len(body) > LINES_MAX:
        raise ListTooLong(lines=len(body), limit=LINES_MAX)
    if sum(len(_typed(cells, columns)[0]) for _, cells in body) > TEXT_LENGTH_MAX:
        raise ListTooWordy
    readings, faults = list[Reading](), list[RowFault]()
    for number, cells in body:
        found = _row(number, cells, columns, catalogue, company, today)
        if isinstance(found, Reading):
            readings.append(found)
        else:
            faults += found
    if faults:
        raise ListFaults(tuple(faults[:FAULTS_SHOWN_MAX]), max(0, len(faults) - FAULTS_SHOWN_MAX))
    lines = tuple(reading.lines[0] for reading in readings)
    if head is None:
        return Content(lines=lines, columns=_said(readings))
    return Content(lines=lines, columns=_wholes(head, body), unused=_unused(head, body))


def _headed(rows: Sequence[Row]) -> tuple[_Head | None, Sequence[Row]]:
    """What the columns mean and the rows below the headings; None and all the rows where there are no headings."""
    for index, (_, cells) in enumerate(rows[:HEADINGS_WITHIN]):
        headings = [cell.text.replace(" ", "") for cell in cells]
        columns = columns_of([heading.lower() for heading in headings])
        if columns is not None:
            fields = fields_of(headings, columns)
            lines = [None if whole else column for column, whole in zip(columns, fields, strict=True)]
            return _Head(headings=headings, columns=lines, fields=fields), rows[index + 1 :]
    return None, rows


def pasted_columns(text: str) -> tuple[Columns, tuple[str, ...]]:
    """What the columns of a table pasted as text say of the whole of it, and the headings of which nothing is made."""
    lines = text.splitlines()
    parting = next((sign for sign in ("\t", "|", None) if any(columns_of(_parted(x, sign)) for x in lines)), "")
    if parting == "":
        return {}, ()
    rows = [(at, tuple(Cell(cell) for cell in _parted(x, parting))) for at, x in enumerate(lines)]
    at = next(at for at, (_, cells) in enumerate(rows) if columns_of([cell.text for cell in cells]))
    head, body = _headed(rows[at:])
    if head is None:
        return {}, ()
    body = [row for row in body if len(row[1]) > 1 and not _is_idle(row[1], head.columns) and not _is_rule(row[1])]
    return _wholes(head, body), _unused(head, body)


def _parted(line: str, sign: str | None) -> list[str]:
    """The cells of a line, parted by a sign, or by blanks where it is None."""
    if sign is None:
        return line.split()
    return [cell.strip() for cell in line.strip("| ").split(sign)] if sign in line else []


def _is_rule(cells: Sequence[Cell]) -> bool:
    return set("".join(cell.text for cell in cells)) <= set("-: ")


def _column(at: int, body: Sequence[Row]) -> list[str]:
    return [cells[at].text if at < len(cells) else "" for _, cells in body]


def _wholes(head: _Head, body: Sequence[Row]) -> Columns:
    """What the columns say of the whole list, by field."""
    found = dict[str, tuple[str, ...]]()
    for at, whole in enumerate(head.fields):
        if whole and (values := values_of(_column(at, body))):
            found[whole] = tuple(dict.fromkeys((*found.get(whole, ()), *values)))
    return found


def _said(readings: Sequence[Reading]) -> Columns:
    """What rows without headings say of the whole list, by field."""
    rows = [{name: value for name, value in one.fields.items() if isinstance(value, str)} for one in readings]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: values_of([row.get(name, "") for row in rows]) for name in names}


def _unused(head: _Head, body: Sequence[Row]) -> tuple[str, ...]:
    """Headings that mean nothing to us, of columns that hold something."""
    return tuple(
        heading
        for at, heading in enumerate(head.headings)
        if heading and not head.fields[at] and head.columns[at] in {None, "remark"} and any(_column(at, body))
    )


def _is_idle(cells: Sequence[Cell], columns: Sequence[str | None] | None) -> bool:
    """A row that holds no line: a sum, a signature, or only a serial number."""
    if any(cell.text.replace(" ", "").rstrip(":：") in _SUMS for cell in cells):
        return True
    if columns is None:
        return False
    return not any(
        cell.text or cell.spoiled for name, cell in zip(columns, cells, strict=False) if name in {"name", "quantity"}
    )


def _row(
    number: int,
    cells: Sequence[Cell],
    columns: Sequence[str | None] | None,
    catalogue: Catalogue,
    company: Company,
    today: date,
) -> Reading | list[RowFault]:
    """One row, as if somebody had typed it."""
    spoiled = [
        RowFault(row=number, kind=cell.spoiled)
        for index, cell in enumerate(cells)
        if cell.spoiled and (columns is None or (index < len(columns) and columns[index] in _NEEDED))
    ]
    if spoiled:
        return spoiled[:1]
    text, name = _typed(cells, columns)
    if len(text) > ROW_LENGTH_MAX or _counts_twice(cells, columns):
        return [RowFault(row=number, kind="unread", said=text)]
    reading = read(f"申购 {text}", context=Context(), catalogue=catalogue, today=today)
    if reading.intent != "requisition.create" or len(reading.lines) != 1:
        return [RowFault(row=number, kind="unread", said=text)]
    faults = [*_open(number, reading, company), *_missing(number, reading, name, _counted(cells, columns), company)]
    return faults or reading


def _counts_twice(cells: Sequence[Cell], columns: Sequence[str | None] | None) -> bool:
    """Whether a cell for the quantity holds two, such as 7包8块: neither may be left out in silence."""
    return len(_NUMBER.findall(_counted(cells, columns))) > 1


def _counted(cells: Sequence[Cell], columns: Sequence[str | None] | None) -> str:
    """What stands in the cell for the quantity."""
    return " ".join(cell.text for name, cell in zip(columns or (), cells, strict=False) if name == "quantity")


def _typed(cells: Sequence[Cell], columns: Sequence[str | None] | None) -> tuple[str, str]:
    """A row as typed words, and what it calls the material."""
    if columns is None:
        words = [cell.text for cell in cells if cell.text]
        return " ".join(words), words[0] if words else ""
    row = dict[str, str]()
    for column, cell in zip(columns, cells, strict=False):
        if column and cell.text:
            row[column] = f"{row[column]} {cell.text}" if column in row else cell.text
    return row_text(row), f"{row.get('name', '')} {row.get('spec', '')}".strip()


def _open(number: int, reading: Reading, company: Company) -> list[RowFault]:
    return [
        RowFault(
            row=number,
            kind="which",
            choices=tuple(label(path, code, company) for code in codes[:CHOICES_SHOWN_MAX]),
        )
        for path, codes in reading.candidates.items()
        if path.endswith(".material")
    ]


def _missing(number: int, reading: Reading, name: str, counted: str, company: Company) -> list[RowFault]:
    kinds = {"unit_price": "price", "amount": "price", "quantity": "no_number" if counted else "quantity"}
    parts = [path.rpartition(".")[2] for path in reading.missing if path.startswith("lines[")]
    return [
        RowFault(
            row=number,
            kind=kinds.get(part, part),
            said=counted if counted and part == "quantity" else name,
            choices=_units(reading.lines[0], company) if part == "unit" else (),
        )
        for part in parts
    ]


def _units(line: Line, company: Company) -> tuple[str, ...]:
    kept = company.materials.get(line.material or "")
    return () if kept is None else (kept.base_unit, *(unit for unit, _ in kept.units))


def act_titled(titles: Sequence[str]) -> str:
    """The word for what a list is for, by the name of its file or sheet; "" where none says it, or they differ."""
    found = {act for title in titles for word, act in _TITLED if word in title}
    return found.pop() if len(found) == 1 else ""


def digest_of(rows: Sequence[Row]) -> str:
    """The same list sent twice is noticed, under whatever name."""
    plain = json.dumps([[cell.text for cell in cells] for _, cells in rows], ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def memo_for(content: Content, *, said: str) -> Memo:
    """The list as an open question, with what its columns say of the whole."""
    reading = Reading(status=Status.INCOMPLETE, lines=content.lines)
    return Memo(reading=reading, asks=(_ASKS,), choices=content.columns, said=said)


def is_asked(memo: Memo) -> bool:
    """Whether the open question is what to do with a list."""
    return memo.asks == (_ASKS,)


def question_of(memo: Memo) -> WhatToDo:
    return WhatToDo(lines=len(memo.reading.lines), acts=tuple(ACTS.values()), asks=(_ASKS,))


def pointed(memo: Memo) -> Pointed:
    """The materials of the list: they are spoken of, so that a verb alone is a command."""
    codes = dict.fromkeys(line.material for line in memo.reading.lines if line.material)
    return Pointed(things=tuple((code, "") for code in codes))


def words_of(text: str) -> str:
    """The words that a choice by number stands for; any other words stay."""
    at = chosen(text, len(ACTS), bare=True)
    return text if at is None else tuple(ACTS.values())[at]


def told(words: Reading, memo: Memo, company: Company) -> Reading | None:
    """The list with the intent and the fields of the words and of its columns; None where they ask for something else.

    Raises ListDiffers, ListSaysUnknown.
    """
    things = {code for code, _ in pointed(memo).things}
    named = {line.material for line in words.lines if line.material}
    strange = any(line.said or line.quantity for line in words.lines)
    if words.intent not in LINE_INTENTS or strange or not named <= things:
        return None
    missing = tuple(path for path in words.missing if not path.startswith("lines"))
    candidates = {path: codes for path, codes in words.candidates.items() if not path.startswith("lines")}
    status = Status.AMBIGUOUS if candidates else Status.INCOMPLETE if missing else Status.OK
    whole = replace(words, status=status, lines=memo.reading.lines, missing=missing, candidates=candidates, narrow=())
    return filled(whole, memo.choices, company)
