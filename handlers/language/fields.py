"""Who, where and for what: the names in a message that are not materials, each in its role."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from handlers.language.draft import Draft
from handlers.language.items import is_part
from handlers.language.lexicon import Domain, Tier
from handlers.language.message import Message
from handlers.language.pieces import Piece, Shape
from handlers.language.verbs import LINE_INTENTS
from handlers.language.vocabulary import PHRASES, Cue

_WAREHOUSE_ROLE: Final = {
    "receipt.create": "to_warehouse",
    "return.create": "to_warehouse",
    "transfer.create": "to_warehouse",
    "issue.create": "from_warehouse",
    "scrap.create": "from_warehouse",
    "sale.create": "from_warehouse",
    "supplier_return.create": "from_warehouse",
}
_SUPPLIED: Final = frozenset(
    (
        "receipt.create",
        "requisition.create",
        "purchase_order.create",
        "supplier_return.create",
        "approval.approve",
        "ledger.query",
        "cost.query",
        "approval.list",
    )
)
_PEOPLED: Final = frozenset(("issue.create", "return.create", "requisition.create", "labor.record"))
_STAGED: Final = frozenset(
    (
        "requisition.create", "purchase_order.create", "issue.create", "return.create", "receipt.create",
        "scrap.create", "labor.record", "rental.record", "progress.report", "cost.query",
        "ledger.query", "digest.query", "stock.query",
    )
)  # fmt: skip
_TEAMED: Final = frozenset(
    (
        "issue.create",
        "return.create",
        "labor.record",
        "ledger.query",
        "requisition.create",
        "scrap.create",
        "rental.record",
        "cost.query",
        "digest.query",
    )
)


def add_fields(draft: Draft, message: Message) -> None:
    """Fill the fields that names of the book can fill, and those that the chat itself gives."""
    fill_named(draft, message)
    _add_recipient(draft, message)


def _is_stranger(piece: Piece, before: Piece | None, after: Piece | None) -> bool:
    """给小李, 王师傅领: somebody is named whom the book does not know."""
    if piece.shape is Shape.HUMAN:
        return not (after is not None and after.has(Cue.SAYS))
    return piece.shape is Shape.UNKNOWN and before is not None and before.has(Cue.GIVE)


def stages_apart(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """门诊楼喷淋 in a clause without amounts: the stage, though things are of a category called so."""
    if not any(_as_stage(piece) is not piece for piece in pieces):
        return pieces
    found: list[Piece] = []
    clause: list[Piece] = []
    for piece in (*pieces, None):
        if piece is not None and piece.shape is not Shape.BREAK:
            clause.append(piece)
            continue
        is_counted = any(p.shape in (Shape.QUANTITY, Shape.NUMBER, Shape.SIZE) or p.intents for p in clause)
        found += clause if is_counted else [_as_stage(p) for p in clause]
        found += [piece] if piece is not None else []
        clause = []
    return found


def _as_stage(piece: Piece) -> Piece:
    word = piece.word
    if word is None or word.best_tier is not Tier.KIND or Domain.STAGE not in word.names:
        return piece
    return replace(piece, word=word._replace(tiers=()))


def add_project(draft: Draft, message: Message) -> None:
    """The project alone: that of the text, else of the chat."""
    named = [_named(draft.intent, message, index, piece) for index, piece in enumerate(message.pieces)]
    _add_project(draft, message, [codes for name, codes in filter(None, named) if name == "project"])


def fill_named(draft: Draft, message: Message) -> None:
    """Fill the fields that the text names."""
    found: dict[str, list[tuple[str, ...]]] = {}
    last_correction = max((i for i, p in enumerate(message.pieces) if p.has(Cue.CORRECT)), default=-1)
    corrected: set[str] = set()
    whole = {
        named[0] for i, p in enumerate(message.pieces) if is_exact(p) and (named := _named(draft.intent, message, i, p))
    }
    for index, piece in enumerate(message.pieces):
        named = _named(draft.intent, message, index, piece)
        if named is None:
            continue
        name, codes = named
        if name == "team" and name in whole and not is_exact(piece):
            continue  # 瓦工班，抹灰那边等着: beside a whole name a mere part of another decides nothing
        is_source = (before := message.before(index)) is not None and before.has(Cue.FROM)
        if draft.intent == "transfer.create" and before is not None and before.has(Cue.TO) and name in found:
            # 调拨单 东门库到总仓: the one that is said to be where to leaves the other as the source.
            found[name.replace("to_", "from_")] = found.pop(name)
        if is_source and draft.intent == "transfer.create" and name.startswith("from_"):
            # B座从A座调: where one place is named as the source, the other is not.
            for unmarked in found.pop(name, []):
                found.setdefault(name.replace("from_", "to_"), []).append(unmarked)
        if 0 <= last_correction < index and name not in corrected:
            corrected.add(name)
            found.pop(name, None)
        found.setdefault(name, []).append(codes)
    stages = found.pop("stage", [])
    projects = found.pop("project", [])
    _add_project(draft, message, projects)
    for name, groups in found.items():
        draft.choose(name, _settled(groups, message.context.project if name.endswith("_project") else None))
    if stages:
        _add_stage(draft, message, stages)


def _named(intent: str, message: Message, index: int, piece: Piece) -> tuple[str, tuple[str, ...]] | None:
    """The field that a name fills here, and whom it may mean."""
    word = piece.word
    if (
        word is None
        or not word.names
        or is_part(piece)
        or word.intents
        or (word.cues - {Cue.CALM} and not is_exact(piece))
    ):
        return None
    best = min(tier for codes in word.names.values() for tier in codes.values())
    domains = [domain for domain, codes in word.names.items() if min(codes.values()) == best]
    before = message.before(index)
    for domain in _ordered(intent, domains):
        name = _role(intent, domain, before, message.after(index))
        if (
            name in ("from_project", "from_warehouse")
            and intent == "transfer.create"
            and _is_asked_where(message, before)
        ):
            name = name.replace("from_", "to_")
        if name is not None:
            return name, piece.codes(domain)
    return None


def _is_asked_where(message: Message, before: Piece | None) -> bool:
    """To the question where it shall go, a bare name is the place."""
    pending = message.context.pending
    is_source = before is not None and before.has(Cue.FROM)
    return pending is not None and "fields.to_project" in pending.missing and not is_source


def is_exact(piece: Piece) -> bool:
    """Whether the whole of a name is said."""
    return piece.word is not None and any(
        tier is Tier.EXACT for codes in piece.word.names.values() for tier in codes.values()
    )


def _ordered(intent: str, domains: Iterable[Domain]) -> list[Domain]:
    first = Domain.EQUIPMENT if intent == "rental.record" else Domain.PROJECT
    return sorted(domains, key=lambda domain: (domain is not first, domain.value))


def _role(intent: str, domain: Domain, before: Piece | None, after: Piece | None) -> str | None:
    is_target = before is not None and (
        before.has(Cue.TO, Cue.GIVE, Cue.DONE) or bool(before.intents.keys() & {"transfer.create"})
    )
    is_source = before is not None and before.has(Cue.FROM)
    match domain:
        case Domain.PROJECT:
            if intent != "transfer.create":
                return "project"
            return "to_project" if is_target else "from_project"
        case Domain.WAREHOUSE:
            if is_source and intent in LINE_INTENTS and intent != "count.create":
                return "from_warehouse"
            if intent == "transfer.create" and not is_target:
                return "from_warehouse"
            return _WAREHOUSE_ROLE.get(intent, "warehouse")
        case Domain.PERSON:
            return "recipient" if _is_recipient(intent, before, after) else None
        case Domain.TEAM:
            return "team" if intent in _TEAMED else None
        case Domain.STAGE:
            return "stage" if intent in _STAGED else None
        case Domain.SUPPLIER:
            return "supplier" if intent in _SUPPLIED else None
        case Domain.CUSTOMER:
            return "customer" if intent == "sale.create" else None
        case Domain.EQUIPMENT:
            return "equipment" if intent == "rental.record" else None


def _is_recipient(intent: str, before: Piece | None, after: Piece | None) -> bool:
    """Not whoever speaks (小李说), nor who is asked to do it (麻烦唐姐申购)."""
    if intent == "requisition.create" and before is not None and before.text in PHRASES.addressed:
        return False
    return intent in _PEOPLED and not (after is not None and after.has(Cue.SAYS))


def _settled(groups: list[tuple[str, ...]], preferred: str | None) -> tuple[str, ...]:
    """Several names for one field narrow each other, or stay a question."""
    common = [code for code in groups[0] if all(code in group for group in groups)]
    codes = tuple(common) or tuple(dict.fromkeys(code for group in groups for code in group))
    return (preferred,) if preferred is not None and preferred in codes else codes


def _add_project(draft: Draft, message: Message, groups: list[tuple[str, ...]]) -> None:
    own = message.context.project
    if groups:
        draft.choose("project", _settled(groups, own))
    elif own is not None:
        draft.fields["project"] = own


def _add_stage(draft: Draft, message: Message, groups: list[tuple[str, ...]]) -> None:
    project = draft.fields.get("project")
    codes = _settled(groups, None)
    if isinstance(project, str) and project in message.catalogue.stages:
        codes = tuple(code for code in codes if code in message.catalogue.stages[project])
        if not codes:
            draft.lack("fields.stage")
    draft.choose("stage", codes)


def _add_recipient(draft: Draft, message: Message) -> None:
    """我领 makes the sender the recipient; a mentioned colleague may be it."""
    if draft.intent != "issue.create" or draft.knows("recipient"):
        return
    context = message.context
    for index, piece in enumerate(message.pieces):
        if not (piece.has(Cue.ME) or piece.shape in (Shape.HUMAN, Shape.UNKNOWN)):
            continue
        after, before = message.after(index), message.before(index)
        if piece.has(Cue.ME) and context.sender is not None:
            is_busy = after is not None and after.text in PHRASES.looking
            takes = after is not None and not is_busy and (bool(after.intents) or after.has(Cue.FILL, Cue.NEED))
            if takes or (before is not None and before.has(Cue.GIVE)):
                draft.fields["recipient"] = context.sender
                return
        if _is_stranger(piece, before, after) and "team" not in draft.fields:
            draft.lack("fields.recipient")
    people = [person for person in context.mentioned if person in message.catalogue.people]
    if len(people) == 1:
        draft.fields["recipient"] = people[0]
