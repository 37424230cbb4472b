"""run: connect to DingTalk and serve until SIGTERM."""

import asyncio
import logging
import os
import signal
import sys
from typing import Final

import uvloop
from sqlalchemy.exc import DBAPIError

from bot.faults import fault_lines
from bot.loading import FileTooLarge
from bot.logs import Secrets, configure_logs
from bot.program import Robot
from bot.settings import Settings
from domain.company_file import CompanyFileFaults
from storage.database import DatabaseUnfit
from storage.lock import AlreadyRunning
from storage.schema import NewerSchema
from storage.verify.ending import BookDoubtful

log: Final = logging.getLogger(__name__)

STOP_SECONDS_MAX: Final = 9.0  # of the ten that are promised; a busy machine needs the rest


def run(settings: Settings) -> int:
    """Serve; returns 0 after SIGTERM, 1 with one clear line when it cannot start."""
    masked = Secrets()
    configure_logs(settings.log_level, masked)
    return uvloop.run(_serve(Robot(settings, masked)))


async def _serve(robot: Robot) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    if (why := await started(robot)) is not None:
        print(why, file=sys.stderr)  # noqa: T201  # the operator's terminal
        return 1
    log.info("serving", extra={"http_port": robot.http_port})
    await stopping.wait()
    log.info("stopping")
    ending = asyncio.create_task(robot.stop(), name="stop")
    done, _ = await asyncio.wait({ending}, timeout=STOP_SECONDS_MAX)
    if not done:
        # A driver's thread that waits for a lock would keep the process; dying loses nothing that was acknowledged.
        log.error("stopped before everything was closed")
        logging.shutdown()
        os._exit(0)
    if (error := ending.exception()) is not None:
        log.error("something failed while stopping", exc_info=error)
    log.info("stopped")
    return 0


async def started(robot: Robot) -> str | None:
    """Start the robot; the sentence that says why not, or None."""
    try:
        await robot.start()
    except AlreadyRunning as found:
        return f"另一个料掌柜（进程 {found.pid}）正在使用账本 {found.path}，本次没有启动"
    except NewerSchema as found:
        return f"账本是更新版本的料掌柜写的（{found}），请升级程序后再启动"
    except BookDoubtful as found:
        return f"账本对不上，没有启动：{found}。请保留原样，运行 verify 核对全账，再用最近的备份恢复"
    except DatabaseUnfit as found:
        return f"数据库不合要求：{found}"
    except CompanyFileFaults as found:
        return "公司资料有误，没有写入：\n" + "\n".join(fault_lines(found.faults))
    except FileTooLarge as found:
        return f"公司资料文件太大：{found}"
    except DBAPIError as found:
        return f"数据库打不开：{type(found.orig).__name__}: {found.orig}"
    except TimeoutError:
        return "启动不了：数据库没有回答，请检查 DATABASE_URL、数据库服务和网络"
    except OSError as found:
        return f"启动不了：{found}"
    return None
