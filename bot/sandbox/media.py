"""Pictures and files: what people send, what the robot uploads, and the short-lived addresses they are fetched by."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Final

from PIL import Image

from bot.sandbox import ids
from bot.sandbox.clock import SandboxClock
from bot.sandbox.limits import DOWNLOAD_SECONDS, DOWNLOADS_MAX, MEBIBYTE, MEDIA_COUNT_MAX, MEDIA_TOTAL_MAX

# type: (the largest size in bytes, the endings) as `/media/upload` documents them.
UPLOADS: Final = {
    "image": (20 * MEBIBYTE, frozenset({"jpg", "jpeg", "gif", "png", "bmp"})),
    "voice": (2 * MEBIBYTE, frozenset({"amr", "mp3", "wav"})),
    "video": (20 * MEBIBYTE, frozenset({"mp4"})),
    "file": (
        20 * MEBIBYTE,
        frozenset({"doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "pdf", "rar"}),
    ),
}

_PICTURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)

# How a camera was held, as EXIF says it: a browser turns the picture accordingly.
ORIENTATION: Final = 0x0112
SIDEWAYS: Final = frozenset({5, 6, 7, 8})


@dataclass(frozen=True, slots=True, repr=False)
class Medium:
    """One picture or file. The picture type is read from the bytes: a name proves nothing to a browser.

    `size` is a picture's width and height as it is shown, in pixels, when it could be read.
    """

    id: str
    kind: str
    name: str
    data: bytes
    size: tuple[int, int] | None = None

    @property
    def picture_type(self) -> str:
        """The content type when it is a picture, else nothing."""
        head = self.data[:12]
        if head[:4] == b"RIFF" and head[8:] == b"WEBP":
            return "image/webp"
        return next((kind for magic, kind in _PICTURES if head.startswith(magic)), "")


def ending(name: str) -> str:
    """The ending of a file name, in lower case, without its dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def measure(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture, read from its head alone; nothing for what is no picture."""
    try:
        with Image.open(BytesIO(data)) as image:
            width, height = image.size
            is_turned = image.getexif().get(ORIENTATION, 1) in SIDEWAYS
    except Exception:  # whatever a broken picture does to the reader, it only has no size
        return None
    return (height, width) if is_turned else (width, height)


class MediaStore:
    """Keeps media in memory, the newest within a total size; the oldest are forgotten first."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._media: OrderedDict[str, Medium] = OrderedDict()
        self._size = 0
        self._codes: dict[str, str] = {}
        self._addresses: dict[str, tuple[str, datetime]] = {}

    def add(self, kind: str, name: str, data: bytes) -> Medium:
        """Keep a picture or a file under a new media id."""
        medium = Medium(ids.media_id(kind), kind, name, data, measure(data) if kind == "image" else None)
        self._media[medium.id] = medium
        self._size += len(data)
        while len(self._media) > MEDIA_COUNT_MAX or self._size > MEDIA_TOTAL_MAX:
            self._size -= len(self._media.popitem(last=False)[1].data)
        return medium

    def find(self, media_id: str) -> Medium | None:
        """By media id."""
        return self._media.get(media_id)

    def download_code(self, media_id: str) -> str:
        """The code that a message to the robot carries for it."""
        code = f"dlc{ids.token()}"
        _keep_within(self._codes, DOWNLOADS_MAX)
        self._codes[code] = media_id
        return code

    def open_address(self, code: str) -> str | None:
        """Exchange a download code for the secret part of a temporary address."""
        if (media_id := self._codes.get(code)) is None or media_id not in self._media:
            return None
        secret = ids.token()
        _keep_within(self._addresses, DOWNLOADS_MAX)
        self._addresses[secret] = (media_id, self._clock.now() + timedelta(seconds=DOWNLOAD_SECONDS))
        return secret

    def at_address(self, secret: str) -> Medium | None:
        """What lies at a temporary address, while it lasts by the sandbox's clock."""
        media_id, ends = self._addresses.get(secret, ("", None))
        return self.find(media_id) if ends is not None and self._clock.now() < ends else None


def _keep_within(kept: dict[str, str] | dict[str, tuple[str, datetime]], count: int) -> None:
    while len(kept) >= count:
        del kept[next(iter(kept))]
