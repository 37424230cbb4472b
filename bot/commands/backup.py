"""backup FILE: the whole book as one file, beside a running robot if there is one."""

import asyncio
import sys
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.settings import Settings
from storage import portable
from storage.database import Database


def backup(settings: Settings, path: Path, *, force: bool = False) -> int:
    """Write the file and say what is in it; 1 when there is none afterwards."""
    return asyncio.run(run(settings.database_url, path, force=force))


async def run(url: str, path: Path, *, force: bool = False) -> int:
    """Back up the book at a database's address. It is only read, so no lock is taken."""
    database = Database.open(url, exclusive=False)
    try:
        header = await portable.backup(database, path, force=force)
    except portable.AlreadyThere:
        return _say(f"{path} 已经存在，没有覆盖；确要覆盖请加 --force")
    except portable.OtherSchema as found:
        return _say(f"账本的结构是 {found.found or '空的'}，本版本是 {found.wanted}：请先运行 migrate")
    except portable.BadBackup as found:
        return _say(f"写出的备份读回来不对，已丢弃：{found.reason}")
    except DBAPIError as found:
        return _say(f"数据库打不开：{found.orig}")
    except OSError as found:
        return _say(f"写不了 {path}：{found.strerror}")
    finally:
        await database.close()
    print(f"已备份到 {path}：{header.rows} 行，账页 {header.seq}，校验 {header.hash[:16]}")  # noqa: T201
    return 0


def _say(line: str) -> int:
    print(line, file=sys.stderr)  # noqa: T201  # the operator's terminal
    return 1
