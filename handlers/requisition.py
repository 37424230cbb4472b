"""申购 请购 要料: a requisition from what was said."""

from domain import requisition
from domain.operation import Operation
from domain.requisition import RequisitionOrder, WantedLine
from handlers.ask import Ask, amount, entered, price


def submit(ask: Ask) -> Operation:
    lines = tuple(
        WantedLine(
            material=line.material or "", entered=entered(line, ask.company), price=price(line), amount=amount(line)
        )
        for line in ask.reading.lines
    )
    order = RequisitionOrder(
        project=ask.field("project"),
        lines=lines,
        stage=ask.field("stage"),
        need_by=ask.day("need_by"),
        remark=ask.field("remark"),
        said=ask.said,
        again=ask.again,
    )
    return requisition.submit(order, by=ask.by)
