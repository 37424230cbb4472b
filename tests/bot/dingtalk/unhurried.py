"""Turns for the asking; tests/bot/test_pace.py has the real ones."""

from dataclasses import dataclass, field


@dataclass
class Unhurried:
    """`rests` notes which API was to rest, and for how many seconds."""

    rests: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    async def take(self, *, api: str, conversation: str = "") -> None:
        """Now."""

    def slow_down(self, *, api: str, seconds: float) -> None:
        self.rests.append((api, seconds))
