"""A message cut into pieces: words, numbers, sizes, dates, document numbers, and the breaks between them."""

from dataclasses import dataclass
from enum import StrEnum

from handlers.language.dates import When
from handlers.language.lexicon import Domain, Word
from handlers.language.sizes import Size
from handlers.language.vocabulary import Cue


class Shape(StrEnum):
    """What a piece is by its form, before anybody asks what it means."""

    WORD = "word"
    NUMBER = "number"
    SIZE = "size"
    DATE = "date"
    DOCUMENT = "document"
    PERCENT = "percent"
    LOT = "lot"
    EXPIRY = "expiry"
    SERIALS = "serials"
    MENTION = "mention"
    PLACE = "place"
    HUMAN = "human"
    BREAK = "break"
    SPACE = "space"
    ASIDE = "aside"
    UNKNOWN = "unknown"
    QUANTITY = "quantity"
    PRICE = "price"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece. `number` is a plain decimal, or None where what was said is no exact number."""

    shape: Shape
    start: int
    end: int
    text: str
    word: Word | None = None
    number: str | None = None
    units: tuple[str, ...] = ()
    size: Size | None = None
    when: When | None = None
    values: tuple[str, ...] = ()
    is_slip: bool = False

    def has(self, *cues: Cue) -> bool:
        return self.word is not None and not self.word.cues.isdisjoint(cues)

    @property
    def asks(self) -> bool:
        """谁, 多少: whether it asks wherever it stands."""
        return self.has(Cue.ASK) and not self.has(Cue.NOT)

    @property
    def asks_last(self) -> bool:
        """没有: whether it asks where it stands last, and denies elsewhere."""
        return self.has(Cue.ASK) and self.has(Cue.NOT)

    @property
    def is_gap(self) -> bool:
        return self.shape in (Shape.BREAK, Shape.SPACE)

    @property
    def names_material(self) -> bool:
        return self.shape is Shape.WORD and self.word is not None and self.word.names_material

    def codes(self, domain: Domain) -> tuple[str, ...]:
        """What the piece names best in a domain of the book."""
        return self.word.best(domain) if self.word is not None else ()

    @property
    def intents(self) -> dict[str, bool]:
        return self.word.intents if self.word is not None else {}
