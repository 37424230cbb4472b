"""Where a page of moves ended, as a text that callers hand back and need not understand."""

import base64
import re
from typing import Final

from bot.web.answers import Refused
from storage.reports import MoveAt

_PLACE: Final = re.compile(r"(\d{1,18})\.(\d{1,9})", re.ASCII)  # both fit their columns


def write_cursor(at: MoveAt) -> str:
    """The cursor after a move."""
    return base64.urlsafe_b64encode(f"{at.seq}.{at.no}".encode("ascii")).decode("ascii").rstrip("=")


def read_cursor(text: str) -> MoveAt | None:
    """The place a cursor of ours stands for, None of nothing. Raises Refused for any other text."""
    if not text:
        return None
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:  # letters that are none of base64's, a length that cannot be, bytes that are no text
        plain = ""
    found = _PLACE.fullmatch(plain)
    at = MoveAt(seq=int(found[1]), no=int(found[2])) if found else None
    if at is None or write_cursor(at) != text:
        raise Refused(400, "bad_cursor", "cursor 应为上一页答案里的 next，原样传回。")
    return at
