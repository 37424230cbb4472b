"""The card API: create, deliver, update. `/v1.0/card/instances…`."""

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
from bot.sandbox.door import Door
from bot.sandbox.limits import CARD_KEY_MAX, OUT_TRACK_ID_CHARS_MAX
from bot.sandbox.refusals import ApiRefusal
from bot.sandbox.talk import Kind, Message, Talk
from bot.sandbox.tokens import Credentials
from bot.sandbox.world import ROBOT, World


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
    ) -> None:
        self._world, self._talk, self._cards = world, talk, cards
        self._door, self._credentials, self._clock = door, credentials, clock

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        return [
            web.post("/v1.0/card/instances", self._door.new_api(self._create)),
            web.put("/v1.0/card/instances", self._door.new_api(self._update)),
            web.post("/v1.0/card/instances/deliver", self._door.new_api(self._deliver)),
            web.post("/v1.0/card/instances/createAndDeliver", self._door.new_api(self._create_and_deliver)),
            web.put("/v1.0/card/instances/spaces", self._door.new_api(self._add_space)),
        ]

    def tell(self, card: Card) -> None:
        """The card looks different now."""
        for message in card.shown_in:
            self._talk.tell(message)

    async def _create(self, request: web.Request) -> web.Response:
        card = self._new_card(await read_json(request))
        self._cards.add(card)
        return web.json_response({"success": True, "result": card.track})

    async def _create_and_deliver(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        spaces = read_spaces(body)
        check_models(body, spaces, self._credentials.robot_code)
        card = self._new_card(body)
        self._cards.add(card)
        results = [self._put(card, space, body) for space in spaces]
        return web.json_response({"success": True, "result": {"outTrackId": card.track, "deliverResults": results}})

    async def _deliver(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        card = self._known(body)
        spaces = read_spaces(body)
        check_models(body, spaces, self._credentials.robot_code)
        # Unlike createAndDeliver, here the result is the list itself.
        return web.json_response({"success": True, "result": [self._put(card, space, body) for space in spaces]})

    async def _add_space(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        self._known(body)
        for kind in (GROUP, PRIVATE):
            check_space_model(body, Space(kind, ""))
        return web.json_response({"success": True, "result": True})

    async def _update(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        card = self._known(body)
        data, private = as_record(body.get("cardData")), as_record(body.get("privateData"))
        if data is None and not private:
            raise ApiRefusal("param.cardDataAndPrivateDataBothEmpty")
        options = record(body, "cardUpdateOptions")
        id_type = whole(body, "userIdType", card.user_id_type)
        variables = read_variables(data) if data is not None else None
        for_people = self._private(private or {}, id_type)
        if variables is not None:
            card.update(variables, by_key=flag(options, "updateCardDataByKey"))
        for person, own in for_people.items():
            card.update_private(person, own, by_key=flag(options, "updatePrivateDataByKey"))
        self.tell(card)
        return web.json_response({"success": True, "result": True})

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

    def _put(self, card: Card, space: Space, body: Json) -> dict[str, object]:
        """One place. A place that does not exist is told inside a 200, as DingTalk does."""
        conversation = self._conversation(space, whole(body, "userIdType", card.user_id_type))
        result: dict[str, object] = {"spaceType": space.type, "spaceId": space.id}
        if conversation is None:
            return result | {"success": False, "carrierId": "", "errorMsg": "SYSTEM_ERROR"}
        users, everybody = mentions(body, space)
        only = [person.id for user in recipients(body, space) if (person := self._world.person(user)) is not None]
        message = Message(
            id=ids.message_id(),
            conversation=conversation,
            sender=ROBOT,
            kind=Kind.CARD,
            at=self._clock.now(),
            title=preview(body, space),
            card=card.track,
            mentions=tuple(user for user in users if user in self._world.people),
            mentions_all=everybody,
            query_key=ids.query_key(),
            visible_to=frozenset(only) if recipients(body, space) else None,
        )
        card.shown_in.append(message)
        self._talk.add(message)
        return result | {"success": True, "carrierId": message.query_key, "errorMsg": ""}

    def _conversation(self, space: Space, id_type: int) -> str | None:
        if space.type == GROUP:
            return space.id if space.id in self._world.groups else None
        person = self._world.person(space.id, id_type)
        return person.private_chat if person else None


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
