"""sandbox: a local DingTalk with a demonstration company and, unless told otherwise, the robot connected to it."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

import uvloop

from bot.commands.run import started
from bot.company_source import read_source
from bot.faults import fault_lines
from bot.logs import Secrets, configure_logs
from bot.practice.lessons.progress import ProgressFile
from bot.practice.lessons.service import Lessons
from bot.program import Robot
from bot.sandbox.app import CLIENT_ID, CLIENT_SECRET, LocalDingTalk
from bot.settings import read_settings
from domain.company import Company
from domain.company_file import CompanyFileFaults
from storage.database import Database

DEMO: Final = Path(__file__).parent.parent / "sandbox" / "demo_company.json"
PROGRESS: Final = Path("data/practice.json")
CONNECT_SECONDS_MAX: Final = 15


def sandbox(*, host: str, port: int, company: Path | None, with_robot: bool) -> int:
    """Serve until interrupted; every start is a fresh company."""
    configure_logs("WARNING", Secrets())
    path = company or DEMO
    try:
        data = _company(path)
    except CompanyFileFaults as found:
        return _say(f"{path.name} 有 {len(found.faults)} 处错误，没有启动：", *fault_lines(found.faults))
    except OSError as found:
        return _say(f"读不了 {path}：{found.strerror}")
    with tempfile.TemporaryDirectory(prefix="liaozhanggui-") as folder:
        return uvloop.run(_serve(data, path, host, port, Path(folder) if with_robot else None))


def _company(path: Path) -> Mapping[str, object]:
    """The file's data, checked as the robot will check it. Raises CompanyFileFaults, OSError."""
    source = read_source(path.read_bytes())
    source.read(into=Company())
    return cast("Mapping[str, object]", source.data)


async def _serve(data: Mapping[str, object], path: Path, host: str, port: int, folder: Path | None) -> int:
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    local = LocalDingTalk(data)
    lessons = Lessons(ProgressFile(PROGRESS), photos=False)
    try:
        url = await local.start(host, port, extra=lessons.routes())
    except OSError as found:
        return _say(f"端口 {port} 用不了（{found.strerror}），换一个：--port 0")
    robot = book = None
    try:
        if folder is not None:
            robot = Robot(read_settings(_environment(url, path, folder), directory=folder), Secrets())
            if (why := await started(robot)) is not None:
                return _say(why)
            await robot.wait_connected(CONNECT_SECONDS_MAX)
            book = Database.open(f"sqlite:///{folder / 'book.sqlite3'}", exclusive=False)
            await lessons.start(local, book)
        _tell(url, path, robot)
        await stopping.wait()
    finally:
        await lessons.stop()
        if book is not None:
            await book.close()
        if robot is not None:
            await robot.stop()
        await local.stop()
    return 0


def _environment(url: str, company: Path, folder: Path) -> dict[str, str]:
    """What `run` would read from the environment, for the robot in this process."""
    return {
        "DINGTALK_CLIENT_ID": CLIENT_ID,
        "DINGTALK_CLIENT_SECRET": CLIENT_SECRET,
        "DINGTALK_OPENAPI_ENDPOINT": url,
        "DINGTALK_OAPI_ENDPOINT": url,
        "DATABASE_URL": f"sqlite:///{folder / 'book.sqlite3'}",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": "0",
        "COMPANY_FILE": str(company.resolve()),
        "SANDBOX_CLOCK_URL": f"{url}/sandbox/clock",
    }


def _tell(url: str, company: Path, robot: Robot | None) -> None:
    lines = [f"演练环境已启动，用浏览器打开：{url}"]
    if robot is None:
        lines += [
            "机器人另外启动，环境变量：",
            f"  DINGTALK_CLIENT_ID={CLIENT_ID} DINGTALK_CLIENT_SECRET={CLIENT_SECRET}",
            f"  DINGTALK_OPENAPI_ENDPOINT={url} DINGTALK_OAPI_ENDPOINT={url}",
            f"  SANDBOX_CLOCK_URL={url}/sandbox/clock COMPANY_FILE={company.resolve()}",
        ]
    lines.append("停止：Ctrl+C")
    print("\n".join(lines), flush=True)  # noqa: T201  # the operator's terminal


def _say(*lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201  # the operator's terminal
    return 1
