"""Which document is meant: the one named, the one quoted, or 那张单 of a moment ago."""

from typing import Final

from handlers.language.draft import Draft
from handlers.language.message import Message
from handlers.language.pieces import Shape
from handlers.language.verbs import DOCUMENT_INTENTS
from handlers.language.vocabulary import DOCUMENTS, Cue

_TAKES: Final = DOCUMENT_INTENTS | {"receipt.create", "supplier_return.create", "return.create", "issue.create"}
KINDS: Final = DOCUMENTS.kinds


def add_document(draft: Draft, message: Message) -> None:
    """The text goes before the quotation, the quotation before memory."""
    named = tuple(dict.fromkeys(v for p in message.pieces if p.shape is Shape.DOCUMENT for v in p.values))
    if named:
        draft.choose("document", named)
        return
    if draft.intent not in _TAKES:
        return
    context = message.context
    if context.quoted_document is not None:
        draft.fields["document"] = context.quoted_document
    elif context.last_document is not None and _points_back(message, context.last_document):
        draft.fields["document"] = context.last_document


def _points_back(message: Message, document: str) -> bool:
    if not any(piece.has(Cue.THAT) for piece in message.pieces):
        return False
    kinds = {letters for name, letters in KINDS.items() if name in message.source.text}
    return not kinds or document[:2] in kinds
