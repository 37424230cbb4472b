"""What the robot asks back when a message does not say enough, and how the next message answers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from domain.company import Company
from domain.naming import Meant
from domain.operation import Dialogue, Question
from domain.values import parse_decimal
from handlers.language import Line, Reading, Status
from handlers.language.vocabulary import UNITS
from handlers.nearby import is_guess

YES: Final = frozenset(
    {"对", "是", "是的", "嗯", "好", "好的", "可以", "确认", "再记一次", "再记", "再记一笔", "ok", "OK"}
)
NO: Final = frozenset({"不", "不是", "不用", "不用了", "算了", "取消", "不要", "不要了", "否"})
NONE_OF_THESE: Final = frozenset({"不", "不是", "都不是", "不是这个", "不是的", "否"})
# What people put around a name when they answer with it: 给瓦工班, 用在主体结构吧, 跟海螺买.
_POLITE: Final = re.compile(r"^(?:给|是|用在|用于|用|跟|找|从)|(?:的|吧|呀|啊|呢|领的|领|用|用的|买|家)$")
_AGAIN: Final = ("confirm.again",)
_PRICE_MEANT: Final = ("confirm.price",)
_PRICE: Final = re.compile(r"lines\[(\d+)\]\.unit_price")
_MATERIAL: Final = re.compile(r"lines\[(\d{1,4})\]\.material", re.ASCII)
_ORDINALS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


@dataclass(eq=False)
class Unclear(Question):
    """The intent is clear, something required is absent; `reading` is what was understood.

    `is_again`: the answer to this question was not understood.
    """

    reading: Reading
    is_again: bool = False
    text: str = ""  # as it was typed, where this question is about it


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing to choose: its path, the words that named it, and the names to choose from, numbered from `first`.

    `is_guess`: the words name nothing in the book, the names are only like them.
    """

    path: str
    said: str
    names: tuple[str, ...]
    first: int
    is_guess: bool = False


@dataclass(eq=False)
class WhichOne(Question):
    """Several things fit. The numbers run on through all choices, so that `1 4` answers two of them."""

    reading: Reading
    offers: tuple[Choice, ...]
    is_again: bool = False
    text: str = ""


@dataclass(eq=False)
class StillOpen(Question):
    """The answer to a question that a decision asked was not understood; `names` are the choices, if there are any."""

    path: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """An open question: the reading it is about, the paths asked for, and what could be chosen.

    `said` is the digest of the words that began it, so that repeating them is noticed after the answer as well;
    `again` that the person has said already that they mean it. `is_decided`: a decision asked, the words themselves
    are complete. `tries`: how many answers were not understood. `meant`: words, and what was chosen for them so far.
    """

    reading: Reading
    asks: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    said: str = ""
    again: bool = False
    is_decided: bool = False
    tries: int = 0
    meant: tuple[Meant, ...] = ()

    @property
    def wants_yes(self) -> bool:
        return self.asks[:1] in (_AGAIN, _PRICE_MEANT)

    @property
    def wants_price(self) -> bool:
        """Whether the yes is about a price."""
        return self.asks[:1] == _PRICE_MEANT

    def write(self) -> str:
        body = {
            "reading": self.reading.to_json(),
            "asks": list(self.asks),
            "choices": {k: list(v) for k, v in self.choices.items()},
            "said": self.said,
            "again": self.again,
            "decided": self.is_decided,
            "tries": self.tries,
            "meant": [[one.said, one.material] for one in self.meant],
        }
        return json.dumps(body, ensure_ascii=False)

    @classmethod
    def read(cls, dialogue: Dialogue) -> "Memo":
        body: dict[str, Any] = json.loads(dialogue.memo)
        choices = {path: tuple(codes) for path, codes in body["choices"].items()}
        return cls(
            reading=Reading.from_json(body["reading"]),
            asks=tuple(body["asks"]),
            choices=choices,
            said=body.get("said", ""),
            again=body.get("again", False),
            is_decided=body.get("decided", bool(choices)),
            tries=body.get("tries", 0),
            meant=tuple(Meant(said=said, material=code) for said, code in body.get("meant", ())),
        )


def memo_of(reading: Reading, question: Question, *, said: str = "", again: bool = False) -> Memo:
    """What to keep of a question: the reading as pending, with what is missing."""
    if isinstance(question, Unclear | WhichOne):
        return Memo(reading=question.reading, asks=question.asks, said=said, again=again)
    pending = replace(reading, status=Status.INCOMPLETE, missing=question.asks)
    choices = dict(question.choices)
    return Memo(reading=pending, asks=question.asks, choices=choices, said=said, again=again, is_decided=True)


def asked_again(memo: Memo, company: Company) -> Question:
    """The question of a memo once more, because the answer was not understood. Nothing is carried out for it."""
    if memo.is_decided:
        path = memo.asks[0] if memo.asks else ""
        names = tuple(label(path, code, company) for code in memo.choices.get(path, ()))
        return StillOpen(path, names, asks=memo.asks)
    if memo.reading.candidates:
        return which_one(memo.reading, company, is_again=True)
    return Unclear(memo.reading, is_again=True, asks=memo.asks)


def answered(memo: Memo, text: str, company: Company) -> Reading | None:
    """The reading completed by a short answer to a question that a decision asked; None where it is no such answer."""
    path = memo.asks[-1] if memo.asks else ""
    if len(memo.asks) != (2 if memo.wants_price else 1) or path.startswith("confirm."):
        return None
    value = _value(path, text, memo.choices.get(path, ()), company)
    if value is None:
        return None
    reading = replace(memo.reading, status=Status.OK, missing=())
    if path.startswith("fields."):
        return replace(reading, fields={**reading.fields, path.removeprefix("fields."): value})
    if (priced := _PRICE.fullmatch(path)) is not None:
        at = int(priced[1])
        return replace(reading, lines=tuple(_priced(x, value) if i == at else x for i, x in enumerate(reading.lines)))
    return None


def _priced(line: Line, price: str) -> Line:
    return replace(line, unit_price=price, amount=None)


def plain_words(text: str) -> str:
    """A short answer without what thumbs and speech recognition put behind it."""
    return text.strip(" \t\n,，。.!！~～;；")


def _value(path: str, text: str, choices: tuple[str, ...], company: Company) -> str | None:
    if path == "fields.reason":
        return text
    if _PRICE.fullmatch(path):
        return _price(text)
    named = {label: code for code in choices for label in _labels(path, code, company)}
    text = plain_words(text)
    plain = _POLITE.sub("", text)
    if plain in named:
        return named[plain]
    if (at := _ordinal(plain)) is not None and 0 < at <= len(choices):
        return choices[at - 1]
    return None


def _price(text: str) -> str | None:
    plain = plain_words(text).removeprefix("单价").lstrip("￥¥").rstrip("元块钱").strip()
    try:
        parse_decimal(plain)
    except Exception:
        return None
    return plain


def _ordinal(text: str) -> int | None:
    plain = text.removeprefix("第").removesuffix("个")
    if plain in _ORDINALS:
        return _ORDINALS[plain]
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 2 else None


def _labels(path: str, code: str, company: Company) -> tuple[str, ...]:
    """Everything that people may call a choice."""
    shelf: Mapping[str, Any] = {
        "fields.project": company.projects,
        "fields.supplier": company.suppliers,
        "fields.to_warehouse": company.warehouses,
    }.get(path, {})
    found = shelf.get(code)
    return (code,) if found is None else (code, found.name, *found.aliases)


def label(path: str, code: str, company: Company) -> str:
    """How a candidate is shown."""
    if path.endswith(".material") and code in company.materials:
        return company.materials[code].label
    for shelf in (
        company.projects,
        company.people,
        company.suppliers,
        company.customers,
        company.warehouses,
        company.equipment,
    ):
        if code in shelf:
            return shelf[code].name
    return code


def as_typed(said: str, text: str) -> str:
    """Words of a reading, which is in small letters, as they stand in the text; as they are where they do not."""
    at = text.lower().find(said.lower())
    return text[at : at + len(said)] if at >= 0 and len(text.lower()) == len(text) else said


def unit_typed(line: Line, text: str, company: Company) -> str:
    """The unit behind the line's quantity in the text, "" where none is seen: a reading leaves out what is not kept."""
    if not line.quantity:
        return ""
    units = {*UNITS.counters, *UNITS.aliases, *company.units}
    found = re.search(rf"(?<![\d.]){re.escape(line.quantity)}\s*([^\W\d_]{{1,3}})", text)
    words = [found[1][:end] for end in range(len(found[1]), 0, -1)] if found else []
    return next((word for word in words if word in units), "")


def which_one(reading: Reading, company: Company, *, is_again: bool = False, text: str = "") -> WhichOne:
    offers, first = list[Choice](), 1
    for path, codes in reading.candidates.items():
        offers.append(
            Choice(
                path=path,
                said=as_typed(_said(reading, path), text),
                names=tuple(label(path, code, company) for code in codes),
                first=first,
                is_guess=is_guess(reading, path),
            )
        )
        first += len(codes)
    return WhichOne(reading, tuple(offers), is_again, text, asks=(*reading.candidates, *reading.missing))


def _said(reading: Reading, path: str) -> str:
    found = _MATERIAL.fullmatch(path)
    line = reading.lines[int(found[1])] if found and int(found[1]) < len(reading.lines) else None
    return (line.said or "") if line is not None else ""
