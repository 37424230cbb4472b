"""Reads the codes in a photograph, in a process of its own: QR codes, DataMatrix, and the barcodes of packaging.

A picture of a few kilobytes may unfold to gigabytes. What it measures is looked at before a pixel is unpacked.
"""

import io
import sys
import warnings
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bot import apart

BYTES_MAX: Final = 20 * 1024 * 1024
SECONDS_MAX: Final = 20
PIXELS_MAX: Final = 64_000_000
SIDE_MAX: Final = 30_000
CODES_MAX: Final = 20
# A label holds some dozen characters; of a longer code this much is shown.
CODE_LENGTH_MAX: Final = 500
FORMATS: Final = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
# A label that fills the photograph is found in the small picture, one in the corner of a shelf in the large one.
SIDES: Final = (1_600, 4_500)
# Codes with a checksum. Codes without one are "found" in every fence.
KINDS: Final = "QRCode,MicroQRCode,DataMatrix,Aztec,EAN13,EAN8,UPCA,UPCE,Code128,Code93"


class PictureFault(StrEnum):
    """Why no code could be looked for."""

    NOT_PICTURE = "not_picture"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_COSTLY = "too_costly"


@dataclass(frozen=True, slots=True)
class Seen:
    """The texts of the codes, each once, in the order of the picture's lines; or what is wrong with the picture."""

    codes: tuple[str, ...] = ()
    fault: PictureFault | None = None


async def codes_in(data: bytes) -> Seen:
    """The codes in a picture. Never raises for what is in it."""
    try:
        said = await apart.ask_meanwhile("bot.picture_apart", data, seconds=SECONDS_MAX)
    except apart.TooCostly:
        return Seen(fault=PictureFault.TOO_COSTLY)
    return Seen(codes=tuple(said["codes"]), fault=PictureFault(said["fault"]) if said["fault"] else None)


def look(data: bytes) -> dict[str, Any]:
    """The child's answer."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture: Any = Image.open(io.BytesIO(data), formats=FORMATS)
            if picture.width * picture.height > PIXELS_MAX or max(picture.size) > SIDE_MAX:
                return _fault(PictureFault.TOO_MANY_PIXELS)
            # A JPEG can be unpacked at half or a quarter of its size: no more than is looked at.
            picture.draft("L", (SIDES[-1], SIDES[-1]))
            grey = _grey(ImageOps.exif_transpose(picture))
        except MemoryError:
            raise
        except Image.DecompressionBombError:
            return _fault(PictureFault.TOO_MANY_PIXELS)
        except Exception:  # Pillow answers a broken picture with whatever went wrong inside it
            return _fault(PictureFault.NOT_PICTURE)
    return {"fault": "", "codes": _codes(grey)}


def _fault(kind: PictureFault) -> dict[str, Any]:
    return {"fault": kind.value, "codes": []}


def _grey(picture: Any) -> Any:
    """Shades of grey; what is transparent is paper."""
    from PIL import Image

    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(paper, clear).convert("L")
    return picture.convert("L")


def _codes(grey: Any) -> list[str]:
    found = list[Any]()
    done = set[tuple[int, int]]()
    for side in SIDES:
        sized = _within(grey, side)
        if sized.size not in done:
            done.add(sized.size)
            found += _read(sized)
    texts = [code.text[:CODE_LENGTH_MAX] for code in found if code.text]
    return list(dict.fromkeys(texts))[:CODES_MAX]


def _within(grey: Any, side: int) -> Any:
    if max(grey.size) <= side:
        return grey
    smaller = grey.copy()
    smaller.thumbnail((side, side))
    return smaller


def _read(grey: Any) -> list[Any]:
    import zxingcpp

    library: Any = zxingcpp
    return list(
        library.read_barcodes(grey, formats=library.barcode_formats_from_str(KINDS), text_mode=library.TextMode.Plain)
    )


if __name__ == "__main__":
    sys.exit(apart.answer(look))
