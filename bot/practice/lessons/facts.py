"""Reads the facts of an answer, which are JSON: nothing in them is taken to be what it should be."""

from collections.abc import Mapping
from typing import cast

from domain.values import Money, Quantity

Facts = Mapping[str, object]


def record(value: object) -> Facts:
    """The value when it is an object, else an empty one."""
    return cast("Facts", value) if isinstance(value, Mapping) else {}


def items(value: object) -> list[object]:
    """The value when it is a list, else an empty one."""
    return list(cast("list[object]", value)) if isinstance(value, list | tuple) else []


def number_in(facts: Facts) -> str:
    """The number of the document that they are about."""
    return str(record(facts.get("document") or facts.get("order")).get("number", ""))


def quantity_in(value: object) -> Quantity | None:
    """A quantity, where it is one."""
    millionths, unit = record(value).get("millionths"), record(value).get("unit")
    return Quantity(millionths, unit) if isinstance(millionths, int) and isinstance(unit, str) else None


def money_in(value: object) -> Money | None:
    """An amount of money, where it is one."""
    fen = record(value).get("fen")
    return Money(fen) if isinstance(fen, int) else None


def code_in(value: object) -> str:
    """The code of a thing that stands there whole or by its code."""
    return value if isinstance(value, str) else str(record(value).get("code", ""))


def materials_in(value: object) -> list[str]:
    """The materials of a list of codes or of lines, in their order."""
    found = (one if isinstance(one, str) else code_in(record(one).get("material")) for one in items(value))
    return list(dict.fromkeys(code for code in found if code))


def codes_in(value: object) -> list[str]:
    """Every code of anything, however deep."""
    found = list[str]()
    for key, one in record(value).items():
        if key in ("code", "material", "materials") and isinstance(one, str):
            found.append(one)
        else:
            found += codes_in(one)
    for one in items(value):
        found += [one] if isinstance(one, str) else codes_in(one)
    return list(dict.fromkeys(found))
