"""The lived month into the local DingTalk: its groups and private chats look as if all of it had been said there."""

from collections.abc import Iterator
from datetime import datetime

from bot.cards import CardFace
from bot.practice.month.transcript import PRIVATE, Month, Said, Told
from bot.sandbox import ids
from bot.sandbox.app import LocalDingTalk
from bot.sandbox.chat import VOICE_CHARS_PER_SECOND
from bot.sandbox.talk import Delivery, Kind, Message
from bot.sandbox.world import ROBOT
from domain.messaging import CardPicture, Outbound

DEFAULT_TEMPLATE = ""


def tell(month: Month, local: LocalDingTalk, *, face: CardFace | None = None) -> None:
    """Put everything into the talk and the cards. `face` draws the cards; by default with the default template."""
    _Telling(month, local, face or CardFace(DEFAULT_TEMPLATE, local.credentials.robot_code)).tell()


class _Telling:
    def __init__(self, month: Month, local: LocalDingTalk, face: CardFace) -> None:
        self._month, self._rooms, self._face = month, local.rooms, face
        self._talk, self._world = local.rooms.talk, local.rooms.world
        self._unread = sorted((at, *whose) for whose, at in month.unread_from.items())
        self._last = {
            line.message.card.card: line.message.card
            for line in month.lines
            if isinstance(line, Told) and line.message.card is not None
        }
        self._ids: dict[tuple[str, str], str] = {}  # by key of the robot's message and conversation

    def tell(self) -> None:
        """Every line in its order; whoever has not looked since is marked at that moment, all others at the end."""
        for line in self._month.lines:
            self._look_away(line.at)
            if isinstance(line, Said):
                self._said(line)
            elif line.message.card is not None:
                self._card(line, line.message.card)
            else:
                self._told(line)
        self._look_away(None)
        for month, units in self._month.units.items():
            self._rooms.units.add_past(month, api=units.get("api", 0), stream=units.get("stream", 0))
        for person in self._world.people.values():
            for conversation in self._world.conversations_of(person):
                if (person.id, self._short(conversation)) not in self._month.unread_from:
                    self._talk.mark_seen(person.id, conversation)

    def _short(self, conversation: str) -> str:
        return conversation if conversation in self._world.groups else PRIVATE

    def _look_away(self, now: datetime | None) -> None:
        """Those for whom everything from now on is unread have seen what came before."""
        while self._unread and (now is None or self._unread[0][0] <= now):
            _, person, conversation = self._unread.pop(0)
            self._talk.mark_seen(person, self._chat(conversation, person))

    def _chat(self, conversation: str, person: str) -> str:
        return conversation or self._world.people[person].private_chat

    def _said(self, line: Said) -> None:
        is_heard = line.mentions_robot or line.conversation == PRIVATE
        message = Message(
            id=ids.message_id(),
            conversation=self._chat(line.conversation, line.person),
            sender=line.person,
            kind=Kind.VOICE if line.is_voice else Kind.TEXT,
            at=line.at,
            text=line.words,
            mentions_robot=line.mentions_robot,
            delivery=Delivery.ACKED if is_heard else Delivery.NOT_MEANT,
        )
        message.quote = self._ids.get((line.quote, message.conversation), "")
        if line.is_voice:
            message.media = self._rooms.media.add("voice", "voice.amr", b"#!AMR\n").id
            message.duration_ms = 1_000 * max(1, len(line.words) // VOICE_CHARS_PER_SECOND)
        self._talk.add(message)

    def _told(self, line: Told) -> None:
        """As the webhook or a send brings it: only the webhook can mention, and only its answers have no send key."""
        out = line.message
        for conversation in self._places(out):
            message = Message(
                id=ids.message_id(),
                conversation=conversation,
                sender=ROBOT,
                kind=Kind.MARKDOWN,
                at=line.at,
                title=out.title,
                text=out.markdown,
                query_key=line.send_key,
            )
            if not line.send_key and out.route.conversation:
                message.mentions = out.route.people
                message.text += "\n\n" + " ".join(f"@{self._world.name_of(person)}" for person in out.route.people)
            self._ids[out.key, conversation] = message.id
            self._talk.add(message)

    def _card(self, line: Told, picture: CardPicture) -> None:
        """Shown where it was first shown, looking as it did last."""
        if not picture.opens:
            return
        call = self._face.create(picture, line.message.route)
        now = self._face.acknowledged(self._last[picture.card])
        self._rooms.card_api.place(call.create, now, at=line.at, query_key=line.send_key)

    def _places(self, out: Outbound) -> Iterator[str]:
        if out.route.conversation:
            yield out.route.conversation
        else:
            yield from (self._chat(PRIVATE, person) for person in out.route.people if person in self._world.people)
