"""A robot whose files may not grow: `python -m tests.storage.faults.starved URL '[ROOM, …]'` tells how it went."""

import asyncio
import json
import os
import resource
import sys

from bot import corridor
from bot.render import Renderer
from storage import unit
from storage.database import Database
from storage.unit import Units
from tests.conftest import ZONE, Clock
from tests.storage.faults.history import CEMENT, NOT_ASKING, push
from tests.stories.chat import open_chat


async def main(url: str, rooms: list[int]) -> None:
    corridor.STORE_PAUSES = (0.0,)
    unit.TRIES_MAX = 2
    corridor.ACK_WITHIN_SECONDS = 20
    clock, path = Clock(), url.removeprefix("sqlite+aiosqlite:///")
    database = Database.open(url)
    units = Units(database, clock=clock, zone=ZONE, render=Renderer(ZONE))
    chat = open_chat(database, units, clock, ZONE)
    await chat.load(NOT_ASKING)
    delivered = failed = 0
    for room in rooms:
        await _checkpoint(database)  # the WAL begins anew, so that it has to grow
        _limit(os.stat(path).st_size + room)
        for _ in range(200):
            frame = chat.text_frame("张建国", f"收货{CEMENT}1包 单价27")
            delivered += 1
            acked = await push(chat, frame)
            await chat.nursery.drain(20)
            waiting = await chat.rows("SELECT key FROM inbox WHERE state = 'received'")
            if not acked or waiting:
                failed += 1
                break
        _limit(resource.RLIM_INFINITY)
        if not acked:
            assert await push(chat, frame)
        clock.forward(seconds=31)
        await chat.corridor.sweep()
        await chat.nursery.drain(20)
    await chat.verify()
    on_hand = int((await chat.on_hand()).split()[0])
    await units.close()
    await database.close()
    print(json.dumps({"delivered": delivered, "failed": failed, "on_hand": on_hand}))  # noqa: T201


async def _checkpoint(database: Database) -> None:
    async with database.write_engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
