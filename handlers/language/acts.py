"""The verbs found in a message, and the decision that is made of them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Act:
    """One verb in its place. `is_strong`: it needs nothing beside it to be a command."""

    intent: str
    is_strong: bool
    index: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The intent, or several that were asked for at once; `verb` is where the deciding verb stands."""

    intents: tuple[str, ...]
    verb: int = -1


NOTHING: Final = Decision(())
