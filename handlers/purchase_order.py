"""采购 下单: an order made directly."""

from domain import purchase_order
from domain.operation import Operation
from domain.purchase_order import OrderedLine, PurchaseOrderOrder
from handlers.ask import Ask, entered, price


def place(ask: Ask) -> Operation:
    lines = tuple(
        OrderedLine(material=line.material or "", entered=entered(line, ask.company), price=price(line))
        for line in ask.reading.lines
    )
    order = PurchaseOrderOrder(
        project=ask.field("project"),
        supplier=ask.field("supplier"),
        lines=lines,
        remark=ask.field("remark"),
        said=ask.said,
        again=ask.again,
        price_meant=ask.price_meant,
    )
    return purchase_order.place(order, by=ask.by)
