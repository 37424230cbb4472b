"""Figures and how they are written."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What one lane did: how many things in how many seconds, and how long each took."""

    seconds: float
    waits: tuple[float, ...]

    @property
    def per_second(self) -> float:
        return len(self.waits) / self.seconds


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, words above, rows, words below."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    before: str = ""
    after: str = ""
    words: int = 1  # so many columns, from the left, are no figures

    def markdown(self) -> str:
        """As GitHub draws it."""
        rule = ["---" if index < self.words else "---:" for index in range(len(self.columns))]
        lines = [_row(self.columns), _row(rule), *(_row(row) for row in self.rows)]
        parts = [f"### {self.title}", self.before, "\n".join(lines), self.after]
        return "\n\n".join(part for part in parts if part)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that this part of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def spread(values: Sequence[float], digits: int = 2) -> str:
    """The median, and how far the rounds lay apart."""
    middle = f"{median(values):.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def rate(values: Sequence[float]) -> str:
    """Things a second: the median of the rounds."""
    return f"{median(values):.0f}"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"
