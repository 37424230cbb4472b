"""记住: after a choice the words that were chosen about can become a name, when the person says so."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from domain import naming
from domain.errors import DomainError
from domain.naming import Meant
from domain.operation import DIALOGUE_LASTS, Asker, Dialogue, DialogueOf, Draft, Facts, Operation, perform
from handlers.language import Catalogue, Reading
from handlers.language.again import pieces_of
from handlers.language.pieces import Shape
from handlers.questions import plain_words

REMEMBER: Final = frozenset(
    {"记住", "记住吧", "记住了", "记住它", "记下来", "请记住", "帮我记住", "好记住", "好，记住"}
)
_TAUGHT: Final = re.compile(
    r"(?:请|帮我)?记住[\s,，:：]*[\"“”「]?([^\s\"“”」=]{1,40}?)[\"“”」]?\s*(?:就是|=|＝|是指|指的是)\s*(.{1,60})"
)
_LINE: Final = re.compile(r"lines\[(\d{1,4})\]\.material", re.ASCII)
OFFERED_MAX: Final = 3
_SPEECH: Final = frozenset(
    {Shape.QUANTITY, Shape.DATE, Shape.DOCUMENT, Shape.PERCENT, Shape.PRICE, Shape.LOT, Shape.EXPIRY, Shape.BREAK}
)


@dataclass(eq=False)
class NothingToLearn(DomainError):
    """记住 without a choice made in the last ten minutes."""


@dataclass(eq=False)
class WhatIsThat(DomainError):
    """记住 X 就是 Y, where Y is not exactly one material."""

    said: str


def place_of(by: Asker) -> DialogueOf:
    """Where an offer is remembered: beside the open question, which the next message may answer."""
    return DialogueOf(person=by.person, chat=f"naming {by.chat}")


def meant_by(before: Reading, after: Reading) -> tuple[Meant, ...]:
    """The words of lines whose material was open, with what was chosen. Lines taken out leave no way to pair them."""
    if len(after.lines) < len(before.lines) or after.intent != before.intent:
        return ()
    found = list[Meant]()
    for path in dict.fromkeys((*before.candidates, *before.missing)):
        at = _LINE.fullmatch(path)
        if at is None or int(at[1]) >= len(before.lines):
            continue
        said, code = before.lines[int(at[1])].said, after.lines[int(at[1])].material
        is_choice = path in before.candidates and path not in before.missing
        if said and code and (not is_choice or code in before.candidates[path]):
            found.append(Meant(said=said, material=code))
    return tuple(found)


def offered(meant: Sequence[Meant], facts: Facts, catalogue: Catalogue, by: Asker) -> tuple[Meant, ...]:
    """What this person may be offered to remember: nothing that would be refused, nothing known already."""
    if not meant or not naming.may_name(facts.company, by.person):
        return ()
    return tuple(one for one in meant if _is_worth(one, facts, catalogue))[:OFFERED_MAX]


def _is_worth(one: Meant, facts: Facts, catalogue: Catalogue) -> bool:
    if naming.is_known(facts.company, one.said, one.material) or _is_speech(one.said, catalogue, facts.today):
        return False
    try:
        naming.check_name(facts.company, one.said, one.material)
    except DomainError:
        return False
    return True


def _is_speech(said: str, catalogue: Catalogue, today: date) -> bool:
    """领料, 20包, 周五: words that mean something by themselves would be lost if they became a name."""
    word = catalogue.lexicon.get(said)
    if word is not None and (word.units or word.intents or word.cues):
        return True
    pieces = pieces_of(said, catalogue, today)
    return any(piece.shape in _SPEECH or any(piece.intents.values()) for piece in pieces)


def offer(meant: tuple[Meant, ...], by: Asker, draft: Draft) -> None:
    """Below the answer, and for ten minutes."""
    if meant:
        pairs = [[one.said, one.material] for one in meant]
        draft[place_of(by)] = Dialogue(memo=json.dumps(pairs, ensure_ascii=False), until=draft.now + DIALOGUE_LASTS)
        draft.answer(naming.NameOffered(meant=meant))


def is_asked(text: str) -> bool:
    """Whether a message may need what was offered."""
    return plain_words(text) in REMEMBER


def operation_for(
    text: str, by: Asker, facts: Facts, catalogue: Catalogue, materials: Callable[[str], Iterable[str]]
) -> Operation | None:
    """记住, or 记住 X 就是 Y; None for other words. Raises NothingToLearn, WhatIsThat, NoName."""
    if is_asked(text):
        return Operation(by=by, may=None, decide=partial(_learn_offered, by))
    if (found := _TAUGHT.fullmatch(plain_words(text))) is None:
        return None
    codes = tuple(dict.fromkeys(materials(found[2])))
    if len(codes) != 1:
        raise WhatIsThat(found[2])
    if _is_speech(found[1].casefold(), catalogue, facts.today):
        raise naming.NoName(found[1])
    return naming.learn([Meant(said=found[1].casefold(), material=codes[0])], by=by)


def _learn_offered(by: Asker, draft: Draft) -> None:
    noted = draft[place_of(by)]
    if noted is None or draft.now > noted.until:
        raise NothingToLearn
    pairs: list[Any] = json.loads(noted.memo)
    perform(naming.learn([Meant(said=said, material=code) for said, code in pairs], by=by), draft)
    draft[place_of(by)] = None
