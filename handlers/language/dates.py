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
    """Days from today; weeks, months or quarters from the present one; years; days of the week, Monday is 0."""

    near: Mapping[str, int]
    steps: Mapping[str, int]
    years: Mapping[str, int]
    weekdays: Mapping[str, int]
    feasts: Mapping[str, int]
    hours: tuple[str, ...]
    now: tuple[str, ...]


def read_dates(sheet: Sheet) -> DateWords:
    """Raises TableFault."""
    hours, now = sheet.needed("hours"), sheet.needed("now")
    kinds = ("near", "steps", "years", "weekdays", "feasts")
    found = DateWords(*(sheet.section(name).numbers() for name in kinds), hours=hours, now=now)
    sheet.close()
    return found


_WORDS: Final = read_dates(Sheet.of("dates.toml"))
_N: Final = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3}|半)"
_REL: Final = rf"(?P<rel>{any_of(_WORDS.steps)})"
_YEAR: Final = rf"(?:(?:(?P<y>20\d\d|\d\d)年|(?P<yr>{any_of(_WORDS.years)}))的?)"
_MONTH: Final = r"(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月"
_DAY: Final = r"(?:3[01]|[12]\d|0?[1-9])"
_SAID_DAY: Final = rf"(?P<d>{_DAY}|三十一?|[一二]?十[一二三四五六七八九]?|[一二三四五六七八九])"
# What must follow a day that is said without 日, or a mere number of one: else it is an amount, or a size.
_NEEDED: Final = r"之?前|以前|要|到货|送到|送货|到场|进场|用|到(?=$|[\s,，。;])"
_ASKED: Final = r"的?(?:日报|消耗|台账|流水|明细|收发存|领料|入库|出库|用量|成本)"
# 3号到的闸阀: the day of what was done.
_DONE: Final = r"[到来收领入进送发拉用退]的"
_OPEN: Final = rf"(?=$|[\s,，。;、!?)]|{_NEEDED}|{_ASKED}|[到至-](?:\d|[一二三四五六七八九十]{{1,2}}月))"
_DATES: Final[list[tuple[re.Pattern[str], str]]] = [
    (re.compile(pattern, re.ASCII), name)
    for pattern, name in (
        (r"(?P<y>20\d\d)[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})[日号]?(?!\d)", "full"),
        (rf"{_YEAR}?{_MONTH}{_SAID_DAY}(?:[日号]|{_OPEN})", "month_day"),
        (rf"{_REL}个?月的?{_SAID_DAY}[日号]", "month_day"),
        (rf"(?P<d>{_DAY})-(?P<d2>{_DAY})[日号]", "days"),
        (
            rf"(?P<m>1[0-2]|0?[1-9])[./-](?P<d>{_DAY})(?=日|号|{_NEEDED}|{_ASKED})(?:日|号)?",
            "month_day",
        ),
        (rf"(?P<m>1[0-2]|0?[1-9])[./](?P<d>{_DAY})(?=(?:到|至|-)(?:1[0-2]|0?[1-9])[./]{_DAY}(?!\d))", "month_day"),
        (rf"{_SAID_DAY}[号日](?={_NEEDED}|{_ASKED}|{_DONE}|[到至-]{_DAY}[号日])", "day"),
        (rf"{_REL}?(?:周|星期|礼拜)(?P<w>[一二三四六日天末1-7]|五(?!金))(?![月个\d])", "weekday"),
        (rf"{_REL}(?:周|星期|礼拜)", "week"),
        (any_of(_WORDS.near), "near"),
        (any_of(_WORDS.feasts), "feast"),
        (
            rf"(?:{_YEAR}?{_MONTH}份?|{_REL}?个?月|月)的?(?P<part>底|末|初|中(?=$|[\s,，。;]|{_NEEDED})|[上中下]旬)",
            "month_part",
        ),
        (r"(?P<part>[上中下]旬)", "month_part"),
        (rf"{_YEAR}?(?:{_MONTH}|{_REL}个?月)份?(?![底末初\d])", "month"),
        (r"(?P<end>年底|年末)|(?P<begin>年初)", "year"),
        (
            rf"(?:(?P<y>20\d\d)年|(?P<yr>{any_of(_WORDS.years)}))(?:全年|度|(?P<end>底|末)|(?P<begin>初))?(?!\d)",
            "year",
        ),
        (rf"{_YEAR}?(?P<half>[上下])半年", "half_year"),
        (rf"{_REL}个?(?:季度|季)(?![报])", "quarter"),
        (rf"{_YEAR}?第?(?P<q>[一二三四1-4])季度", "quarter"),
        (rf"(?:最近|近|过去|前|(?P<these>这))(?P<n>{_N})?个?(?P<u>天|日|周|星期|礼拜|月|季度|年)(?![份])", "last"),
        (rf"(?:再?过)?(?P<n>{_N})个?(?P<u>天|日|周|星期|礼拜|月|小时)(?:之|以)?(?:内|后)", "within"),
        (rf"再?过(?P<n>{_N})个?(?P<u>天|日|周|星期|礼拜|月)", "within"),
    )
]
# 到…: a period goes on to another day, to a bare one of the same month, or to now.
_TO: Final = re.compile(r"[ ]?(?:到|至|-)[ ]?")
_NOW: Final = re.compile(rf"以来|(?:[ ]?(?:到|至)[ ]?(?:{any_of(_WORDS.now)}))(?:为止)?")
_BARE_MONTH_DAY: Final = re.compile(rf"(?P<m>1[0-2]|0?[1-9])[./](?P<d>{_DAY})[日号]?(?![\d.])", re.ASCII)
_BARE: Final = re.compile(rf"(?P<d>{_DAY})(?:[日号](?![楼院仓库房线门])|(?=$|[\s,，。;、!?)]|的))")
_HOUR: Final = re.compile(
    rf"(?:{any_of(_WORDS.hours)}|[早晚](?!点))?(?:(?:\d{{1,2}}|[一二两三四五六七八九十]{{1,3}})"
    r"点(?:半|钟|整)?(?![\d零一二三四五六七八九十]))?"
)
_DIGITS: Final = "0123456789"
_NUMERALS: Final = "一二三四五六七八九十"
_RELATIVE: Final = "".join(word[0] for word in _WORDS.steps)
_YEARLY: Final = _DIGITS + "".join(word[0] for word in _WORDS.years)
# The characters that each kind of date may begin with.
_STARTS: Final = {
    "full": "2", "month_day": _YEARLY + _NUMERALS + _RELATIVE, "days": _DIGITS, "day": _DIGITS + _NUMERALS,
    "weekday": _RELATIVE + "周星礼", "week": _RELATIVE, "near": "".join(word[0] for word in _WORDS.near),
    "feast": "".join(word[0] for word in _WORDS.feasts), "month_part": _YEARLY + _NUMERALS + _RELATIVE + "月个中",
    "month": _YEARLY + _NUMERALS + _RELATIVE, "year": _YEARLY + "年", "half_year": _YEARLY + "上下",
    "quarter": _YEARLY + _NUMERALS + _RELATIVE + "第", "last": "最近过前这", "within": _DIGITS + _NUMERALS + "两半再过",
}  # fmt: skip
_BY_START: Final = {
    char: tuple((pattern, name) for pattern, name in _DATES if char in _STARTS[name])
    for char in "".join(_STARTS.values())
}
STARTS: Final = frozenset(_BY_START)
_COUNTING: Final = frozenset(_DIGITS + _NUMERALS + "两半")
# Most numbers count things: no pattern for dates needs to be tried on them.
_DATED_NUMBER: Final = re.compile(rf"\d{{1,4}}[-/.年月日号]|[\d{_NUMERALS}两半]{{1,3}}(?:个?[天日号周星礼月季年小])")


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
    if start and text.startswith("一下下", start - 1):
        return None  # 申购一下下周五要: the next week, and no further one
    one = _single(text, start, today)
    if one is None:
        return None
    end, when, name = one
    span = _span(text, end, when, name, today)
    if span is not None:
        return span
    hour = _HOUR.match(text, end) if when.is_day else None
    return (hour.end() if hour else end), when


def _single(text: str, start: int, today: date) -> tuple[int, When, str] | None:
    patterns = _BY_START.get(text[start])
    if patterns is None or (text[start] in _COUNTING and not _DATED_NUMBER.match(text, start)):
        return None
    best: tuple[int, When, str] | None = None
    for pattern, name in patterns:
        match = pattern.match(text, start)
        if match is None or (best is not None and match.end() <= best[0]):
            continue
        try:
            when = _READERS[name](match.groupdict() | {"all": match[0]}, today)
        except (ValueError, OverflowError):
            continue
        if when is not None:
            best = (match.end(), when, name)
    return best


def _span(text: str, end: int, when: When, name: str, today: date) -> tuple[int, When] | None:
    """昨天到今天, 11月1号到15号, 10月到现在."""
    if match := _NOW.match(text, end):
        first = when.past[0]
        return (match.end(), When.of(first, today)) if first <= today else None
    to = _TO.match(text, end)
    if to is None or to.end() >= len(text):
        return None
    if name in ("month_day", "day", "full") and (bare := _BARE.match(text, to.end())):
        day = _number(bare["d"])
        ends = [_valid(span[0].year, span[0].month, day) for span in (when.ahead, when.past)]
        return _between(bare.end(), when, [found for found in ends if found])
    if name == "month_day" and (bare := _BARE_MONTH_DAY.match(text, to.end())):
        end_day = _month_day(bare.groupdict(), today)
        return _between(bare.end(), when, [end_day.past[1], end_day.ahead[1]])
    other = _single(text, to.end(), today) if to.end() < len(text) else None
    if other is None:
        return None
    if name == other[2] == "weekday" and other[1].ahead != other[1].past:
        ends = [_monday(span[0]) + timedelta(days=other[1].ahead[0].weekday()) for span in (when.ahead, when.past)]
        return _between(other[0], when, ends)
    return _between(other[0], when, [other[1].past[1], other[1].ahead[1]])


def _between(end: int, when: When, ends: list[date]) -> tuple[int, When] | None:
    """From the one day to the first of the ends that is not before it."""
    spans: list[tuple[date, date]] = []
    for first, _ in (when.ahead, when.past):
        last = min((day for day in ends if day >= first), default=None)
        if last is None:
            continue
        spans.append((first, last))
    return (end, When(spans[0], spans[-1], False)) if spans else None


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


def _year_of(g: _Groups, today: date) -> int | None:
    """The year that is said, be it in two digits."""
    if said := g.get("y"):
        return _number(said) + (0 if len(said) == 4 else 2000)
    return today.year + _WORDS.years[said] if (said := g.get("yr")) else None


def _full(g: _Groups, today: date) -> When:
    return When.of(date(_number(g["y"]), _number(g["m"]), _number(g["d"])))


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
    day = _number(g["d"])
    if rel := g.get("rel"):
        return When.of(_add_months(today, _WORDS.steps[rel]).replace(day=day))
    year = _year_of(g, today)
    if year is not None:
        return When.of(date(year, _number(g["m"]), day))
    ahead, past = _yearly(_number(g["m"]), day, today)
    return When((ahead, ahead), (past, past), True)


def _days(g: _Groups, today: date) -> When:
    """1-15号 is from the first to the fifteenth; 12-5号 is the fifth of December."""
    first, last = _number(g["d"]), _number(g["d2"])
    if last <= first:
        return _month_day({"m": g["d"], "d": g["d2"]}, today)
    begin = today.replace(day=first)
    return When.of(begin, begin.replace(day=last))


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


def _feast(g: _Groups, today: date) -> When:
    month, day = divmod(_WORDS.feasts[g["all"] or ""], 100)
    ahead, past = _yearly(month, day, today)
    return When((ahead, ahead), (past, past), True)


def _months(g: _Groups, today: date) -> tuple[date, date]:
    """The first of the month that is said: the next such one, and the latest."""
    if rel := g.get("rel"):
        first = _add_months(today, _WORDS.steps[rel])
        return first, first
    if g.get("m") is None:
        first = today.replace(day=1)
        return first, first
    month, year = _number(g["m"]), _year_of(g, today)
    if year is not None:
        return date(year, month, 1), date(year, month, 1)
    ahead = date(today.year + (month < today.month), month, 1)
    return ahead, date(today.year - (month > today.month), month, 1)


_PARTS: Final = {"上旬": (1, 10), "中旬": (11, 20), "初": (1, 1), "中": (15, 15)}


def _month_part(g: _Groups, today: date) -> When | None:
    if not (g.get("rel") or g.get("m")) and (g["all"] or "").startswith("个"):
        return None
    part = g["part"] or ""
    spans: list[tuple[date, date]] = []
    for first in _months(g, today):
        last = _month_end(first)
        days = (21, last.day) if part == "下旬" else _PARTS.get(part, (last.day, last.day))
        spans.append((first.replace(day=days[0]), first.replace(day=days[1])))
    ahead, past = spans
    if not (g.get("rel") or g.get("m")) and part in ("初", "中") and ahead[1] < today:
        ahead = _month_part(g | {"rel": "下"}, today).ahead  # type: ignore[union-attr]  # a month that is named has its part
    return When(ahead, past, len(part) == 1)


def _month(g: _Groups, today: date) -> When:
    ahead, past = _months(g, today)
    return When((ahead, _month_end(ahead)), (past, _month_end(past)), False)


def _year(g: _Groups, today: date) -> When:
    year = _year_of(g, today) or today.year
    if g.get("end"):
        return When.of(date(year, 12, 31))
    if g.get("begin"):
        return When.of(date(year, 1, 1))
    return When.of(date(year, 1, 1), date(year, 12, 31))


def _half_year(g: _Groups, today: date) -> When:
    year = _year_of(g, today) or today.year
    return When.of(date(year, 1, 1), date(year, 6, 30)) if g["half"] == "上" else _second_half(year)


def _second_half(year: int) -> When:
    return When.of(date(year, 7, 1), date(year, 12, 31))


def _quarter(g: _Groups, today: date) -> When:
    if rel := g.get("rel"):
        first = _add_months(today.replace(day=1), 3 * _WORDS.steps[rel] - (today.month - 1) % 3)
        return When.of(first, _month_end(_add_months(first, 2)))
    year = _year_of(g, today)
    first = date(year or today.year, 3 * _number(g["q"]) - 2, 1)
    first = first if year or first <= today else first.replace(year=today.year - 1)
    return When.of(first, _month_end(_add_months(first, 2)))


_MONTHS_IN: Final = {"月": 1, "季度": 3, "年": 12}


def _last(g: _Groups, today: date) -> When | None:
    unit = g["u"] or "天"
    if (g["n"] is None and (g["all"] or "")[0] in "前这") or (g["these"] and unit != "天"):
        return None
    is_half = g["n"] == "半"
    count = 1 if g["n"] is None or is_half else _number(g["n"])
    if is_half and unit != "年":
        return When.of(today - timedelta(days=14), today) if unit == "月" else None
    if unit in _MONTHS_IN:
        month = _add_months(today, -6 if is_half else -count * _MONTHS_IN[unit])
        same = _valid(month.year, month.month, today.day) or _month_end(month)
        return When.of(same + timedelta(days=1), today)
    return When.of(today - timedelta(days=count * (1 if unit in "天日" else 7) - 1), today)


def _within(g: _Groups, today: date) -> When:
    unit = g["u"] or "天"
    if g["n"] == "半" and unit == "月":
        return When.of(today + timedelta(days=15))
    count = _number(g["n"])
    if unit == "月":
        month = _add_months(today, count)
        return When.of(_valid(month.year, month.month, today.day) or _month_end(month))
    if unit == "小时":
        return When.of(today + timedelta(days=count // 24))
    return When.of(today + timedelta(days=count * (1 if unit in "天日" else 7)))


_READERS: Final[dict[str, Callable[[_Groups, date], When | None]]] = {
    "full": _full, "month_day": _month_day, "day": _day, "days": _days, "weekday": _weekday, "week": _week,
    "near": _near, "feast": _feast, "month_part": _month_part, "month": _month, "year": _year,
    "half_year": _half_year, "quarter": _quarter, "last": _last, "within": _within,
}  # fmt: skip
