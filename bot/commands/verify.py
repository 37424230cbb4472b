"""verify: every invariant of the book, beside a running robot if there is one."""

import asyncio
import sys

from sqlalchemy.exc import DBAPIError

from bot.commands.book import NOT_BUILT, NotBuilt, reading
from bot.settings import Settings
from storage.verify import verify as verify_book


def verify(settings: Settings) -> int:
    """Print what was counted; 1 with the offending rows when something does not hold."""
    try:
        return asyncio.run(run(settings.database_url))
    except NotBuilt:
        print(NOT_BUILT, file=sys.stderr)  # noqa: T201  # the operator's terminal
        return 1
    except (DBAPIError, OSError) as found:
        print(f"数据库打不开：{found}", file=sys.stderr)  # noqa: T201  # the operator's terminal
        return 1


async def run(url: str) -> int:
    """Verify the book at a database's address. Raises NotBuilt."""
    async with reading(url) as connection:
        report = await verify_book(connection)
    for line in report.lines():
        print(line)  # noqa: T201
    if report.ok:
        print("账本核对无误")  # noqa: T201
        return 0
    print(f"账本有 {len(report.broken)} 处对不上，请保留数据库原样并联系维护人员", file=sys.stderr)  # noqa: T201
    return 1
