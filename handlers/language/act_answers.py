"""What an answer says of the act itself: which of two was meant, or another one than was understood."""

from dataclasses import replace
from itertools import pairwise

from handlers.language.acts import Decision
from handlers.language.items import is_head
from handlers.language.message import Message
from handlers.language.open_question import OpenQuestion
from handlers.language.ordinals import taken_apart
from handlers.language.pieces import Shape
from handlers.language.reading import Reading
from handlers.language.reasons import words_of
from handlers.language.verbs import LINE_INTENTS, REASONED
from handlers.language.vocabulary import PHRASES, Cue


def chosen_act(message: Message, pending: Reading, decision: Decision) -> Reading | None:
    """退给供应商, where 退 was asked about: the one that was meant, with all that was understood."""
    acts = pending.candidates.get("intent", ())
    told = taken_apart(message.source.text, len(acts), 0).picks
    meant = [acts[at] for at in told] or [intent for intent in decision.intents if intent in acts]
    if not meant:
        said = [intent for intent in acts if any(intent in piece.intents for piece in message.pieces)]
        meant = said if _is_short(message) else []
    if len(meant) != 1 or any(map(is_head, message.pieces)):
        return None
    fields = dict(pending.fields)
    if meant[0] in REASONED and "reason" not in fields and (ground := _ground(message)):
        fields["reason"] = ground
    others = {path: codes for path, codes in pending.candidates.items() if path != "intent"}
    known = replace(pending, intent=meant[0], fields=fields, candidates=others)
    return OpenQuestion(known, message.catalogue).judged()


def _is_short(message: Message) -> bool:
    """退的: the verb, and nothing else that says something."""
    return all(piece.is_gap or piece.intents or piece.has(Cue.OF, Cue.FILL) for piece in message.pieces)


def _ground(message: Message) -> str:
    """报损，泡水了: a clause of its own behind the act."""
    pieces = message.pieces
    start = next((at + 1 for at, piece in enumerate(pieces) if piece.shape is Shape.BREAK), len(pieces))
    clause = pieces[start:]
    is_named = any(piece.word is not None and piece.word.names for piece in clause)
    is_counted = any(piece.shape in (Shape.QUANTITY, Shape.NUMBER, Shape.DATE) for piece in clause)
    is_told = any(not (piece.is_gap or piece.intents or piece.has(Cue.FILL, Cue.OF)) for piece in clause)
    return words_of(message, range(start, len(pieces))) if is_told and not (is_named or is_counted) else ""


def other_act(message: Message, pending: Reading) -> str | None:
    """退料，不是领料: what is to be done with the things that are asked about, where that is what was wrong."""
    if pending.intent not in LINE_INTENTS or (any(map(is_head, message.pieces)) and not is_about(message, pending)):
        return None
    pieces = [piece for piece in message.pieces if not piece.is_gap]
    refused = [pending.intent in after.intents for before, after in pairwise(pieces) if before.text == "不是"]
    told = [
        (intent, before is not None and before.text in PHRASES.instead)
        for before, piece in pairwise([None, *pieces])
        for intent, is_strong in (piece.intents.items() if piece is not None else ())
        if is_strong and intent in LINE_INTENTS and not (before is not None and before.text == "不是")
    ]
    if len(told) != 1 or told[0][0] == pending.intent:
        return None
    intent, holds = told[0]
    return intent if any(refused) or (holds and any(piece.has(Cue.CORRECT) for piece in pieces)) else None


def without_verbs(message: Message) -> Message:
    """The message without the words for what is to be done."""
    return message.of([piece for piece in message.pieces if not (any(piece.intents.values()) or piece.text == "不是")])


def is_about(message: Message, pending: Reading) -> bool:
    """Whether every thing that is named is one of those that are asked about."""
    codes = {line.material for line in pending.lines if line.material}
    codes |= {code for path, found in pending.candidates.items() if path.endswith(".material") for code in found}
    asked = message.catalogue.pool(codes)
    named = [piece.word.materials for piece in message.pieces if is_head(piece) and piece.word is not None]
    return bool(named) and all(pool & asked for pool in named)
