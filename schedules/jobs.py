"""The clock's jobs in one table: what, when, for whom, and how late it may still be done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from domain import digest
from domain.company import Company
from domain.operation import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One run that is due: its key makes a second run harmless."""

    key: str
    operation: Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`at` is the company's local time of day; a run missed for longer than `grace` is not caught up."""

    name: str
    at: Callable[[Company], time]
    grace: timedelta
    scopes: Callable[[Company], tuple[str, ...]]
    operation: Callable[[str, date], Operation]


def _digest_time(company: Company) -> time:
    return time.fromisoformat(company.settings.digest_time)


def _projects_with_groups(company: Company) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(g.project for g in company.groups.values() if g.project in company.projects and g.project)
    )


JOBS: Final = (
    Job(
        name=digest.JOB,
        at=_digest_time,
        grace=timedelta(hours=12),
        scopes=_projects_with_groups,
        operation=digest.tell,
    ),
)


def next_due(company: Company, now: datetime) -> datetime | None:
    """When the next run is due, later than `now`; None when no job has anything to do."""
    days = (now.date(), now.date() + timedelta(days=1))
    planned = (_planned(job, company, day, now) for job in JOBS if job.scopes(company) for day in days)
    return min((at for at in planned if at > now), default=None)


def _planned(job: Job, company: Company, day: date, now: datetime) -> datetime:
    return datetime.combine(day, job.at(company), tzinfo=now.tzinfo)


def due(company: Company, now: datetime) -> Iterator[Due]:
    """What should have run by now and may still run; `now` is aware, in the company's zone."""
    for job in JOBS:
        for day in (now.date() - timedelta(days=1), now.date()):
            planned = _planned(job, company, day, now)
            if planned <= now <= planned + job.grace:
                for scope in job.scopes(company):
                    yield Due(key=f"job:{job.name}:{scope}:{day}", operation=job.operation(scope, day))
