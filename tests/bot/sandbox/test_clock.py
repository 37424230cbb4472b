"""The clock moves forward, for everybody at once."""

from datetime import datetime, timedelta

import pytest

from bot.sandbox.app import LocalDingTalk, seconds_text
from bot.sandbox.clock import SHANGHAI, ClockGoesBack, SandboxClock
from tests.bot.sandbox.conftest import FakeRobot, Machine


@pytest.mark.parametrize(
    ("preset", "start", "end"),
    [
        ("tonight", "2026-11-23 17:59", "2026-11-23 18:00"),
        ("tonight", "2026-11-23 18:00", "2026-11-24 18:00"),
        ("tomorrow", "2026-11-23 23:59", "2026-11-24 08:00"),
        ("week", "2026-11-23 10:00", "2026-11-30 10:00"),
    ],
)
def test_presets(preset: str, start: str, end: str, machine: Machine) -> None:
    machine.now = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    clock = SandboxClock(machine)
    clock.move_to(clock.preset(preset))
    assert clock.now() == datetime.fromisoformat(end).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(("hour", "evening"), [(0, "今晚"), (17, "今晚"), (18, "明晚"), (23, "明晚")])
def test_an_evening_that_has_begun_is_not_tonight(hour: int, evening: str, machine: Machine) -> None:
    machine.now = machine.now.replace(hour=hour)
    assert SandboxClock(machine).evening == evening


def test_the_clock_runs_on_from_where_it_was_set_and_never_goes_back(machine: Machine) -> None:
    clock = SandboxClock(machine)
    clock.move_to(machine.now + timedelta(hours=3))
    machine.passes(minutes=1)
    assert clock.now() == datetime(2026, 11, 23, 13, 1, tzinfo=SHANGHAI)
    with pytest.raises(ClockGoesBack):
        clock.move_to(clock.now() - timedelta(microseconds=1))


def test_a_frozen_clock_stands_still_until_it_runs_again(machine: Machine) -> None:
    clock = SandboxClock(machine)
    clock.freeze(machine.now + timedelta(hours=1))
    machine.passes(minutes=30)
    assert clock.now() == datetime(2026, 11, 23, 11, 0, tzinfo=SHANGHAI)
    clock.run()
    machine.passes(minutes=1)
    assert clock.now() == datetime(2026, 11, 23, 11, 1, tzinfo=SHANGHAI)


async def test_the_robot_reads_the_clock_over_http(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    assert (await robot.call("GET", "/sandbox/clock"))[1] == {
        "now": "2026-11-23T10:00:00.000000+08:00",
        "offset_seconds": "0.000000",
        "frozen_at": None,
        "walking_to": None,
    }
    _, moved = await robot.call("POST", "/sandbox/api/clock", {"to": "2026-11-23T12:00:00+08:00"})
    assert moved["offset_seconds"] == "7200.000000"
    status, refused = await robot.call("POST", "/sandbox/api/clock", {"to": "2026-11-23T11:00:00"})
    assert (status, refused["ok"]) == (409, False)
    assert (await robot.call("POST", "/sandbox/api/clock", {"to": "soon"}))[0] == 400
    assert (await robot.call("POST", "/sandbox/api/clock", {"preset": "never"}))[0] == 400
    _, frozen = await robot.call("POST", "/sandbox/api/clock", {"frozen_at": "2026-11-23T13:00:00"})
    assert frozen["frozen_at"] == "2026-11-23T13:00:00.000000+08:00"
    _, running = await robot.call("POST", "/sandbox/api/clock", {"frozen_at": None})
    assert running["frozen_at"] is None


def test_seconds_are_written_exactly() -> None:
    assert seconds_text(timedelta(days=30, microseconds=1)) == "2592000.000001"
    assert seconds_text(timedelta(microseconds=-1)) == "-0.000001"
