"""Lists sent as files in private: read row by row, done as one document, or refused with every fault by its row."""

from typing import Any

import pytest

from bot.list_apart import BYTES_MAX
from tests.stories.chat import GROUP, PRIVATE, Chat
from tests.stories.labels import workbook

HEADINGS = ["序号", "材料名称", "规格", "数量", "单位"]
GOOD = ([1, "普通硅酸盐水泥", "P.O42.5", 200, "包"], [2, "红砖", None, 5000, "块"])


async def test_a_list_whose_name_says_what_it_is_for_is_submitted_as_one_document(chat: Chat) -> None:
    answer = await chat.sends("李强", "翠湖申购单1124.xlsx", workbook(HEADINGS, *GOOD))
    assert "已提交 SG20261123-001" in answer
    assert "5,000 块" in answer
    assert await chat.numbers() == ["SG20261123-001"]
    again = await chat.sends("李强", "翠湖申购单1124（1）.xlsx", workbook(HEADINGS, *GOOD))
    assert "SG20261123-001" in again
    assert await chat.numbers() == ["SG20261123-001"]
    await chat.verify()


async def test_the_title_of_the_sheet_says_it_as_well(chat: Chat) -> None:
    assert "已提交" in await chat.sends("李强", "1124.xlsx", workbook(HEADINGS, *GOOD, title="申购单"))


@pytest.mark.parametrize("words", ["1", "第一个", "申购", "申购，周五前要"])
async def test_a_list_that_does_not_say_it_is_asked_about(chat: Chat, words: str) -> None:
    asked = await chat.sends("李强", "1124.xlsx", workbook(HEADINGS, *GOOD))
    assert "这份表要做什么" in asked
    assert "1. 申购" in asked
    assert await chat.numbers() == []
    assert "已提交 SG20261123-001" in await chat.says("李强", words, chat=PRIVATE)
    await chat.verify()


async def test_words_that_do_not_say_it_are_asked_again_and_nothing_is_lost(chat: Chat) -> None:
    await chat.sends("李强", "1124.xlsx", workbook(HEADINGS, *GOOD))
    assert "这份表要做什么" in await chat.says("李强", "你看着办", chat=PRIVATE)
    assert "已提交" in await chat.says("李强", "申购", chat=PRIVATE)


async def test_another_command_between_is_done_and_ends_the_question(chat: Chat) -> None:
    await chat.sends("李强", "1124.xlsx", workbook(HEADINGS, *GOOD))
    assert "已提交" in await chat.says("李强", "申购红砖300块", chat=PRIVATE)
    assert "算了" not in await chat.says("李强", "算了", chat=PRIVATE)
    assert await chat.numbers() == ["SG20261123-001"]


async def test_a_list_is_received_at_its_prices_and_issued_to_a_team(chat: Chat) -> None:
    delivered = workbook(
        ["送货单"], ["编码", "名称", "数量", "单位", "单价", "金额"],
        ["CEM-42", "普通硅酸盐水泥", 100, "包", 27.5, "=C3*E3"],
        ["BRK", "红砖", 2000, "块", 0.6, "=C4*E4"],
        ["合计", None, None, None, None, "=SUM(F3:F4)"],
    )  # fmt: skip
    answer = await chat.sends("张建国", "海螺.xlsx", delivered)
    assert "这份表要做什么" in answer
    answer = await chat.says("张建国", "收货", chat=PRIVATE)
    assert "已入库 RK20261123-001" in answer
    assert await chat.on_hand() == "100 包"
    assert await chat.on_hand("BRK") == "2000 块"
    await chat.sends(
        "张建国", "明天.xlsx", workbook(HEADINGS, [1, "42.5水泥", None, 30, "包"], [2, "红砖", None, 200, None])
    )
    assert "哪个阶段" in await chat.says("张建国", "领料 瓦工班", chat=PRIVATE)
    await chat.says("张建国", "主体结构", chat=PRIVATE)
    assert await chat.on_hand() == "70 包"
    assert await chat.on_hand("BRK") == "1800 块"
    await chat.verify()


async def test_every_fault_is_named_with_its_row_and_nothing_is_booked(chat: Chat) -> None:
    told = await chat.sends(
        "李强",
        "申购.xlsx",
        workbook(
            ["翠湖花园申购单"], [], HEADINGS,
            [1, "红砖", None, 5000, "块"],
            [2, "水泥", None, 10, "包"],
            [3, "玄武岩纤维板", None, 3, "张"],
            [4, "红砖", None, None, "块"],
            [5, "红砖", None, 20, "吨"],
            [6, "红砖", None, "=1+1", "块"],
            [7, "红砖", None, -5, "块"],
        ),
    )  # fmt: skip
    assert "第 4 行" not in told
    for row in (5, 6, 7, 8, 9, 10):
        assert f"第 {row} 行" in told
    assert "普通硅酸盐水泥 P.O42.5" in told
    assert "没有找到“玄武岩纤维板”" in told
    assert "公式" in told
    assert await chat.numbers() == []
    # What was wrong is forgotten: the next word is no answer to it.
    await chat.says("李强", "1", chat=PRIVATE)
    assert await chat.numbers() == []


async def test_many_faults_are_bounded(chat: Chat) -> None:
    told = await chat.sends(
        "李强", "申购.xlsx", workbook(HEADINGS, *([n, "没有的东西", None, 1, "包"] for n in range(150)))
    )
    assert "150 处" in told
    assert "另有 130 处" in told


async def test_two_hundred_lines_go_and_one_more_does_not(chat: Chat) -> None:
    rows: list[list[Any]] = [[n, "红砖", None, n + 1, "块"] for n in range(200)]
    assert "一次最多 200 行" in await chat.sends(
        "李强", "申购.xlsx", workbook(HEADINGS, *rows, [201, "红砖", None, 1, "块"])
    )
    assert "这份表要做什么" in await chat.sends("李强", "1.xlsx", workbook(HEADINGS, *rows))
    assert "已提交" in await chat.says("李强", "1", chat=PRIVATE)
    await chat.verify()


async def test_a_list_without_headings_is_read_like_typed_lines(chat: Chat) -> None:
    answer = await chat.sends("李强", "要料.xlsx", workbook(["42.5水泥", "200包"], ["红砖", 5000, "块"]))
    assert "已提交 SG20261123-001" in answer


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
async def test_csv_is_read_too(chat: Chat, encoding: str) -> None:
    data = '材料,规格,数量,单位\n普通硅酸盐水泥,P.O42.5,200,包\n红砖,,"5,000",块\n'.encode(encoding)
    assert "已提交 SG20261123-001" in await chat.sends("李强", "申购.csv", data)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("老表.xls", b"\xd0\xcf\x11\xe0", "另存为 .xlsx"),
        ("合同.pdf", b"%PDF", "这种文件我不会看"),
        ("没有后缀", b"", "这种文件我不会看"),
        ("坏.xlsx", b"PK\x03\x04", "不是完好的表格"),
        ("空.xlsx", workbook(), "没有找到材料"),
        ("大.xlsx", b"0" * (BYTES_MAX + 1), "太大"),
    ],
)
async def test_other_files_get_one_sentence(chat: Chat, name: str, data: bytes, sentence: str) -> None:
    assert sentence in await chat.sends("李强", name, data)


async def test_a_companys_file_is_not_loaded_by_chat(chat: Chat) -> None:
    data = workbook(["编码", "名称", "基本单位"], ["X1", "砂", "吨"], title="材料", more=["人员", "项目"])
    assert "python -m bot load" in await chat.sends("何平", "公司资料.xlsx", data)
    assert "交给管理员" in await chat.sends("李强", "公司资料.xlsx", data)
    assert "X1" not in (await chat.units.company()).materials


async def test_a_list_called_material_is_a_list(chat: Chat) -> None:
    assert "这份表要做什么" in await chat.sends("李强", "1.xlsx", workbook(HEADINGS, *GOOD, title="材料"))


async def test_in_a_group_a_file_is_not_read(chat: Chat) -> None:
    assert "私聊" in await chat.sends("李强", "申购.xlsx", workbook(HEADINGS, *GOOD), chat=GROUP)


async def test_who_may_not_receive_is_refused(chat: Chat) -> None:
    await chat.sends("李强", "入库单.xlsx", workbook([*HEADINGS, "单价"], [1, "红砖", None, 50, "块", 1]))
    assert await chat.numbers() == []
    assert [row["person"] for row in await chat.rows("SELECT person FROM audit")] == ["u-liqiang"]


async def test_hostile_words_in_a_cell_are_shown_as_typed(chat: Chat) -> None:
    rows = [[n, said, None, 1, "包"] for n, said in enumerate(("[点我](http://evil.example)", "@所有人", "{{7*191}}"))]
    told = await chat.sends("李强", "申购.xlsx", workbook(HEADINGS, *rows))
    markdown = "\n".join(one.markdown for one in chat.heard)
    assert "1337" not in told
    assert "](" not in markdown.replace("\\", "\0")
    assert await chat.numbers() == []


@pytest.mark.parametrize(
    "cell",
    [
        1e308,
        1e-7,
        0.1234567,
        "1e3",
        "-5",
        -5,
        0,
        True,
        "1.000,5",
        "=1+1",
        "١٢",
        99999999999999,
        "3/4",
        "∞",
        "7包8块",
        "5-8",
    ],
)
async def test_a_cell_that_is_no_plain_quantity_books_nothing(chat: Chat, cell: object) -> None:
    listed = workbook(["材料名称", "数量", "单位", "单价"], ["红砖", cell, "块", 1])
    assert "一行也没有记账" in await chat.sends("张建国", "收货.xlsx", listed)
    assert await chat.on_hand("BRK") == "0 块"


WHOLE = ["材料", "数量", "单位", "班组", "阶段"]


async def stocked(chat: Chat) -> None:
    await chat.says("张建国", "收货42.5水泥100包 单价27")
    await chat.says("张建国", "收货红砖500块 单价0.6")


async def test_the_columns_say_who_takes_and_for_what(chat: Chat) -> None:
    await stocked(chat)
    rows = (["红砖", 200, "块", "瓦工班", "主体结构"], ["42.5水泥", 3, "包", "瓦工班", "主体结构"])
    answer = await chat.sends("张建国", "领料单.xlsx", workbook(WHOLE, *rows))
    assert "已领料 LL20261123-001 瓦工班 · 主体结构" in answer.replace("　", " ")
    assert "没有用到的列" not in answer
    await chat.verify()


async def test_a_merged_cell_holds_for_all_rows_and_short_names_do(chat: Chat) -> None:
    await stocked(chat)
    rows = (["红砖", 200, "块", "瓦工", "主体结构"], ["42.5水泥", 3, "包", None, None])
    assert "瓦工班" in await chat.sends("张建国", "领料单.xlsx", workbook(WHOLE, *rows))
    assert await chat.on_hand("BRK") == "300 块"


async def test_rows_of_two_teams_are_refused_and_nothing_is_booked(chat: Chat) -> None:
    await stocked(chat)
    rows = (["红砖", 200, "块", "瓦工班", "主体结构"], ["42.5水泥", 3, "包", "钢筋班", "主体结构"])
    answer = await chat.sends("张建国", "领料单.xlsx", workbook(WHOLE, *rows))
    assert "一张单只能有一个班组，这份表里有：瓦工班、钢筋班" in answer
    assert "按班组分成几张表" in answer
    await chat.says("张建国", "瓦工班", chat=PRIVATE)
    assert len(await chat.numbers()) == 2


async def test_a_row_without_a_team_among_others_is_refused(chat: Chat) -> None:
    await stocked(chat)
    rows = (["红砖", 200, "块", None, "主体结构"], ["42.5水泥", 3, "包", "钢筋班", "主体结构"])
    assert "（空着）、钢筋班" in await chat.sends("张建国", "领料单.xlsx", workbook(WHOLE, *rows))


async def test_a_team_that_nobody_knows_is_said_to_be_unknown(chat: Chat) -> None:
    await stocked(chat)
    told = await chat.sends("张建国", "领料单.xlsx", workbook(WHOLE, ["红砖", 200, "块", "油漆班", "主体结构"]))
    assert "班组写的“油漆班”没有找到" in told
    assert len(await chat.numbers()) == 2


async def test_the_columns_still_count_when_the_list_is_asked_about(chat: Chat) -> None:
    await stocked(chat)
    rows = (["红砖", 200, "块", "瓦工班", "主体结构"], ["42.5水泥", 3, "包", "钢筋班", "主体结构"])
    assert "这份表要做什么" in await chat.sends("张建国", "1.xlsx", workbook(WHOLE, *rows))
    assert "只能有一个班组" in await chat.says("张建国", "领料", chat=PRIVATE)
    assert "这份表要做什么" in await chat.sends("张建国", "1.xlsx", workbook(WHOLE, rows[0]))
    assert "只能有一个班组，这份表里有：钢筋班、瓦工班" in await chat.says("张建国", "领料 钢筋班", chat=PRIVATE)
    await chat.sends("张建国", "1.xlsx", workbook(WHOLE, rows[0]))
    assert "瓦工班" in await chat.says("张建国", "3", chat=PRIVATE)


async def test_columns_of_which_nothing_is_made_are_named_once(chat: Chat) -> None:
    headings = ["材料", "数量", "单位", "班组", "供应商", "品牌", "备注", "空列"]
    rows = (
        ["红砖", 200, "块", "瓦工班", "海螺", "甲", "急", None],
        ["42.5水泥", 3, "包", "", "宏达", "乙", "缓", None],
    )
    answer = await chat.sends("李强", "申购单.xlsx", workbook(headings, *rows))
    assert "已提交" in answer
    assert "没有用到的列：班组、供应商、备注、品牌" in answer
    assert len([one for one in chat.heard if one.kind == "reply"]) == 1
    priced = workbook(["材料", "数量", "单位", "单价", "班组", "阶段"], ["红砖", 2, "块", 0.5, "瓦工班", "桩基"])
    await stocked(chat)
    assert "没有用到的列：单价" in await chat.sends("张建国", "领料单.xlsx", priced)


async def test_the_supplier_the_day_and_the_project_of_a_list_are_read(chat: Chat) -> None:
    headings = ["材料", "数量", "单位", "单价", "供应商", "日期", "项目"]
    day = workbook(headings, ["红砖", 200, "块", 0.5, "海螺", "2026-11-23", "翠湖"])
    assert "已入库" in await chat.sends("张建国", "入库单.xlsx", day)
    assert [row["supplier"] for row in await chat.rows("SELECT supplier FROM document")] == ["S01"]
    before = workbook(headings, ["红砖", 200, "块", 0.5, "海螺", "2026/11/20", "翠湖"])
    assert "只能记当天" in await chat.sends("张建国", "入库单.xlsx", before)
    other = workbook(headings, ["红砖", 200, "块", 0.5, "海螺", "2026/11/23", "泵站"])
    assert "滨江泵站" in await chat.sends("张建国", "入库单.xlsx", other)
    assert len(await chat.numbers()) == 1


async def test_rows_without_headings_say_the_team_as_well(chat: Chat) -> None:
    await stocked(chat)
    rows = (["红砖", 200, "块", "瓦工班", "主体结构"], ["42.5水泥", 3, "包", "钢筋班", "主体结构"])
    assert "只能有一个班组" in await chat.sends("张建国", "领料单.xlsx", workbook(*rows))


async def test_words_where_a_number_belongs_are_shown(chat: Chat) -> None:
    told = await chat.sends("李强", "申购.xlsx", workbook(HEADINGS, [1, "红砖", None, "很多", "块"]))
    assert "数量“很多”看不懂" in told


@pytest.mark.parametrize("sign", ["\t", " | ", "  "])
async def test_a_pasted_table_says_the_team_as_well(chat: Chat, sign: str) -> None:
    await stocked(chat)
    head, brick, cement = (
        WHOLE,
        ["红砖", "200", "块", "瓦工班", "主体结构"],
        ["42.5水泥", "3", "包", "钢筋班", "主体结构"],
    )
    two = "\n".join(["领料", *(sign.join(cells) for cells in (head, brick, cement))])
    assert "只能有一个班组，这份表里有：瓦工班、钢筋班" in await chat.says("张建国", two)
    assert await chat.on_hand("BRK") == "500 块"
    one = "\n".join(["领料", *(sign.join(cells) for cells in (head, brick, [*cement[:3], *brick[3:]]))])
    answer = await chat.says("张建国", one)
    assert "瓦工班 · 主体结构" in answer
    assert "没有用到的列" not in answer
    assert await chat.on_hand("BRK") == "300 块"
    await chat.verify()


async def test_a_pasted_column_of_which_nothing_is_made_is_named(chat: Chat) -> None:
    said = "申购\n材料\t数量\t单位\t班组\t品牌\n红砖\t200\t块\t瓦工班\t甲\n42.5水泥\t3\t包\t钢筋班\t乙"
    answer = await chat.says("李强", said)
    assert "已提交" in answer
    assert "没有用到的列：班组、品牌" in answer
