"""migrate: bring the database to this version's schema."""

import asyncio
import sys

from sqlalchemy.exc import DBAPIError

from bot.settings import Settings
from storage import schema
from storage.database import Database
from storage.lock import AlreadyRunning
from storage.schema import NewerSchema


def migrate(settings: Settings) -> int:
    try:
        asyncio.run(_migrate(settings))
    except AlreadyRunning as found:
        print(f"料掌柜（进程 {found.pid}）正在使用账本 {found.path}，请先停下它", file=sys.stderr)  # noqa: T201
        return 1
    except NewerSchema as found:
        print(f"账本是更新版本的料掌柜写的（{found}）", file=sys.stderr)  # noqa: T201
        return 1
    except (DBAPIError, OSError) as found:
        print(f"数据库打不开：{found}", file=sys.stderr)  # noqa: T201
        return 1
    print("数据库已是本版本的结构")  # noqa: T201
    return 0


async def _migrate(settings: Settings) -> None:
    database = Database.open(settings.database_url)
    try:
        await schema.upgrade(database)
    finally:
        await database.close()
