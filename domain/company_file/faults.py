"""What can be wrong in a company file. A fault carries its place and the facts; the words are a template's."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from domain.company_file.limits import FAULTS_MAX, SHOWN_MAX
from domain.errors import DomainError


class FaultKind(StrEnum):
    """One kind, one sentence in `bot/templates/_company_file_fault.md.j2`."""

    NOT_JSON = "not_json"
    NOT_WORKBOOK = "not_workbook"
    FILE_TOO_LARGE = "file_too_large"
    TOO_COSTLY = "too_costly"
    FORMULA = "formula"
    CELL_ERROR = "cell_error"
    INEXACT_NUMBER = "inexact_number"
    BAD_CELL = "bad_cell"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_FIELD = "unknown_field"
    TWICE = "twice"
    MISSING = "missing"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    UNSAFE_TEXT = "unsafe_text"
    DUPLICATE = "duplicate"
    NUMBER_NOT_TEXT = "number_not_text"
    BAD_NUMBER = "bad_number"
    BAD_MONEY = "bad_money"
    BAD_RATIO = "bad_ratio"
    NOT_POSITIVE = "not_positive"
    BAD_WHOLE = "bad_whole"
    BAD_DATE = "bad_date"
    BAD_TIME = "bad_time"
    BAD_CHOICE = "bad_choice"
    UNKNOWN = "unknown"
    UNKNOWN_STAGE = "unknown_stage"
    FOREIGN_UNIT = "foreign_unit"
    CIRCLE = "circle"
    BEFORE = "before"
    BELOW = "below"
    ROLE_OR_PERSON = "role_or_person"
    LOT_MISSING = "lot_missing"
    LOT_UNTRACKED = "lot_untracked"
    LOT_EXPIRIES = "lot_expiries"
    EXPIRY_WITHOUT_LOT = "expiry_without_lot"
    SERIALS_UNTRACKED = "serials_untracked"
    SERIAL_COUNT = "serial_count"
    CONTRADICTION = "contradiction"
    IN_USE = "in_use"
    MORE = "more"


class Thing(StrEnum):
    """What a reference points to, or what kind of value was expected."""

    UNIT = "unit"
    CATEGORY = "category"
    MATERIAL = "material"
    PROJECT = "project"
    TEMPLATE = "template"
    STAGE = "stage"
    PERSON = "person"
    TEAM = "team"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    WAREHOUSE = "warehouse"
    EQUIPMENT = "equipment"
    GROUP = "group"
    TEXT = "text"
    LIST = "list"
    RECORD = "record"
    NUMBER = "number"
    FLAG = "flag"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, where, and what was probably meant. Which facts are filled depends on the kind."""

    place: str
    kind: FaultKind
    value: str = ""  # what stands there
    nearest: str = ""  # what was probably meant
    thing: Thing | None = None  # what should stand there
    found: Thing | None = None  # what kind of value stands there instead
    other: str = ""  # the other place, name or value concerned
    choices: tuple[str, ...] = ()
    limit: str = ""


@dataclass(eq=False)
class CompanyFileFaults(DomainError):
    """The file was refused; nothing of it may be written. Carries every fault, in the order of the file's keys."""

    faults: tuple[Fault, ...]


@dataclass(slots=True)
class Findings:
    """Collects faults. Beyond a limit they are only counted, so that a hostile file cannot fill the memory."""

    faults: list[Fault] = field(default_factory=list[Fault])
    uncounted: int = 0

    def add(self, fault: Fault) -> None:
        """Remember a fault."""
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(fault)
        else:
            self.uncounted += 1

    def settle(self, keys: Sequence[str] = ()) -> None:
        """Raise what was found, if anything, in the order of the file's keys and elements."""
        self.faults.sort(key=lambda fault: _position(fault.place, keys))
        if self.uncounted:
            self.faults.append(Fault(place="", kind=FaultKind.MORE, value=str(self.uncounted)))
        if self.faults:
            raise CompanyFileFaults(tuple(self.faults))


_PLACE: Final = re.compile(r"([^.\[]*)(?:\[(\d{1,9})\])?")


def _position(place: str, keys: Sequence[str]) -> tuple[int, int]:
    found = _PLACE.match(place)
    key, element = (found[1], found[2]) if found else ("", None)
    return keys.index(key) if key in keys else len(keys), int(element or 0)


# Cc controls, Cf bidi and zero-width marks, Cs lone surrogates, Co private use, Zl and Zp line ends: none can be seen,
# and each can make one name look like another or forge a line of a log.
UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def is_unsafe(character: str) -> bool:
    """Whether a character cannot be seen or moves what is around it."""
    return unicodedata.category(character) in UNSAFE


def shown(value: object) -> str:
    """What stands in the file, short and harmless enough to be put into a sentence."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**SHOWN_MAX:
        return "…"  # Python itself refuses to print an integer of many thousand digits.
    text = value if isinstance(value, str) else str(value) if isinstance(value, int | float) else type(value).__name__
    visible = "".join(f"\\u{ord(c):04x}" if is_unsafe(c) else c for c in text[: SHOWN_MAX + 1])
    return visible if len(visible) <= SHOWN_MAX else visible[:SHOWN_MAX] + "…"
