"""Two things asked for in one message: its parts, each read by itself, want different ones.

Where a message is read as a whole, a strong verb drowns a short one: 领砂浆15包；记工9个工日. So where two parts of it
could each stand alone, it is asked which of them comes first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Final

from handlers.language.items import is_part
from handlers.language.lexicon import Domain
from handlers.language.message import Message
from handlers.language.pieces import Piece, Shape
from handlers.language.reading import Reading, Status
from handlers.language.verbs import DOCUMENT_INTENTS, LINE_INTENTS
from handlers.language.vocabulary import PHRASES, UNITS, Cue

_STOPS: Final = frozenset("。;!?\n")
_COMMAS: Final = _STOPS | frozenset("，,")
# A part that begins so belongs to what was said before it.
_TIED: Final = (Cue.CORRECT, Cue.RECALL, Cue.REASON, Cue.DROP, Cue.AMONG, Cue.REMARK, Cue.UNREAL, Cue.LATER)
_PARTIES: Final = (Domain.TEAM, Domain.PERSON, Domain.SUPPLIER, Domain.CUSTOMER)
_REFUSALS: Final = frozenset(("approval.reject", "document.cancel"))
# More parts than these are a list or a story.
_PARTS_MAX: Final = 12


def wanted(message: Message, whole: Reading, read: Callable[[Message], Reading]) -> tuple[str, ...]:
    """What the parts of a message ask for, in their order; at most one intent where it is of one piece."""
    intent = whole.intent or ""
    if intent in LINE_INTENTS and any(_is_for_two(message.pieces, domain, whole) for domain in _PARTIES):
        return (intent, intent)
    if intent == "exception.report" or sum(map(_may_act, message.pieces)) < 2:
        return ()  # what has happened is told in all the words behind it
    clauses = list(_parts(message.pieces, _COMMAS))
    if len(clauses) > _PARTS_MAX or sum(any(map(_may_act, message.pieces[at.start : at.stop])) for at in clauses) < 2:
        return ()
    sentences = list(_parts(message.pieces, _STOPS))
    found = _intents([_asked(message, where, intent, read) for where in sentences])
    return (
        found if len(found) > 1 else _intents(_without_grounds([_asked(message, at, intent, read) for at in clauses]))
    )


def _is_for_two(pieces: Sequence[Piece], domain: Domain, whole: Reading) -> bool:
    """木工班领钉子5斤，瓦工班领水泥20包: two documents, and no choice between the teams."""
    offered = whole.candidates.get(f"fields.{domain.value}", ())
    parts = [pieces[where.start : where.stop] for where in _parts(pieces, _COMMAS)] if len(offered) > 1 else []
    counted = [part for part in parts if any(p.shape is Shape.QUANTITY for p in part) and any(map(is_part, part))]
    named = [{code for piece in part for code in piece.codes(domain)} for part in counted]
    return any(one and two and one.isdisjoint(two) for one, two in combinations(named, 2))


def _intents(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(intent for part in parts for intent in part))


def _without_grounds(parts: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """驳回，预算超了; 超预算了，不同意: what is asked a comma away from a refusal is its ground."""
    end = next((at for at, part in enumerate(parts) if _REFUSALS.intersection(part)), None)
    if end is None:
        return parts
    before = [part for part in parts[:end] if part != ("cost.query",)]
    return [*before, parts[end], *(part for part in parts[end + 1 :] if LINE_INTENTS.intersection(part))]


def _parts(pieces: Sequence[Piece], stops: frozenset[str]) -> Iterator[range]:
    """The message by its stops, and before 顺便 and the like."""
    ends = [at for at, piece in enumerate(pieces) if at and piece.text in PHRASES.parting]
    ends += [at for at, piece in enumerate(pieces) if at and piece.text in PHRASES.again and pieces[at - 1].is_gap]
    ends += [at + 1 for at, piece in enumerate(pieces) if piece.shape is Shape.BREAK and piece.text in stops]
    begin = 0
    for start, end in pairwise([0, *sorted(set(ends)), len(pieces)]):
        if all(piece.is_gap or piece.has(Cue.CORRECT, Cue.RECALL, Cue.FILL) for piece in pieces[start:end]):
            continue  # 同意，不对，驳回
        yield range(begin, end)
        begin = end


def _may_act(piece: Piece) -> bool:
    if piece.is_gap:
        return False
    is_worked = piece.shape is Shape.QUANTITY and not set(piece.units).isdisjoint(UNITS.work)
    is_told = piece.shape is Shape.PERCENT or bool(piece.codes(Domain.EQUIPMENT))
    is_verb = bool(piece.intents) and not (piece.has(Cue.NEED) and not any(piece.intents.values()))
    return is_verb or is_worked or is_told


def _asked(message: Message, where: range, whole: str, read: Callable[[Message], Reading]) -> tuple[str, ...]:
    """The intents of one part, where it could stand alone."""
    pieces = message.pieces[where.start : where.stop]
    first = next((piece for piece in pieces if not piece.is_gap), None)
    if first is None or first.has(*_TIED) or first.text in PHRASES.instead or not any(map(_may_act, pieces)):
        return ()
    if any(piece.text in PHRASES.short for piece in pieces) and not any(piece.has(Cue.ASK) for piece in pieces):
        return ()  # 水泥不够用了，申购100包
    reading = read(replace(message, pieces=pieces, context=replace(message.context, pending=None)))
    if reading.intent is None:
        several = reading.candidates.get("intent", ())
        return (whole,) if whole in several else several
    return (reading.intent,) if _stands_alone(reading, pieces) else ()


def _stands_alone(reading: Reading, pieces: Sequence[Piece]) -> bool:
    if reading.intent in LINE_INTENTS:
        return reading.status is Status.OK or any(line.quantity is not None for line in reading.lines)
    is_pointed = reading.intent in DOCUMENT_INTENTS and any(piece.has(Cue.THAT) for piece in pieces)
    return reading.status is Status.OK or is_pointed
