"""One table of words, read strictly: a fault names the file and the word."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Final, TypeGuard, cast

from handlers.language.normalise import normalise

_FOLDER: Final = "handlers.language.tables"


class TableFault(ValueError):
    """A table cannot be used. It says which file, where in it, and what is wrong."""

    def __init__(self, file: str, place: str, what: str) -> None:
        super().__init__(f"{file}, {place}: {what}" if place else f"{file}: {what}")


class Sheet:
    """Keys are taken one after the other; `close` finds those that nobody took, which are slips of the pen."""

    def __init__(self, file: str, rows: Mapping[str, object], place: str = "") -> None:
        self._file, self._rows, self._place = file, dict(rows), place

    @classmethod
    def of(cls, file: str) -> "Sheet":
        """A table of this package. Raises TableFault."""
        return cls.parse(file, files(_FOLDER).joinpath(file).read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, file: str, text: str) -> "Sheet":
        """A table from its text. Raises TableFault."""
        try:
            return cls(file, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise TableFault(file, "", str(error)) from None

    def left(self) -> tuple[str, ...]:
        """What nobody has taken yet, in the order of the file."""
        return tuple(self._rows)

    def words(self, key: str) -> tuple[str, ...]:
        """Words parted by blanks, each once and in its normal form; none where the key is absent."""
        return self._split(key, self._rows.pop(key, None))

    def needed(self, key: str) -> tuple[str, ...]:
        """Words, at least one. Raises TableFault."""
        found = self.words(key)
        if not found:
            self.fault(key, "at least one word is needed")
        return found

    def lists(self) -> dict[str, tuple[str, ...]]:
        """What is left: every key with its words."""
        return {self._plain(key, key): self.needed(key) for key in list(self._rows)}

    def pairs(self) -> dict[str, str]:
        """What is left: one word for one word."""
        found: dict[str, str] = {}
        for key, words in self.lists().items():
            if len(words) != 1:
                self.fault(key, "one word is needed")
            found[key] = words[0]
        return found

    def numbers(self) -> dict[str, int]:
        """What is left: a whole number for each word."""
        found: dict[str, int] = {}
        for key, value in self._rows.items():
            if not isinstance(value, int) or isinstance(value, bool):
                self.fault(key, "a whole number is needed")
            else:
                found[self._plain(key, key)] = value
        self._rows.clear()
        return found

    def section(self, key: str) -> "Sheet":
        """A table in the table. Raises TableFault where there is none."""
        rows = self._rows.pop(key, None)
        if not _is_table(rows):
            self.fault(key, "a section is needed")
        return Sheet(self._file, cast("Mapping[str, object]", rows), f"{self._place}[{key}] ")

    def close(self) -> None:
        """Raises TableFault where a key is not known."""
        for key in self._rows:
            self.fault(key, "this key is not known")

    def fault(self, place: str, what: str) -> None:
        """Always raises."""
        raise TableFault(self._file, f"{self._place}{place}", what)

    def _split(self, key: str, value: object) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, str):
            self.fault(key, "words in quotation marks are needed, parted by blanks")
        words = str(value).split()
        for word in words:
            self._plain(key, word)
        if twice := {word for word in words if words.count(word) > 1}:
            self.fault(key, f"{min(twice)} stands here twice")
        return tuple(words)

    def _plain(self, key: str, word: str) -> str:
        """A word that is not in normal form would never be met. Raises TableFault."""
        plain = normalise(word).text
        if not word.strip():
            self.fault(key, "an empty word")
        if plain != word:
            self.fault(key, f"{word} must be written {plain or 'otherwise'}")
        return word


def _is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict)


def longest_first(words: Iterable[str]) -> list[str]:
    """In the order in which a pattern must try them, made safe for one."""
    return [re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))]


def any_of(words: Iterable[str]) -> str:
    """A pattern for one of these words, the longest that fits."""
    return "|".join(longest_first(words))
