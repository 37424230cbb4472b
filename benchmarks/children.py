"""Programs in processes of their own, so that what they cost is theirs alone."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.sandbox.app import CLIENT_ID, CLIENT_SECRET, LocalDingTalk

ROOT: Final = Path(__file__).resolve().parent.parent
CONNECT_SECONDS_MAX: Final = 60.0
STOP_SECONDS_MAX: Final = 15.0
LOOK_SECONDS: Final = 0.002
SETTLE_SECONDS: Final = 2.0


class ChildFailed(Exception):
    """A program ended, or did not do in time what it was started for; the text is what it wrote."""


class Child:
    """`python -m MODULE …`, connected to a local DingTalk."""

    def __init__(self, process: asyncio.subprocess.Process, output: Path, connected_after: float) -> None:
        self._process = process
        self._output = output
        self.connected_after = connected_after

    @classmethod
    async def start(
        cls, module: str, *arguments: str, local: LocalDingTalk, folder: Path, settings: Mapping[str, str]
    ) -> "Child":
        """Start a program; returns as soon as the gateway sees it connected. Raises ChildFailed."""
        output = folder / f"{module}.{time.monotonic_ns()}.log"
        begun = time.perf_counter()
        with output.open("wb") as sink:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                *arguments,
                cwd=folder,  # where no .env lies
                env=environment(settings),
                stdout=sink,
                stderr=sink,
            )
        child = cls(process, output, 0.0)
        while not local.gateway.connections:
            if process.returncode is not None or time.perf_counter() - begun > CONNECT_SECONDS_MAX:
                await child.stop()
                raise ChildFailed(child.wrote)
            await asyncio.sleep(LOOK_SECONDS)
        child.connected_after = time.perf_counter() - begun
        return child

    @property
    def wrote(self) -> str:
        """What it has written so far."""
        return self._output.read_text(errors="replace").strip()

    @property
    def resident(self) -> float:
        """Resident memory now, in MiB."""
        return resident_memory(self._process.pid)

    async def memory(self) -> float:
        """Resident memory once it has come to rest, in MiB."""
        await asyncio.sleep(SETTLE_SECONDS)
        return resident_memory(self._process.pid)

    async def stop(self) -> None:
        """As an operator would: SIGTERM, then patience."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._process.wait(), STOP_SECONDS_MAX)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Nothing of this machine but what Python needs, and our own settings."""
    kept = {name: value for name in ("PATH", "HOME", "LANG", "TMPDIR") if (value := os.environ.get(name))}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


def robot_settings(
    local: LocalDingTalk, database: str, company: Path, *, sandbox_clock: bool = False
) -> dict[str, str]:
    """What `python -m bot run` reads."""
    clock = {"SANDBOX_CLOCK_URL": f"{local.url}/sandbox/clock"} if sandbox_clock else {}
    return {
        "DINGTALK_CLIENT_ID": CLIENT_ID,
        "DINGTALK_CLIENT_SECRET": CLIENT_SECRET,
        "DINGTALK_OPENAPI_ENDPOINT": local.url,
        "DINGTALK_OAPI_ENDPOINT": local.url,
        "DATABASE_URL": database,
        "COMPANY_FILE": str(company),
        "HTTP_PORT": "0",
        "LOG_LEVEL": "ERROR",
        **clock,
    }


async def robot(local: LocalDingTalk, settings: Mapping[str, str], folder: Path) -> Child:
    """The whole robot, as it is started in earnest."""
    return await Child.start("bot", "run", local=local, folder=folder, settings=settings)


def resident_memory(pid: int) -> float:
    """In MiB; from /proc where there is one, else from ps."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024
    return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(pid)], text=True)) / 1024
