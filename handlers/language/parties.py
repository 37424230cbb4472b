"""What a verb means beside a party: 找海螺买 is an order, 退海螺 goes back to the supplier, 绿城买 may be a sale."""

from dataclasses import replace
from typing import Final

from handlers.language.acts import Decision
from handlers.language.items import is_part
from handlers.language.lexicon import Domain
from handlers.language.message import Message
from handlers.language.naming import Tier
from handlers.language.pieces import Shape

_BOUGHT: Final = ("requisition.create", "purchase_order.create")
_SHORT_MAX: Final = 2
# So many pieces may make the name of a stranger.
_PARTY_MAX: Final = 6


def by_party(decision: Decision, message: Message) -> Decision:
    """The decision, seen in the light of who is named beside the verb."""
    if len(decision.intents) != 1 or decision.verb < 0:
        return decision
    intent, verb = decision.intents[0], message.pieces[decision.verb]
    has_supplier = _names(message, Domain.SUPPLIER)
    if intent == "requisition.create" and has_supplier and "purchase_order.create" in verb.intents:
        return replace(decision, intents=("purchase_order.create",))
    if intent == "return.create" and len(verb.text) <= _SHORT_MAX and has_supplier and not _has_home(message):
        return replace(decision, intents=("supplier_return.create",))
    is_bought = intent in _BOUGHT and not has_supplier and not verb.intents.get(intent, False)
    if is_bought and _names(message, Domain.CUSTOMER):
        return replace(decision, intents=(intent, "sale.create"))
    return decision


def without_stranger(message: Message, verb: int) -> Message:
    """卖给隔壁烧烤店单星水槽1台: what stands between 卖给 and the name of a thing is who buys, whom nobody knows."""
    start = end = verb + 1
    strange = 0
    for piece in message.pieces[start : start + _PARTY_MAX]:
        tier = piece.word.best_tier if piece.word is not None and is_part(piece) else None
        if piece.is_gap or piece.shape in (Shape.QUANTITY, Shape.NUMBER, Shape.SIZE) or tier is Tier.EXACT:
            break
        if any(piece.codes(domain) for domain in (Domain.CUSTOMER, Domain.SUPPLIER)) and not is_part(piece):
            return message
        strange += len(piece.text) if piece.shape is Shape.UNKNOWN else 0
        end += 1
    if strange < _SHORT_MAX or end >= len(message.pieces):
        return message
    return replace(message, pieces=[*message.pieces[:start], *message.pieces[end:]])


def _names(message: Message, domain: Domain) -> bool:
    """Whether a party is named, and not merely the brand of a thing (海螺水泥)."""
    for index, piece in enumerate(message.pieces):
        if piece.codes(domain) and piece.shape is Shape.WORD and not is_part(piece):
            after = message.pieces[index + 1] if index + 1 < len(message.pieces) else None
            if after is None or not is_part(after):
                return True
    return False


def _has_home(message: Message) -> bool:
    """A team that gives back, or a store that takes back."""
    return any(piece.codes(Domain.TEAM) or piece.codes(Domain.WAREHOUSE) for piece in message.pieces)
