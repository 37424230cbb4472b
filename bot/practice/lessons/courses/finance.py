"""财务: the large requisitions, what things cost, and proof that nobody changed the book."""

from typing import Final

from bot.practice.lessons.courses.manager import approve, waiting
from bot.practice.lessons.courses.parts import (
    ANY_NUMBER,
    ask_digest,
    ask_document,
    ask_stock,
    comes_to_me,
    evening,
    set_up,
)
from bot.practice.lessons.lesson import Kept, Lesson, Plan, Step, Where
from bot.practice.lessons.scene import Scene
from domain.company import Role


def _prices(scene: Scene, kept: Kept) -> Step:
    number = kept.get("paper", ANY_NUMBER)
    return ask_document(
        scene,
        number,
        do=f"单价和金额都在单子上。查查 {number}，看批的是哪些人。",
        hint="要在私聊里查：群里看不到价钱。",
        said="每行的单价、金额，和每个批的人，都在上面。",
        where=Where.PRIVATE,
    )


def _worth(scene: Scene, _: Kept) -> Step:
    return ask_stock(
        scene,
        where=Where.PRIVATE,
        do=f"库里的{scene.goods.said}值多少钱？在私聊里查。",
        hint="值多少是按移动平均算的：进多少、出多少，都精确到分。",
    )


def _day(scene: Scene, _: Kept) -> Step:
    return ask_digest(
        scene,
        where=Where.PRIVATE,
        do=f"{scene.project.name}今天用了多少材料成本？要一份日报。",
        hint="私聊里写上项目名。成本只给看得了的人看。",
    )


def _evening(scene: Scene, _: Kept) -> Step:
    return evening(
        scene,
        do="最后看账有没有被人动过。把钟拨到晚上 18:00，看日报最后一行的“校验”。",
        hint="账页一环扣一环。校验发进了群里，日后谁改了一笔，就再也对不上。",
    )


LESSON: Final = Lesson(
    id="finance",
    title="审大额、看成本、核账页",
    about="财务怎么看账",
    roles=(Role.FINANCE,),
    learned="大额到你这里把关，成本随时问得到，账页的校验天天在群里作证。",
    set_up=set_up((Role.FINANCE,), needs_stock=False, with_chain=True),
    plans=(
        Plan(make=waiting, before=comes_to_me, makes=("paper",)),
        Plan(make=approve, uses=("paper",)),
        Plan(make=_prices, uses=("paper",)),
        Plan(make=_worth),
        Plan(make=_day),
        Plan(make=_evening),
    ),
)
