"""What an administrator wants to know of the machine: DingTalk's quota used this month, and what could not be sent."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from domain.company import Role
from domain.operation import Asker, Draft, Need, Operation, ToPeople
from domain.permissions import Action, Permit
from domain.thrift import Saving, UnitsLow, saving

# DingTalk's standard edition, a month for the whole company.
API_UNITS_MAX: Final = 5_000
STREAM_UNITS_MAX: Final = 3_000
POOLS: Final = {"api": API_UNITS_MAX, "stream": STREAM_UNITS_MAX}


@dataclass(frozen=True, slots=True)
class UsageIn(Need[tuple[tuple[str, int], ...]]):
    """Units used of each pool in a month ("2026-11")."""

    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    key: str
    error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetters(Need[tuple[DeadLetter, ...]]):
    """Messages that could not be delivered, latest first, ten at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaShown:
    """Per pool: its name, units used, units a month."""

    month: str
    pools: tuple[tuple[str, int, int], ...]

    @property
    def saving(self) -> Saving:
        """What is given up by now, by the emptier pool."""
        return max(saving(max(0, most - used) * 1000 // most) for _, used, most in self.pools)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterList:
    letters: tuple[DeadLetter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed:
    """Told to the administrators when a message is given up."""

    key: str
    error: str
    number: str


def quota(*, by: Asker) -> Operation:
    """额度: how much of the month's pools is used."""
    return Operation(
        by=by,
        may=Permit(by=by.person, action=Action.ADMINISTER),
        needs=lambda facts: (UsageIn(f"{facts.today:%Y-%m}"),),
        decide=_quota,
    )


def _quota(draft: Draft) -> None:
    month = f"{draft.today:%Y-%m}"
    used = dict(draft[UsageIn(month)])
    draft.answer(QuotaShown(month=month, pools=tuple((p, used.get(p, 0), most) for p, most in POOLS.items())))


def dead_letters(*, by: Asker) -> Operation:
    """死信: what could not be delivered."""
    return Operation(
        by=by,
        may=Permit(by=by.person, action=Action.ADMINISTER),
        needs=lambda _facts: (DeadLetters(),),
        decide=lambda draft: draft.answer(DeadLetterList(letters=draft[DeadLetters()])),
    )


def report_failure(failed: DeliveryFailed) -> Operation:
    """Tell the administrators, once a message."""
    return Operation(by=Asker(person="dispatcher"), may=None, decide=partial(_tell_administrators, failed))


def warn_of_units(pool: str, left: int) -> Operation:
    """Tell the administrators how little is left of a pool, in thousandths, and what is given up for it."""
    low = UnitsLow(pool=pool, left=left, saving=saving(left))
    return Operation(by=Asker(person="dispatcher"), may=None, decide=partial(_tell_administrators, low))


def _tell_administrators(what: object, draft: Draft) -> None:
    if people := tuple(p.id for p in draft.company.people.values() if p.has(Role.ADMINISTRATOR)):
        draft.tell(ToPeople(people=people), what)
