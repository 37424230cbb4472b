"""A day on the site as forty frames, told apart by what they ask for, so that one can see what became of each.

Receipts, issues and requisitions have quantities that occur once; what is undone was booked before the day began.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.render import Renderer
from storage.database import Database
from storage.unit import Units
from tests.conftest import Clock, Databases
from tests.stories.chat import GROUP, PRIVATE, open_chat
from tests.stories.wire import Wire, dispatcher_of

STOREKEEPER, FOREMAN, MANAGER = "u-zhangjg", "u-liqiang", "u-zhang"
UNDONE_MAX: Final = 4
# A conversation takes twenty messages a minute: most of the day is said in private.
IN_GROUP_MAX: Final = 10


class Act(StrEnum):
    """What a frame asks for; the first four have an effect in the journal."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    REQUISITION = "requisition"
    UNDO = "reversal"
    QUESTION = "question"
    WRONG = "wrong"


MIX: Final = {Act.RECEIPT: 12, Act.ISSUE: 8, Act.REQUISITION: 4, Act.UNDO: 4, Act.QUESTION: 6, Act.WRONG: 6}
FRAMES: Final = sum(MIX.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What somebody will say. `mark` tells its effect from all others: material and quantity, or the number undone."""

    act: Act
    person: str
    chat: str
    text: str
    mark: tuple[str, ...]


QUESTION: Final = Line(act=Act.QUESTION, person=STOREKEEPER, chat=PRIVATE, text="库存 42.5水泥", mark=())


def lines(seed: int) -> list[Line]:
    """The day's texts, shuffled, with quantities of their own."""
    chance = random.Random(seed)
    quantities = iter(chance.sample(range(10, 900), FRAMES))
    acts = [act for act, times in MIX.items() for _ in range(times)]
    undone = iter(range(1, UNDONE_MAX + 1))
    chance.shuffle(acts)
    in_group = set(chance.sample(range(FRAMES), IN_GROUP_MAX))
    return [_line(act, GROUP if place in in_group else PRIVATE, quantities, undone) for place, act in enumerate(acts)]


def _line(act: Act, chat: str, quantities: Iterator[int], undone: Iterator[int]) -> Line:
    q = str(next(quantities))
    person, text, mark = STOREKEEPER, "", tuple[str, ...]()
    match act:
        case Act.RECEIPT:
            text, mark = f"收货42.5水泥{q}包 单价27", ("CEM-42", q)
        case Act.ISSUE:
            text, mark = f"领32.5水泥{q}包 瓦工班 主体结构", ("CEM-32", q)
        case Act.REQUISITION:
            person, text, mark = FOREMAN, f"申购红砖{q}块 单价1", ("BRK", q)
        case Act.UNDO:
            number = f"RK20261123-{next(undone):03}"
            text, mark = f"撤销 {number}", (number,)
        case Act.QUESTION:
            return replace(QUESTION, chat=chat)
        case Act.WRONG:
            text = f"领32.5水泥99999{q}包 瓦工班 主体结构"
    return Line(act=act, person=person, chat=chat, text=text, mark=mark)


async def begun(databases: Databases, kind: str, zone: ZoneInfo, told: dict[str, str]) -> str:
    """The address of a book on the morning of that day, a copy of one that is told once a session."""
    if kind not in told:
        told[kind] = databases.url(kind)
        await _tell(told[kind], zone)
    return databases.copy(told[kind])


async def _tell(url: str, zone: ZoneInfo) -> None:
    """The company, a full store of one cement, four receipts to be undone; everything said of it was sent."""
    clock = Clock()
    database = Database.open(url)
    units = Units(database, clock=clock, zone=zone, render=Renderer(zone))
    chat = open_chat(database, units, clock, zone)
    await chat.load()
    for count in range(1, UNDONE_MAX + 1):
        assert "已入库" in await chat.says("张建国", f"收货红砖{count}000块 单价1")
    assert "已入库" in await chat.says("张建国", "收货32.5水泥90000包 单价20")
    await dispatcher_of(chat, Wire(), clock).send_due()
    await chat.nursery.drain(5)
    await units.close()
    await database.close()


def effects(entries: list[dict[str, Any]]) -> dict[tuple[str, ...], int]:
    """How often each mark was booked, from rows of the journal (kind, material, quantity, reverses)."""
    found = dict[tuple[str, ...], int]()
    for row in entries:
        mark = (
            (row["kind"], row["reverses"])
            if row["reverses"]
            else (row["kind"], row["material"], str(row["quantity"] // 1_000_000))
        )
        found[mark] = found.get(mark, 0) + 1
    return found
