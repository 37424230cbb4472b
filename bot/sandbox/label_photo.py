"""A photograph of a label on a bag: a QR code, the name below it, a little askew on cardboard."""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

import segno
from PIL import Image, ImageDraw, ImageFont

from bot.sandbox.world import Material

SIZE: Final = (640, 480)
LABEL: Final = (540, 340)
QR_SIDE: Final = 264
TILT_DEGREES: Final = 3.5
CARDBOARD: Final = (176, 162, 142)
GRAIN: Final = (166, 151, 131)
PAPER: Final = (255, 255, 255)
INK: Final = (28, 30, 34)
SOFT: Final = (92, 96, 104)
LINE_CHARS: Final = 14
FOOTER: Final = "料掌柜 材料标签"
# Where the common systems keep a font with Chinese characters. Without one the label shows its code alone.
FONTS: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-vf-fonts/NotoSansCJK-VF.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
)


def label_text(material: Material) -> str:
    """What the QR code of a material's label holds."""
    return f"LZG:{material.code}"


def draw_label(material: Material) -> bytes:
    """A PNG of the label as a phone would photograph it on site."""
    photo = _cardboard()
    label = _label(material).rotate(TILT_DEGREES, expand=True, resample=Image.Resampling.BICUBIC)
    shadow = Image.new("RGBA", label.size, (0, 0, 0, 0))
    shadow.paste((60, 50, 40, 90), mask=label.getchannel("A"))
    left, top = (SIZE[0] - label.width) // 2, (SIZE[1] - label.height) // 2
    photo.paste(shadow, (left + 5, top + 7), shadow)
    photo.paste(label, (left, top), label)
    out = BytesIO()
    photo.convert("RGB").save(out, "PNG", compress_level=1)
    return out.getvalue()


def _cardboard() -> Image.Image:
    photo = Image.new("RGBA", SIZE, (*CARDBOARD, 255))
    pen = ImageDraw.Draw(photo)
    for x in range(0, SIZE[0], 14):  # the flutes that shine through the paper
        pen.line(((x, 0), (x + 6, SIZE[1])), fill=(*GRAIN, 255), width=2)
    return photo


def _label(material: Material) -> Image.Image:
    label = Image.new("RGBA", LABEL, (*PAPER, 255))
    code = _qr(label_text(material))
    font_file = _font_file()
    if not font_file:
        label.paste(code, ((LABEL[0] - code.width) // 2, (LABEL[1] - code.height) // 2))
        return label
    label.paste(code, (10, (LABEL[1] - code.height) // 2))
    _write(ImageDraw.Draw(label), material, font_file, left=code.width + 22)
    return label


def _qr(text: str) -> Image.Image:
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=8, border=4)
    code: Image.Image = Image.open(out).convert("RGB")
    code.thumbnail((QR_SIDE, QR_SIDE), Image.Resampling.NEAREST)
    return code


def _write(pen: ImageDraw.ImageDraw, material: Material, font_file: str, *, left: int) -> None:
    width = LABEL[0] - left - 12
    top = 62
    lines = (
        (material.name, 34, INK),
        (material.spec, 27, INK),
        (material.code, 24, SOFT),
        ("料掌柜 材料标签", 18, SOFT),
    )
    for text, size, colour in lines:
        font = ImageFont.truetype(font_file, size)
        for row in _rows(text[: 2 * LINE_CHARS], font, width):
            pen.text((left, top), row, font=font, fill=colour)
            top += size + 9
        top += 6 if text else 0


def _rows(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    rows: list[str] = []
    row = ""
    for character in text:
        if row and font.getlength(row + character) > width:
            rows.append(row)
            row = ""
        row += character
    return [*rows, row] if row else rows


@cache
def _font_file() -> str:
    return next((path for path in FONTS if Path(path).is_file()), "")
