"""What importing the robot's libraries costs a fresh Python, without the robot: the floor under its start."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks.books import POSTGRESQL, SQLITE
from benchmarks.children import environment
from benchmarks.figures import median

OURS: Final = frozenset({"benchmarks", "bot", "handlers", "domain", "storage", "schedules"})
_DRIVERS: Final = {SQLITE: "sqlite+aiosqlite://", POSTGRESQL: "postgresql+asyncpg://"}
_LIST: Final = (
    "import bot.commands.run, sys; from sqlalchemy import make_url; make_url(sys.argv[1]).get_dialect().import_dbapi();"
    "print(*sys.modules, sep='\\n')"
)
# A part that only its own library can load is left to that library. Memory is read as `children` reads it.
_IMPORT: Final = """
import importlib, os, pathlib, subprocess, sys
for name in pathlib.Path(sys.argv[1]).read_text().split():
    try:
        importlib.import_module(name)
    except ImportError:
        continue
status = pathlib.Path("/proc/self/status")
if status.exists():
    print(next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:")).split()[1], flush=True)
else:
    print(subprocess.check_output(["ps", "-o", "rss=", "-p", str(os.getpid())], text=True).strip(), flush=True)
"""


async def used_by_robot(kind: str) -> list[str]:
    """The modules of other people's making that `run` has loaded before it does anything, and the database driver."""
    found = await _python(_LIST, _DRIVERS[kind])
    tops = OURS | sys.stdlib_module_names
    return [name for name in found.split() if name.partition(".")[0] not in tops and "__" not in name]


async def cost(names: list[str], folder: Path, tries: int) -> tuple[float, float]:
    """Seconds from starting Python until all is imported, and MiB resident then; the median of some tries."""
    wanted = folder / "libraries.txt"
    wanted.write_text("\n".join(names))
    seconds, memory = list[float](), list[float]()
    for _ in range(tries):
        begun = time.perf_counter()
        child = await _start(_IMPORT, str(wanted))
        assert child.stdout is not None
        written = await child.stdout.readline()
        seconds.append(time.perf_counter() - begun)
        memory.append(int(written) / 1024)
        await child.wait()
    return median(seconds), median(memory)


async def bare_python(tries: int) -> float:
    """Seconds that Python takes to start and end."""
    seconds = list[float]()
    for _ in range(tries):
        begun = time.perf_counter()
        await _python("pass")
        seconds.append(time.perf_counter() - begun)
    return median(seconds)


async def _python(program: str, *arguments: str) -> str:
    child = await _start(program, *arguments)
    written, _ = await child.communicate()
    return written.decode()


async def _start(program: str, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, *arguments, env=environment({}), stdout=subprocess.PIPE
    )
