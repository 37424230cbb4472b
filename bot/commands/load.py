"""load FILE: take a company file in, all of it or nothing."""

import asyncio
import secrets
import sys
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.clock import SystemClock
from bot.commands.book import opened
from bot.faults import fault_lines
from bot.loading import FileTooLarge, load_file
from bot.render import Renderer
from bot.settings import Settings
from domain.company_file import CompanyFileFaults
from domain.errors import DomainError
from domain.operation import Asker
from storage.lock import AlreadyRunning


def load(settings: Settings, path: Path) -> int:
    """Load and say what was done; 1 with every fault when nothing was written."""
    return asyncio.run(_load(settings, path))


async def _load(settings: Settings, path: Path) -> int:
    try:
        async with opened(settings) as (database, units):
            answer = await load_file(path, database, units, key=f"load:{secrets.token_hex(8)}")
            company = await units.company()
    except CompanyFileFaults as found:
        return _say(f"{path.name} 有 {len(found.faults)} 处错误，什么都没有写入：", *fault_lines(found.faults))
    except AlreadyRunning as found:
        return _say(f"料掌柜（进程 {found.pid}）正在使用账本 {found.path}：请先停下它，导入后再启动")
    except FileTooLarge:
        return _say(f"{path.name} 太大，不像公司资料")
    except DBAPIError as found:
        return _say(f"数据库打不开：{found.orig}")
    except OSError as found:
        return _say(f"读不了 {path}：{found.strerror}")
    except DomainError as found:
        clock = SystemClock(settings.timezone)
        async with opened(settings) as (_, units):
            company = await units.company()
        text = Renderer(settings.timezone).text(found, company=company, now=clock.now(), by=Asker(person="load"))[1]
        return _say("什么都没有写入：", text)
    now = SystemClock(settings.timezone).now()
    for event in answer.events:
        print(Renderer(settings.timezone).text(event, company=company, now=now, by=Asker(person="load"))[1])  # noqa: T201
    return 0


def _say(*lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201  # the operator's terminal
    return 1
