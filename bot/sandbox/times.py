"""Times as DingTalk writes them, as short as they can be from where one stands. clock.js has the same rules."""

from datetime import datetime
from typing import Final

WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEK_DAYS: Final = 7


def day_text(at: datetime, now: datetime) -> str:
    """Nothing today, else 昨天, the day of the week within a week, the date before that."""
    days = (now.date() - at.date()).days
    if days == 0:
        return ""
    if days == 1:
        return "昨天"
    if 1 < days < WEEK_DAYS:
        return f"星期{WEEKDAYS[at.weekday()][1]}"
    date = f"{at.month}月{at.day}日"
    return date if at.year == now.year else f"{at.year}年{date}"


def moment(at: datetime, now: datetime) -> str:
    """Day and hour, between groups of messages."""
    return f"{day_text(at, now)} {at:%H:%M}".strip()


def brief(at: datetime, now: datetime) -> str:
    """The hour today, the day before that: for the list of conversations."""
    return day_text(at, now) or f"{at:%H:%M}"


def clock_text(now: datetime) -> str:
    """The clock as people read it."""
    return f"{now:%Y-%m-%d} {WEEKDAYS[now.weekday()]} {now:%H:%M}"


def duration_text(milliseconds: int) -> str:
    """The length of a voice message, in whole seconds, at least one."""
    return f"{max(1, milliseconds // 1_000)}″"


def size_text(size: int | None) -> str:
    """The size of a file, in units of 1024 bytes."""
    if size is None:
        return "已过期"
    if size < 1_024:
        return f"{size} B"
    tenths = size * 10 // 1_024
    if tenths < 10_240:
        return f"{tenths // 10}.{tenths % 10} KB"
    tenths //= 1_024
    return f"{tenths // 10}.{tenths % 10} MB"
