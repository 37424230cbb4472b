"""The small words, slips, units and fixed phrases of the trade, from the tables; checked against each other."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Final, get_origin

from handlers.language.tables import Sheet
from handlers.language.verbs import VERBS


class Cue(StrEnum):
    """What a small word does in a sentence."""

    FILL = "fill"
    LIST = "list"
    TO = "to"
    GIVE = "give"
    FROM = "from"
    ME = "me"
    OF = "of"
    CORRECT = "correct"
    RECALL = "recall"
    MORE = "more"
    AMONG = "among"
    DROP = "drop"
    NOT = "not"
    ASK = "ask"
    LATER = "later"
    VAGUE = "vague"
    SOME = "some"
    HALF = "half"
    DOZEN = "dozen"
    EACH = "each"
    NEED = "need"
    REASON = "reason"
    THAT = "that"
    ALL = "all"
    CALM = "calm"
    SAYS = "says"
    PRICE = "price"
    PER = "per"
    TOTAL = "total"
    YUAN = "yuan"
    SIZE = "size"
    DONE = "done"
    WAIT = "wait"
    FAULT = "fault"
    PLAN = "plan"
    IDLE = "idle"
    NOTICE = "notice"
    REMARK = "remark"
    UNREAL = "unreal"


# What a word cannot say at once.
_OPPOSITES: Final = (
    (Cue.TO, Cue.FROM),
    (Cue.GIVE, Cue.FROM),
    (Cue.PRICE, Cue.TOTAL),
    (Cue.HALF, Cue.SOME),
    (Cue.CORRECT, Cue.DROP),
    (Cue.RECALL, Cue.MORE),
    *((cue, Cue.FILL) for cue in (Cue.CORRECT, Cue.DROP, Cue.NOT, Cue.LATER, Cue.CALM)),
)


@dataclass(frozen=True)
class Phrases:
    """Whole answers and fixed phrases; phrases.toml says what each is for."""

    endings: tuple[str, ...]
    questions: frozenset[str]
    sums: frozenset[str]
    today: tuple[str, ...]
    hollow: frozenset[str]
    states: frozenset[str]
    came: frozenset[str]
    small: frozenset[str]
    single: frozenset[str]
    leftover: tuple[str, ...]
    slips: frozenset[str]
    short: frozenset[str]
    nouns: tuple[str, ...]
    again: frozenset[str]
    then: frozenset[str]
    after: tuple[str, ...]
    courtesy: frozenset[str]
    joints: frozenset[str]
    parting: frozenset[str]
    choices: frozenset[str]
    how: frozenset[str]
    softeners: tuple[str, ...]
    adverbs: frozenset[str]
    addressed: frozenset[str]
    pleas: frozenset[str]
    arrivals: frozenset[str]
    whats: frozenset[str]
    conditions: tuple[str, ...]
    left: tuple[str, ...]
    partly: tuple[str, ...]
    idle: tuple[str, ...]
    past: frozenset[str]
    tales: frozenset[str]
    unable: frozenset[str]
    modals: frozenset[str]
    refusals: frozenset[str]
    instead: frozenset[str]
    added: tuple[str, ...]
    turns: frozenset[str]
    sending: frozenset[str]
    trades: frozenset[str]
    directions: frozenset[str]
    firsts: frozenset[str]
    lasts: frozenset[str]
    alike: frozenset[str]
    denials: frozenset[str]
    remains: frozenset[str]
    looking: frozenset[str]
    sorry: frozenset[str]
    pointed: frozenset[str]
    greater: tuple[str, ...]
    lesser: tuple[str, ...]
    forbids: frozenset[str]
    counts: frozenset[str]
    holding: frozenset[str]
    slots: frozenset[str]
    absent: frozenset[str]
    leading: frozenset[str]
    leisure: frozenset[str]
    others: frozenset[str]
    booked: frozenset[str]
    equals: frozenset[str]
    anew: frozenset[str]
    dimes: frozenset[str]
    averted: frozenset[str]
    circumstances: frozenset[str]
    undone: frozenset[str]
    afterwards: tuple[str, ...]
    needless: frozenset[str]
    postponed: tuple[str, ...]
    changes: tuple[str, ...]
    supposed: tuple[str, ...]
    retold: tuple[str, ...]
    retracted: frozenset[str]

    @cached_property
    def ends(self) -> Mapping[str, int]:
        """前面 is the first of several, 后面 the last: their places, counted from 1 and from the end."""
        return {**dict.fromkeys(self.firsts, 1), **dict.fromkeys(self.lasts, -1)}


@dataclass(frozen=True, slots=True)
class UnitWords:
    """Units that every company has: words that count, their other names, and those of labour and machines."""

    counters: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]]
    work: tuple[str, ...]
    measured: frozenset[str]
    labour: frozenset[str]
    rental: frozenset[str]
    hired: frozenset[str]


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """The name of a document and the letters of its number; words that announce a lot, a day, serial numbers."""

    kinds: Mapping[str, str]
    lot: tuple[str, ...]
    expiry: tuple[str, ...]
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameWords:
    """How people and places are called that are not in the book: characters of surnames, words around them."""

    surnames: str
    before: str
    titles: tuple[str, ...]
    not_before: str
    places: tuple[str, ...]
    beyond: str
    solid: frozenset[str]


def read_cues(sheet: Sheet) -> Mapping[str, frozenset[Cue]]:
    """What each word does. Raises TableFault."""
    words = {cue: frozenset(sheet.needed(cue.value)) for cue in Cue}
    sheet.close()
    for one, other in _OPPOSITES:
        if both := words[one] & words[other]:
            sheet.fault(one.value, f"{min(both)} stands in {other.value} too, which says the contrary")
    found: dict[str, frozenset[Cue]] = {}
    for cue, said in words.items():
        for word in said:
            found[word] = found.get(word, frozenset()) | {cue}
    return MappingProxyType(found)


def read_homophones(sheet: Sheet, known: frozenset[str]) -> Mapping[str, str]:
    """What a slip stands for, which is one of the `known` words as the slip is not. Raises TableFault."""
    found: dict[str, str] = {}
    for meant, slips in sheet.lists().items():
        if meant not in known:
            sheet.fault(meant, "no verb and no cue")
        for slip in slips:
            if slip in known:
                sheet.fault(meant, f"{slip} is a word of its own")
            if slip in found:
                sheet.fault(meant, f"{slip} stands for {found[slip]} already")
            found[slip] = meant
    return MappingProxyType(found)


def read_units(sheet: Sheet) -> UnitWords:
    """Units and their other names; no name may mean two. Raises TableFault."""
    aliases = sheet.section("aliases").lists()
    meant: dict[str, str] = {}
    for unit, names in aliases.items():
        for name in names:
            if name in aliases or name in meant:
                sheet.fault("aliases", f"{name} is {meant.get(name, name)} already, not {unit}")
            meant[name] = unit
    found = UnitWords(
        counters=sheet.needed("counters"),
        aliases=MappingProxyType(aliases),
        work=sheet.needed("work"),
        measured=frozenset(sheet.needed("measured")),
        labour=frozenset(sheet.needed("labour")),
        rental=frozenset(sheet.needed("rental")),
        hired=frozenset(sheet.needed("hired")),
    )
    sheet.close()
    return found


def read_phrases(sheet: Sheet) -> Phrases:
    """Raises TableFault."""
    words = {field.name: sheet.needed(field.name) for field in fields(Phrases)}
    sets = {field.name for field in fields(Phrases) if get_origin(field.type) is frozenset}
    found = Phrases(**{name: frozenset(said) if name in sets else said for name, said in words.items()})  # pyright: ignore[reportArgumentType]  # each as its field says
    sheet.close()
    return found


def read_documents(sheet: Sheet) -> DocumentWords:
    """Raises TableFault."""
    kinds = sheet.section("kinds")
    found = DocumentWords(
        MappingProxyType({name: letters.upper() for name, letters in kinds.pairs().items()}),
        lot=sheet.needed("lot"),
        expiry=sheet.needed("expiry"),
        serials=sheet.needed("serials"),
    )
    sheet.close()
    return found


def read_names(sheet: Sheet) -> NameWords:
    """Raises TableFault."""
    found = NameWords(
        surnames="".join(sheet.needed("surnames")),
        before="".join(sheet.needed("before")),
        titles=sheet.needed("titles"),
        not_before="".join(sheet.needed("not_before")),
        places=sheet.needed("places"),
        beyond="".join(sheet.needed("beyond")),
        solid=frozenset(sheet.needed("solid")),
    )
    sheet.close()
    return found


CUES: Final = read_cues(Sheet.of("cues.toml"))
# What people say to each other: a catalogue's word beside a verb goes before it (扎带|领, not 扎|带领).
TALK: Final = frozenset(word for word, cues in CUES.items() if Cue.CALM in cues)
HOMOPHONES: Final = read_homophones(Sheet.of("homophones.toml"), frozenset(VERBS.words) | frozenset(CUES))
UNITS: Final = read_units(Sheet.of("units.toml"))
DOCUMENTS: Final = read_documents(Sheet.of("documents.toml"))
NAMES: Final = read_names(Sheet.of("names.toml"))
PHRASES: Final = read_phrases(Sheet.of("phrases.toml"))
# What ends an open question.
ENDINGS: Final = PHRASES.endings
