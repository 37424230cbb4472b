"""The last few exchanges with a person in a chat: what 那张单 means, and what 不对 is about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from domain.documents import Document
from domain.operation import DIALOGUE_LASTS, Asker, Dialogue, DialogueOf, Draft, Facts, ToAsker
from handlers.language import Reading
from handlers.language.context import Context
from handlers.language.verbs import LINE_INTENTS

# 那张单 of this morning may still be meant after lunch.
DOCUMENT_LASTS: Final = timedelta(hours=12)
KEPT_MAX: Final = 3
TEXT_MAX: Final = 500
READING_MAX: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What somebody wrote, in its context, and how it was read, both in the contract's JSON form.

    `key` names the message, `document` what it was about, `booked` what it entered ("" for neither).
    """

    key: str
    message_id: str
    text: str
    context: Mapping[str, object]
    reading: Mapping[str, object]
    at: datetime
    document: str = ""
    booked: str = ""

    def to_json(self) -> dict[str, object]:
        return {
            "key": self.key,
            "id": self.message_id,
            "text": self.text,
            "context": self.context,
            "reading": self.reading,
            "at": self.at.isoformat(),
            "document": self.document,
            "booked": self.booked,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Exchange":
        return cls(
            key=body["key"],
            message_id=body["id"],
            text=body["text"],
            context=body["context"],
            reading=body["reading"],
            at=datetime.fromisoformat(body["at"]),
            document=body["document"],
            booked=body["booked"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Exchanges, latest first, and the document last talked about."""

    exchanges: tuple[Exchange, ...] = ()
    document: str = ""

    def write(self) -> str:
        body = {"document": self.document, "exchanges": [one.to_json() for one in self.exchanges]}
        return json.dumps(body, ensure_ascii=False)

    @classmethod
    def read(cls, memo: str) -> "Recall":
        body: dict[str, Any] = json.loads(memo)
        return cls(document=body["document"], exchanges=tuple(Exchange.from_json(one) for one in body["exchanges"]))

    def latest(self, now: datetime) -> Exchange | None:
        """What 不对 right after an answer is about."""
        last = next(iter(self.exchanges), None)
        return last if last is not None and now - last.at <= DIALOGUE_LASTS else None

    def quoted(self, *, message_id: str, number: str | None, text: str) -> Exchange | None:
        """The exchange that a quotation shows: one's own words, or our answer by the document it names."""
        for one in self.exchanges:
            is_own = message_id == one.message_id if message_id else bool(text) and text.strip() == one.text
            if is_own or (number and number in (one.booked, one.document)):
                return one
        return None


def place_of(by: Asker) -> DialogueOf:
    """Where it is remembered: beside the open question."""
    return DialogueOf(person=by.person, chat=f"last {by.chat}")


def recalled(facts: Facts, by: Asker) -> Recall:
    """What is remembered, as far as it still counts."""
    noted = facts[place_of(by)]
    return Recall.read(noted.memo) if noted is not None and facts.now <= noted.until else Recall()


def note(draft: Draft, by: Asker, exchange: Exchange, *, named: str) -> None:
    """Remember one exchange more, with the document that its answer was about, else the one that its words named."""
    before = recalled(draft, by)
    number = _document(draft) or named
    booked = str(draft.entries[-1].number) if draft.entries and exchange.reading.get("intent") in LINE_INTENTS else ""
    exchange = replace(exchange, document=number, booked=booked)
    kept = [one for one in before.exchanges if one.key != exchange.key]
    _write(draft, by, Recall(exchanges=(exchange, *kept)[:KEPT_MAX], document=number or before.document))


def note_document(draft: Draft, by: Asker, number: str) -> None:
    """Remember the document that a press was about."""
    _write(draft, by, replace(recalled(draft, by), document=number))


def _write(draft: Draft, by: Asker, recall: Recall) -> None:
    draft[place_of(by)] = Dialogue(memo=recall.write(), until=draft.now + DOCUMENT_LASTS)


def _document(draft: Draft) -> str:
    """The document that the asker was told of."""
    told = (getattr(notice.what, "document", None) for notice in draft.notices if isinstance(notice.to, ToAsker))
    return next((str(found.number) for found in told if isinstance(found, Document)), "")


def bounded(reading: Reading) -> Mapping[str, object]:
    """The reading, or of a very long one what it amounts to."""
    body = reading.to_json()
    if len(json.dumps(body, ensure_ascii=False)) <= READING_MAX:
        return body
    return {key: body[key] for key in ("status", "intent") if key in body}


def context_json(context: Context) -> dict[str, object]:
    """The context in the contract's form: codes and ids of the book, no address and no conversation."""
    found: dict[str, object] = {"chat": context.chat, "via": context.via}
    if context.project:
        found["project"] = context.project
    if context.sender:
        found["sender"] = context.sender
    if context.quoted_document:
        found["quoted"] = {"document": context.quoted_document}
    if context.last_document:
        found["last_document"] = context.last_document
    if context.pending is not None:
        found["pending"] = bounded(context.pending)
    return found
