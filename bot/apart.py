"""A process of its own for a file that people sent: whatever it makes of a library, our memory and time stay ours.

A child is a module of ours that reads the file on standard input and answers JSON on standard output. It may have so
much memory and so many seconds, and sees nothing of our environment: it needs no secret.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

MEMORY_BYTES_MAX: Final = 1024 * 1024 * 1024
ANSWER_BYTES_MAX: Final = 64 * 1024 * 1024
# Of the processor: ends a child whose parent was killed and can no longer end it.
PROCESSOR_SECONDS_MAX: Final = 60
# The robot answers people meanwhile.
NICENESS: Final = 5

_HOME: Final = Path(__file__).parents[1]


class TooCostly(Exception):
    """The child ran out of time or of memory."""


def ask(module: str, data: bytes, *arguments: str, seconds: float) -> Any:
    """What the child says of the file, waiting for it. Raises TooCostly."""
    try:
        child = subprocess.run(  # noqa: S603  # a module of ours, no word of the file's
            _command(module, arguments),
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_surroundings(),
            timeout=seconds,
            check=True,
        )
    except subprocess.SubprocessError:
        raise TooCostly from None
    return json.loads(child.stdout)


async def ask_meanwhile(module: str, data: bytes, *arguments: str, seconds: float) -> Any:
    """As `ask`, without standing in anybody's way; a cancelled question ends its child. Raises TooCostly."""
    child = await asyncio.create_subprocess_exec(
        *_command(module, arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_surroundings(),
    )
    try:
        async with asyncio.timeout(seconds):
            answer, _ = await child.communicate(data)
    except TimeoutError:
        raise TooCostly from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise TooCostly
    return json.loads(answer)


def _command(module: str, arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _surroundings() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_HOME)}


def answer(read: Callable[[bytes], object]) -> int:
    """The child's whole life: its exit status, 1 when the file is too much for it."""
    _bound()
    try:
        said = json.dumps(read(sys.stdin.buffer.read())).encode()
    except MemoryError:
        return 1
    if len(said) > ANSWER_BYTES_MAX:
        return 1
    sys.stdout.buffer.write(said)
    return 0


def _bound() -> None:
    """On systems that can: what is asked for beyond it is a MemoryError."""
    try:
        import resource
    except ImportError:
        return
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS_MAX, PROCESSOR_SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
