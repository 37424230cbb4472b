"""Document numbers inside a text, such as a quoted answer of ours."""

import re
from collections.abc import Iterable


def first_number(text: str, prefixes: Iterable[str]) -> str | None:
    """The first document number in a text, None where there is none."""
    found = re.search(rf"(?<![A-Z])(?:{'|'.join(prefixes)})\d{{8}}-\d{{3,6}}(?!\d)", text)
    return found[0] if found else None
