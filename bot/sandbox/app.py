"""A local DingTalk of one company: it listens on one port, and everything its people can do is a method."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from aiohttp import web

from bot.sandbox import ids
from bot.sandbox.clock import PRESETS, SandboxClock
from bot.sandbox.faults import Fault, FaultPlan, read_plan
from bot.sandbox.guard import LOOPBACK, guard
from bot.sandbox.knobs import Knobs
from bot.sandbox.limits import (
    BODY_MAX,
    CARD_ACK_SECONDS,
    DRAIN_SECONDS,
    EVENT_ACK_SECONDS,
    MESSAGES_PER_ANSWER_MAX,
    PING_SECONDS,
    REDELIVER_SECONDS,
)
from bot.sandbox.refusals import PageRefusal
from bot.sandbox.rooms import Rooms
from bot.sandbox.script_api import ScriptApi
from bot.sandbox.talk import Message
from bot.sandbox.tokens import Credentials
from bot.sandbox.world import PRIVATE, Person, World

CLIENT_ID = "sandbox-robot"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105  # it opens nothing but this sandbox
SHUTDOWN_SECONDS = 2.0


class LocalDingTalk:
    """`now` is the machine's clock; deadlines are in seconds of real time."""

    def __init__(
        self,
        company: Mapping[str, object],
        *,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
        now: Callable[[], datetime] | None = None,
        card_ack_deadline: float = CARD_ACK_SECONDS,
        event_ack_deadline: float = EVENT_ACK_SECONDS,
        redeliver_after: float = REDELIVER_SECONDS,
        ping_every: float = PING_SECONDS,
        drain_after: float = DRAIN_SECONDS,
        limits_on: bool = True,
        has_practice: bool = False,
    ) -> None:
        knobs = Knobs(card_ack_deadline, event_ack_deadline, redeliver_after, ping_every, drain_after, limits_on)
        self.clock, self.world = SandboxClock(now), World(company)
        self.credentials = Credentials(client_id, client_secret)
        self.has_practice = has_practice  # whether whoever started it serves lessons, fresh starts and own companies
        self.epoch = ids.token()  # another company is another epoch: pages of the one before load anew
        self.rooms = rooms = Rooms(
            self.world, self.credentials, self.clock, knobs, has_practice=has_practice, epoch=self.epoch
        )
        self.gateway, self.deliveries, self.tokens = rooms.gateway, rooms.deliveries, rooms.tokens
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The base address, once started."""
        return self.rooms.address.url

    @property
    def limits_on(self) -> bool:
        """Whether rates are limited: 20 calls a second to one API, 20 webhook replies a minute to one chat."""
        return self.rooms.door.limits_on

    @limits_on.setter
    def limits_on(self, value: bool) -> None:
        self.rooms.door.limits_on = self.rooms.sessions.limits_on = value

    @property
    def faults(self) -> FaultPlan:
        """What goes wrong on purpose from now on; nothing unless it is set."""
        return self.rooms.faults.plan

    @faults.setter
    def faults(self, plan: FaultPlan) -> None:
        self.rooms.faults.plan = plan

    @property
    def faults_fired(self) -> Mapping[Fault, int]:
        """How often each fault struck since the start."""
        return self.rooms.faults.fired

    async def start(self, host: str = "127.0.0.1", port: int = 8765, extra: Sequence[web.AbstractRouteDef] = ()) -> str:
        """Listen, and say where. Port 0 takes any free one. `extra` are addresses of whoever started it."""
        app = web.Application(client_max_size=BODY_MAX, middlewares=[guard(loopback_only=host in LOOPBACK)])
        app.add_routes([*self.rooms.routes(), *ScriptApi(self).routes(), *extra])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError:
            await self.stop()
            raise
        bound: int = self._runner.addresses[0][1]
        self.port = bound
        reached = host if host in LOOPBACK else "127.0.0.1"
        self.rooms.address.url = f"http://{f'[{reached}]' if ':' in reached else reached}:{bound}"
        return self.url

    async def stop(self) -> None:
        """Close every connection and end everything under way. What was said is forgotten with the object."""
        self.rooms.live.stop()
        await self.gateway.stop()
        await self.rooms.nursery.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # What people can do.

    def say(  # as the page and scripts put it
        self,
        person: str,
        conversation: str,
        text: str,
        *,
        quote: str = "",
        mention: bool = True,
        mentions: Sequence[str] = (),
    ) -> dict[str, object]:
        """A text in a group or in the private chat ("private"); `quote` is the id of the message replied to."""
        who = self._person(person)
        said = self.rooms.chat.say(who, conversation, text, quote=quote, mention=mention, mentions=mentions)
        return self._view(said, who)

    def picture(
        self, person: str, conversation: str, data: bytes, *, name: str = "", text: str = "", mention: bool = True
    ) -> dict[str, object]:
        """A picture, with words beside it or without."""
        who = self._person(person)
        return self._view(self.rooms.chat.picture(who, conversation, data, name=name, text=text, mention=mention), who)

    def file(self, person: str, conversation: str, name: str, data: bytes) -> dict[str, object]:
        """A file; DingTalk brings files to a robot only in the private chat."""
        who = self._person(person)
        return self._view(self.rooms.chat.file(who, conversation, name, data), who)

    def voice(self, person: str, conversation: str, text: str) -> dict[str, object]:
        """A voice message of which DingTalk recognised these words; private chat only."""
        who = self._person(person)
        return self._view(self.rooms.chat.voice(who, conversation, text), who)

    async def press(self, person: str, card: str, button: str) -> dict[str, object]:
        """Press a card's button; returns after the robot's ack: `{"ok": true}` or `{"ok": false, "error": …}`."""
        return (await self.rooms.card_press.press(self._person(person), card, button)).as_json()

    def messages(
        self, person: str, conversation: str, *, limit: int = MESSAGES_PER_ANSWER_MAX, before: int | None = None
    ) -> list[dict[str, object]]:
        """What the person sees in the conversation, oldest first."""
        who = self._person(person)
        where = self.world.resolve(who, conversation)
        if where is None:
            raise PageRefusal("没有这个会话。", status=404)
        shown = self.rooms.talk.shown(where, who.id, limit=limit, before=before)
        return [self.rooms.views.as_json(message, who.id) for message in shown]

    def move_clock(self, to: datetime | str | timedelta) -> dict[str, object]:
        """Jump to an instant, by a span, or to "tonight", "tomorrow" or "week". Raises ClockGoesBack."""
        if isinstance(to, timedelta):
            self.clock.move_to(self.clock.now() + to)
        elif isinstance(to, str) and to in PRESETS:
            self.clock.move_to(self.clock.preset(to))
        else:
            self.clock.move_to(datetime.fromisoformat(to) if isinstance(to, str) else to)
        return self.clock_json()

    def walk_clock(self, to: datetime | str) -> dict[str, object]:
        """Towards an instant or a preset, with a stop wherever the robot has something to do; returns at once."""
        self.rooms.walk.start(self.clock.preset(to) if isinstance(to, str) else to)
        return self.clock_json()

    def hear_follower(self, until: datetime, then: datetime | None) -> None:
        """A robot that follows the clock has done everything due `until` then; the next thing is due at `then`."""
        self.rooms.walk.hear(until, then)

    def freeze_clock(self, at: datetime | None = None) -> dict[str, object]:
        """Let the clock stand still, now or at a later instant."""
        self.clock.freeze(at)
        return self.clock_json()

    def run_clock(self) -> dict[str, object]:
        """Let the clock run on."""
        self.clock.run()
        return self.clock_json()

    def set_faults(self, written: Mapping[str, object]) -> dict[str, object]:
        """A fault plan as JSON has it, in place of the one before. Raises PageRefusal for what is no plan."""
        self.faults = read_plan(written)
        return self.faults_json()

    def auth_code(self, person: str) -> str:
        """What a page inside DingTalk gets to sign this person in."""
        return self.rooms.contacts.auth_code(self._person(person))

    # What can be looked at.

    def clock_json(self) -> dict[str, object]:
        """The time, as the robot polls it."""
        frozen, walking = self.clock.frozen_at, self.rooms.walk.to
        return {
            "now": self.clock.now().isoformat(timespec="microseconds"),
            "offset_seconds": seconds_text(self.clock.offset),
            "frozen_at": frozen.isoformat(timespec="microseconds") if frozen else None,
            "walking_to": walking.isoformat(timespec="microseconds") if walking else None,
        }

    def faults_json(self) -> dict[str, object]:
        """Every fault: its name, its label, its chance in thousandths, how often it struck."""
        return self.rooms.faults.as_json()

    def world_json(self) -> dict[str, object]:
        """The people, and the conversations they are in."""
        people = [
            {"id": p.id, "name": p.name, "titles": list(p.titles), "team": p.team, "private_chat": p.private_chat}
            for p in self.world.people.values()
        ]
        groups = [{"conversation": g.conversation, "name": g.name} for g in self.world.groups.values()]
        robots = len(self.gateway.connections)
        company = self.world.company_name
        return {"company": company, "people": people, "groups": groups, "private": PRIVATE, "connections": robots}

    def frames(self) -> list[dict[str, str]]:
        """The last pushes, acks and calls."""
        return self.rooms.log.as_json()

    def units_json(self) -> dict[str, object]:
        """What this month has used of both pools."""
        return self.rooms.units.as_json()

    def _person(self, wanted: str) -> Person:
        person = self.world.person(wanted)
        if person is None:
            raise PageRefusal("没有这个人。", status=404)
        return person

    def _view(self, message: Message, who: Person) -> dict[str, object]:
        return self.rooms.views.as_json(message, who.id)


def seconds_text(span: timedelta) -> str:
    """A span in seconds with six places, exactly; never through floating point."""
    micros = span // timedelta(microseconds=1)
    sign, micros = ("-", -micros) if micros < 0 else ("", micros)
    return f"{sign}{micros // 1_000_000}.{micros % 1_000_000:06d}"
