"""What people typed, as HTML: nothing is an element but mentions and addresses of the web."""

import re
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

from bot.sandbox.markdown import anchor

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'，。；、（）《》]{1,2000}")


def render_typed(text: str, mentioned: Sequence[str]) -> Markup:
    """The text with each `@name` of those mentioned lit up, and addresses that can be clicked."""
    words = [re.escape(f"@{name}") for name in sorted(mentioned, key=len, reverse=True)]
    pattern = re.compile("|".join([*words, _ADDRESS.pattern]))
    parts: list[str] = []
    start = 0
    for match in pattern.finditer(text):
        parts.append(escape(text[start : match.start()]))
        found = match[0]
        parts.append(mention(found) if found.startswith("@") else anchor(found, found))
        start = match.end()
    parts.append(escape(text[start:]))
    return Markup("").join(parts)


def mention(words: str) -> Markup:
    """A mention, lit up."""
    return Markup('<span class="mention">{}</span>').format(words)
