"""What may be uploaded and sent as a file, checked before a byte goes out. Limits by DingTalk's page on media files."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from bot.dingtalk.errors import Refused

MEGABYTE: Final = 1024 * 1024
NAME_LENGTH_MAX: Final = 200


class MediaKind(StrEnum):
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class _Allowed:
    bytes_max: int
    endings: frozenset[str]


_ALLOWED: Final[Mapping[MediaKind, _Allowed]] = {
    MediaKind.IMAGE: _Allowed(20 * MEGABYTE, frozenset({"jpg", "jpeg", "gif", "png", "bmp"})),
    MediaKind.VOICE: _Allowed(2 * MEGABYTE, frozenset({"amr", "mp3", "wav"})),
    MediaKind.VIDEO: _Allowed(20 * MEGABYTE, frozenset({"mp4"})),
    # DingTalk's error text still names 10 MB, its page 20 MB; the page is newer.
    MediaKind.FILE: _Allowed(
        20 * MEGABYTE, frozenset({"doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "pdf", "rar"})
    ),
}
# What `sampleFile` takes: fewer kinds than can be uploaded.
SENDABLE: Final = frozenset({"xlsx", "pdf", "zip", "rar", "doc", "docx"})


def check_upload(kind: MediaKind, name: str, data: bytes) -> None:
    """Raises Refused for an empty or too large file, a name that is too long, or a kind that DingTalk does not take."""
    allowed = _ALLOWED[kind]
    if not data:
        raise Refused("local.file_empty", "an empty file cannot be uploaded")
    if len(data) > allowed.bytes_max:
        raise Refused("local.too_large", f"{kind} of {len(data)} bytes, at most {allowed.bytes_max}")
    if len(name) > NAME_LENGTH_MAX:
        raise Refused("local.name_too_long", f"a file name has at most {NAME_LENGTH_MAX} characters")
    if ending(name) not in allowed.endings:
        raise Refused("local.file_kind", f"{kind} must be one of {', '.join(sorted(allowed.endings))}")


def file_type(name: str) -> str:
    """The `fileType` of a file message. Raises Refused for what cannot be sent as one (zip it, or make it xlsx)."""
    kind = ending(name)
    if kind not in SENDABLE:
        raise Refused("local.file_kind", f"a file message takes one of {', '.join(sorted(SENDABLE))}")
    return kind


def ending(name: str) -> str:
    return PurePosixPath(name).suffix.lstrip(".").lower()
