"""What names the amount or the kind that was asked for, and does not say that it is the one."""

from typing import Final

import pytest

from handlers.language import Context, Reading, Status, read
from tests.handlers.language.test_corpora import catalogue_of
from tests.handlers.language.test_said_anew import TODAY

# The question, and two answers to it.
QUESTIONS: Final = (("领42.5水泥 瓦工班", "20包", "30包"), ("领水泥20包 瓦工班", "42.5的", "32.5的"))
NO_ANSWERS: Final = (
    *("是不是{}", "{}吗", "{}？", "{}呢？", "有{}吗", "库里有{}吗", "还有{}没有", "{}够吗", "{}多少钱", "{}在哪"),
    *("{}是什么", "什么{}", "哪个{}", "为什么{}", "怎么{}", "谁说{}", "谁说是{}", "凭什么{}", "不知道是不是{}"),
    *("不是{}", "没有{}", "没{}", "不能{}", "不用{}", "别写{}", "{}不够", "{}不行", "{}没有了", "{}没货了"),
    *("{}就不用了", "不要{}", "等会儿{}", "要是够就{}", "够的话{}", "有的话{}", "听说{}", "好像{}", "好像是{}"),
    *("也许{}", "不确定，{}", "大概{}", "可能{}", "估计{}", "差不多{}", "{}左右", "最多{}", "至少{}", "不到{}"),
)
ANSWERS: Final = (
    *(
        "{}",
        "{}吧",
        "就{}",
        "要{}",
        "嗯{}",
        "{}，谢谢",
        "对，{}",
        "好的{}",
        "{}就行",
        "{}可以吗",
        "应该是{}",
        "老王说{}",
    ),
)


def asked(text: str, pending: Reading | None = None) -> Reading:
    context = Context(project="P01", pending=pending)
    return read(text, context=context, catalogue=catalogue_of("site"), today=TODAY)


@pytest.mark.parametrize("frame", NO_ANSWERS)
def test_what_is_no_answer_books_nothing(frame: str) -> None:
    for question, one, _ in QUESTIONS:
        reading = asked(frame.format(one), asked(question))
        assert (reading.status, reading.intent) != (Status.OK, "issue.create"), frame.format(one)


@pytest.mark.parametrize("frame", ["{}还是{}", "{}或者{}"])
def test_of_two_none_is_taken(frame: str) -> None:
    for question, one, other in QUESTIONS:
        assert asked(frame.format(one, other), asked(question)).status is not Status.OK


@pytest.mark.parametrize("frame", ANSWERS)
def test_what_is_an_answer_completes_it(frame: str) -> None:
    for question, one, _ in QUESTIONS:
        reading = asked(frame.format(one), asked(question))
        line = reading.lines[0]
        assert (reading.status, line.material, line.quantity) == (Status.OK, "CEM-P.O42.5", "20"), frame.format(one)


@pytest.mark.parametrize(("text", "head"), [("42.5的还有多少", "CEM-P.O42.5"), ("库存 16的", "STL-HRB400-16")])
def test_a_question_by_a_size_alone_is_about_what_has_that_size(text: str, head: str) -> None:
    lines = asked(text).lines
    assert head in {line.material for line in lines}
    assert len(lines) < 10
