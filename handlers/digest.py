"""日报 on request: today's."""

from dataclasses import dataclass

from domain import digest
from domain.errors import DomainError
from domain.operation import Operation
from handlers.ask import Ask


@dataclass(eq=False)
class OnlyToday(DomainError):
    """A report over another period was asked for: this version tells of today."""


def show(ask: Ask) -> Operation:
    period = ask.reading.fields.get("period")
    today = ask.today.isoformat()
    if period and (isinstance(period, str) or dict(period) != {"from": today, "to": today}):
        raise OnlyToday
    return digest.show(ask.field("project"), ask.today, by=ask.by)
