"""How a step stands: done, done wrong, or not yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """`said` names what really happened; `keeps` are document numbers that later steps speak of."""

    said: str
    keeps: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """`why` says kindly what was wrong, `mend` what to say next ("": nothing that could be typed).

    `by` is the person who did it where it was not the learner. `lost`: the step has to be prepared anew.
    """

    why: str
    mend: str = ""
    by: str = ""
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """Nothing that counts has happened; `note` may say where one stands on the way."""

    note: str = ""
    mend: str = ""


Verdict = Done | Wrong | NotYet
