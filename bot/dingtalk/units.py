"""What a month's calls cost. DingTalk allows a whole company so many units a month, in two pools."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Final, Protocol

CHINA: Final = timezone(timedelta(hours=8))  # DingTalk's calendar month turns at midnight in Beijing.


class Pool(StrEnum):
    """The two pools (standard edition: 5,000 and 3,000 units a calendar month)."""

    API = "api"
    STREAM = "stream"  # Pushes to us, and replies through a conversation's webhook.


class UnitCounter(Protocol):
    """Counts what was used. Called once a call that DingTalk counts; must not block."""

    def count(self, pool: Pool, units: int = 1) -> None: ...


class MonthlyUnits:
    """Counts in memory, month by month; what is to outlive the process is read off and kept elsewhere."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._used: Counter[tuple[str, Pool]] = Counter()

    def count(self, pool: Pool, units: int = 1) -> None:
        self._used[self.month, pool] += units

    def used(self, pool: Pool) -> int:
        """Units of the current month."""
        return self._used[self.month, pool]

    @property
    def month(self) -> str:
        return f"{self._now().astimezone(CHINA):%Y-%m}"


# Free of charge by DingTalk's page on call volumes: tokens, login, contacts. Opening the stream is not named there;
# it carries no business, so it is taken as free.
FREE_PATHS: Final = (
    "/v1.0/gateway/",
    "/v1.0/oauth2/",
    "/topapi/v2/user/",
    "/topapi/user/",
    "/topapi/v2/department/",
    "/topapi/role/",
)


def pool_of(path: str) -> Pool | None:
    """Which pool a call to this path draws on; None if it is free."""
    if path.startswith(FREE_PATHS):
        return None
    return Pool.STREAM if path.startswith("/robot/sendBySession") else Pool.API
