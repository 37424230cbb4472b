"""材料员: what lies there, what comes, what goes, and how a slip is put right."""

from typing import Final

from bot.practice.lessons.checks import Books, Shows, shown
from bot.practice.lessons.courses.parts import ask_stock, evening, set_up, sight, take_back
from bot.practice.lessons.lesson import Kept, Lesson, Plan, Step, Where
from bot.practice.lessons.scene import Scene, words
from domain.company import Role
from domain.documents import DocumentKind
from domain.values import Quantity


def _look(scene: Scene, _: Kept) -> Step:
    return ask_stock(
        scene,
        where=Where.GROUP,
        do=f"先看看{scene.goods.said}还有多少。",
        hint="在群里说“库存”加材料名就行。你平时怎么叫它，就怎么写。",
    )


def _receive(scene: Scene, _: Kept) -> Step:
    goods = scene.goods
    say = f"收货 {goods.said} {words(goods.many)} 单价{goods.price}"
    return Step(
        do=f"车到了：{goods.said} {shown(goods.many)}，送货单上单价 {goods.price}。记入库。",
        say=say,
        hint="没写单价也行：有采购单就按采购单的价，没有它会问你，回答一个数就好。",
        check=Books(
            sight=sight(scene, say),
            kind=DocumentKind.RECEIPT,
            project=scene.project.code,
            material=goods.material,
            quantity=goods.many,
            price=goods.price,
        ),
    )


def _issue_step(scene: Scene, quantity: Quantity, *, do: str, hint: str, keep: str = "") -> Step:
    goods = scene.goods
    say = f"领 {goods.said} {words(quantity)} {scene.issued_to}"
    return Step(
        do=do,
        say=say,
        hint=hint,
        check=Books(
            sight=sight(scene, say),
            kind=DocumentKind.ISSUE,
            project=scene.project.code,
            material=goods.material,
            quantity=quantity,
            team=scene.team,
            stage=scene.stage,
            keep=keep,
        ),
    )


def _issue(scene: Scene, _: Kept) -> Step:
    stage = f"，用在{scene.stage}" if scene.stage else ""
    return _issue_step(
        scene,
        scene.goods.few,
        do=f"{scene.team}来领 {shown(scene.goods.few)}{stage}。给他们记上。",
        hint="漏说了班组或阶段，它会问一句，你回答那几个字就行，不用重说。",
    )


def _photograph(scene: Scene, _: Kept) -> Step:
    material = scene.goods.material
    return Step(
        do=f"材料名太长懒得打？拍一张{scene.goods.said}的标签发到群里。",
        hint="点输入框上的“现场标签”，挑这种材料。手机上就是对着标签拍一张；拍歪了、太暗了它会认不出。",
        check=Shows(sight=sight(scene, ""), material=material),
        shows_label=True,
    )


def _slip(scene: Scene, _: Kept) -> Step:
    amount = shown(scene.goods.fewer)
    return _issue_step(
        scene,
        scene.goods.fewer,
        do=f"人总有手快的时候。照例句记一笔领料 {amount}，当作记错了，下一步来撤。",
        hint="这一笔是故意的，先照样记上。",
        keep="slip",
    )


def _undo(scene: Scene, kept: Kept) -> Step:
    return take_back(
        scene,
        kept["slip"],
        word="撤销",
        do=f"刚才那 {shown(scene.goods.fewer)}是记错的。把 {kept['slip']} 撤掉。",
        hint=f"自己记的，{scene.company.settings.undo_minutes} 分钟内都能撤。撤销的话就写在它回话的最后一行。",
        said=f"{kept['slip']} 撤掉了，料回到了库里。错的和撤的都留在账上，谁也抹不掉。",
    )


def _evening(scene: Scene, _: Kept) -> Step:
    return evening(
        scene,
        do="下班前看一眼日报。不用等，把钟拨到晚上 18:00。",
        hint="每天到点，日报自己会来群里：收了多少、谁领了多少、什么快没了。",
    )


LESSON: Final = Lesson(
    id="keeper",
    title="收料、发料、撤错",
    about="材料员的一天",
    roles=(Role.STOREKEEPER, Role.STEWARD),
    learned="收、发、查、撤都会了。记住一条：它没回话，就是没记账。",
    set_up=set_up((Role.STOREKEEPER, Role.STEWARD), with_team=True),
    plans=(
        Plan(make=_look),
        Plan(make=_receive),
        Plan(make=_issue),
        Plan(make=_photograph),
        Plan(make=_slip, makes=("slip",)),
        Plan(make=_undo, uses=("slip",)),
        Plan(make=_evening),
    ),
)
