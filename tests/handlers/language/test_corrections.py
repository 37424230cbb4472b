"""The stage that carries out corrections, by itself: what stands in the message afterwards."""

from datetime import date

import pytest

from handlers.language import Catalogue, Context
from handlers.language.corrections import settled
from handlers.language.pieces import Shape
from handlers.language.read import recognised
from handlers.language.refusals import without_refused

TODAY = date(2026, 11, 23)


def pieces_of(text: str, catalogue: Catalogue) -> list[str]:
    """The words of a message without breaks, after its corrections."""
    message = recognised(text, context=Context(project="P01"), catalogue=catalogue, today=TODAY)[0]
    return [piece.text for piece in settled(message.pieces, catalogue.lexicon) if not piece.is_gap]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        # names, days, documents, shares: the new in the place of the old
        ("扎丝5千克调到A座，错了，B座", ["扎丝", "5千克", "调到", "b座"]),
        ("张三班组领扎丝5千克，不对，李四班组", ["李四班组", "领", "扎丝", "5千克"]),
        ("张三班组领扎丝5千克，不是张三班组，是李四班组", ["李四班组", "领", "扎丝", "5千克"]),
        ("张三班组领扎丝5千克，是李四班组不是张三班组", ["李四班组", "领", "扎丝", "5千克"]),
        ("钢筋一班领扎丝5千克，不对，二班", ["钢筋二班", "领", "扎丝", "5千克"]),
        ("扎丝明细十月的，说错了，九月的", ["扎丝", "明细", "九月", "的"]),
        ("撤回LL20261120-001，不对，LL20261120-002", ["撤回", "ll20261120-002"]),
        ("主体结构完成六成哦七成", ["主体结构", "完成", "七成"]),
        # a place of its own: where it comes from, where it goes to
        ("从A座调扎丝5千克到B座，不对，从泵站调", ["从", "泵站", "调", "扎丝", "5千克", "到", "b座", "调"]),
        # numbers and units
        ("扎丝5千克单价8，不是8是9", ["扎丝", "5千克", "9"]),
        ("扎丝5千克，前面那个改6千克", ["扎丝", "6千克"]),
        ("申购\n扎丝5千克\n中砂3方\n第2项改成4方", ["申购", "扎丝", "5千克", "中砂", "4方"]),
        ("申购\n扎丝5千克\n中砂3方\n第1项不要了", ["申购", "中砂", "3方"]),
        # what the lines settle keeps its mark
        ("扎丝5千克，不对，6千克", ["扎丝", "5千克", "不对", "6千克"]),
        ("领50排水管2根，不是50的，是110的", ["领", "50排水管", "2根", "不是", "是", "110", "的"]),
        # nothing is corrected
        ("驳回SG20261120-001，型号不对", ["驳回", "sg20261120-001", "型号", "不对"]),
        ("领扎丝5千克，不急", ["领", "扎丝", "5千克", "不", "急"]),
    ],
)
def test_what_is_said_anew_stands_where_the_old_stood(text: str, left: list[str], site: Catalogue) -> None:
    assert pieces_of(text, site) == left


@pytest.mark.parametrize(
    ("text", "left", "refuses"),
    [
        ("不是红的，白的", ["白", "的"], True),
        ("不是木工班 瓦工班的", ["瓦工班", "的"], True),
        ("两个都不是，是李四班组", ["李四班组"], True),
        ("别周五了，周三", ["周三"], True),
        ("20包", ["20包"], False),
        ("不要了", ["不要了"], False),
    ],
)
def test_an_answer_is_left_with_what_it_wants(text: str, left: list[str], refuses: bool, site: Catalogue) -> None:
    message = recognised(text, context=Context(project="P01"), catalogue=site, today=TODAY)[0]
    pieces, refused = without_refused(message.pieces)
    words = [p.text for p in pieces if (not p.is_gap and p.text not in ("是", "的")) or p.shape is Shape.NUMBER]
    assert (words, refused) == ([word for word in left if word not in ("是", "的")], refuses)
