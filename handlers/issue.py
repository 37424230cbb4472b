"""领料 领用 出库: material that leaves for work."""

from domain import issue
from domain.issue import IssueOrder, TakenLine
from domain.operation import Operation
from handlers.ask import Ask, entered


def book(ask: Ask) -> Operation:
    ask.must_be_today()
    lines = tuple(
        TakenLine(material=line.material or "", entered=entered(line, ask.company), lot=line.lot or "")
        for line in ask.reading.lines
    )
    order = IssueOrder(
        project=ask.field("project"),
        lines=lines,
        stage=ask.field("stage"),
        team=ask.field("team"),
        recipient=ask.field("recipient"),
        warehouse=ask.field("from_warehouse") or ask.field("warehouse"),
        remark=ask.field("remark"),
        said=ask.said,
        again=ask.again,
    )
    return issue.book(order, by=ask.by)
