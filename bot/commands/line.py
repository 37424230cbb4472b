"""Which command was asked for, with which options. Exit status 0, 1 for a failed operation, 2 for wrong usage."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NoReturn

from bot.settings import Settings, SettingsFaults, read_settings
from storage import failpoint

FAILED: Final = 1
WRONG_USAGE: Final = 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, f"用法不对：{message}\n")


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    top = _Parser(prog="python -m bot", description="料掌柜：钉钉群里的进销存和工程成本")
    commands = top.add_subparsers(dest="command", required=True, metavar="命令", parser_class=_Parser)
    commands.add_parser("run", help="连接钉钉并一直服务，直到收到 SIGTERM")
    sandbox = commands.add_parser("sandbox", help="本机演练：模拟的钉钉、示范公司和网页，不需要任何账号")
    sandbox.add_argument("--no-robot", action="store_true", help="只要模拟的钉钉，机器人另外用 run 启动")
    sandbox.add_argument("--port", type=_port, default=8765, help="网页端口（默认 8765，0 为任意空闲端口）")
    sandbox.add_argument("--host", default="127.0.0.1", help="监听地址（默认只有本机）")
    sandbox.add_argument("--company", type=Path, default=None, help="换一家公司：公司资料文件（JSON 或 Excel）")
    load = commands.add_parser("load", help="导入公司资料（JSON 或 Excel），全部正确才写入")
    load.add_argument("file", type=Path, metavar="文件")
    parse = commands.add_parser("parse", help="把聊天文字读成命令：标准输入每行一个 JSON")
    parse.add_argument("--catalog", type=Path, required=True, help="公司资料文件")
    parse.add_argument("--now", required=True, help="现在的时间，如 2026-11-23T09:00:00+08:00")
    commands.add_parser("migrate", help="把数据库升级到本版本的结构")
    commands.add_parser("verify", help="核对整本账：每条不变式和哈希链")
    backup = commands.add_parser("backup", help="备份成一个文件，也用于换数据库")
    backup.add_argument("file", type=Path, metavar="文件")
    backup.add_argument("--force", action="store_true", help="覆盖已有的备份文件")
    restore = commands.add_parser("restore", help="把备份读进一个空数据库并核对")
    restore.add_argument("file", type=Path, metavar="文件")
    export = commands.add_parser("export", help="导出报表")
    export.add_argument(
        "report",
        metavar="报表",
        choices=["stock", "moves", "labels", "misread"],
        help="stock 库存，moves 流水，labels 材料标签，misread 读错的话",
    )
    export.add_argument(
        "file",
        type=Path,
        metavar="文件",
        nargs="?",
        help="写到哪个文件（默认 报表名.xlsx，标签 labels.html，读错的话 misread.jsonl）",
    )
    return top


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("端口是 0 到 65535 的整数")
    return int(text)


def main(arguments: Sequence[str]) -> int:
    """Carry a command out; returns the exit status."""
    chosen = parser().parse_args(arguments)
    try:
        failpoint.arm(os.environ.get(failpoint.VARIABLE, ""))
        return COMMANDS[chosen.command](chosen)
    except SettingsFaults as faults:
        print(f"设置有误，没有启动：\n{faults}", file=sys.stderr)  # noqa: T201  # the operator's terminal
        return WRONG_USAGE
    except failpoint.UnknownPoint as found:
        print(f"设置有误，没有启动：\n{found}", file=sys.stderr)  # noqa: T201  # the operator's terminal
        return WRONG_USAGE
    except KeyboardInterrupt:
        return FAILED


def _settings(*, needs_dingtalk: bool = False) -> Settings:
    return read_settings(os.environ, directory=Path.cwd(), needs_dingtalk=needs_dingtalk)


def _run(_: argparse.Namespace) -> int:
    from bot.commands.run import run

    return run(_settings(needs_dingtalk=True))


def _sandbox(chosen: argparse.Namespace) -> int:
    from bot.commands.sandbox import sandbox

    return sandbox(host=chosen.host, port=chosen.port, company=chosen.company, with_robot=not chosen.no_robot)


def _load(chosen: argparse.Namespace) -> int:
    from bot.commands.load import load

    return load(_settings(), chosen.file)


def _parse(chosen: argparse.Namespace) -> int:
    from bot.commands.parse import parse

    return parse(chosen.catalog, chosen.now)


def _migrate(_: argparse.Namespace) -> int:
    from bot.commands.migrate import migrate

    return migrate(_settings())


def _verify(_: argparse.Namespace) -> int:
    from bot.commands.verify import verify

    return verify(_settings())


def _backup(chosen: argparse.Namespace) -> int:
    from bot.commands.backup import backup

    return backup(_settings(), chosen.file, force=chosen.force)


def _restore(chosen: argparse.Namespace) -> int:
    from bot.commands.restore import restore

    return restore(_settings(), chosen.file)


def _export(chosen: argparse.Namespace) -> int:
    if chosen.report == "labels":
        from bot.commands.labels import export_labels

        return export_labels(_settings(), chosen.file or Path("labels.html"))
    if chosen.report == "misread":
        from bot.commands.misread import export_misread

        return export_misread(_settings(), chosen.file or Path("misread.jsonl"))
    from bot.commands.export import export

    return export(_settings(), chosen.report, chosen.file or Path(f"{chosen.report}.xlsx"))


COMMANDS: Final[dict[str, Callable[[argparse.Namespace], int]]] = {
    "run": _run,
    "sandbox": _sandbox,
    "load": _load,
    "parse": _parse,
    "migrate": _migrate,
    "verify": _verify,
    "backup": _backup,
    "restore": _restore,
    "export": _export,
}
