"""What is said of the second item, of the one before, of the team with another number."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handlers.language.lexicon import Lexicon, Word
from handlers.language.pieces import Piece, Shape
from handlers.language.vocabulary import PHRASES, Cue

PLACED: Final = "第"
# 第 2 条 改成 60包
_ADDRESS_LENGTH: Final = 4
_DETAILS: Final = (Shape.PRICE, Shape.AMOUNT, Shape.LOT, Shape.EXPIRY)
_NUMERAL: Final = "[一二三四五六七八九十0-9]{1,2}"
NUMBERED: Final = re.compile(rf"({_NUMERAL})([班队组号标区期栋])")


def recounted(found: list[Piece], pieces: Sequence[Piece], at: int) -> int:
    """第二条改成60包, 前面那个改22根, 最后一个不对，3根: the amount that stands there is another."""
    reach = range(at + 1, min(at + 1 + _ADDRESS_LENGTH + 1, len(pieces)))
    ahead = [index for index in reach if not pieces[index].is_gap][:_ADDRESS_LENGTH]
    behind = [pieces[index] for index in ahead]
    gone = next((i for i, piece in enumerate(behind) if piece.has(Cue.DROP)), 0)
    if gone and pieces[at].text.endswith(PLACED):
        return ahead[gone] + 1 if _drop_item(found, behind[0].number or "") else at
    told = next((i for i, piece in enumerate(behind) if piece.shape in _DETAILS), 0)
    if told and all(piece.has(Cue.OF, Cue.FILL) for piece in behind[1:told]):
        return ahead[told] + 1 if _told_of(found, _place(pieces[at], behind[0]), behind[told]) else at
    mark = next((i for i, piece in enumerate(behind) if piece.has(Cue.CORRECT)), len(behind))
    amount = behind[mark + 1] if mark + 1 < len(behind) else None
    if amount is None or amount.number is None or amount.shape not in (Shape.QUANTITY, Shape.NUMBER):
        return at
    amounts = [index for index, piece in enumerate(found) if piece.shape is Shape.QUANTITY]
    place = _place(pieces[at], behind[0] if mark else None)
    if not 0 < abs(place) <= len(amounts):
        return at
    old = amounts[place - 1 if place > 0 else place]
    units = amount.units or found[old].units
    found[old] = replace(amount, shape=Shape.QUANTITY, units=units, start=found[old].start, end=found[old].end)
    return ahead[mark + 1] + 1


def _place(address: Piece, numeral: Piece | None) -> int:
    """Which item is meant: counted from 1, from the end below 0; 0 for none."""
    said = numeral.number or "" if numeral is not None else ""
    return PHRASES.ends.get(address.text) or (int(said) if said.isdecimal() else 0)


def _told_of(found: list[Piece], place: int, detail: Piece) -> bool:
    """第一行单价改成90: what is told of the item there is another, or is told for the first time."""
    amounts = [index for index, piece in enumerate(found) if piece.shape is Shape.QUANTITY]
    if not 0 < abs(place) <= len(amounts):
        return False
    start = amounts[place - 1 if place > 0 else place]
    end = next((index for index in amounts if index > start), len(found))
    old = next((index for index in range(start, end) if found[index].shape is detail.shape), None)
    if old is None:
        found.insert(start + 1, replace(detail, start=found[start].end, end=found[start].end))
    else:
        found[old] = replace(detail, start=found[old].start, end=found[old].end)
    return True


def _drop_item(found: list[Piece], said: str) -> bool:
    """第二项去掉: the clause of the second amount is gone."""
    amounts = [index for index, piece in enumerate(found) if piece.shape is Shape.QUANTITY]
    if not said.isdecimal() or not 0 < int(said) <= len(amounts):
        return False
    at = amounts[int(said) - 1]
    start = next((i for i in reversed(range(at)) if found[i].shape is Shape.BREAK), -1) + 1
    end = next((i for i in range(at, len(found)) if found[i].shape is Shape.BREAK), len(found))
    if sum(found[i].shape is Shape.QUANTITY for i in range(start, end)) > 1 or any(
        found[i].intents for i in range(start, end)
    ):
        return False
    del found[start:end]
    return True


def numbered_so(name: Piece, numeral: str, noun: str, lexicon: Lexicon) -> Word | None:
    """安装二队 for 安装一队, where the company has both."""
    if name.word is None or not name.word.names:
        return None
    word = lexicon.get(re.sub(rf"{_NUMERAL}(?={noun})", numeral, name.text, count=1))
    is_other = word is not None and word.text != name.text and word.names.keys() & name.word.names.keys()
    return word if is_other else None


def renamed(name: Piece, refused: str, holds: str, lexicon: Lexicon) -> Word | None:
    """16米登高车 for 20米登高车, where 20米 is refused and the company has both."""
    if not refused or name.word is None or not name.word.names or refused not in name.text:
        return None
    word = lexicon.get(name.text.replace(refused, holds, 1))
    return word if word is not None and word.names.keys() & name.word.names.keys() else None
