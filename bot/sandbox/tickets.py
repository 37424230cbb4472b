"""Connection tickets: good for one websocket, for ninety seconds."""

from datetime import datetime, timedelta

from bot.sandbox import ids
from bot.sandbox.clock import SandboxClock
from bot.sandbox.connections import Subscriptions
from bot.sandbox.limits import TICKET_SECONDS, TICKETS_MAX


class Tickets:
    """Remembers what each opened connection subscribed to until it connects. Real time: no person sees these."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._open: dict[str, tuple[datetime, Subscriptions]] = {}

    def issue(self, subscriptions: Subscriptions) -> str:
        """A new ticket."""
        while len(self._open) >= TICKETS_MAX:
            del self._open[next(iter(self._open))]
        ticket = ids.ticket()
        self._open[ticket] = (self._clock.real() + timedelta(seconds=TICKET_SECONDS), subscriptions)
        return ticket

    def redeem(self, ticket: str) -> Subscriptions | None:
        """What the ticket stands for; nothing when it is unknown, used or too old."""
        expires, subscriptions = self._open.pop(ticket, (None, None))
        return subscriptions if expires is not None and self._clock.real() < expires else None
