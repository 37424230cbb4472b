"""不对: the message that was misread, found by what is quoted or as the last one, becomes a report."""

import json
import re
from dataclasses import dataclass
from typing import Final

from domain import misreading
from domain.errors import DomainError
from domain.misreading import Misread
from domain.operation import Asker, Operation
from handlers.questions import plain_words
from handlers.recall import TEXT_MAX, Exchange

_WRONG: Final = (
    r"(?:你)?(?:又)?(?:不对|[看读听搞弄记理解认]{1,2}错了?|错了|不是这个意思|没看懂我的意思)[啊呀吧呢了嘛的]{0,2}"
)
_PLAIN: Final = re.compile(_WRONG)
_WITH_MORE: Final = re.compile(_WRONG + r"[\s,，。!！:：;；]+(\S.*)", re.DOTALL)


@dataclass(eq=False)
class NothingToReport(DomainError):
    """不对, and nothing was said here in the last ten minutes that it could be about."""


def is_report(text: str) -> bool:
    """Whether the words only say that something was misread."""
    return _PLAIN.fullmatch(plain_words(text)) is not None


def with_more(text: str) -> bool:
    """Whether the words say so and go on: 不对，我说的是白水泥."""
    return _WITH_MORE.fullmatch(text.strip()) is not None


def report(exchange: Exchange | None, words: str, *, by: Asker) -> Operation:
    """Raises NothingToReport."""
    if exchange is None:
        raise NothingToReport
    found = Misread(
        key=exchange.key,
        person=by.person,
        at=exchange.at,
        text=exchange.text,
        context=json.dumps(exchange.context, ensure_ascii=False),
        reading=json.dumps(exchange.reading, ensure_ascii=False),
        words=words.strip()[:TEXT_MAX],
    )
    return misreading.report(found, booked=exchange.booked, by=by)
