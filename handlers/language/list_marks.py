"""1. 2. 3. before the items of a list are no numbers."""

import re
from dataclasses import replace
from typing import Final

from handlers.language.normalise import Source

_MARK: Final = re.compile(r"(?m)^[ \t(]*(\d{1,3})([.、)\t ])[ \t]*", re.ASCII)


def without_list_marks(source: Source) -> Source:
    """The text with blanks for the marks of a list, so that every place stays."""
    text = source.text
    marks = list(_MARK.finditer(text))
    counted = len(marks) > 1 and [int(mark[1]) for mark in marks] == list(range(1, len(marks) + 1))
    if not counted and "\n" not in text:
        return source

    def blank(mark: re.Match[str]) -> str:
        # 1.5 at the beginning of a line is a number unless the lines are visibly counted.
        open_to_doubt = mark[2] in " \t" or (mark[2] == "." and text[mark.end() : mark.end() + 1].isdigit())
        return mark[0] if open_to_doubt and not counted else " " * len(mark[0])

    return replace(source, text=_MARK.sub(blank, text))
