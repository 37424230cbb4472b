"""Turns what happened into messages: the class of an event or error names its template."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot import words
from domain.alerts import StockLow
from domain.company import Company
from domain.digest import DailyDigest
from domain.documents import NEXT, Act, DocumentKind, State
from domain.messaging import Button, CardPicture, Outbound, Reply, Route, RouteKind, Urgency
from domain.naming import NameOffered
from domain.operation import Asker, Notice, ToAsker, ToGroup, ToPeople
from domain.purchase_order import OrderSettled, OrderToConfirm
from domain.requisition import ApprovalAsked, ApprovalSettled
from domain.restock import RestockPrepared, RestockSubmitted
from handlers.list_columns import ColumnsUnused

TEMPLATES: Final = Path(__file__).parent / "templates"
# DingTalk cuts or stops rendering markdown from about 3,500 characters on.
MARKDOWN_MAX: Final = 3_300
TITLE_MAX: Final = 60
FACTS_MAX: Final = 20_000

_OPENS: Final = (ApprovalAsked, OrderToConfirm, StockLow)
# Told at the foot of the answer before it: one reply a message.
_BELOW: Final = (NameOffered, ColumnsUnused)
_CARDS: Final = (*_OPENS, ApprovalSettled, OrderSettled, RestockPrepared, RestockSubmitted)


def template_of(kind: type[object]) -> str:
    """The file for a class: NotEnoughStock → not_enough_stock.md.j2."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind.__name__).lower() + ".md.j2"


def card_id(subject: str) -> str:
    """The id a card is known by at DingTalk: the same subject always gives the same card."""
    return hashlib.sha256(subject.encode("utf-8")).hexdigest()[:40]


def _approval_buttons(event: ApprovalAsked) -> tuple[Button, ...]:
    number = event.document.number
    words_of = ((Act.APPROVE, "同意", True), (Act.REJECT, "驳回", False))
    return tuple(
        Button(text=text, action=act.value, primary=primary, command=f"{text} {number}")
        for act, text, primary in words_of
        if (event.document.kind, event.document.state, act) in NEXT
    )


def _order_buttons(event: OrderToConfirm) -> tuple[Button, ...]:
    number = event.document.number
    words_of = ((Act.CONFIRM, "确认下单", "确认", True), (Act.CANCEL, "作废", "撤销", False))
    return tuple(
        Button(text=text, action=act.value, primary=primary, command=f"{word} {number}")
        for act, text, word, primary in words_of
        if (DocumentKind.PURCHASE_ORDER, State.TO_CONFIRM, act) in NEXT
    )


def _low_buttons(event: StockLow) -> tuple[Button, ...]:
    if not event.suggested:
        return ()
    command = f"申购 {event.material.label} {event.suggested}"
    return (Button(text="准备申购", action="prepare", primary=True, command=command),)


def _prepared_buttons(event: RestockPrepared) -> tuple[Button, ...]:
    command = f"申购 {event.material.label} {event.wanted}"
    return (Button(text="提交申购", action="submit", primary=True, command=command),)


BUTTONS: Final[Mapping[type[object], Callable[[Any], tuple[Button, ...]]]] = {
    ApprovalAsked: _approval_buttons,
    OrderToConfirm: _order_buttons,
    StockLow: _low_buttons,
    RestockPrepared: _prepared_buttons,
}


@cache
def _environment() -> Environment:
    """The templates are files of the program: compiled once a process."""
    environment = Environment(  # noqa: S701  # markdown, not HTML: finalize escapes for DingTalk
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=words.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    words.register(environment)
    return environment


class Renderer:
    """The templates, and who gets what. Calling it is pure: the same notices give the same messages."""

    def __init__(self, zone: ZoneInfo):
        self._zone = zone
        self._environment = _environment()

    def __call__(
        self, notices: Sequence[Notice], *, key: str, by: Asker, reply: Reply | None, company: Company, now: datetime
    ) -> list[Outbound]:
        messages = list[Outbound]()
        for at, notice in enumerate(notices):
            for route in _routes(notice, reply, company):
                if isinstance(notice.what, _BELOW) and (above := _above(messages, route)) is not None:
                    _, markdown, _ = self.text(notice.what, company=company, now=now, by=by)
                    messages[above] = dataclasses.replace(
                        messages[above], markdown=f"{messages[above].markdown}\n\n{markdown}"
                    )
                    continue
                messages.append(self._message(notice.what, route, f"{key}#{at}.{len(messages)}", by, company, now))
        return messages

    def text(self, what: object, *, company: Company, now: datetime, by: Asker) -> tuple[str, str, Any]:
        """Title, markdown and the template's own settings for one event or error."""
        template = self._environment.get_template(template_of(type(what)))
        module: Any = template.make_module(
            {"it": what, "company": company, "now": now, "zone": self._zone, "by": by.person}
        )
        body = _lines(str(module))
        title = getattr(module, "title", None) or _first_words(body)
        return str(title)[:TITLE_MAX], _capped(body), module

    def _message(self, what: object, route: Route, key: str, by: Asker, company: Company, now: datetime) -> Outbound:
        title, markdown, module = self.text(what, company=company, now=now, by=by)
        card = _picture(what, title, markdown, module) if isinstance(what, _CARDS) else None
        document = getattr(what, "document", None)
        return Outbound(
            key=key,
            urgency=_urgency(what),
            order_key=f"card:{card.card}" if card else _chat_key(route),
            route=route,
            title=title,
            markdown=markdown,
            card=card,
            number=str(document.number) if document is not None else "",
            facts=_facts(what),
        )


def _above(messages: Sequence[Outbound], route: Route) -> int | None:
    """The last message in words that goes the same way."""
    fitting = (at for at in reversed(range(len(messages))) if messages[at].route == route and messages[at].card is None)
    return next(fitting, None)


def _picture(what: Any, title: str, markdown: str, module: Any) -> CardPicture:
    buttons = BUTTONS[type(what)](what) if type(what) in BUTTONS else ()
    return CardPicture(
        card=card_id(what.card),
        subject=what.card,
        opens=isinstance(what, _OPENS),
        title=title,
        markdown=markdown,
        tips=str(getattr(module, "tips", "")),
        buttons=buttons,
        nonce=hashlib.sha256(markdown.encode("utf-8")).hexdigest()[:8],
        summary=str(getattr(module, "summary", title)),
    )


def _routes(notice: Notice, reply: Reply | None, company: Company) -> list[Route]:
    match notice.to:
        case ToAsker():
            return [_reply_route(reply)] if reply is not None else []
        case ToPeople(people=people):
            return [Route(kind=RouteKind.PEOPLE, people=people)] if people else []
        case ToGroup(project=project):
            groups = [g for g in company.groups.values() if g.project == project]
            return [Route(kind=RouteKind.GROUP, conversation=g.conversation) for g in groups]


def _reply_route(reply: Reply) -> Route:
    if not reply.chat:
        return Route(kind=RouteKind.PEOPLE, people=(reply.person,))
    return Route(
        kind=RouteKind.REPLY,
        people=(reply.person,),
        conversation=reply.chat if reply.is_group else "",
        webhook=reply.webhook,
        webhook_until=reply.webhook_until,
    )


def _chat_key(route: Route) -> str:
    return f"group:{route.conversation}" if route.conversation else f"person:{','.join(route.people)}"


def _urgency(what: object) -> Urgency:
    if isinstance(what, DailyDigest):
        return Urgency.DIGEST
    if isinstance(what, StockLow):
        return Urgency.ALERT
    return Urgency.APPROVAL if isinstance(what, _CARDS) else Urgency.ANSWER


def _lines(text: str) -> str:
    """DingTalk's markdown joins lines unless two blanks stand before the break; empty lines stay paragraphs."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(
        "  \n".join(line.strip() for line in p.splitlines() if line.strip()) for p in paragraphs if p.strip()
    )


def _capped(text: str) -> str:
    """No longer than DingTalk draws, cut at a line, saying so."""
    if len(text) <= MARKDOWN_MAX:
        return text
    kept = text[:MARKDOWN_MAX].rpartition("\n")[0] or text[:MARKDOWN_MAX]
    return kept + "\n\n…内容较长，其余没有显示"


def _first_words(body: str) -> str:
    """The first line without its marks. A # within the line, or a sign behind a backslash, is part of a name."""
    line = body.splitlines()[0] if body else ""
    plain = re.sub(r"^\s*(?:[#>]+|[-*+])\s+|\*\*|`|\\(.)", r"\1", line)
    return plain.strip() or "料掌柜"


def _facts(what: object) -> str:
    """The facts a message was rendered from, as JSON."""
    return json.dumps({"kind": type(what).__name__, "facts": _plain(what)}, ensure_ascii=False)[:FACTS_MAX]


def _plain(value: Any) -> Any:
    """Dataclasses and exact values as JSON can hold them: whole numbers and text, never a float."""
    return _plainer(cast(type[object], type(value)))(value)


@cache
def _plainer(kind: type[object]) -> Callable[[Any], Any]:
    """How values of one class become plain: found once, because every message asks it dozens of times."""
    if issubclass(kind, Enum):
        return lambda value: value.value
    if dataclasses.is_dataclass(kind):
        names = tuple(field.name for field in dataclasses.fields(kind))
        return lambda value: {name: _plain(getattr(value, name)) for name in names}
    if issubclass(kind, Mapping):
        return lambda value: {str(name): _plain(one) for name, one in value.items()}
    if issubclass(kind, tuple | list):
        return lambda value: [_plain(one) for one in value]
    if issubclass(kind, date):  # a datetime is one
        return lambda value: value.isoformat()
    if issubclass(kind, bytes):
        return lambda value: value.hex()
    return str if issubclass(kind, Fraction) else _same


def _same(value: Any) -> Any:
    return value
