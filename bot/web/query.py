"""What stands behind the question mark: only known names, once each, short and plain."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from aiohttp import web

from bot.web.answers import Refused, shown
from bot.web.limits import VALUE_CHARS_MAX

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_query(request: web.Request, *known: str) -> Mapping[str, str]:
    """The named parameters, "" where one is empty or not there. Raises Refused and says what is wrong with which."""
    found = request.query
    if unknown := [name for name in found if name not in known]:
        names = "、".join(shown(name) for name in dict.fromkeys(unknown[:5]))
        may = f"只能用 {'、'.join(known)}" if known else "这个地址不用参数"
        raise Refused(400, "unknown_parameter", f"不认识的参数：{names}；{may}。")
    return {name: _one(name, found.getall(name, [])) for name in known}


def _one(name: str, values: list[str]) -> str:
    if len(values) > 1:
        raise Refused(400, "repeated_parameter", f"{name} 写了 {len(values)} 次，只能写一次。")
    value = values[0] if values else ""
    if len(value) > VALUE_CHARS_MAX:
        raise Refused(400, "bad_parameter", f"{name} 太长，最多 {VALUE_CHARS_MAX} 个字符。")
    # PostgreSQL refuses a NUL inside a text, and no code of ours has anything invisible in it.
    if not value.isprintable():
        raise Refused(400, "bad_parameter", f"{name} 里有不可见的字符。")
    return value


def read_day(name: str, text: str) -> date | None:
    """A day such as 2026-11-23, None of nothing. Raises Refused."""
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:  # no such day
        pass
    raise Refused(400, "bad_parameter", f"{name} 应为日期，例如 2026-11-23：{shown(text)}")
