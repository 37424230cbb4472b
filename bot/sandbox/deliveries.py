"""Brings messages and events to the robot, again and again until it acknowledges one of the pushes."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace

from bot.sandbox import ids
from bot.sandbox.body import text
from bot.sandbox.clock import SandboxClock
from bot.sandbox.connections import CALLBACK, EVENT, EVENT_TOPIC, ROBOT_TOPIC
from bot.sandbox.frames import Ack, Push
from bot.sandbox.gateway import Gateway, NobodyListens
from bot.sandbox.limits import DELIVERIES_PENDING_MAX, DELIVERY_ATTEMPTS_MAX
from bot.sandbox.nursery import Nursery
from bot.sandbox.robot_messages import RobotMessages
from bot.sandbox.talk import Delivery, Message, Talk
from bot.sandbox.units import Units
from bot.sandbox.world import World


class Deliveries:
    """One task for each message under way. Without a robot the message waits, shown as 未送达."""

    def __init__(  # its collaborators, each by name
        self,
        *,
        gateway: Gateway,
        messages: RobotMessages,
        world: World,
        talk: Talk,
        units: Units,
        clock: SandboxClock,
        nursery: Nursery,
        redeliver_after: float,
        event_deadline: float,
    ) -> None:
        self._gateway, self._messages, self._world, self._talk = gateway, messages, world, talk
        self._units, self._clock, self._nursery = units, clock, nursery
        self._redeliver_after, self._event_deadline = redeliver_after, event_deadline
        self.renews_message_id = True  # whether a redelivery keeps `headers.messageId` is not confirmed
        self._under_way = 0

    @property
    def is_full(self) -> bool:
        """Whether so much waits for a robot that nothing more is taken."""
        return self._under_way >= DELIVERIES_PENDING_MAX

    def message(self, message: Message) -> None:
        """Bring what a person said to the robot."""
        is_heard = self._gateway.somebody_listens(CALLBACK, ROBOT_TOPIC)
        message.delivery = Delivery.SENT if is_heard else Delivery.PENDING
        self._start(self._bring_message(message))

    def event(self, event_type: str, data: Mapping[str, object]) -> None:
        """Bring an event of the organisation to the robot, such as `user_add_org`."""
        headers = {
            "eventType": event_type,
            "eventId": ids.token(),
            "eventCorpId": self._world.corp_id,
            "eventBornTime": str(self._clock.now_ms()),
            "eventUnifiedAppId": ids.fixed_hex(self._world.corp_id, 32),
        }
        push = Push(EVENT, EVENT_TOPIC, data, headers)
        self._start(self._bring(push, self._event_deadline, _event_taken))

    def _start(self, work: Coroutine[object, object, object]) -> None:
        self._under_way += 1
        self._nursery.start(work).add_done_callback(self._ended)

    def _ended(self, _: object) -> None:
        self._under_way -= 1

    async def _bring_message(self, message: Message) -> None:
        await self._gateway.wait_for_listener(CALLBACK, ROBOT_TOPIC)
        push = Push(CALLBACK, ROBOT_TOPIC, self._messages.data(message))
        taken = await self._bring(push, self._redeliver_after, lambda ack: ack.is_ok, message)
        self._settle(message, Delivery.ACKED if taken else Delivery.FAILED)

    async def _bring(
        self, push: Push, deadline: float, is_taken: Callable[[Ack], bool], message: Message | None = None
    ) -> bool:
        for _ in range(DELIVERY_ATTEMPTS_MAX):
            if await self._attempt(push, deadline, is_taken, message):
                return True
            if self.renews_message_id:
                push = replace(push, id=ids.push_id())
        return False

    async def _attempt(
        self, push: Push, deadline: float, is_taken: Callable[[Ack], bool], message: Message | None
    ) -> bool:
        if not self._gateway.somebody_listens(push.kind, push.topic):
            self._settle(message, Delivery.PENDING)
            await self._gateway.wait_for_listener(push.kind, push.topic)
        again = asyncio.get_running_loop().time() + self._redeliver_after
        self._settle(message, Delivery.SENT)
        self._units.count_stream(push.topic)
        try:
            ack = await self._gateway.push(push, deadline)
        except NobodyListens:  # the last connection died while we wrote to it
            return False
        if ack is not None and is_taken(ack):
            return True
        await asyncio.sleep(max(0.0, again - asyncio.get_running_loop().time()))
        return False

    def _settle(self, message: Message | None, delivery: Delivery) -> None:
        if message is not None and message.delivery is not delivery:
            message.delivery = delivery
            self._talk.tell(message)


def _event_taken(ack: Ack) -> bool:
    """LATER asks for the event again; an ack without a status counts as taken, which DingTalk does not spell out."""
    return ack.is_ok and text(ack.data, "status", "SUCCESS") != "LATER"
