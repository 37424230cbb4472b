"""What goes out: written with its effect, claimed by a dispatcher, sent in order per chat or card, never forgotten."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, bindparam, exists, func, literal, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.messaging import Button, CardPicture, Outbound, Route, RouteKind, Urgency
from storage import tables
from storage.sets import Lookup, Row, Statement, insert_new, upsert
from storage.types import Instant

LEASE: Final = timedelta(seconds=60)
GIVE_UP_AFTER: Final[dict[Urgency, timedelta]] = {
    Urgency.ANSWER: timedelta(hours=2),
    Urgency.APPROVAL: timedelta(days=2),
    Urgency.ALERT: timedelta(days=1),
    Urgency.DIGEST: timedelta(hours=12),
}


CARD_PREFIX: Final = "card:"  # of the order keys of cards


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
    next_at: datetime
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


def _read(row: Row) -> Outbound:
    body = json.loads(row["message"])
    route, card = body["route"], body["card"]
    until = route["webhook_until"]
    picture = None
    if card is not None:
        drawn: dict[str, Any] = {**card, "buttons": tuple(Button(**b) for b in card["buttons"])}
        picture = CardPicture(**drawn)
    return Outbound(
        key=row["key"],
        urgency=Urgency(row["urgency"]),
        order_key=row["order_key"],
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
        number=row["number"],
        facts=row["facts"],
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
    await _CARD_CHANGED.run(connection, [{**row, "the_id": row["id"]} for row in rows])


_CARD_CHANGED: Final = Statement(
    update(tables.card)
    .where(tables.card.c.id == bindparam("the_id"))
    .values(actions=bindparam("actions"), nonce=bindparam("nonce"))
)


def _is_first() -> ColumnElement[bool]:
    """Whether nothing earlier waits that must go out before: all of the same card, the as urgent of the same chat."""
    table, earlier = tables.outbox, tables.outbox.alias("earlier")
    return ~exists(
        select(earlier.c.id).where(
            earlier.c.order_key == table.c.order_key,
            earlier.c.id < table.c.id,
            earlier.c.state == WAITING,
            (earlier.c.urgency <= table.c.urgency) | table.c.order_key.like(f"{CARD_PREFIX}%"),
        )
    )


_is_free = (tables.outbox.c.lease_until.is_(None)) | (tables.outbox.c.lease_until < bindparam("real", type_=Instant))
_DUE: Final = Statement(
    select(tables.outbox)
    .where(
        tables.outbox.c.state == WAITING,
        tables.outbox.c.next_at <= bindparam("now", type_=Instant),
        _is_free,
        _is_first(),
    )
    .order_by(tables.outbox.c.urgency, tables.outbox.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_TAKEN: Final = Statement(
    update(tables.outbox)
    .where(tables.outbox.c.id == bindparam("the_id"))
    .values(
        lease_until=bindparam("lease_until", type_=Instant),
        lease_no=bindparam("lease_no"),
        attempts=bindparam("attempts"),
    )
)
_MARKED: Final = Statement(
    update(tables.outbox)
    .where(
        tables.outbox.c.id == bindparam("the_id"),
        tables.outbox.c.lease_no == bindparam("lease"),
        tables.outbox.c.state == WAITING,
    )
    .values(
        state=bindparam("state"),
        sent_at=bindparam("sent_at", type_=Instant),
        next_at=bindparam("next_at", type_=Instant),
        lease_until=None,
        send_key=bindparam("send_key"),
        error=bindparam("error"),
        attempts=bindparam("attempts"),
    )
)
_NEWEST: Final = Lookup(
    select(tables.outbox.c.order_key, func.max(tables.outbox.c.id).label("id"))
    .where(tables.outbox.c.state == WAITING)
    .group_by(tables.outbox.c.order_key),
    tables.outbox.c.order_key,
)
_NEXT: Final = Statement(
    select(tables.outbox.c.id, tables.outbox.c.next_at)
    .where(tables.outbox.c.state == WAITING, _is_first())
    .order_by(tables.outbox.c.next_at)
    .limit(bindparam("limit", type_=Integer))
)


async def due(
    connection: AsyncConnection, now: datetime, limit: int, *, real: datetime, besides: Collection[int] = ()
) -> list[Claimed]:
    """The most urgent messages that may be sent now, the first of each chat or card, as they would be if taken.

    `now` is the company's time, by which messages are put off; `real` is the time of the leases, which no copy's own
    clock may outrun. `besides` are those that the caller is sending already.
    """
    rows = await _DUE.rows(connection, now=now, real=real, limit=limit + len(besides))
    return [
        Claimed(
            id=row["id"],
            lease_no=row["lease_no"] + 1,
            attempts=row["attempts"] + 1,
            created_at=row["created_at"],
            next_at=row["next_at"],
            deadline=row["deadline"],
            message=_read(row),
            error=row["error"],
        )
        for row in rows
        if row["id"] not in besides
    ][:limit]


async def take(connection: AsyncConnection, claimed: Sequence[Claimed], *, real: datetime) -> None:
    """Take messages: until the lease is over nobody else sends them."""
    rows = [
        {"the_id": c.id, "lease_until": real + LEASE, "lease_no": c.lease_no, "attempts": c.attempts} for c in claimed
    ]
    await _TAKEN.run(connection, rows)


async def release(connection: AsyncConnection) -> None:
    """At the start of the only process: what the one before had taken, nobody is sending."""
    table = tables.outbox
    await connection.execute(
        update(table).where(table.c.state == WAITING, table.c.lease_until.is_not(None)).values(lease_until=None)
    )


async def newest(connection: AsyncConnection, claimed: Sequence[Claimed]) -> dict[str, int]:
    """The id of the newest waiting message for each of these cards and chats."""
    rows = await _NEWEST.rows(connection, [c.message.order_key for c in claimed])
    return {row["order_key"]: row["id"] for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of a message that was taken, or could have been."""

    claimed: Claimed
    state: OutboxState
    sent_at: datetime | None = None
    send_key: str = ""
    next_at: datetime | None = None  # for one that goes on waiting
    error: str = ""
    counts: bool = True  # False: DingTalk did not even look at it, so it was no attempt


async def mark(connection: AsyncConnection, ended: Sequence[Ended]) -> None:
    """Note what became of messages; one that somebody else has taken over meanwhile stays as it is."""
    rows = [
        {
            "the_id": e.claimed.id,
            "lease": e.claimed.lease_no,
            "state": e.state.value,
            "sent_at": e.sent_at,
            "next_at": e.next_at or e.claimed.next_at,
            "send_key": e.send_key,
            "error": e.error,
            "attempts": e.claimed.attempts if e.counts else e.claimed.attempts - 1,
        }
        for e in ended
    ]
    await _MARKED.run(connection, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A message that reached its reader by another way than a dispatcher, such as in a story told to a new company."""

    key: str
    at: datetime
    send_key: str = ""


_DELIVERED: Final = Statement(
    update(tables.outbox)
    .where(tables.outbox.c.key == bindparam("the_key"), tables.outbox.c.state == WAITING)
    .values(
        state=OutboxState.SENT.value,
        attempts=1,
        sent_at=bindparam("sent_at", type_=Instant),
        send_key=bindparam("send_key"),
    )
)


async def note_delivered(connection: AsyncConnection, delivered: Sequence[Delivered]) -> None:
    """Note that waiting messages were delivered: no dispatcher will send them."""
    rows = [{"the_key": d.key, "sent_at": d.at, "send_key": d.send_key} for d in delivered]
    await _DELIVERED.run(connection, rows)


async def next_due(connection: AsyncConnection, *, besides: Collection[int] = ()) -> datetime | None:
    """When the next waiting message may be sent, leaving out those that are being sent already."""
    rows = await _NEXT.rows(connection, limit=len(besides) + 1)
    return next((row["next_at"] for row in rows if row["id"] not in besides), None)


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many messages there are in each state."""
    table = tables.outbox
    rows = await connection.execute(select(table.c.state, func.count()).group_by(table.c.state))
    return {str(state): int(number) for state, number in rows}


async def unreported(connection: AsyncConnection, *, besides: str, prefix: str) -> list[tuple[str, str, str]]:
    """Dead letters that nobody was told of: key, error, number. Their report is a finished key with this prefix."""
    table, told = tables.outbox, tables.inbox
    query = select(table.c.key, table.c.error, table.c.number).where(
        table.c.state == OutboxState.DEAD.value,
        table.c.error != besides,
        table.c.key.not_like(f"{prefix}%"),
        ~exists(select(told.c.key).where(told.c.key == literal(prefix) + table.c.key)),
    )
    return [(row.key, row.error, row.number) for row in await connection.execute(query.order_by(table.c.id))]


async def dead(connection: AsyncConnection, limit: int) -> list[tuple[str, str, datetime]]:
    """The latest messages that could not be delivered: key, why, since when."""
    table = tables.outbox
    query = select(table.c.key, table.c.error, table.c.created_at).where(table.c.state == OutboxState.DEAD.value)
    rows = await connection.execute(query.order_by(table.c.id.desc()).limit(limit))
    return [(row.key, row.error, row.created_at) for row in rows]
