"""The card API: create, deliver, update. `/v1.0/card/instances…`."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.sandbox import ids
from bot.sandbox.body import Json, as_record, flag, read_json, record, text, whole
from bot.sandbox.card_spaces import (
    GROUP,
    PRIVATE,
    Space,
    check_models,
    check_space_model,
    mentions,
    preview,
    read_spaces,
    recipients,
)
from bot.sandbox.card_templates import TEMPLATES
from bot.sandbox.cards import Card, Cards
from bot.sandbox.clock import SandboxClock
from bot.sandbox.door import Door, met_by
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.limits import CARD_KEY_MAX, CARD_UPDATE_LATE_SECONDS, OUT_TRACK_ID_CHARS_MAX
from bot.sandbox.nursery import Nursery
from bot.sandbox.refusals import ApiRefusal
from bot.sandbox.talk import Kind, Message, Talk
from bot.sandbox.tokens import Credentials
from bot.sandbox.world import ROBOT, World

LOOK_SECONDS = 0.05  # between two looks whether a late update is due


@dataclass(frozen=True, slots=True)
class Update:
    """What one update changes: for everybody, and for single people."""

    card: Card
    variables: Mapping[str, str] | None
    for_people: Mapping[str, Mapping[str, str]]
    by_key: bool
    private_by_key: bool

    def apply(self) -> None:
        """Change the card."""
        if self.variables is not None:
            self.card.update(self.variables, by_key=self.by_key)
        for person, own in self.for_people.items():
            self.card.update_private(person, own, by_key=self.private_by_key)


class CardApi:
    """Creates cards, puts them into chats, and changes them for everybody."""

    def __init__(  # its collaborators, each by name
        self,
        *,
        world: World,
        talk: Talk,
        cards: Cards,
        door: Door,
        credentials: Credentials,
        clock: SandboxClock,
        faults: Faults,
        nursery: Nursery,
    ) -> None:
        self._world, self._talk, self._cards = world, talk, cards
        self._door, self._credentials, self._clock = door, credentials, clock
        self._faults, self._nursery = faults, nursery
        self._late: list[tuple[datetime, Update]] = []

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        places = (Fault.CARD_NOT_DELIVERED,)
        return [
            web.post("/v1.0/card/instances", self._door.new_api(self._create)),
            web.put("/v1.0/card/instances", self._door.new_api(self._update, besides=(Fault.CARD_UPDATE_LATE,))),
            web.post("/v1.0/card/instances/deliver", self._door.new_api(self._deliver, besides=places)),
            web.post(
                "/v1.0/card/instances/createAndDeliver",
                self._door.new_api(self._create_and_deliver, besides=(*places, Fault.CONTENT_REFUSED)),
            ),
            web.put("/v1.0/card/instances/spaces", self._door.new_api(self._add_space)),
        ]

    def tell(self, card: Card) -> None:
        """The card looks different now."""
        for message in card.shown_in:
            self._talk.tell(message)

    def place(self, body: Json, variables: Mapping[str, str], *, at: datetime, query_key: str) -> None:
        """Put a card of the past where the body of its `createAndDeliver` said, as it looks with these variables now.

        Raises ApiRefusal.
        """
        card = self._new_card(body)
        card.update(variables, by_key=True)
        self._cards.add(card)
        for space in read_spaces(body):
            self._put(card, space, body, at=at, query_key=query_key)

    async def _create(self, request: web.Request) -> web.Response:
        card = self._new_card(await read_json(request))
        self._cards.add(card)
        return web.json_response({"success": True, "result": card.track})

    async def _create_and_deliver(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        spaces = read_spaces(body)
        check_models(body, spaces, self._credentials.robot_code)
        shown = self._cards.find(text(body, "outTrackId"))
        if shown is not None and self._faults.meets((Fault.CARD_REPEATED_SILENTLY,)):
            results = [_shown(message, space) for message, space in zip(shown.shown_in, spaces, strict=False)]
            return _created(shown, results)
        card = self._new_card(body)
        self._cards.add(card)
        fails = met_by(request) is Fault.CARD_NOT_DELIVERED
        return _created(card, [_not_shown(space) if fails else self._put(card, space, body) for space in spaces])

    async def _deliver(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        card = self._known(body)
        spaces = read_spaces(body)
        check_models(body, spaces, self._credentials.robot_code)
        fails = met_by(request) is Fault.CARD_NOT_DELIVERED
        results = [_not_shown(space) if fails else self._put(card, space, body) for space in spaces]
        # Unlike createAndDeliver, here the result is the list itself.
        return web.json_response({"success": True, "result": results})

    async def _add_space(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        self._known(body)
        for kind in (GROUP, PRIVATE):
            check_space_model(body, Space(kind, ""))
        return web.json_response({"success": True, "result": True})

    async def _update(self, request: web.Request) -> web.Response:
        update = self._read_update(await read_json(request))
        self._apply_late()
        if met_by(request) is Fault.CARD_UPDATE_LATE:
            self._late.append((self._clock.now() + timedelta(seconds=CARD_UPDATE_LATE_SECONDS), update))
            self._nursery.start(self._until_late_ones_are_applied())
        else:
            update.apply()
            self.tell(update.card)
        return web.json_response({"success": True, "result": True})

    def _apply_late(self) -> None:
        """Apply held updates whose time has come, in the order in which they were sent."""
        due = [update for at, update in self._late if at <= self._clock.now()]
        self._late = [(at, update) for at, update in self._late if at > self._clock.now()]
        for update in due:
            update.apply()
            self.tell(update.card)

    async def _until_late_ones_are_applied(self) -> None:
        while self._late:
            self._apply_late()
            await asyncio.sleep(LOOK_SECONDS)

    def _read_update(self, body: Json) -> Update:
        card = self._known(body)
        data, private = as_record(body.get("cardData")), as_record(body.get("privateData"))
        if data is None and not private:
            raise ApiRefusal("param.cardDataAndPrivateDataBothEmpty")
        options = record(body, "cardUpdateOptions")
        id_type = whole(body, "userIdType", card.user_id_type)
        return Update(
            card,
            read_variables(data) if data is not None else None,
            self._private(private or {}, id_type),
            by_key=flag(options, "updateCardDataByKey"),
            private_by_key=flag(options, "updatePrivateDataByKey"),
        )

    def _known(self, body: Json) -> Card:
        track = text(body, "outTrackId")
        if not track:
            raise ApiRefusal("param.outTrackIdEmpty")
        card = self._cards.find(track)
        if card is None:
            raise ApiRefusal("param.cardNotExist")
        return card

    def _new_card(self, body: Json) -> Card:
        track, template = text(body, "outTrackId"), text(body, "cardTemplateId")
        if not track:
            raise ApiRefusal("param.outTrackIdEmpty")
        if len(track) > OUT_TRACK_ID_CHARS_MAX:
            raise ApiRefusal("param.invalid", "outTrackId")
        if not template:
            raise ApiRefusal("param.cardTemplateIdEmpty")
        if template not in TEMPLATES:
            raise ApiRefusal("param.templateNotExist")
        if self._cards.find(track) is not None:
            raise ApiRefusal("param.cardAlreadyExist")
        id_type = whole(body, "userIdType", 1)
        card = Card(
            track=track,
            template=template,
            calls_back=text(body, "callbackType") == "STREAM",
            user_id_type=id_type,
            public=read_variables(record(body, "cardData")),
        )
        card.private.update(self._private(record(body, "privateData"), id_type))
        return card

    def _private(self, private: Json, id_type: int) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for user, data in private.items():
            person = self._world.person(user, id_type)
            if person is None:
                raise ApiRefusal("param.userIdNotExist")
            found[person.id] = read_variables(as_record(data) or {})
        return found

    def _put(
        self, card: Card, space: Space, body: Json, *, at: datetime | None = None, query_key: str = ""
    ) -> dict[str, object]:
        """One place. A place that does not exist is told inside a 200, as DingTalk does."""
        conversation = self._conversation(space, whole(body, "userIdType", card.user_id_type))
        if conversation is None:
            return _not_shown(space)
        users, everybody = mentions(body, space)
        only = [person.id for user in recipients(body, space) if (person := self._world.person(user)) is not None]
        message = Message(
            id=ids.message_id(),
            conversation=conversation,
            sender=ROBOT,
            kind=Kind.CARD,
            at=at or self._clock.now(),
            title=preview(body, space),
            card=card.track,
            mentions=tuple(user for user in users if user in self._world.people),
            mentions_all=everybody,
            query_key=query_key or ids.query_key(),
            visible_to=frozenset(only) if recipients(body, space) else None,
        )
        card.shown_in.append(message)
        self._talk.add(message)
        return _shown(message, space)

    def _conversation(self, space: Space, id_type: int) -> str | None:
        if space.type == GROUP:
            return space.id if space.id in self._world.groups else None
        person = self._world.person(space.id, id_type)
        return person.private_chat if person else None


def _created(card: Card, results: list[dict[str, object]]) -> web.Response:
    return web.json_response({"success": True, "result": {"outTrackId": card.track, "deliverResults": results}})


def _shown(message: Message, space: Space) -> dict[str, object]:
    told: dict[str, object] = {"success": True, "carrierId": message.query_key, "errorMsg": ""}
    return {"spaceType": space.type, "spaceId": space.id} | told


def _not_shown(space: Space) -> dict[str, object]:
    told: dict[str, object] = {"success": False, "carrierId": "", "errorMsg": "SYSTEM_ERROR"}
    return {"spaceType": space.type, "spaceId": space.id} | told


def read_variables(data: Json) -> dict[str, str]:
    """A `cardParamMap`: texts only. A number or an object that is not written as text is refused."""
    if data.get("cardParamMap") is None:
        return {}
    params = as_record(data["cardParamMap"])
    if params is None:
        raise ApiRefusal("param.invalid", "cardParamMap")
    found: dict[str, str] = {}
    for key, value in params.items():
        if not isinstance(value, str) or len(key.encode()) > CARD_KEY_MAX:
            raise ApiRefusal("param.invalid", f"cardParamMap.{key}")
        found[key] = value
    return found
