"""The sandbox as a process ends when it is told to, whatever it is at, and leaves nothing behind."""

import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.running import PATIENCE, address, running
from tests.hostile.files import WORKBOOKS

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


def test_a_sandbox_stopped_while_it_reads_a_company_without_end_does_not_wait_for_it(tmp_path: Path) -> None:
    with running(["sandbox", "--port", "0"], {"TMPDIR": str(tmp_path)}, tmp_path) as sandbox:
        url = address(sandbox.line_with("用浏览器打开"))
        boundary = b'--x\r\nContent-Disposition: form-data; name="media"; filename="a"\r\n\r\n%b\r\n--x--\r\n'
        body = boundary % WORKBOOKS["millions of shared strings"]()  # half a minute's work
        with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as sending:
            head = (
                f"POST /sandbox/api/company HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nContent-Length: {len(body)}\r\n"
            )
            sending.sendall(head.encode() + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n" + body)
            children = Path(f"/proc/{sandbox.process.pid}/task/")
            until = time.monotonic() + PATIENCE
            while not any(task.joinpath("children").read_text() for task in children.iterdir()):
                assert time.monotonic() < until
                time.sleep(0.05)
            status, seconds = sandbox.stop()
    assert status == 0
    assert seconds < 10
