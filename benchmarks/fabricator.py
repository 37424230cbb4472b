"""A year of a company's bookings, written at once: for tests and benchmarks that need a long ledger.

Nothing is made up that the domain can say: values, numbers, approvals, orders and the chain come from the same
functions as in earnest, and so do the rows. Only the asking is left out (no texts, no cards), and thousands of entries
are recorded in one transaction, past SQLAlchemy. What comes out passes `verify` and goes on with real bookings.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from operator import itemgetter
from random import Random
from typing import Any, Final, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.render import Renderer
from domain import opening, purchase_order, receipt, requisition, reversal
from domain.approval import ApprovalOf, Verdict
from domain.arrival import ReceiptOrder
from domain.case import warehouses_of
from domain.chain import link
from domain.company import Company, Material, Person, Project, Tracking, Warehouse
from domain.company_file import read_company_file
from domain.digest import JOB, Anchor, Head, JobRun, JobRunOf
from domain.documents import Document, DocumentKind, Line, Number, State
from domain.entries import Entry, Move, posting
from domain.operation import AnyNeed, Asker, Draft, Facts, Need, Operation, SeriesOf, perform
from domain.permissions import Action, who_may
from domain.places import Place, PlaceKind
from domain.places import warehouse as warehouse_place
from domain.pools import Pool
from domain.records import DocumentOf, LastPricesOf, OnOrderOf, PaidPrice, Spend, SpendOf
from domain.requisition import RequisitionOrder, WantedLine
from domain.reversal import MovesOf
from domain.stock import Balance, BalancesOf, PoolsOf, is_averaged, owner_of, rule_of
from domain.values import FEN_PER_YUAN, MILLION, ZERO, Money, Price, Quantity
from storage import documents, journal, schema, shelves, spending, tables
from storage.database import Database
from storage.journal import ChainHead
from storage.sets import Row
from storage.types import Day, Instant
from storage.unit import Units

T = TypeVar("T")

A_YEAR: Final = timedelta(days=365)
WORKDAY_BEGINS: Final = time(7)
WORKDAY_LASTS: Final = timedelta(hours=11)
SUNDAY: Final = 6
DIGEST_AT: Final = time(18, 30)
# What people do, in parts of a thousand.
UNDONE: Final = 10  # of issues
BY_REQUISITION: Final = 120  # of lorries; the others just come
REJECTED: Final = 100  # of requisitions
ANOTHER_STAGE: Final = 100  # of issues
LINES: Final = (1, 1, 2, 2, 3, 4)  # of an issue
ISSUE_WORTH: Final = Money(600_00)  # of a line, on average
LORRY: Final = (8, 16)  # so many issues' worth
PRICE_SWING: Final = 80  # per mille, either way
ROWS_AT_ONCE: Final = 5_000
FRAME_CHARACTERS: Final = 900  # about what a robot message and its answer take
ANSWER_CHARACTERS: Final = 300


class NoRoom(Exception):
    """The book's last entry is not old enough to put a past behind it."""


class NobodyAtWork(Exception):
    """The company lacks what a past needs: a project with a warehouse, people with the rights, priced materials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goods:
    """A material that is bought and used."""

    material: Material
    price: Price
    supplier: str
    usual: int  # millionths that leave in one issue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """A project at work: where its material lies and who moves it."""

    project: Project
    place: Warehouse
    teams: tuple[str, ...]
    keepers: tuple[Person, ...]
    askers: tuple[Person, ...]
    buyers: tuple[Person, ...]

    @property
    def owner(self) -> str:
        return owner_of(self.place)

    @property
    def stock(self) -> Place:
        return warehouse_place(self.place.code)

    @property
    def work(self) -> Place:
        return Place(PlaceKind.CONSUMPTION, self.project.code)


class _Memory(Facts):
    """The book in memory: every fact is there, as a row that stands or as nothing; last prices are those just paid."""

    def __init__(self, *, company: Company, now: datetime, zone: ZoneInfo, known: dict[AnyNeed, object]):
        super().__init__(company=company, now=now, zone=zone, known=known)
        self.paid: dict[str, tuple[PaidPrice, ...]] = {}

    def __contains__(self, need: object) -> bool:
        return True

    def __getitem__(self, need: Need[T]) -> T:
        if super().__contains__(need):
            return super().__getitem__(need)
        return cast(T, self._unwritten(cast(AnyNeed, need)))

    def _unwritten(self, need: AnyNeed) -> object:
        match need:
            case LastPricesOf():
                return self.paid.get(need.material, ())
            case SeriesOf():
                return 0
            case BalancesOf() | PoolsOf():
                return ()
            case OnOrderOf():  # this and the next only show on cards, which nobody is sent
                return Quantity(0, self.company.materials[need.material].base_unit)
            case SpendOf():
                return Spend(asked=ZERO, ordered=ZERO, spent=ZERO)
            case _:
                return None


async def new_book(
    database: Database, data: dict[str, Any], *, moves: int, seed: int, now: datetime, zone: ZoneInfo
) -> Company:
    """A book from nothing: the company as it was taken in a year ago, and what it has booked since."""
    await schema.upgrade(database)
    units = Units(database, clock=_Standing(now - A_YEAR), zone=zone, render=Renderer(zone))
    try:
        file = read_company_file(data, into=Company())
        loader = Asker(person=opening.LOADER)
        await units.work("load", opening.take_in(file.company, file.opening_stock, over=Company(), by=loader))
        company = await units.company()
    finally:
        await units.close()
    await fabricate(database, company, moves=moves, seed=seed, now=now, zone=zone)
    return company


@dataclass(frozen=True, slots=True)
class _Standing:
    """A clock that stands."""

    at: datetime

    def now(self) -> datetime:
        return self.at


async def fabricate(
    database: Database, company: Company, *, moves: int, seed: int, now: datetime, zone: ZoneInfo
) -> None:
    """Write so many moves, or a few more, from the day after the book's last entry until yesterday evening.

    The same seed on the same book writes the same past. Interrupted, it leaves a shorter past that is valid as well.
    Raises NoRoom, NobodyAtWork.
    """
    head, last, known = await _open(database, company)
    days = list(_days(last.astimezone(zone).date() + timedelta(days=1), now.astimezone(zone).date()))
    if not days:
        raise NoRoom(f"the last entry is of {last}")
    past, written = _Past(company, zone, Random(seed), known), _Written(head)
    weights = [1 if day.weekday() == SUNDAY else 5 for day in days]
    until = [moves * part // sum(weights) for part in accumulate(weights)]
    for day, target in zip(days, until, strict=True):
        past.day(day, target, progress=(day - days[0]) / (days[-1] - days[0] + timedelta(days=1)))
        written.take(past, day)
        if written.is_full or day == days[-1]:
            await written.record(database)


def _days(first: date, end: date) -> Iterator[date]:
    while first < end:
        yield first
        first += timedelta(days=1)


async def _open(database: Database, company: Company) -> tuple[ChainHead, datetime, dict[AnyNeed, object]]:
    """The head, when the last entry was made, and the stock as it stands."""
    entry, known = tables.entry, dict[AnyNeed, object]()
    async with database.read() as connection:
        head = await journal.read_head(connection)
        at = (await connection.execute(select(entry.c.at).order_by(entry.c.seq.desc()).limit(1))).scalar_one_or_none()
        for code in company.materials:
            stock: list[AnyNeed] = [BalancesOf(material=code, warehouse=place) for place in company.warehouses]
            stock += [PoolsOf(material=code, owner=owner) for owner in ("", *company.projects)]
            known.update(await shelves.load(connection, stock, company))
    if at is None:
        raise NoRoom("the book has no opening")
    return head, at, known


class _Written:
    """Rows on their way into the book."""

    def __init__(self, head: ChainHead):
        self._head = head
        self._rows = defaultdict[Table, list[Row]](list)
        self._entries: list[Entry] = []
        self._changed: dict[AnyNeed, object] = {}
        self._evening = datetime.now(UTC)

    @property
    def is_full(self) -> bool:
        return len(self._rows[tables.entry]) > ROWS_AT_ONCE

    def take(self, past: "_Past", day: date) -> None:
        """A day's entries, linked, the documents as they stand, and the digest that told of it in the evening."""
        self._evening = datetime.combine(day, DIGEST_AT, past.zone)
        entries, changed = past.recorded()
        self._entries += entries
        for entry in entries:
            self._link(entry)
        for need, value in changed.items():
            if isinstance(value, Document):
                self._document(value)
            else:
                self._changed[need] = value
        for site in past.sites:
            self._changed[JobRunOf(job=JOB, scope=site.project.code, period=day.isoformat())] = JobRun(outcome="sent")
            told = Head(seq=self._head.seq, hash=self._head.hash)
            self._changed[Anchor(project=site.project.code, day=day)] = told

    def _link(self, entry: Entry) -> None:
        seq = self._head.seq + 1
        self._head = replace(self._head, seq=seq, hash=link(self._head.hash, seq, entry))
        self._rows[tables.entry].append(journal._entry_row(seq, self._head.hash, entry))
        self._rows[tables.entry_line] += [journal._line_row(seq, entry, no) for no in range(len(entry.lines))]
        self._rows[tables.move] += [journal._move_row(seq, move) for move in entry.moves]

    def _document(self, paper: Document) -> None:
        self._rows[tables.document].append(documents._document_row(paper))
        self._rows[tables.document_line] += [documents._line_row(paper, line) for line in paper.lines]
        links = ({"number": paper.number, "other": other, "position": no} for no, other in enumerate(paper.links, 1))
        self._rows[tables.document_link] += links

    async def record(self, database: Database) -> None:
        """All of it in one transaction."""
        async with database.write() as connection:
            for table, rows in self._rows.items():
                await _bulk(connection, table, rows)
            await spending.add(connection, self._entries)
            await shelves.save(connection, self._changed, self._evening)
            head = {"seq": self._head.seq, "hash": self._head.hash}
            await connection.execute(update(tables.chain).values(**head))
        self._entries.clear()
        self._rows.clear()
        self._changed.clear()


async def _bulk(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows by the driver's fastest way, their values as our column types write them."""
    if not rows:
        return
    names = [column.name for column in table.columns if column.name in rows[0]]
    made = [table.c[name].type.bind_processor(connection.dialect) for name in names]
    changed = [
        (at, make) for at, make in enumerate(made) if make and isinstance(table.c[names[at]].type, Instant | Day)
    ]
    plain = [_plain(values, changed) for values in map(itemgetter(*names), rows)]
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if connection.dialect.name == "sqlite":
        listed, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        await driver.executemany(f"INSERT INTO {table.name} ({listed}) VALUES ({marks})", plain)
    else:
        await driver.copy_records_to_table(table.name, records=plain, columns=names)


def _plain(values: tuple[Any, ...], changed: Sequence[tuple[int, Any]]) -> Sequence[Any]:
    """A row with its moments and days as they are written."""
    row = list(values)
    for at, make in changed:
        row[at] = make(row[at])
    return row


class _Past:
    """What happened, day by day, decided in memory."""

    def __init__(self, company: Company, zone: ZoneInfo, random: Random, known: dict[AnyNeed, object]):
        self.zone = zone
        self.sites = tuple(_sites(company))
        self._goods = tuple(_goods(company))
        if not self.sites or not self._goods:
            raise NobodyAtWork(company.name)
        self._company = company
        self._random = random
        self._progress = 0.0
        self._moves = 0
        self._facts = _Memory(company=company, now=datetime.now(UTC), zone=zone, known=known)
        self._draft = Draft(self._facts)

    def day(self, day: date, until: int, *, progress: float) -> None:
        """Bookings spread over the working day until so many moves are made since the beginning."""
        self._progress, begun, wanted = progress, self._moves, max(1, until - self._moves)
        morning = datetime.combine(day, WORKDAY_BEGINS, self.zone)
        while self._moves < until:
            moment = morning + WORKDAY_LASTS * min(self._moves - begun, wanted) / wanted
            self._facts.now = self._draft.now = moment.replace(microsecond=0)
            self._issue(self._random.choice(self.sites))

    def recorded(self) -> tuple[Sequence[Entry], dict[AnyNeed, object]]:
        """What the day entered and changed; afterwards only stock is remembered."""
        ended, self._draft = self._draft, Draft(self._facts)
        kept = {n: value for n, value in ended.changed.items() if isinstance(n, BalancesOf | PoolsOf)}
        self._facts.learn(kept.items())
        return ended.entries, ended.changed

    def _one_in_a_thousand(self, times: int) -> bool:
        return self._random.randrange(1000) < times

    # --- what leaves ---

    def _issue(self, site: _Site) -> None:
        """Material for a team; what would run out is delivered before."""
        wanted = self._random.sample(self._goods, min(self._random.choice(LINES), len(self._goods)))
        taken = [(goods.material, self._some(goods)) for goods in wanted]
        for goods, (kept, quantity) in zip(wanted, taken, strict=True):
            if self._held(site, kept) - quantity.millionths < self._untouched(site, goods):
                self._lorry(site, goods)
        paper, moves = self._let_out(site, taken)
        if self._one_in_a_thousand(UNDONE):
            self._facts.learn([(MovesOf(paper.number), moves)])
            self._do(reversal.undo(paper.number, by=Asker(person=paper.requester), reason="领错了"))

    def _untouched(self, site: _Site, goods: _Goods) -> int:
        """The safety line, so that no warning is due."""
        rule = rule_of(self._company, goods.material.code, site.place.code)
        return rule.safety_stock.millionths if rule else 0

    def _some(self, goods: _Goods) -> Quantity:
        millionths = goods.usual * self._random.randrange(200, 1800) // 1000
        return Quantity(_round(millionths), goods.material.base_unit)

    def _let_out(self, site: _Site, taken: Sequence[tuple[Material, Quantity]]) -> tuple[Document, tuple[Move, ...]]:
        stage, team, lines, moves = self._stage(site), self._random.choice(site.teams), list[Line](), list[Move]()
        for no, (kept, quantity) in enumerate(taken, start=1):
            amount, rest = self._pool(site, kept).take(quantity)
            self._keep(site, kept, -quantity.millionths, rest)
            lines.append(_line(no, kept, quantity, None, amount))
            moves.append(_move(lines[-1], amount, site.stock, site.work, stage, team))
        paper = self._paper(DocumentKind.ISSUE, site, lines, stage=stage, team=team)
        return paper, self._post(paper, moves)

    def _stage(self, site: _Site) -> str:
        """The stage that the building has reached, or sometimes any other."""
        stages = site.project.stages
        if not stages or self._one_in_a_thousand(ANOTHER_STAGE):
            return self._random.choice(stages) if stages else ""
        return stages[int(self._progress * len(stages))]

    # --- what comes ---

    def _lorry(self, site: _Site, goods: _Goods) -> None:
        """More of a material than the site lacks: mostly it just comes, sometimes it was asked for on paper."""
        load = goods.usual * self._random.randint(*LORRY) + 2 * self._untouched(site, goods)
        quantity = Quantity(_round(load), goods.material.base_unit)
        if not (self._one_in_a_thousand(BY_REQUISITION) and self._ordered(site, goods, quantity)):
            self._take_in(site, goods, quantity)

    def _take_in(self, site: _Site, goods: _Goods, quantity: Quantity) -> None:
        kept, swing = goods.material, self._random.randint(-PRICE_SWING, PRICE_SWING)
        fen = max(1, goods.price.micros * (1000 + swing) * FEN_PER_YUAN // (1000 * MILLION))
        price = Price(fen * MILLION // FEN_PER_YUAN)
        amount = price.times_to_fen(quantity)
        pool = self._pool(site, kept).put(quantity, amount, averaged=is_averaged(kept, self._company))
        self._keep(site, kept, quantity.millionths, pool)
        line = _line(1, kept, quantity, price, amount)
        paper = self._paper(DocumentKind.RECEIPT, site, [line], supplier=goods.supplier)
        self._post(paper, [_move(line, amount, Place(PlaceKind.SUPPLIER, goods.supplier), site.stock)])

    def _ordered(self, site: _Site, goods: _Goods, quantity: Quantity) -> bool:
        """Requisition, approvals, order, delivery. Whether it came to a delivery."""
        lines = (WantedLine(material=goods.material.code, entered=quantity),)
        wanted = RequisitionOrder(project=site.project.code, lines=lines, stage=self._stage(site))
        number = self._do(requisition.submit(wanted, by=Asker(person=self._random.choice(site.askers).id)))
        while (chain := self._draft[ApprovalOf(number)]) is not None and (node := chain.open_node) is not None:
            if node.is_stuck:
                return False
            verdict = Verdict.REJECT if self._one_in_a_thousand(REJECTED // 2) else Verdict.APPROVE
            by = Asker(person=node.asked_now()[0].person)
            self._do(requisition.decide(number, verdict, by=by, reason="先用库存" if verdict is Verdict.REJECT else ""))
            if verdict is Verdict.REJECT:
                return False
        paper = self._draft[DocumentOf(number)]
        assert paper is not None
        for order in paper.links:
            buyer, keeper = Asker(person=site.buyers[0].id), Asker(person=self._random.choice(site.keepers).id)
            self._do(purchase_order.confirm(Number(order), by=buyer, supplier_code=goods.supplier))
            self._do(receipt.book(ReceiptOrder(project=site.project.code, document=order), by=keeper))
        return True

    # --- stock: a material without lots has one balance and one pool; the domain's own way takes thrice the time ---

    def _held(self, site: _Site, kept: Material) -> int:
        balances = self._draft[BalancesOf(material=kept.code, warehouse=site.place.code)]
        return balances[0].quantity.millionths if balances else 0

    def _pool(self, site: _Site, kept: Material) -> Pool:
        pools = self._draft[PoolsOf(material=kept.code, owner=site.owner)]
        return pools[0] if pools else Pool(material=kept.code, owner=site.owner, lot="", unit=kept.base_unit)

    def _keep(self, site: _Site, kept: Material, change: int, pool: Pool) -> None:
        place = site.place.code
        now = Quantity(self._held(site, kept) + change, kept.base_unit)
        balance = Balance(material=kept.code, warehouse=place, lot="", quantity=now)
        self._draft[BalancesOf(material=kept.code, warehouse=place)] = (balance,)
        self._draft[PoolsOf(material=kept.code, owner=site.owner)] = (pool,)

    # --- papers ---

    def _do(self, operation: Operation) -> Number:
        """What a person would have asked for, decided as in earnest; the number of the document that it was about."""
        before = len(self._draft.entries)
        perform(operation, self._draft)
        self._draft.notices.clear()
        for entry in self._draft.entries[before:]:
            self._moves += len(entry.moves)
            if entry.kind is DocumentKind.RECEIPT:
                self._note_prices(entry.lines, entry.supplier, entry.dated, entry.number)
        return self._draft.entries[before].number

    def _paper(
        self,
        kind: DocumentKind,
        site: _Site,
        lines: Sequence[Line],
        *,
        supplier: str = "",
        stage: str = "",
        team: str = "",
    ) -> Document:
        return Document(
            number=self._draft.number(kind),
            kind=kind,
            state=State.POSTED,
            project=site.project.code,
            requester=self._random.choice(site.keepers).id,
            created_at=self._draft.now,
            dated=self._draft.today,
            supplier=supplier,
            warehouse=site.place.code,
            stage=stage,
            team=team,
            lines=tuple(lines),
        )

    def _post(self, paper: Document, moves: Sequence[Move]) -> tuple[Move, ...]:
        self._draft[DocumentOf(paper.number)] = paper
        self._draft.record(posting(paper, moves=tuple(moves)))
        self._moves += len(moves)
        if paper.kind is DocumentKind.RECEIPT:
            self._note_prices(paper.lines, paper.supplier, paper.dated, paper.number)
        return tuple(moves)

    def _note_prices(self, lines: Sequence[Line], supplier: str, day: date, number: str) -> None:
        for line in lines:
            if line.price is not None:
                paid = PaidPrice(price=line.price, unit=line.entered.unit, supplier=supplier, day=day, number=number)
                self._facts.paid[line.material] = (paid,)


def _round(millionths: int) -> int:
    """Whole units, or thousandths of what is dear."""
    step = MILLION if millionths >= MILLION else MILLION // 1000
    return max(millionths // step, 1) * step


def _line(no: int, kept: Material, quantity: Quantity, price: Price | None, amount: Money) -> Line:
    return Line(
        no=no,
        material=kept.code,
        entered=quantity,
        quantity=quantity,
        price=price,
        amount=amount,
        fulfilled=Quantity(0, kept.base_unit),
    )


def _move(line: Line, amount: Money, source: Place, target: Place, stage: str = "", team: str = "") -> Move:
    return Move(
        no=line.no,
        line=line.no,
        material=line.material,
        quantity=line.quantity,
        amount=amount,
        source=source,
        target=target,
        stage=stage,
        team=team,
    )


def _sites(company: Company) -> Iterator[_Site]:
    for project in company.projects.values():
        place = next(iter(warehouses_of(company, project.code)), None)
        teams = tuple(team.name for team in company.teams.values() if team.project in {None, project.code})
        people = {act: who_may(company, act, project=project.code) for act in _ACTS}
        if place is not None and teams and all(people.values()):
            yield _Site(
                project=project,
                place=place,
                teams=teams,
                keepers=tuple(
                    p for p in people[Action.ISSUE] if p in people[Action.RECEIVE] and p in people[Action.UNDO]
                ),
                askers=people[Action.REQUEST],
                buyers=people[Action.ORDER],
            )


_ACTS: Final = (Action.ISSUE, Action.RECEIVE, Action.UNDO, Action.REQUEST, Action.ORDER)


def _goods(company: Company) -> Iterator[_Goods]:
    """What has a price in the company file and is not told apart by lot or piece."""
    for material in company.materials.values():
        noted = next((n for n in company.prices if n.material == material.code), None)
        if noted is None or noted.unit != material.base_unit or material.tracked is not Tracking.NONE:
            continue
        usual = ISSUE_WORTH.fen * MILLION * MILLION // (noted.unit_price.micros * FEN_PER_YUAN)
        yield _Goods(material=material, price=noted.unit_price, supplier=noted.supplier or "", usual=usual)


async def fabricate_talk(database: Database, *, messages: int, now: datetime) -> None:
    """So many finished frames and as many sent answers, over a year: both tables are as long as in real life then."""
    for first in range(0, messages, ROWS_AT_ONCE):
        numbers = range(first, min(first + ROWS_AT_ONCE, messages))
        moments = [now - A_YEAR * (messages - number) / messages for number in numbers]
        async with database.write() as connection:
            await _bulk(connection, tables.inbox, [_frame(n, at) for n, at in zip(numbers, moments, strict=True)])
            await _bulk(connection, tables.outbox, [_answer(n, at) for n, at in zip(numbers, moments, strict=True)])


def _frame(number: int, at: datetime) -> Row:
    return {
        "key": f"robot:fabricated:{number}",
        "kind": "text",
        "raw": "{" + f'"msgId": "{number}", "text": "' + "领" * FRAME_CHARACTERS + '"}',
        "state": "done",
        "received_at": at,
        "finished_at": at + timedelta(milliseconds=20),
        "lease_until": at + timedelta(seconds=30),
        "attempts": 0,
        "error": "",
    }


def _answer(number: int, at: datetime) -> Row:
    return {
        "key": f"robot:fabricated:{number}:0",
        "urgency": 0,
        "order_key": f"chat:{number % 100}",
        "message": '{"markdown": "' + "已领料" * (ANSWER_CHARACTERS // 3) + '"}',
        "facts": "{}",
        "number": "",
        "state": "sent",
        "attempts": 1,
        "created_at": at,
        "next_at": at,
        "deadline": at + timedelta(hours=2),
        "lease_until": at + timedelta(seconds=60),
        "lease_no": 1,
        "sent_at": at + timedelta(milliseconds=200),
        "send_key": f"fabricated-{number}",
        "error": "",
    }
