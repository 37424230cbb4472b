"""The words a message can be made of, each with everything it can mean."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from handlers.language.sounds import letter_keys, sound_keys
from handlers.language.vocabulary import Cue

WORD_MAX = 24
SOUND_MAX = 6


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


class Tier(IntEnum):
    """How well a word names something: the whole of it, its head, a part that identifies, or less.

    INNER is what stands before the head: 石膏 of 石膏板 is another thing than the board, so it never decides alone.
    """

    EXACT = 0
    HEAD = 1
    PART = 2
    INNER = 3
    TRAIT = 4


class Grade(IntEnum):
    """How much a word says by itself, best first."""

    FIRM = 0
    PART = 1
    TRAIT = 2


@dataclass(slots=True)
class Word:
    """One surface form. `intents` maps an intent to whether the verb is strong."""

    text: str
    materials: dict[str, Tier] = field(default_factory=dict[str, Tier])
    units: tuple[str, ...] = ()
    names: dict[Domain, dict[str, Tier]] = field(default_factory=dict[Domain, dict[str, Tier]])
    intents: dict[str, bool] = field(default_factory=dict[str, bool])
    cues: frozenset[Cue] = frozenset()
    _grade: "Grade | None" = None

    @property
    def is_firm(self) -> bool:
        """Whether the word is a whole name or a word of the language, not merely a piece of a name."""
        tiers = [*self.materials.values(), *(t for codes in self.names.values() for t in codes.values())]
        return bool(self.units or self.intents or self.cues) or any(tier <= Tier.HEAD for tier in tiers)

    @property
    def grade(self) -> Grade:
        """Worked out when it is first asked for, which is after everything was named."""
        if self._grade is None:
            tiers = [*self.materials.values(), *(t for codes in self.names.values() for t in codes.values())]
            is_trait = min(tiers, default=Tier.TRAIT) is Tier.TRAIT
            self._grade = Grade.FIRM if self.is_firm else Grade.TRAIT if is_trait else Grade.PART
        return self._grade

    def add_material(self, code: str, tier: Tier) -> None:
        self.materials[code] = min(tier, self.materials.get(code, tier))

    def add_name(self, domain: Domain, code: str, tier: Tier) -> None:
        codes = self.names.setdefault(domain, {})
        codes[code] = min(tier, codes.get(code, tier))

    def best(self, domain: Domain) -> tuple[str, ...]:
        """The codes that the word names best in one domain."""
        codes = self.names.get(domain, {})
        least = min(codes.values(), default=Tier.EXACT)
        return tuple(code for code, tier in codes.items() if tier is least)


class Lexicon:
    """All words by surface, by sound and by letters. Built once, read only afterwards."""

    def __init__(self) -> None:
        self._words: dict[str, Word] = {}
        self._by_sound: dict[str, set[str]] = {}
        self._by_letters: dict[str, set[str]] = {}
        self._reach: dict[str, int] = {}

    def word(self, text: str) -> Word:
        """The entry of a surface form, made where there is none."""
        return self._words.setdefault(text, Word(text))

    def reach(self, pair: str) -> int:
        """How long the longest word is that begins with these two characters, at most WORD_MAX; else 1."""
        return self._reach.get(pair, 1)

    def get(self, text: str) -> Word | None:
        return self._words.get(text)

    def finish(self, homophones: Iterable[tuple[str, str]]) -> None:
        """Index sounds and letters of everything named so far; then let known slips stand for what was meant."""
        for text, word in self._words.items():
            if not word.is_firm or word.cues or word.intents or word.units or len(text) < 2:
                continue
            for key in sound_keys(text):
                self._by_sound.setdefault(key, set()).add(text)
            for key in letter_keys(text):
                self._by_letters.setdefault(key, set()).add(text)
        for slip, meant in homophones:
            if slip not in self._words and meant in self._words:
                self._words[slip] = self._words[meant]
        for text in self._words:
            self._reach[text[:2]] = max(self._reach.get(text[:2], 1), min(len(text), WORD_MAX))

    def sounding_like(self, keys: Iterable[str]) -> Word | None:
        """The words that sound like one of the keys, as one word that may mean any of them."""
        return self._merged({text for key in keys for text in self._by_sound.get(key, ())})

    def spelled(self, letters: str) -> Word | None:
        """The words whose pinyin or initials are these letters."""
        return self._merged(self._by_letters.get(letters, set()))

    def _merged(self, texts: set[str]) -> Word | None:
        if not texts:
            return None
        if len(texts) == 1:
            return self._words[next(iter(texts))]
        merged = Word("/".join(sorted(texts)))
        for word in (self._words[text] for text in sorted(texts)):
            for code, tier in word.materials.items():
                merged.add_material(code, tier)
            for domain, codes in word.names.items():
                for code, tier in codes.items():
                    merged.add_name(domain, code, tier)
        return merged
