"""What is recorded without materials: labour, machines, progress, exceptions."""

from typing import Final

from handlers.language.draft import Draft
from handlers.language.fields import add_project
from handlers.language.message import Message
from handlers.language.pieces import Piece, Shape
from handlers.language.reasons import words_of
from handlers.language.vocabulary import PHRASES, UNITS, Cue

# So many pieces before a share may leave it in doubt.
_DOUBT_REACH: Final = 5
_RECORDS: Final = frozenset(("labor.record", "rental.record"))


def add(draft: Draft, message: Message) -> None:
    """Quantity and unit of labour and rental; percent of progress; a price beside an approval."""
    if draft.intent in _RECORDS:
        _add_work(draft, message)
    elif draft.intent == "progress.report":
        percents = [piece.number for piece in _after_correction(message, Shape.PERCENT)]
        percents = percents[-1:] if _is_rise(message) else percents
        if len(percents) == 1 and percents[0] is not None and not _is_remainder(message):
            draft.fields["percent"] = percents[0]
    elif draft.intent == "approval.approve":
        prices = [piece.number for piece in message.pieces if piece.shape is Shape.PRICE]
        if len(prices) == 1 and prices[0] is not None:
            draft.fields["unit_price"] = prices[0]
        elif prices:
            draft.lack("fields.unit_price")


def _is_remainder(message: Message) -> bool:
    """还差20%, 大概80%: what is left, or about how much, is not the share that is done."""
    for index, piece in enumerate(message.pieces):
        if piece.shape is not Shape.PERCENT:
            continue
        before, after = message.before(index), message.after(index)
        if before is not None and before.text.endswith(PHRASES.left):
            return True
        if any(p.has(Cue.VAGUE) and len(p.text) > 1 for p in message.pieces[max(index - _DOUBT_REACH, 0) : index]):
            return True
        if after is not None and after.has(Cue.VAGUE):
            return True
    return False


def _is_rise(message: Message) -> bool:
    """从60%做到75%: two shares, the last of which it has come to."""
    places = [index for index, piece in enumerate(message.pieces) if piece.shape is Shape.PERCENT]
    if len(places) != 2:
        return False
    between = message.pieces[places[0] + 1 : places[1]]
    return any(piece.has(Cue.TO) or piece.text.endswith("到") for piece in between)


def _after_correction(message: Message, *shapes: Shape) -> list[Piece]:
    """The pieces of these shapes; those behind the last correction alone, where there are any."""
    found = [(index, piece) for index, piece in enumerate(message.pieces) if piece.shape in shapes]
    last = max((index for index, piece in enumerate(message.pieces) if piece.has(Cue.CORRECT)), default=-1)
    return [piece for index, piece in found if index > last] or [piece for _, piece in found]


def _add_work(draft: Draft, message: Message) -> None:
    amounts = _after_correction(message, Shape.QUANTITY, Shape.NUMBER)
    worked = [piece for piece in amounts if _unit(piece)]
    chosen = _recorded(draft, message, worked) or worked or amounts
    if len(chosen) == 1 and chosen[0].number is None and (said := _unit(chosen[0])):
        draft.fields["unit"] = said  # 好几天: how many is asked
    if len(chosen) == 1 and chosen[0].number is not None:
        draft.fields["quantity"] = chosen[0].number
        # 12个工，不对，13个: the unit stays.
        before = [unit for piece in message.pieces if piece.start < chosen[0].start and (unit := _unit(piece))]
        unit = _unit(chosen[0]) or (before[-1] if before else None)
        if unit:
            draft.fields["unit"] = unit
    equipment = draft.fields.get("equipment")
    if draft.intent == "rental.record" and "unit" not in draft.fields and isinstance(equipment, str):
        own = message.catalogue.equipment_unit.get(equipment)
        if own:
            draft.fields["unit"] = own


def _recorded(draft: Draft, message: Message, worked: list[Piece]) -> list[Piece]:
    """8个人干了一天，记工8个工日: of several, the one right behind the verb."""
    if len(worked) < 2 or any(piece.intents.keys() & (_RECORDS - {draft.intent}) for piece in message.pieces):
        return []
    for index, piece in enumerate(message.pieces):
        if draft.intent in piece.intents:
            behind = (p for p in message.pieces[index + 1 :] if not (p.is_gap or p.has(Cue.FILL, Cue.TOTAL)))
            return worked[-1:] if next(behind, None) is worked[-1] else []
    return []


def _unit(piece: Piece) -> str | None:
    return next((unit for unit in piece.units if unit in UNITS.work), None)


def exception(draft: Draft, message: Message, verb: int) -> Draft:
    """All words behind the verb are the remark."""
    add_project(draft, message)
    remark = words_of(message, range(verb + 1, len(message.pieces)))
    if remark:
        draft.fields["remark"] = remark
    return draft
