"""Counting what was received on its order, and moving the order's state along."""

from collections.abc import Iterable
from dataclasses import replace

from domain.documents import Act, Document, Line, Number
from domain.operation import Draft
from domain.records import (
    DocumentOf,
    document,
)
from domain.values import Quantity


def fulfil(draft: Draft, number: str, lines: Iterable[Line], *, undo: bool = False) -> Document:
    """Count received lines on their order (or take them off again) and move its state along."""
    order = document(draft, number)
    got = {x.no: 0 for x in order.lines}
    for line in lines:
        if line.order == number:
            got[line.order_line] += -line.quantity.millionths if undo else line.quantity.millionths
    updated = tuple(
        replace(x, fulfilled=Quantity(x.fulfilled.millionths + got[x.no], x.fulfilled.unit)) for x in order.lines
    )
    complete = all(not x.outstanding for x in updated)
    nothing = all(not x.fulfilled for x in updated)
    if undo:
        act = Act.RECEIVE_ALL if complete else (Act.REOPEN if nothing else Act.REOPEN_PART)
    else:
        act = Act.RECEIVE_ALL if complete else Act.RECEIVE_PART
    after = replace(order, lines=updated, state=order.after(act))
    draft[DocumentOf(Number(number))] = after
    return after
