"""How fast the robot calls DingTalk, all its copies together: below the limits, so that it never has to refuse.

A dispatcher is granted turns in the transaction in which it claims messages; whatever else is called (the second piece
of a long text, the second call of a card) takes its turn when it comes. Both look at the same rows.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dingtalk.errors import Throttled
from storage import pace
from storage.database import Database
from storage.pace import Recent

SECOND: Final = 1_000_000  # in microseconds, as all times here


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """So many calls in any stretch of so many microseconds.

    DingTalk allows 20 a second for each application and API (standard edition). Twenty messages a minute is documented
    for custom robots, and assumed for every conversation. A call reaches DingTalk a moment after its turn was granted;
    a turn not used within `good` is void, and the stretches are longer by as much, so that the calls keep to the limit
    as DingTalk sees them. `kept` of the turns are for people who wait for an answer: digests and warnings leave them.
    """

    api_calls: int = 18
    api_span: int = SECOND
    api_kept: int = 4
    chat_calls: int = 20
    chat_span: int = 60 * SECOND
    chat_kept: int = 5
    good: int = SECOND // 2
    wait_seconds_max: float = 10.0


class Turn(NamedTuple):
    """One call of an API, into a chat if it goes into one."""

    api: str
    chat: str = ""


class Wanted(NamedTuple):
    turn: Turn
    is_awaited: bool  # by a person, who must not wait for digests


class Pace:
    """Hands out turns. `now` is real time in microseconds; None: the database's own."""

    def __init__(
        self,
        database: Database,
        *,
        limits: Limits | None = None,
        now: Callable[[], int] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        self._database = database
        self._limits = limits or Limits()
        self._now = now
        self._sleep = sleep
        self._monotonic = monotonic
        self._granted: defaultdict[Turn, deque[float]] = defaultdict(deque)
        self._closing: dict[str, float] = {}

    async def begin(self, connection: AsyncConnection) -> int:
        """Let no other copy claim or take turns until this transaction ends; returns the real time."""
        now = await pace.one_at_a_time(connection)
        return now if self._now is None else self._now()

    async def grant(self, connection: AsyncConnection, wanted: Sequence[Wanted], now: int) -> list[int]:
        """For each in its order how long it has to wait; 0: its turn is now, and is kept for the call to come.

        Who has to wait is given the moment at which a turn will be free if nobody comes in between; none is reserved.
        """
        if not wanted:
            return []
        keys = {key for one in wanted for key in _keys(one.turn)} | self._closed_keys()
        recent = self._close(await pace.load(connection, sorted(keys)), now)
        waits, waiting = list[int](), defaultdict[str, int](int)
        for one in wanted:
            wait = self._wait(one, recent, waiting, now)
            waits.append(wait)
            if wait:
                continue
            for key in _keys(one.turn):
                turns = (*recent[key].turns, now)[-self._calls(key) :]
                recent[key] = replace(recent[key], turns=turns)
            self._granted[one.turn].append(self._monotonic() + self._limits.good / SECOND)
        await pace.save(connection, recent)
        return waits

    async def take(self, *, api: str, conversation: str = "") -> None:
        """Use a turn that was granted, or wait for one. Raises Throttled when the wait exceeds `wait_seconds_max`."""
        turn = Turn(api, conversation)
        waited = 0.0
        while not self._use(turn):
            async with self._database.write() as connection:
                now = await self.begin(connection)
                (wait,) = await self.grant(connection, [Wanted(turn, is_awaited=True)], now)
            seconds = wait / SECOND
            if waited + seconds > self._limits.wait_seconds_max:
                raise Throttled("local.rate_limit", "no turn within the waiting limit", retry_after=seconds)
            if wait:
                waited += seconds
                await self._sleep(seconds)

    def slow_down(self, *, api: str, seconds: float) -> None:
        """DingTalk says that this API is called too fast: no copy calls it for so long."""
        until = self._monotonic() + seconds
        key = _keys(Turn(api))[0]
        self._closing[key] = max(self._closing.get(key, 0.0), until)

    def _use(self, turn: Turn) -> bool:
        granted = self._granted[turn]
        while granted and granted[0] < self._monotonic():
            granted.popleft()
        if granted:
            granted.popleft()
            return True
        del self._granted[turn]
        return False

    def _closed_keys(self) -> set[str]:
        return {key for key, until in self._closing.items() if until > self._monotonic()}

    def _close(self, recent: dict[str, Recent], now: int) -> dict[str, Recent]:
        """Tell the others what DingTalk told us."""
        closing, self._closing = self._closing, {}
        for key, until in closing.items():
            left = round((until - self._monotonic()) * SECOND)
            if left > 0 and key in recent:
                recent[key] = replace(recent[key], closed_until=max(recent[key].closed_until, now + left))
        return recent

    def _calls(self, key: str) -> int:
        return self._limits.api_calls if key.startswith("api:") else self._limits.chat_calls

    def _wait(self, one: Wanted, recent: dict[str, Recent], waiting: dict[str, int], now: int) -> int:
        """How long until both the API and the chat have a turn; those who wait already come first."""
        wait = max(self._free_at(key, recent[key], one, waiting[key], now) for key in _keys(one.turn)) - now
        if wait > 0:
            for key in _keys(one.turn):
                waiting[key] += 1
        return max(wait, 0)

    def _free_at(self, key: str, recent: Recent, one: Wanted, before: int, now: int) -> int:
        limits, is_api = self._limits, key.startswith("api:")
        span = (limits.api_span if is_api else limits.chat_span) + limits.good
        kept = 0 if one.is_awaited else limits.api_kept if is_api else limits.chat_kept
        # A clock that was put back must not shut us out for longer than a stretch.
        turns = [min(turn, now) for turn in recent.turns if turn > now - span]
        full = len(turns) + before - (self._calls(key) - kept)  # so many must run out for one to be free
        if full < 0:
            return recent.closed_until
        if not turns:
            return max(now + span, recent.closed_until)
        rounds, place = divmod(full, len(turns))
        return max(turns[place] + span * (rounds + 1), recent.closed_until)


def _keys(turn: Turn) -> tuple[str, ...]:
    api = f"api:{turn.api}"
    return (api, f"chat:{turn.chat}") if turn.chat else (api,)
