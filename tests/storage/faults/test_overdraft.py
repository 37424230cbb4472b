"""Several copies issue from the same few balances at once (P4): none below zero, and nobody starves."""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest
from sqlalchemy import Connection
from sqlalchemy.util import await_only

from bot.render import Renderer
from domain.stock import NotEnoughStock
from storage.database import Database
from storage.unit import End, Units
from tests.conftest import ZONE, Clock, Databases
from tests.site import Site, qty
from tests.storage.faults.hooks import every_statement

COPIES: Final = 4
TASKS: Final = 8
STOCK: Final = {"水泥": ("CEM", "包"), "瓷砖": ("TIL", "箱"), "合页": ("HNG", "件")}
EACH: Final = 100
SLOW_SECONDS_MAX: Final = 0.004
REFUSED_BY_CHANCE: Final = 0.005
SEEDS: Final = (*range(2), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 500)))


@dataclass(frozen=True, slots=True)
class Issued:
    """One issue as whoever asked for it saw it."""

    key: str
    material: str
    quantity: int
    end: End
    number: str
    began: float
    ended: float


@asynccontextmanager
async def copies_of(url: str, clock: Clock) -> AsyncGenerator[list[Site]]:
    """Several programs, each with connections and a unit of work of its own."""
    databases = [Database.open(url) for _ in range(COPIES)]
    books = [
        Units(database, clock=clock, zone=ZONE, render=Renderer(ZONE), batch_max=(1, 3, 32, 32)[n])
        for n, database in enumerate(databases)
    ]
    try:
        yield [Site(book, database) for book, database in zip(books, databases, strict=True)]
    finally:
        for book in books:
            await book.close()
        for database in databases:
            await database.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
async def test_many_who_take_from_the_same_stock_never_take_more_than_there_is(
    databases: Databases, clock: Clock, seed: int
) -> None:
    url, chance, hits = databases.url("postgresql"), random.Random(seed), Counter[str]()
    async with copies_of(url, clock) as sites:
        await sites[0].load()
        await sites[0].opening(*(f"{name} {EACH}{unit} @10" for name, (_, unit) in STOCK.items()))
        with ExitStack() as faults:
            for site in sites:
                faults.enter_context(every_statement(site.database.write_engine.sync_engine, _trouble(chance, hits)))
            tasks = [_take(sites[n % COPIES], n, random.Random(seed * 1000 + n)) for n in range(COPIES * TASKS)]
            seen = [one for some in await asyncio.gather(*tasks) for one in some]
        assert hits["slow"] > 500, f"seed {seed}: {hits}"
        assert hits["40001"] >= 3, f"seed {seed}: {hits}"
        told = f"seed {seed}"
        for name, (code, unit) in STOCK.items():
            asked = sum(one.quantity for one in seen if one.material == name)
            given = sum(one.quantity for one in seen if one.material == name and one.number)
            assert asked > 1.5 * EACH, told
            assert 0.95 * EACH <= given <= EACH, f"{told}: {given} {unit} of {name} given, {asked} asked for"
            assert await sites[0].on_hand(name) == qty(f"{EACH - given} {unit}"), f"{told}, {code}"
        await _agree(sites[0], seen, told)
        await sites[0].verify()


def _trouble(chance: random.Random, hits: Counter[str]) -> Any:
    """Each statement is late; now and then the server wants the whole unit again."""

    def act(connection: Connection, _statement: str) -> None:
        hits["slow"] += 1
        await_only(asyncio.sleep(chance.uniform(0, SLOW_SECONDS_MAX)))
        if chance.random() < REFUSED_BY_CHANCE:
            hits["40001"] += 1
            connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '40001'; END $$")

    return act


async def _take(site: Site, who: int, chance: random.Random) -> list[Issued]:
    """One person asks for a little again and again; three hundred questions for twice what there is in all."""
    done = list[Issued]()
    for n in range(10):
        name = chance.choice(list(STOCK))
        quantity, unit, key = chance.randint(1, 3), STOCK[name][1], f"take:{who}:{n}"
        began = time.monotonic()
        for _ in range(20):
            try:
                answer = await site.book.work(key, site.issuing(f"{name} {quantity}{unit}"))
                break
            except Exception:
                await asyncio.sleep(0.01)
        else:
            raise AssertionError(f"{key} never ended")
        assert answer.end is not End.FAULT
        assert answer.refusal is None or isinstance(answer.refusal, NotEnoughStock)
        number = str(answer.entries[0].number) if answer.entries else ""
        done.append(Issued(key, name, quantity, answer.end, number, began, time.monotonic()))
    return done


async def _agree(site: Site, seen: list[Issued], told: str) -> None:
    """The ledger's order is one that people could have seen, and a replay of it in a dictionary ends the same."""
    rows = await site.rows(
        "SELECT e.seq, e.number, m.material, m.quantity, m.source_kind FROM entry e JOIN move m USING (seq)"
    )
    seqs = {row["number"]: row["seq"] for row in rows}
    booked = sorted((one for one in seen if one.number), key=lambda one: seqs[one.number])
    assert len({one.number for one in booked}) == len(booked), told
    latest = 0.0
    for one in booked:
        assert one.ended >= latest, f"{told}: {one} ended before an earlier entry's asker began"
        latest = max(latest, one.began)
    model = defaultdict[str, int](int)
    for row in sorted(rows, key=lambda row: row["seq"]):
        model[row["material"]] += row["quantity"] if row["source_kind"] == "opening" else -row["quantity"]
        assert model[row["material"]] >= 0, f"{told}: {row}"
    kept = await site.rows("SELECT material, quantity FROM balance")
    assert dict(model) == {row["material"]: row["quantity"] for row in kept}, told
