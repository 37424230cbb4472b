"""What the month has cost: DingTalk sells API calls and stream-and-webhook units in two pools."""

from collections import Counter
from typing import Final

from bot.sandbox.clock import SandboxClock
from bot.sandbox.limits import API_UNITS_PER_MONTH, STREAM_UNITS_PER_MONTH

# What stands where the kinds of calls stand, for what was used before anybody counted by kind.
_EARLIER: Final = "以前的"


class Units:
    """Counts both pools per calendar month of the sandbox's clock. Contact, token and login calls are free."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._months: dict[str, tuple[Counter[str], Counter[str]]] = {}

    def count_call(self, name: str) -> None:
        """One paid API call that succeeded."""
        self._pools()[0][name] += 1

    def count_stream(self, name: str) -> None:
        """One push over the stream, or one reply by webhook."""
        self._pools()[1][name] += 1

    def add_past(self, month: str, *, api: int, stream: int) -> None:
        """What a month ("2026-11") had used before the sandbox began to count."""
        calls, pushes = self._months.setdefault(month, (Counter(), Counter()))
        calls[_EARLIER] += api
        pushes[_EARLIER] += stream

    def as_json(self) -> dict[str, object]:
        """This month's counts, with what the standard edition allows."""
        api, stream = self._pools()
        return {
            "month": self._month(),
            "api": {"used": api.total(), "limit": API_UNITS_PER_MONTH, "by": dict(api)},
            "stream": {"used": stream.total(), "limit": STREAM_UNITS_PER_MONTH, "by": dict(stream)},
            "months": {
                month: {"api": a.total(), "stream": s.total()} for month, (a, s) in sorted(self._months.items())
            },
        }

    def _month(self) -> str:
        return self._clock.now().strftime("%Y-%m")

    def _pools(self) -> tuple[Counter[str], Counter[str]]:
        return self._months.setdefault(self._month(), (Counter(), Counter()))
