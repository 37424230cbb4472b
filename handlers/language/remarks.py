"""Remarks: what is said behind a complete command or question, in clauses of its own. Nothing in them is booked."""

from collections.abc import Iterator, Sequence
from typing import Final

from handlers.language.items import is_name, is_part
from handlers.language.lexicon import Domain, Tier
from handlers.language.message import Message
from handlers.language.ordinals import chosen
from handlers.language.pieces import Piece, Shape
from handlers.language.postings import Pool
from handlers.language.reasons import words_of
from handlers.language.talk import strangeness
from handlers.language.verbs import LINE_INTENTS, PERIOD_QUERIES, REASONED, VERBS
from handlers.language.vocabulary import PHRASES, UNITS, Cue

_ENDS: Final = frozenset("，,;。!?\n")
_ASKING: Final = PERIOD_QUERIES | {"approval.list", "document.status"}
# What is told of a line, of a document, or of what was said before is never a mere remark.
_TELLING: Final = frozenset(
    (Shape.PRICE, Shape.AMOUNT, Shape.LOT, Shape.EXPIRY, Shape.SERIALS, Shape.DOCUMENT, Shape.SIZE)
)  # fmt: skip
_COUNTED: Final = frozenset((Shape.QUANTITY, Shape.NUMBER, Shape.PRICE, Shape.AMOUNT))
_TURNING: Final = (Cue.CORRECT, Cue.DROP, Cue.REASON, Cue.RECALL)
# Nobody is offered more.
_PLACES_MAX: Final = 99
# So many strange characters make a remark; one may be a slip.
_STRANGE_MIN: Final = 2


def without_remarks(message: Message) -> tuple[Message, str]:
    """领灰胶24支，东面那几条缝昨晚让雨泡了: only the names of the book are kept of what follows, and what it said."""
    pieces = message.pieces
    wants_ground = message.context.pending is not None and message.context.pending.intent in REASONED
    if not wants_ground and not any(map(_may_remark, pieces)):
        return message, ""  # as most are
    found: list[Piece] = []
    remarks: list[str] = []
    pending = message.context.pending
    is_answer = pending is not None  # an amount or a thing is complete by itself
    is_complete = is_question = is_plain = False
    strange_min = 1 if is_answer else _STRANGE_MIN
    # LL20261122-007 班组填错了, to the question which one is cancelled.
    turning = _TURNING[1:] if wants_ground else _TURNING
    asked = _asked(message)
    is_turned = is_second = is_asked = False
    for where in _clauses(pieces):
        clause = pieces[where.start : where.stop]
        if is_answer and (_is_chosen(clause) or any(_is_about(piece, asked) for piece in clause)):
            found += clause
            is_complete = is_plain = True
            continue
        if is_answer and (is_second or (_is_mere_turn(clause) and where.stop < len(pieces))):
            is_second = _is_mere_turn(clause)  # 红的，不对，灰的
            found += clause
            continue
        if is_asked and _waits(clause):
            continue
        is_asked = is_asked or any(piece.asks for piece in clause)
        is_marked = bool(found) and _is_mark(clause[0])
        is_remark = is_complete and _is_remark(clause, turning, is_question=is_question, strange_min=strange_min)
        is_remark = is_remark and not (is_turned and _opens_instead(clause))
        is_turned = any(piece.has(Cue.CORRECT) for piece in clause)
        if is_marked or is_remark:
            found += [piece for piece in clause if piece.shape is Shape.BREAK or is_name(piece)]
            remarks.append(words_of(message, where[1:] if is_marked else where))
            continue
        found += clause
        if not found or (is_complete and is_plain):
            continue
        is_plain = strangeness(clause) < _STRANGE_MIN and not any(
            piece.has(Cue.NOT, Cue.WAIT, Cue.UNREAL) for piece in clause
        )
        is_question = is_plain and any(_asks(piece) for piece in clause)
        is_complete = is_plain and (is_question or _is_command(clause) or (is_answer and any(map(_answers, clause))))
    return message.of(found), "，".join(filter(None, remarks))


def _asked(message: Message) -> Pool:
    """The materials among which the robot asked to choose: what names one of them is no remark."""
    pending = message.context.pending
    offers = pending.candidates.items() if pending is not None else ()
    return message.catalogue.pool(code for path, codes in offers if path.endswith(".material") for code in codes)


def _is_mere_turn(clause: Sequence[Piece]) -> bool:
    """不对 by itself: what comes then is said instead."""
    words = [piece for piece in clause if not (piece.is_gap or piece.has(Cue.FILL))]
    return bool(words) and all(piece.has(Cue.CORRECT) for piece in words)


def _opens_instead(clause: Sequence[Piece]) -> bool:
    """不是UV胶，是云石胶: what holds is no remark, be it unknown."""
    return next((piece.text for piece in clause if not piece.is_gap), "") in PHRASES.instead


def _is_chosen(clause: Sequence[Piece]) -> bool:
    """第一家."""
    return chosen("".join(piece.text for piece in clause), _PLACES_MAX, bare=False) is not None


def _is_about(piece: Piece, asked: Pool) -> bool:
    """Whether a word of more than one character names one of them."""
    return len(piece.text) > 1 and piece.word is not None and bool(piece.word.materials & asked)


def _may_remark(piece: Piece) -> bool:
    said = piece.text
    is_told = said in PHRASES.short or said in PHRASES.leftover or piece.has(Cue.WAIT)
    return piece.shape is Shape.UNKNOWN or is_told or _is_mark(piece)


def _waits(clause: Sequence[Piece]) -> bool:
    """外墙漆入库了没，油漆工等着: behind a question, who waits for the answer."""
    is_waiting = any(piece.has(Cue.WAIT) for piece in clause)
    return is_waiting and not any(
        piece.intents or piece.shape in _COUNTED | _TELLING or _is_named(piece) for piece in clause
    )


def _is_mark(piece: Piece) -> bool:
    return piece.has(Cue.REMARK)


def _clauses(pieces: Sequence[Piece]) -> Iterator[range]:
    """The message by its commas; what is marked as a remark, with its line."""
    start = 0
    last = max((at for at, piece in enumerate(pieces) if piece.shape in _COUNTED), default=-1)
    for index, piece in enumerate(pieces):
        if _is_mark(piece) and start < index:
            yield range(start, index)
            start = index
        if _is_mark(pieces[start]) and piece.text != "\n":
            continue
        # 7号电池一盒 会议室遥控器用: behind the last amount a blank is as good as a comma, and behind a document.
        is_parted = index == last + 1 or (index > 0 and _is_document(pieces[index - 1]))
        if (piece.shape is Shape.BREAK and piece.text in _ENDS) or (piece.shape is Shape.SPACE and is_parted):
            yield range(start, index + 1)
            start = index + 1
    if start < len(pieces):
        yield range(start, len(pieces))


def _asks(piece: Piece) -> bool:
    return any(is_strong and intent in _ASKING for intent, is_strong in piece.intents.items())


def _answers(piece: Piece) -> bool:
    is_counted = piece.shape is Shape.QUANTITY and piece.number is not None
    return (
        is_counted
        or piece.shape in (Shape.SIZE, Shape.NUMBER)
        or is_part(piece)
        or _is_document(piece)
        or is_name(piece)
    )


def _is_document(piece: Piece) -> bool:
    return piece.shape is Shape.DOCUMENT


def _is_command(clause: Sequence[Piece]) -> bool:
    """A verb done to a counted thing, or a stage and how far it is; grounds belong to what is sent back or scrapped."""
    if any(piece.has(Cue.LATER, Cue.ASK) for piece in clause) or any(p.intents.keys() & REASONED for p in clause):
        return False
    if any(p.shape is Shape.PERCENT for p in clause):
        return any(p.codes(Domain.STAGE) for p in clause)
    has_verb = any(_is_clear(piece) for piece in clause)
    is_named = any(is_part(p) or p.shape in (Shape.SIZE, Shape.NUMBER) for p in clause)
    return has_verb and is_named and any(p.shape is Shape.QUANTITY and p.number for p in clause)


def _is_clear(piece: Piece) -> bool:
    return bool(piece.intents.keys() & LINE_INTENTS) and (any(piece.intents.values()) or piece.text in VERBS.clear)


def _is_remark(clause: Sequence[Piece], turning: Sequence[Cue], *, is_question: bool, strange_min: int) -> bool:
    is_short = any(piece.text in PHRASES.short for piece in clause)
    said = "".join(piece.text for piece in clause if not piece.is_gap)
    is_left = said.startswith(PHRASES.leftover)
    is_ground = Cue.CORRECT not in turning and _tells(clause)
    if strangeness(clause) < strange_min and not (is_short or is_left or is_ground):
        return False
    if any(piece.shape in _TELLING or piece.has(*turning) or any(piece.intents.values()) for piece in clause):
        return False
    is_put_off = any(piece.has(Cue.LATER, Cue.WAIT) for piece in clause)
    if is_put_off and not is_question and not is_left:
        return False
    if is_short:
        return not any(_is_clear(piece) for piece in clause)
    counted = [p for p in clause if p.shape is Shape.QUANTITY and p.number and set(p.units) - set(UNITS.work)]
    return not counted and not any(_is_named(piece) for piece in clause if piece.shape is Shape.WORD)


def _tells(clause: Sequence[Piece]) -> bool:
    """价格高了, 没用上: a ground, where one is wanted: words, and neither names nor numbers."""
    if any(is_name(piece) or piece.shape in (Shape.NUMBER, Shape.QUANTITY, Shape.DATE) for piece in clause):
        return False
    return any(not (piece.is_gap or piece.has(Cue.FILL, Cue.OF) or piece.text in PHRASES.courtesy) for piece in clause)


def _is_named(piece: Piece) -> bool:
    return is_part(piece) and piece.word is not None and piece.word.best_tier is Tier.EXACT
