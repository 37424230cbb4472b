"""The last pushes, acks and calls, for the curious."""

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.sandbox.clock import SandboxClock
from bot.sandbox.limits import FRAME_DETAIL_CHARS_MAX, FRAMES_MAX


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that went over the wire. Calls for tokens carry no bodies: one of them is the secret.

    `about` names what it concerns where the detail does not say it: ids of messages, query keys, tracks of cards.
    """

    at: str
    kind: str
    what: str
    detail: str
    about: tuple[str, ...] = ()

    def mentions(self, words: Collection[str]) -> bool:
        """Whether one of the words stands in it."""
        return any(word in self.what or word in self.detail or word in self.about for word in words)


class FrameLog:
    """A bounded record, newest last."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=FRAMES_MAX)

    def add(self, kind: str, what: str, detail: str = "", *, about: Sequence[str] = ()) -> None:
        """Note a push, an ack, a system frame or a call."""
        at = self._clock.now().isoformat()
        self._entries.append(Entry(at, kind, what, detail[:FRAME_DETAIL_CHARS_MAX], tuple(about)))

    def last(self, count: int, words: Collection[str] = ()) -> list[Entry]:
        """The newest entries, newest first; with words, those that mention one, and the acks of such pushes."""
        found: list[Entry] = []
        wanted = set(words)
        if words:  # an ack names only its push, which names the message; its last word is its own id
            wanted |= {e.what.rpartition(" ")[2] for e in self._entries if e.kind == "push" and e.mentions(words)}
        for entry in reversed(self._entries):
            if not words or entry.mentions(wanted):
                found.append(entry)
                if len(found) >= count:
                    break
        return found

    def as_json(self) -> list[dict[str, str]]:
        """All that is kept."""
        return [{"at": e.at, "kind": e.kind, "what": e.what, "detail": e.detail} for e in self._entries]
