"""What everybody on the site can see without asking: what lies where, and what is on its way."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from domain.documents import OPEN_ORDER, Document
from domain.issue import IssueBooked
from domain.opening import CompanyLoaded
from domain.purchase_order import OrderPlaced
from domain.receipt import ReceiptBooked
from domain.reversal import Undone
from domain.values import MILLION, Quantity

NOTHING: Final = Decimal(0)


def decimal(quantity: Quantity) -> Decimal:
    """An exact quantity as a number to reckon with."""
    return Decimal(quantity.millionths) / MILLION


class Yard:
    """Kept from what the robot answers, as people would."""

    def __init__(self) -> None:
        self._stock: dict[tuple[str, str], Decimal] = {}
        self.orders: dict[str, Document] = {}

    def on_hand(self, warehouse: str, material: str) -> Decimal:
        """What lies there, in the base unit."""
        return self._stock.get((warehouse, material), NOTHING)

    def coming(self, project: str, material: str) -> Decimal:
        """What is ordered for a project and has not come."""
        open_orders = (o for o in self.orders.values() if o.project == project and o.state in OPEN_ORDER)
        lines = (line for order in open_orders for line in order.lines if line.material == material)
        return sum((decimal(line.outstanding) for line in lines), NOTHING)

    def look(self, events: Iterable[object]) -> None:
        """Take in what happened."""
        for event in events:
            match event:
                case IssueBooked():
                    for taken in event.taken:
                        self._stock[event.warehouse.code, taken.material.code] = decimal(taken.left)
                case ReceiptBooked():
                    for came in event.received:
                        self._stock[event.warehouse.code, came.material.code] = decimal(came.now)
                    self.orders |= {order.number: order for order in event.orders}
                case Undone():
                    for material, warehouse, left in event.left:
                        self._stock[warehouse.code, material.code] = decimal(left)
                case OrderPlaced():
                    self.orders[event.document.number] = event.document
                case CompanyLoaded():
                    for paper in event.opened:
                        for line in paper.lines:
                            self._stock[paper.warehouse, line.material] = decimal(line.quantity)
                case _:
                    pass
