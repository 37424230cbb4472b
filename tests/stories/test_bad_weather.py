"""What the robot has to say gets through a DingTalk at its worst: real calls over HTTP, refused, cut off, left hanging.

Every message arrives or becomes a dead letter that the administrators are told of; a card is shown once and never goes
back to an older picture; a text comes again only where DingTalk left in doubt whether it had come.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.cards import CardFace
from bot.dingtalk.credentials import Credentials
from bot.dingtalk.errors import Transient
from bot.dingtalk.openapi import OpenApi
from bot.dingtalk.transport import TimeLimits
from bot.dispatcher import Dispatcher
from bot.pace import SECOND, Pace
from bot.sandbox.app import CLIENT_ID, CLIENT_SECRET, LocalDingTalk
from bot.sandbox.faults import CALLS, Fault, FaultPlan
from bot.sandbox.talk import Kind, Message
from bot.sender import Sender
from domain.messaging import Button, CardPicture, Outbound, Route, RouteKind, Urgency
from storage import outbox
from tests.bot.dingtalk.local_dingtalk import HandClock
from tests.conftest import MORNING, Clock
from tests.stories.chat import COMPANY, GROUP, OTHER_GROUP
from tests.stories.copies import Books, Copy

SEEDS: Final = 100
SEEDS_SOAK: Final = 2_000
CHUNK: Final = 25  # so many that every fault strikes in each
POSTGRESQL_EVERY: Final = 5  # every fifth seed is told on PostgreSQL, with two dispatchers
TEXTS: Final = 16
CARDS: Final = 6
PICTURES_MAX: Final = 5
STEPS_MAX: Final = 400
# A stalled call costs no more than this. So long must every other answer come, however busy the machine is: that a card
# was not delivered is not told twice.
SECONDS: Final = TimeLimits(call=0.8, connect=0.8)
ADMINISTRATOR: Final = "u-heping"
PEOPLE: Final = ("u-zhang", "u-zhangli", "u-limin", "u-liqiang")
WEATHER: Final[Mapping[Fault, int]] = {
    **dict.fromkeys((*CALLS, Fault.TOKEN_LAPSED), 25),
    **dict.fromkeys((Fault.RESET_AFTER, Fault.STALLED_AFTER, Fault.WEBHOOK_EXPIRED), 60),
    **dict.fromkeys((Fault.ROBOT_REMOVED, Fault.PERSON_LEFT, Fault.CONTENT_REFUSED), 80),
    **dict.fromkeys((Fault.CARD_NOT_DELIVERED, Fault.CARD_UPDATE_LATE), 100),
    Fault.CARD_REPEATED_SILENTLY: 500,
}


class Turns(HandClock):
    """The time by which the client takes its turns: the story's, and what it slept itself."""

    def __init__(self, clock: Clock):
        super().__init__()
        self._clock = clock

    def monotonic(self) -> float:
        return self.now + (self._clock.now() - MORNING).total_seconds()


@dataclass
class Watched(Sender):
    """The sender itself; beside sending it notes which calls left in doubt whether they had come through."""

    def __init__(self, api: OpenApi, face: CardFace, usage: Any, doubts: Counter[str]):
        super().__init__(api, face, usage)
        self._doubts = doubts

    async def send(self, message: Outbound, *args: Any, **more: Any) -> Any:
        try:
            return await super().send(message, *args, **more)
        except Transient as error:
            self._doubts[message.key] += error.ambiguous
            raise


@dataclass
class Day:
    """One seed: a sandbox whose people see what comes, and dispatchers over one book."""

    seed: int
    local: LocalDingTalk
    clock: Clock
    copies: list[Copy]
    dispatchers: list[Dispatcher]
    doubts: Counter[str] = field(default_factory=Counter[str])
    pictures: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    put: dict[str, Outbound] = field(default_factory=dict[str, Outbound])

    async def say(self, *messages: Outbound) -> None:
        self.put |= {one.key: one for one in messages}
        async with self.copies[0].database.write() as connection:
            await outbox.put(connection, messages, self.clock.now())

    async def carry_on(self, rng: random.Random) -> bool:
        """Time passes, and what is due is sent; whether anything still waits."""
        await asyncio.gather(*(one.send_due() for one in self.dispatchers))
        self.clock.forward(seconds=rng.choice((1, 1, 2, 2, 4, 20)))
        return bool(await self.rows("SELECT key FROM outbox WHERE state = 'waiting'"))

    async def rows(self, query: str) -> list[dict[str, Any]]:
        return await self.copies[0].chat.rows(query)

    def see(self, message: Message) -> None:
        """A card is shown, or shows another picture."""
        card = self.local.rooms.cards.find(message.card) if message.card else None
        if card is not None and card.track.startswith(f"card-{self.seed}-"):
            title = card.public.get("title") or card.public.get("msgTitle") or "0"
            self.pictures.setdefault(card.track, []).append(int(title))

    def shown(self, place: str) -> list[Message]:
        """What stands in a group or in somebody's private chat."""
        person = self.local.world.people.get(place)
        viewer, conversation = (person.id, person.private_chat) if person else (PEOPLE[0], place)
        return self.local.rooms.talk.shown(conversation, viewer, limit=10_000)

    def arrivals(self, key: str, place: str) -> int:
        """How often a message, known by its mark, stands there as text."""
        return sum(f"【{key}】" in message.text for message in self.shown(place))


@pytest.fixture
async def local(clock: Clock) -> AsyncIterator[LocalDingTalk]:
    found = LocalDingTalk(COMPANY, now=clock.now, limits_on=False)
    await found.start(port=0)
    yield found
    await found.stop()


def _texts(seed: int, day: Day, rng: random.Random) -> list[Outbound]:
    """Answers by the conversation's webhook, messages to a group, to one person, to two."""
    found: list[Outbound] = []
    for nth in range(TEXTS):
        key = f"text-{seed}-{nth}"
        place = rng.choice((GROUP, OTHER_GROUP))
        kind = rng.choice((RouteKind.REPLY, RouteKind.REPLY, RouteKind.GROUP, RouteKind.PEOPLE))
        route = Route(kind=kind, conversation=place)
        if kind is RouteKind.REPLY:
            asked = Message(id=key, conversation=place, sender="u-liqiang", kind=Kind.TEXT, at=day.clock.now())
            session, until = day.local.rooms.sessions.open(asked)
            webhook = f"{day.local.url}/robot/sendBySession?session={session}"
            route = Route(kind=kind, people=("u-liqiang",), conversation=place, webhook=webhook, webhook_until=until)
        if kind is RouteKind.PEOPLE:
            route = Route(kind=kind, people=tuple(rng.sample(PEOPLE, rng.randint(1, 2))))
        target = route.conversation or ",".join(route.people)
        found.append(
            Outbound(
                key=key, urgency=Urgency.ANSWER, order_key=f"to:{target}", route=route, title="t", markdown=f"【{key}】"
            )
        )
    return found


def _picture(seed: int, nth: int, version: int, route: Route) -> Outbound:
    card, key = f"card-{seed}-{nth}", f"card-{seed}-{nth}-{version}"
    button = Button(text="同意", action="approve", command="同意 SG20261123-001")
    picture = CardPicture(
        card=card,
        subject="approval:SG20261123-001:1",
        opens=version == 0,
        title=str(version),
        markdown=f"【{key}】",
        buttons=(button,),
    )
    return Outbound(
        key=key,
        urgency=Urgency.APPROVAL,
        order_key=f"card:{card}",
        route=route,
        title="t",
        markdown=f"【{key}】",
        card=picture,
    )


def _cards(seed: int, rng: random.Random) -> list[list[Outbound]]:
    """Cards in a group or with a person, each with its later pictures."""
    found: list[list[Outbound]] = []
    for nth in range(CARDS):
        route = rng.choice(
            (
                Route(kind=RouteKind.GROUP, conversation=rng.choice((GROUP, OTHER_GROUP))),
                Route(kind=RouteKind.PEOPLE, people=(rng.choice(PEOPLE),)),
            )
        )
        found.append([_picture(seed, nth, version, route) for version in range(rng.randint(1, PICTURES_MAX))])
    return found


def _dispatcher(copy: Copy, day: Day, http: aiohttp.ClientSession, template: str) -> Dispatcher:
    """One as the program puts it together, with short time limits and a clock of its own for taking turns."""
    turns = Turns(day.clock)
    pace = Pace(
        copy.database, now=lambda: int(turns.monotonic() * SECOND), sleep=turns.sleep, monotonic=turns.monotonic
    )
    api = OpenApi(
        credentials=Credentials(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, robot_code=CLIENT_ID),
        http=http,
        openapi_endpoint=day.local.url,
        oapi_endpoint=day.local.url,
        clock=turns,
        units=copy.chat.usage,
        rate=pace,
        limits=SECONDS,
    )
    sender = Watched(api, CardFace(template, CLIENT_ID), copy.chat.usage, day.doubts)
    return Dispatcher(copy.database, copy.units, sender, clock=day.clock, usage=copy.chat.usage, pace=pace)


async def _live_through(seed: int, books: Books, local: LocalDingTalk, clock: Clock, zone: ZoneInfo) -> Counter[str]:
    rng = random.Random(seed)
    kind, count = ("postgresql", 2) if seed % POSTGRESQL_EVERY == 0 else ("sqlite", 1)
    url = await books.url(kind)
    copies = [Copy(url, clock, zone) for _ in range(count)]
    day = Day(seed, local, clock, copies, [])
    template = rng.choice(("markdown_button", "ai"))
    local.faults = FaultPlan(WEATHER, seed=seed, wait_ms=2_000)
    local.rooms.talk.listeners.append(day.see)
    try:
        async with aiohttp.ClientSession() as http:
            day.dispatchers = [_dispatcher(copy, day, http, template) for copy in copies]
            await _send_it_all(day, rng)
        return await _judge(day)
    finally:
        local.rooms.talk.listeners.remove(day.see)
        for copy in copies:
            await copy.close()


async def _send_it_all(day: Day, rng: random.Random) -> None:
    texts, cards = _texts(day.seed, day, rng), _cards(day.seed, rng)
    while texts or any(cards):
        now = [texts.pop() for _ in range(rng.randint(0, 4)) if texts]
        for pictures in cards:
            now += [pictures.pop(0) for _ in range(rng.randint(0, 2)) if pictures]
        await day.say(*now)
        await day.carry_on(rng)
    for _ in range(STEPS_MAX):
        if not await day.carry_on(rng):
            break
    else:
        raise AssertionError(f"seed {day.seed}: something waits for ever")
    day.clock.forward(seconds=60)
    await asyncio.sleep(0.1)  # what DingTalk applies late is applied by now


async def _judge(day: Day) -> Counter[str]:
    states = {row["key"]: row for row in await day.rows("SELECT * FROM outbox")}
    seen: Counter[str] = Counter(row["state"] for row in states.values())
    for key, message in day.put.items():
        row, where = states[key], f"seed {day.seed}, {key}, {states[key]['state']} {states[key]['error']}"
        if row["state"] == "dead":
            seen["told of"] += _is_told_of(key, states, day, where)
        elif message.card is None or message.card.opens:
            _has_arrived(day, message, where, seen)
        if message.card is None:
            for place in _places(message.route):
                assert day.arrivals(key, place) <= 1 + day.doubts[key], where
    for card, pictures in day.pictures.items():
        assert pictures == sorted(pictures), f"seed {day.seed}, {card} went back: {pictures}"
        seen["pictures"] += len(pictures)
        _shows_the_newest(day, card, pictures, states)
    return seen


def _places(route: Route) -> tuple[str, ...]:
    return (route.conversation,) if route.conversation else route.people


def _has_arrived(day: Day, message: Outbound, where: str, seen: Counter[str]) -> None:
    """Everywhere it was meant for; a card once as a card, or in words."""
    for place in _places(message.route):
        as_text = day.arrivals(message.key, place)
        if message.card is None:
            assert as_text >= 1, f"{where}: never came to {place}"
            continue
        as_card = sum(one.card == message.card.card for one in day.shown(place))
        assert as_card <= 1, f"{where}: shown {as_card} times in {place}"
        assert as_card or as_text, f"{where}: neither card nor words came to {place}"
        seen["cards in words"] += not as_card


def _shows_the_newest(day: Day, card: str, pictures: list[int], states: Mapping[str, Any]) -> None:
    """Unless the newest is a dead letter."""
    newest = max((key for key in day.put if key.startswith(f"{card}-")), key=lambda key: int(key.rpartition("-")[2]))
    if states[newest]["state"] == "sent":
        assert pictures[-1] == int(newest.rpartition("-")[2]), f"seed {day.seed}, {card} ends with {pictures}"


def _is_told_of(key: str, states: Mapping[str, Any], day: Day, where: str) -> bool:
    """The administrators are told of a dead letter; that the telling itself dies is the end of it."""
    reports = [row for name, row in states.items() if name.startswith(f"dead:{key}#")]
    assert len(reports) == 1, f"{where}: nobody was told"
    assert reports[0]["state"] in {"sent", "dead"}, where
    if reports[0]["state"] == "sent":
        told = [message for message in day.shown(ADMINISTRATOR) if "没有送到" in message.text]
        assert told, f"{where}: the report never came"
    return reports[0]["state"] == "sent"


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
async def test_everything_arrives_or_somebody_is_told(
    first: int, books: Books, local: LocalDingTalk, clock: Clock, zone: ZoneInfo
) -> None:
    seen: Counter[str] = Counter()
    for seed in range(first, first + CHUNK):
        seen += await _live_through(seed, books, local, clock, zone)
    missing = [fault.word for fault in WEATHER if not local.faults_fired[fault]]
    assert not missing, f"these never struck in seeds {first} and on: {missing}"
    assert seen["told of"] >= seen["dead"] // 3 > 0
    assert seen["sent"]
    assert seen["superseded"]
    assert seen["cards in words"]


@pytest.mark.soak
async def test_everything_arrives_over_and_over(
    books: Books, local: LocalDingTalk, clock: Clock, zone: ZoneInfo
) -> None:
    for seed in range(SEEDS, SEEDS_SOAK):
        await _live_through(seed, books, local, clock, zone)
