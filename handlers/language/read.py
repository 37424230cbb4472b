"""The corridor of reading: normalise, segment, recognise amounts, decide, assemble, judge (docs/language.md)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from handlers.language import dialogue, records
from handlers.language.acts import NOTHING, Decision
from handlers.language.amounts import fold
from handlers.language.catalogue import Catalogue
from handlers.language.context import Context
from handlers.language.corrections import settled
from handlers.language.documents import add_document
from handlers.language.draft import Draft, judge
from handlers.language.fields import add_fields, add_project, stages_apart
from handlers.language.intents import decide
from handlers.language.lines import add_lines, add_queried
from handlers.language.list_marks import without_list_marks
from handlers.language.message import Message
from handlers.language.normalise import normalise
from handlers.language.open_question import CANCEL
from handlers.language.parties import by_party, without_stranger
from handlers.language.pasted import Table, add_table, split_table
from handlers.language.pieces import Piece
from handlers.language.reading import UNKNOWN, Reading, Status
from handlers.language.reasons import find_reason, ground_apart, words_of
from handlers.language.remarks import without_remarks
from handlers.language.said_over import without_first
from handlers.language.second_thoughts import ground_anew
from handlers.language.segment import segment
from handlers.language.several import wanted
from handlers.language.taking_back import answer_back, takes_back
from handlers.language.talk import is_chatter, is_quoted, is_retracted, is_scattered, is_story
from handlers.language.times import add_times
from handlers.language.told_before import without_told
from handlers.language.verbs import LINE_INTENTS, MATERIAL_QUERIES, REASONED
from handlers.language.vocabulary import PHRASES, Cue

# A longer message is no command; a workbook is the way for it.
TEXT_MAX: Final = 6_000


def read(text: str, *, context: Context, catalogue: Catalogue, today: date) -> Reading:
    """What a text means. Total: every string has a reading, most have UNKNOWN."""
    if len(text) > TEXT_MAX:
        return UNKNOWN
    message, table = recognised(text, context=context, catalogue=catalogue, today=today)
    reading, is_answer = _whole(message, table)
    if reading.intent is None or is_answer or table is not None:
        return reading
    several = wanted(message, reading, lambda part: _whole(part, None)[0])
    return _torn(several, message) if len(several) > 1 else reading


def _whole(message: Message, table: Table | None) -> tuple[Reading, bool]:
    """What a message, or a part of one, means as a whole; and whether it answers the open question."""
    pending = message.context.pending
    if is_retracted(message.pieces):
        return (UNKNOWN, False) if pending is None else (CANCEL, True)
    if pending is not None and (ended := answer_back(message.pieces, pending)) is not None:
        return ended, True
    pieces, is_open = without_first(message.pieces)
    message, remark = without_remarks(message.of(pieces))
    message = ground_anew(message.of(settled(message.pieces, message.catalogue.lexicon)))
    message, ground = ground_apart(message)
    decision = decide(
        message.pieces,
        has_document=message.context.quoted_document is not None,
        has_material=bool(message.context.things),
        has_table=table is not None,
    )
    if table is not None:
        decision = _about_table(table, decision, message.pieces)
    answer = _answer(message, decision, ground)
    if answer is None and is_open and decision.intents:
        return _asked_anew(decision, message), False
    reading = answer or _command(message, decision, table, ground)
    return _remarked(reading, remark), answer is not None


def recognised(text: str, *, context: Context, catalogue: Catalogue, today: date) -> tuple[Message, Table | None]:
    """Normalise, take a pasted table apart, segment into pieces, put numbers to their units and prices."""
    source = without_list_marks(normalise(text))
    body, table = split_table(source.text)
    pieces = fold(segment(body, catalogue, today))
    source = replace(source, text=body)
    return Message(source=source, pieces=pieces, context=context, catalogue=catalogue, today=today), table


def _remarked(reading: Reading, remark: str) -> Reading:
    """A document carries what was said beside it, as its ground where it wants one; a question carries nothing."""
    if not remark or reading.intent not in LINE_INTENTS | REASONED:
        return reading
    if takes_back(remark, reading.intent):
        return UNKNOWN
    name = "reason" if reading.intent in REASONED and "reason" not in reading.fields else "remark"
    before = reading.fields.get(name)
    said = f"{before}，{remark}" if isinstance(before, str) and before else remark
    return replace(reading, fields={**reading.fields, name: said})


def _answer(message: Message, decision: Decision, ground: str) -> Reading | None:
    """The open question's answer, where there is one and this is it."""
    pending = message.context.pending
    if pending is None:
        return None
    return dialogue.answer(message, _still_known(pending, message.catalogue), decision, ground=ground)


def _still_known(pending: Reading, catalogue: Catalogue) -> Reading:
    """Materials that the catalogue no longer has are asked for anew."""
    lines = tuple(
        line if line.material is None or line.material in catalogue.materials else replace(line, material=None)
        for line in pending.lines
    )
    return pending if lines == pending.lines else replace(pending, lines=lines)


def _command(message: Message, decision: Decision, table: Table | None, ground: str) -> Reading:
    """Assemble what the intent needs, and judge it."""
    if not decision.intents:
        return UNKNOWN
    decision = by_party(decision, message)
    if len(decision.intents) > 1:
        return UNKNOWN if is_story(Draft(decision.intents[0]), message) else _torn(decision.intents, message)
    draft = _drafted(decision, message, ground)
    if draft is None:
        return UNKNOWN
    if table is not None and draft.intent in LINE_INTENTS:
        add_table(draft, table, message.catalogue, message.today)
    return judge(draft)


def _asked_anew(decision: Decision, message: Message) -> Reading:
    """What is to be done to what, where two lists are told and it is open which of them holds."""
    draft = Draft(decision.intents[0])
    add_project(draft, message)
    draft.lack("lines")
    return judge(draft)


def _about_table(table: Table, decision: Decision, pieces: Sequence[Piece]) -> Decision:
    """What a title asks for is done, unless the words beside the table say that it is wrong, or not now."""
    if any(piece.has(Cue.NOT, Cue.LATER, Cue.CORRECT) for piece in pieces):
        return NOTHING
    done = tuple(intent for intent in decision.intents if intent in LINE_INTENTS)
    if len(decision.intents) > 1 and len(done) == 1:
        return replace(decision, intents=done)  # 到货明细, and a table: nothing is asked
    is_talk = any(piece.has(Cue.ASK, Cue.CALM) for piece in pieces)
    return decision if decision.intents or table.asks is None or is_talk else Decision((table.asks,))


def _torn(intents: tuple[str, ...], message: Message) -> Reading:
    """Two things at once: which of them first is asked."""
    project = message.context.project
    return Reading(
        status=Status.AMBIGUOUS,
        fields={"project": project} if project else {},
        candidates={"intent": intents},
    )


def _drafted(decision: Decision, message: Message, ground: str) -> Draft | None:
    """Fill a draft for one intent. None where the message turns out to be no command."""
    intent = decision.intents[0]
    draft = Draft(intent)
    verb = message.pieces[decision.verb] if decision.verb >= 0 else None
    if is_quoted(message, decision.verb):
        return None
    if intent == "exception.report":
        return records.exception(draft, message, decision.verb)
    if intent in REASONED and ground:
        draft.fields["reason"] = ground
    elif intent in REASONED:
        where = find_reason(message, intent, decision.verb)
        if where:
            draft.fields["reason"] = words_of(message, where)
            message = _without(message, where)
    reason = draft.fields.get("reason")
    if isinstance(reason, str) and takes_back(reason, intent):
        return None
    if intent == "sale.create" and verb is not None and (verb.has(Cue.DONE) or verb.text.endswith("给")):
        message = without_stranger(message, decision.verb)
    if intent in LINE_INTENTS:
        message = message.of(stages_apart(without_told(message.pieces, verb)))
    add_fields(draft, message)
    if draft.intent == "purchase_order.create" and not draft.knows("supplier"):
        draft.intent = "requisition.create"
    if not add_times(draft, message, verb):
        return None
    add_document(draft, message)
    records.add(draft, message)
    is_told = not _fill_lines(draft, message, verb) or is_story(draft, message)
    return None if is_told else draft


def _fill_lines(draft: Draft, message: Message, verb: Piece | None) -> bool:
    """The lines that the intent wants. False where they show that it was talk."""
    if draft.intent in LINE_INTENTS:
        add_lines(draft, message.pieces, message.catalogue, things=message.context.things)
        if not draft.lines and is_chatter(message):
            return False
        if not draft.lines and any(piece.text.startswith(PHRASES.partly) for piece in message.pieces):
            draft.lack("lines")
        if draft.intent == "receipt.create" and "document" in draft.fields and not draft.candidates:
            _drop_murmurs(draft)
    if draft.intent in MATERIAL_QUERIES:
        add_queried(draft, message.pieces, message.catalogue, things=message.context.things)
        is_asked = verb is not None and verb.intents.get(draft.intent, False)
        if draft.lines and not is_asked and not any(line.material for line in draft.lines):
            return False  # 谁把楼梯口灭火器挪走了
    is_lined = bool(draft.lines) and draft.intent in LINE_INTENTS | MATERIAL_QUERIES
    return not (is_lined and is_scattered(draft, message))


def _drop_murmurs(draft: Draft) -> None:
    """车卸完了数也对，收货, of an order: what names nothing and counts nothing is no line beside the document."""
    if not any(line.material or line.quantity for line in draft.lines):
        draft.lines.clear()
        draft.missing[:] = [path for path in draft.missing if not path.startswith("lines[")]


def _without(message: Message, where: range) -> Message:
    """The message without the words of its reason, so that nothing in them is booked."""
    pieces: list[Piece] = [piece for index, piece in enumerate(message.pieces) if index not in where]
    pieces = [piece for piece in pieces if not piece.has(Cue.REASON)]
    return replace(message, pieces=pieces)
