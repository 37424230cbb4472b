"""Sends what the outbox holds until it is delivered or a person is told."""

import asyncio
import logging
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from bot.dingtalk.errors import (
    CredentialsRefused,
    DingTalkError,
    QuotaExhausted,
    Throttled,
    Transient,
)
from bot.sender import Sender
from bot.usage import UsageMeter
from domain import housekeeping
from domain.company import Role
from domain.housekeeping import DeliveryFailed
from domain.messaging import Urgency
from storage import outbox
from storage.database import Database
from storage.outbox import Claimed
from storage.unit import Clock, Units

log: Final = logging.getLogger(__name__)

CLAIM_MAX: Final = 16
IDLE_SECONDS_MAX: Final = 5.0
ATTEMPTS_MAX: Final = 6
AMBIGUOUS_ATTEMPTS_MAX: Final = 2  # a text that may have arrived is repeated once
BACKOFF_SECONDS_MAX: Final = 60
QUOTA_PAUSE: Final = timedelta(hours=1)
REPORT_PREFIX: Final = "dead:"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What became of one message: sent (with its key), to be tried later, or given up."""

    claimed: Claimed
    send_key: str = ""
    later: timedelta | None = None
    error: str = ""

    @property
    def is_dead(self) -> bool:
        return bool(self.error) and self.later is None


class Dispatcher:
    """Claims, sends, marks. Runs until it is cancelled; what it was sending then is sent again by the next one."""

    def __init__(self, database: Database, units: Units, sender: Sender, *, clock: Clock, usage: UsageMeter):
        self._database = database
        self._units = units
        self._sender = sender
        self._clock = clock
        self._usage = usage
        self._sending: set[int] = set()
        self.sent = 0
        self.dead = 0

    async def run(self) -> None:
        while True:
            self._units.recorded.clear()
            try:
                busy = await self.send_due()
            except SQLAlchemyError as error:
                log.error("outbox not reached", extra={"error": type(error).__name__})
                busy = 0
            if not busy:
                await self._rest()

    async def _rest(self) -> None:
        """Until something was recorded, or something that waits may be due."""
        try:
            await asyncio.wait_for(self._units.recorded.wait(), await self._until_due())
        except TimeoutError:
            return

    async def _until_due(self) -> float:
        async with self._database.read() as connection:
            due = await outbox.next_due(connection)
        if due is None:
            return IDLE_SECONDS_MAX
        return min(max((due - self._clock.now()).total_seconds(), 0.05), IDLE_SECONDS_MAX)

    async def send_due(self) -> int:
        """Send what is due now; returns how many messages were taken."""
        async with self._database.write() as connection:
            claimed = await outbox.claim(connection, self._clock.now(), CLAIM_MAX, besides=self._sending)
        if not claimed:
            await self._usage.flush()
            return 0
        self._sending |= {one.id for one in claimed}
        try:
            outcomes = await asyncio.gather(*(self._send(one) for one in claimed))
            await self._mark(outcomes)
        finally:
            self._sending -= {one.id for one in claimed}
        await self._report([o for o in outcomes if o.is_dead])
        return len(claimed)

    async def _send(self, claimed: Claimed) -> _Outcome:
        now = self._clock.now()
        if now > claimed.deadline:
            return _Outcome(claimed=claimed, error="too late")
        try:
            return _Outcome(claimed=claimed, send_key=await self._sender.send(claimed.message, now))
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

    async def _mark(self, outcomes: list[_Outcome]) -> None:
        now = self._clock.now()
        async with self._database.write() as connection:
            for one in outcomes:
                if one.later is not None:
                    await outbox.mark_later(connection, one.claimed, now + one.later, one.error)
                elif one.is_dead:
                    await outbox.mark_dead(connection, one.claimed, one.error)
                    self.dead += 1
                else:
                    await outbox.mark_sent(connection, one.claimed, now, one.send_key)
                    self.sent += 1
            await self._usage.write(connection)

    async def _report(self, dead: list[_Outcome]) -> None:
        """Tell the administrators what could not be delivered, but not that this telling failed."""
        for one in dead:
            message = one.claimed.message
            if message.key.startswith(REPORT_PREFIX):
                continue
            company = await self._units.company()
            people = tuple(p.id for p in company.people.values() if p.has(Role.ADMINISTRATOR))
            failed = DeliveryFailed(key=message.key, error=one.error, number=message.number)
            await self._units.work(f"{REPORT_PREFIX}{message.key}", housekeeping.report_failure(failed, people))


def _after(claimed: Claimed, error: DingTalkError) -> _Outcome:
    """What an error means for the message (platform page §8.3)."""
    why = f"{error.code} {error.message}".strip()
    match error:
        case Throttled():
            return _Outcome(claimed=claimed, later=timedelta(seconds=error.retry_after) + _jitter(1), error=why)
        case QuotaExhausted():
            if claimed.message.urgency >= Urgency.ALERT:
                return _Outcome(claimed=claimed, error=why)  # the optional is given up first
            return _Outcome(claimed=claimed, later=QUOTA_PAUSE, error=why)
        case Transient():
            if error.ambiguous and claimed.message.card is None and claimed.attempts >= AMBIGUOUS_ATTEMPTS_MAX:
                return _Outcome(claimed=claimed, error=why)
            return _retry(claimed, why)
        case CredentialsRefused():
            return _retry(claimed, why)
        case _:
            return _Outcome(claimed=claimed, error=why)


def _retry(claimed: Claimed, why: str) -> _Outcome:
    if claimed.attempts >= ATTEMPTS_MAX:
        return _Outcome(claimed=claimed, error=why)
    seconds = min(2**claimed.attempts, BACKOFF_SECONDS_MAX)
    return _Outcome(claimed=claimed, later=timedelta(seconds=seconds) + _jitter(seconds), error=why)


def _jitter(seconds: int) -> timedelta:
    return timedelta(milliseconds=random.randrange(0, 500 * seconds))  # noqa: S311  # spreads retries, guards nothing
