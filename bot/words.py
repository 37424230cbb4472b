"""How facts are written for people: filters and the words for states, registered in one function."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from domain.company import Company
from domain.documents import Act, DocumentKind, State
from domain.values import Money, Price, Quantity, decimal_text
from handlers import questions
from handlers.language import Line
from handlers.language.read import TEXT_MAX
from handlers.questions import as_typed

_MARKS: Final = re.compile(r"([\\`*_\[\]()#!>~@<|])")
# Lists at the beginning of a line, and lines of dashes or equals signs, which draw a rule or a heading.
_LINE_START: Final = re.compile(r"(?m)^(\s*\d*)([-+.](?=\s)|[-=](?=[-=]*[ \t]*$))")
# Marks of direction turn what follows them around, ours as well.
_DIRECTIONS: Final = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])

STATES: Final = {
    State.PENDING: "审批中",
    State.APPROVED: "已批准",
    State.REJECTED: "已驳回",
    State.WITHDRAWN: "已撤回",
    State.TO_CONFIRM: "待采购确认",
    State.ORDERED: "已下单",
    State.PARTLY_RECEIVED: "部分到货",
    State.RECEIVED: "已到齐",
    State.CANCELLED: "已作废",
    State.POSTED: "已入账",
    State.REVERSED: "已撤销",
}
KINDS: Final = {
    DocumentKind.REQUISITION: "申购单",
    DocumentKind.PURCHASE_ORDER: "采购单",
    DocumentKind.RECEIPT: "入库单",
    DocumentKind.ISSUE: "领料单",
    DocumentKind.OPENING: "期初单",
    DocumentKind.REVERSAL: "冲销单",
}
ACTS: Final = {
    Act.APPROVE: "同意",
    Act.REJECT: "驳回",
    Act.WITHDRAW: "撤回",
    Act.CONFIRM: "确认",
    Act.CANCEL: "作废",
    Act.REVERSE: "撤销",
    Act.RECEIVE_PART: "收货",
    Act.RECEIVE_ALL: "收货",
}
INTENTS: Final = {
    "return.create": "退料",
    "supplier_return.create": "退货",
    "transfer.create": "调拨",
    "scrap.create": "报损",
    "count.create": "盘点",
    "sale.create": "销售",
    "ledger.query": "查台账",
    "cost.query": "查成本",
    "labor.record": "记工",
    "rental.record": "记台班",
    "progress.report": "报进度",
    "exception.report": "报异常",
    "requisition.create": "申购",
    "purchase_order.create": "采购",
    "receipt.create": "入库",
    "issue.create": "领料",
    "approval.approve": "同意",
    "approval.reject": "驳回",
    "document.cancel": "撤销",
    "document.status": "查单据",
    "stock.query": "查库存",
    "digest.query": "看日报",
    "alert.query": "查预警",
    "approval.list": "查待办",
    "help": "看帮助",
}
COLUMNS: Final = {
    "team": "班组",
    "recipient": "领料人",
    "stage": "阶段",
    "project": "项目",
    "warehouse": "仓库",
    "supplier": "供应商",
    "need_by": "需用日期",
    "date": "日期",
    "remark": "备注",
    "unit_price": "单价",
    "amount": "金额",
    "lot": "批号",
    "expiry": "有效期",
    "serials": "序列号",
}
POOLS: Final = {"api": "接口调用", "stream": "消息收发"}
MESSAGES: Final = {"picture": "图片", "file": "文件", "video": "视频"}


def escape(text: str) -> Markup:
    """Text that people typed, so that DingTalk's markdown shows it as it is."""
    plain = text.translate(_DIRECTIONS)
    return Markup(_LINE_START.sub(r"\1\\\2", _MARKS.sub(r"\\\1", plain)))  # noqa: S704  # escaped one step before


def finalize(value: Any) -> Any:
    """What every {{ expression }} passes through: words of ours stay, everything else is escaped."""
    if isinstance(value, Markup):
        return value
    return escape("" if value is None else str(value))


def code(value: object) -> Markup:
    """Words inside a `command`: shown as they are on one line, so only what would end the span is taken out."""
    plain = " ".join(str(value).translate(_DIRECTIONS).replace("`", "'").split())
    return Markup(plain)  # noqa: S704  # inside a code span nothing else is read as a mark


def qty(value: Quantity) -> Markup:
    whole, _, decimals = value.number.lstrip("-").partition(".")
    digits = f"{'-' if value.millionths < 0 else ''}{int(whole):,}"
    return Markup(f"{digits}{'.' + decimals if decimals else ''} {escape(value.unit)}")  # noqa: S704  # digits and an escaped unit


def money(value: Money | None) -> Markup:
    if value is None:
        return Markup("未知")
    sign, fen = ("-" if value.fen < 0 else ""), abs(value.fen)
    return Markup(f"¥{sign}{fen // 100:,}.{fen % 100:02d}")  # noqa: S704  # digits only


def price(value: Price | None) -> Markup:
    if value is None:
        return Markup("未定")
    whole, _, decimals = decimal_text(value.micros, 6).partition(".")
    return Markup(f"¥{int(whole):,}{'.' + decimals if decimals else ''}")  # noqa: S704  # digits only


def day(value: date | None) -> Markup:
    return Markup("") if value is None else Markup(f"{value.month}月{value.day}日")  # noqa: S704  # digits only


@pass_context
def clock(context: Context, value: datetime | None) -> Markup:
    """Hour and minute in the company's time, with the day when it is not today."""
    if value is None:
        return Markup("")
    zone: ZoneInfo = context["zone"]
    local, today = value.astimezone(zone), context["now"].astimezone(zone).date()
    before = "" if local.date() == today else f"{local.month}月{local.day}日 "
    return Markup(f"{before}{local:%H:%M}")  # noqa: S704  # digits only


@pass_context
def person(context: Context, value: str) -> str:
    company: Company = context["company"]
    found = company.people.get(value)
    return found.name if found else value


@pass_context
def people(context: Context, values: Iterable[str]) -> str:
    return "、".join(person(context, value) for value in values)


@pass_context
def material(context: Context, code: str) -> str:
    company: Company = context["company"]
    return company.materials[code].label if code in company.materials else code


@pass_context
def supplier(context: Context, code: str) -> str:
    company: Company = context["company"]
    return company.suppliers[code].name if code in company.suppliers else code


@pass_context
def project(context: Context, code: str) -> str:
    company: Company = context["company"]
    return company.projects[code].name if code in company.projects else code


@pass_context
def warehouse(context: Context, code: str) -> str:
    company: Company = context["company"]
    return company.warehouses[code].name if code in company.warehouses else code


def typed(said: str, text: str) -> str:
    return as_typed(said, text)


@pass_context
def unit_typed(context: Context, line: Line, text: str) -> str:
    return questions.unit_typed(line, text, context["company"])


def short_hash(value: bytes) -> Markup:
    """The first sixteen digits of a hash: enough to compare by eye, the whole stands in the book."""
    return Markup(value.hex()[:16])  # noqa: S704  # hexadecimal digits


def register(environment: Environment) -> None:
    """All filters and word lists of the templates."""
    named = (
        code,
        qty,
        money,
        price,
        day,
        clock,
        person,
        people,
        material,
        supplier,
        project,
        warehouse,
        typed,
        unit_typed,
        short_hash,
    )
    filters: dict[str, Any] = {function.__name__: function for function in named}
    environment.filters.update(filters)
    environment.filters["md"] = escape
    lists: dict[str, Any] = {
        "STATES": STATES,
        "KINDS": KINDS,
        "ACTS": ACTS,
        "INTENTS": INTENTS,
        "COLUMNS": COLUMNS,
        "POOLS": POOLS,
        "MESSAGES": MESSAGES,
        "TEXT_MAX": TEXT_MAX,
    }
    environment.globals.update(lists)
