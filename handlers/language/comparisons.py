"""粗的, 最大的那个, 小桶的: a choice made by comparing what was offered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from handlers.language.numerals import CHINESE
from handlers.language.tables import any_of
from handlers.language.vocabulary import PHRASES

_SAID: Final = re.compile(
    r"(?:^|(?<=[\s,，。;、]))(?:就|拿|要|选|来|用|给)*(?P<most>最)?"
    rf"(?P<how>{any_of((*PHRASES.greater, *PHRASES.lesser))})"
    r"(?:一?点儿?|些|号|头)?[桶包袋箱盒卷瓶支罐]?装?(?:的?那[个种款桶包袋箱盒卷瓶支罐]|的|号|型)?(?:就行|就好|就可以|就成|行了|吧)?"
    rf"(?=$|[\s,，。;、]|(?<=[的号个种款])(?!一?点)[0-9{CHINESE}])"
)
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
# Of meshes and gauges the greater number is the finer thing, and a broken number is no two.
_UNCLEAR: Final = re.compile(r"\d\s*(?:目|#|号|/\s*\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Compared:
    """`how`: 大, 粗, 细; `is_most`: 最, so that one of more than two may be meant; `rest`: what else was said."""

    how: str
    is_most: bool
    rest: str

    @classmethod
    def found(cls, text: str) -> "Compared | None":
        """The comparison in an answer, where there is one alone."""
        found = list(_SAID.finditer(text))
        if len(found) != 1:
            return None
        said = found[0]
        rest = (text[: said.start()] + text[said.end() :]).strip(" ,，。;、")
        return cls(how=said["how"], is_most=said["most"] is not None, rest=rest)

    def choice(self, names: Sequence[str]) -> int | None:
        """Which of these is meant; None unless they differ in nothing but their numbers, and one outdoes the others."""
        is_open = len(names) < 2 or (len(names) > 2 and not self.is_most)
        if is_open or len({_NUMBER.sub("#", name) for name in names}) > 1 or any(map(_UNCLEAR.search, names)):
            return None
        rows = [[Fraction(number) for number in _NUMBER.findall(name)] for name in names]
        best = [at for at, row in enumerate(rows) if all(self._outdoes(row, other) for other in rows)]
        return best[0] if len(best) == 1 else None

    def _outdoes(self, row: Sequence[Fraction], other: Sequence[Fraction]) -> bool:
        pairs = zip(row, other, strict=True)
        return all(one >= two if self.how in PHRASES.greater else one <= two for one, two in pairs)
