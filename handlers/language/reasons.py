"""The ground given for a return, a scrap, a rejection or a cancel; the words of an exception report."""

import re
from collections.abc import Sequence
from itertools import pairwise

from handlers.language.documents import KINDS
from handlers.language.items import is_part
from handlers.language.lexicon import Domain
from handlers.language.message import Message
from handlers.language.pieces import Piece, Shape
from handlers.language.second_thoughts import is_claimed, turn
from handlers.language.verbs import DOCUMENT_INTENTS, REASONED
from handlers.language.vocabulary import PHRASES, Cue

_EMPTY = PHRASES.hollow | frozenset(KINDS)
# 不是受潮，是过期
_INSTEAD = re.compile(r"不是[^,，。;；]{1,20}[,，]?\s*而?是(.+)$")
# So many pieces behind 原因 may only say that it is another.
_TURN_MAX = 4


def ground_apart(message: Message) -> tuple[Message, str]:
    """退料20包，原因：订单取消: the message without the ground at its end, in which no verb counts; and that ground."""
    pieces = message.pieces
    marks = [i for i, piece in enumerate(pieces) if piece.has(Cue.REASON)]
    if not marks or not _is_led_to(message, marks[0]):
        return message, ""
    first, at = marks[0], marks[0]
    if any(piece.has(Cue.CORRECT) for piece in pieces[first : marks[-1]]):
        at = marks[-1]  # 原因：到期。写错了，原因：带子磨破
    end = len(pieces)
    if message.context.pending is not None:  # 原因是过期；5支: to a question more may be answered behind it
        end = next((i for i in range(at + 1, end) if pieces[i].text in (";", "\n", "。")), end)
    end = min(end, turn(pieces, behind=at).start)
    said = words_of(message, _trimmed(pieces, range(at, end)))
    told = _INSTEAD.match(said)
    return message.of([*pieces[:first], *pieces[end:]]), told[1] if told else said


def _behind_turn(pieces: Sequence[Piece], start: int, stop: int) -> int:
    """原因改成超预算, 理由改一下：库里还有: where the words themselves begin."""
    colon = next((i for i in range(start, min(start + _TURN_MAX, stop)) if pieces[i].text == ":"), None)
    if colon is not None and all(pieces[i].has(Cue.CORRECT, Cue.FILL) for i in range(start, colon)):
        return colon + 1
    return start + 1 if start < stop and pieces[start].text in PHRASES.turns else start


def _is_led_to(message: Message, at: int) -> bool:
    """Whether what wants a ground stands before it, or is asked about."""
    pending = message.context.pending
    if pending is not None and pending.intent in REASONED:
        return True
    return any(piece.intents.keys() & REASONED for piece in message.pieces[:at])


def find_reason(message: Message, intent: str, verb: int) -> range:
    """The pieces that give the ground; empty where none is given."""
    pieces = message.pieces
    for index, piece in enumerate(pieces):
        if piece.has(Cue.REASON):
            stop = len(pieces)
            if verb > index:  # 因为受潮报废20包; 由于下雨，20包报废
                stop = next((at for at in range(index + 1, verb) if pieces[at].shape is Shape.BREAK), verb)
            return _trimmed(pieces, range(index + 1, stop))
    if intent in DOCUMENT_INTENTS:
        documents = [i for i, p in enumerate(pieces) if p.shape is Shape.DOCUMENT or p.has(Cue.THAT)]
        start = max([verb, *documents]) + 1
        tail = _trimmed(pieces, range(start, len(pieces)))
        is_clause = any(pieces[i].is_gap for i in range(max(verb, 0), tail.start))
        if _says_something(pieces, tail) or (is_clause and _is_ground(pieces, tail)):
            return tail
        return _leading(pieces, verb, documents)
    return _trailing(message, intent, verb)


def _leading(pieces: Sequence[Piece], verb: int, documents: Sequence[int]) -> range:
    """领错了，作废: a clause of its own before the verb."""
    start = max((i for i in documents if i < verb), default=-1) + 1
    lead = _trimmed(pieces, range(start, max(verb, start)))
    is_clause = any(pieces[i].shape is Shape.BREAK for i in range(lead.stop, max(verb, 0)))
    return lead if is_clause and _says_something(pieces, lead) else range(0)


def _trailing(message: Message, intent: str, verb: int) -> range:
    """The last stretch behind the amounts that names nothing; else a clause before them that does not.

    What changes what was said is none; behind it a ground may still follow.
    """
    turned = turn(message.pieces)
    where = _stretch(message.pieces[: turned.start], intent, verb)
    if where or turned.start == len(message.pieces):
        return where
    where = _stretch(message.pieces, intent, verb)
    return where if where.start >= turned.stop else range(0)


def _stretch(pieces: Sequence[Piece], intent: str, verb: int) -> range:
    if (told := _suffered(pieces, verb)) is not None:
        return told
    claimed = [i for i, p in enumerate(pieces) if i == verb or is_claimed(p) or _is_deed(pieces, i, intent)]
    if not claimed:
        return range(0)
    amount = max((i for i in claimed if pieces[i].shape is Shape.QUANTITY), default=claimed[-1])
    edges = [i for i in claimed if i >= amount] + [len(pieces)]
    for start, stop in reversed(list(pairwise(edges))):
        stretch = _trimmed(pieces, range(start + 1, stop))
        if _says_something(pieces, stretch) and not _is_slip(pieces, stretch):
            return _with_things(pieces, stretch)
    lead = _trimmed(pieces, range(claimed[0]))
    is_clause = any(pieces[i].shape is Shape.BREAK for i in range(lead.stop, claimed[0]))
    return lead if is_clause and _says_something(pieces, lead) and not _is_slip(pieces, lead) else range(0)


def _suffered(pieces: Sequence[Piece], verb: int) -> range | None:
    """…，被C30罐车撞翻: a last clause that begins so is the ground, whatever stands in it."""
    start = next((i for i in reversed(range(len(pieces))) if pieces[i].shape is Shape.BREAK), -1) + 1
    is_told = verb < start < len(pieces) and pieces[start].text.startswith("被")
    return _trimmed(pieces, range(start, len(pieces))) if is_told else None


def _is_slip(pieces: Sequence[Piece], where: range) -> bool:
    """领十字扣200个，说错了，是退料: it corrects what was said. 作废…，数量写错了 is a ground all the same."""
    words = [pieces[i] for i in where if not pieces[i].is_gap]
    if not all(p.has(Cue.CORRECT, Cue.RECALL, Cue.FILL) or p.intents for p in words):
        return False
    is_turn = bool(words) and words[0].has(Cue.CORRECT, Cue.RECALL)  # 不对，是退料
    return is_turn or any(p.text in PHRASES.slips for p in words)


def _with_things(pieces: Sequence[Piece], stretch: range) -> range:
    """炉膛开裂: in a clause of its own, without an amount, a thing belongs to the ground."""
    start = stretch.start
    while start > 0 and (_is_thing(pieces[start - 1]) or pieces[start - 1].shape is Shape.SPACE):
        start -= 1
    is_clause = 0 < start < stretch.start and pieces[start - 1].shape is Shape.BREAK
    return _trimmed(pieces, range(start, stretch.stop)) if is_clause else stretch


def _is_thing(piece: Piece) -> bool:
    """Also 扇 of 门扇, which counts nothing here."""
    if piece.codes(Domain.STAGE):
        return True
    return is_part(piece) or (piece.shape is Shape.WORD and piece.word is not None and bool(piece.word.units))


def _is_deed(pieces: Sequence[Piece], index: int, intent: str) -> bool:
    """Whether the deed is named again (退给华辰); behind a strange word it belongs to the ground (切割损耗)."""
    before = pieces[index - 1] if index else None
    return intent in pieces[index].intents and not (
        before is not None and (before.shape is Shape.UNKNOWN or is_part(before))
    )


def _trimmed(pieces: Sequence[Piece], where: range) -> range:
    start, stop = where.start, where.stop
    while start < stop and (pieces[start].is_gap or pieces[start].has(Cue.REASON) or pieces[start].text in _EMPTY):
        start += 1
        if pieces[start - 1].has(Cue.REASON):
            start = _behind_turn(pieces, start, stop)
    while stop > start and (pieces[stop - 1].is_gap or pieces[stop - 1].text in ("吧",)):
        stop -= 1
    return range(start, stop)


def _says_something(pieces: Sequence[Piece], where: range) -> bool:
    words = [pieces[i] for i in where if not (pieces[i].is_gap or pieces[i].text in PHRASES.courtesy)]
    if len(words) == 1 and len(words[0].text) == 1:
        is_joined = words[0].shape is Shape.UNKNOWN and not _is_edge(pieces, where.start - 1)
        if words[0].intents or (is_joined and not _is_edge(pieces, where.stop)):
            return False  # 入元件库
    if len(words) > 1 and words[-1].text in PHRASES.remains and pieces[where.start - 1].shape is Shape.BREAK:
        return True  # 下料剩的
    return any(
        p.shape is Shape.UNKNOWN
        or (p.intents and p.text not in KINDS and not p.has(Cue.TO, Cue.FILL, Cue.GIVE, Cue.NEED))
        or p.has(Cue.NOT, Cue.FAULT, Cue.VAGUE, Cue.CORRECT, Cue.DROP, Cue.CALM)
        or is_part(p)
        for p in words
    )


def _is_edge(pieces: Sequence[Piece], at: int) -> bool:
    return not 0 <= at < len(pieces) or pieces[at].is_gap


def _is_ground(pieces: Sequence[Piece], where: range) -> bool:
    """库里还有货: a clause of its own is a ground if it is more than courtesy."""
    words = [pieces[i] for i in where if not pieces[i].is_gap]
    is_thanks = any(piece.text in PHRASES.courtesy for piece in words)
    return any(not (piece.text in PHRASES.courtesy or (is_thanks and piece.has(Cue.FILL))) for piece in words)


def words_of(message: Message, where: range) -> str:
    """What was typed there, as it was typed."""
    if not where:
        return ""
    text = message.source.original(message.pieces[where.start].start, message.pieces[where.stop - 1].end)
    return text.strip(" ,，。.;；:：")
