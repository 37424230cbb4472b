"""Pasted tables: a header row says what the columns are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from handlers.language.amounts import fold
from handlers.language.catalogue import Catalogue
from handlers.language.draft import Draft
from handlers.language.lines import add_lines
from handlers.language.scan import scan

_COLUMNS: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            "名称",
            "材料",
            "材料名称",
            "品名",
            "物资名称",
            "物料",
            "物料名称",
            "货品",
            "品种",
            "商品",
            "物资",
            "产品",
            "货物名称",
            "项目名称",
            "食材",
            "配件",
        ),
        "name",
    ),
    **dict.fromkeys(("规格", "型号", "规格型号", "型号规格", "规格/型号", "参数"), "spec"),
    **dict.fromkeys(
        ("数量", "申购数量", "入库数量", "实收数量", "领用数量", "需求数量", "实盘数量", "用量", "盘点数", "实盘数"),
        "quantity",
    ),
    **dict.fromkeys(("单位", "计量单位"), "unit"),
    **dict.fromkeys(("单价", "单价(元)", "价格", "含税单价"), "unit_price"),
    **dict.fromkeys(("金额", "金额(元)", "总价", "合计", "小计"), "amount"),
    **dict.fromkeys(("批号", "批次"), "lot"),
    **dict.fromkeys(("备注", "说明", "用途"), "remark"),
    **dict.fromkeys(("序号", "编号", "no", "#"), "serial"),
    **dict.fromkeys(("编码", "材料编码", "物料编码"), "name"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by the meaning of their columns."""

    rows: tuple[Mapping[str, str], ...]


def split_table(text: str) -> tuple[str, Table | None]:
    """The text without the rows of a table, blanked so that every place stays, and the table."""
    if "\t" not in text and "|" not in text:
        return text, None
    lines = text.split("\n")
    for index, line in enumerate(lines):
        columns = columns_of(_cells(line))
        if columns is None:
            continue
        rows: list[Mapping[str, str]] = []
        end = index + 1
        while end < len(lines) and len(_cells(lines[end])) > 1:
            row = _row(columns, _cells(lines[end]))
            if row:
                rows.append(row)
            end += 1
        blank = [" " * len(line) for line in lines[index:end]]
        return "\n".join([*lines[:index], *blank, *lines[end:]]), Table(tuple(rows))
    return text, None


def _cells(line: str) -> list[str]:
    if "\t" in line:
        return [cell.strip() for cell in line.split("\t")]
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if "|" in line else [line.strip()]


def _row(columns: Sequence[str | None], cells: Sequence[str]) -> dict[str, str]:
    row: dict[str, str] = {}
    for name, cell in zip(columns, cells, strict=False):
        if name and cell:
            row[name] = f"{row[name]} {cell}" if name in row else cell
    if set("".join(cells)) <= set("-: "):
        return {}
    return row if "name" in row or "quantity" in row else {}


def add_table(draft: Draft, table: Table, catalogue: Catalogue, today: date) -> None:
    """Every row is an item: name and size, amount and unit, price and sum."""
    for row in table.rows:
        add_lines(draft, fold(scan(row_text(row), catalogue, today)), catalogue)


def row_text(row: Mapping[str, str]) -> str:
    """A row as somebody would type it."""
    text = f"{row.get('name', '')} {row.get('spec', '')} , {row.get('quantity', '')}{row.get('unit', '')}"
    for name, cue in (("unit_price", "单价"), ("amount", "金额"), ("lot", "批号")):
        if name in row:
            text += f" , {cue}:{row[name]}"
    return text


def columns_of(cells: Sequence[str]) -> list[str | None] | None:
    """What the columns under these headings mean; None where the cells are no headings of a list."""
    columns = [_COLUMNS.get(cell) for cell in cells]
    return columns if {"name", "quantity"} <= set(columns) else None
