"""The columns of a list that say who, where and when: each holds for the whole list, or the list is refused.

One document has one team, one stage, one supplier. A column that would say more than one of them is never left out
in silence: the list is refused with what stands there, and a column that nothing is made of is named to the person.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from domain.company import Company, Person, Project, Supplier, Warehouse
from domain.errors import DomainError
from handlers.language import Line, Reading, Status
from handlers.questions import label

# Values of one column that are told where they differ.
VALUES_MAX: Final = 5
# What stands in a cell that holds nothing.
NOTHING: Final = "-/—，无 "

_HEADINGS: Final = {
    "team": "班组 班组名称 领料班组 领用班组 使用班组 施工班组 作业班组 领料单位 领用单位",
    "recipient": "领料人 领用人 领取人 领料人员 领用人员",
    "stage": "阶段 施工阶段 工程阶段 项目阶段 所属阶段",
    "project": "项目 工程 工程名称 所属项目 使用项目 领用项目 项目部 工地",
    "warehouse": "仓库 库房 仓库名称 发料仓库 出库仓库 入库仓库 收货仓库 存放仓库",
    "supplier": "供应商 供应商名称 供货商 供货单位 供应单位",
    "need_by": "需用日期 需要日期 需用时间 需求日期 要求到货日期 使用日期 进场日期",
    "date": "日期 领料日期 领用日期 出库日期 发料日期 入库日期 收货日期 到货日期 送货日期",
    "remark": "备注 说明 用途 使用部位",
}
FIELDS: Final[Mapping[str, str]] = {
    heading: field for field, headings in _HEADINGS.items() for heading in headings.split()
}
# 项目名称 heads the materials of a bill of quantities; beside another column of names it is the project.
_PROJECT_OR_NAME: Final = "项目名称"
_CODED: Final = "编码"

# What a document of the kind holds: of the whole of it, and of a line beside its material and quantity.
_USED: Final[Mapping[str, frozenset[str]]] = {
    "requisition.create": frozenset({"project", "stage", "need_by", "remark"}),
    "purchase_order.create": frozenset({"project", "supplier", "remark"}),
    "receipt.create": frozenset({"project", "supplier", "warehouse", "date", "remark"}),
    "issue.create": frozenset({"project", "stage", "team", "recipient", "warehouse", "date", "remark"}),
}
_LINE_USED: Final[Mapping[str, frozenset[str]]] = {
    "requisition.create": frozenset({"unit_price", "amount"}),
    "purchase_order.create": frozenset({"unit_price"}),
    "receipt.create": frozenset({"unit_price", "amount", "lot", "expiry"}),
    "issue.create": frozenset({"lot"}),
}
_LINE_PARTS: Final = ("unit_price", "amount", "lot", "expiry", "serials")
_BRACKETS: Final = re.compile(r"[(（][^()（）]*[)）]")
_DAYS: Final = frozenset({"need_by", "date"})
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?", re.ASCII)

# The values of every such column, in the order of the rows; "" where some rows hold none.
Columns = Mapping[str, tuple[str, ...]]


@dataclass(eq=False)
class ListDiffers(DomainError):
    """A column says more than one thing of what a document has one of; `values` may hold "" for rows without any."""

    field: str
    values: tuple[str, ...]


@dataclass(eq=False)
class ListSaysUnknown(DomainError):
    """A column holds what the book does not know, or what is no day."""

    field: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsUnused:
    """Told below the answer: columns of a list of which nothing was made, by field or by heading."""

    columns: tuple[str, ...]


def fields_of(headings: Sequence[str], columns: Sequence[str | None]) -> list[str | None]:
    """Which columns hold a field of the whole document, by their headings; `columns` is what the lines make of them."""
    headings = [_BRACKETS.sub("", heading) for heading in headings]
    named = sum(c == "name" and not h.endswith(_CODED) for h, c in zip(headings, columns, strict=True))
    return [
        "project" if heading == _PROJECT_OR_NAME and named > 1 else FIELDS.get(heading) if column != "name" else None
        for heading, column in zip(headings, columns, strict=True)
    ]


def values_of(cells: Iterable[str]) -> tuple[str, ...]:
    """The different values of a column; of a merged cell, which stands in the first row alone, its one value."""
    said = [cell.strip(NOTHING) for cell in cells]
    found = tuple(dict.fromkeys(said))
    if len(found) == 2 and found[1] == "" and said.count(found[0]) == 1:
        return found[:1]
    return found[:VALUES_MAX] if any(found) else ()


def filled(reading: Reading, columns: Columns, company: Company) -> Reading:
    """The reading with what the columns say for the whole list. Raises ListDiffers, ListSaysUnknown."""
    used = _USED.get(reading.intent or "", frozenset())
    said = {f: _one(f, values, company) for f, values in columns.items() if f in used and not _is_chatter(f, values)}
    for field, value in said.items():
        typed = reading.fields.get(field)
        if field != "project" and isinstance(typed, str) and typed != value:
            raise ListDiffers(field, tuple(label(f"fields.{field}", code, company) for code in (typed, value)))
    if not said:
        return reading
    paths = {f"fields.{field}" for field in said}
    missing = tuple(path for path in reading.missing if path not in paths)
    candidates = {path: codes for path, codes in reading.candidates.items() if path not in paths}
    status = Status.AMBIGUOUS if candidates else Status.INCOMPLETE if missing else Status.OK
    return replace(reading, status=status, fields={**reading.fields, **said}, missing=missing, candidates=candidates)


def unused(intent: str | None, columns: Columns, lines: Sequence[Line]) -> tuple[str, ...]:
    """Fields and parts of lines that the list holds and this kind of document does not."""
    used, line_used = _USED.get(intent or "", frozenset()), _LINE_USED.get(intent or "", frozenset())
    fields = (f for f, values in columns.items() if f not in used or _is_chatter(f, values))
    parts = (p for p in _LINE_PARTS if p not in line_used and any(getattr(line, p) for line in lines))
    return (*fields, *parts)


def _is_chatter(field: str, values: Sequence[str]) -> bool:
    """Remarks of single lines: a document holds one remark or none."""
    return field == "remark" and len(values) > 1


def _one(field: str, values: Sequence[str], company: Company) -> str:
    if len(values) > 1:
        raise ListDiffers(field, tuple(values))
    value = _day(values[0]) if field in _DAYS else _known(field, values[0], company)
    if value is None:
        raise ListSaysUnknown(field, values[0])
    return value


def _day(said: str) -> str | None:
    if (found := _DAY.fullmatch(said)) is None:
        return None
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return None


def _known(field: str, said: str, company: Company) -> str | None:
    """The code of what is named in full, else of the only one whose name holds the words; None for neither.

    Stages are a matter of the project, remarks of nobody: both stay as they are said.
    """
    named = _named(field, company)
    if named is None:
        return said
    full = [code for code, names in named.items() if said in names]
    near = [code for code, names in named.items() if len(said) > 1 and any(said in name for name in names)]
    found = full or near
    return found[0] if len(found) == 1 else None


def _named(field: str, company: Company) -> Mapping[str, tuple[str, ...]] | None:
    """Everything that a cell of the column may mean, by code, with what it is called; None where that is free."""
    if field == "team":
        return {name: (name,) for name in company.teams}
    shelves: Mapping[str, Mapping[str, Project | Person | Warehouse | Supplier]] = {
        "recipient": company.people,
        "project": company.projects,
        "warehouse": company.warehouses,
        "supplier": company.suppliers,
    }
    shelf = shelves.get(field)
    return None if shelf is None else {code: (code, one.name, *one.aliases) for code, one in shelf.items()}
