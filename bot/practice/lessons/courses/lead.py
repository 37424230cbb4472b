"""班组长: asking for material, following it, taking a request back."""

from typing import Final

from bot.practice.lessons.checks import Books, shown
from bot.practice.lessons.courses.parts import (
    ANY_NUMBER,
    ask_document,
    ask_stock,
    consent_by,
    set_up,
    sight,
    take_back,
)
from bot.practice.lessons.lesson import CoAct, Kept, Lesson, Plan, Step, Where
from bot.practice.lessons.scene import Scene, words
from domain.company import Role
from domain.documents import DocumentKind
from domain.values import Quantity


def look(scene: Scene, _: Kept) -> Step:
    """What is there, before anything is asked for."""
    return ask_stock(
        scene,
        where=Where.GROUP,
        do=f"要料之前先看一眼：{scene.goods.said}现场还有多少？",
        hint="在群里说“库存”加材料名。",
    )


def _request(scene: Scene, quantity: Quantity, *, do: str, hint: str, keep: str) -> Step:
    goods = scene.goods
    say = f"申购 {goods.said} {words(quantity)}"
    return Step(
        do=do,
        say=say,
        hint=hint,
        check=Books(
            sight=sight(scene, say),
            kind=DocumentKind.REQUISITION,
            project=scene.project.code,
            material=goods.material,
            quantity=quantity,
            keep=keep,
        ),
    )


def request(scene: Scene, _: Kept) -> Step:
    """The first requisition."""
    amount = shown(scene.goods.many)
    return _request(
        scene,
        scene.goods.many,
        do=f"下周要用，申购{scene.goods.said} {amount}。",
        hint="材料、数量说清楚就行。要得急，后面加一句“周五前到”。",
        keep="paper",
    )


def where_is_it(scene: Scene, kept: Kept) -> Step:
    """Where it stands."""
    return ask_document(
        scene,
        kept["paper"],
        do="单子交上去了，走到谁那儿了？问一声。",
        hint="单号加“到哪了”。单号不用背：在它的回话里。",
        said="看到了：在等谁批，上面写得清清楚楚，不用满工地找人。",
    )


def _consents(scene: Scene, kept: Kept, _: int) -> list[CoAct]:
    chain = scene.signing
    return [consent_by(person, kept) for person in chain]


def _approved(scene: Scene, kept: Kept) -> Step:
    names = "、".join(person.name for person in scene.signing)
    paper = kept.get("paper", ANY_NUMBER)
    return ask_document(
        scene,
        paper,
        do=f"{names}批完了，群里已经告诉你。再问一次，看它变成了什么。",
        hint="批下来的申购会变成采购单（CG 开头），采购下了单，群里也会说。",
        said=f"{paper} 批下来了，后面跟着采购单。等货到就行。",
    )


def request_too_much(scene: Scene, _: Kept) -> Step:
    """A requisition that is to be withdrawn."""
    quantity = Quantity(scene.goods.many.millionths * 10, scene.goods.many.unit)
    return _request(
        scene,
        quantity,
        do=f"手一抖多打了一个零。照例句提一张 {shown(quantity)}的，下一步来撤。",
        hint="这一张是故意的，先照样提上去。",
        keep="slip",
    )


def withdraw(scene: Scene, kept: Kept) -> Step:
    """Taking it back."""
    return take_back(
        scene,
        kept["slip"],
        word="撤回",
        do=f"赶紧把 {kept['slip']} 撤回来。",
        hint="只有自己提的、还没批完的才能撤回。",
        said=f"{kept['slip']} 撤回来了，审批的人那边也一起作罢。",
    )


LESSON: Final = Lesson(
    id="lead",
    title="要料、追单、撤回",
    about="班组长怎么要料",
    roles=(Role.TEAM_LEAD,),
    learned="要料一句话，追单一句话。要错了趁没批完撤回来，不丢人。",
    set_up=set_up((Role.TEAM_LEAD,), needs_stock=False, with_signing=True),
    plans=(
        Plan(make=look),
        Plan(make=request, makes=("paper",)),
        Plan(make=where_is_it, uses=("paper",)),
        Plan(make=_approved, before=_consents, uses=("paper",)),
        Plan(make=request_too_much, makes=("slip",)),
        Plan(make=withdraw, uses=("slip",)),
    ),
)
