"""Photographs of labels, as a telephone would send them."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import segno
from PIL import Image


def png(picture: Any, kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def qr(text: str | bytes, *, scale: int = 6) -> Any:
    """The code of one label, with its quiet zone."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=scale, border=4)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def photo(*texts: str, scale: int = 6) -> bytes:
    """Labels side by side on grey concrete."""
    codes = [qr(text, scale=scale) for text in texts]
    wall = Image.new("RGB", (sum(c.width for c in codes) + 60 * (len(codes) + 1), 200 + max(c.height for c in codes)))
    wall.paste((120, 120, 120), (0, 0, wall.width, wall.height))
    left = 60
    for code in codes:
        wall.paste(code, (left, 100))
        left += code.width + 60
    return png(wall, "JPEG", quality=80)


def nothing() -> bytes:
    """A photograph without any code."""
    return png(Image.new("RGB", (800, 600), (120, 120, 120)), "JPEG")


def workbook(*rows: Sequence[Any], title: str = "Sheet1", more: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    page: Any = book.worksheets[0]
    page.title = title
    for row in rows:
        page.append(list(row))
    for name in more:
        book.create_sheet(name).append(["编码", "名称"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
