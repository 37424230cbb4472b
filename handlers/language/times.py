"""Dates in their roles: needed by, period asked for, day of the booking."""

from handlers.language.draft import Draft
from handlers.language.message import Message
from handlers.language.pieces import Piece, Shape
from handlers.language.verbs import LINE_INTENTS, PERIOD_QUERIES
from handlers.language.vocabulary import PHRASES, Cue

_RECORDS = frozenset(("labor.record", "rental.record", "progress.report"))
_NEEDING = frozenset(("requisition.create", "purchase_order.create", "transfer.create"))


def add_times(draft: Draft, message: Message, verb: Piece | None) -> bool:
    """Fill need_by, period or date. False where the message only speaks of the future.

    `verb` is the deciding one: a day before it in the same clause is the day of the deed.
    """
    dated = [(i, piece) for i, piece in enumerate(message.pieces) if piece.shape is Shape.DATE and piece.when]
    if draft.intent in PERIOD_QUERIES | {"approval.list"}:
        _add_period(draft, message, [piece for _, piece in dated])
        return True
    for index, piece in dated:
        if piece.when is None:
            continue
        after = message.after(index)
        is_needed = after is not None and after.has(Cue.NEED)
        future = piece.when.past[0] > message.today
        if draft.intent in _NEEDING and (future or is_needed or piece.when.ahead[1] >= message.today):
            if piece.when.ahead[1] >= message.today and not _is_today_of(message, index, verb):
                draft.fields["need_by"] = piece.when.ahead[1].isoformat()
        elif future and draft.intent in _RECORDS:
            return False
        elif future and draft.intent in LINE_INTENTS:
            if not is_needed or _is_day_of(message, index, verb):
                return False
        elif piece.when.is_day and piece.when.past[1] < message.today:
            draft.fields["date"] = piece.when.past[1].isoformat()
    return True


def _is_today_of(message: Message, index: int, verb: Piece | None) -> bool:
    """今天申购20包: it is asked for today, not needed today."""
    when, after = message.pieces[index].when, message.after(index)
    is_today = when is not None and when.is_day and when.ahead[1] == message.today
    return is_today and after is not None and after is verb and not after.has(Cue.NEED)


def _is_day_of(message: Message, index: int, verb: Piece | None) -> bool:
    """水泥后天到货: the need is the deed itself; 明天要用的水泥 is a kind of cement, and 领20包，明天用 a need."""
    if verb is None or verb.start < message.pieces[index].start:
        return False
    between = [piece for piece in message.pieces[index + 1 :] if piece.start < verb.start]
    return not any(piece.shape is Shape.BREAK or piece.has(Cue.OF) for piece in between)


def _add_period(draft: Draft, message: Message, dated: list[Piece]) -> None:
    spans = [piece.when.past for piece in dated if piece.when is not None]
    if not spans and draft.intent == "digest.query":
        text = message.source.text
        if any(word in text for word in PHRASES.today):
            spans = [(message.today, message.today)]
    if spans:
        first, last = spans[0][0], max(span[1] for span in spans)
        draft.fields["period"] = {"from": first.isoformat(), "to": last.isoformat()}
