"""The segments of rich text: words and pictures in the order in which they stand.

A segment that was sent says `text` or `type`; the same segment inside a quotation says `msgType` and `content`.
"""

from collections.abc import Sequence

from bot.dingtalk.tolerant import Json, mapping, text


def words_of(segments: Sequence[object]) -> str:
    """The words alone, joined as they were typed."""
    return "".join(_words(mapping(one)) for one in segments)


def codes_of(segments: Sequence[object]) -> tuple[str, ...]:
    """The download codes of the pictures."""
    return tuple(code for code in (download_code(mapping(one)) for one in segments) if code)


def download_code(part: Json) -> str:
    """What fetches a picture or a file; `pictureDownloadCode` is the second best, a smaller rendering."""
    return text(part.get("downloadCode")) or text(part.get("pictureDownloadCode"))


def _words(segment: Json) -> str:
    return text(segment.get("text")) or (text(segment.get("content")) if segment.get("msgType") == "text" else "")
