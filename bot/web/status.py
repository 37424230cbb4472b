"""What the running robot tells the web of itself. The program supplies it; the web knows nothing of its parts."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolUse:
    """Units used this month of one of DingTalk's pools, and how many there are."""

    pool: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotFacts:
    """How this copy of the robot is doing; the counts run since it was started.

    `last_frame_seconds` is None before the first connection; DingTalk's pings count as frames there, not in `frames`.
    """

    connected: bool
    last_frame_seconds: float | None
    reconnects: int
    frames: int
    not_understood: int
    sent: int
    dead: int
    pools: tuple[PoolUse, ...]


class Status(Protocol):
    """Whoever can tell how the robot is doing, without waiting for anything."""

    def facts(self) -> RobotFacts: ...
