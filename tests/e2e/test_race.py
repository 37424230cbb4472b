"""The race: thirty-two people at once, fifteen hundred attempts at a thousand bags (promises.md P4).

Through gateway, SDK and robot processes. A widely used inventory server loses three updates of four here.
"""

import itertools
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text

from benchmarks import company
from benchmarks.children import robot_settings
from benchmarks.copies import robots
from benchmarks.site import Talkers, local_dingtalk
from bot.database_url import database_url
from bot.sandbox.app import LocalDingTalk
from storage.database import Database
from storage.verify import verify
from tests.conftest import Databases
from tests.stories.chat import until

pytestmark = pytest.mark.slow

PEOPLE: Final = len(company.KEEPERS)
BAGS, ATTEMPTS = 1_000, 1_500
PATIENCE_SECONDS: Final = 120


def _company() -> dict[str, Any]:
    """A thousand bags lie there, and nobody is asked whether they mean it twice."""
    data = company.company()
    for line in data["opening_stock"]:
        if (line["warehouse"], line["material"]) == (company.WAREHOUSE, company.CEMENT):
            line["quantity"] = str(BAGS)
    assert data["settings"]["ask_on_repeat"] is False
    return data


@pytest.mark.parametrize(("kind", "copies"), [("sqlite", 1), ("postgresql", 1), ("postgresql", 3)])
async def test_of_fifteen_hundred_attempts_at_a_thousand_bags_a_thousand_are_booked_and_each_is_answered(
    kind: str, copies: int, databases: Databases, tmp_path: Path
) -> None:
    data = _company()
    path, url = company.write(data, tmp_path), databases.url(kind)
    async with local_dingtalk(data) as local:
        settings = robot_settings(local, url.replace("+aiosqlite", "").replace("+asyncpg", ""), path)
        pushed = _count_pushes(local)
        async with robots(local, settings, tmp_path, copies) as children:
            texts = itertools.repeat("云栖雅苑 领42.5水泥1包 瓦工班 主体结构")
            await Talkers(local, company.KEEPERS, texts).talk(ATTEMPTS, PEOPLE)
            book = Database.open(database_url(url), exclusive=False)
            try:

                async def all_are_settled() -> bool:
                    return not await _rows(book, "SELECT key FROM inbox WHERE state = 'received'")

                await until(all_are_settled, seconds=PATIENCE_SECONDS)
                await _check(book, "\n".join(child.wrote for child in children))
            finally:
                await book.close()
        assert len(pushed) == copies, pushed
        assert sum(pushed.values()) >= ATTEMPTS


def _count_pushes(local: LocalDingTalk) -> Counter[int]:
    """How many messages were pushed to each connection."""
    pushed, tell = Counter[int](), local.rooms.log.add

    def add(kind: str, what: str, detail: str = "", *, about: Sequence[str] = ()) -> None:
        if kind == "push":
            pushed[json.loads(detail)["headers"]["connectionId"]] += 1
        tell(kind, what, detail, about=about)

    local.rooms.log.add = add
    return pushed


async def _check(book: Database, wrote: str) -> None:
    """Exactly so many booked, the others refused with a sentence, nothing left, and the book is sound."""
    came = await _rows(book, "SELECT key, state, error FROM inbox WHERE key LIKE 'robot:%'")
    assert Counter((row["state"], row["error"]) for row in came) == {
        ("done", ""): BAGS,
        ("refused", "NotEnoughStock"): ATTEMPTS - BAGS,
    }, wrote
    issues = await _rows(book, "SELECT number FROM entry WHERE kind = 'issue' AND act = 'post'")
    assert len({row["number"] for row in issues}) == len(issues) == BAGS
    left = await _rows(
        book,
        "SELECT quantity FROM balance WHERE material = :m AND warehouse = :w",
        m=company.CEMENT,
        w=company.WAREHOUSE,
    )
    assert left == [{"quantity": 0}]
    answers = [row for row in await _rows(book, "SELECT key, message FROM outbox") if _is_reply(row)]
    by_frame = {row["key"].rpartition("#")[0]: json.loads(row["message"])["markdown"] for row in answers}
    assert len(answers) == len(by_frame) == ATTEMPTS
    assert by_frame.keys() == {row["key"] for row in came}
    for row in came:
        assert ("已领料" if row["state"] == "done" else "还差") in by_frame[row["key"]]
    async with book.read() as connection:
        report = await verify(connection)
    assert report.ok, "\n".join(report.lines())


def _is_reply(row: Mapping[str, Any]) -> bool:
    return bool(json.loads(row["message"])["route"]["kind"] == "reply")


async def _rows(book: Database, sql: str, **values: object) -> list[dict[str, Any]]:
    async with book.read() as connection:
        return [dict(row) for row in (await connection.execute(text(sql), values)).mappings()]
