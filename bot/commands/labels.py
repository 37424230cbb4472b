"""export labels FILE: a sheet of labels to print and stick on, one for each material the company keeps."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import DBAPIError

from bot.commands.book import NOT_BUILT, NotBuilt, reading
from bot.settings import Settings
from domain.company import Company
from domain.labels import label_text
from storage import master

# Paper gets wet and torn: a quarter of the code may be lost.
ERROR_CORRECTION: Final = "q"
QUIET_ZONE: Final = 2


def export_labels(settings: Settings, path: Path) -> int:
    """Write the page; 1 when there is none afterwards."""
    try:
        company = asyncio.run(_company(settings))
        half = path.with_name(path.name + ".part")
        half.write_text(page(company), encoding="utf-8")
        os.replace(half, path)
    except NotBuilt:
        return _say(NOT_BUILT)
    except DBAPIError as found:
        return _say(f"数据库打不开：{found.orig}")
    except OSError as found:
        return _say(f"写不了 {path}：{found.strerror}")
    count = len(company.materials)
    print(f"已导出 {count} 张标签到 {path}，用浏览器打开，按 A4 打印")  # noqa: T201  # the operator's terminal
    return 0


def _say(line: str) -> int:
    print(line, file=sys.stderr)  # noqa: T201  # the operator's terminal
    return 1


async def _company(settings: Settings) -> Company:
    async with reading(settings.database_url) as connection:
        return await master.load_company(connection)


def page(company: Company) -> str:
    """The sheet as one HTML file that needs nothing else."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    labels: list[Mapping[str, Any]] = [
        {"material": material, "code": svg(label_text(material.code))} for material in company.materials.values()
    ]
    return environment.get_template("labels.html.j2").render(labels=labels, company=company.name)


def svg(text: str) -> str:
    """A QR code to stand inside a page."""
    import segno

    code = segno.make_qr(text, error=ERROR_CORRECTION)
    return code.svg_inline(border=QUIET_ZONE, omitsize=True)
