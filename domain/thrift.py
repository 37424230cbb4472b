"""What is given up first when the month's units of a pool run low: the optional, in a fixed order, and saying so."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from domain.messaging import Urgency


class Saving(IntEnum):
    """How far it has come. Each step includes the ones before; answers and approvals are sent to the last unit."""

    NOTHING = 0
    WARNED = 1  # nothing is given up yet
    DIGESTS = 2
    ALERTS = 3
    REFRESHES = 4  # the new picture of a card that is shown already; the presser sees it with the acknowledgement


# From how many thousandths of a pool left on. DingTalk's own advice is to warn at 80 % used.
FROM: Final = {Saving.WARNED: 200, Saving.DIGESTS: 100, Saving.ALERTS: 50, Saving.REFRESHES: 20}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsLow:
    """Told to the administrators once a month for each pool and step."""

    pool: str
    left: int  # in thousandths
    saving: Saving


def saving(left: int) -> Saving:
    """How far we must save with so many thousandths of a pool left."""
    return max((step for step, limit in FROM.items() if left <= limit), default=Saving.NOTHING)


def is_given_up(urgency: Urgency, *, refreshes: bool, left: int) -> bool:
    """Whether a message is left unsent for the sake of more needed ones."""
    step = saving(left)
    match urgency:
        case Urgency.DIGEST:
            return step >= Saving.DIGESTS
        case Urgency.ALERT:
            return step >= Saving.ALERTS
        case _:
            return refreshes and step >= Saving.REFRESHES
