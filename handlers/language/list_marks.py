"""1. 2. 3. before the items of a list are no numbers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from handlers.language.normalise import Source

_MARK: Final = re.compile(r"(?m)^[ \t(]*(\d{1,3})([.、)\t ])[ \t]*", re.ASCII)


# 1、水泥20包 2、中砂3方 on one line.
_INLINE: Final = re.compile(r"(?<![\d.a-z])(\d{1,2})(?:[、):]|\.(?!\d))[ \t]*", re.ASCII)
# 一、水泥20包；二、中砂3方.
_SPELLED: Final = re.compile(r"(?:(?<=[\n:;；：，,。])|^)[ \t]*([一二三四五六七八九十])、[ \t]*")
_SPELLED_ORDER: Final = "一二三四五六七八九十"
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")


# - 水泥 20包: what begins every line of a list.
_BULLET: Final = re.compile(r"(?m)^([ \t]*)[-•·*>x](?=[ \t]*[^\s\d-])")


def without_list_marks(source: Source) -> Source:
    """The text with blanks for the marks of a list, so that every place stays."""
    text = _without_leading(_without_spelled(_BULLET.sub(r"\1 ", source.text)))
    return replace(source, text=_without_inline(text))


def _without_spelled(text: str) -> str:
    marks = list(_SPELLED.finditer(text))
    if len(marks) < 2 or "".join(mark[1] for mark in marks) != _SPELLED_ORDER[: len(marks)]:
        return text
    return _SPELLED.sub(lambda mark: "\n" + " " * (len(mark[0]) - 1), text)


def _without_leading(text: str) -> str:
    marks = list(_MARK.finditer(text))
    counted = _is_counted(marks) and not _is_decimal(marks, text)
    if not counted and "\n" not in text:
        return text

    def blank(mark: re.Match[str]) -> str:
        # 1.5 at the beginning of a line is a number unless the lines are visibly counted.
        open_to_doubt = mark[2] in " \t" or (mark[2] == "." and text[mark.end() : mark.end() + 1].isdigit())
        # The tab behind a mark parts the columns of a table.
        return mark[0] if open_to_doubt and not counted else "".join(" \t"[char == "\t"] for char in mark[0])

    return _MARK.sub(blank, text)


def _is_decimal(marks: Sequence[re.Match[str]], text: str) -> bool:
    """1.5红线, 2.5蓝线 and then 4红线: where a line behind them has no mark, the dots are those of sizes."""
    if not all(mark[2] == "." and text[mark.end() : mark.end() + 1].isdigit() for mark in marks):
        return False
    return sum(bool(line.strip()) for line in text[marks[0].start() :].splitlines()) > len(marks)


def _without_inline(text: str) -> str:
    """Marks that count from one, with words between them, part the items as lines do."""
    marks = list(_INLINE.finditer(text))
    if not _is_counted(marks):
        return text
    if not all(_HAN.search(text, one.end(), other.start()) for one, other in pairwise(marks)):
        return text
    return _INLINE.sub(lambda mark: "\n" + " " * (len(mark[0]) - 1), text)


def _is_counted(marks: Sequence[re.Match[str]]) -> bool:
    return len(marks) > 1 and [int(mark[1]) for mark in marks] == list(range(1, len(marks) + 1))
