"""Which document is meant: the one named, the one quoted, or 那张单 of a moment ago."""

from typing import Final

from handlers.language.draft import Draft
from handlers.language.message import Message
from handlers.language.pieces import Shape
from handlers.language.verbs import DOCUMENT_INTENTS
from handlers.language.vocabulary import Cue

_TAKES: Final = DOCUMENT_INTENTS | {"receipt.create", "supplier_return.create", "return.create", "issue.create"}
KINDS: Final = {
    "申购单": "SG", "请购单": "SG", "采购单": "CG", "采购订单": "CG", "入库单": "RK", "收货单": "RK",
    "领料单": "LL", "领用单": "LL", "出库单": "LL", "退料单": "TL", "退库单": "TL", "退货单": "TH",
    "调拨单": "DB", "报损单": "BS", "报废单": "BS", "盘点单": "PD", "销售单": "XS",
}  # fmt: skip


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
    kinds = {KINDS[word] for word in KINDS if word in message.source.text}
    return not kinds or document[:2] in kinds
