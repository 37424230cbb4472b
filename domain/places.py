"""Where stock can be: warehouses are real, every other place is an account (house plan §3)."""

from dataclasses import dataclass
from enum import StrEnum


class PlaceKind(StrEnum):
    WAREHOUSE = "warehouse"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    CONSUMPTION = "consumption"  # code: the project
    SCRAP = "scrap"
    COUNT_DIFFERENCE = "count_difference"
    PRICE_DIFFERENCE = "price_difference"
    OPENING = "opening"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One end of a move. Accounts of a project carry its code; a supplier nobody named has the code ""."""

    kind: PlaceKind
    code: str = ""

    @property
    def is_real(self) -> bool:
        return self.kind is PlaceKind.WAREHOUSE


def warehouse(code: str) -> Place:
    return Place(PlaceKind.WAREHOUSE, code)
