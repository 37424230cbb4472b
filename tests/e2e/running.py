"""Programs of ours as separate processes, with what they print."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60


class Running:
    """One process: its lines of output are collected, whoever reads them."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str], folder: Path):
        self.lines: list[str] = []
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=folder,
            env={**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def line_with(self, words: str) -> str:
        """The first line that holds these words, waited for."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := next((line for line in self.lines if words in line), None):
                return found
            assert self.process.poll() is None, "\n".join(self.lines)
            time.sleep(0.05)
        raise AssertionError(f"no line with {words!r}:\n" + "\n".join(self.lines))

    def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit status and how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=PATIENCE)
        self._reader.join(timeout=5)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status, time.monotonic() - began


@contextmanager
def running(arguments: list[str], environment: Mapping[str, str], folder: Path) -> Iterator[Running]:
    process = Running(arguments, environment, folder)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            status, seconds = process.stop()
            assert status == 0, "\n".join(process.lines)
            assert seconds < 10


def address(line: str) -> str:
    found = re.search(r"http://\S+", line)
    assert found is not None
    return found[0]


@contextmanager
def sandbox_with_robot(folder: Path) -> Iterator[str]:
    with running(["sandbox", "--port", "0"], {}, folder) as program:
        yield address(program.line_with("用浏览器打开"))
