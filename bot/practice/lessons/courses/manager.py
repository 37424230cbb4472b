"""项目经理: deciding with the facts on the card, and keeping an eye on stock and cost."""

from typing import Final

from bot.practice.lessons.checks import Decides
from bot.practice.lessons.courses.parts import (
    ANY_NUMBER,
    ask_digest,
    ask_document,
    ask_low,
    ask_stock,
    ask_waiting,
    asked_by,
    comes_to_me,
    set_up,
    sight,
)
from bot.practice.lessons.lesson import Kept, Lesson, Plan, Step, Where
from bot.practice.lessons.scene import Scene
from domain.company import Role
from domain.documents import Act


def waiting(scene: Scene, kept: Kept) -> Step:
    """What waits for me."""
    return ask_waiting(
        scene,
        do=f"{asked_by(scene)}刚申购了一批料（{kept.get('paper', ANY_NUMBER)}）。看看有哪些单在等你。",
        hint="在和料掌柜的私聊里说“待我审批”。卡片被别的消息冲上去了，也是这样找回来。",
    )


def approve(scene: Scene, kept: Kept) -> Step:
    """Consent, by the card or by a sentence."""
    number = kept.get("paper", ANY_NUMBER)
    say = f"同意 {number}"
    return Step(
        do=f"看看卡片上的库存、上次价和预算，没问题就按“同意”，或者回一句话。单号 {number}。",
        say=say,
        hint="按卡片和说一句话是一样的。卡片看不清时，说话更稳当。",
        where=Where.PRIVATE,
        check=Decides(
            sight=sight(scene, say),
            number=number,
            act=Act.APPROVE,
            said=f"{number} 你同意了，账上记着你和时间。",
        ),
    )


def reject(scene: Scene, kept: Kept) -> Step:
    """No, with a reason."""
    number = kept.get("paper", ANY_NUMBER)
    say = f"驳回 {number} 数量太多，先用库存"
    return Step(
        do=f"{asked_by(scene)}又提了一张 {number}，这回要得太多。驳回它，把原因说给他听。",
        say=say,
        hint="驳回要有原因。只按了“驳回”也行，它会问你一句，直接回答。",
        where=Where.PRIVATE,
        check=Decides(sight=sight(scene, say), number=number, act=Act.REJECT, said=f"{number} 驳回了，他马上能看到。"),
    )


def _where_is_it(scene: Scene, kept: Kept) -> Step:
    number = kept.get("paper", ANY_NUMBER)
    return ask_document(
        scene,
        number,
        do=f"谁批的、什么时候批的，日后对得上吗？查查 {number}。",
        hint="单号加“到哪了”，什么单都能查：SG 申购、CG 采购、RK 入库、LL 领料。",
        said="每个决定是谁、几点几分做的，都在上面。",
        where=Where.PRIVATE,
    )


def _stock(scene: Scene, _: Kept) -> Step:
    return ask_stock(
        scene,
        where=Where.PRIVATE,
        do=f"在私聊里查查{scene.goods.said}，看看压着多少钱。",
        hint="金额只在私聊里给看得了成本的人看，群里问不出来。",
    )


def _low(scene: Scene, _: Kept) -> Step:
    return ask_low(scene, where=Where.GROUP, do="有没有什么快用完了？在群里问一声。", hint="两个字：预警。")


def _day(scene: Scene, _: Kept) -> Step:
    return ask_digest(
        scene,
        where=Where.PRIVATE,
        do="今天到现在花了多少材料？在私聊里要一份日报。",
        hint="私聊里要写项目名；只管一个项目的话，两个字“日报”就够。",
    )


LESSON: Final = Lesson(
    id="manager",
    title="批单、驳回、看成本",
    about="项目经理的审批",
    roles=(Role.PROJECT_MANAGER,),
    learned="批之前看卡片，驳回说原因，查单看记录。决定做了就改不了，看准再按。",
    set_up=set_up((Role.PROJECT_MANAGER,), needs_stock=False, with_chain=True),
    plans=(
        Plan(make=waiting, before=comes_to_me, makes=("paper",)),
        Plan(make=approve, uses=("paper",)),
        Plan(make=reject, before=comes_to_me, makes=("paper",)),
        Plan(make=_where_is_it, uses=("paper",)),
        Plan(make=_low),
        Plan(make=_stock),
        Plan(make=_day),
    ),
)
