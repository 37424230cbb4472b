"""The rooms of the sandbox, plugged together with plain arguments."""

from aiohttp import web

from bot.sandbox.behind import Behind
from bot.sandbox.card_api import CardApi
from bot.sandbox.card_press import CardPress
from bot.sandbox.cards import Cards
from bot.sandbox.chat import Chat
from bot.sandbox.clock import SandboxClock
from bot.sandbox.contacts import Contacts
from bot.sandbox.deliveries import Deliveries
from bot.sandbox.door import Door
from bot.sandbox.drawing import Drawing
from bot.sandbox.faults import Faults
from bot.sandbox.frame_log import FrameLog
from bot.sandbox.gateway import Gateway
from bot.sandbox.knobs import Knobs
from bot.sandbox.labels import Labels
from bot.sandbox.live import Live
from bot.sandbox.media import MediaStore
from bot.sandbox.media_api import MediaApi
from bot.sandbox.nursery import Nursery
from bot.sandbox.page import Page
from bot.sandbox.robot_api import RobotApi
from bot.sandbox.robot_messages import Address, RobotMessages
from bot.sandbox.session_webhook import SessionWebhook
from bot.sandbox.talk import Talk
from bot.sandbox.tokens import Credentials, Tokens
from bot.sandbox.units import Units
from bot.sandbox.views import Views
from bot.sandbox.walk import Walk
from bot.sandbox.world import World


class Rooms:
    """Everything there is, each made once."""

    def __init__(  # what the company and its keeper settle
        self,
        world: World,
        credentials: Credentials,
        clock: SandboxClock,
        knobs: Knobs,
        *,
        has_practice: bool = False,
        epoch: str = "",
    ) -> None:
        self.world, self.clock, self.knobs = world, clock, knobs
        self.address, self.nursery, self.faults = Address(), Nursery(), Faults()
        self.walk = Walk(clock, self.nursery)
        self.talk, self.media, self.cards = Talk(world), MediaStore(clock), Cards()
        self.units, self.log, self.tokens = Units(clock), FrameLog(clock), Tokens(credentials, clock)
        self.door = Door(
            tokens=self.tokens,
            units=self.units,
            clock=clock,
            log=self.log,
            faults=self.faults,
            limits_on=knobs.limits_on,
        )
        self.sessions = SessionWebhook(
            world=world,
            talk=self.talk,
            clock=clock,
            units=self.units,
            log=self.log,
            faults=self.faults,
            limits_on=knobs.limits_on,
        )
        self.gateway = Gateway(
            credentials=credentials,
            clock=clock,
            log=self.log,
            nursery=self.nursery,
            faults=self.faults,
            ping_every=knobs.ping_every,
            drain_after=knobs.drain_after,
        )
        self.messages = RobotMessages(
            world=world,
            talk=self.talk,
            media=self.media,
            sessions=self.sessions,
            credentials=credentials,
            address=self.address,
        )
        self.deliveries = Deliveries(
            gateway=self.gateway,
            messages=self.messages,
            world=world,
            talk=self.talk,
            units=self.units,
            clock=clock,
            nursery=self.nursery,
            redeliver_after=knobs.redeliver_after,
            event_deadline=knobs.event_ack_deadline,
        )
        self.chat = Chat(world=world, talk=self.talk, media=self.media, deliveries=self.deliveries, clock=clock)
        self.card_api = CardApi(
            world=world,
            talk=self.talk,
            cards=self.cards,
            door=self.door,
            credentials=credentials,
            clock=clock,
            faults=self.faults,
            nursery=self.nursery,
        )
        self.card_press = CardPress(
            world=world,
            cards=self.cards,
            card_api=self.card_api,
            gateway=self.gateway,
            units=self.units,
            deadline=knobs.card_ack_deadline,
        )
        self.robot_api = RobotApi(
            world=world, talk=self.talk, media=self.media, door=self.door, credentials=credentials, clock=clock
        )
        self.media_api = MediaApi(media=self.media, door=self.door, credentials=credentials, clock=clock)
        self.contacts = Contacts(world=world, door=self.door, clock=clock)
        self.views = Views(world=world, talk=self.talk, cards=self.cards, media=self.media)
        self.drawing = Drawing(
            world=world,
            talk=self.talk,
            views=self.views,
            clock=clock,
            has_practice=has_practice,
            epoch=epoch,
        )
        self.live = Live(world=world, talk=self.talk, drawing=self.drawing, clock=clock, walk=self.walk, epoch=epoch)
        self.page = Page(world=world, talk=self.talk, drawing=self.drawing)
        self.labels = Labels(world=world, drawing=self.drawing)
        self.behind = Behind(
            talk=self.talk,
            views=self.views,
            log=self.log,
            units=self.units,
            faults=self.faults,
            drawing=self.drawing,
        )

    def routes(self) -> list[web.AbstractRouteDef]:
        """Every address that the sandbox answers, apart from the JSON API for scripts."""
        platform = (self.gateway, self.tokens, self.robot_api, self.card_api, self.sessions, self.media_api)
        return [
            *(route for room in platform for route in room.routes()),
            *self.contacts.routes(),
            *self.live.routes(),
            *self.page.routes(),
            *self.labels.routes(),
            *self.behind.routes(),
        ]
