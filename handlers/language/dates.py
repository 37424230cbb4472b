"""Days and periods as people say them, relative to a given today."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from handlers.language.numerals import value_of
from handlers.language.tables import Sheet, any_of


@dataclass(frozen=True, slots=True)
class DateWords:
    """Days from today; weeks, months or quarters from the present one; days of the week, Monday is 0."""

    near: Mapping[str, int]
    steps: Mapping[str, int]
    weekdays: Mapping[str, int]


def read_dates(sheet: Sheet) -> DateWords:
    """Raises TableFault."""
    found = DateWords(*(sheet.section(name).numbers() for name in ("near", "steps", "weekdays")))
    sheet.close()
    return found


_WORDS: Final = read_dates(Sheet.of("dates.toml"))
_N: Final = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3}|半)"
_REL: Final = rf"(?P<rel>{any_of(_WORDS.steps)})"
_DATES: Final[list[tuple[re.Pattern[str], str]]] = [
    (re.compile(pattern), name)
    for pattern, name in (
        (r"(?P<y>20\d\d)[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})[日号]?(?!\d)", "full"),
        (r"(?P<y>20\d\d)年(?P<m>\d{1,2})月份?", "year_month"),
        (
            r"(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?(?:到|至|-)(?:(?P<m2>\d{1,2})月)?(?P<d2>\d{1,2})[日号]?(?!\d)",
            "range",
        ),
        (
            r"(?P<m>1[0-2]|0?[1-9])[./](?P<d>[0-3]?\d)(?:到|至|-)(?P<m2>1[0-2]|0?[1-9])[./](?P<d2>[0-3]?\d)(?!\d)",
            "range",
        ),
        (
            r"(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})月(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})[日号]?(?![\d个])",
            "month_day",
        ),
        (
            r"(?P<m>1[0-2]|0?[1-9])[./-](?P<d>3[01]|[12]\d|0?[1-9])(?=日|号|之?前|以前|要|到货|送到|到场|进场|用)(?:日|号)?",
            "month_day",
        ),
        (r"(?P<d>3[01]|[12]\d|0?[1-9])[号日](?=之?前|以前|要|到货|送到|到场|进场|用|的日报|日报)", "day"),
        (rf"{_REL}?(?:周|星期|礼拜)(?P<w>[一二三四五六日天末1-7])(?![月个\d])", "weekday"),
        (rf"{_REL}(?:周|星期|礼拜)", "week"),
        (any_of(_WORDS.near), "near"),
        (rf"{_REL}?(?:月|个月)(?P<part>底|末|初)", "month_part"),
        (rf"{_REL}(?:月份?|个月)(?![底末初])", "month"),
        (r"(?P<rel>今|去|本|前)年(?P<part>底|末|初)?|(?P<end>年底|年末)", "year"),
        (rf"{_REL}?(?:季度|季)(?![报])", "quarter"),
        (r"(?:第?(?P<q>[一二三四1-4])季度)", "nth_quarter"),
        (rf"(?:最近|近|过去|前)(?P<n>{_N})?个?(?P<u>天|日|周|星期|月|礼拜)(?![份])", "last"),
        (rf"(?P<n>{_N})个?(?P<u>天|日|周|星期|礼拜|月)(?:之|以)?(?P<rel>内|后)", "within"),
        (r"(?P<m>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?(?![\d底末初])", "nth_month"),
    )
]
_DIGITS: Final = "0123456789"
_NUMERALS: Final = "一二三四五六七八九十"
_RELATIVE: Final = "".join(word[0] for word in _WORDS.steps)
# The characters that each kind of date may begin with.
_STARTS: Final = {
    "full": "2", "year_month": "2", "range": _DIGITS, "month_day": _DIGITS + _NUMERALS, "day": _DIGITS,
    "weekday": _RELATIVE + "周星礼", "week": _RELATIVE, "near": "".join(word[0] for word in _WORDS.near),
    "month_part": _RELATIVE + "月个", "month": _RELATIVE, "year": "今去本前年", "quarter": _RELATIVE + "季",
    "nth_quarter": "第一二三四1234", "last": "最近过前", "within": _DIGITS + _NUMERALS + "两半",
    "nth_month": _DIGITS + _NUMERALS,
}  # fmt: skip
_BY_START: Final = {
    char: tuple((pattern, name) for pattern, name in _DATES if char in _STARTS[name])
    for char in "".join(_STARTS.values())
}
STARTS: Final = frozenset(_BY_START)
_COUNTING: Final = frozenset(_DIGITS + _NUMERALS + "两半")
# Most numbers count things: no pattern for dates needs to be tried on them.
_DATED_NUMBER: Final = re.compile(rf"\d{{1,4}}[-/.年月日号]|[\d{_NUMERALS}两半]{{1,3}}(?:个?[天日周星礼月季])")


@dataclass(frozen=True, slots=True)
class When:
    """A day or period. Where the year is open, `ahead` is the next such time and `past` the latest."""

    ahead: tuple[date, date]
    past: tuple[date, date]
    is_day: bool

    @classmethod
    def of(cls, first: date, last: date | None = None) -> "When":
        span = (first, last or first)
        return cls(span, span, last is None)


def find(text: str, start: int, today: date) -> tuple[int, When] | None:
    """The longest date that begins here: where it ends, and when it is."""
    patterns = _BY_START.get(text[start])
    if patterns is None or (text[start] in _COUNTING and not _DATED_NUMBER.match(text, start)):
        return None
    best: tuple[int, When] | None = None
    for pattern, name in patterns:
        match = pattern.match(text, start)
        if match is None or (best is not None and match.end() <= best[0]):
            continue
        try:
            when = _READERS[name](match.groupdict() | {"all": match[0]}, today)
        except (ValueError, OverflowError):
            continue
        if when is not None:
            best = (match.end(), when)
    return best


_Groups = dict[str, str | None]


def _number(text: str | None) -> int:
    if text == "半":
        raise ValueError(text)
    value = value_of(text or "")
    if value is None or value.denominator != 1:
        raise ValueError(text)
    return int(value)


def _month_end(day: date) -> date:
    following = day.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)


def _add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _full(g: _Groups, today: date) -> When:
    return When.of(date(_number(g["y"]), _number(g["m"]), _number(g["d"])))


def _year_month(g: _Groups, today: date) -> When:
    first = date(_number(g["y"]), _number(g["m"]), 1)
    return When.of(first, _month_end(first))


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _yearly(month: int, day: int, today: date) -> tuple[date, date]:
    years = [_valid(today.year + step, month, day) for step in range(-8, 9)]
    ahead = next((found for found in years if found and found >= today), None)
    past = next((found for found in reversed(years) if found and found <= today), None)
    if ahead is None or past is None:
        raise ValueError("no such day")
    return ahead, past


def _month_day(g: _Groups, today: date) -> When:
    ahead, past = _yearly(_number(g["m"]), _number(g["d"]), today)
    return When((ahead, ahead), (past, past), True)


def _range(g: _Groups, today: date) -> When:
    month, last_month = _number(g["m"]), _number(g["m2"] or g["m"])
    _, first = _yearly(month, _number(g["d"]), today)
    last = date(first.year + (1 if last_month < month else 0), last_month, _number(g["d2"]))
    if last < first:
        raise ValueError("ends before it begins")
    return When.of(first, last)


def _day(g: _Groups, today: date) -> When:
    day = _number(g["d"])
    months = [_add_months(today, step) for step in range(-3, 4)]
    days = [found for first in months if (found := _valid(first.year, first.month, day))]
    ahead = min(found for found in days if found >= today)
    past = max(found for found in days if found <= today)
    return When((ahead, ahead), (past, past), True)


def _weekday(g: _Groups, today: date) -> When:
    index = _WORDS.weekdays[g["w"] or "一"]
    if g["rel"]:
        return When.of(_monday(today) + timedelta(days=7 * _WORDS.steps[g["rel"]] + index))
    this = _monday(today) + timedelta(days=index)
    ahead = this if this >= today else this + timedelta(days=7)
    past = this if this <= today else this - timedelta(days=7)
    return When((ahead, ahead), (past, past), True)


def _week(g: _Groups, today: date) -> When:
    first = _monday(today) + timedelta(days=7 * _WORDS.steps[g["rel"] or "本"])
    return When.of(first, first + timedelta(days=6))


def _near(g: _Groups, today: date) -> When:
    return When.of(today + timedelta(days=_WORDS.near[g["all"] or "今天"]))


def _month_part(g: _Groups, today: date) -> When | None:
    if g["rel"] is None and (g["all"] or "").startswith("个"):
        return None
    first = _add_months(today, _WORDS.steps[g["rel"] or "本"])
    if g["part"] == "初":
        first = first if g["rel"] or first >= today else _add_months(today, 1)
        return When.of(first)
    return When.of(_month_end(first))


def _month(g: _Groups, today: date) -> When:
    first = _add_months(today, _WORDS.steps[g["rel"] or "本"])
    return When.of(first, _month_end(first))


def _year(g: _Groups, today: date) -> When:
    year = today.year + {"去": -1, "前": -2}.get(g["rel"] or "", 0)
    if g["end"] or g["part"] in ("底", "末"):
        return When.of(date(year, 12, 31))
    if g["part"] == "初":
        return When.of(date(year, 1, 1))
    return When.of(date(year, 1, 1), date(year, 12, 31))


def _quarter(g: _Groups, today: date) -> When | None:
    if not g["rel"]:
        return None
    first = _add_months(today.replace(day=1), 3 * _WORDS.steps[g["rel"]] - (today.month - 1) % 3)
    return When.of(first, _month_end(_add_months(first, 2)))


def _nth_quarter(g: _Groups, today: date) -> When:
    first = date(today.year, 3 * _number(g["q"]) - 2, 1)
    first = first if first <= today else first.replace(year=today.year - 1)
    return When.of(first, _month_end(_add_months(first, 2)))


def _last(g: _Groups, today: date) -> When | None:
    if g["n"] is None and (g["all"] or "").startswith("前"):
        return None
    count = 1 if g["n"] is None else _number(g["n"])
    unit = g["u"] or "天"
    if unit in "天日":
        return When.of(today - timedelta(days=count - 1), today)
    if unit == "月":
        month = _add_months(today, -count)
        same = _valid(month.year, month.month, today.day) or _month_end(month)
        return When.of(same + timedelta(days=1), today)
    return When.of(today - timedelta(days=7 * count - 1), today)


def _within(g: _Groups, today: date) -> When:
    count, unit = _number(g["n"]), g["u"] or "天"
    if unit == "月":
        month = _add_months(today, count)
        return When.of(_valid(month.year, month.month, today.day) or _month_end(month))
    return When.of(today + timedelta(days=count * (1 if unit in "天日" else 7)))


def _nth_month(g: _Groups, today: date) -> When:
    month = _number(g["m"])
    past = date(today.year if month <= today.month else today.year - 1, month, 1)
    ahead = date(today.year if month >= today.month else today.year + 1, month, 1)
    return When((ahead, _month_end(ahead)), (past, _month_end(past)), False)


_READERS: Final[dict[str, Callable[[_Groups, date], When | None]]] = {
    "full": _full, "year_month": _year_month, "range": _range, "month_day": _month_day, "day": _day,
    "weekday": _weekday, "week": _week, "near": _near, "month_part": _month_part, "month": _month,
    "year": _year, "quarter": _quarter, "nth_quarter": _nth_quarter, "last": _last, "within": _within,
    "nth_month": _nth_month,
}  # fmt: skip
