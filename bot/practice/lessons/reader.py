"""Reads what is new in the robot's book as deeds, and what lies there as stock. It only ever reads."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.practice.lessons.deeds import PRIVATE, Answer, Asked, Booked, BookedLine, Deed, Told
from bot.practice.lessons.facts import Facts, code_in, record
from bot.practice.lessons.scene import Stock
from domain.company import Company
from domain.documents import OPEN_ORDER, Act, DocumentKind, State
from domain.prices import price_in
from domain.records import PaidPrice
from domain.values import Price, Quantity
from storage import inbox, journal, master, tables
from storage.database import Database

ROWS_MAX: Final = 500  # of each kind at one look; the rest comes with the next
IN_CHUNKS: Final = 200  # keys in one statement
_entry, _line, _out, _in = tables.entry, tables.entry_line, tables.outbox, tables.inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of a person on its way to the robot. `key` is what the robot's inbox knows it by."""

    key: str
    person: str
    chat: str
    words: str
    is_picture: bool
    is_heard: bool = True


class BookReader:
    """Looks further from where it looked last. Messages are noted as they are said and told once they are answered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seq = self._out_id = 0
        self._said: dict[str, Said] = {}
        self._company: tuple[int, Company] | None = None

    async def skip(self) -> None:
        """Take everything that is there already as known."""
        async with self._database.read() as connection:
            self._seq = (await journal.read_head(connection)).seq
            self._out_id = (await connection.execute(select(func.max(_out.c.id)))).scalar_one_or_none() or 0

    def note(self, said: Said) -> None:
        """Somebody wrote something; the oldest unanswered is forgotten when there are too many."""
        self._said[said.key] = said
        while len(self._said) > ROWS_MAX:
            self._said.pop(next(iter(self._said)))

    async def look(self) -> list[Deed]:
        """What happened since the last look, entries before the answers that tell of them."""
        async with self._database.read() as connection:
            entries = await self._entries(connection)
            told, answers = await self._outgoing(connection)
            settled = await self._settled(connection)
        asked = [self._asked(key, answers.pop(key, [])) for key in settled]
        return [*entries, *asked, *_presses(answers), *told]

    async def company(self) -> Company:
        """The master data as they stand."""
        async with self._database.read() as connection:
            version = (await journal.read_head(connection)).company_version
            if self._company is None or self._company[0] != version:
                self._company = (version, await master.load_company(connection))
        return self._company[1]

    async def stock(self, company: Company, today: date) -> Stock:
        """What lies where, what it cost last, and what is on order."""
        async with self._database.read() as connection:
            return Stock(
                on_hand=await _on_hand(connection, company),
                prices=await _prices(connection, company),
                on_order=await _on_order(connection),
                today=today,
            )

    def _asked(self, key: str, answers: list[Answer]) -> Asked:
        said = self._said.pop(key)
        return Asked(
            person=said.person,
            chat=said.chat,
            words=said.words,
            is_picture=said.is_picture,
            is_heard=said.is_heard,
            answers=tuple(answers),
        )

    async def _entries(self, connection: AsyncConnection) -> list[Deed]:
        query = select(_entry).where(_entry.c.seq > self._seq).order_by(_entry.c.seq).limit(ROWS_MAX)
        rows = (await connection.execute(query)).all()
        if not rows:
            return []
        lines = defaultdict[int, list[BookedLine]](list)
        units = (await self._company_of(connection)).materials
        wanted = select(_line).where(_line.c.seq.between(rows[0].seq, rows[-1].seq)).order_by(_line.c.seq, _line.c.no)
        for row in await connection.execute(wanted):
            lines[row.seq].append(
                BookedLine(
                    material=row.material,
                    entered=Quantity(row.entered, row.entered_unit),
                    quantity=Quantity(row.quantity, units[row.material].base_unit if row.material in units else ""),
                    price=None if row.price is None else Price(row.price),
                )
            )
        self._seq = rows[-1].seq
        return [_booked(row, tuple(lines[row.seq])) for row in rows]

    async def _company_of(self, connection: AsyncConnection) -> Company:
        return self._company[1] if self._company is not None else await master.load_company(connection)

    async def _outgoing(self, connection: AsyncConnection) -> tuple[list[Deed], dict[str, list[Answer]]]:
        """What went out: told into groups unasked, and answers by the key of what they answer."""
        query = select(_out.c.id, _out.c.key, _out.c.message, _out.c.facts, _out.c.number).where(
            _out.c.id > self._out_id
        )
        told, answers = list[Deed](), defaultdict[str, list[Answer]](list)
        for row in await connection.execute(query.order_by(_out.c.id).limit(ROWS_MAX)):
            self._out_id = row.id
            route, event, facts = _route(row.message), *_facts(row.facts)
            key = str(row.key).rpartition("#")[0]
            if route["kind"] == "group":
                told.append(await _told(connection, event, facts, str(route["conversation"])))
            elif route["kind"] == "reply" or (key.startswith("card:") and not route["is_card"]):
                key = key if route["kind"] == "reply" else f"press:{route['person']}:{key}"
                answers[key].append(Answer(event=event, number=row.number, facts=facts))
        return told, answers

    async def _settled(self, connection: AsyncConnection) -> list[str]:
        """Which of the noted messages are done with, in the order in which they were said."""
        keys = list(self._said)
        done = {key for key in keys if not self._said[key].is_heard}
        for start in range(0, len(keys), IN_CHUNKS):
            part = keys[start : start + IN_CHUNKS]
            query = select(_in.c.key).where(_in.c.key.in_(part), _in.c.state != inbox.RECEIVED)
            done.update((await connection.execute(query)).scalars())
        return [key for key in keys if key in done]


def _presses(answers: Mapping[str, Sequence[Answer]]) -> list[Deed]:
    """Answers to a press go to the presser in private; the other answers are to messages that nobody here noted."""
    found = list[Deed]()
    for key, given in answers.items():
        if key.startswith("press:"):
            person = key.split(":", 2)[1]
            found.append(Asked(person=person, chat=PRIVATE, is_press=True, answers=tuple(given)))
    return found


def _booked(row: Any, lines: tuple[BookedLine, ...]) -> Booked:
    return Booked(
        number=row.number,
        kind=DocumentKind(row.kind),
        act=Act(row.act),
        by=row.by,
        project=row.project,
        stage=row.stage,
        team=row.team,
        recipient=row.recipient,
        supplier=row.supplier,
        reason=row.reason,
        reverses=row.reverses,
        source=row.source,
        lines=lines,
    )


def _route(message: str) -> dict[str, object]:
    body = json.loads(message)
    route = body["route"]
    people = route["people"]
    return {
        "kind": route["kind"],
        "conversation": route["conversation"],
        "person": people[0] if people else "",
        "is_card": body["card"] is not None,
    }


def _facts(written: str) -> tuple[str, Facts]:
    """The event's name and its facts; very long facts are cut in the outbox and then tell only their name."""
    try:
        body = json.loads(written)
        return str(body["kind"]), record(body["facts"])
    except (ValueError, KeyError):
        start = written.find('"kind": "') + len('"kind": "')
        return written[start : written.find('"', start)], {}


async def _told(connection: AsyncConnection, event: str, facts: Facts, conversation: str) -> Told:
    if event != "DailyDigest":
        return Told(event=event, conversation=conversation, facts=facts)
    return Told(
        event=event,
        conversation=conversation,
        facts=facts,
        chain_holds=await _chain_holds(connection, facts.get("head")),
        documents=await _documents_of_the_day(connection, facts),
    )


async def _documents_of_the_day(connection: AsyncConnection, facts: Facts) -> int:
    """How many receipts and issues of the digest's day stand; the digest itself adds them up by material and team."""
    try:
        day = date.fromisoformat(str(facts.get("day")))
    except ValueError:
        return 0
    paper = tables.document
    query = select(func.count()).where(
        paper.c.project == code_in(facts.get("project")),
        paper.c.dated == day,
        paper.c.kind.in_([DocumentKind.RECEIPT.value, DocumentKind.ISSUE.value]),
        paper.c.state != State.REVERSED.value,
    )
    return (await connection.execute(query)).scalar_one()


async def _chain_holds(connection: AsyncConnection, head: object) -> bool | None:
    """Whether the hash that was told is the one that the book has at that place; None where no place was told."""
    seq = record(head).get("seq")
    if not isinstance(seq, int) or not seq:
        return None
    query = select(_entry.c.hash).where(_entry.c.seq == seq)
    found = (await connection.execute(query)).scalar_one_or_none()
    return found is not None and bytes(found).hex() == record(head).get("hash")


async def _on_hand(connection: AsyncConnection, company: Company) -> dict[tuple[str, str], Quantity]:
    table = tables.balance
    query = select(table.c.warehouse, table.c.material, func.sum(table.c.quantity).label("held"))
    rows = await connection.execute(query.group_by(table.c.warehouse, table.c.material))
    return {
        (row.warehouse, row.material): Quantity(int(row.held), company.materials[row.material].base_unit)
        for row in rows
        if row.material in company.materials
    }


async def _prices(connection: AsyncConnection, company: Company) -> dict[str, Price]:
    """The last price received for each material, per base unit."""
    newest = (
        select(_line.c.material, func.max(_line.c.seq).label("seq"))
        .join(_entry, _entry.c.seq == _line.c.seq)
        .where(_entry.c.kind == DocumentKind.RECEIPT.value, _line.c.price.is_not(None))
        .group_by(_line.c.material)
        .subquery()
    )
    query = select(_line, _entry.c.dated).join(
        newest, (newest.c.material == _line.c.material) & (newest.c.seq == _line.c.seq)
    )
    found = dict[str, Price]()
    for row in await connection.execute(
        query.join(_entry, _entry.c.seq == _line.c.seq).where(_line.c.price.is_not(None))
    ):
        kept = company.materials.get(row.material)
        paid = PaidPrice(price=Price(row.price), unit=row.entered_unit, supplier="", day=row.dated)
        if kept is not None and (price := price_in(kept, paid, kept.base_unit)) is not None:
            found[row.material] = price
    return found


async def _on_order(connection: AsyncConnection) -> frozenset[tuple[str, str]]:
    paper, line = tables.document, tables.document_line
    query = (
        select(paper.c.project, line.c.material)
        .join(line, line.c.number == paper.c.number)
        .where(
            paper.c.kind == DocumentKind.PURCHASE_ORDER.value,
            paper.c.state.in_([state.value for state in OPEN_ORDER]),
            line.c.quantity > line.c.fulfilled,
        )
        .distinct()
    )
    return frozenset((row.project, row.material) for row in await connection.execute(query))
