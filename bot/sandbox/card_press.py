"""A press on a card's button: pushed to the robot, which has two seconds to say what the presser sees."""

from dataclasses import dataclass

from bot.sandbox.body import Json, as_record, compact, flag, record
from bot.sandbox.card_api import CardApi, read_variables
from bot.sandbox.card_templates import Button, draw
from bot.sandbox.cards import Card, Cards
from bot.sandbox.connections import CALLBACK, CARD_TOPIC
from bot.sandbox.frames import Push
from bot.sandbox.gateway import Gateway, NobodyListens
from bot.sandbox.ids import fixed_hex
from bot.sandbox.refusals import ApiRefusal, PageRefusal
from bot.sandbox.talk import Message
from bot.sandbox.units import Units
from bot.sandbox.world import Person, World

FAILED = "操作失败"


@dataclass(frozen=True, slots=True)
class Pressed:
    """How a press ended for the person: nothing wrong, or a sentence that says what."""

    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether the robot answered in time."""
        return not self.error

    def as_json(self) -> dict[str, object]:
        """For the page and for scripts."""
        return {"ok": True} if self.ok else {"ok": False, "error": self.error}


class CardPress:
    """Card callbacks are pushed once: a late or missing ack is lost, and the press looks failed."""

    def __init__(  # its collaborators, each by name
        self, *, world: World, cards: Cards, card_api: CardApi, gateway: Gateway, units: Units, deadline: float
    ) -> None:
        self._world, self._cards, self._card_api = world, cards, card_api
        self._gateway, self._units, self._deadline = gateway, units, deadline

    async def press(self, person: Person, track: str, button_id: str) -> Pressed:
        """Press the button that this person sees; the answer is what their client would say."""
        card, message = self._find(person, track)
        button = draw(card.template, card.seen_by(person.id)).button(button_id)
        if button is None:
            raise PageRefusal("这张卡片上没有这个按钮。", status=409)
        if not card.calls_back:  # created without callbackType: DingTalk pushes nothing, and nobody is told
            return Pressed(FAILED)
        push = Push(CALLBACK, CARD_TOPIC, self._data(person, card, button, message))
        try:
            ack = await self._gateway.push(push, self._deadline)
        except NobodyListens:
            return Pressed(FAILED)
        self._units.count_stream(CARD_TOPIC)
        if ack is None or not ack.is_ok:
            return Pressed(FAILED)
        self._apply(card, person, record(ack.data, "response"))
        return Pressed()

    def _find(self, person: Person, track: str) -> tuple[Card, Message]:
        card = self._cards.find(track)
        readable = self._world.conversations_of(person)
        placed = card.shown_in if card else []
        shown = [m for m in placed if m.conversation in readable and m.is_shown_to(person.id)]
        if card is None or not shown:
            raise PageRefusal("没有这张卡片。", status=404)
        return card, shown[-1]

    def _data(self, person: Person, card: Card, button: Button, message: Message) -> dict[str, object]:
        # On the built-in templates actionIds names a node of the layout; the button's own id is in params.
        node = f"node_ocl{fixed_hex(f'{card.template}:{button.id}', 12)}"
        content = compact({"cardPrivateData": {"actionIds": [node], "params": dict(button.params)}})
        return {
            "extension": "{}",
            "corpId": self._world.corp_id,
            "spaceType": "im",
            "userIdType": card.user_id_type,
            "type": "actionCallback",
            "userId": person.union_id if card.user_id_type == 2 else person.id,  # 2 is the union id
            "content": content,
            "spaceId": message.conversation,
            "outTrackId": card.track,
            "value": content,
        }

    def _apply(self, card: Card, person: Person, response: Json) -> None:
        """The ack's card data goes to the presser's view; values that are no texts are ignored whole."""
        options = record(response, "cardUpdateOptions")
        try:
            if (data := as_record(response.get("cardData"))) is not None:
                by_key = flag(options, "updateCardDataByKey")
                card.update_for_presser(person.id, read_variables(data), by_key=by_key)
            if (private := as_record(response.get("userPrivateData"))) is not None:
                by_key = flag(options, "updatePrivateDataByKey")
                card.update_private(person.id, read_variables(private), by_key=by_key)
        except ApiRefusal:
            return
        self._card_api.tell(card)
