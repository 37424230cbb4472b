"""Which days a month has: whole ones before `until`, no Sundays, whatever the calendar says."""

from datetime import datetime
from random import Random

import pytest

from bot.practice.month.days import SUNDAY, Days, at, at_work
from tests.conftest import ZONE


def _days(until: str, span: int = 30) -> Days:
    return Days.before(datetime.fromisoformat(until).replace(tzinfo=ZONE), Random(1), span=span)


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("2026-11-26 08:12", "2026-11-25"),  # a Thursday morning: Wednesday was the last whole day
        ("2026-11-26 18:29", "2026-11-25"),
        ("2026-11-26 18:30", "2026-11-26"),
        ("2026-11-29 12:00", "2026-11-28"),  # Sunday: Saturday
        ("2026-11-29 21:00", "2026-11-28"),
        ("2026-11-30 07:00", "2026-11-28"),  # Monday morning: Saturday
        ("2027-03-01 09:00", "2027-02-27"),
        ("2028-03-01 09:00", "2028-02-29"),
        ("2027-01-01 00:00", "2026-12-31"),
    ],
)
def test_the_month_ends_with_the_last_working_day_that_is_over(until: str, last: str) -> None:
    days = _days(until)
    assert f"{days.last}" == last
    assert 30 <= (days.last - days.first).days + 1 <= 31


@pytest.mark.parametrize("until", ["2026-11-26 08:12", "2026-11-30 07:00", "2027-03-01 09:00"])
def test_nobody_works_on_sundays_and_it_rains_on_a_working_day_in_the_middle(until: str) -> None:
    days = _days(until)
    assert all(day.weekday() != SUNDAY for day in days.working)
    assert 25 <= len(days.working) <= 27
    assert days.first == days.working[0] < days.rain < days.working[-1] == days.last


def test_reports_go_out_every_evening_before_until_sundays_too() -> None:
    monday = datetime(2026, 11, 30, 8, 0, tzinfo=ZONE)
    days = Days.before(monday, Random(1), span=14)
    evenings = list(days.evenings(monday))
    assert evenings[0] == days.first
    assert f"{evenings[-1]}" == "2026-11-29"
    assert len(evenings) == 16  # the fortnight would begin on a Sunday, so it begins a day earlier


@pytest.mark.parametrize(
    ("planned", "looked_at"),
    [
        ("2026-11-25 09:30", "2026-11-25 09:30"),
        ("2026-11-25 12:10", "2026-11-25 13:25"),
        ("2026-11-25 19:05", "2026-11-26 07:45"),
        ("2026-11-28 18:20", "2026-11-30 07:40"),  # Saturday evening waits until Monday
    ],
)
def test_cards_are_looked_at_in_working_hours(planned: str, looked_at: str) -> None:
    when = at_work(datetime.fromisoformat(planned).replace(tzinfo=ZONE))
    assert f"{when:%Y-%m-%d %H:%M}" == looked_at


def test_days_are_counted_from_both_ends() -> None:
    days = _days("2026-11-26 08:12", span=10)
    assert days.from_start(0) == days.first
    assert days.from_end(0) == days.last
    assert (days.number(days.first), days.left(days.first)) == (0, len(days.working) - 1)
    assert days.from_start(99) == days.last
    assert days.from_end(99) == days.first
    assert at(days.last, 18, 0).tzinfo is not None
