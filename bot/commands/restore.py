"""restore FILE: read a backup into an empty database and verify it before saying so."""

import asyncio
import sys
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.settings import Settings
from storage import portable
from storage.database import Database
from storage.lock import AlreadyRunning
from storage.schema import NewerSchema


def restore(settings: Settings, path: Path) -> int:
    """Fill the database and say what came out; 1 when it is as empty as before."""
    return asyncio.run(run(settings.database_url, path))


async def run(url: str, path: Path) -> int:
    """Restore into the database at an address."""
    try:
        database = Database.open(url)
    except AlreadyRunning as found:
        return _say(f"料掌柜（进程 {found.pid}）正在使用账本 {found.path}，请先停下它")
    try:
        header, report = await portable.restore(database, path)
    except portable.NotEmpty as found:
        return _say(f"数据库里已有内容（{found.table}），没有恢复：请指定一个空数据库")
    except portable.BadBackup as found:
        return _say(f"{path} 不是完好的备份，什么都没有写入：{found.reason}")
    except portable.OtherSchema as found:
        return _say(f"{path} 的结构是 {found.found}，与本版本不同，什么都没有写入")
    except NewerSchema as found:
        return _say(f"数据库是更新版本的料掌柜建的（{found}）")
    except portable.Unsound as found:
        return _say("备份里的账对不上，什么都没有写入：", *found.report.lines())
    except DBAPIError as found:
        return _say(f"数据库不接受这份备份：{found.orig}")
    except OSError as found:
        return _say(f"读不了 {path}：{found.strerror}")
    finally:
        await database.close()
    for line in report.lines():
        print(line)  # noqa: T201
    print(f"已恢复并核对无误：{header.rows} 行，账页 {header.seq}，校验 {header.hash[:16]}")  # noqa: T201
    return 0


def _say(*lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201  # the operator's terminal
    return 1
