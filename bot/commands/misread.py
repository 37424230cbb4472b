"""export misread FILE: what people say was misread, as examples of the language with the right reading left to fill."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from bot.commands.book import NOT_BUILT, NotBuilt, reading
from bot.settings import Settings
from domain.misreading import Misread
from storage import misreadings

# What somebody has to fill in. The reading that was wrong stands beside it.
UNKNOWN: Final[dict[str, object]] = {}


def export_misread(settings: Settings, path: Path) -> int:
    """Write one example a line, the oldest first; 1 when there is no file afterwards."""
    try:
        found = asyncio.run(_load(settings))
        half = path.with_name(path.name + ".part")
        half.write_text("".join(f"{line(no, one)}\n" for no, one in enumerate(found, start=1)), encoding="utf-8")
        os.replace(half, path)
    except NotBuilt:
        return _say(NOT_BUILT)
    except DBAPIError as error:
        return _say(f"数据库打不开：{error.orig}")
    except OSError as error:
        return _say(f"写不了 {path}：{error.strerror}")
    print(f"已导出 {len(found)} 句到 {path}，把每行的 expect 填成应有的读法")  # noqa: T201  # the operator's terminal
    return 0


async def _load(settings: Settings) -> list[Misread]:
    async with reading(settings.database_url) as connection:
        return list(reversed(await misreadings.newest(connection)))


def line(no: int, one: Misread) -> str:
    """One example: text, context and an empty `expect` as in the contract, and beside it what was understood."""
    example = {
        "id": f"m{no:03d}",
        "text": one.text,
        "context": json.loads(one.context),
        "expect": UNKNOWN,
        "tags": ["misread"],
        "understood": json.loads(one.reading),
        "said_of_it": one.words,
        "by": one.person,
        "at": one.at.isoformat(),
    }
    # A lone surrogate would not be UTF-8.
    return json.dumps(example, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def _say(words: str) -> int:
    print(words, file=sys.stderr)  # noqa: T201  # the operator's terminal
    return 1
