"""What stands around a command and means that nothing is to be done: a question, a condition, a denial, a tale."""

from typing import Final

import pytest

from handlers.language import Context, read
from handlers.language.verbs import LINE_INTENTS
from tests.handlers.language.test_corpora import catalogue_of
from tests.handlers.language.test_said_anew import TODAY

COMMANDS: Final = (
    *("领42.5水泥20包", "瓦工班领42.5水泥20包", "收货42.5水泥20包", "申购42.5水泥20包"),
    *("退料42.5水泥20包", "盘点42.5水泥20包", "报损42.5水泥5包 受潮"),
)
ASKED: Final = (
    *(
        "{}了吗",
        "{}了没",
        "{}没有",
        "是不是{}",
        "谁{}",
        "为什么{}",
        "{}干嘛",
        "{}干什么用",
        "怎么{}",
        "{}怎么弄",
        "教我{}",
    ),
    *("{}的单子在哪", "{}是多少钱", "{}够吗", "{}够不够", "{}？", "{}，真的吗", "{}，对吗", "{}，是吧", "{}，对不对"),
    *("凭什么{}", "哪能{}", "怎么可能{}", "{}的人是谁", "除了{}还有什么"),
)
CONDITIONAL: Final = (
    *(
        "够的话{}",
        "有的话{}",
        "要是下雨就{}",
        "如果够就{}",
        "除非{}",
        "假设{}",
        "比如{}",
        "举个例子，{}",
        "也许{}",
        "好像{}",
    ),
    *(
        "不知道{}",
        "听说{}",
        "可能{}",
        "大概{}",
        "差点{}",
        "本来想{}",
        "本来要{}",
        "原来打算{}",
        "我打算{}",
        "我准备{}",
        "等会儿{}",
    ),
    *("一会{}", "每天{}", "每次{}", "说好{}", "有人{}", "记得{}", "别忘了{}", "提醒我{}", "忘了{}", "忘记{}"),
    *("{}以后还剩多少", "{}的话还剩多少", "{}的事先放一放"),
)
DENIED: Final = (
    *(
        "不是{}",
        "没{}",
        "还没{}",
        "从没{}",
        "不想{}",
        "不准{}",
        "不该{}",
        "不应该{}",
        "没必要{}",
        "用不着{}",
        "何必{}",
        "没人{}",
    ),
    *("不许{}", "老板不让{}", "老板说别{}", "{}就不用了", "{}，骗你的", "{}，逗你的"),
)
# Behind what is sent back or scrapped these are its ground.
TOLD: Final = (
    "{}不行",
    "{}不批",
    "{}没批",
    "{}没通过",
    "{}才怪",
    "{}是假的",
    "{}是开玩笑",
    "{}之前先问我",
    "{}的时候小心",
)
LOOKED_FOR: Final = ("查一下{}", "看下{}", "帮我看看{}")


@pytest.mark.parametrize("frame", [*ASKED, *CONDITIONAL, *DENIED, *LOOKED_FOR, *TOLD])
def test_nothing_is_done_by_what_is_not_meant(frame: str) -> None:
    done: list[str] = []
    for command in COMMANDS[:4] if frame in TOLD else COMMANDS:
        text = frame.format(command)
        reading = read(text, context=Context(project="P01"), catalogue=catalogue_of("site"), today=TODAY)
        if reading.status.value == "ok" and reading.intent in LINE_INTENTS:
            done.append(text)
    assert done == []


@pytest.mark.parametrize(
    "frame",
    ["{}！", "{}吧", "{}呗", "{}，可以吗", "麻烦{}", "我要{}", "昨天{}", "老板让{}", "一共{}", "再{}", "刚才{}"],
)
def test_what_is_meant_is_done(frame: str) -> None:
    for command in COMMANDS:
        text = frame.format(command)
        reading = read(text, context=Context(project="P01"), catalogue=catalogue_of("site"), today=TODAY)
        assert (reading.status.value, reading.lines[0].quantity) == ("ok", "5" if "报损" in text else "20"), text


SG, LL, CG = "SG20261122-003", "LL20261122-001", "CG20261122-001"
RULINGS: Final = (f"同意{SG}", f"撤销{LL}", f"确认{CG} 单价28")
NOT_RULED: Final = (
    *(
        "{}了吗",
        "{}了没",
        "{}没有",
        "{}吗",
        "{}？",
        "是不是{}",
        "谁{}",
        "为什么{}",
        "怎么{}",
        "{}干嘛",
        "教我{}",
        "凭什么{}",
    ),
    *(
        "听说{}",
        "要是便宜就{}",
        "够的话{}",
        "除非{}",
        "假设{}",
        "比如{}",
        "举个例子，{}",
        "我打算{}",
        "我准备{}",
        "等会儿{}",
    ),
    *(
        "一会{}",
        "回头{}",
        "明天{}",
        "昨天{}了",
        "差点{}",
        "本来想{}",
        "忘了{}",
        "记得{}",
        "提醒我{}",
        "查一下{}",
        "看下{}",
    ),
    *(
        "不是{}",
        "还没{}",
        "不想{}",
        "不准{}",
        "不该{}",
        "何必{}",
        "没人{}",
        "别{}",
        "老板不让{}",
        "可能{}",
        "也许{}",
        "好像{}",
    ),
    *(
        "{}就不用了",
        "{}不行",
        "{} 先别",
        "{} 算了",
        "{}，当我没说",
        "{}才怪",
        "{}以后再说",
        "{}之前先问我",
        "{}的时候小心",
    ),
)


@pytest.mark.parametrize("frame", NOT_RULED)
def test_nothing_is_ruled_by_what_is_not_meant(frame: str) -> None:
    for ruling in RULINGS:
        reading = read(
            frame.format(ruling), context=Context(project="P01"), catalogue=catalogue_of("site"), today=TODAY
        )
        is_ruled = reading.intent in ("approval.approve", "approval.reject", "document.cancel")
        assert not (is_ruled and reading.status.value == "ok"), frame.format(ruling)


@pytest.mark.parametrize("frame", ["{}", "{}吧", "请{}", "麻烦{}", "{}，谢谢", "可以，{}", "我{}", "{}，下回早点提"])
def test_what_is_meant_is_ruled(frame: str) -> None:
    for ruling, intent in zip(RULINGS, ("approval.approve", "document.cancel", "approval.approve"), strict=True):
        text = frame.format(ruling)
        reading = read(text, context=Context(project="P01"), catalogue=catalogue_of("site"), today=TODAY)
        assert (reading.status.value, reading.intent) == ("ok", intent), text
