"""The clock walks from one thing that is due to the next, and waits at each for the robot."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.sandbox import walk
from bot.sandbox.app import LocalDingTalk
from bot.sandbox.clock import SHANGHAI, SandboxClock
from bot.sandbox.nursery import Nursery
from bot.sandbox.walk import Walk
from tests.bot.sandbox.conftest import FakeRobot, Machine, until

TEN = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
SIX = datetime(2026, 11, 23, 18, 0, tzinfo=SHANGHAI)
NEXT_SIX = SIX + timedelta(days=1)


async def tells(robot: FakeRobot, until_: datetime, then: datetime | None) -> None:
    told = {"until": until_.isoformat()} | ({"then": then.isoformat()} if then else {})
    status, _ = await robot.call("GET", "/sandbox/clock", query=told)
    assert status == 200


async def walks(robot: FakeRobot, **to: str) -> tuple[int, dict[str, Any]]:
    return await robot.call("POST", "/sandbox/api/clock", to)


async def test_without_a_follower_the_clock_jumps(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    assert (await walks(robot, preset="week"))[1]["walking_to"] is None
    assert dingtalk.clock.now() == TEN + timedelta(days=7)


async def test_it_stops_at_what_is_due_until_that_is_done(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await tells(robot, TEN, SIX)
    _, moved = await walks(robot, to="2026-11-24T20:00:00")
    assert moved["walking_to"] == "2026-11-24T20:00:00.000000+08:00"
    await until(lambda: dingtalk.clock.now() == SIX)
    await tells(robot, SIX - timedelta(seconds=1), SIX)  # it has not seen the new time yet
    assert dingtalk.clock.now() == SIX
    await tells(robot, SIX, NEXT_SIX)
    await until(lambda: dingtalk.clock.now() == NEXT_SIX)
    assert (await walks(robot, preset="week"))[0] == 409
    await tells(robot, NEXT_SIX, NEXT_SIX + timedelta(days=1))
    end = NEXT_SIX + timedelta(hours=2)
    await until(lambda: dingtalk.clock.now() == end)
    await tells(robot, end, None)
    await until(lambda: dingtalk.clock_json()["walking_to"] is None)


async def test_a_robot_with_nothing_due_is_waited_for_at_the_end(dingtalk: LocalDingTalk, robot: FakeRobot) -> None:
    await tells(robot, TEN, None)
    await walks(robot, preset="tomorrow")
    morning = datetime(2026, 11, 24, 8, 0, tzinfo=SHANGHAI)
    await until(lambda: dingtalk.clock.now() == morning)
    assert dingtalk.clock_json()["walking_to"] is not None
    await tells(robot, morning, None)
    await until(lambda: dingtalk.clock_json()["walking_to"] is None)


async def test_the_clock_that_ran_on_never_goes_back(
    dingtalk: LocalDingTalk, robot: FakeRobot, machine: Machine
) -> None:
    await tells(robot, TEN, SIX)
    await walks(robot, to="2026-11-24T18:00:01")
    await until(lambda: dingtalk.clock.now() == SIX)
    machine.passes(hours=30)  # longer than to the next stop
    await tells(robot, SIX, NEXT_SIX)
    await until(lambda: dingtalk.clock.now() == SIX + timedelta(hours=30))


async def test_what_is_told_is_checked(robot: FakeRobot) -> None:
    assert (await robot.call("GET", "/sandbox/clock", query={"until": "soon"}))[0] == 400
    assert (await robot.call("GET", "/sandbox/clock", query={"until": TEN.isoformat(), "then": "x"}))[0] == 400


async def test_a_robot_that_is_still_busy_is_left_behind_by_one_stop_and_not_by_all(
    dingtalk: LocalDingTalk, robot: FakeRobot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "WALK_STOP_SECONDS_MAX", 0.2)
    await tells(robot, TEN, SIX)
    await walks(robot, preset="week")
    await until(lambda: dingtalk.clock.now() == SIX)
    await tells(robot, TEN, NEXT_SIX)  # it works on what is due at six
    await until(lambda: dingtalk.clock.now() != SIX)
    assert dingtalk.clock.now() == NEXT_SIX


async def test_a_stop_that_passes_while_it_is_looked_up_does_not_end_the_walk(machine: Machine) -> None:
    def ticking() -> datetime:
        machine.passes(microseconds=1)
        return machine.now

    nursery = Nursery()
    clock = SandboxClock(ticking)
    walking = Walk(clock, nursery)
    walking.hear(TEN, TEN + timedelta(microseconds=2))
    walking.start(NEXT_SIX)
    await asyncio.sleep(0)
    walking.hear(machine.now, SIX)
    await until(lambda: clock.now() >= SIX)
    await nursery.stop()


async def test_a_follower_whose_next_thing_is_past_holds_nobody_up(
    dingtalk: LocalDingTalk, robot: FakeRobot, machine: Machine
) -> None:
    await tells(robot, TEN, TEN - timedelta(days=1))
    await walks(robot, to=SIX.isoformat())
    await until(lambda: dingtalk.clock.now() == SIX)
