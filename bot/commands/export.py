"""export REPORT FILE: stock or moves as an Excel workbook, beside a running robot if there is one."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commands.book import NOT_BUILT, NotBuilt, reading
from bot.settings import Settings
from domain.company import Company
from domain.places import PlaceKind
from domain.values import decimal_text
from storage import master, reports
from storage.reports import MoveAt, MoveRow, MovesAsked, StockAsked

Cell = str | Decimal

# A sheet of Excel holds 1,048,576 rows, the heading included.
ROWS_MAX: Final = 1_000_000
PAGE: Final = 5_000
PLACES: Final = {
    PlaceKind.SUPPLIER: "供应商",
    PlaceKind.CUSTOMER: "客户",
    PlaceKind.CONSUMPTION: "领用",
    PlaceKind.SCRAP: "报损",
    PlaceKind.COUNT_DIFFERENCE: "盘点差异",
    PlaceKind.PRICE_DIFFERENCE: "价差",
    PlaceKind.OPENING: "期初",
}
STOCK_HEADING: Final = ("项目", "仓库", "材料编号", "材料", "批号", "数量", "单位", "金额")
MOVES_HEADING: Final = (
    *("账页", "单号", "日期", "材料编号", "材料", "批号", "数量", "单位", "金额"),
    *("从", "到", "阶段", "班组", "领用人"),
)


def export(settings: Settings, report: str, path: Path) -> int:
    """Write the workbook; 1 when there is none afterwards."""
    try:
        rows = asyncio.run(_export(settings, report, path))
    except reports.TooManyRows as found:
        return _say(f"超过 {found.limit} 行，一张工作表放不下")
    except NotBuilt:
        return _say(NOT_BUILT)
    except DBAPIError as found:
        return _say(f"数据库打不开：{found.orig}")
    except OSError as found:
        return _say(f"写不了 {path}：{found.strerror}")
    print(f"已导出 {rows} 行到 {path}")  # noqa: T201  # the operator's terminal
    return 0


def _say(line: str) -> int:
    print(line, file=sys.stderr)  # noqa: T201  # the operator's terminal
    return 1


async def _export(settings: Settings, report: str, path: Path) -> int:
    async with reading(settings.database_url) as connection:
        company = await master.load_company(connection)
        if report == "stock":
            return _write(path, STOCK_HEADING, await _stock(connection, company))
        rows = [row async for row in _moves(connection, company)]
        return _write(path, MOVES_HEADING, rows)


async def _stock(connection: AsyncConnection, company: Company) -> list[tuple[Cell, ...]]:
    owners = {w.code: w.project or "" for w in company.warehouses.values()}
    found = await reports.stock(connection, StockAsked(), owners=owners, limit=ROWS_MAX)
    return [
        (
            _project(company, row.owner),
            _warehouse(company, row.warehouse),
            row.material,
            _label(company, row.material),
            row.lot,
            Decimal(decimal_text(row.millionths, 6)),
            _unit(company, row.material),
            Decimal(str(row.value)),
        )
        for row in found
    ]


async def _moves(connection: AsyncConnection, company: Company) -> AsyncGenerator[tuple[Cell, ...]]:
    after: MoveAt | None = None
    written = 0
    while page := await reports.moves(connection, MovesAsked(after=after), limit=PAGE):
        written += len(page)
        if written > ROWS_MAX:
            raise reports.TooManyRows(ROWS_MAX)
        for row in page:
            yield _move(company, row)
        after = page[-1].at


def _move(company: Company, row: MoveRow) -> tuple[Cell, ...]:
    return (
        str(row.at.seq),
        row.document,
        row.dated.isoformat(),
        row.material,
        _label(company, row.material),
        row.lot,
        Decimal(decimal_text(row.millionths, 6)),
        _unit(company, row.material),
        Decimal(str(row.amount)),
        _place(company, row.source),
        _place(company, row.target),
        row.stage,
        row.team,
        company.people[row.recipient].name if row.recipient in company.people else row.recipient,
    )


def _place(company: Company, place: tuple[str, str]) -> str:
    kind, code = PlaceKind(place[0]), place[1]
    if kind is PlaceKind.WAREHOUSE:
        return _warehouse(company, code)
    shelf: dict[PlaceKind, Any] = {PlaceKind.SUPPLIER: company.suppliers, PlaceKind.CONSUMPTION: company.projects}
    named = shelf.get(kind, {}).get(code)
    return f"{PLACES[kind]} {named.name if named else code}".strip()


def _project(company: Company, code: str) -> str:
    return company.projects[code].name if code in company.projects else (code or "公司")


def _warehouse(company: Company, code: str) -> str:
    return company.warehouses[code].name if code in company.warehouses else code


def _label(company: Company, code: str) -> str:
    return company.materials[code].label if code in company.materials else code


def _unit(company: Company, code: str) -> str:
    return company.materials[code].base_unit if code in company.materials else ""


def _write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Words stay words: Excel computes nothing from what people typed. Numbers are written as exact decimals."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("料掌柜")
    written = -1
    for row in (heading, *rows):
        sheet.append([value if isinstance(value, Decimal) else _text(sheet, value) for value in row])
        written += 1
    half = path.with_name(path.name + ".part")
    book.save(half)
    os.replace(half, path)
    return written


def _text(sheet: Any, value: str) -> Any:
    cell: Any = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"  # "=1+1" stays these four characters
    return cell
