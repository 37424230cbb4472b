"""What goes out: written with its effect, claimed by a dispatcher, sent in order per chat or card, never forgotten."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.messaging import Button, CardPicture, Outbound, Route, RouteKind, Urgency
from storage import tables
from storage.sets import Row, insert_new, upsert

LEASE: Final = timedelta(seconds=60)
GIVE_UP_AFTER: Final[dict[Urgency, timedelta]] = {
    Urgency.ANSWER: timedelta(hours=2),
    Urgency.APPROVAL: timedelta(days=2),
    Urgency.ALERT: timedelta(days=1),
    Urgency.DIGEST: timedelta(hours=12),
}


class OutboxState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    SUPERSEDED = "superseded"  # a newer picture of the same card took its place
    DEAD = "dead"


# Written into the statement, because SQLite uses a partial index only where it can see the value.
WAITING: Final[ColumnElement[str]] = literal_column("'waiting'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message a dispatcher has taken: it may mark it only with this lease number."""

    id: int
    lease_no: int
    attempts: int
    created_at: datetime
    deadline: datetime
    message: Outbound
    error: str = ""  # of the attempt before


def _route(route: Route) -> dict[str, Any]:
    return {
        "kind": route.kind.value,
        "people": list(route.people),
        "conversation": route.conversation,
        "webhook": route.webhook,
        "webhook_until": route.webhook_until.isoformat() if route.webhook_until else None,
    }


def _card(card: CardPicture) -> dict[str, Any]:
    buttons = [{"text": b.text, "action": b.action, "primary": b.primary, "command": b.command} for b in card.buttons]
    return {
        "card": card.card,
        "subject": card.subject,
        "opens": card.opens,
        "title": card.title,
        "markdown": card.markdown,
        "tips": card.tips,
        "buttons": buttons,
        "nonce": card.nonce,
        "summary": card.summary,
    }


def _write(out: Outbound) -> str:
    body = {
        "route": _route(out.route),
        "title": out.title,
        "markdown": out.markdown,
        "card": _card(out.card) if out.card else None,
    }
    return json.dumps(body, ensure_ascii=False)


def _read(row: Any) -> Outbound:
    body = json.loads(row.message)
    route, card = body["route"], body["card"]
    until = route["webhook_until"]
    picture = None
    if card is not None:
        drawn: dict[str, Any] = {**card, "buttons": tuple(Button(**b) for b in card["buttons"])}
        picture = CardPicture(**drawn)
    return Outbound(
        key=row.key,
        urgency=Urgency(row.urgency),
        order_key=row.order_key,
        route=Route(
            kind=RouteKind(route["kind"]),
            people=tuple(route["people"]),
            conversation=route["conversation"],
            webhook=route["webhook"],
            webhook_until=datetime.fromisoformat(until) if until else None,
        ),
        title=body["title"],
        markdown=body["markdown"],
        card=picture,
        number=row.number,
        facts=row.facts,
    )


async def put(connection: AsyncConnection, messages: Sequence[Outbound], now: datetime) -> None:
    """Write messages to be sent, with the cards they show."""
    rows = [_row(out, now) for out in messages]
    await insert_new(connection, tables.outbox, rows)
    cards = {out.card.card: _card_row(out, out.card, now) for out in messages if out.card}
    opened = {c: row for c, row in cards.items() if row["people"] is not None}
    await upsert(connection, tables.card, list(opened.values()))
    await _change_cards(connection, [row for c, row in cards.items() if c not in opened])


def _row(out: Outbound, now: datetime) -> Row:
    return {
        "key": out.key,
        "urgency": int(out.urgency),
        "order_key": out.order_key,
        "message": _write(out),
        "facts": out.facts,
        "number": out.number,
        "state": OutboxState.WAITING.value,
        "attempts": 0,
        "created_at": now,
        "next_at": now,
        "deadline": now + GIVE_UP_AFTER[out.urgency],
        "lease_no": 0,
        "send_key": "",
        "error": "",
    }


def _card_row(out: Outbound, card: CardPicture, now: datetime) -> Row:
    return {
        "id": card.card,
        "subject": card.subject,
        "people": json.dumps(list(out.route.people)) if card.opens else None,
        "actions": json.dumps([b.action for b in card.buttons]),
        "nonce": card.nonce,
        "shown_at": now,
    }


async def _change_cards(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """A later picture changes what a card offers, not who was shown it."""
    for row in rows:
        changed = {"actions": row["actions"], "nonce": row["nonce"]}
        await connection.execute(update(tables.card).where(tables.card.c.id == row["id"]).values(**changed))


def _is_first() -> ColumnElement[bool]:
    """Whether nothing earlier of the same chat or card still waits."""
    table, earlier = tables.outbox, tables.outbox.alias("earlier")
    return ~exists(
        select(earlier.c.id).where(
            earlier.c.order_key == table.c.order_key,
            earlier.c.id < table.c.id,
            earlier.c.state == WAITING,
        )
    )


async def claim(
    connection: AsyncConnection, now: datetime, limit: int, *, besides: Collection[int] = ()
) -> list[Claimed]:
    """Take the most urgent messages that are due: the first unsent one of each chat or card.

    `besides` are those that the caller is sending already: its own time may have jumped over its own leases.
    """
    table = tables.outbox
    is_free = (table.c.lease_until.is_(None)) | (table.c.lease_until < now)
    query = (
        select(table)
        .where(
            table.c.state == WAITING,
            table.c.next_at <= now,
            is_free,
            _is_first(),
            table.c.id.not_in(besides),
        )
        .order_by(table.c.urgency, table.c.id)
        .limit(limit)
    )
    if connection.dialect.name != "sqlite":
        query = query.with_for_update(skip_locked=True)
    rows = list(await connection.execute(query))
    if rows:
        ids = [row.id for row in rows]
        taken = {"lease_until": now + LEASE, "lease_no": table.c.lease_no + 1, "attempts": table.c.attempts + 1}
        await connection.execute(update(table).where(table.c.id.in_(ids)).values(**taken))
    return [
        Claimed(
            id=row.id,
            lease_no=row.lease_no + 1,
            attempts=row.attempts + 1,
            created_at=row.created_at,
            deadline=row.deadline,
            message=_read(row),
            error=row.error,
        )
        for row in rows
    ]


async def mark_sent(connection: AsyncConnection, claimed: Claimed, now: datetime, send_key: str) -> bool:
    """Note the delivery; False when another dispatcher took the message over meanwhile."""
    return await _mark(connection, claimed, state=OutboxState.SENT.value, sent_at=now, send_key=send_key, error="")


async def mark_later(
    connection: AsyncConnection, claimed: Claimed, at: datetime, error: str, *, counts: bool = True
) -> bool:
    """Put a message off. It does not count as an attempt where DingTalk did not even look at it."""
    attempts = claimed.attempts if counts else claimed.attempts - 1
    return await _mark(connection, claimed, next_at=at, lease_until=None, error=error, attempts=attempts)


async def mark_dead(connection: AsyncConnection, claimed: Claimed, error: str) -> bool:
    return await _mark(connection, claimed, state=OutboxState.DEAD.value, lease_until=None, error=error)


async def _mark(connection: AsyncConnection, claimed: Claimed, **values: object) -> bool:
    table = tables.outbox
    mine = and_(table.c.id == claimed.id, table.c.lease_no == claimed.lease_no, table.c.state == WAITING)
    done = await connection.execute(update(table).where(mine).values(**values))
    return done.rowcount == 1


async def supersede(connection: AsyncConnection, claimed: Claimed) -> bool:
    """Whether a newer picture of the same card waits; if so this one need not be sent."""
    table, card = tables.outbox, claimed.message.card
    if card is None or card.opens:
        return False
    newer = select(table.c.id).where(
        table.c.order_key == claimed.message.order_key,
        table.c.id > claimed.id,
        table.c.state == WAITING,
    )
    if (await connection.execute(newer.limit(1))).scalar_one_or_none() is None:
        return False
    return await _mark(connection, claimed, state=OutboxState.SUPERSEDED.value)


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many messages there are in each state."""
    table = tables.outbox
    rows = await connection.execute(select(table.c.state, func.count()).group_by(table.c.state))
    return {str(state): int(number) for state, number in rows}


async def next_due(connection: AsyncConnection, *, besides: Collection[int] = ()) -> datetime | None:
    """When the next waiting message may be sent, leaving out those that are being sent already."""
    table = tables.outbox
    query = select(func.min(table.c.next_at)).where(table.c.state == WAITING, _is_first(), table.c.id.not_in(besides))
    return (await connection.execute(query)).scalar_one_or_none()


async def dead(connection: AsyncConnection, limit: int) -> list[tuple[str, str, datetime]]:
    """The latest messages that could not be delivered: key, why, since when."""
    table = tables.outbox
    query = select(table.c.key, table.c.error, table.c.created_at).where(table.c.state == OutboxState.DEAD.value)
    rows = await connection.execute(query.order_by(table.c.id.desc()).limit(limit))
    return [(row.key, row.error, row.created_at) for row in rows]
