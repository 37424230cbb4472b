"""Codes in photographs, good and hostile; the child that reads them costs bounded memory and time."""

import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageFilter

from bot import apart, picture_apart
from bot.picture_apart import PictureFault, codes_in, look
from tests.hostile.files import GOOD
from tests.stories.labels import nothing, photo, png, qr

LABEL = "LZG:SN-425"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def hollow_png(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG that claims a size, whatever is in it."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body or zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return png(qr(LABEL), "JPEG", exif=exif)


def pasted(width: int, height: int, *, scale: int = 6) -> Any:
    wall = Image.new("RGB", (width, height), (140, 140, 140))
    wall.paste(qr(LABEL, scale=scale), (width // 3, height // 3))
    return wall


def on_glass() -> bytes:
    """Black on nothing."""
    black = Image.new("RGBA", qr(LABEL).size, (0, 0, 0, 255))
    black.putalpha(Image.eval(qr(LABEL).convert("L"), lambda value: 255 - value))
    return png(black)


GOOD_PICTURES: dict[str, Callable[[], bytes]] = {
    "png": lambda: png(qr(LABEL)),
    "jpeg": lambda: png(qr(LABEL), "JPEG", quality=30),
    "gif": lambda: png(qr(LABEL), "GIF"),
    "bmp": lambda: png(qr(LABEL), "BMP"),
    "webp": lambda: png(qr(LABEL), "WEBP", quality=50),
    "palette": lambda: png(qr(LABEL).convert("P")),
    "one bit": lambda: png(qr(LABEL).convert("1")),
    "cmyk": lambda: png(qr(LABEL).convert("CMYK"), "JPEG"),
    "transparent": on_glass,
    "inverted": lambda: png(Image.eval(qr(LABEL), lambda value: 255 - value)),
    "askew": lambda: png(qr(LABEL).rotate(33, expand=True, fillcolor=(255, 255, 255)), "JPEG"),
    "a little blurred": lambda: png(qr(LABEL, scale=8).filter(ImageFilter.GaussianBlur(3)), "JPEG"),
    "dark": lambda: png(Image.eval(qr(LABEL), lambda value: value // 4), "JPEG"),
    "a large photograph": lambda: png(pasted(6000, 4500, scale=12), "JPEG"),
    "small in a large photograph": lambda: png(pasted(4400, 3300, scale=4), "JPEG"),
    **{f"orientation {n}": lambda n=n: turned(n) for n in range(1, 9)},
}


@pytest.mark.parametrize("name", GOOD_PICTURES)
def test_a_label_is_read(name: str) -> None:
    assert look(GOOD_PICTURES[name]()) == {"fault": "", "codes": [LABEL]}


def test_several_codes_are_all_read_once_each() -> None:
    assert sorted(look(photo("LZG:A", "LZG:B", "LZG:A"))["codes"]) == ["LZG:A", "LZG:B"]


def test_an_article_number_is_read() -> None:
    library: Any = zxingcpp
    bars = memoryview(library.create_barcode("6901234567892", library.BarcodeFormat.EAN13).to_image(scale=3))
    height, width = bars.shape
    picture = Image.frombuffer("L", (width, height), bytes(bars))
    assert look(png(picture))["codes"] == ["6901234567892"]


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "not_picture"),
    "words": (lambda: b"hello" * 100, "not_picture"),
    "a script": (lambda: b"<script>alert(1)</script>", "not_picture"),
    "vectors": (lambda: b'<svg><image href="file:///etc/passwd"/></svg>', "not_picture"),
    "a workbook": (lambda: GOOD, "not_picture"),
    "PostScript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not_picture"),
    "cut off": (lambda: png(qr(LABEL))[:120], "not_picture"),
    "only a head": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), "not_picture"),
    "a hundred thousand wide": (lambda: hollow_png(100_000, 100_000), "too_many_pixels"),
    "a thread": (lambda: hollow_png(1, 2_000_000), "too_many_pixels"),
    "no size": (lambda: hollow_png(0, 0), "not_picture"),
    "a bomb that keeps its word": (lambda: hollow_png(20_000, 20_000, zlib.compress(bytes(2**20))), "too_many_pixels"),
    "a bomb within bounds": (lambda: hollow_png(8_000, 7_999, zlib.compress(bytes(2**20))), "not_picture"),
    "a text chunk that unfolds": (
        lambda: png(qr("x"))[:33] + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(100 * 2**20))) + png(qr("x"))[33:],
        "not_picture",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_picture_is_refused_by_name(name: str) -> None:
    build, fault = HOSTILE[name]
    seen = await codes_in(build())
    assert seen.codes == ()
    assert seen.fault == PictureFault(fault)


async def test_a_picture_and_a_workbook_in_one_is_a_picture() -> None:
    assert (await codes_in(png(qr(LABEL)) + GOOD)).codes == (LABEL,)


async def test_no_code_is_no_fault() -> None:
    seen = await codes_in(nothing())
    assert (seen.codes, seen.fault) == ((), None)


async def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_apart, "SECONDS_MAX", 0.01)
    assert (await codes_in(png(qr(LABEL)))).fault is PictureFault.TOO_COSTLY


async def test_a_child_that_wants_too_much_memory_is_refused() -> None:
    """The same child as the robot's, asked by a module that wants it all."""
    with pytest.raises(apart.TooCostly):
        await apart.ask_meanwhile("tests.bot.greedy", b"", seconds=20)


async def test_a_long_code_is_cut_and_many_are_bounded() -> None:
    assert len(look(png(qr("9" * 4_000, scale=3)))["codes"][0]) == picture_apart.CODE_LENGTH_MAX


def test_the_child_sees_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DINGTALK_CLIENT_SECRET", "s3cret")
    seen = apart.ask("tests.bot.greedy", b"environment", seconds=20)
    assert "s3cret" not in str(seen)
    assert set(seen) <= {"PATH", "PYTHONPATH", "LC_CTYPE", "PWD", "SHLVL", "_", "OLDPWD"}
