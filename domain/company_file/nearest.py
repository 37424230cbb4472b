"""What was probably meant: the nearest name by spelling, or by sound where the spelling is quite another."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz, process

from domain.company_file.limits import NAME_MAX, SOUNDS_MAX, SUGGESTIONS_MAX

SPELLING_MIN = 60
# 埂 (geng) for 根 (gen) is 86 alike; two syllables that merely rhyme stay below 80.
SOUND_MIN = 80


@dataclass(slots=True)
class Suggester:
    """Suggests names, a limited number of times for one file."""

    left: int = SUGGESTIONS_MAX
    _sounds: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def nearest(self, wanted: str, shelf: str, names: Callable[[], Iterable[str]]) -> str:
        """The one of `names` that is most like `wanted`, or nothing. `shelf` tells one set of names from another."""
        if self.left <= 0 or not wanted:
            return ""
        self.left -= 1
        candidates, short = list(names()), wanted[:NAME_MAX]
        by_spelling = process.extractOne(short, candidates, scorer=fuzz.ratio, score_cutoff=SPELLING_MIN)
        if by_spelling is not None:
            return by_spelling[0]
        if len(candidates) > SOUNDS_MAX:
            return ""
        sounds = self._sounds.setdefault(shelf, [_sound(name) for name in candidates])
        if len(sounds) != len(candidates):
            return ""
        by_sound = process.extractOne(_sound(short), sounds, scorer=fuzz.ratio, score_cutoff=SOUND_MIN)
        return candidates[by_sound[2]] if by_sound is not None else ""


@lru_cache(maxsize=SOUNDS_MAX)
def _sound(name: str) -> str:
    return "".join(lazy_pinyin(name[:NAME_MAX])).casefold()
