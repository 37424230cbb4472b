"""The words a message can be made of, each with everything it can mean."""

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from itertools import product
from types import MappingProxyType
from typing import Final, NamedTuple

from handlers.language.index import WORD_MAX, MaterialIndex
from handlers.language.naming import NOTHING, Tier, Tiers, tiers_of, united
from handlers.language.postings import Pool, union_of
from handlers.language.sounds import letter_keys, sound_keys, sound_pair
from handlers.language.vocabulary import Cue

SOUND_MAX: Final = 6


class Domain(StrEnum):
    """The kinds of names that the company's book holds, beside materials."""

    PROJECT = "project"
    STAGE = "stage"
    TEAM = "team"
    PERSON = "recipient"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    WAREHOUSE = "warehouse"
    EQUIPMENT = "equipment"


class Grade(IntEnum):
    """How much a word says by itself, best first."""

    FIRM = 0
    PART = 1
    TRAIT = 2


Names = Mapping[Domain, Mapping[str, Tier]]

_NO_NAMES: Final[Names] = MappingProxyType({})
_NO_INTENTS: Final = dict[str, bool]()
_NO_CUES: Final = frozenset[Cue]()


class Word(NamedTuple):
    """One surface form. `intents` maps an intent to whether the verb is strong."""

    text: str
    tiers: Tiers = NOTHING
    units: tuple[str, ...] = ()
    names: Names = _NO_NAMES
    intents: dict[str, bool] = _NO_INTENTS
    cues: frozenset[Cue] = _NO_CUES
    grade: Grade = Grade.FIRM

    @classmethod
    def of_materials(cls, text: str, tiers: Tiers) -> "Word":
        """A word that is nothing else."""
        return cls(text, tiers, grade=_GRADES[tiers[0][0]])

    @property
    def names_material(self) -> bool:
        return bool(self.tiers)

    @property
    def best_tier(self) -> Tier | None:
        """How well it names the materials it names best."""
        return self.tiers[0][0] if self.tiers else None

    @property
    def is_head(self) -> bool:
        """Whether it names a material by the whole of its name, or by its head."""
        return bool(self.tiers) and self.tiers[0][0] <= Tier.KIND

    @property
    def materials(self) -> Pool:
        """All that it names, however well."""
        return union_of(posting for _, posting in self.tiers)

    def best(self, domain: Domain) -> tuple[str, ...]:
        """The codes that the word names best in one domain."""
        codes = self.names.get(domain)
        if not codes:
            return ()
        least = min(codes.values())
        return tuple(code for code, tier in codes.items() if tier is least)


# A whole name is firm; a mere piece of a name is not.
_GRADES: Final = {
    Tier.EXACT: Grade.FIRM,
    Tier.HEAD: Grade.FIRM,
    Tier.KIND: Grade.FIRM,
    Tier.PART: Grade.PART,
    Tier.INNER: Grade.PART,
    Tier.TRAIT: Grade.TRAIT,
}


def graded(word: Word) -> Word:
    """The word with its grade: a word of the language is firm, a name is as good as what it names best."""
    if word.units or word.intents or word.cues:
        return word._replace(grade=Grade.FIRM)
    tiers = [tier for codes in word.names.values() for tier in codes.values()]
    best = min((*tiers, *(tier for tier, _ in word.tiers)), default=Tier.TRAIT)
    return word._replace(grade=_GRADES[best])


class Lexicon:
    """All words by surface, by sound and by letters: the book's, and under them those of the materials."""

    def __init__(self, book: Mapping[str, Word], slips: Mapping[str, str], index: MaterialIndex) -> None:
        """`book` are the words of the language and of the company's names; `slips` stand for what was meant."""
        self._index = index
        self._sounds: dict[str, set[str]] = {}
        self._letters: dict[str, set[str]] = {}
        # A verb, a unit or a small word is never meant by its sound: slips of verbs stand in their own table.
        self._silent = frozenset(text for text, word in book.items() if word.cues or word.intents or word.units)
        for text, word in book.items():
            if len(text) > 1 and text not in self._silent and word.grade is Grade.FIRM:
                for key in sound_keys(text):
                    self._sounds.setdefault(key, set()).add(text)
                for key in letter_keys(text):
                    self._letters.setdefault(key, set()).add(text)
        self._sound_pairs = {sound_pair(key) for key in self._sounds}
        self._book = dict(book)
        for slip, meant in slips.items():
            if slip not in self and (word := self.get(meant)) is not None:
                self._book[slip] = word
        self._lengths = self._measured()

    def get(self, text: str) -> Word | None:
        word = self._book.get(text)
        if word is None and (naming := self._index.words.get(text)) is not None:
            return Word.of_materials(text, tiers_of(naming))
        return word

    def graded_at(self, text: str, start: int) -> list[tuple[str, Grade]]:
        """The words that stand at a place of a text, shortest first, and how much each says by itself."""
        book, names = self._book, self._index.words
        pair = text[start : start + 2]
        found: list[tuple[str, Grade]] = []
        for length in (1, *(self._lengths.get(pair) or self._index.lengths.get(pair, ()))):
            if start + length > len(text):
                break
            said = text[start : start + length]
            word = book.get(said)
            if word is not None:
                found.append((said, word.grade))
            elif (naming := names.get(said)) is not None:
                found.append((said, Grade.FIRM if isinstance(naming, int) else _GRADES[naming[0][0]]))
        return found

    def __contains__(self, text: str) -> bool:
        return text in self._book or text in self._index.words

    def texts(self) -> frozenset[str]:
        """Every word there is."""
        return frozenset(self._book) | frozenset(self._index.words)

    def may_sound(self, first: tuple[str, ...], second: tuple[str, ...]) -> bool:
        """Whether some word begins with one of these sounds and one of those."""
        pairs, own = self._index.sound_pairs, self._sound_pairs
        return any(pair in pairs or pair in own for pair in product(first, second))

    def sounding_like(self, keys: Iterable[str]) -> Word | None:
        """The words that sound like one of the keys, as one word that may mean any of them."""
        found: set[str] = set()
        for key in keys:
            found.update(self._index.sounds.get(key, ()), self._sounds.get(key, ()))
        return self._merged(found)

    def spelled(self, letters: str) -> Word | None:
        """The words whose pinyin or initials are these letters."""
        return self._merged({*self._index.letters.get(letters, ()), *self._letters.get(letters, ())})

    def _merged(self, texts: set[str]) -> Word | None:
        words = [word for text in sorted(texts - self._silent) if (word := self.get(text)) is not None]
        if len(words) < 2:
            return words[0] if words else None
        names: dict[Domain, dict[str, Tier]] = {}
        for word in words:
            for domain, codes in word.names.items():
                known = names.setdefault(domain, {})
                for code, tier in codes.items():
                    known[code] = min(tier, known.get(code, tier))
        return graded(Word("/".join(word.text for word in words), united(word.tiers for word in words), names=names))

    def _measured(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, set[int]] = {}
        for text in self._book:
            if 1 < len(text) <= WORD_MAX:
                found.setdefault(text[:2], set()).add(len(text))
        return {
            pair: tuple(sorted(lengths.union(self._index.lengths.get(pair, ())))) for pair, lengths in found.items()
        }
