"""What an answer of the robot means to somebody in a lesson: what it asks back, why it refused, what to say now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.practice.lessons.deeds import Answer
from bot.practice.lessons.facts import Facts, items, record
from bot.practice.lessons.verdict import Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the step is after, as people say it; "" where the step is not about it."""

    say: str
    material: str = ""
    unit: str = ""
    team: str = ""
    stage: str = ""
    price: str = ""
    project: str = ""
    group: str = ""
    supplier: str = ""


def advice_on(answer: Answer, wanted: Wanted) -> Wrong | None:
    """What to do about a question or a refusal; None where the answer is neither."""
    found = _TROUBLES.get(answer.event)
    return found(wanted, answer.facts) if found else None


def silence(wanted: Wanted) -> Wrong:
    """It said nothing: it did not understand, and helps only once in ten minutes."""
    return Wrong(why="它没有回话，就是没看懂，也没有记账。照着例句再说一遍。", mend=wanted.say)


_Advise = Callable[[Wanted, Facts], Wrong]


def _asks(question: str, answer: Callable[[Wanted], str]) -> _Advise:
    def advise(wanted: Wanted, _: Facts) -> Wrong:
        short = answer(wanted)
        if not short:
            return Wrong(why=f"它在问{question}。回答它，或者发“算了”，再照例句说一遍。", mend=wanted.say)
        return Wrong(why=f"它在问{question}，直接回答“{short}”就行。", mend=short)

    return advise


def _again(why: str) -> _Advise:
    return lambda wanted, _: Wrong(why=why, mend=wanted.say)


def _which_project(wanted: Wanted, _: Facts) -> Wrong:
    where = f"或者到“{wanted.group}”里说，就不用写项目。" if wanted.group else ""
    return Wrong(why=f"它在问是哪个项目。回答“{wanted.project}”，{where}", mend=wanted.project)


def _just_booked(_: Wanted, facts: Facts) -> Wrong:
    number = facts.get("number", "")
    return Wrong(why=f"十分钟里说了一样的话（{number}），它先问一句，免得记重。这回是新的一笔，回答“对”。", mend="对")


def _unclear(wanted: Wanted, facts: Facts) -> Wrong:
    missing = items(record(facts.get("reading")).get("missing"))
    parts = [str(path).rsplit(".", 1)[-1] for path in missing]
    words = "、".join(dict.fromkeys(_PARTS[part] for part in parts if part in _PARTS))
    return Wrong(why=f"它没听全{f'：{words}没说清楚' if words else ''}，还没有记账。照例句再说一遍。", mend=wanted.say)


def _not_enough(wanted: Wanted, _: Facts) -> Wrong:
    return Wrong(why="库里不够这么多，它没有记账。照例句的数量领就够。", mend=wanted.say)


def _not_allowed(wanted: Wanted, facts: Facts) -> Wrong:
    person = facts.get("person", "")
    return Wrong(why=f"它说{person}的角色办不了这件事，没有记账。这一步照例句说就行。", mend=wanted.say)


def _not_your_turn(_: Wanted, facts: Facts) -> Wrong:
    names = "、".join(str(name) for name in items(facts.get("waiting")))
    return Wrong(why=f"这张单现在{f'等{names}' if names else '不等人'}审批，还轮不到你。看看单号对不对。")


_PARTS: Final = {
    "lines": "材料和数量",
    "material": "材料",
    "quantity": "数量",
    "unit": "单位",
    "unit_price": "单价",
    "document": "单号",
    "supplier": "供应商",
    "team": "班组",
    "recipient": "领料人",
    "stage": "阶段",
    "reason": "原因",
}

_TROUBLES: Final[Mapping[str, _Advise]] = {
    "WhichStage": _asks("领到哪个阶段", lambda w: w.stage),
    "NoSuchStage": _asks("领到哪个阶段", lambda w: w.stage),
    "WhoTakes": _asks("谁领的", lambda w: w.team),
    "WhatPrice": _asks("单价", lambda w: w.price),
    "PriceFarOff": _asks("单价对不对", lambda w: w.price),
    "TeamElsewhere": _asks("谁领的", lambda w: w.team),
    "WhichOne": _asks("是哪一种", lambda w: w.material),
    "WhichSupplier": _asks("跟哪家买", lambda w: w.supplier),
    "WhyRejected": _asks("为什么驳回", lambda _: "数量太多，先用库存"),
    "WhichProject": _which_project,
    "JustBooked": _just_booked,
    "Unclear": _unclear,
    "NotEnoughStock": _not_enough,
    "NotAllowed": _not_allowed,
    "NotYourTurn": _not_your_turn,
    "NotUnderstood": _again("它没看懂，也没有记账。照着例句再说一遍。"),
    "NotYet": _again("它听懂了，可这件事它还不会办，没有记账。这一步照例句说。"),
    "NothingToBook": _again("数量是零，它没有记账。"),
    "NothingAsked": _again("没有写要什么材料，它没有记账。"),
    "NoSuchUnit": _again("这种材料没有这个单位，它没有记账。用例句里的单位。"),
    "NoSuchMaterial": _again("账里没有这种材料。用例句里的叫法。"),
    "NoSuchDocument": _again("没有这张单，单号写错了。照例句里的单号。"),
    "OverReceipt": _again("比采购单订的多太多，它没有入账。照例句的数量收。"),
    "PriceAndAmount": _again("单价和金额对不上，它没有入账。只写单价就行。"),
    "LotNeeded": _again("这种材料要写批号，它没有入账。这一步用例句里的材料。"),
    "OtherDay": _again("它只记当天的账。去掉日期，再说一遍。"),
    "OtherProjectsWarehouse": _again("那是别的项目的仓库，不能直接收发，没有记账。"),
    "NotReceivable": _again("这张单现在收不了货。照例句写材料和数量。"),
    "NothingOutstanding": _again("这张采购单已经到齐了。照例句写材料和数量。"),
    "OwnDocument": _again("自己提的单不能自己审批。看看单号对不对。"),
    "AlreadyDecided": _again("这张单已经有人办过了。看看单号对不对。"),
    "AlreadyReversed": _again("这张单已经撤销过了。看看单号对不对。"),
    "NotReversible": _again("这种单不能这样撤。看看单号对不对。"),
    "NotPossible": _again("这张单现在的状态不能这样办。看看单号对不对。"),
    "NotYours": _again("这张单不是你提的，只有本人能撤回。看看单号对不对。"),
    "TooLateToUndo": _again("过了时间，自己撤不了了。"),
    "GoneAlready": _again("这批料已经用掉一部分，撤不回来了。"),
    "OnlyToday": _again("它只有当天的日报，发“日报”就行。"),
    "NotInAGroup": _again("这句话要在群里说。"),
    "CannotReadThat": _again("它看不懂这样的消息，用文字说。"),
    "TooFast": _again("发得太快了，等一会儿再发。"),
    "OurFault": _again("它那边出了错，没有记账。过一会儿再说一遍。"),
    "BadNumber": _again("这个数它认不出来。照例句写。"),
    "TooLarge": _again("数目太大，账本记不下。照例句写。"),
    "DialogueEnded": _again("好，那一笔不记了。照例句重新说。"),
}
