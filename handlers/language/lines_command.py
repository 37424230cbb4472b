"""The parse command: one JSON utterance a line in, one JSON reading a line out."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import cast

from handlers.language.catalogue import Catalogue
from handlers.language.context import Context
from handlers.language.read import read
from handlers.language.reading import Line, Reading


def parse_lines(lines: Iterable[str], *, catalogue: Catalogue, now: datetime) -> Iterator[str]:
    """One output line for every input line, in order; a malformed one says so and the run goes on."""
    for line in lines:
        yield json.dumps(_answer(line, catalogue, now), ensure_ascii=False)


def _answer(line: str, catalogue: Catalogue, now: datetime) -> dict[str, object]:
    try:
        text, context = _utterance(line)
    except (ValueError, RecursionError) as error:
        return {"status": "error", "error": str(error)}
    return _as_agreed(read(text, context=context, catalogue=catalogue, today=now.date())).to_json()


def _as_agreed(reading: Reading) -> Reading:
    """The contract gives what was `said` for strangers that have an amount; beyond that it is the dialogue's."""
    lines = (
        replace(line, said=None)
        if f"lines[{index}].material" in reading.candidates or line == Line(said=line.said)
        else line
        for index, line in enumerate(reading.lines)
    )
    return replace(reading, lines=tuple(lines))


def _utterance(line: str) -> tuple[str, Context]:
    data: object = json.loads(line)
    if not isinstance(data, dict):
        raise ValueError("an utterance must be an object")
    given = cast("dict[str, object]", data)
    text = given.get("text")
    if not isinstance(text, str):
        raise ValueError("text must be a string")
    return text, Context.from_json(given.get("context") or {})
