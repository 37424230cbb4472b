"""What makes a verb no command: it is denied, put off, or part of the name of something."""

from collections.abc import Iterator, Sequence
from typing import Final

from handlers.language.acts import Act
from handlers.language.lexicon import Domain
from handlers.language.pieces import Piece, Shape
from handlers.language.verbs import LINE_INTENTS
from handlers.language.vocabulary import PHRASES, Cue

# So many pieces before a verb may still deny it.
_DENIAL_REACH: Final = 4
# And so many may lie between a tale and its verb.
_TALE_REACH: Final = 16
# So far behind 等 its 再 may come.
_WAIT_REACH: Final = 30
# 领口罩: behind a verb of one character a thing follows.
_WORD_MIN: Final = 2
_USED_UP: Final = ("完了", "没了", "不够了", "光了", "没有了", "坏了", "丢了")


def is_noun(pieces: Sequence[Piece], index: int) -> bool:
    """出库口, 领料处: what follows makes a place or a paper of the verb."""
    after = pieces[index + 1] if index + 1 < len(pieces) else None
    if after is not None and after.has(Cue.SAYS):
        return True  # 采购说
    if after is None or len(pieces[index].text) < _WORD_MIN:
        return False
    if after.shape is not Shape.UNKNOWN and (len(after.text) > 1 or after.word is None or bool(after.word.cues)):
        return False
    return after.text.startswith(PHRASES.nouns) and not after.text.startswith("处理")


def is_adverb(pieces: Sequence[Piece], index: int) -> bool:
    """还 is a verb only right before what is given back: 还缺20包 still lacks them."""
    if pieces[index].text not in PHRASES.adverbs or index + 1 >= len(pieces):
        return False
    after = pieces[index + 1]
    return after.shape is Shape.UNKNOWN or (after.word is not None and bool(after.intents or after.word.cues))


def is_softener(pieces: Sequence[Piece], index: int) -> bool:
    """看紧点, 快点: behind a strange word 点 counts nothing."""
    if pieces[index].text != "点" or not index or pieces[index - 1].is_gap:
        return False
    if index + 1 == len(pieces) or pieces[index + 1].shape is Shape.BREAK:
        return True
    if pieces[index - 1].shape is not Shape.UNKNOWN:
        return False
    behind = pieces[index + 1 : index + 1 + _DENIAL_REACH]
    return not any(piece.shape is Shape.QUANTITY for piece in behind)


def is_told(pieces: Sequence[Piece], index: int) -> bool:
    """领过了, 上次领了: what has been is told, not asked for."""
    after = pieces[index + 1] if index + 1 < len(pieces) else None
    if after is not None and after.text in PHRASES.past:
        return True
    said = ""
    for piece in reversed(pieces[max(index - _TALE_REACH, 0) : index]):
        if piece.shape is Shape.BREAK:
            break
        said = piece.text + said
    return "的" not in said and any(tale in said for tale in PHRASES.tales)


def is_denied(pieces: Sequence[Piece], act: Act) -> bool:
    """先别领, 没人领, 不用急着领; 取消领; 领不了, 领不领."""
    after = pieces[act.index + 1] if act.index + 1 < len(pieces) else None
    behind = pieces[act.index + 2] if act.index + 2 < len(pieces) else None
    is_counted = behind is not None and behind.shape in (Shape.QUANTITY, Shape.NUMBER)
    if after is not None and after.text in PHRASES.unable and not (after.has(Cue.VAGUE) and is_counted):
        return True  # 领不了; 实盘不到20桶 is counted
    if _is_disowned(pieces, act.index) or _is_averted(pieces, act):
        return True
    for piece in reversed(pieces[max(act.index - _DENIAL_REACH, 0) : act.index]):
        if piece.has(Cue.NOT, Cue.DROP) and not piece.has(Cue.CORRECT):
            return True
        if piece.text == "不是" and not any(p.shape is Shape.QUANTITY for p in pieces[: act.index]):
            return True
        is_small = piece.shape is Shape.UNKNOWN and len(piece.text) == 1
        is_place = piece.has(Cue.TO, Cue.FROM, Cue.GIVE) or bool(
            piece.codes(Domain.PROJECT) or piece.codes(Domain.TEAM)
        )
        if not (piece.shape is Shape.SPACE or piece.has(Cue.FILL, Cue.SAYS) or is_small or is_place):
            return False
    return False


def _is_averted(pieces: Sequence[Piece], act: Act) -> bool:
    """忘了领, 提醒我收货, 查一下领水泥20包: behind such a word nothing is done to an amount."""
    if act.intent not in LINE_INTENTS:
        return False
    for piece in reversed(pieces[max(act.index - _DENIAL_REACH, 0) : act.index]):
        if piece.text in PHRASES.averted or (piece.text in PHRASES.looking and len(piece.text) > 1):
            return any(other.shape is Shape.QUANTITY for other in pieces)
        if not (piece.word is not None and piece.word.names):  # 忘了瓦工班领
            return False
    return False


def _is_disowned(pieces: Sequence[Piece], index: int) -> bool:
    """那20包水泥不是我领的."""
    if index < 2 or index + 1 >= len(pieces) or not pieces[index + 1].has(Cue.OF):
        return False
    who = pieces[index - 1]
    is_somebody = who.has(Cue.ME) or who.shape is Shape.HUMAN or (who.word is not None and bool(who.word.names))
    return is_somebody and pieces[index - 2].text == "不是"


def is_put_off(pieces: Sequence[Piece], act: Act) -> bool:
    """等天晴了再领, 下周再申购, 砂子到了再领: not before something else has happened."""
    if any(p.has(Cue.WAIT) for p in pieces[max(act.index - 1, 0) : act.index]):
        return True  # 等着卸货
    if _waits_first(pieces, act.index):
        return True  # 等我有钱了，给打胶班每人发两双
    if any(p.has(Cue.WAIT) and _opens_clause(pieces, i) for i, p in _before(pieces, act.index)):
        return any(p.text in PHRASES.then for _, p in _before(pieces, act.index))
    again = next((i for i in range(act.index - 1, max(act.index - 3, -1), -1) if pieces[i].text in PHRASES.again), -1)
    if again < 0:
        return False
    before = pieces[again - 1] if again else None
    if before is None or before.is_gap:
        return False
    if before.shape is Shape.DATE:
        return True
    said = "".join(piece.text for piece in pieces[max(again - 4, 0) : again])
    if said.endswith("然后"):
        return False
    return said.endswith(PHRASES.after) or (said.endswith("了") and not said.endswith(_USED_UP))


def _waits_first(pieces: Sequence[Piece], index: int) -> bool:
    """Whether the message begins with what is waited for, in a clause of its own."""
    first = next((at for at, piece in enumerate(pieces) if not piece.is_gap and piece.shape is not Shape.MENTION), -1)
    end = next((at for at, piece in enumerate(pieces) if at > first and piece.shape is Shape.BREAK), -1)
    if not 0 <= first < end < index:
        return False
    return pieces[first].has(Cue.WAIT) and pieces[end - 1].text in ("了", "后", "之后", "以后")


def _before(pieces: Sequence[Piece], index: int) -> Iterator[tuple[int, Piece]]:
    """The pieces before a place, so far as they may put it off."""
    return ((at, pieces[at]) for at in range(max(index - _WAIT_REACH, 0), index))


def _opens_clause(pieces: Sequence[Piece], index: int) -> bool:
    """等 behind a list says "and so on"."""
    for piece in reversed(pieces[max(index - 3, 0) : index]):
        if piece.shape in (Shape.BREAK, Shape.MENTION):
            return True
        if piece.shape is not Shape.SPACE and not piece.has(Cue.FILL, Cue.ME):
            return False
    return True
