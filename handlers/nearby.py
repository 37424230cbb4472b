"""Words that name nothing in the book: what was perhaps meant, by spelling and by sound."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz, process

from domain.company import Company
from handlers.language import Reading, Status

OFFERED_MAX: Final = 3
SAID_MAX: Final = 30
SPELLING_MIN: Final = 60
# Syllables that merely rhyme stay below this.
SOUND_MIN: Final = 80
# Beyond so many names the sounds are left out: writing them all down would hold up everybody else.
SOUNDS_MAX: Final = 20_000
_CLEAR_LEAD: Final = 15


def with_guesses(reading: Reading, company: Company) -> Reading:
    """Where a material was not found, what may have been meant becomes a choice; its path stays missing."""
    guesses = {
        path: codes
        for index, line in enumerate(reading.lines)
        if (path := f"lines[{index}].material") in reading.missing
        and path not in reading.candidates
        and line.said
        and (codes := nearest(line.said, company))
    }
    if not guesses:
        return reading
    return replace(reading, status=Status.AMBIGUOUS, candidates={**reading.candidates, **guesses})


def is_guess(reading: Reading, path: str) -> bool:
    """Whether the candidates of a path are only what may have been meant by words that name nothing."""
    return path in reading.missing and path in reading.candidates


def without_guesses(reading: Reading) -> Reading:
    """Nothing of what was guessed is meant."""
    kept = {path: codes for path, codes in reading.candidates.items() if not is_guess(reading, path)}
    return replace(reading, status=Status.AMBIGUOUS if kept else Status.INCOMPLETE, candidates=kept)


def nearest(said: str, company: Company) -> tuple[str, ...]:
    """The materials whose names are most like the words, best first; one where it is far ahead of the others."""
    words = said.strip()[:SAID_MAX].casefold()
    if len(words) < 2:
        return ()
    names = [(name.casefold(), m.code) for m in company.materials.values() for name in _names(m.name, *m.aliases)]
    found = _scored(words, [name for name, _ in names], SPELLING_MIN)
    if not found and len(names) <= SOUNDS_MAX:
        found = _scored(_sound(words), [_sound(name) for name, _ in names], SOUND_MIN)
    best = dict[str, float]()
    for at, score in found:
        best.setdefault(names[at][1], score)
    ranked = sorted(best.items(), key=lambda pair: -pair[1])[:OFFERED_MAX]
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] >= _CLEAR_LEAD:
        ranked = ranked[:1]
    return tuple(code for code, _ in ranked)


def _names(*names: str) -> Iterable[str]:
    return (name for name in names if len(name) > 1)


def _scored(words: str, names: list[str], least: float) -> list[tuple[int, float]]:
    found = process.extract(words, names, scorer=fuzz.ratio, score_cutoff=least, limit=4 * OFFERED_MAX)
    return [(at, score) for _, score, at in found]


@lru_cache(maxsize=SOUNDS_MAX)
def _sound(name: str) -> str:
    return "".join(lazy_pinyin(name[:SAID_MAX]))
