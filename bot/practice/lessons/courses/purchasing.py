"""采购: from an approved request to an order, its price, and what is still on the road."""

from collections.abc import Sequence
from typing import Final

from bot.practice.lessons.checks import Books, Decides, shown
from bot.practice.lessons.courses.manager import approve, waiting
from bot.practice.lessons.courses.parts import (
    ANY_NUMBER,
    ask_document,
    asked_for,
    chain_of,
    comes_to_me,
    goes_on,
    set_up,
    sight,
    take_back,
)
from bot.practice.lessons.lesson import CoAct, Kept, Lesson, Plan, Step, Where
from bot.practice.lessons.scene import MILLION, Scene, words
from domain.company import Role
from domain.documents import Act, DocumentKind
from domain.values import Price, Quantity


def _cheaper(scene: Scene) -> Price:
    """A price bargained down a little: never above what was consented to."""
    return Price(max(scene.goods.price.micros * 95 // 100 // 10_000 * 10_000, 10_000))


def _confirm(scene: Scene, kept: Kept) -> Step:
    order, price = kept.get("order", ANY_NUMBER), _cheaper(scene)
    say = f"确认 {order} 单价{price} {scene.supplier_said}"
    return Step(
        do=f"申购批完，变成了采购单 {order}。你跟{scene.supplier_said}谈到了 {price}，按这个价确认下单。",
        say=say,
        hint="价没变就直接按卡片上的“确认下单”。改了价或换供应商，就用一句话，写在单号后面。",
        where=Where.PRIVATE,
        check=Decides(
            sight=sight(scene, say),
            number=order,
            act=Act.CONFIRM,
            price=price,
            said=f"{order} 按单价 {price} 下单了，群里的人都看到了（价钱群里看不到）。",
        ),
    )


def _where_is_it(scene: Scene, kept: Kept) -> Step:
    order = kept.get("order", ANY_NUMBER)
    return ask_document(
        scene,
        order,
        do=f"下了的单走到哪一步了？查 {order}。",
        hint="单号加“到哪了”。价钱只有在私聊里看得到。",
        said="在途。货到了，材料员一收，这里就变。",
        where=Where.PRIVATE,
    )


def _delivery(scene: Scene, kept: Kept, round_no: int) -> Sequence[CoAct]:
    """The storekeeper receives a part of the order."""
    keeper = scene.keeper
    if keeper is None:
        return ()
    part = Quantity((1 + round_no % 7) * MILLION, scene.goods.material.base_unit)
    return [
        CoAct(
            person=keeper,
            words=f"收货 {kept.get('order', ANY_NUMBER)} {scene.goods.said} {words(part)}",
            tells=f"{keeper.name}正在收货 {words(part)}",
            kind=DocumentKind.RECEIPT,
            act=Act.POST,
        )
    ]


def _remainder(scene: Scene, kept: Kept) -> Step:
    order = kept.get("order", ANY_NUMBER)
    keeper = scene.keeper.name if scene.keeper else "材料员"
    return ask_document(
        scene,
        order,
        do=f"{keeper}说只到了一部分。还差多少没来？再查一次 {order}。",
        hint="“已到”和“还差”都在采购单上，不用打电话问工地。",
        said="已到多少、还差多少，一目了然。催货有数了。",
        where=Where.PRIVATE,
    )


def _order_directly(scene: Scene, _: Kept) -> Step:
    goods = scene.goods
    amount = asked_for(goods, chain_of(scene), 7)
    say = f"采购 {goods.said} {words(amount)} 单价{goods.price} {scene.supplier_said}"
    supplier = scene.supplier
    return Step(
        do=f"有时不等申购，直接下单。跟{scene.supplier_said}订 {shown(amount)}，单价 {goods.price}。",
        say=say,
        hint="材料、数量、单价、供应商，一句话说完。在项目群里说，就记在这个项目名下。",
        check=Books(
            sight=sight(scene, say),
            kind=DocumentKind.PURCHASE_ORDER,
            project=scene.project.code,
            material=goods.material,
            quantity=amount,
            price=goods.price,
            supplier=supplier.code if supplier else "",
            keep="slip",
        ),
    )


def _call_off(scene: Scene, kept: Kept) -> Step:
    return take_back(
        scene,
        kept["slip"],
        word="撤销",
        do=f"供应商说没货。把 {kept['slip']} 作废。",
        hint="一件都没到的采购单才能整单作废。",
        said=f"{kept['slip']} 作废了，不再算在途。",
    )


LESSON: Final = Lesson(
    id="purchasing",
    title="批申购、下订单、追到货",
    about="采购的一单到底",
    roles=(Role.PURCHASING,),
    learned="批、订、追、废，一单到底都在这里。改价一定写在确认那句话里。",
    set_up=set_up((Role.PURCHASING,), needs_stock=False, with_chain=True, with_supplier=True, with_keeper=True),
    plans=(
        Plan(make=waiting, before=comes_to_me, makes=("paper",)),
        Plan(make=approve, uses=("paper",)),
        Plan(make=_confirm, before=goes_on, uses=("paper",), makes=("order",)),
        Plan(make=_where_is_it, uses=("order",)),
        Plan(make=_remainder, before=_delivery, uses=("order",)),
        Plan(make=_order_directly, makes=("slip",)),
        Plan(make=_call_off, uses=("slip",)),
    ),
)
