"""sandbox: a local DingTalk with a company to practise in and, unless told otherwise, the robot connected to it."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

import uvloop

from bot.faults import fault_lines
from bot.logs import Secrets, configure_logs
from bot.practice.house import CannotOpen, House, not_listening, reopen
from bot.practice.lessons.progress import ProgressFile
from bot.practice.lessons.service import Lessons
from bot.practice.source import DEMO, CompanyFileFaults, NobodyThere, Source, demonstration, own
from bot.practice.wishes import NOBODY, Wishes
from bot.sandbox.app import CLIENT_ID, CLIENT_SECRET, LocalDingTalk

Result = TypeVar("Result")

PROGRESS: Final = Path("data/practice.json")


class Stopped(Exception):
    """SIGTERM or SIGINT has come."""


def sandbox(*, host: str, port: int, company: Path | None, with_robot: bool) -> int:
    """Serve until interrupted; every start is a fresh company."""
    configure_logs("WARNING", Secrets())
    try:
        source = demonstration() if company is None else own(company.read_bytes())
    except CompanyFileFaults as found:
        return _say(f"{company} 有 {len(found.faults)} 处错误，没有启动：", *fault_lines(found.faults))
    except NobodyThere:
        return _say(NOBODY)
    except OSError as found:
        return _say(f"读不了 {company}：{found.strerror}")
    try:
        if with_robot:
            return _with_folder(source, host, port)
        return uvloop.run(_serve_alone(source, (company or DEMO).resolve(), host, port))
    except OSError as found:
        return _say(not_listening(found, host, port))


def _with_folder(source: Source, host: str, port: int) -> int:
    try:
        folder = tempfile.TemporaryDirectory(prefix="liaozhanggui-")
    except OSError as found:
        return _say(f"没有能用的临时文件夹（{found.strerror}），用环境变量 TMPDIR 指定一个。")
    with folder as path:
        return uvloop.run(_practise(source, host, port, Path(path)))


def _interrupted() -> asyncio.Event:
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    return stopping


async def _practise(source: Source, host: str, port: int, folder: Path) -> int:
    stopping = asyncio.ensure_future(_interrupted().wait())
    wishes = Wishes(source)
    house = House(
        host=host,
        port=port,
        folder=folder,
        lessons=Lessons(ProgressFile(PROGRESS)),
        routes=wishes.routes(),
    )
    try:
        url = await _unless(stopping, house.open(source))
        _tell(f"演练环境已启动，用浏览器打开：{url}")
        while True:
            wish = await _unless(stopping, wishes.next())
            wishes.done(await _unless(stopping, reopen(house, wish, wishes.present)))
    except CannotOpen as found:
        return _say(str(found))
    except Stopped:
        return 0
    finally:
        await house.close()


async def _unless(stopping: asyncio.Future[Any], work: Coroutine[Any, Any, Result]) -> Result:
    """What the work brings. Raises Stopped, with the work ended, as soon as we are to stop."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not stopping.done():
        return task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    raise Stopped


async def _serve_alone(source: Source, path: Path, host: str, port: int) -> int:
    stopping = _interrupted()
    local = LocalDingTalk(source.data)
    url = await local.start(host, port)
    try:
        _tell(
            f"演练环境已启动，用浏览器打开：{url}",
            "机器人另外启动，环境变量：",
            f"  DINGTALK_CLIENT_ID={CLIENT_ID} DINGTALK_CLIENT_SECRET={CLIENT_SECRET}",
            f"  DINGTALK_OPENAPI_ENDPOINT={url} DINGTALK_OAPI_ENDPOINT={url}",
            f"  SANDBOX_CLOCK_URL={url}/sandbox/clock COMPANY_FILE={path}",
        )
        await stopping.wait()
    finally:
        await local.stop()
    return 0


def _tell(*lines: str) -> None:
    print("\n".join([*lines, "停止：Ctrl+C"]), flush=True)  # noqa: T201  # the operator's terminal


def _say(*lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201  # the operator's terminal
    return 1
