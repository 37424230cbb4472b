"""管理员: the few words that only they have."""

from typing import Final

from bot.practice.lessons.courses.parts import ask_simple, set_up
from bot.practice.lessons.lesson import Kept, Lesson, Plan, Step, Where
from bot.practice.lessons.scene import Scene
from domain.company import Role


def _help(scene: Scene, _: Kept) -> Step:
    return ask_simple(
        scene,
        "帮助",
        "Helped",
        do="先看看它都能办什么。",
        hint="谁说“帮助”，它就列谁能办的事，人人看到的不一样。",
        said="每个人看到的帮助，都是他自己能办的事。",
        where=Where.PRIVATE,
    )


def _strangers(scene: Scene, _: Kept) -> Step:
    return ask_simple(
        scene,
        "未登记",
        "StrangerList",
        do="有没有账本不认识的人找过它？",
        hint="有人来过，就发“登记 姓名 材料员 @项目编号”，他马上能用。",
        said="名单就在这里。认得的就登记，不认得的不用管：它什么也不会给他办。",
        where=Where.PRIVATE,
    )


def _quota(scene: Scene, _: Kept) -> Step:
    return ask_simple(
        scene,
        "额度",
        "QuotaShown",
        do="这个月钉钉的额度还剩多少？",
        hint="快用完时它先停日报、再停预警，回答和审批留到最后。",
        said="心里有数了。快用完时它也会自己来告诉你。",
        where=Where.PRIVATE,
    )


def _letters(scene: Scene, _: Kept) -> Step:
    return ask_simple(
        scene,
        "死信",
        "DeadLetterList",
        do="有没有发不出去的消息？",
        hint="消息发不出去，账也不受影响。",
        said="看过了。账和消息是两回事：消息没到，账照样在。",
        where=Where.PRIVATE,
    )


LESSON: Final = Lesson(
    id="administrator",
    title="认人、看额度、查死信",
    about="管理员的四句话",
    roles=(Role.ADMINISTRATOR,),
    learned="四句话，别人说了它不听，只听管理员的。",
    set_up=set_up((Role.ADMINISTRATOR,), needs_stock=False),
    plans=(Plan(make=_help), Plan(make=_strangers), Plan(make=_quota), Plan(make=_letters)),
)
