"""Why a frame cannot be understood."""

from collections.abc import Callable
from typing import TypeAlias

# Joins the parts of a business key, and keeps it to a length that an index can hold.
MakeKey: TypeAlias = Callable[..., str]


class FrameFault(Exception):
    """The frame lacks what a message cannot be without; `reason` is for the log, without what people wrote."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
