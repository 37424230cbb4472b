"""Reading JSON that others wrote: what is absent or of another type is empty, and nothing raises."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias, cast

Json: TypeAlias = Mapping[str, object]

NOTHING: Final[Json] = {}
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
IDENTIFIER_LENGTH_MAX: Final = 256  # DingTalk's have up to about 80; an index of PostgreSQL takes about 2,700 bytes.
MILLISECONDS_MAX: Final = 253_402_300_799_000  # The end of the year 9999, the last one that Python can write.

# NUL, which PostgreSQL cannot store, and lone surrogates, which cannot be encoded.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def decode(text: str) -> object:
    """The value that a JSON text holds, None if it holds none.

    Fractions stay texts, digit for digit: a quantity from a form must not pass through a float.
    """
    try:
        return json.loads(text, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):  # Nesting without end, and numbers of thousands of digits, are attacks.
        return None


def mapping(value: object) -> Json:
    """The object in `value`, also one wrapped in a JSON text, as DingTalk likes to do; empty if there is none."""
    if isinstance(value, str):
        value = decode(value)
    return cast("Json", value) if isinstance(value, Mapping) else NOTHING


def items(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def storable(text: str) -> str:
    """The text as both databases can keep it."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def text(value: object) -> str:
    """A string, or a number as a string; everything else is empty."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _digits(value)
    return ""


def identifier(value: object) -> str:
    """The id of a person, a chat or a card. One of another length is nobody's, and empty like one that is absent."""
    found = text(value)
    return found if len(found) <= IDENTIFIER_LENGTH_MAX else ""


def _digits(number: int) -> str:
    try:
        return str(number)
    except ValueError:  # Python refuses to print more than a few thousand digits.
        return ""


def integer(value: object) -> int | None:
    """A number, or a string of digits; DingTalk's pages and its frames disagree about which."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return None
    return None


def flag(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def instant(value: object) -> datetime | None:
    """Milliseconds since 1970, as an aware datetime in UTC."""
    milliseconds = integer(value)
    if milliseconds is None or not 0 < milliseconds <= MILLISECONDS_MAX:
        return None
    return EPOCH + timedelta(milliseconds=milliseconds)
