"""The disk is full (D1): rolled back, not acknowledged as a success, and all booked when there is room again."""

import asyncio
import json
import random
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from bot import corridor, dispatcher
from bot.dingtalk.frames import read_frame
from storage import inbox, unit
from storage.database import Database
from tests.conftest import Clock, Databases
from tests.storage.faults.history import CEMENT, NOT_ASKING, count, push
from tests.stories.chat import Chat, until
from tests.stories.wire import Wire, dispatcher_of

# Pages that are left: each is another write that is the first not to fit. Even ones end the sooner.
HEADROOMS: Final = [n // 3 if n % 2 == 0 else n for n in range(50)]
SEED: Final = 20261123
PAGES_MAX: Final = 1_000_000
ROOT: Final = Path(__file__).parents[3]


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other at once."""
    monkeypatch.setattr(corridor, "STORE_PAUSES", (0.0,))
    monkeypatch.setattr(unit, "TRIES_MAX", 2)


async def _room(database: Database, pages: int | None) -> None:
    """Let the file grow by so many pages and no more; None takes the limit away."""
    async with database.write_engine.connect() as connection:
        now = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        wanted = PAGES_MAX if pages is None else now + pages
        found = (await connection.exec_driver_sql(f"PRAGMA max_page_count={wanted}")).scalar_one()
        assert found == wanted


async def _received(chat: Chat) -> set[str]:
    return {row["key"] for row in await chat.rows("SELECT key FROM inbox WHERE state = 'received'")}


@pytest.mark.slow
async def test_a_disk_full_at_any_write_loses_nothing_and_books_nothing_twice(chat: Chat, clock: Clock) -> None:
    await chat.load(NOT_ASKING)
    hit, delivered, chance = Counter[str](), 0, random.Random(SEED)
    for headroom in HEADROOMS:
        await _room(chat.database, headroom)
        unacked = list[dict[str, Any]]()
        for n in range(60):
            # Much to store and little to book, or the other way round: either may be what no longer fits.
            padding = "x" * (chance.randrange(30_000) if headroom % 2 else 0)
            frame = chat.text_frame("张建国", f"收货{CEMENT}1包 单价27", padding=padding)
            acked = await push(chat, frame)
            await chat.nursery.drain(20)
            delivered += 1
            key = read_frame(frame).key
            stored = await chat.rows("SELECT state FROM inbox WHERE key = :key", key=key)
            assert bool(stored) is acked, f"headroom {headroom}, frame {n}: acknowledged {acked}, but stored {stored}"
            if not acked:
                unacked.append(frame)
                hit["not stored"] += 1
                break
            if stored[0]["state"] == "received":
                hit["stored and not booked"] += 1
                break
        else:
            raise AssertionError(f"headroom {headroom}: the disk was never full")
        assert await chat.on_hand() == f"{delivered - 1} 包"
        await _room(chat.database, None)
        for frame in unacked:  # as DingTalk may do, and a person will
            assert await push(chat, frame)
        clock.forward(seconds=31)
        await chat.corridor.sweep()
        await chat.settle()
        assert await chat.on_hand() == f"{delivered} 包", f"seed {SEED}, headroom {headroom}"
    assert hit["not stored"] >= 5, hit
    assert hit["stored and not booked"] >= 5, hit
    assert await count(chat.database, "SELECT count(*) FROM inbox WHERE state = 'dead'") == 0
    await chat.verify()


async def test_a_disk_full_for_an_hour_is_no_reason_to_give_a_frame_up(chat: Chat, clock: Clock) -> None:
    received = [read_frame(chat.text_frame("张建国", f"收货{CEMENT}{n}包 单价27")) for n in range(1, 13)]
    arrivals = [inbox.Arrival(key=r.key, kind=r.kind, raw=r.raw, received_at=clock.now()) for r in received]
    async with chat.database.write() as connection:
        await inbox.store(connection, arrivals)
    await _room(chat.database, 0)
    looks = 0
    for _ in range(12):
        clock.forward(minutes=5)
        looks += await chat.corridor.sweep()
        await chat.nursery.drain(20)
    still = await _received(chat)
    assert looks > len(still) * (inbox.ATTEMPTS_MAX + 1), "the frames were not even taken up"
    assert len(still) > len(arrivals) // 2, "the disk was not full"
    assert await count(chat.database, "SELECT count(*) FROM inbox WHERE state = 'dead'") == 0
    await _room(chat.database, None)
    clock.forward(minutes=1)
    await chat.corridor.sweep()
    await chat.settle()
    assert await chat.on_hand() == f"{sum(range(1, 13))} 包"
    assert await count(chat.database, "SELECT count(*) FROM outbox WHERE message LIKE '%已入库%'") == len(arrivals)
    await chat.verify()


async def test_a_frame_that_breaks_its_unit_is_still_given_up(
    chat: Chat, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counterpart: what the database refuses for good counts, however often the disk was full in between."""
    work = chat.units.work

    async def broken(key: str, operation: Any, **more: Any) -> Any:
        if operation.remember is None:  # the farewell, not the message
            return await work(key, operation, **more)
        async with chat.database.write() as connection:
            await connection.exec_driver_sql("UPDATE balance SET quantity = -1")
            await connection.exec_driver_sql("INSERT INTO chain SELECT * FROM chain")
        return None

    monkeypatch.setattr(chat.units, "work", broken)
    await chat.brings(chat.text_frame("张建国", f"收货{CEMENT}20包 单价27"))
    for _ in range(inbox.ATTEMPTS_MAX + 1):
        clock.forward(seconds=31)
        await chat.corridor.sweep()
        await chat.settle()
    assert "抱歉，我这边出了错，没有记账" in chat.heard[0].words


async def test_messages_go_out_again_when_the_outbox_can_be_read_again(
    chat: Chat, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender outlives an outage of any length, whether it meets it writing or reading."""
    monkeypatch.setattr(dispatcher, "IDLE_SECONDS_MAX", 0.02)
    wire, failed = Wire(), Counter[str]()
    sending = asyncio.create_task(dispatcher_of(chat, wire, clock).run())
    for way in ("write", "read", "write"):
        engine = getattr(chat.database, f"{way}_engine")
        with _unreachable(engine.sync_engine, failed, way):
            await until(lambda way=way: _at_least(failed, way, 3))
        failed.clear()
        assert not sending.done()
    await chat.says("张建国", f"收货{CEMENT}20包 单价27")
    await until(lambda: _said(wire))
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def _at_least(failed: Counter[str], way: str, times: int) -> bool:
    return failed[way] >= times


async def _said(wire: Wire) -> bool:
    return any("已入库" in one for one in wire.texts())


def _unreachable(engine: Any, failed: Counter[str], way: str) -> Any:
    from tests.storage.faults.hooks import every_statement

    def fail(connection: Any, _statement: str) -> None:
        failed[way] += 1
        connection.exec_driver_sql("SELECT * FROM no_such_table")

    return every_statement(engine, fail)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
async def test_a_file_that_may_not_grow_is_an_outage_and_no_loss(databases: Databases, seed: int) -> None:
    """RLIMIT_FSIZE, so that the write itself fails: in a process of its own, as the limit holds for all of it."""
    rooms = random.Random(seed).sample(range(0, 150_000, 512), 4)
    command = [sys.executable, "-m", "tests.storage.faults.starved", databases.url("sqlite"), json.dumps(rooms)]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"seed {seed}: {done.stderr[-3000:]}"
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["failed"] >= len(rooms), f"seed {seed}: {told}"
    assert told["on_hand"] == told["delivered"], f"seed {seed}: {told}"


def test_the_pauses_between_tries_end_before_the_handlers_time() -> None:
    from bot.dingtalk.connection import ConnectionLimits

    assert timedelta(seconds=sum(corridor.STORE_PAUSES)) < timedelta(seconds=ConnectionLimits().handler_seconds)
