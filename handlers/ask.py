"""One request as the handlers see it: who asks, where, and the reading of what they said."""

from dataclasses import dataclass
from datetime import date

from domain.company import Company, Material
from domain.errors import DomainError
from domain.operation import Asker
from domain.records import material
from domain.values import Money, Price, Quantity
from handlers.language import Line, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """`said` is a digest of the text, "" where the text only answered a question.

    What a person who was asked insists on: `again` that it is booked twice, `price_meant` that the price is right.
    """

    reading: Reading
    by: Asker
    company: Company
    today: date
    said: str = ""
    again: bool = False
    price_meant: bool = False

    def field(self, name: str) -> str:
        """A field of the reading, "" where it is absent."""
        value = self.reading.fields.get(name, "")
        return value if isinstance(value, str) else ""

    def day(self, name: str) -> date | None:
        """A field that is an ISO day."""
        value = self.field(name)
        return date.fromisoformat(value) if value else None

    def must_be_today(self) -> None:
        """Bookings carry the day on which they are made. Raises OtherDay for one that the text dates elsewhere."""
        day = self.day("date")
        if day is not None and day != self.today:
            raise OtherDay(day)


@dataclass(eq=False)
class OtherDay(DomainError):
    """The text says that it happened on another day: this version books only today."""

    day: date


def entered(line: Line, company: Company) -> Quantity:
    """The quantity of a line as it was said; without a unit the material's base unit is meant."""
    return Quantity.of(line.quantity or "", line.unit or kept(line, company).base_unit)


def kept(line: Line, company: Company) -> Material:
    """The material of a line. Raises NoSuchMaterial."""
    return material(company, line.material or "")


def price(line: Line) -> Price | None:
    """The unit price that was said."""
    return None if line.unit_price is None else Price.of(line.unit_price)


def amount(line: Line) -> Money | None:
    """The whole amount that was said."""
    return None if line.amount is None else Money.of(line.amount)
