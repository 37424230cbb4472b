"""What a call costs of the month's two pools."""

from datetime import UTC, datetime

import pytest

from bot.dingtalk.units import MonthlyUnits, Pool, pool_of


def test_units_are_counted_by_the_month_of_beijing() -> None:
    now = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    units = MonthlyUnits(lambda: now)
    units.count(Pool.API)
    units.count(Pool.STREAM, 2)
    assert (units.used(Pool.API), units.used(Pool.STREAM), units.month) == (1, 2, "2026-11")
    now = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert (units.used(Pool.API), units.month) == (0, "2026-12")


@pytest.mark.parametrize(
    ("path", "pool"),
    [
        ("/v1.0/oauth2/accessToken", None),
        ("/topapi/v2/user/get", None),
        ("/v1.0/gateway/connections/open", None),
        ("/v1.0/robot/groupMessages/send", Pool.API),
        ("/v1.0/card/instances", Pool.API),
        ("/v1.0/robot/messageFiles/download", Pool.API),
        ("/media/upload", Pool.API),
        ("/robot/sendBySession", Pool.STREAM),
    ],
)
def test_each_call_draws_on_its_pool(path: str, pool: Pool | None) -> None:
    assert pool_of(path) is pool
