"""Every event and every refusal has its sentence; what people typed is shown as it is and forms nothing."""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

import domain
import handlers
from bot.render import TEMPLATES, Renderer, template_of
from bot.words import INTENTS as WORDS
from domain.arrival import WhatPrice
from domain.company import Company, Material
from domain.company_file import CompanyFileFaults
from domain.company_file.faults import Fault
from domain.digest import DailyDigest
from domain.document_query import DocumentShown
from domain.documents import DocumentKind, Number
from domain.errors import DomainError
from domain.issue import IssueBooked
from domain.operation import Asker, Question
from domain.purchase_order import OrderPlaced
from domain.receipt import ReceiptBooked
from domain.records import NoSuchMaterial
from domain.requisition import RequisitionApproved, RequisitionRejected, RequisitionSubmitted
from domain.reversal import Undone
from domain.stock_query import StockAnswer
from domain.values import Money, Price, Quantity
from handlers.language import Reading
from handlers.language.verbs import INTENTS

NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PLAIN: Final = "张三"
HOSTILE: Final = [
    "*粗* **很粗** _斜_ ~~删~~",
    "[点我](http://evil.example) ![图](http://evil.example/x.png)",
    "{{7*7}}{% raw %}",
    "<font color=red>红</font><script>alert(1)</script>",
    "@所有人",
    "`反引号` ```块```",
    "# 标题",
    "> 引用",
    "| 表 | 格 |",
    "行一\n# 行二\n- 行三\n1. 行四\n---\n===\n> 行七",
    "\\*已转义\\*",
    "$(rm) %s {0}",
]
MARKS: Final = re.compile(r"(?<!\\)(?:\\\\)*([*_`\[\]#<>|!~@])")
LINE_MARKS: Final = re.compile(r"(?m)^ *(?:[-+](?= )|-{3,}|={3,}|\d+\.(?= ))")
EXAMPLE: Final = 7
RARE_PRICE: Final = Price(987_654_321_000)
RARE_MONEY: Final = Money(123_456_789)


def modules() -> list[types.ModuleType]:
    """Every module of the domain and of the handlers."""
    found = list[types.ModuleType]()
    for package in (domain, handlers):
        found += [
            importlib.import_module(m.name) for m in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
        ]
    return found


def classes() -> dict[str, type]:
    """By template, every class that those modules define."""
    defined = [c for m in modules() for c in vars(m).values() if inspect.isclass(c) and c.__module__ == m.__name__]
    return {template_of(c): c for c in defined if dataclasses.is_dataclass(c) or issubclass(c, DomainError)}


def templates() -> set[str]:
    return {path.name for path in TEMPLATES.glob("*.j2")}


def errors() -> list[type]:
    def below(kind: type) -> list[type]:
        return [one for sub in kind.__subclasses__() for one in (sub, *below(sub))]

    modules()
    return [kind for kind in dict.fromkeys(below(DomainError)) if kind is not Question]


def told() -> set[str]:
    """The names of classes whose instances are handed to `draft.answer` or `draft.tell`, as the code is written."""
    names = set[str]()
    for module in modules():
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        made = {
            target.id: node.value.func.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
        for what in [c.args[-1] for c in calls if c.func.attr in {"answer", "tell"} and c.args]:
            if isinstance(what, ast.Call) and isinstance(what.func, ast.Name):
                names.add(what.func.id)
            elif isinstance(what, ast.Name) and what.id in made:
                names.add(made[what.id])
    return {name for name in names if name[0].isupper()}


def made(kind: Any, words: str, name: str = "") -> Any:
    """An example of a type, with these words wherever people's words may stand."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        return made(next(p for p in parts if p is not type(None)), words, name)
    if origin is tuple:
        return (made(parts[0], words, name),) if parts[-1] is ... else tuple(made(p, words, name) for p in parts)
    if origin in {dict, Mapping} or kind is Reading:
        return _mapping(kind, parts, words)
    return _plain(kind, words, name)


def _mapping(kind: Any, parts: tuple[Any, ...], words: str) -> Any:
    if kind is Reading:
        missing = ("lines", "lines[0].quantity", "fields.supplier")
        return Reading.from_json({"status": "incomplete", "intent": "issue.create", "missing": list(missing)})
    return {made(parts[0], words): made(parts[1], words)}


def _plain(kind: Any, words: str, name: str) -> Any:
    simple: dict[Any, Any] = {
        str: words,
        int: EXAMPLE,
        bool: True,
        bytes: b"\x01" * 32,
        datetime: NOW.astimezone(UTC),
        date: NOW.date(),
        Fraction: Fraction(1, 20),
        object: words,
        Number: Number.of(DocumentKind.ISSUE, NOW.date(), 1),
        Quantity: Quantity(1_500_000, words),
        Money: RARE_MONEY,
        Price: RARE_PRICE,
    }
    if kind in simple:
        return _said(simple[kind], name)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if kind is Fault:
        return Fault(kind=next(iter(typing.get_args(typing.get_type_hints(Fault)["kind"])), "missing"), place=words)
    hints = typing.get_type_hints(kind)
    return kind(**{f.name: made(hints[f.name], words, f.name) for f in dataclasses.fields(kind) if f.init})


def _said(value: Any, name: str) -> Any:
    """Words that the program chooses itself stay the program's."""
    ours = {"kind": "picture", "intent": "issue.create", "month": "2026-11", "reference": "AB12CD34", "asks": "lines"}
    return ours.get(name, value) if isinstance(value, str) and not isinstance(value, Number) else value


def shown(what: object) -> str:
    """The text as it goes out, and the card's own words beside it."""
    renderer = Renderer(ZoneInfo("Asia/Shanghai"))
    _, markdown, _ = renderer.text(what, company=Company(), now=NOW, by=Asker(person="u-li"))
    return markdown


def example(kind: type, words: str) -> Any:
    what = made(kind, words)
    if kind.__name__ == "QuotaShown":
        what = dataclasses.replace(what, pools=(("api", 1, 2),))
    return what


def outside_code(markdown: str) -> str:
    """Inside `…` nothing is read as a mark."""
    return re.sub(r"(?<!\\)`[^`\n]*`", "", markdown)


RENDERED: Final = sorted(
    (kind for name, kind in classes().items() if name in templates() and kind is not CompanyFileFaults),
    key=lambda kind: kind.__name__,
)


def test_every_refusal_and_every_question_has_its_sentence() -> None:
    assert [kind.__name__ for kind in errors() if template_of(kind) not in templates()] == []


def test_everything_that_is_told_has_its_sentence() -> None:
    found = told()
    assert len(found) > 25
    by_name = {kind.__name__: kind for kind in classes().values()}
    missing = [name for name in found if template_of(by_name.get(name, type(name, (), {}))) not in templates()]
    assert missing == []


def test_every_template_belongs_to_a_class_or_to_other_templates() -> None:
    owned = set(classes())
    assert [name for name in sorted(templates()) if not name.startswith("_") and name not in owned] == []
    everything = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.j2"))
    assert [name for name in templates() if name.startswith("_") and f'"{name}"' not in everything] == []


@pytest.mark.parametrize("kind", RENDERED, ids=lambda kind: kind.__name__)
def test_each_sentence_can_be_said_and_says_something(kind: type) -> None:
    text = shown(example(kind, PLAIN))
    assert text.strip()
    assert "None" not in text
    assert "State." not in text
    assert "{{" not in text
    assert len(text) < 3_400


@pytest.mark.parametrize("kind", RENDERED, ids=lambda kind: kind.__name__)
def test_what_people_typed_forms_nothing(kind: type) -> None:
    usual = outside_code(shown(example(kind, PLAIN)))
    for words in HOSTILE:
        text = outside_code(shown(example(kind, words)))
        assert sorted(MARKS.findall(text)) == sorted(MARKS.findall(usual)), (words, text)
        assert len(LINE_MARKS.findall(text)) == len(LINE_MARKS.findall(usual)), (words, text)
        assert "49" not in text.replace(" ", "") or "7*7" in text.replace("\\", "")


@pytest.mark.parametrize("kind", RENDERED, ids=lambda kind: kind.__name__)
def test_marks_that_turn_text_around_do_not_reach_the_chat(kind: type) -> None:
    text = shown(example(kind, "张\u202e三\u2066四\u202a"))
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


@pytest.mark.parametrize("words", [w for w in HOSTILE if "\n" not in w])
def test_a_hostile_name_is_shown_as_it_was_typed(words: str) -> None:
    text = shown(NoSuchMaterial(words))
    assert words in re.sub(r"\\([\\`*_\[\]()#!>~@<|])", r"\1", text)


def test_a_document_shows_no_price_to_those_who_may_not_see_it() -> None:
    for kind in DocumentKind:
        one = made(DocumentShown, PLAIN)
        paper = dataclasses.replace(one.document, kind=kind)
        hidden = shown(dataclasses.replace(one, document=paper, with_cost=False))
        assert not any(word in hidden.replace(",", "") for word in ("¥", "987654", "1234567"))
        assert "¥" in shown(dataclasses.replace(one, document=paper, with_cost=True))


def test_stock_shows_no_value_to_those_who_may_not_see_it() -> None:
    one = made(StockAnswer, PLAIN)
    lines = tuple(dataclasses.replace(line, value=None) for line in one.lines)
    assert "¥" in shown(one)
    assert "¥" not in shown(dataclasses.replace(one, lines=lines))


@pytest.mark.parametrize(
    "kind",
    [
        RequisitionSubmitted,
        RequisitionApproved,
        RequisitionRejected,
        OrderPlaced,
        ReceiptBooked,
        IssueBooked,
        Undone,
    ],
    ids=lambda kind: kind.__name__,
)
def test_what_goes_to_the_group_or_to_whoever_asked_carries_no_price(kind: type) -> None:
    text = shown(made(kind, PLAIN))
    assert "¥" not in text
    assert "987654" not in text.replace(",", "")


def test_the_digest_fits_into_one_message_however_busy_the_day() -> None:
    one = made(DailyDigest, PLAIN)
    busy = dataclasses.replace(one, received=one.received * 500, low=one.low * 500)
    text = shown(busy)
    assert len(text) < 3_400
    assert "其余没有显示" in text


def test_the_title_keeps_every_sign_of_a_name_and_no_mark() -> None:
    """DingTalk shows the title as it is; a wire called 22# that is shown as 22 is another wire."""
    wire = Material(code="GJ-ZS", name="扎丝", spec="22#", base_unit="千克")
    title, _, _ = Renderer(ZoneInfo("Asia/Shanghai")).text(
        WhatPrice(wire, "千克", asks=("lines[0].unit_price",)),
        company=Company(),
        now=datetime(2026, 11, 26, tzinfo=UTC),
        by=Asker(person="u", chat="private"),
    )
    assert title.startswith("扎丝 22# 没写单价")


def test_every_intent_has_its_word() -> None:
    """两件事：看日报、查预警; nobody is told the names that programs use."""
    assert INTENTS - WORDS.keys() == set()
