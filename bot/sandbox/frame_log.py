"""The last pushes, acks and calls, for the curious."""

from collections import deque
from dataclasses import dataclass

from bot.sandbox.clock import SandboxClock
from bot.sandbox.limits import FRAME_DETAIL_CHARS_MAX, FRAMES_MAX


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that went over the wire. Calls carry no bodies, because one of them is the secret."""

    at: str
    kind: str
    what: str
    detail: str


class FrameLog:
    """A bounded record, newest last."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=FRAMES_MAX)

    def add(self, kind: str, what: str, detail: str = "") -> None:
        """Note a push, an ack, a system frame or a call."""
        self._entries.append(Entry(self._clock.now().isoformat(), kind, what, detail[:FRAME_DETAIL_CHARS_MAX]))

    def as_json(self) -> list[dict[str, str]]:
        """All that is kept."""
        return [{"at": e.at, "kind": e.kind, "what": e.what, "detail": e.detail} for e in self._entries]
