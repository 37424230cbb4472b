"""What a command says in the terminal when it cannot do its work."""

import socket
from contextlib import closing
from pathlib import Path

import pytest

from bot.commands.line import main, parser


@pytest.mark.parametrize("command", ["verify", "export stock", "export moves", "export labels", "export misread"])
def test_without_a_book_one_is_told_to_make_one(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'book.sqlite3'}")
    assert main(command.split()) == 1
    assert capsys.readouterr().err == "账本还没有建立，或不是本版本的结构：请先运行 migrate\n"


@pytest.mark.parametrize("command", ["sandbox", "sandbox --no-robot"])
def test_a_port_in_use_is_told_in_words(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert main([*command.split(), "--port", str(port)]) == 1
    assert capsys.readouterr().err == f"127.0.0.1 的端口 {port} 用不了：已经有程序在用。换一个：--port 0\n"


def test_the_help_of_the_sandbox_names_both_kinds_of_company_files(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["sandbox", "--help"])
    assert "JSON 或 Excel" in capsys.readouterr().out
