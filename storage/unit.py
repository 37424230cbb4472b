"""The unit of work: handed operations, it loads in sets, lets them decide, and records all in one transaction."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.company import Company
from domain.entries import Entry
from domain.errors import DomainError
from domain.faults import OurFault
from domain.messaging import CardOf, Outbound, Render, Reply
from domain.operation import AnyNeed, Draft, Facts, Operation, Refusal, carry_out, refuse
from storage import inbox, journal, master, outbox, shelves, tables
from storage.database import Database, is_passing
from storage.failpoint import failpoint
from storage.fairness import take_turns
from storage.inbox import Finished, InboxState
from storage.sets import insert

log: Final = logging.getLogger(__name__)

BATCH_MAX: Final = 32
# An operation that keeps naming new needs is a fault of ours; the deepest chain (message, order, lines) takes four.
ROUNDS_MAX: Final = 8
TRIES_MAX: Final = 5


class Clock(Protocol):
    """Where the time comes from: aware, the same for everything in one unit."""

    def now(self) -> datetime: ...


class UnitCancelled(Exception):
    """The unit was cancelled, as at a shutdown: whether it took effect, only its key tells."""


class End(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    KNOWN = "known"  # the key was finished before; nothing happened now
    FAULT = "fault"  # an error of ours; the person was told and the log has the trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one operation: what was told, what was entered, and the refusal if it was one."""

    end: End
    told: tuple[Outbound, ...] = ()
    entries: tuple[Entry, ...] = ()
    events: tuple[object, ...] = ()
    refusal: DomainError | None = None


@dataclass(eq=False)
class _Work:
    """One operation waiting for its unit."""

    key: str
    kind: str
    operation: Operation
    reply: Reply | None
    answer: asyncio.Future[Answer]


@dataclass
class _Decided:
    """One operation's outcome inside a unit, not yet recorded."""

    work: _Work
    draft: Draft
    end: End
    told: list[Outbound]
    refusal: DomainError | None = None


class Units:
    """Runs operations, many waiting ones together. One task does the work; `work` waits for its part of it."""

    def __init__(self, database: Database, *, clock: Clock, zone: ZoneInfo, render: Render, batch_max: int = BATCH_MAX):
        self._database = database
        self._clock = clock
        self._zone = zone
        self._render = render
        self._batch_max = batch_max
        self._waiting: list[_Work] = []
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None
        self._company: tuple[int, Company] | None = None
        self.recorded = asyncio.Event()  # set after every commit that left messages to send

    async def work(self, key: str, operation: Operation, *, kind: str = "job", reply: Reply | None = None) -> Answer:
        """Run an operation once for its key, for ever. Raises what the database says when it stays out of reach."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._serve(), name="units")
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append(_Work(key, kind, operation, reply, answer))
        self._idle.clear()
        self._wake.set()
        return await asyncio.shield(answer)

    async def company(self) -> Company:
        """Today's master data."""
        async with self._database.read() as connection:
            head = await journal.read_head(connection)
            return await self._company_at(connection, head.company_version)

    async def close(self) -> None:
        """Finish what is waiting, then stop."""
        if self._task is not None:
            self._wake.set()
            await self._idle.wait()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _serve(self) -> None:
        settling: asyncio.Task[None] | None = None
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    settling = asyncio.create_task(self._settle(batch := self._distinct()), name="unit")
                    settling.add_done_callback(lambda _, batch=batch: _leave(batch))
                    await asyncio.wait({settling})  # not awaited: whichever of the two is cancelled, the other goes on
                self._idle.set()
        finally:
            if settling is not None:
                await asyncio.wait({settling})
            _leave(self._waiting)
            self._waiting.clear()
            self._idle.set()

    def _distinct(self) -> list[_Work]:
        """The next works, no key twice in one unit."""
        batch, keys, rest = list[_Work](), set[str](), list[_Work]()
        for work in take_turns(self._waiting, lambda work: work.operation.by.person):
            fits = len(batch) < self._batch_max and work.key not in keys
            (batch if fits else rest).append(work)
            keys.add(work.key)
        self._waiting = rest
        return batch

    async def _settle(self, batch: Sequence[_Work]) -> None:
        """Run a batch; where it fails as a whole, each by itself, unless the database is out of reach for all."""
        try:
            answers = await self._try(batch)
        except Exception as error:
            if len(batch) > 1 and not is_passing(error):
                for work in batch:
                    await self._settle([work])
                return
            for work in batch:
                if not work.answer.done():
                    work.answer.set_exception(error)
            return
        for work, answer in zip(batch, answers, strict=True):
            if not work.answer.done():
                work.answer.set_result(answer)

    async def _try(self, batch: Sequence[_Work]) -> list[Answer]:
        """Run a batch, again when the database asks for it (serialisation, deadlock, lost connection)."""
        for attempt in range(1, TRIES_MAX + 1):
            try:
                return await self._run(batch)
            except Exception as error:
                if attempt == TRIES_MAX or not is_passing(error):
                    raise
                why = type(error.__cause__ or error).__name__
                log.warning("unit tried again", extra={"attempt": attempt, "error": why})
                await asyncio.sleep(0.05 * 2**attempt)
        raise AssertionError("unreachable")

    async def _run(self, batch: Sequence[_Work]) -> list[Answer]:
        now = self._clock.now()
        async with self._database.write() as connection:
            head = await journal.lock_head(connection)
            company = await self._company_at(connection, head.company_version)
            known = await inbox.finished(connection, [w.key for w in batch])
            unit = _Unit(connection, head, company, now, self._zone, self._render)
            answers = await unit.run(batch, known)
            failpoint("unit-written")
        failpoint("unit-committed")
        self._company = (unit.head.company_version, unit.company)
        if any(a.told for a in answers):
            self.recorded.set()
        return answers

    async def _company_at(self, connection: AsyncConnection, version: int) -> Company:
        if self._company is None or self._company[0] != version:
            self._company = (version, await master.load_company(connection))
        return self._company[1]


def _leave(works: Sequence[_Work]) -> None:
    """Nobody will answer these any more: whoever waits is told so."""
    for work in works:
        if not work.answer.done():
            work.answer.set_exception(UnitCancelled(work.key))


class _Unit:
    """One transaction's worth of work."""

    def __init__(
        self,
        connection: AsyncConnection,
        head: journal.ChainHead,
        company: Company,
        now: datetime,
        zone: ZoneInfo,
        render: Render,
    ):
        self._connection = connection
        self.head: journal.ChainHead = head
        self.company: Company = company
        self._now = now
        self._render = render
        self._facts = Facts(company=company, now=now, zone=zone)
        self._unwritten: list[_Decided] = []

    async def run(self, batch: Sequence[_Work], known: set[str]) -> list[Answer]:
        fresh = [w for w in batch if w.key not in known]
        await self._load(fresh)
        answers = dict[int, Answer]()
        for work in fresh:
            decided = await self._decide(work)
            self._unwritten.append(decided)
            answers[id(work)] = _answer(decided)
        await self._write()
        return [answers.get(id(w), Answer(end=End.KNOWN)) for w in batch]

    async def _load(self, works: Sequence[_Work]) -> None:
        """Load what all the works need together, round after round until nothing is lacking."""
        for _ in range(ROUNDS_MAX):
            lacking = frozenset[AnyNeed]()
            for work in works:
                lacking |= self._lacking(work)
            if not lacking:
                return
            await self._learn(lacking)

    def _lacking(self, work: _Work) -> frozenset[AnyNeed]:
        """What a work still needs; nothing where its needs cannot even be named: `_decide` will say why."""
        try:
            return self._facts.lacking(work.operation.needs(self._facts))
        except Exception:
            return frozenset()

    async def _learn(self, lacking: frozenset[AnyNeed]) -> None:
        """Load facts; what follows from rows that this unit has changed is read after writing them."""
        touched = frozenset[str]().union(*(one.draft.touched for one in self._unwritten))
        if not lacking.isdisjoint(self._drawn()) or any(not touched.isdisjoint(need.follows) for need in lacking):
            await self._write()
        self._facts.learn(await shelves.load(self._connection, lacking, self._facts.company))

    def _drawn(self) -> frozenset[AnyNeed]:
        """Cards whose new picture is not written yet."""
        return frozenset(CardOf(out.card.card) for one in self._unwritten for out in one.told if out.card)

    async def _decide(self, work: _Work) -> _Decided:
        try:
            for _ in range(ROUNDS_MAX):
                lacking = self._facts.lacking(work.operation.needs(self._facts))
                if not lacking:
                    break
                await self._learn(lacking)
            draft = carry_out(work.operation, self._facts)
            return self._take(work, draft, End.DONE, None)
        except DomainError as error:
            end = End.FAULT if isinstance(error, OurFault) else End.REFUSED
            return self._take(work, refuse(work.operation, self._facts, error), end, error)
        except DBAPIError:
            raise
        except Exception as error:
            fault = OurFault.of(work.key, self._now)
            log.exception("fault", extra={"reference": fault.reference, "key": work.key, "error": repr(error)})
            return self._take(work, refuse(work.operation, self._facts, fault), End.FAULT, fault)

    def _take(self, work: _Work, draft: Draft, end: End, refusal: DomainError | None) -> _Decided:
        told = self._render(
            draft.notices,
            key=work.key,
            by=work.operation.by,
            reply=work.reply,
            company=draft.company,
            now=self._now,
        )
        self._facts.absorb(draft)
        # What a card offers follows from its picture: a press on it in the same unit sees the new one.
        self._facts.forget(CardOf(out.card.card) for out in told if out.card)
        return _Decided(work=work, draft=draft, end=end, told=told, refusal=refusal)

    async def _write(self) -> None:
        """Record what was decided since the last write."""
        decided, self._unwritten = self._unwritten, []
        changed = dict[AnyNeed, object]()
        for one in decided:
            changed.update(one.draft.changed)
        entries = [entry for one in decided for entry in one.draft.entries]
        version = self.head.company_version
        if self._facts.company is not self.company:
            await master.save_company(self._connection, self.company, self._facts.company)
            self.company, version = self._facts.company, version + 1
        self.head = await journal.append(self._connection, self.head, entries, version=version)
        failpoint("moves-written")
        await shelves.save(self._connection, changed, self._now)
        await insert(self._connection, tables.audit, [_audit(r) for one in decided for r in one.draft.refusals])
        await outbox.put(self._connection, [out for one in decided for out in one.told], self._now)
        await inbox.finish(self._connection, [_finished(one) for one in decided], self._now)


def _answer(decided: _Decided) -> Answer:
    return Answer(
        end=decided.end,
        told=tuple(decided.told),
        entries=tuple(decided.draft.entries),
        events=tuple(n.what for n in decided.draft.notices),
        refusal=decided.refusal,
    )


def _audit(refusal: Refusal) -> dict[str, object]:
    return {
        "person": refusal.person,
        "action": refusal.action,
        "project": refusal.project,
        "reason": refusal.reason,
        "at": refusal.at,
    }


def _finished(decided: _Decided) -> Finished:
    state = {End.DONE: InboxState.DONE, End.REFUSED: InboxState.REFUSED, End.FAULT: InboxState.DEAD}[decided.end]
    error = "" if decided.refusal is None else type(decided.refusal).__name__
    return Finished(key=decided.work.key, kind=decided.work.kind, state=state, error=error)
