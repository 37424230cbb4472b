"""What is remembered of talk: open questions, what a text booked, strangers, cards, clock jobs, anchors."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.digest import Anchor, Head, JobRun, JobRunOf
from domain.membership import Stranger, StrangerOf, Strangers
from domain.messaging import Card, CardOf, SentAs
from domain.operation import Dialogue, DialogueOf
from domain.records import Booked, BookedBy
from storage import tables
from storage.sets import Lookup, among, chunks, upsert

_DIALOGUES: Final = Lookup(select(tables.dialogue), tables.dialogue.c.person, tables.dialogue.c.chat)
_BOOKED: Final = Lookup(select(tables.booked), tables.booked.c.person, tables.booked.c.said)
_STRANGERS: Final = Lookup(select(tables.stranger), tables.stranger.c.id)
_CARDS: Final = Lookup(select(tables.card), tables.card.c.id)
_SENT: Final = Lookup(select(tables.outbox.c.send_key, tables.outbox.c.number), tables.outbox.c.send_key)
_JOB_RUNS: Final = Lookup(select(tables.job_run), tables.job_run.c.job, tables.job_run.c.scope, tables.job_run.c.period)
_ANCHORS: Final = Lookup(select(tables.anchor), tables.anchor.c.project, tables.anchor.c.day)

STRANGERS_MAX: Final = 20


async def load_dialogues(connection: AsyncConnection, needs: Sequence[DialogueOf]) -> dict[DialogueOf, Dialogue | None]:
    rows = await _DIALOGUES.rows(connection, [(n.person, n.chat) for n in needs])
    found = {
        DialogueOf(person=row["person"], chat=row["chat"]): Dialogue(memo=row["memo"], until=row["until"])
        for row in rows
    }
    return {n: found.get(n) for n in needs}


async def save_dialogues(connection: AsyncConnection, changed: Mapping[DialogueOf, Dialogue | None]) -> None:
    table = tables.dialogue
    ended = [(n.person, n.chat) for n, d in changed.items() if d is None]
    for part in chunks(ended):
        await connection.execute(delete(table).where(among([table.c.person, table.c.chat], part)))
    rows = [
        {"person": n.person, "chat": n.chat, "memo": d.memo, "until": d.until}
        for n, d in changed.items()
        if d is not None
    ]
    await upsert(connection, table, rows)


async def load_booked(connection: AsyncConnection, needs: Sequence[BookedBy]) -> dict[BookedBy, Booked | None]:
    rows = await _BOOKED.rows(connection, [(n.person, n.said) for n in needs if n.said])
    found = {
        BookedBy(person=row["person"], said=row["said"]): Booked(number=row["number"], at=row["at"]) for row in rows
    }
    return {n: found.get(n) for n in needs}


async def save_booked(connection: AsyncConnection, changed: Mapping[BookedBy, Booked | None]) -> None:
    rows = [
        {"person": n.person, "said": n.said, "number": str(b.number), "at": b.at}
        for n, b in changed.items()
        if b is not None
    ]
    await upsert(connection, tables.booked, rows)


async def load_strangers(connection: AsyncConnection, needs: Sequence[StrangerOf]) -> dict[StrangerOf, Stranger | None]:
    rows = await _STRANGERS.rows(connection, [n.id for n in needs])
    found = {row["id"]: Stranger(id=row["id"], nick=row["nick"], seen_at=row["seen_at"]) for row in rows}
    return {n: found.get(n.id) for n in needs}


async def save_strangers(connection: AsyncConnection, changed: Mapping[StrangerOf, Stranger | None]) -> None:
    rows = [{"id": s.id, "nick": s.nick, "seen_at": s.seen_at} for s in changed.values() if s is not None]
    await upsert(connection, tables.stranger, rows)


async def list_strangers(
    connection: AsyncConnection, needs: Sequence[Strangers]
) -> dict[Strangers, tuple[Stranger, ...]]:
    table = tables.stranger
    known = select(tables.master.c.code).where(tables.master.c.kind == "people")
    query = select(table).where(table.c.id.not_in(known)).order_by(table.c.seen_at.desc()).limit(STRANGERS_MAX)
    found = tuple(Stranger(id=r.id, nick=r.nick, seen_at=r.seen_at) for r in await connection.execute(query))
    return dict.fromkeys(needs, found)


async def load_cards(connection: AsyncConnection, needs: Sequence[CardOf]) -> dict[CardOf, Card | None]:
    found = {
        row["id"]: Card(
            id=row["id"],
            subject=row["subject"],
            people=tuple(json.loads(row["people"])),
            actions=tuple(json.loads(row["actions"])),
            nonce=row["nonce"],
        )
        for row in await _CARDS.rows(connection, [n.id for n in needs])
    }
    return {n: found.get(n.id) for n in needs}


async def load_sent(connection: AsyncConnection, needs: Sequence[SentAs]) -> dict[SentAs, str | None]:
    rows = await _SENT.rows(connection, [n.send_key for n in needs if n.send_key])
    found = {row["send_key"]: row["number"] or None for row in rows}
    return {n: found.get(n.send_key) for n in needs}


async def load_job_runs(connection: AsyncConnection, needs: Sequence[JobRunOf]) -> dict[JobRunOf, JobRun | None]:
    rows = await _JOB_RUNS.rows(connection, [(n.job, n.scope, n.period) for n in needs])
    found = {
        JobRunOf(job=row["job"], scope=row["scope"], period=row["period"]): JobRun(outcome=row["outcome"])
        for row in rows
    }
    return {n: found.get(n) for n in needs}


async def save_job_runs(connection: AsyncConnection, changed: Mapping[JobRunOf, JobRun | None], now: datetime) -> None:
    rows = [
        {"job": n.job, "scope": n.scope, "period": n.period, "outcome": run.outcome, "at": now}
        for n, run in changed.items()
        if run is not None
    ]
    await upsert(connection, tables.job_run, rows)


async def load_anchors(connection: AsyncConnection, needs: Sequence[Anchor]) -> dict[Anchor, Head | None]:
    rows = await _ANCHORS.rows(connection, [(n.project, n.day) for n in needs])
    found = {Anchor(project=row["project"], day=row["day"]): Head(seq=row["seq"], hash=row["hash"]) for row in rows}
    return {n: found.get(n) for n in needs}


async def save_anchors(connection: AsyncConnection, changed: Mapping[Anchor, Head | None]) -> None:
    rows = [
        {"project": n.project, "day": n.day, "seq": h.seq, "hash": h.hash} for n, h in changed.items() if h is not None
    ]
    await upsert(connection, tables.anchor, rows)
