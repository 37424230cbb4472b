"""A working day in frames, and what a book's file holds: the same for every fault."""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from bot.dingtalk.frames import read_frame
from storage.database import Database
from tests.stories.chat import COMPANY, Chat

CEMENT: Final = "42.5水泥"
# Who says what: receipts, issues, a requisition with its approvals, refusals, questions, takings-back, another project.
DAY: Final[Sequence[tuple[str, str]]] = (
    ("张建国", f"收货{CEMENT}200包 单价27"),
    ("张建国", f"领{CEMENT}30包 瓦工班 主体结构"),
    ("张建国", "收货红砖5000块 单价0.5"),
    ("李强", f"申购{CEMENT}200包"),
    ("张建国", "领红砖800块 瓦工班 主体结构"),
    ("张伟", "同意 SG20261123-001"),
    ("张建国", f"领{CEMENT}9999包 瓦工班 主体结构"),
    ("张丽", "同意 SG20261123-001"),
    ("张建国", f"库存 {CEMENT}"),
    ("张建国", f"领{CEMENT}7包 瓦工班 桩基"),
    ("张建国", "撤销 LL20261123-002"),
    ("李强", "收货红砖5块 单价1"),
    ("张建国", f"收货{CEMENT}33包 单价28.5"),
    ("李强", f"申购{CEMENT}11包"),
    ("张伟", "驳回 SG20261123-002 先用库存"),
    ("张建国", "领红砖120块 瓦工班 装饰装修"),
    ("李强", "申购红砖300块"),
    ("李强", "撤回 SG20261123-003"),
    ("张建国", f"领{CEMENT}41包 瓦工班 主体结构"),
    ("张建国", "库存"),
)
NOT_ASKING: Final = {"settings": {**COMPANY["settings"], "ask_on_repeat": False}}
TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


def digest(path: Path) -> str:
    """Everything that a closed copy of a book holds, every row of every table; also whether SQLite finds it sound."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA synchronous=OFF")  # closing brings the WAL into a copy that is thrown away
        sound = connection.execute("PRAGMA integrity_check").fetchall()
        assert sound == [("ok",)], sound
        return content(connection)
    finally:
        connection.close()


def content(connection: sqlite3.Connection) -> str:
    found = hashlib.sha256()
    for (table,) in connection.execute(TABLES).fetchall():
        found.update(table.encode())
        for row in sorted(map(repr, connection.execute(f"SELECT * FROM {table}"))):
            found.update(row.encode())
    return found.hexdigest()


async def effects(chat: Chat) -> dict[str, int]:
    """How many documents and entries the book holds."""
    rows = await chat.rows("SELECT kind, count(*) AS n FROM document GROUP BY kind ORDER BY kind")
    return {str(row["kind"]): int(row["n"]) for row in rows}


async def count(database: Database, sql: str, **values: object) -> int:
    """One number, read over a connection of its own."""
    async with database.read() as connection:
        return int((await connection.execute(text(sql), values)).scalar_one())


def frames(chat: Chat, said: Sequence[tuple[str, str]] = DAY) -> list[dict[str, Any]]:
    """What DingTalk brings, each frame with a message id of its own."""
    return [chat.text_frame(who, words) for who, words in said]


async def push(chat: Chat, frame: dict[str, Any]) -> bool:
    """DingTalk brings a frame; whether it was acknowledged."""
    try:
        await chat.corridor.receive(read_frame(frame))
    except Exception:
        return False
    return True
