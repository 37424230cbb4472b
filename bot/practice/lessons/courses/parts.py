"""What several lessons share: setting a scene, colleagues who do their part, questions that everybody asks."""

from collections.abc import Callable, Collection
from typing import Final

from bot.practice.lessons.advice import Wanted
from bot.practice.lessons.checks import Asks, Check, Hears, Sight, TakesBack, shown
from bot.practice.lessons.deeds import PRIVATE, Answer
from bot.practice.lessons.facts import code_in, items, money_in, quantity_in, record
from bot.practice.lessons.lesson import CoAct, Kept, Step, Where
from bot.practice.lessons.scene import (
    MILLION,
    Chain,
    Goods,
    Lacking,
    Reader,
    Scene,
    Stock,
    asker_in,
    chain_for,
    goods_for,
    keeper_in,
    projects_of,
    signing_of,
    stage_for,
    supplier_for,
    team_in,
    words,
)
from domain.company import Company, Person, Role
from domain.documents import Act, DocumentKind
from domain.values import Money, Quantity

ROUNDS: Final = 40  # so many preparations before an amount comes again; the robot asks back within ten minutes
ANY_NUMBER: Final = "…"  # stands for a document that colleagues are still preparing


def set_up(
    roles: Collection[Role],
    *,
    with_team: bool = False,
    needs_stock: bool = True,
    with_chain: bool = False,
    with_supplier: bool = False,
    with_keeper: bool = False,
    with_signing: bool = False,
    with_asker: bool = False,
) -> Callable[[Company, Person, Stock, Reader], Scene]:
    """A scene in the first of the person's projects that has all that the lesson needs."""

    def build(company: Company, me: Person, stock: Stock, reader: Reader) -> Scene:
        why = Lacking("公司资料里还没有项目。")
        for project, group in projects_of(company, me, roles):
            try:
                team = team_in(company, project.code) if with_team else ""
                goods = goods_for(company, stock, reader, me=me, project=project, team=team, needs_stock=needs_stock)
                supplier, called = (
                    supplier_for(company, reader, me=me, project=project.code, goods=goods)
                    if with_supplier
                    else (None, "")
                )
                return Scene(
                    company=company,
                    me=me,
                    project=project,
                    group=group,
                    goods=goods,
                    team=team,
                    stage=stage_for(company, project, goods.material.code) if with_team else "",
                    supplier=supplier,
                    supplier_said=called,
                    project_said=_project_said(reader, me, project.code, (*project.aliases, project.name)),
                    chain=chain_for(company, me=me, project=project, goods=goods) if with_chain else None,
                    keeper=keeper_in(company, project.code, without={me.id}) if with_keeper else None,
                    signing=signing_of(company, me=me, project=project, goods=goods) if with_signing else (),
                    asker=asker_in(company, project, without={me.id}) if with_asker else None,
                )
            except Lacking as lacking:
                why = lacking
        raise why

    return build


def _project_said(reader: Reader, me: Person, code: str, names: Collection[str]) -> str:
    """The shortest name by which a private question finds the project."""
    fitting = (n for n in names if reader.means(f"日报 {n}", "digest.query", project=None, sender=me.id, project_=code))
    return next(fitting, code)


def sight(scene: Scene, say: str) -> Sight:
    """Through the learner's eyes, with what the step is after."""
    goods = scene.goods
    wanted = Wanted(
        say=say,
        material=goods.material.label,
        unit=goods.material.base_unit,
        team=scene.team,
        stage=scene.stage,
        price=str(goods.price),
        project=scene.project.name,
        group=scene.group.name,
        supplier=scene.supplier.name if scene.supplier else "",
    )
    return Sight(company=scene.company, me=scene.me, wanted=wanted)


def chat_of(scene: Scene, where: Where) -> str:
    """The conversation that a step belongs to."""
    return PRIVATE if where is Where.PRIVATE else scene.group.conversation


# --- questions -----------------------------------------------------------------------------------------------------


def ask_stock(scene: Scene, *, where: Where, do: str, hint: str) -> Step:
    """库存 of the lesson's material."""
    goods = scene.goods
    say = f"库存 {goods.said}"

    def said(answer: Answer) -> str:
        lines = [record(line) for line in items(answer.facts.get("lines"))]
        ours = [line for line in lines if code_in(line.get("material")) == goods.material.code]
        held = [quantity for line in ours if (quantity := quantity_in(line.get("quantity"))) is not None]
        worth = [money for line in ours if (money := money_in(line.get("value"))) is not None]
        total = Quantity(sum(one.millionths for one in held), goods.material.base_unit)
        value = f"，值 {Money(sum(one.fen for one in worth))} 元" if worth else ""
        return f"查到了：{goods.said}现有 {shown(total)}{value}。"

    check = Asks(
        sight=sight(scene, say),
        chat=chat_of(scene, where),
        event="StockAnswer",
        material=goods.material.code,
        said=said,
    )
    return Step(do=do, say=say, hint=hint, where=where, check=check)


def ask_document(scene: Scene, number: str, *, do: str, hint: str, said: str, where: Where = Where.GROUP) -> Step:
    """…到哪了."""
    say = f"{number}到哪了"
    check = Asks(
        sight=sight(scene, say), chat=chat_of(scene, where), event="DocumentShown", number=number, said=lambda _: said
    )
    return Step(do=do, say=say, hint=hint, where=where, check=check)


def ask_waiting(scene: Scene, *, do: str, hint: str) -> Step:
    """待我审批."""
    say = "待我审批"

    def said(answer: Answer) -> str:
        count = len(items(answer.facts.get("documents")))
        return f"等你批的有 {count} 张，最早的排在最前。" if count else "现在没有等你批的单。"

    check = Asks(sight=sight(scene, say), chat=PRIVATE, event="WaitingList", said=said)
    return Step(do=do, say=say, hint=hint, where=Where.PRIVATE, check=check)


def ask_digest(scene: Scene, *, do: str, hint: str, where: Where) -> Step:
    """日报, in private with the project's name."""
    say = "日报" if where is Where.GROUP else f"日报 {scene.project_said}"

    def said(answer: Answer) -> str:
        cost = money_in(answer.facts.get("cost"))
        spent = f"今天材料成本 {cost} 元" if cost is not None else "谁领了多少都在上面"
        return f"{scene.project.name}今天到现在的账：{spent}。"

    check = Asks(
        sight=sight(scene, say), chat=chat_of(scene, where), event="DailyDigest", project=scene.project.code, said=said
    )
    return Step(do=do, say=say, hint=hint, where=where, check=check)


def ask_low(scene: Scene, *, do: str, hint: str, where: Where) -> Step:
    """预警."""
    say = "预警" if where is Where.GROUP else f"预警 {scene.project_said}"

    def said(answer: Answer) -> str:
        count = len(items(answer.facts.get("low")))
        return f"有 {count} 种材料低于安全库存。" if count else "没有低于安全库存的材料，放心。"

    check = Asks(
        sight=sight(scene, say), chat=chat_of(scene, where), event="LowStock", project=scene.project.code, said=said
    )
    return Step(do=do, say=say, hint=hint, where=where, check=check)


def ask_simple(scene: Scene, say: str, event: str, *, do: str, hint: str, said: str, where: Where) -> Step:
    """A question that is about nothing in particular."""
    check = Asks(sight=sight(scene, say), chat=chat_of(scene, where), event=event, said=lambda _: said)
    return Step(do=do, say=say, hint=hint, where=where, check=check)


def evening(scene: Scene, *, do: str, hint: str) -> Step:
    """The clock past 18:00: the digest arrives in the group by itself."""
    check: Check = Hears(sight=sight(scene, ""), conversation=scene.group.conversation, group=scene.group.name)
    return Step(do=do, hint=hint, moves_clock=True, check=check)


def take_back(scene: Scene, number: str, *, word: str, do: str, hint: str, said: str) -> Step:
    """撤销, 撤回."""
    say = f"{word} {number}"
    check = TakesBack(sight=sight(scene, say), number=number, said=said)
    return Step(do=do, say=say, hint=hint, check=check)


# --- colleagues ----------------------------------------------------------------------------------------------------


def asked_for(goods: Goods, chain: Chain, round_no: int) -> Quantity:
    """Another amount every time, because the robot asks back when it hears the same words twice."""
    return Quantity(chain.quantity.millionths + round_no % ROUNDS * MILLION, goods.material.base_unit)


def requisition_by(scene: Scene, chain: Chain, round_no: int) -> CoAct:
    """A colleague asks for material in the group."""
    amount = words(asked_for(scene.goods, chain, round_no))
    return CoAct(
        person=chain.requester,
        words=f"申购 {scene.goods.said} {amount}",
        tells=f"{chain.requester.name}正在申购 {scene.goods.said} {amount}",
        kind=DocumentKind.REQUISITION,
        act=Act.POST,
        keep="paper",
    )


def consent_by(person: Person, kept: Kept) -> CoAct:
    """A colleague approves, by text and in the group, so that the learner sees it."""
    number = kept.get("paper", ANY_NUMBER)
    return CoAct(
        person=person,
        words=f"同意 {number}",
        tells=f"{person.name}正在审批 {number}",
        kind=DocumentKind.REQUISITION,
        act=Act.APPROVE,
        number=number,
    )


def comes_to_me(scene: Scene, kept: Kept, round_no: int) -> list[CoAct]:
    """A requisition, and the consent of everybody who is asked before the learner."""
    chain = chain_of(scene)
    return [requisition_by(scene, chain, round_no), *(consent_by(person, kept) for person in chain.before)]


def goes_on(scene: Scene, kept: Kept, _: int) -> list[CoAct]:
    """The consent of everybody who is asked after the learner."""
    return [consent_by(person, kept) for person in chain_of(scene).after]


def chain_of(scene: Scene) -> Chain:
    """The chain of a scene that was set up with one."""
    if scene.chain is None:
        raise ValueError("the lesson was set up without a chain")
    return scene.chain


def asked_by(scene: Scene) -> str:
    """Who asks for material in this lesson."""
    return chain_of(scene).requester.name


def requested_amount(scene: Scene, round_no: int) -> str:
    """What somebody asks for in a lesson without a chain, another amount every time."""
    return words(Quantity(scene.goods.many.millionths + round_no % ROUNDS * MILLION, scene.goods.material.base_unit))
