"""Second thoughts behind a ground: that it is another, or that something which stands before it is."""

from collections.abc import Sequence, Set
from itertools import pairwise
from typing import Final

from handlers.language.by_place import PLACED
from handlers.language.items import is_head, is_part
from handlers.language.lexicon import Domain
from handlers.language.message import Message
from handlers.language.pieces import Piece, Shape
from handlers.language.refusals import NO
from handlers.language.verbs import DOCUMENT_INTENTS, REASONED
from handlers.language.vocabulary import PHRASES, Cue

# 叉车撞碎: a machine is part of the ground.
_BYSTANDERS: Final = frozenset((Domain.EQUIPMENT,))
_AMOUNTS: Final = frozenset((Shape.QUANTITY, Shape.NUMBER))
_CLAIMED: Final = _AMOUNTS | {
    Shape.DOCUMENT,
    Shape.DATE,
    Shape.PRICE,
    Shape.AMOUNT,
    Shape.LOT,
    Shape.SERIALS,
    Shape.EXPIRY,
    Shape.SIZE,
    Shape.MENTION,
}


def ground_anew(message: Message) -> Message:
    """…，受潮，不对，生锈; …，原因写错了，是生锈: the message without the ground that holds no more."""
    pieces = message.pieces
    is_turned = any(piece.has(Cue.CORRECT, Cue.RECALL) or piece.text == NO for piece in pieces)
    if not is_turned or not any(piece.intents.keys() & REASONED for piece in pieces):
        return message
    is_ruling = any(piece.intents.keys() & DOCUMENT_INTENTS for piece in pieces)
    clauses = _clauses(pieces, parted=is_ruling)
    for before, clause in pairwise(clauses):
        is_told = before is not clauses[0] and _is_ground(pieces, before, is_ruling=is_ruling)
        ground = before if is_told else range(clause.start, clause.start)
        taken = _taken_back(pieces, ground, clause, is_ruling=is_ruling)
        if taken is not None:
            return message.of([*pieces[: taken.start], *pieces[taken.stop :]])
    return message


def _taken_back(pieces: Sequence[Piece], ground: range, clause: range, *, is_ruling: bool) -> range | None:
    """The ground and the words of a clause that take it back, if it does and another follows."""
    words = [at for at in clause if not _is_small(pieces[at])]
    is_alone = len(words) == 1
    marks = [
        at
        for at in words
        if pieces[at].has(Cue.CORRECT) or (is_alone and (pieces[at].text == NO or pieces[at].has(Cue.RECALL)))
    ]
    if not marks:
        return None
    first, start, end = pieces[words[0]], ground.start, words[0] + 1
    named = next((at for at in words if pieces[at].has(Cue.REASON)), None)
    if named is not None:  # 原因写错了
        start, end = (ground.start if ground else words[0]), next((at for at in marks if at > named), marks[0]) + 1
    elif not ground or first.text.startswith(PHRASES.changes) or marks[0] > words[0]:
        return None
    elif first.text in PHRASES.refusals:  # 不是受潮，是生锈
        stop = next((at for at in range(end, clause.stop) if _links(pieces[at])), clause.stop)
        if _text(pieces, range(end, stop)) != _text(pieces, ground):
            return None
        end = stop
    while end < len(pieces) and (pieces[end].is_gap or _links(pieces[end])):
        end += 1
    follows = next((at for at in range(end, len(pieces)) if pieces[at].is_gap), len(pieces))
    return range(start, end) if _is_ground(pieces, range(end, follows), is_ruling=is_ruling) else None


def _is_small(piece: Piece) -> bool:
    return piece.is_gap or (piece.has(Cue.FILL) and not (piece.has(Cue.CORRECT, Cue.RECALL) or _links(piece)))


def _links(piece: Piece) -> bool:
    return piece.text in PHRASES.instead


def _text(pieces: Sequence[Piece], where: range) -> str:
    return "".join(pieces[at].text for at in where if not pieces[at].is_gap)


def _is_ground(pieces: Sequence[Piece], where: range, *, is_ruling: bool) -> bool:
    """Whether a clause says something, and names and counts nothing; why a document is refused may name anything."""
    words = [pieces[at] for at in where if not pieces[at].is_gap]
    if is_ruling:
        is_told = not all(piece.has(Cue.CORRECT, Cue.RECALL) for piece in words)
        return is_told and not any(p.shape is Shape.DOCUMENT or p.intents.keys() & DOCUMENT_INTENTS for p in words)
    return bool(words) and not any(is_claimed(p) or p.intents or p.has(Cue.CORRECT, Cue.DROP) for p in words)


def _clauses(pieces: Sequence[Piece], *, parted: bool = False) -> list[range]:
    """The stretches between breaks and blanks, and between what nobody parts who dictates: 3吨压坏了说错了开裂.

    `parted`: between breaks and blanks alone.
    """
    found: list[range] = []
    start = 0
    for at, piece in enumerate(pieces):
        if piece.is_gap or (not parted and at > start and _begins(piece, pieces[at - 1])):
            found.append(range(start, at))
            start = at + 1 if piece.is_gap else at
    found.append(range(start, len(pieces)))
    return [clause for clause in found if clause]


def _begins(piece: Piece, before: Piece) -> bool:
    """Whether a piece begins something else than the one right before it."""
    is_counted = before.shape in _AMOUNTS or _is_named(before)
    if is_head(piece):
        return not (is_part(before) or before.intents or before.has(Cue.CORRECT, Cue.RECALL, Cue.DROP))
    if piece.has(Cue.REASON) or piece.text in PHRASES.slots:
        return not before.has(Cue.CORRECT)
    if piece.has(Cue.CORRECT, Cue.RECALL) and not piece.text.startswith(PHRASES.changes):
        return not (is_part(before) or before.has(Cue.REASON) or before.text in PHRASES.slots or _links(before))
    return is_counted and not (is_claimed(piece) or piece.intents or piece.has(Cue.OF))


def turn(pieces: Sequence[Piece], behind: int = -1) -> range:
    """…，帽壳开裂，不对，11顶; …，受潮，水泥不要了: the words that change what was said; else nothing, at the end.

    Looked for `behind` a place, from the comma before them.
    """
    clauses = _clauses(pieces)
    counted = next((i for i, clause in enumerate(clauses) if any(pieces[at].shape in _AMOUNTS for at in clause)), None)
    if counted is None:
        return range(len(pieces), len(pieces))
    heads = {pieces[at].text for clause in clauses[: counted + 1] for at in clause if is_head(pieces[at])}
    for number in range(counted + 1, len(clauses)):
        clause = clauses[number]
        after = clauses[number + 1 : number + 2]
        if clause.start > behind and _turns(pieces, clause, after, heads):
            is_mark = all(pieces[at].is_gap or pieces[at].has(Cue.CORRECT, Cue.RECALL) for at in clause)
            start = clause.start - 1 if pieces[clause.start - 1].is_gap else clause.start
            return range(start, after[0].stop if is_mark and after else clause.stop)
        heads |= {pieces[at].text for at in clause if is_head(pieces[at])}
    return range(len(pieces), len(pieces))


def _turns(pieces: Sequence[Piece], clause: range, after: Sequence[range], heads: Set[str]) -> bool:
    """Whether a clause changes an amount, a thing, a name or the deed."""
    words = [pieces[at] for at in clause if not (pieces[at].is_gap or _links(pieces[at]))]
    mark = next((at for at, piece in enumerate(words) if piece.has(Cue.CORRECT, Cue.RECALL)), -1)
    if any(piece.text in heads for piece in words) and (mark >= 0 or any(piece.has(Cue.DROP) for piece in words)):
        return True
    if mark < 0:
        return False
    rest = words[mark + 1 :] or [pieces[at] for follows in after for at in follows if not pieces[at].is_gap]
    rest = [p for p in rest if not (p.has(Cue.FILL, Cue.TO, Cue.GIVE, Cue.FROM) or _links(p))]
    is_counted = any((p.shape in _AMOUNTS and p.text != "一") or p.text in heads for p in rest)
    if words[0].text in PHRASES.ends or words[0].text.endswith(PLACED):
        return is_counted
    if any(piece.text in PHRASES.slots for piece in words[:mark]):  # 供应商写错了，是路达; but 型号不对 is a ground
        return bool(rest) and is_claimed(rest[0])
    if mark > 0:
        return False
    is_deed = bool(rest) and words[0].text not in PHRASES.refusals and all(p.intents or _is_named(p) for p in rest)
    return is_counted or is_deed


def _is_named(piece: Piece) -> bool:
    return piece.word is not None and bool(piece.word.names.keys() - _BYSTANDERS) and not piece.word.cues


def is_claimed(piece: Piece) -> bool:
    """Whether a piece names or counts something, and so is part of no ground."""
    if piece.shape is Shape.NUMBER:
        return piece.text != "一"  # 一通电就响
    return piece.shape in _CLAIMED or is_head(piece) or _is_named(piece)
