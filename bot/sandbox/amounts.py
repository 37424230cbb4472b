"""A number and its unit stay on one line. Marked up rather than joined by another blank: the text stays as it was."""

import re
from typing import Final

from markupsafe import Markup, escape

# Chinese has no blank after a unit, so a few characters may follow it: none is as long as four.
_AMOUNT: Final = re.compile(r"(?<![A-Za-z0-9])(?<![A-Za-z0-9][.,*/-])\d[\d,]*(?:\.\d+)? [^\W\d_]{1,4}(?![A-Za-z0-9])")


def keep_whole(html: str) -> str:
    """Text that has been escaped, its amounts kept whole."""
    return _AMOUNT.sub(r'<span class="amount">\g<0></span>', html)


def with_amounts(text: str) -> Markup:
    """Any text as HTML, its amounts kept whole."""
    return Markup(keep_whole(str(escape(text))))  # noqa: S704  # escaped here
