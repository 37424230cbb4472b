"""A fault of ours, as a person is told of it: one calm sentence with a reference; the trace is for the log."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from domain.errors import DomainError


@dataclass(eq=False)
class OurFault(DomainError):
    reference: str

    @classmethod
    def of(cls, key: str, at: datetime) -> "OurFault":
        """A short reference that finds the log line again."""
        return cls(hashlib.sha256(f"{key}|{at.isoformat()}".encode()).hexdigest()[:8].upper())
