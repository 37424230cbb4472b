"""A company file with its days moved, so that its prices are a little older than the story."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, cast

# Which keys of which lists hold a day.
DATED: Final[Mapping[str, Sequence[str]]] = {
    "prices": ("date",),
    "projects": ("start", "end"),
    "opening_stock": ("expiry",),
}


def dated(source: Mapping[str, object], first: date) -> dict[str, object]:
    """The same company with its newest price two days before `first`; everything else moves with it."""
    prices = cast("list[dict[str, Any]]", source.get("prices") or [])
    newest = max((date.fromisoformat(price["date"]) for price in prices), default=first)
    shift = first - timedelta(days=2) - newest
    moved = dict(source)
    for name, keys in DATED.items():
        rows = cast("list[dict[str, Any]]", source.get(name) or [])
        moved[name] = [{**row, **_moved(row, keys, shift)} for row in rows]
    return moved


def _moved(row: Mapping[str, Any], keys: Sequence[str], shift: timedelta) -> dict[str, str]:
    return {key: (date.fromisoformat(row[key]) + shift).isoformat() for key in keys if row.get(key)}
