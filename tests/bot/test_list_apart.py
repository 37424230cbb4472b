"""Lists as files: what their cells say, and hostile ones, which cost bounded memory and time."""

import io
from typing import Any

import openpyxl
import pytest

from bot import list_apart
from bot.list_apart import FileFault, rows_in
from handlers.messages import Cell
from tests.hostile.files import WORKBOOKS, packed
from tests.stories.labels import workbook

# Those in which nothing is wrong but what stands in a cell.
READABLE = {
    "a formula", "a link as a formula", "another workbook as a formula", "merged cells", "an error", "another field",
}  # fmt: skip


async def test_numbers_keep_their_digits_and_formulas_are_marked() -> None:
    read = await rows_in(workbook(["水泥", 0.1, 200, True], [], ["=1+1", " 两行\n字 ", None]), "xlsx")
    assert read.fault is None
    assert read.rows == (
        (1, (Cell("水泥"), Cell("0.1"), Cell("200"), Cell("true"))),
        (3, (Cell("", "formula"), Cell("两行 字"))),
    )


async def test_the_first_sheet_that_says_anything_is_read_and_all_titles_are_known() -> None:
    book = openpyxl.Workbook()
    second: Any = book.create_sheet("申购单")
    second.append(["红砖", 5])
    out = io.BytesIO()
    book.save(out)
    read = await rows_in(out.getvalue(), "xlsx")
    assert read.titles == ("Sheet", "申购单")
    assert [cells[0].text for _, cells in read.rows] == ["红砖"]


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe\xff", bytes(range(256)), "材料,数量\0".encode(), b'"', b'"' * 200_000],
)
async def test_broken_csv_is_refused_or_read_as_nothing(data: bytes) -> None:
    read = await rows_in(data, "csv")
    assert read.fault is FileFault.NOT_WORKBOOK or not any(cell.text.isalnum() for _, row in read.rows for cell in row)


async def test_wide_and_long_csv_is_bounded() -> None:
    data = ("砂" * 500 + ",1" * 500 + "\n") * 3_000
    read = await rows_in(data.encode(), "csv")
    assert len(read.rows) == list_apart.ROWS_MAX
    assert {len(cells) for _, cells in read.rows} == {list_apart.COLUMNS_MAX}
    assert max(len(cell.text) for _, cells in read.rows for cell in cells) == list_apart.CELL_LENGTH_MAX


async def test_macros_are_never_looked_at() -> None:
    """A workbook with a macro in it is still only its cells; a document of macros alone is none."""
    assert (await rows_in(packed({"xl/vbaProject.bin": b"x"}), "xlsx")).fault is FileFault.NOT_WORKBOOK


@pytest.mark.slow
@pytest.mark.parametrize("name", WORKBOOKS)
async def test_a_hostile_workbook_is_refused_or_only_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_apart, "SECONDS_MAX", 15)
    read = await rows_in(WORKBOOKS[name](), "xlsx")
    if name in READABLE:
        assert read.fault is None
        assert len(read.rows) > 1
    else:
        assert read.fault is not None or len(read.rows) <= list_apart.ROWS_MAX
    assert not any("haha" in cell.text or "root:" in cell.text for _, row in read.rows for cell in row)
