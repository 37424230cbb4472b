"""From an order to the store: lorries come some days later, perhaps in parts, and the keeper books what they bring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from bot.practice.month.days import SUNDAY
from bot.practice.month.habits import DRIVERS, KEEPER, LEAD_DAYS
from bot.practice.month.life import documents
from bot.practice.month.story import Story
from bot.practice.month.transcript import Told
from bot.practice.month.wording import Amount, plain, receipt
from bot.practice.month.yard import decimal
from domain.documents import Document

HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lorry:
    """Comes `late` days after the supplier's usual time, with so much of every line; the last one with the rest."""

    late: int = 0
    percent: int = 100
    extra: Decimal = Decimal(0)  # what it brings beyond the order
    counted: Decimal = Decimal(0)  # how much too much is booked at first
    lot: str = ""
    expiry: date | None = None


ALL_AT_ONCE: Final = (Lorry(),)


class Deliveries:
    """Which lorries bring what; what nobody planned comes at once and on time."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._plans: dict[str, tuple[Lorry, ...]] = {}
        self._brought: dict[tuple[str, int], Decimal] = {}
        self._heard = set[str]()

    def plan(self, requisition: str, lorries: tuple[Lorry, ...]) -> None:
        """How the orders of this requisition will come."""
        self._plans[requisition] = lorries

    def placed(self, order: Document) -> None:
        """An order was placed: its lorries set out."""
        requisition = str(order.links[0]) if order.links else ""
        for lorry in self._plans.get(requisition, ALL_AT_ONCE):
            self._send(order, lorry)

    def _send(self, order: Document, lorry: Lorry) -> None:
        story = self._story
        day = story.now().date() + timedelta(days=LEAD_DAYS.get(order.supplier, 2) + lorry.late)
        if day.weekday() == SUNDAY:
            day += timedelta(days=1)
        when = story.between(day, 8, 11) if story.rng.randrange(3) else story.between(day, 14, 16)

        async def arrive() -> None:
            await self._arrive(order, lorry)

        story.agenda.plan(when, arrive)

    async def _arrive(self, order: Document, lorry: Lorry) -> None:
        story, keeper = self._story, KEEPER[order.project]
        came = self._load(order, lorry)
        if not came:
            return
        words = self._at_the_gate(order.supplier)
        if words and story.rng.randrange(2):
            story.chats(story.rng.choice(GATE[order.project]), order.project, words)
            if story.rng.randrange(2):
                story.soon(1, 2, self._coming(order.project))

        async def book() -> None:
            await self._book(keeper, order, lorry, came)

        story.soon(7, 22, book)

    def _at_the_gate(self, supplier: str) -> str:
        """What somebody at the gate says, each sentence once; nothing when all have been said."""
        driver = DRIVERS.get(supplier, "送货车")
        left = [words for one in AT_THE_GATE if (words := one.format(driver=driver)) not in self._heard]
        words = self._story.rng.choice(left) if left else ""
        self._heard.add(words)
        return words

    def _coming(self, project: str) -> "Sayer":
        words = self._story.rng.choice(("来了", "马上到", "收到，去点数", "好，过来了"))
        return Sayer(self._story, KEEPER[project], project, words)

    def _load(self, order: Document, lorry: Lorry) -> list[Amount]:
        """What is on the lorry, line by line, in the units of the order."""
        came = list[Amount]()
        for line in order.lines:
            key = (str(order.number), line.no)
            ordered, before = decimal(line.entered), self._brought.get(key, Decimal(0))
            step = Decimal("0.1") if line.entered.unit == "吨" else Decimal(1)
            part = (ordered * lorry.percent / HUNDRED / step).to_integral_value() * step
            brings = min(part, ordered - before) + lorry.extra
            if brings > 0:
                self._brought[key] = before + brings
                came.append(Amount(line.material, brings, line.entered.unit))
        return came

    async def _book(self, keeper: str, order: Document, lorry: Lorry, came: Sequence[Amount]) -> None:
        story = self._story
        if lorry.lot:
            await story.asks(keeper, order.project, self._with_lot(came[0], lorry))
            return
        if lorry.counted:
            await self._miscounted(keeper, order, lorry, came)
            return
        is_whole = lorry.percent == HUNDRED and not lorry.extra and not lorry.late
        way = story.rng.randrange(8) if is_whole else 7
        if way < 2:
            await story.asks(keeper, order.project, f"收货 {order.number}")
        elif way == 2 and (placed := self._announced(order)) is not None:
            words = story.rng.choice(("到货了，全部收", "都到齐了,收货"))
            await story.life.says(keeper, story.groups[order.project], words, quoting=placed)
        else:
            await story.asks(keeper, order.project, receipt(story.rng, came))

    def _announced(self, order: Document) -> Told | None:
        group = self._story.groups[order.project]
        return self._story.life.last_told(
            lambda out: out.number == str(order.number) and out.route.conversation == group and out.card is None
        )

    def _with_lot(self, came: Amount, lorry: Lorry) -> str:
        assert lorry.expiry is not None
        until = f"{lorry.expiry:%Y-%m-%d}"
        return f"收货防水涂料{plain(came.quantity)}桶 批号{lorry.lot} 有效期到{until}"

    async def _miscounted(self, keeper: str, order: Document, lorry: Lorry, came: Sequence[Amount]) -> None:
        """Booked too much, taken back within minutes, booked as it is."""
        story, first = self._story, came[0]
        wrong = Amount(first.material, first.quantity + lorry.counted, first.unit)
        answer = await story.asks(keeper, order.project, receipt(story.rng, [wrong]))
        number = next(iter(documents(answer.events, "RK")), "")
        if not number:
            return

        async def undo() -> None:
            await story.asks(keeper, order.project, f"撤销 {number}，数量点错了")
            story.soon(1, 2, again)

        async def again() -> None:
            await story.asks(keeper, order.project, receipt(story.rng, came))

        story.soon(4, 9, undo)


@dataclass(frozen=True, slots=True)
class Sayer:
    """A line of talk to be said later."""

    story: Story
    person: str
    project: str
    words: str

    async def __call__(self) -> None:
        self.story.chats(self.person, self.project, self.words)


AT_THE_GATE: Final = (
    "{driver}到门口了",
    "{driver}到了，来个人点数",
    "{driver}在大门口，谁去接一下",
    "{driver}进来了，先卸哪边",
    "{driver}到了，单子在司机手上",
    "{driver}堵在路口，还要十来分钟",
)
GATE: Final = {"P01": ("u-qinlei", "u-majun", "u-zhouliang", "u-fanggang"), "P02": ("u-dengtao", "u-tianfeng")}
