"""What can be set about the sandbox when it is made."""

from dataclasses import dataclass

from bot.sandbox.limits import (
    CARD_ACK_SECONDS,
    DRAIN_SECONDS,
    EVENT_ACK_SECONDS,
    PING_SECONDS,
    REDELIVER_SECONDS,
)


@dataclass(frozen=True, slots=True)
class Knobs:
    """Seconds of real time, and whether rates are limited."""

    card_ack_deadline: float = CARD_ACK_SECONDS
    event_ack_deadline: float = EVENT_ACK_SECONDS
    redeliver_after: float = REDELIVER_SECONDS
    ping_every: float = PING_SECONDS
    drain_after: float = DRAIN_SECONDS
    limits_on: bool = True
