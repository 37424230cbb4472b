"""Cost pools: the value of a material that one owner holds (docs/adr/0002 has the rules and worked examples)."""

from dataclasses import dataclass, replace

from domain.values import ZERO, Money, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A quantity that came in together and leaves together. Under moving average a pool has one layer, number 0."""

    no: int
    quantity: Quantity
    value: Money


class PoolTooSmall(Exception):
    """More was taken than the pool holds: the balances and the pool disagree, a fault of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What one owner ("" is the company) holds of a material, or of one lot where the lot keeps its own cost."""

    material: str
    owner: str
    lot: str
    unit: str
    layers: tuple[Layer, ...] = ()

    @property
    def quantity(self) -> Quantity:
        return Quantity(sum(layer.quantity.millionths for layer in self.layers), self.unit)

    @property
    def value(self) -> Money:
        return Money(sum(layer.value.fen for layer in self.layers))

    def put(self, quantity: Quantity, value: Money, *, averaged: bool) -> "Pool":
        """Add what came in: to the one layer of a moving average, or as a layer of its own (first in, first out)."""
        if averaged:
            merged = Layer(no=0, quantity=self.quantity + quantity, value=self.value + value)
            return replace(self, layers=(merged,))
        no = self.layers[-1].no + 1 if self.layers else 1
        return replace(self, layers=(*self.layers, Layer(no=no, quantity=quantity, value=value)))

    def take(self, quantity: Quantity) -> tuple[Money, "Pool"]:
        """The value of what leaves and the pool without it.

        From each layer in turn value x taken / held, divided now and rounded once, half up, to the fen; whoever takes
        the last of a layer takes the rest of its value. Raises PoolTooSmall.
        """
        if quantity > self.quantity:
            raise PoolTooSmall(f"{self.material}/{self.owner}/{self.lot}: {quantity} of {self.quantity}")
        left, value, kept = quantity, ZERO, list[Layer]()
        for layer in self.layers:
            taken = min(left, layer.quantity, key=lambda q: q.millionths)
            worth = layer.value if taken == layer.quantity else layer.value.share(taken, layer.quantity)
            left, value = left - taken, value + worth
            rest = Layer(no=layer.no, quantity=layer.quantity - taken, value=layer.value - worth)
            if rest.quantity or layer.no == 0:
                kept.append(rest)
        return value, replace(self, layers=tuple(kept))
