"""C12, C13, P15: killed in the middle, a command leaves the book and the backups as they were, and works again."""

import asyncio
import json
import random
import signal
import zlib
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text

from storage import portable
from storage.database import Database
from storage.failpoint import VARIABLE
from storage.verify import verify
from tests.bot.test_process import ended, started
from tests.conftest import KINDS, Databases
from tests.durability.day import lines
from tests.durability.run import NEVER_AGAIN, at_work, printed
from tests.stories.chat import COMPANY

pytestmark = pytest.mark.slow

OPENING: Final = [{"warehouse": "W02", "material": "BRK", "quantity": "500", "unit": "块", "unit_cost": "1"}]
KILLED: Final = -signal.SIGKILL


async def rows(url: str, sql: str, **values: object) -> list[dict[str, Any]]:
    database = Database.open(url, exclusive=False)
    try:
        async with database.read() as connection:
            return [dict(row) for row in (await connection.execute(text(sql), values)).mappings()]
    finally:
        await database.close()


async def sound(url: str) -> None:
    database = Database.open(url, exclusive=False)
    async with database.read() as connection:
        report = await verify(connection)
    await database.close()
    assert report.ok, "\n".join(report.lines())


async def tables_in(url: str) -> int:
    catalogue = {
        True: "SELECT count(*) AS n FROM sqlite_master",
        False: "SELECT count(*) AS n FROM information_schema.tables WHERE table_schema = 'public'",
    }
    return (await rows(url, catalogue[url.startswith("sqlite")]))[0]["n"]


async def killed(*arguments: str, at: str, folder: Path, url: str, **settings: str) -> None:
    """Run a command that dies at a point."""
    more = {VARIABLE: f"{at}:kill", **settings}
    status, said = await ended(*arguments, folder=folder, DATABASE_URL=url, **more)
    assert status == KILLED, f"{at} never fired: {status}\n{said}"


async def done(*arguments: str, folder: Path, url: str) -> str:
    status, said = await ended(*arguments, folder=folder, DATABASE_URL=url)
    assert status == 0, said
    return said


def company_file(folder: Path) -> Path:
    path = folder / "company.json"
    path.write_text(json.dumps({**COMPANY, "opening_stock": OPENING}, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("point", ["moves-written", "unit-written"])
async def test_a_company_file_is_taken_in_whole_or_not_at_all(database_url: str, point: str, tmp_path: Path) -> None:
    path = company_file(tmp_path)
    await killed("load", str(path), at=point, folder=tmp_path, url=database_url)
    for table in ("master", "entry", "move", "balance", "document", "outbox", "inbox"):
        assert (await rows(database_url, f"SELECT count(*) AS n FROM {table}"))[0]["n"] == 0, table
    await done("load", str(path), folder=tmp_path, url=database_url)
    found = await rows(database_url, "SELECT quantity FROM balance")
    assert [row["quantity"] for row in found] == [500_000_000]
    await sound(database_url)


async def test_a_new_schema_stands_whole_or_not_at_all(
    databases: Databases, database_kind: str, tmp_path: Path
) -> None:
    url = databases.bare_url(database_kind)
    await killed("migrate", at="schema-changed", folder=tmp_path, url=url)
    assert await tables_in(url) == 0
    await done("migrate", folder=tmp_path, url=url)
    await sound(url)


async def test_a_backup_has_its_name_when_it_is_whole_and_not_before(
    databases: Databases, morning: str, database_kind: str, tmp_path: Path
) -> None:
    file = tmp_path / "book.lzg"
    await killed("backup", str(file), at="backup-written", folder=tmp_path, url=morning)
    assert not file.exists()
    await done("backup", str(file), folder=tmp_path, url=morning)
    before = file.read_bytes()
    await killed("backup", str(file), "--force", at="backup-written", folder=tmp_path, url=morning)
    assert file.read_bytes() == before
    await _restore(databases, morning, database_kind, file, tmp_path)


async def _restore(databases: Databases, original: str, kind: str, file: Path, folder: Path) -> None:
    """Into the other kind of database: killed it is as empty as before; then it is the same book."""
    url = databases.bare_url(KINDS[1 - KINDS.index(kind)])
    await killed("restore", str(file), at="rows-restored", folder=folder, url=url)
    assert (await rows(url, "SELECT seq, company_version FROM chain")) == [{"seq": 0, "company_version": 0}]
    for table in ("entry", "master", "inbox", "outbox", "document"):
        assert (await rows(url, f"SELECT count(*) AS n FROM {table}"))[0]["n"] == 0, table
    await done("restore", str(file), folder=folder, url=url)
    head = "SELECT seq, hash FROM chain"
    assert await rows(url, head) == await rows(original, head)
    status, said = await ended("restore", str(file), folder=folder, DATABASE_URL=url)
    assert (status, "已有内容" in said) == (1, True), said
    assert await rows(url, head) == await rows(original, head)


async def test_a_backup_beside_a_busy_robot_is_a_moment_of_its_book(
    databases: Databases, morning: str, database_kind: str, tmp_path: Path
) -> None:
    """Some are killed on their way, at any moment; those that have a name restore to what the chain was then."""
    seed = zlib.crc32(f"backup {database_kind}".encode())
    chance, whole = random.Random(seed), list[Path]()
    async with at_work(morning, tmp_path, redeliver_after=NEVER_AGAIN) as site, site.robot() as robot:
        await robot.says("connected to DingTalk")
        saying = asyncio.create_task(site.say(lines(seed)))
        for turn in range(4):
            file = tmp_path / f"{turn}.lzg"
            settings = {"DATABASE_URL": morning}
            async with started("backup", str(file), settings=settings, folder=tmp_path) as backup:
                if turn % 2:
                    await asyncio.sleep(chance.uniform(0.3, 2.0))
                    if backup.process.returncode is None:
                        backup.process.kill()
                await backup.process.wait()
            whole += [file] if file.exists() else []
        await saying
        assert (await robot.stop())[0] == 0, printed(robot)
    assert len(whole) >= 2, f"seed {seed}"
    for file in whole:
        url = databases.bare_url("sqlite")
        database = Database.open(url)
        header, report = await portable.restore(database, file)
        await database.close()
        assert report.ok, f"seed {seed}"
        found = await rows(morning, "SELECT hash FROM entry WHERE seq = :seq", seq=header.seq)
        assert [bytes(row["hash"]).hex() for row in found] == [header.hash], f"seed {seed}: not a prefix"


@pytest.mark.parametrize("nth", [1, 2])
async def test_killed_in_the_evening_the_digest_comes_once(morning: str, nth: int, tmp_path: Path) -> None:
    """The first death is in one project's digest, the second in the other's."""
    async with at_work(morning, tmp_path, redeliver_after=NEVER_AGAIN) as site:
        async with site.robot(f"unit-written:kill:{nth}") as robot:
            await robot.says("connected to DingTalk")
            site.local.move_clock("tonight")
            await site.dies(robot)
        assert len(await site.rows("SELECT scope FROM job_run")) == nth - 1
        async with site.robot() as robot:
            await site.settles_jobs(robot, runs=2)
            assert (await robot.stop())[0] == 0
        runs = await site.rows("SELECT job, scope, period, outcome FROM job_run ORDER BY scope")
        assert [(r["scope"], r["period"], r["outcome"]) for r in runs] == [
            ("P01", "2026-11-23", "sent"),
            ("P02", "2026-11-23", "sent"),
        ]
        keys = await site.rows("SELECT key, state FROM outbox WHERE key LIKE 'job:digest:%'")
        assert Counter(k["key"].split("#")[0] for k in keys) == {
            "job:digest:P01:2026-11-23": 1,
            "job:digest:P02:2026-11-23": 1,
        }
        assert {k["state"] for k in keys} == {"sent"}
        digests = [words for (_, words), times in site.seen().items() for _ in range(times) if "日报" in words]
        # Of a digest that was on its way in the moment of death one cannot know whether it arrived.
        assert 1 <= len(digests) <= nth, digests
        await site.verify()
