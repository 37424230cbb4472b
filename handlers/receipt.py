"""入库 收货 到货: what arrived."""

from datetime import date

from domain import receipt
from domain.arrival import ArrivedLine, ReceiptOrder
from domain.operation import Operation
from handlers.ask import Ask, amount, entered, price


def book(ask: Ask) -> Operation:
    ask.must_be_today()
    lines = tuple(
        ArrivedLine(
            material=line.material or "",
            entered=entered(line, ask.company),
            price=price(line),
            amount=amount(line),
            lot=line.lot or "",
            expiry=date.fromisoformat(line.expiry) if line.expiry else None,
        )
        for line in ask.reading.lines
    )
    order = ReceiptOrder(
        project=ask.field("project"),
        lines=lines,
        document=ask.field("document"),
        supplier=ask.field("supplier"),
        warehouse=ask.field("to_warehouse") or ask.field("warehouse"),
        remark=ask.field("remark"),
        said=ask.said,
        again=ask.again,
        price_meant=ask.price_meant,
    )
    return receipt.book(order, by=ask.by)
