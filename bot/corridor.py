"""From a frame to its acknowledgement: stored first, then carried out, then acknowledged (house plan §1).

A frame that was stored is never lost: whatever happens to this process, the sweeper of the next one takes it up.
"""

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from bot.cards import CardFace
from bot.dingtalk.acks import card_ack, plain_ack
from bot.dingtalk.frames import Received, read_raw
from bot.dingtalk.units import Pool, UnitCounter
from bot.haste import Haste
from bot.intake import Intake, OutOfReach, unopened
from bot.nursery import Nursery
from domain.faults import OurFault
from domain.messaging import Reply
from domain.operation import Asker, Draft, Operation
from handlers import route, workbook
from handlers.messages import (
    CardAction,
    ChatKind,
    ChatMessage,
    Event,
    File,
    Listed,
    Message,
    Picture,
    QuotaGone,
    Trouble,
)
from handlers.talk import Catalogues
from storage import inbox, outbox
from storage.database import Database, is_passing
from storage.failpoint import failpoint
from storage.inbox import Arrival
from storage.unit import Answer, Clock, Units

log: Final = logging.getLogger(__name__)

# DingTalk allows a card press two seconds (platform page §4.6); the rest is for the way back.
ACK_WITHIN_SECONDS: Final = 1.5
SWEEP_SECONDS: Final = 10
SWEEP_MAX: Final = 100
# Frames waiting to be stored at once; beyond it DingTalk is left to deliver again.
WAITING_MAX: Final = 2_000
# Seconds between tries to store while the database is out of reach; together well below what a handler may take.
STORE_PAUSES: Final = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
# Frames stored and not finished at once, and each a task; beyond it as well.
UNFINISHED_MAX: Final = 2_000
# Words that follow a photograph wait for what is seen in it; not longer than their lease in the inbox.
WAIT_FOR_PICTURE_SECONDS: Final = 25
# The same button pressed again this soon is a double tap, or the same push once more.
DOUBLE_TAP: Final = timedelta(seconds=5)


class TooBusy(Exception):
    """More frames wait than we keep; this one is not acknowledged."""


class StoringCancelled(Exception):
    """The storing of a frame was cancelled, as at a shutdown; it is not acknowledged."""


@dataclass
class _Waiting:
    arrival: Arrival
    stored: "asyncio.Future[bool]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Inbox:
    """Stores arrivals, all that wait in one transaction."""

    def __init__(self, database: Database, nursery: Nursery):
        self._database = database
        self._nursery = nursery
        self._waiting: list[_Waiting] = []
        self._storing = False

    async def store(self, arrival: Arrival) -> bool:
        """Store a frame durably; True if it is new or unfinished, False if it was finished before.

        Raises TooBusy, StoringCancelled, or what the database says.
        """
        if len(self._waiting) >= WAITING_MAX:
            raise TooBusy
        one = _Waiting(arrival)
        self._waiting.append(one)
        if not self._storing:
            self._storing = True
            self._nursery.start(self._store_all(), "inbox")
        return await asyncio.shield(one.stored)

    async def _store_all(self) -> None:
        batch = list[_Waiting]()
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._store(batch)
        finally:
            self._storing = False
            left, self._waiting = batch + self._waiting, []
            for one in left:
                if not one.stored.done():
                    one.stored.set_exception(StoringCancelled())

    async def _store(self, batch: list[_Waiting]) -> None:
        try:
            ended = await self._try([one.arrival for one in batch])
        except Exception as error:
            for one in batch:
                if not one.stored.done():
                    one.stored.set_exception(error)
            return
        failpoint("inbox-stored")
        for one in batch:
            if not one.stored.done():
                one.stored.set_result(one.arrival.key not in ended)

    async def _try(self, arrivals: list[Arrival]) -> set[str]:
        """Store, and again while the database is out of reach: DingTalk may bring a frame only once."""
        for pause in (*STORE_PAUSES, None):
            try:
                async with self._database.write() as connection:
                    return await inbox.store(connection, arrivals)
            except Exception as error:
                if pause is None or not is_passing(error):
                    raise
                log.warning("frames not stored yet", extra={"frames": len(arrivals), "error": type(error).__name__})
                await asyncio.sleep(pause)
        raise AssertionError("unreachable")


class Corridor:
    """What the connection hands every frame to."""

    def __init__(
        self,
        database: Database,
        units: Units,
        *,
        clock: Clock,
        catalogues: Catalogues,
        nursery: Nursery,
        counter: UnitCounter,
        face: CardFace,
        intake: Intake,
    ):
        self._database = database
        self._units = units
        self._clock = clock
        self._catalogues = catalogues
        self._nursery = nursery
        self._counter = counter
        self._face = face
        self._intake = intake
        self._inbox = Inbox(database, nursery)
        self._running: dict[str, asyncio.Task[Answer | None]] = {}
        self._opening: dict[tuple[str, str], set[asyncio.Task[Answer | None]]] = {}
        self._haste = Haste()
        self.faults = 0
        self.received = 0

    @property
    def is_quiet(self) -> bool:
        """Whether nothing that arrived is still under way in this process."""
        return not self._running

    async def receive(self, received: Received) -> dict[str, object]:
        """Store, carry out, and say what to acknowledge. Raises when the frame could not be stored: no ack then."""
        self.received += 1
        self._counter.count(Pool.STREAM)
        message = received.message
        if message is None or isinstance(message, Event | QuotaGone):
            self._note(received)
            return plain_ack(received.kind)
        failpoint("frame-read")
        if len(self._running) >= UNFINISHED_MAX:
            raise TooBusy
        arrived = self._clock.now()
        arrival = Arrival(key=received.key, kind=received.kind, raw=received.raw, received_at=arrived)
        if not await self._inbox.store(arrival):
            again = await self._pressed_again(arrival, message)
            if again is None or not await self._inbox.store(again):
                return plain_ack(received.kind)
            arrival = again
        task = self._carry_out(arrival.key, received.kind, message, hasty=True)
        done, _ = await asyncio.wait({task}, timeout=ACK_WITHIN_SECONDS)
        answer = task.result() if done and not task.cancelled() and task.exception() is None else None
        return self._ack(received, answer)

    async def _pressed_again(self, arrival: Arrival, message: Message) -> Arrival | None:
        """A press that was refused changed nothing, so its button stays good: later it is a press of its own."""
        if not isinstance(message, CardAction):
            return None
        async with self._database.read() as connection:
            before = arrival.received_at - DOUBLE_TAP
            if not await inbox.was_refused(connection, arrival.key, before=before):
                return None
        return replace(arrival, key=f"{arrival.key}@{arrival.received_at:%Y%m%d%H%M%S}")

    def _note(self, received: Received) -> None:
        """A frame that asks for nothing, or that cannot be understood."""
        if received.fault is not None:
            self.faults += 1
            log.warning("frame not understood", extra={"key": received.key, "fault": received.fault})
        elif isinstance(received.message, QuotaGone):
            log.error("DingTalk's monthly message quota is used up", extra={"detail": received.message.detail})

    def _ack(self, received: Received, answer: Answer | None) -> dict[str, object]:
        """A press is answered with the presser's picture of the card, if it is decided by now."""
        if not isinstance(received.message, CardAction):
            return plain_ack(received.kind)
        told = answer.told if answer is not None else ()
        picture = next((o.card for o in reversed(told) if o.card and o.card.card == received.message.card), None)
        return card_ack(self._face.acknowledged(picture)) if picture is not None else card_ack()

    def _carry_out(
        self, key: str, kind: str, message: Message, *, hasty: bool = False
    ) -> "asyncio.Task[Answer | None]":
        """Start the work for a stored frame, or join the work that runs for the same key already.

        Only what comes in can be `hasty`: what the sweeper takes up was taken in already, and is owed.
        """
        if (running := self._running.get(key)) is not None:
            return running
        work = self._in_turn(key, kind, message) if hasty else self._work(key, kind, message)
        task: asyncio.Task[Answer | None] = self._nursery.start(work, f"work {key}")
        self._running[key] = task
        task.add_done_callback(lambda _: self._running.pop(key, None))
        if isinstance(message, Picture | File):
            self._note_opening(_speaker(message), task)
        return task

    def _note_opening(self, speaker: tuple[str, str], task: "asyncio.Task[Answer | None]") -> None:
        def done(ended: "asyncio.Task[Answer | None]") -> None:
            self._opening[speaker].discard(ended)
            if not self._opening[speaker]:
                del self._opening[speaker]

        self._opening.setdefault(speaker, set()).add(task)
        task.add_done_callback(done)

    async def _in_turn(self, key: str, kind: str, message: Message) -> Answer | None:
        """The work, unless its person has too much under way."""
        if not isinstance(message, ChatMessage | CardAction):
            return await self._work(key, kind, message)
        person = message.sender.id or (message.chat.id if isinstance(message, ChatMessage) else "")
        if not self._haste.begin(person):
            told = reply_to(message) if self._haste.must_tell(person, self._clock.now()) else None
            return await self._do(key, kind, route.too_fast(message), told)
        try:
            return await self._work(key, kind, message)
        finally:
            self._haste.end(person)

    async def _work(self, key: str, kind: str, message: Message) -> Answer | None:
        try:
            operation = await self._operation(await self._opened(message))
        except OutOfReach as error:  # the frame stays in the inbox, for the sweeper
            log.warning("nothing fetched yet", extra={"key": key, "error": str(error)})
            return None
        except Exception as error:
            await self._failed(key, error)
            return None
        return None if operation is None else await self._do(key, kind, operation, reply_to(message))

    async def _operation(self, message: Message) -> Operation | None:
        """What the message asks for; a long list is read aside before its turn comes."""
        if not isinstance(message, Listed):
            return route.operation_for(message, self._catalogues)
        company = await self._units.company()
        ahead = await asyncio.to_thread(workbook.read_ahead, message, company, self._catalogues)
        return workbook.operation_for(message, self._catalogues, ahead)

    async def _opened(self, message: Message) -> Message:
        """A picture or a file with what is in it; anything else once what its person sent before it is opened.

        Nothing is fetched for people whom the book does not know. Raises OutOfReach.
        """
        if not isinstance(message, ChatMessage):
            return message
        if not isinstance(message, Picture | File):
            if before := self._opening.get(_speaker(message)):
                await asyncio.wait(set(before), timeout=WAIT_FOR_PICTURE_SECONDS)
            return message
        company = await self._units.company()
        return await self._intake.open(message) if message.sender.id in company.people else message

    async def _do(self, key: str, kind: str, operation: Operation, reply: Reply | None) -> Answer | None:
        try:
            return await self._units.work(key, operation, kind=kind, reply=reply)
        except Exception as error:
            await self._failed(key, error)
            return None

    async def _failed(self, key: str, error: Exception) -> None:
        """The frame stays in the inbox; the sweeper tries again until it gives up and tells the person."""
        log.error("unit failed", extra={"key": key, "error": type(error).__name__}, exc_info=error)
        if is_passing(error):
            await self._excuse(key)

    async def _excuse(self, key: str) -> None:
        """A database that is away for an hour is no reason to give a frame up."""
        try:
            async with self._database.write() as connection:
                await inbox.excuse(connection, key)
        except Exception as error:
            log.warning("attempt not taken back", extra={"key": key, "error": type(error).__name__})

    async def sweep(self) -> int:
        """Take up frames that were received and not finished in time; returns how many."""
        if len(self._running) >= UNFINISHED_MAX:
            return 0
        now = self._clock.now()
        async with self._database.write() as connection:
            overdue = await inbox.overdue(connection, now, SWEEP_MAX)
        for arrival in overdue:
            if arrival.key not in self._running:
                await self._take_up(arrival, now)
        return len(overdue)

    async def _take_up(self, arrival: Arrival, now: datetime) -> None:
        message = read_raw(arrival.raw).message
        if message is None:
            return
        async with self._database.read() as connection:
            attempts = await inbox.attempts(connection, arrival.key)
        if attempts <= inbox.ATTEMPTS_MAX:
            self._carry_out(arrival.key, arrival.kind, message)
            return
        fault = OurFault.of(arrival.key, now)
        log.error("frame given up", extra={"key": arrival.key, "reference": fault.reference})
        if isinstance(message, Picture | File):
            operation = route.cannot_open(unopened(message, Trouble.OUT_OF_REACH))
        else:
            operation = _give_up(fault, message)
        await self._units.work(arrival.key, operation, kind=arrival.kind, reply=reply_to(message))

    async def keep_sweeping(self) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                await self.sweep()
            except Exception:  # whatever it is, the next look may find better times
                log.exception("sweep failed")
            await asyncio.sleep(SWEEP_SECONDS)

    async def release(self) -> None:
        """At the start of the only process on a book: everything unfinished is ours, and due."""
        if self._database.is_sqlite:
            async with self._database.write() as connection:
                await inbox.release(connection, self._clock.now() + timedelta(microseconds=1))
                await outbox.release(connection)


def _give_up(fault: OurFault, message: Message) -> Operation:
    def decide(_draft: Draft) -> None:
        raise fault

    person = message.sender.id if isinstance(message, ChatMessage | CardAction) else ""
    return Operation(by=Asker(person=person), may=None, decide=decide)


def _speaker(message: ChatMessage) -> tuple[str, str]:
    return message.sender.id, message.chat.id


def reply_to(message: Message) -> Reply | None:
    """Where the answer to a message goes; None where there is nobody to answer."""
    match message:
        case CardAction():
            return Reply(person=message.sender.id)
        case ChatMessage():
            return Reply(
                person=message.sender.id,
                chat=message.chat.id,
                is_group=message.chat.kind is ChatKind.GROUP,
                webhook=message.chat.webhook,
                webhook_until=message.chat.webhook_until,
            )
        case _:
            return None
