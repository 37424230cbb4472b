"""The root of everything a person can be told about. Errors carry facts; templates carry the words."""

from dataclasses import dataclass


@dataclass(eq=False)
class DomainError(Exception):
    """A refusal or a question that a person can do something about. Its class names its template."""


@dataclass(eq=False)
class BadNumber(DomainError):
    """A typed number that is no plain decimal within the limits."""

    text: str


@dataclass(eq=False)
class TooLarge(DomainError):
    """A quantity or an amount beyond what the book can hold exactly."""


@dataclass(eq=False)
class MixedUnits(DomainError):
    """Two quantities of different units met where one unit was needed."""

    left: str
    right: str
