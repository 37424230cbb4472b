"""How fast we call: below DingTalk's limits, so that it never has to refuse."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Final, Protocol

from bot.dingtalk.clock import Clock
from bot.dingtalk.errors import Throttled

BUCKETS_MAX: Final = 10_000  # Conversations remembered at once.


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """`api_calls` in any `api_seconds`, for each API; the same for each conversation.

    DingTalk allows 20 a second for each application and API (standard edition); the rest is left for other copies of
    the robot. Twenty messages a minute is documented for custom robots, and assumed for conversations.
    """

    api_calls: int = 15
    api_seconds: float = 1.0
    conversation_calls: int = 20
    conversation_seconds: float = 60.0
    wait_seconds_max: float = 10.0


class Turns(Protocol):
    """Who hands out turns: waits until one is free, and hears when DingTalk finds us too fast."""

    async def take(self, *, api: str, conversation: str = "") -> None: ...
    def slow_down(self, *, api: str, seconds: float) -> None: ...


class RateLimit:
    """Hands out turns in the order in which they are asked for, to one process that calls alone."""

    def __init__(self, clock: Clock, rates: Rates | None = None) -> None:
        self._clock = clock
        self._rates = rates or Rates()
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    async def take(self, *, api: str, conversation: str = "") -> None:
        """Wait for a turn at this API, and in this conversation if one is named.

        Raises Throttled when the wait would exceed `wait_seconds_max`; no turn is then used up.
        """
        # First the conversation, then the API: a chat that has to wait must not hold up the others.
        if conversation:
            rates = self._rates
            await self._turn(self._window(f"chat:{conversation}", rates.conversation_calls, rates.conversation_seconds))
        await self._turn(self._api(api))

    def slow_down(self, *, api: str, seconds: float) -> None:
        """DingTalk says that this API is called too fast: nobody calls it for so long."""
        window = self._api(api)
        window.closed_until = max(window.closed_until, self._clock.monotonic() + seconds)

    async def _turn(self, window: "_Window") -> None:
        now = self._clock.monotonic()
        turn = window.next_turn(now)
        if turn - now > self._rates.wait_seconds_max:
            raise Throttled("local.rate_limit", "no turn within the waiting limit", retry_after=turn - now)
        window.turns.append(turn)
        if turn > now:
            await self._clock.sleep(turn - now)

    def _api(self, api: str) -> "_Window":
        return self._window(f"api:{api}", self._rates.api_calls, self._rates.api_seconds)

    def _window(self, key: str, calls: int, seconds: float) -> "_Window":
        window = self._windows.setdefault(key, _Window(deque(maxlen=calls), seconds))
        self._windows.move_to_end(key)
        if len(self._windows) > BUCKETS_MAX:
            self._windows.popitem(last=False)  # The one not asked for longest; its minute is over by then.
        return window


@dataclass(slots=True)
class _Window:
    """A sliding window: the last so many turns, so that no stretch of its length ever holds more.

    A token bucket of the same rate would let twice as many pass in the stretch that begins with a full bucket.
    """

    turns: deque[float]
    seconds: float
    closed_until: float = 0.0

    def next_turn(self, now: float) -> float:
        last = self.turns[-1] if self.turns else now  # Nobody overtakes those who wait already.
        free = self.turns[0] + self.seconds if len(self.turns) == self.turns.maxlen else now
        return max(now, last, free, self.closed_until)
