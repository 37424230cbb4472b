"""The stages from pieces to a reading, each by itself: names, days, documents, grounds, records, and what is talk."""

from datetime import date

import pytest

from handlers.language import Catalogue, Context
from handlers.language.documents import add_document
from handlers.language.draft import Draft
from handlers.language.fields import add_fields
from handlers.language.intents import decide
from handlers.language.lines import add_lines
from handlers.language.message import Message
from handlers.language.pieces import Piece, Shape
from handlers.language.read import read, recognised
from handlers.language.reasons import find_reason, words_of
from handlers.language.records import add
from handlers.language.remarks import without_remarks
from handlers.language.talk import is_quoted, is_story
from handlers.language.times import add_times

TODAY = date(2026, 11, 23)  # a Monday
PLACE = Context(project="P01", sender="u-zhangjg")


def message_of(text: str, catalogue: Catalogue, context: Context = PLACE) -> Message:
    return recognised(text, context=context, catalogue=catalogue, today=TODAY)[0]


def verb_of(message: Message) -> int:
    return decide(message.pieces).verb


@pytest.mark.parametrize(
    ("intent", "text", "fields"),
    [
        ("issue.create", "领扎丝5千克", {"project": "P01"}),
        ("issue.create", "钢筋一班领扎丝5千克", {"project": "P01", "team": "钢筋一班"}),
        ("issue.create", "我领扎丝5千克", {"project": "P01", "recipient": "u-zhangjg"}),
        ("receipt.create", "扎丝5千克入五金库", {"project": "P01", "to_warehouse": "W05"}),
        ("issue.create", "扎丝5千克从五金库领", {"project": "P01", "from_warehouse": "W05"}),
        ("stock.query", "五金库还有多少", {"project": "P01", "warehouse": "W05"}),
        ("sale.create", "卖给金鼎", {"project": "P01", "customer": "C02"}),
        ("issue.create", "泵站领扎丝5千克", {"project": "P05"}),
    ],
)
def test_a_name_fills_the_field_of_its_role(intent: str, text: str, fields: dict[str, str], site: Catalogue) -> None:
    draft = Draft(intent)
    add_fields(draft, message_of(text, site))
    assert draft.fields == fields


@pytest.mark.parametrize(
    ("intent", "text", "field", "value"),
    [
        ("requisition.create", "申购扎丝5千克，周五前", "need_by", "2026-11-27"),
        ("requisition.create", "今天申购扎丝5千克", "need_by", None),
        ("receipt.create", "昨天到的扎丝5千克", "date", "2026-11-22"),
        ("receipt.create", "20号到的扎丝5千克", "date", "2026-11-20"),
        ("cost.query", "上个月成本", "period", {"from": "2026-10-01", "to": "2026-10-31"}),
        ("digest.query", "今日消耗", "period", {"from": "2026-11-23", "to": "2026-11-23"}),
        ("digest.query", "日报", "period", None),
    ],
)
def test_a_day_finds_its_role(intent: str, text: str, field: str, value: object, site: Catalogue) -> None:
    draft, message = Draft(intent), message_of(text, site)
    assert add_times(draft, message, message.pieces[verb_of(message)])
    assert draft.fields.get(field) == value


def test_a_deed_that_lies_ahead_is_none(site: Catalogue) -> None:
    message = message_of("明天领扎丝5千克", site)
    assert not add_times(Draft("issue.create"), message, message.pieces[verb_of(message)])


@pytest.mark.parametrize(
    ("text", "context", "document"),
    [
        ("批准SG20261120-001", Context(quoted_document="SG20261121-002"), "SG20261120-001"),
        ("批准", Context(quoted_document="SG20261121-002", last_document="SG20261119-003"), "SG20261121-002"),
        ("批准那张单", Context(last_document="SG20261119-003"), "SG20261119-003"),
        ("批准那张领料单", Context(last_document="SG20261119-003"), None),
        ("批准", Context(last_document="SG20261119-003"), None),
    ],
)
def test_the_text_goes_before_the_quotation_and_that_before_memory(
    text: str, context: Context, document: str | None, site: Catalogue
) -> None:
    draft = Draft("approval.approve")
    add_document(draft, message_of(text, site, context))
    assert draft.fields.get("document") == document


@pytest.mark.parametrize(
    ("intent", "text", "ground"),
    [
        ("approval.reject", "驳回SG20261120-001，型号不对", "型号不对"),
        ("approval.reject", "驳回吧 库里还有货", "库里还有货"),
        ("document.cancel", "领错了，作废LL20261120-001", "领错了"),
        ("scrap.create", "报损水泥3包，受潮结块了", "受潮结块了"),
        ("scrap.create", "因为受潮报损水泥3包", "受潮"),
        ("scrap.create", "报损400*800墙砖11片，切割损耗", "切割损耗"),
        ("return.create", "退料扎丝5千克", ""),
        ("return.create", "领扎丝5千克，说错了，是退料", ""),
        ("document.cancel", "撤销上次的报损单", ""),
    ],
)
def test_a_ground_is_what_was_typed_as_one(intent: str, text: str, ground: str, site: Catalogue) -> None:
    message = message_of(text, site)
    verb = next(i for i, piece in enumerate(message.pieces) if intent in piece.intents)
    assert words_of(message, find_reason(message, intent, verb)) == ground


@pytest.mark.parametrize(
    ("intent", "text", "fields"),
    [
        ("labor.record", "木工班记工12个工", {"quantity": "12", "unit": "工日"}),
        ("labor.record", "木工班记工12个工，不对，13个", {"quantity": "13", "unit": "工日"}),
        ("labor.record", "木工班记工好几个工", {"unit": "工日"}),
        ("rental.record", "塔吊6个钟头", {"quantity": "6", "unit": "小时"}),
        ("progress.report", "主体结构从60%做到75%", {"percent": "75"}),
        ("progress.report", "主体结构还差20%", {}),
    ],
)
def test_a_record_keeps_what_was_counted(intent: str, text: str, fields: dict[str, str], site: Catalogue) -> None:
    draft = Draft(intent)
    add(draft, message_of(text, site))
    assert draft.fields == fields


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("电话13900001111", "aside"),
        ("7点半", "aside"),
        ("10:30", "aside"),
        ("20公斤装", "size"),
        ("C三十", "size"),
        ("8个厚", "size"),
        ("2028年3月31日到期", "expiry"),
        ("不干胶", "unknown"),
    ],
)
def test_what_is_no_amount_is_seen_as_what_it_is(text: str, shapes: str, site: Catalogue) -> None:
    assert " ".join(piece.shape for piece in message_of(text, site).pieces) == shapes


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("600地砖10箱，每箱4片", ["10箱"]),
        ("中性胶3箱（25支/箱）", ["3箱"]),
        ("领800地砖，一箱3片的", []),
        ("C30混凝土6方 6方", ["6方", "6方"]),
    ],
)
def test_how_many_are_in_a_box_is_no_amount(text: str, amounts: list[str], site: Catalogue) -> None:
    pieces: list[Piece] = [piece for piece in message_of(text, site).pieces if piece.shape is Shape.QUANTITY]
    assert [piece.text for piece in pieces] == amounts


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("昨晚做梦梦见自己领了50顶安全帽，分都分不完", True),
        ("领扎丝5千克", False),
        ("领德国进口发热电缆5千克", False),
    ],
)
def test_a_story_is_told_from_a_command_and_from_a_stranger(text: str, told: bool, site: Catalogue) -> None:
    message = message_of(text, site)
    draft = Draft("issue.create")
    add_lines(draft, message.pieces, site)
    assert is_story(draft, message) is told


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("领扎丝5千克，东面那几条缝让雨泡了", "领扎丝5千克，"),
        ("领扎丝5千克，堵在路上了，瓦工班", "领扎丝5千克，，瓦工班"),
        ("领扎丝5千克，玻化砖20块", "领扎丝5千克，玻化砖20块"),
        ("领扎丝5千克，等老板回来再说", "领扎丝5千克，等老板回来再说"),
        ("领扎丝5千克，先别发", "领扎丝5千克，先别发"),
        ("扎丝还剩多少，过几天要打西面", "扎丝还剩多少，"),
        ("昨晚做梦梦见领扎丝5千克，笑死", "昨晚做梦梦见领扎丝5千克，笑死"),
    ],
)
def test_what_follows_a_complete_command_is_a_remark(text: str, kept: str, site: Catalogue) -> None:
    pieces = without_remarks(message_of(text, site))[0].pieces
    assert "".join(piece.text for piece in pieces) == kept


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("领扎丝5千克，东面那几条缝让雨泡了", "东面那几条缝让雨泡了"),
        ("领扎丝5千克，堵在路上了，带合格证来", "堵在路上了"),
        ("领扎丝5千克，备注：要合格证，分两车", "要合格证，分两车"),
        ("领扎丝5千克备注三楼用\n玻化砖20块", "三楼用"),
        ("领扎丝5千克，谢谢师傅", ""),
        ("备注三楼用", ""),
    ],
)
def test_what_was_remarked_is_kept_as_it_was_typed(text: str, remark: str, site: Catalogue) -> None:
    assert without_remarks(message_of(text, site))[1] == remark


def test_a_remark_goes_with_what_is_booked_and_books_nothing(site: Catalogue) -> None:
    reading = read("领扎丝5千克，备注：玻化砖20块下次再领", context=PLACE, catalogue=site, today=TODAY)
    assert reading.fields["remark"] == "玻化砖20块下次再领"
    assert [line.quantity for line in reading.lines] == ["5"]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("举的例子是“报损水泥5包”", True), ("“报损水泥5包”", False), ("报损“海螺”水泥5包", False)],
)
def test_words_of_somebody_else_are_quoted(text: str, quoted: bool, site: Catalogue) -> None:
    message = message_of(text, site)
    verb = next(i for i, piece in enumerate(message.pieces) if "scrap.create" in piece.intents)
    assert is_quoted(message, verb) is quoted
