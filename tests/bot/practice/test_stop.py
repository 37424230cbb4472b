"""The sandbox as a process ends when it is told to, whatever it is at, and leaves nothing behind."""

import time
from pathlib import Path

import pytest

from tests.e2e.running import PATIENCE, running

pytestmark = pytest.mark.slow


def test_a_sandbox_stopped_while_its_month_is_made_ends_at_once(tmp_path: Path) -> None:
    until = time.monotonic() + PATIENCE
    with running(["sandbox", "--port", "0"], {"TMPDIR": str(tmp_path)}, tmp_path) as sandbox:
        while not list(tmp_path.glob("*/month/*")):
            assert time.monotonic() < until
            time.sleep(0.01)
        status, seconds = sandbox.stop()
    assert (status, sandbox.lines) == (0, [])
    assert seconds < 10
    assert list(tmp_path.iterdir()) == []
