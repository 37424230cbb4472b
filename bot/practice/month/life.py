"""People and robot in conversation: what is written goes through the handlers into the book, without any wire."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Final, TypedDict

from bot.dingtalk.units import Pool
from bot.practice.month.agenda import StoryClock
from bot.practice.month.days import ZONE
from bot.practice.month.transcript import PRIVATE, Line, Refused, Said, Told
from bot.practice.month.yard import Yard
from bot.usage import UsageMeter
from domain.company import Company
from domain.messaging import CardPicture, Outbound, Reply, RouteKind
from domain.operation import Operation
from handlers.messages import CardAction, Chat, ChatKind, Message, Quoted, Sender, Text, Voice
from handlers.route import operation_for
from handlers.talk import Catalogues
from schedules.jobs import due
from storage import outbox
from storage.database import Database
from storage.outbox import Delivered
from storage.unit import Answer, Units

ANSWER_TAKES: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A card as it stands now, and to whom it was shown."""

    picture: CardPicture
    people: tuple[str, ...]


class _Envelope(TypedDict):
    """What every message carries, as the arguments of its class."""

    key: str
    message_id: str
    sender: Sender
    chat: Chat
    sent_at: datetime


class Life:
    """Everything people can do with the robot, and what they are told. `watch` hears of every card that opens."""

    def __init__(self, database: Database, units: Units, clock: StoryClock, company: Company) -> None:
        self._database, self._units, self._clock, self.company = database, units, clock, company
        self._catalogues, self._serial = Catalogues(), count(1)
        self._usage = UsageMeter(database, clock, ZONE)
        self._undelivered: list[Delivered] = []
        self.yard = Yard()
        self.lines: list[Line] = []
        self.refused: list[Refused] = []
        self.cards: dict[str, Shown] = {}
        self.watch: Callable[[Shown], None] = lambda _: None

    def chats(self, person: str, group: str, words: str) -> None:
        """Something among people: in a group, without a mention, so that the robot never hears of it."""
        self.lines.append(Said(at=self._clock.now(), person=person, conversation=group, words=words))

    async def says(self, person: str, chat: str, words: str, *, quoting: Told | None = None) -> Answer:
        """Write to the robot, in a group with a mention or in private; perhaps in reply to a message of its own."""
        quoted = Quoted(send_key=quoting.send_key) if quoting else None
        message = Text(**self._envelope(person, chat), text=words, quoted=quoted)
        quote = quoting.message.key if quoting else ""
        return await self._brings(person, chat, words, message, quote=quote)

    async def speaks(self, person: str, words: str) -> Answer:
        """A voice message in private, of which DingTalk recognised these words."""
        message = Voice(**self._envelope(person, PRIVATE), text=words)
        return await self._brings(person, PRIVATE, words, message, is_voice=True)

    async def presses(self, person: str, card: str, action: str) -> Answer:
        """Press a button of a card."""
        key = f"card:month:{next(self._serial)}"
        press = CardAction(
            key=key, sender=self._sender(person), card=card, action=action, nonce=self.cards[card].picture.nonce
        )
        answer = await self._carry_out(key, "card", press, Reply(person=person))
        if answer.refusal is not None:
            self.refused.append(Refused(words=f"{action} {card}", why=type(answer.refusal).__name__))
        return answer

    async def evening(self) -> None:
        """What the clock asks for now, and the day's units and deliveries into the book."""
        jobs = [self._work(one.key, one.operation) for one in due(self.company, self._clock.now())]
        for answer in await asyncio.gather(*jobs):
            self._hear(answer)
        await self.settle()

    async def settle(self) -> None:
        """Note in the book what has been delivered: nothing of the past is sent again."""
        delivered, self._undelivered = self._undelivered, []
        async with self._database.write() as connection:
            await outbox.note_delivered(connection, delivered)
            await self._usage.write(connection)
        self._usage.wrote()

    async def load(self, key: str, operation: Operation) -> Answer:
        """The company comes into the book."""
        answer = await self._work(key, operation, kind="load")
        self.yard.look(answer.events)
        return answer

    def _envelope(self, person: str, chat: str) -> _Envelope:
        serial = next(self._serial)
        kind = ChatKind.GROUP if chat else ChatKind.PRIVATE
        return {
            "key": f"robot:month:{serial}",
            "message_id": f"month{serial}",
            "sender": self._sender(person),
            "chat": Chat(id=chat or f"private:{person}", kind=kind),
            "sent_at": self._clock.now(),
        }

    def _sender(self, person: str) -> Sender:
        return Sender(id=person, nick=self.company.people[person].name)

    async def _brings(
        self, person: str, chat: str, words: str, message: Text | Voice, *, is_voice: bool = False, quote: str = ""
    ) -> Answer:
        self.lines.append(
            Said(
                at=self._clock.now(),
                person=person,
                conversation=chat,
                words=words,
                mentions_robot=bool(chat),
                is_voice=is_voice,
                quote=quote,
            )
        )
        reply = Reply(person=person, chat=message.chat.id, is_group=bool(chat))
        answer = await self._carry_out(message.key, "message", message, reply)
        if answer.refusal is not None or any(type(event).__name__ == "NotUnderstood" for event in answer.events):
            why = type(answer.refusal).__name__ if answer.refusal else "NotUnderstood"
            self.refused.append(Refused(words=words, why=why))
        return answer

    async def _carry_out(self, key: str, kind: str, message: Message, reply: Reply) -> Answer:
        self._usage.count(Pool.STREAM)
        operation = operation_for(message, self._catalogues)
        assert operation is not None
        answer = await self._work(key, operation, kind=kind, reply=reply)
        self._hear(answer)
        return answer

    async def _work(self, key: str, operation: Operation, *, kind: str = "job", reply: Reply | None = None) -> Answer:
        return await self._units.work(key, operation, kind=kind, reply=reply)

    def _hear(self, answer: Answer) -> None:
        """The robot's messages: into the transcript, and later into the book as delivered."""
        self.yard.look(answer.events)
        at = self._clock.now() + ANSWER_TAKES
        for out in answer.told:
            send_key = self._send_key(out)
            self.lines.append(Told(at=at, message=out, send_key=send_key))
            self._undelivered.append(Delivered(key=out.key, at=at, send_key=send_key))
        for out in answer.told:
            if out.card is not None:
                self._show(out, out.card)

    def _show(self, out: Outbound, picture: CardPicture) -> None:
        before = self.cards.get(picture.card)
        shown = Shown(picture=picture, people=before.people if before else out.route.people)
        self.cards[picture.card] = shown
        if picture.opens:
            self.watch(shown)

    def _send_key(self, out: Outbound) -> str:
        """As the sender would have it: a reply goes by webhook, which gives no key, while that pool is the fuller."""
        if out.route.kind is RouteKind.REPLY and self._usage.left(Pool.STREAM) >= self._usage.left(Pool.API):
            self._usage.count(Pool.STREAM)
            return ""
        self._usage.count(Pool.API)
        if out.card is not None and not out.card.opens:
            return ""
        return sha256(f"sent:{out.key}".encode()).hexdigest()[:40]

    def last_told(self, fits: Callable[[Outbound], bool]) -> Told | None:
        """The newest message of the robot's that fits and that can be quoted."""
        told = (line for line in reversed(self.lines) if isinstance(line, Told))
        return next((line for line in told if line.send_key and fits(line.message)), None)


def documents(events: Sequence[object], kind: str) -> list[str]:
    """The numbers of the documents of a kind (SG, CG, LL, RK) that events are about."""
    papers = [getattr(event, "document", None) for event in events]
    return [str(paper.number) for paper in papers if paper is not None and str(paper.number).startswith(kind)]
