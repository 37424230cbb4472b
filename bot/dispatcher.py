"""Sends what the outbox holds until it is delivered or a person is told."""

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.claims import GIVEN_UP_FOR_UNITS, Claim, Claims
from bot.dingtalk.errors import (
    CredentialsRefused,
    DingTalkError,
    QuotaExhausted,
    Throttled,
    Transient,
)
from bot.pace import Pace
from bot.sender import Sender
from bot.usage import UsageMeter
from domain import housekeeping, thrift
from domain.housekeeping import DeliveryFailed
from domain.messaging import Urgency
from storage import outbox
from storage.database import Database
from storage.failpoint import failpoint
from storage.outbox import LEASE, Claimed, Ended, OutboxState
from storage.unit import Clock, Units

log: Final = logging.getLogger(__name__)

SENDING_MAX: Final = 16
FINISH_SECONDS: Final = 1.5
A_MOMENT: Final = timedelta(seconds=10)  # whoever moves the clock waits so long for another try
IDLE_SECONDS_MAX: Final = 5.0
ATTEMPTS_MAX: Final = 6
MAYBE: Final = "may have arrived: "  # an error so marked has been repeated once already
BACKOFF_SECONDS_MAX: Final = 60
# DingTalk's gateway gives up a call after about three seconds. Only then is it sure that an update without an answer
# takes effect no more, and so does not put its picture over a newer one.
CARD_SETTLED_SECONDS: Final = 5
QUOTA_PAUSE: Final = timedelta(hours=1)
SAFE_SECONDS: Final = LEASE.total_seconds() / 2  # a message taken longer ago is not begun: the lease may run out
REPORT_PREFIX: Final = "dead:"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What became of one message: sent (with its key), to be tried later, or given up."""

    claimed: Claimed
    send_key: str = ""
    later: timedelta | None = None
    error: str = ""
    counts: bool = True

    @property
    def is_dead(self) -> bool:
        return bool(self.error) and self.later is None


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is to be sent before `until`, None when nothing waits at all."""

    until: datetime | None


class Dispatcher:
    """Claims, sends, marks. Runs until it is cancelled; what it was sending then is sent again by the next one.

    Each message is sent by a task of its own, so that one that hangs holds up only its own chat.
    """

    def __init__(
        self, database: Database, units: Units, sender: Sender, *, clock: Clock, usage: UsageMeter, pace: Pace
    ):
        self._database = database
        self._units = units
        self._sender = sender
        self._clock = clock
        self._usage = usage
        self._claims = Claims(sender, pace, usage, clock)
        self._warned: set[str] = set()
        self._to_report: list[DeliveryFailed] = []
        self._sending: dict[int, asyncio.Task[_Outcome]] = {}
        self._finishing = False
        self._turns_begun = self._turns_ended = 0
        self.sent = 0
        self.dead = 0

    def finish(self) -> None:
        """Take nothing more; `run` ends when what is being sent has arrived and is marked, or soon after."""
        self._finishing = True
        self._units.recorded.set()  # wakes it

    async def run(self) -> None:
        looked_back = False
        try:
            while not self._finishing:
                self._units.recorded.clear()
                try:
                    if not looked_back:
                        await self._look_back()
                        looked_back = True
                    if not await self._turn():
                        await self._rest()
                except SQLAlchemyError as error:
                    log.error("outbox not reached", extra={"error": type(error).__name__})
                    await asyncio.sleep(IDLE_SECONDS_MAX)
                except Exception:  # a fault of ours in one turn must not silence the robot
                    log.exception("outbox turn failed")
                    await asyncio.sleep(IDLE_SECONDS_MAX)
            if self._sending:
                # What is cut off here is sent again by the next start, and a text would then stand there twice.
                await asyncio.wait(self._sending.values(), timeout=FINISH_SECONDS)
                await self._turn()
        finally:
            for task in self._sending.values():
                task.cancel()

    async def send_due(self) -> int:
        """Send everything that is due now and wait for it; returns how many messages were taken."""
        taken = 0
        while await self._turn() or self._sending:
            taken += len(self._sending)
            if self._sending:
                await asyncio.wait(self._sending.values(), return_when=asyncio.FIRST_COMPLETED)
        return taken

    async def rests(self) -> Rest | None:
        """Until when there is nothing to send; None while something is on its way, or is in a moment.

        The outbox is read while turns go on; an answer that a turn may have overtaken is none.
        """
        turns = self._turns_begun
        if self._is_busy:
            return None
        async with self._database.read() as connection:
            due = await outbox.next_due(connection)
        if self._is_busy or turns != self._turns_begun:
            return None
        return Rest(due) if due is None or due > self._clock.now() + A_MOMENT else None

    @property
    def _is_busy(self) -> bool:
        return self._turns_begun > self._turns_ended or bool(self._sending or self._to_report)

    async def _turn(self) -> bool:
        """Mark what was sent, take what is due; whether there may be more to take at once."""
        self._turns_begun += 1
        try:
            return await self._take_turn()
        finally:
            self._turns_ended += 1

    async def _take_turn(self) -> bool:
        ended = [task.result() for task in self._sending.values() if task.done()]
        free = 0 if self._finishing else SENDING_MAX - (len(self._sending) - len(ended))
        async with self._database.write() as connection:
            await self._mark(connection, ended)
            claim = await self._claims.take(connection, free, besides=self._sending) if free > 0 else Claim(taken=[])
            await self._usage.write(connection)
        self._usage.wrote()
        claimed_at = time.monotonic()
        if claim.taken:
            failpoint("outbox-claimed")
        if ended:
            failpoint("message-marked")
        for one in ended:
            del self._sending[one.claimed.id]
        for one in claim.taken:
            sending = self._send(one, claimed_at)
            self._sending[one.id] = asyncio.create_task(sending, name=f"send {one.message.key}")
        self._to_report += [_failed(one) for one in ended if one.is_dead]
        await self._report()
        await self._warn_of_units()
        return claim.there_is_more

    async def _rest(self) -> None:
        """Until something was recorded, something was sent, or something that waits may be due."""
        recorded = asyncio.ensure_future(self._units.recorded.wait())
        try:
            waiting = {recorded, *self._sending.values()}
            await asyncio.wait(waiting, timeout=await self._until_due(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            recorded.cancel()

    async def _until_due(self) -> float:
        async with self._database.read() as connection:
            due = await outbox.next_due(connection, besides=self._sending)
        if due is None:
            return IDLE_SECONDS_MAX
        return min(max((due - self._clock.now()).total_seconds(), 0.05), IDLE_SECONDS_MAX)

    async def _send(self, claimed: Claimed, claimed_at: float) -> _Outcome:
        now = self._clock.now()
        if time.monotonic() - claimed_at > SAFE_SECONDS:
            # The process was stopped for a while: somebody else may have the message by now.
            return _Outcome(claimed=claimed, later=timedelta(), error="slept over the lease", counts=False)
        if now > claimed.deadline:
            return _Outcome(claimed=claimed, error="too late")
        try:
            send_key = await self._sender.send(claimed.message, now, before=claimed.error)
            failpoint("message-sent")
            return _Outcome(claimed=claimed, send_key=send_key)
        except DingTalkError as error:
            outcome = _after(claimed, error)
        except Exception as error:
            log.exception("message not sent", extra={"key": claimed.message.key})
            outcome = _retry(claimed, f"fault: {type(error).__name__}")
        log.warning(
            "message not sent",
            extra={"key": claimed.message.key, "error": outcome.error, "again": outcome.later is not None},
        )
        return outcome

    async def _mark(self, connection: AsyncConnection, outcomes: list[_Outcome]) -> None:
        ended = [_ended(one, self._clock.now()) for one in outcomes]
        await outbox.mark(connection, ended)
        self.sent += sum(one.state is OutboxState.SENT for one in ended)
        self.dead += sum(one.state is OutboxState.DEAD for one in ended)

    async def _look_back(self) -> None:
        """What was given up when a copy ended before it could say so."""
        async with self._database.read() as connection:
            lost = await outbox.unreported(connection, besides=GIVEN_UP_FOR_UNITS, prefix=REPORT_PREFIX)
        self._to_report += [DeliveryFailed(key=key, error=error, number=number) for key, error, number in lost]

    async def _report(self) -> None:
        """Tell the administrators what could not be delivered, but not that this telling failed."""
        while self._to_report:
            failed = self._to_report[0]
            if not failed.key.startswith(REPORT_PREFIX):
                await self._units.work(f"{REPORT_PREFIX}{failed.key}", housekeeping.report_failure(failed))
            self._to_report.pop(0)

    async def _warn_of_units(self) -> None:
        """Tell the administrators once a month for each pool and step; what was told, the key remembers."""
        for pool, left in self._claims.low_pools():
            key = f"units:{self._usage.month}:{pool.value}:{thrift.saving(left).name}"
            if key not in self._warned:
                self._warned.add(key)
                await self._units.work(key, housekeeping.warn_of_units(pool.value, left))


def _failed(outcome: _Outcome) -> DeliveryFailed:
    message = outcome.claimed.message
    return DeliveryFailed(key=message.key, error=outcome.error, number=message.number)


def _ended(outcome: _Outcome, now: datetime) -> Ended:
    if outcome.later is not None:
        later = now + outcome.later
        return Ended(
            claimed=outcome.claimed,
            state=OutboxState.WAITING,
            next_at=later,
            error=outcome.error,
            counts=outcome.counts,
        )
    if outcome.is_dead:
        return Ended(claimed=outcome.claimed, state=OutboxState.DEAD, error=outcome.error)
    return Ended(claimed=outcome.claimed, state=OutboxState.SENT, sent_at=now, send_key=outcome.send_key)


def _after(claimed: Claimed, error: DingTalkError) -> _Outcome:
    """What an error means for the message (platform page §8.3)."""
    was_doubtful = claimed.error.startswith(MAYBE)
    is_doubtful = isinstance(error, Transient) and error.ambiguous and claimed.message.card is None
    why = (MAYBE if was_doubtful or is_doubtful else "") + f"{error.code} {error.message}".strip()
    match error:
        case Throttled():
            later = timedelta(seconds=error.retry_after) + _jitter(1)
            return _Outcome(claimed=claimed, later=later, error=why, counts=False)
        case QuotaExhausted():
            if claimed.message.urgency >= Urgency.ALERT:
                return _Outcome(claimed=claimed, error=why)  # the optional is given up first
            return _Outcome(claimed=claimed, later=QUOTA_PAUSE, error=why, counts=False)
        case Transient():
            if is_doubtful and was_doubtful:
                return _Outcome(claimed=claimed, error=why)
            is_open = error.ambiguous and claimed.message.card is not None
            return _retry(claimed, why, seconds_min=CARD_SETTLED_SECONDS if is_open else 0)
        case CredentialsRefused():
            return _retry(claimed, why)
        case _:
            return _Outcome(claimed=claimed, error=why)


def _retry(claimed: Claimed, why: str, *, seconds_min: int = 0) -> _Outcome:
    if claimed.attempts >= ATTEMPTS_MAX:
        return _Outcome(claimed=claimed, error=why)
    seconds = max(min(2**claimed.attempts, BACKOFF_SECONDS_MAX), seconds_min)
    return _Outcome(claimed=claimed, later=timedelta(seconds=seconds) + _jitter(seconds), error=why)


def _jitter(seconds: int) -> timedelta:
    return timedelta(milliseconds=random.randrange(0, 500 * seconds))  # noqa: S311  # spreads retries, guards nothing
