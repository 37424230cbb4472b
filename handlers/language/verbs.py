"""The verbs: which words ask for what, from verbs.toml; and what kinds of intents there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from handlers.language.tables import Sheet

# Documents whose lines may carry prices.
PRICED_INTENTS: Final = frozenset(
    ("requisition.create", "purchase_order.create", "receipt.create", "supplier_return.create", "sale.create")
)
# What moves material into the book or out of it, as questions of the past speak of it.
ARRIVALS: Final = frozenset(
    ("receipt.create", "issue.create", "return.create", "transfer.create", "supplier_return.create")
)
LINE_INTENTS: Final = frozenset(
    (
        "requisition.create",
        "purchase_order.create",
        "receipt.create",
        "issue.create",
        "return.create",
        "supplier_return.create",
        "transfer.create",
        "scrap.create",
        "count.create",
        "sale.create",
    )
)
MATERIAL_QUERIES: Final = frozenset(("stock.query", "ledger.query", "alert.query"))
PERIOD_QUERIES: Final = frozenset(("stock.query", "ledger.query", "cost.query", "digest.query", "alert.query"))
DOCUMENT_INTENTS: Final = frozenset(("approval.approve", "approval.reject", "document.status", "document.cancel"))
RULINGS: Final = frozenset(("approval.approve", "approval.reject", "document.cancel"))
REASONED: Final = frozenset(
    ("approval.reject", "return.create", "supplier_return.create", "scrap.create", "document.cancel")
)
INTENTS: Final = (
    LINE_INTENTS
    | PERIOD_QUERIES
    | DOCUMENT_INTENTS
    | {"approval.list", "labor.record", "rental.record", "progress.report", "exception.report", "help"}
)

_FILE: Final = "verbs.toml"


@dataclass(frozen=True, slots=True)
class Verbs:
    """`words` maps a word to its intents and whether it is strong for them; weak ones come first.

    `clear` are the weak ones that say enough beside a thing. `absorbed`: pairs of one act with two words in it.
    """

    words: Mapping[str, dict[str, bool]]
    clear: frozenset[str]
    absorbed: tuple[tuple[str, str], ...]


def read_verbs(sheet: Sheet) -> Verbs:
    """Check and arrange the table. Raises TableFault."""
    shared = frozenset(sheet.words("shared"))
    strong: dict[str, list[str]] = {}
    weak: dict[str, list[str]] = {}
    clear: set[str] = set()
    absorbed: list[tuple[str, str]] = []
    for intent in [intent for intent in sheet.left() if intent in INTENTS]:
        rows = sheet.section(intent)
        for word in rows.words("strong"):
            if word in strong and word not in shared:
                rows.fault("strong", f"{word} is strong for {strong[word][0]} already")
            strong.setdefault(word, []).append(intent)
        shorts = (rows.words("clear"), rows.words("weak"))
        for word in (*shorts[0], *shorts[1]):
            if intent in strong.get(word, ()) or intent in weak.get(word, ()):
                rows.fault("weak", f"{word} stands here in two strengths")
            weak.setdefault(word, []).append(intent)
        clear.update(shorts[0])
        for other in rows.words("absorbs"):
            if other not in INTENTS:
                rows.fault("absorbs", f"{other} is no intent")
            absorbed.append((intent, other))
        rows.close()
    sheet.close()
    words: dict[str, dict[str, bool]] = {}
    for table, is_strong in ((weak, False), (strong, True)):
        for word, intents in table.items():
            words.setdefault(word, {}).update(dict.fromkeys(intents, is_strong))
    return Verbs(MappingProxyType(words), frozenset(clear), tuple(absorbed))


VERBS: Final = read_verbs(Sheet.of(_FILE))
