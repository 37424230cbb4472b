"""run: connect to DingTalk and serve until SIGTERM."""

import asyncio
import logging
import os
import signal
import sys
from typing import Final

import uvloop

from bot.logs import Secrets, configure_logs
from bot.program import Robot
from bot.settings import Settings
from bot.starting import started

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
