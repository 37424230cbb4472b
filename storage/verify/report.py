"""What verification found: one line an invariant, and the first offending rows of those that are broken."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

ROWS_SHOWN: Final = 20


@dataclass(slots=True)
class Tally:
    """One invariant's count in the making: what was looked at, and what offends."""

    things: str
    counted: int = 0
    broken: int = 0
    faults: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])

    def fault(self, said: str) -> None:
        """Note an offending row; all are counted, the first few are kept."""
        self.broken += 1
        if len(self.faults) < ROWS_SHOWN:
            self.faults.append(said)

    def expect(self, holds: bool, said: str) -> None:
        if not holds:
            self.fault(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What became of one invariant."""

    id: str
    things: str
    counted: int
    broken: int
    faults: tuple[str, ...]
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, name: str, tally: Tally) -> "Finding":
        return cls(
            id=name,
            things=tally.things,
            counted=tally.counted,
            broken=tally.broken,
            faults=tuple(tally.faults),
            warnings=tuple(tally.warnings),
        )

    @property
    def ok(self) -> bool:
        return not self.broken

    def lines(self) -> Iterator[str]:
        """`I7 ok 10482 pools`, or `I7 BROKEN 2 in 10482 pools` and the rows."""
        verdict = "ok" if self.ok else f"BROKEN {self.broken} in"
        yield f"{self.id} {verdict} {self.counted} {self.things}"
        yield from (f"{self.id}   {fault}" for fault in self.faults)
        yield from (f"{self.id} warning: {warning}" for warning in self.warnings)


@dataclass(frozen=True, slots=True)
class Report:
    """Every invariant, in order."""

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return all(finding.ok for finding in self.findings)

    @property
    def broken(self) -> frozenset[str]:
        """The ids of what does not hold."""
        return frozenset(finding.id for finding in self.findings if not finding.ok)

    def lines(self) -> list[str]:
        return [line for finding in self.findings for line in finding.lines()]
