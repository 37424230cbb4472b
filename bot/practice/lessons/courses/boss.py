"""老板: the whole site in a few words."""

from collections.abc import Sequence
from typing import Final

from bot.practice.lessons.courses.parts import (
    ANY_NUMBER,
    ask_digest,
    ask_document,
    ask_low,
    ask_stock,
    ask_waiting,
    evening,
    requested_amount,
    set_up,
)
from bot.practice.lessons.lesson import CoAct, Kept, Lesson, Plan, Step, Where
from bot.practice.lessons.scene import Scene
from domain.company import Role
from domain.documents import Act, DocumentKind


def _day(scene: Scene, _: Kept) -> Step:
    return ask_digest(
        scene,
        where=Where.PRIVATE,
        do=f"{scene.project.name}今天怎么样？在私聊里要一份日报。",
        hint="“日报”加项目名。哪个项目都能问。",
    )


def _stock(scene: Scene, _: Kept) -> Step:
    return ask_stock(
        scene,
        where=Where.PRIVATE,
        do=f"各处库里的{scene.goods.said}有多少、值多少钱？",
        hint="私聊里不写项目，各个仓库一起列出来。",
    )


def _low(scene: Scene, _: Kept) -> Step:
    return ask_low(scene, where=Where.PRIVATE, do=f"{scene.project.name}有没有什么要断货？", hint="“预警”加项目名。")


def _requested(scene: Scene, _: Kept, round_no: int) -> Sequence[CoAct]:
    asker = scene.asker
    if asker is None:
        return ()
    amount = requested_amount(scene, round_no)
    return [
        CoAct(
            person=asker,
            words=f"申购 {scene.goods.said} {amount}",
            tells=f"{asker.name}正在申购 {scene.goods.said} {amount}",
            kind=DocumentKind.REQUISITION,
            act=Act.POST,
            keep="paper",
        )
    ]


def _where_is_it(scene: Scene, kept: Kept) -> Step:
    number = kept.get("paper", ANY_NUMBER)
    asker = scene.asker.name if scene.asker else "工地"
    return ask_document(
        scene,
        number,
        do=f"{asker}说要的料没人批（{number}）。卡在谁那儿？",
        hint="单号加“到哪了”。单号在群里，也可以让他发给你。",
        said="卡在谁那儿，一看便知，不用挨个打电话。",
        where=Where.PRIVATE,
    )


def _waiting(scene: Scene, _: Kept) -> Step:
    return ask_waiting(scene, do="有没有单在等你自己？", hint="“待我审批”。没有就会说没有。")


def _evening(scene: Scene, _: Kept) -> Step:
    return evening(
        scene,
        do="不想问也行：每天 18:00 日报自己进群。把钟拨过去看看。",
        hint="日报最后一行是账页的校验：账被人动过，第二天就对不上。",
    )


LESSON: Final = Lesson(
    id="boss",
    title="几句话看清工地",
    about="老板怎么看",
    roles=(Role.BOSS,),
    learned="日报、库存、预警、单到哪了：四句话，人在外面也看得清。",
    set_up=set_up((Role.BOSS,), needs_stock=False, with_asker=True),
    plans=(
        Plan(make=_day),
        Plan(make=_stock),
        Plan(make=_low),
        Plan(make=_where_is_it, before=_requested, makes=("paper",)),
        Plan(make=_waiting),
        Plan(make=_evening),
    ),
)
