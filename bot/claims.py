"""Which of the waiting messages are sent now: the most urgent that have a turn, and none that is not worth its unit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dingtalk.units import Pool
from bot.pace import Pace, Wanted
from bot.sender import Sender
from bot.usage import UsageMeter
from domain import thrift
from domain.messaging import Outbound, Urgency
from storage import outbox
from storage.outbox import Claimed, Ended, OutboxState
from storage.unit import Clock

GIVEN_UP_FOR_UNITS: Final = "units low"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a dispatcher may send now. `there_is_more`: asking again at once may bring more."""

    taken: list[Claimed]
    there_is_more: bool = False


class Claims:
    """Takes messages for one dispatcher, in its transaction."""

    def __init__(self, sender: Sender, pace: Pace, usage: UsageMeter, clock: Clock):
        self._sender = sender
        self._pace = pace
        self._usage = usage
        self._clock = clock

    async def take(self, connection: AsyncConnection, most: int, *, besides: Collection[int]) -> Claim:
        """At most so many messages, besides those that the dispatcher is sending already."""
        micros = await self._pace.begin(connection)
        now, real = self._clock.now(), _EPOCH + timedelta(microseconds=micros)
        due = await outbox.due(connection, now, most, real=real, besides=besides)
        if not due:
            return Claim(taken=[])
        await outbox.take(connection, due, real=real)
        left_out = await self._left_out(connection, due, now)
        dropped = {one.claimed.id for one in left_out}
        wanted = [one for one in due if one.id not in dropped]
        waits = await self._pace.grant(connection, [self._wanted(one, now) for one in wanted], micros)
        waiting = [
            Ended(
                claimed=one,
                state=OutboxState.WAITING,
                next_at=now + timedelta(microseconds=wait),
                error=one.error,
                counts=False,
            )
            for one, wait in zip(wanted, waits, strict=True)
            if wait
        ]
        await outbox.mark(connection, [*left_out, *waiting])
        taken = [one for one, wait in zip(wanted, waits, strict=True) if not wait]
        return Claim(taken=taken, there_is_more=bool(left_out) or len(due) == most)

    def _wanted(self, claimed: Claimed, now: datetime) -> Wanted:
        turn, _ = self._sender.plan(claimed.message, now)
        return Wanted(turn, is_awaited=claimed.message.urgency <= Urgency.APPROVAL)

    async def _left_out(self, connection: AsyncConnection, due: Sequence[Claimed], now: datetime) -> list[Ended]:
        """Pictures of a card for which a newer one waits, and what is given up while units run low."""
        pictures = [one for one in due if _refreshes(one.message)]
        newest = await outbox.newest(connection, pictures) if pictures else {}
        found = list[Ended]()
        for one in due:
            if one.id < newest.get(one.message.order_key, 0):
                found.append(Ended(claimed=one, state=OutboxState.SUPERSEDED))
            elif thrift.is_given_up(
                one.message.urgency, refreshes=_refreshes(one.message), left=self._left(one.message, now)
            ):
                found.append(Ended(claimed=one, state=OutboxState.DEAD, error=GIVEN_UP_FOR_UNITS))
        return found

    def _left(self, message: Outbound, now: datetime) -> int:
        _, pool = self._sender.plan(message, now)
        return self._usage.left(pool)

    def low_pools(self) -> list[tuple[Pool, int]]:
        """The pools of which so little is left that somebody should know, with thousandths."""
        left = [(pool, self._usage.left(pool)) for pool in Pool]
        return [(pool, share) for pool, share in left if thrift.saving(share) > thrift.Saving.NOTHING]


def _refreshes(message: Outbound) -> bool:
    return message.card is not None and not message.card.opens
