"""The standing connection in bad weather: what was brought is in the book for good, what never came leaves no trace.

The real connection and corridor, over real sockets, against the sandbox's gateway with its fault plan on.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.dingtalk.connection import StreamConnection
from bot.dingtalk.credentials import Credentials
from bot.dingtalk.frames import Received, read_raw
from bot.sandbox.app import CLIENT_ID, CLIENT_SECRET, LocalDingTalk
from bot.sandbox.faults import PUSHES, Fault, FaultPlan
from tests.bot.dingtalk.local_dingtalk import QUICK
from tests.conftest import Clock
from tests.stories.chat import COMPANY, GROUP
from tests.stories.copies import Books, Copy

SEEDS: Final = 50
SEEDS_SOAK: Final = 1_000
CHUNK: Final = 10
AT_ONCE: Final = 5
MESSAGES: Final = 14
SETTLED_SECONDS_MAX: Final = 60
WEATHER: Final[Mapping[Fault, int]] = {
    **dict.fromkeys(PUSHES, 60),
    Fault.PUSH_AGAIN: 200,
    Fault.PUSH_LOST: 120,
}
LIMITS: Final = replace(QUICK, silence_seconds=0.5, handler_seconds=20, drain_seconds=10, overlap_seconds=10)


async def _live_through(seed: int, books: Books, zone: ZoneInfo) -> Counter[str]:
    rng, clock = random.Random(seed), Clock()
    copy = Copy(await books.url("sqlite"), clock, zone)
    local = LocalDingTalk(COMPANY, now=clock.now, redeliver_after=0.4, ping_every=0.1, drain_after=1.0)
    brought: set[str] = set()

    async def receive(received: Received) -> dict[str, object]:
        brought.add(received.key)
        return await copy.chat.corridor.receive(received)

    await local.start(port=0)
    try:
        async with aiohttp.ClientSession() as http:
            connection = StreamConnection(
                credentials=Credentials(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, robot_code=CLIENT_ID),
                endpoint=local.url,
                http=http,
                receive=receive,
                limits=LIMITS,
            )
            running = asyncio.create_task(connection.run())
            local.faults = FaultPlan(WEATHER, seed=seed, wait_ms=300)
            await _talk(local, rng)
            await connection.stop()
            await running
        await copy.chat.nursery.drain(30)
        return await _judge(seed, local, copy, brought)
    finally:
        await local.stop()
        await copy.close()


async def _talk(local: LocalDingTalk, rng: random.Random) -> None:
    """People write, now and then in bursts, until DingTalk has brought or given up what they wrote."""
    for nth in range(MESSAGES):
        words = rng.choice(
            (f"收货42.5水泥{nth + 1}包 单价27", f"领42.5水泥{nth + 1}包 瓦工班 主体结构", "库存 42.5水泥")
        )
        local.say("u-zhangjg", GROUP, words)
        await asyncio.sleep(rng.choice((0, 0, 0.05, 0.2)))
    async with asyncio.timeout(SETTLED_SECONDS_MAX):
        while any(one["delivery"] in {"pending", "sent"} for one in _said(local)):  # noqa: ASYNC110  # seen from outside
            await asyncio.sleep(0.05)


def _said(local: LocalDingTalk) -> list[dict[str, Any]]:
    return [one for one in local.messages("u-zhangjg", GROUP) if one["from"] == "u-zhangjg"]


def _surely_brought(local: LocalDingTalk) -> set[str]:
    """The keys of frames written to a socket that was neither cut nor silent: those have reached us."""
    log = local.frames()
    cut = {one["detail"] for one in log if one["what"] in {"abort", "silence"}}
    pushed = [one["detail"] for one in log if one["kind"] == "push"]
    return {read_raw(raw).key for raw in pushed if json.loads(raw)["headers"]["connectionId"] not in cut}


async def _judge(seed: int, local: LocalDingTalk, copy: Copy, brought: set[str]) -> Counter[str]:
    inbox = {row["key"]: row["state"] for row in await copy.chat.rows("SELECT key, state FROM inbox WHERE raw <> ''")}
    told = {row["key"].rpartition("#")[0] for row in await copy.chat.rows("SELECT key FROM outbox")}
    where = f"seed {seed}"
    missing = _surely_brought(local) - brought
    assert not missing, f"{where}: written to a good socket, and not received: {missing}"
    assert set(inbox) == brought, f"{where}: received {brought ^ set(inbox)} and not stored, or the other way round"
    assert set(inbox.values()) <= {"done", "refused"}, f"{where}: {inbox}"
    assert told == set(inbox), f"{where}: answers to what never came, or none to what did: {told ^ set(inbox)}"
    acknowledged = {one["id"] for one in _said(local) if one["delivery"] == "acked"}
    kept = {key.rpartition(":")[2] for key in inbox}
    assert acknowledged <= kept, f"{where}: acknowledged and not in the book: {acknowledged - kept}"
    await copy.chat.verify()
    said = len(_said(local))
    seen = Counter({fault.word: count for fault, count in local.faults_fired.items()})
    return seen + Counter({"said": said, "in the book": len(inbox), "never came": said - len(inbox)})


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
async def test_what_was_brought_is_in_the_book_and_what_never_came_is_not(
    first: int, books: Books, zone: ZoneInfo
) -> None:
    seen: Counter[str] = Counter()
    for start in range(first, first + CHUNK, AT_ONCE):
        seeds = range(start, start + AT_ONCE)
        for counted in await asyncio.gather(*(_live_through(seed, books, zone) for seed in seeds)):
            seen += counted
    missing = [fault.word for fault in WEATHER if not seen[fault.word]]
    assert not missing, f"these never struck in seeds {first} and on: {missing}"
    assert seen["in the book"] > seen["said"] // 2


@pytest.mark.soak
async def test_what_was_brought_is_in_the_book_over_and_over(books: Books, zone: ZoneInfo) -> None:
    for seed in range(SEEDS, SEEDS_SOAK):
        await _live_through(seed, books, zone)
