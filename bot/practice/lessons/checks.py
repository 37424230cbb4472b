"""Was it done right? Pure: the deeds since the step began against what the step asks for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.practice.lessons.advice import Wanted, advice_on, silence
from bot.practice.lessons.deeds import (
    PRIVATE,
    Answer,
    Asked,
    Booked,
    Deed,
    Told,
    booked,
    order_from,
    taken_back,
)
from bot.practice.lessons.facts import code_in, codes_in, items, materials_in, number_in, quantity_in, record
from bot.practice.lessons.verdict import Done, NotYet, Verdict, Wrong
from domain.company import Company, Material, Person
from domain.documents import Act, DocumentKind
from domain.values import Price, Quantity, decimal_text

KINDS: Final[Mapping[DocumentKind, str]] = {
    DocumentKind.REQUISITION: "申购",
    DocumentKind.PURCHASE_ORDER: "采购",
    DocumentKind.RECEIPT: "收货",
    DocumentKind.ISSUE: "领料",
    DocumentKind.REVERSAL: "撤销",
    DocumentKind.OPENING: "期初",
}
# Refusals to an undoing that nobody in the lesson can help: a wrong booking that stays is then forgiven.
STAYS: Final = frozenset({"TooLateToUndo", "GoneAlready", "AlreadyReceived", "NotPossible", "AlreadyDecided"})
# What is answered to a question, by the word people have for it.
QUESTIONS: Final[Mapping[str, str]] = {
    "StockAnswer": "查库存",
    "WaitingList": "查待办",
    "DocumentShown": "查单据",
    "DailyDigest": "问日报",
    "LowStock": "查预警",
    "Helped": "要帮助",
    "QuotaShown": "查额度",
    "DeadLetterList": "查死信",
    "StrangerList": "查未登记",
}


def shown(quantity: Quantity) -> str:
    """`30 包` as people write it."""
    return f"{decimal_text(quantity.millionths, 6)} {quantity.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Through whose eyes a step is judged, and in whose words it speaks."""

    company: Company
    me: Person
    wanted: Wanted

    def label(self, material: str) -> str:
        """A material as people say it."""
        found = self.company.materials.get(material)
        return found.label if found else material

    def name(self, person: str) -> str:
        """A person's name."""
        found = self.company.people.get(person)
        return found.name if found else person

    def project(self, code: str) -> str:
        """A project's name."""
        found = self.company.projects.get(code)
        return found.name if found else code

    def not_me(self, person: str) -> Wrong:
        """Somebody else did what the learner was to do: a window of another person, most of the time."""
        who, me = self.name(person), self.me.name
        return Wrong(why=f"这是{who}做的。这一步要{me}自己来：你现在是{who}，请换成{me}。", mend="", by=person)


class Check(Protocol):
    """One way to judge a step."""

    def judge(self, deeds: Sequence[Deed]) -> Verdict:
        """What the deeds since the beginning of the step amount to."""
        ...


def last_word(deeds: Sequence[Deed], sight: Sight, *, is_right: Callable[[Booked], bool] = lambda _: False) -> Verdict:
    """What the newest telling deed means when the step is not done: a question, a refusal, another person."""
    for deed in reversed(deeds):
        if isinstance(deed, Asked) and (found := _of_asked(deed, sight)) is not None:
            return found
        if isinstance(deed, Booked) and deed.by != sight.me.id and is_right(deed):
            return sight.not_me(deed.by)
    return NotYet()


def _of_asked(deed: Asked, sight: Sight) -> Verdict | None:
    if deed.person != sight.me.id:
        return sight.not_me(deed.person) if _same(deed.words, sight.wanted.say) else None
    if not deed.is_heard:
        return Wrong(why="这句没有 @料掌柜，群里它只听 @ 它的话。带上 @料掌柜 再发一次。", mend=sight.wanted.say)
    if not deed.answers:
        return None if deed.is_press else silence(sight.wanted)
    for answer in deed.answers:
        if (found := advice_on(answer, sight.wanted)) is not None:
            return found
        if answer.event in QUESTIONS:
            return Wrong(why=f"刚才那句是{QUESTIONS[answer.event]}，没有记账。这一步照例句说。", mend=sight.wanted.say)
    return None


def _same(one: str, other: str) -> bool:
    return bool(one.strip()) and "".join(one.split()) == "".join(other.split())


# --- a booking -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """A document is to be booked: this kind, this material, so much, for this team and stage, at this price."""

    sight: Sight
    kind: DocumentKind
    project: str
    material: Material
    quantity: Quantity
    team: str = ""
    stage: str = ""
    price: Price | None = None
    supplier: str = ""
    keep: str = ""

    def judge(self, deeds: Sequence[Deed]) -> Verdict:
        """Done when a right one stands and no wrong one does."""
        gone = taken_back(deeds)
        tries = [one for one in booked(deeds) if self._is_try(one)]
        standing = [one for one in tries if one.number not in gone and one.number not in _staying(deeds)]
        wrong = [(one, why) for one in standing if (why := self._fault(one))]
        right = [one for one in standing if not self._fault(one)]
        if wrong:
            return self._mend(*wrong[-1], is_done_beside=bool(right))
        if right:
            keeps = {self.keep: right[-1].number} if self.keep else {}
            return Done(said=self._said(right[-1], deeds), keeps=keeps)
        return self._on_the_way(deeds, gone, tries)

    def _is_try(self, one: Booked) -> bool:
        """A booking of the wanted kind, or of the wanted material: whatever else the person does is their affair."""
        mine = one.act is Act.POST and one.by == self.sight.me.id and not (one.source and self._grew(one))
        return mine and (one.kind is self.kind or any(line.material == self.material.code for line in one.lines))

    def _grew(self, one: Booked) -> bool:
        """An order from a requisition, or an undoing: nobody typed it as a booking of its own."""
        return one.kind in (DocumentKind.PURCHASE_ORDER, DocumentKind.REVERSAL)

    def _fault(self, one: Booked) -> str:
        """What is wrong with a booking, "" when nothing is."""
        if one.kind is not self.kind:
            return f"记成了{KINDS[one.kind]}，这一步是{KINDS[self.kind]}"
        if one.project != self.project:
            return f"记到“{self.sight.project(one.project)}”去了，要记在“{self.sight.project(self.project)}”"
        return self._wrong_goods(one) or self._wrong_use(one) or self._wrong_price(one)

    def _wrong_goods(self, one: Booked) -> str:
        ours = [line for line in one.lines if line.material == self.material.code]
        others = [line for line in one.lines if line.material != self.material.code]
        if not ours:
            return f"材料不对：记的是{self.sight.label(others[0].material)}，要的是{self.material.label}"
        if others:
            return f"多记了{self.sight.label(others[0].material)}，这一步只要{self.material.label}"
        total = Quantity(sum(line.quantity.millionths for line in ours), self.quantity.unit)
        if total == self.quantity:
            return ""
        typed = Quantity(sum(line.entered.millionths for line in ours), ours[0].entered.unit)
        if typed.unit != self.quantity.unit and typed.millionths == self.quantity.millionths:
            return f"单位不对：写成了 {shown(typed)}，要的是 {shown(self.quantity)}"
        return f"数量不对：记了 {shown(typed)}，要的是 {shown(self.quantity)}"

    def _wrong_use(self, one: Booked) -> str:
        if self.team and one.team != self.team:
            taker = one.team or self.sight.name(one.recipient) or "别人"
            return f"领料的不对：记给了{taker}，要的是{self.team}"
        if self.stage and one.stage != self.stage:
            return f"阶段不对：记到了{one.stage or '没有写阶段'}，要的是{self.stage}"
        if self.supplier and one.supplier != self.supplier:
            return f"供应商不对，要的是{self.sight.wanted.supplier}"
        return ""

    def _wrong_price(self, one: Booked) -> str:
        if self.price is None:
            return ""
        for line in one.lines:
            if line.entered.unit == self.quantity.unit and line.price != self.price:
                typed = f"写成了 {line.price}" if line.price is not None else "没有写"
                return f"单价不对：{typed}，要的是 {self.price}"
        return ""

    def _mend(self, one: Booked, why: str, *, is_done_beside: bool) -> Wrong:
        undo = undo_words(one)
        if is_done_beside:
            return Wrong(why=f"后来这张记对了，可 {one.number} 还在账上（{why}）。先把它撤掉。", mend=undo)
        return Wrong(why=f"{why}。先撤掉这一张，再照例句来一遍。", mend=undo)

    def _on_the_way(self, deeds: Sequence[Deed], gone: Mapping[str, Booked], tries: Sequence[Booked]) -> Verdict:
        last = last_word(deeds, self.sight, is_right=self._is_right_elsewhere)
        undone = [one for one in tries if one.number in gone]
        if isinstance(last, NotYet) and undone:
            return NotYet(note=f"{undone[-1].number} 撤掉了，好。现在照例句再来一遍。", mend=self.sight.wanted.say)
        return last

    def _is_right_elsewhere(self, one: Booked) -> bool:
        return one.act is Act.POST and not one.source and not self._fault(one)

    def _said(self, one: Booked, deeds: Sequence[Deed]) -> str:
        """What was booked, with what is left of it where the robot said so."""
        amount = shown(self.quantity)
        what = {
            DocumentKind.ISSUE: f"{amount}领给{self.team}了",
            DocumentKind.RECEIPT: f"{amount}收进库了",
            DocumentKind.REQUISITION: f"{amount}申购上去了，单号 {one.number}",
            DocumentKind.PURCHASE_ORDER: f"{amount}下单了，单号 {one.number}",
        }[self.kind]
        left = _left(one, deeds)
        if left is None:
            return f"{what}。"
        return f"{what}，库存{'还剩' if self.kind is DocumentKind.ISSUE else '现有'} {shown(left)}。"


def _staying(deeds: Sequence[Deed]) -> set[str]:
    """Documents that the robot would not take back any more."""
    answers = (answer for deed in deeds if isinstance(deed, Asked) for answer in deed.answers)
    return {number_in(answer.facts) for answer in answers if answer.event in STAYS}


def _left(one: Booked, deeds: Sequence[Deed]) -> Quantity | None:
    for deed in deeds:
        for answer in deed.answers if isinstance(deed, Asked) else ():
            if answer.number == one.number:
                lines = [record(one) for name in ("taken", "received") for one in items(answer.facts.get(name))]
                if lines:
                    return quantity_in(lines[-1].get("left") or lines[-1].get("now"))
    return None


def undo_words(one: Booked) -> str:
    """The words that take a booking back."""
    return f"{'撤回' if one.kind is DocumentKind.REQUISITION else '撤销'} {one.number}"


# --- taking something back -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TakesBack:
    """A document is to be undone, withdrawn or called off by the learner."""

    sight: Sight
    number: str
    said: str

    def judge(self, deeds: Sequence[Deed]) -> Verdict:
        """Done when exactly this one is gone."""
        gone = taken_back(deeds)
        if (found := gone.get(self.number)) is not None:
            return Done(said=self.said) if found.by == self.sight.me.id else self._by_another(found)
        if self.number in _staying(deeds):
            return Wrong(why=f"{self.number} 已经撤不掉了（过了时间，或者料已经用了）。这一步重新来一张。", lost=True)
        other = [number for number, one in gone.items() if one.by == self.sight.me.id]
        last = last_word(deeds, self.sight)
        if other and isinstance(last, NotYet):
            why = f"撤错了一张：撤掉的是 {other[-1]}，要撤的是 {self.number}。"
            return Wrong(why=why, mend=self.sight.wanted.say)
        return last

    def _by_another(self, found: Booked) -> Wrong:
        why = f"{self.sight.name(found.by)}先撤了这一张。这一步重新来，由{self.sight.me.name}自己撤。"
        return Wrong(why=why, by=found.by, lost=True)


# --- a decision ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Decides:
    """A document waits for the learner: approve, reject, or place the order; at this price where one is given."""

    sight: Sight
    number: str
    act: Act
    said: str
    price: Price | None = None

    def judge(self, deeds: Sequence[Deed]) -> Verdict:
        """Done when the learner decided it so. A decision stands for ever, so a wrong one wants another document."""
        for one in booked(deeds):
            if one.number != self.number or one.act is Act.POST:
                continue
            if one.by != self.sight.me.id:
                return self._by_another(one)
            return self._mine(one, deeds)
        return last_word(deeds, self.sight)

    def _mine(self, one: Booked, deeds: Sequence[Deed]) -> Verdict:
        if one.act is not self.act:
            why = f"{self.number} 被你{_ACTS.get(one.act, '办掉')}了，这一步要的是{_ACTS[self.act]}。"
            return Wrong(why=f"{why}决定做了就改不了，换一张再来。", lost=True)
        if self.price is not None and any(line.price != self.price for line in one.lines):
            paid = one.lines[0].price
            why = f"下单的单价是 {paid}，要改成 {self.price}。单已经下了，换一张再来。"
            return Wrong(why=why, lost=True)
        reason = f"原因写的是“{one.reason}”。" if one.act is Act.REJECT else ""
        order = order_from(self.number, deeds)
        return Done(said=f"{self.said}{reason}", keeps={"order": order} if order else {})

    def _by_another(self, one: Booked) -> Wrong:
        who = self.sight.name(one.by)
        why = f"{self.number} 已经由{who}{_ACTS.get(one.act, '办')}了。这一步要{self.sight.me.name}自己来，换一张再做。"
        return Wrong(why=why, by=one.by, lost=True)


_ACTS: Final[Mapping[Act, str]] = {
    Act.APPROVE: "同意",
    Act.REJECT: "驳回",
    Act.CONFIRM: "确认下单",
    Act.CANCEL: "作废",
    Act.WITHDRAW: "撤回",
}


# --- a question ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """A question is to be asked, and the robot has to have answered it: which event, about which thing."""

    sight: Sight
    event: str
    said: Callable[[Answer], str]
    chat: str  # where it is to be asked: a group's conversation or PRIVATE
    material: str = ""
    number: str = ""
    project: str = ""

    def judge(self, deeds: Sequence[Deed]) -> Verdict:
        """Done when the right answer came in the right place; a booking by mistake has to be taken back."""
        mine = (deed for deed in deeds if isinstance(deed, Asked) and deed.person == self.sight.me.id)
        answers = [(answer, deed.chat) for deed in mine for answer in deed.answers]
        fitting = [found for found in answers if found[0].event == self.event]
        right = next((answer for answer, chat in fitting if not self._fault(answer, chat)), None)
        if right is not None:
            return Done(said=self.said(right))
        if (found := self._booked_instead(deeds)) is not None:
            return found
        if fitting and fitting[-1] is answers[-1]:
            return Wrong(why=self._fault(*fitting[-1]), mend=self.sight.wanted.say)
        return last_word(deeds, self.sight)

    def _fault(self, answer: Answer, chat: str) -> str:
        return self._wrong_matter(answer) or self._wrong_place(chat)

    def _wrong_place(self, chat: str) -> str:
        if chat == self.chat:
            return ""
        where = "和料掌柜的私聊" if self.chat == PRIVATE else f"“{self.sight.wanted.group}”"
        return f"问对了，可是问在{'私聊' if chat == PRIVATE else '群'}里了。这一步要到{where}里问。"

    def _wrong_matter(self, answer: Answer) -> str:
        facts = answer.facts
        if self.material:
            named = materials_in(record(facts.get("question")).get("materials") or facts.get("lines"))
            if self.material not in named:
                label = self.sight.label(self.material)
                other = "、".join(self.sight.label(code) for code in named[:2])
                return f"查的是{other or '全部'}，这一步要查{label}。"
        if self.number and (number := number_in(facts) or answer.number) != self.number:
            return f"问的是 {number}，这一步要问 {self.number}。"
        if self.project and (code := code_in(facts.get("project"))) != self.project:
            return f"问的是“{self.sight.project(code)}”，这一步要问“{self.sight.project(self.project)}”。"
        return ""

    def _booked_instead(self, deeds: Sequence[Deed]) -> Wrong | None:
        """While only a question was wanted, something was booked on the same material."""
        gone, staying = taken_back(deeds), _staying(deeds)
        for one in reversed(booked(deeds)):
            mine = one.by == self.sight.me.id and one.act is Act.POST and one.kind is not DocumentKind.REVERSAL
            touches = self.material and any(line.material == self.material for line in one.lines)
            if mine and touches and one.number not in gone and one.number not in staying:
                why = f"这一步只是问一句，你记了一张{KINDS[one.kind]}（{one.number}）。先撤掉它。"
                return Wrong(why=why, mend=undo_words(one))
        return None


# --- a picture -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Shows:
    """A photograph of a material's label is to be sent; what comes of it tells whether it was read."""

    sight: Sight
    material: Material

    def judge(self, deeds: Sequence[Deed]) -> Verdict:
        """Done when the robot's answer to a picture, or what it booked, is about this material."""
        for deed in reversed(deeds):
            if not isinstance(deed, Asked) or deed.person != self.sight.me.id or not deed.is_picture:
                continue
            named = list(dict.fromkeys(code for answer in deed.answers for code in codes_in(answer.facts)))
            if self.material.code in named:
                return Done(said=f"认出来了：{self.material.label}。拍一下标签，就不用打材料名。")
            known = [code for code in named if code in self.sight.company.materials]
            if known:
                why = f"这张是{self.sight.label(known[0])}的标签，要拍的是{self.material.label}。"
                return Wrong(why=why)
            return Wrong(why="这张照片里没有认出材料标签。挑清楚的、正对着拍的一张再发。")
        if any(isinstance(deed, Asked) and deed.person == self.sight.me.id for deed in deeds):
            return NotYet(note="这一步要发照片：点输入框上的“现场标签”，选这种材料。")
        return NotYet()


# --- the evening ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Hears:
    """The evening's digest is to arrive in the group by itself, because the clock was moved past its hour."""

    sight: Sight
    conversation: str
    group: str

    def judge(self, deeds: Sequence[Deed]) -> Verdict:
        """Done when it was told into the group unasked; its head is compared with the book."""
        for deed in deeds:
            if isinstance(deed, Told) and deed.event == "DailyDigest" and deed.conversation == self.conversation:
                return self._arrived(deed)
        if any(
            isinstance(deed, Asked)
            and deed.person == self.sight.me.id
            and any(a.event == "DailyDigest" for a in deed.answers)
            for deed in deeds
        ):
            return Wrong(why="这是你问出来的日报。这一步不用问：把钟拨到晚上 18:00，它自己会来。")
        return NotYet()

    def _arrived(self, told: Told) -> Verdict:
        seq = record(told.facts.get("head")).get("seq", "")
        if told.chain_holds is False:
            return Wrong(why=f"日报到了，可账页 {seq} 的校验和账本对不上，请告诉管理员。")
        day = f"今天收料、领料一共 {told.documents} 张单" if told.documents else "今天没有出入库"
        proof = f"账页 {seq} 的校验和账本对得上。" if told.chain_holds else "最后一行是账页的校验。"
        return Done(said=f"日报到“{self.group}”了：{day}。{proof}")
