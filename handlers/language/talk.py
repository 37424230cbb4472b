"""What reads like a command and is only talk: too many strange words, a story, somebody else's words."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from handlers.language.draft import Draft
from handlers.language.message import Message
from handlers.language.normalise import BROKEN
from handlers.language.pieces import Piece, Shape
from handlers.language.vocabulary import PHRASES

# A thing that nobody knows may leave two characters over.
_SCATTERED_MIN: Final = 2
# Of 2,500 commands none left so many characters unexplained beside the names of strangers; most stories do.
_STORY_MIN: Final = 4
# 成本, 日报: no thing is named beside them, so less may be strange.
_THINGLESS: Final = frozenset(("cost.query", "digest.query"))
_LATIN: Final = re.compile(r"[!-~]+", re.ASCII)
_SOFT: Final = "啊哈吧呀哦嘿了"
_QUOTES: Final = (("“", "”"), ("「", "」"), ("『", "』"), ('"', '"'))


def is_chatter(message: Message) -> bool:
    """A verb among many strange words and no thing at all is talk, not a command."""
    return sum(len(p.text) for p in message.pieces if p.shape is Shape.UNKNOWN) > 3


def is_scattered(draft: Draft, message: Message) -> bool:
    """库存太乱了该整理了: strange stretches with small words between, and no thing nor amount, are talk."""
    if any(line.material or line.quantity for line in draft.lines) or draft.candidates:
        return False
    stretches, strange, apart = 0, 0, True
    for piece in message.pieces:
        if piece.shape is Shape.UNKNOWN and piece.text != BROKEN:
            stretches, strange, apart = stretches + apart, strange + len(piece.text), False
        elif piece.word is not None and piece.word.cues:
            apart = True
    return stretches > 1 and strange > _SCATTERED_MIN


def is_story(draft: Draft, message: Message) -> bool:
    """昨晚做梦梦见自己领了50顶安全帽，分都分不完: so much is strange that the verb is not meant for us."""
    strangers = "".join(line.said or "" for line in draft.lines if line.quantity and not line.material)
    strange = [
        piece.text
        for piece in message.pieces
        if piece.shape is Shape.UNKNOWN and piece.text != BROKEN and piece.text not in strangers
    ]
    return sum(map(weight, strange)) >= (_STORY_MIN - 1 if draft.intent in _THINGLESS else _STORY_MIN)


def strangeness(pieces: Iterable[Piece]) -> int:
    """How much stands there that nobody knows."""
    return sum(weight(piece.text) for piece in pieces if piece.shape is Shape.UNKNOWN)


def weight(text: str) -> int:
    """Characters, of which letters on end count as one: nobody tells a story in them."""
    return len(_LATIN.sub("x", text))


def is_quoted(message: Message, verb: int) -> bool:
    """举的例子是“报损600地砖5片”: the verb is in quotation marks, and something is said about it outside of them."""
    if verb < 0:
        return False
    text, place = message.source.text, message.pieces[verb].start
    for opening, closing in _QUOTES:
        start = text.rfind(opening, 0, place)
        end = text.find(closing, place)
        if 0 <= start < place < end and text[:start].strip(" ,，:") != "":
            return True
    return False


def is_retracted(pieces: Sequence[Piece]) -> bool:
    """领20包，当我没说: what is said last takes all of it back."""
    last = max((at for at, piece in enumerate(pieces) if piece.is_gap), default=-1)
    said = "".join(piece.text for piece in pieces[last + 1 :]).strip()
    return last >= 0 and (said in PHRASES.retracted or said.rstrip(_SOFT) in PHRASES.retracted)
