"""A reading in the making: fields found, choices open, things missing; judged into a status at the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from handlers.language.reading import CANDIDATES_MAX, FieldValue, Line, Reading, Status
from handlers.language.verbs import DOCUMENT_INTENTS, LINE_INTENTS

_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "purchase_order.create": ("supplier",),
    "sale.create": ("customer",),
    "labor.record": ("quantity", "unit"),
    "rental.record": ("equipment", "quantity", "unit"),
    "progress.report": ("stage", "percent"),
    "exception.report": ("remark",),
    **dict.fromkeys(DOCUMENT_INTENTS, ("document",)),
}


@dataclass(slots=True)
class Draft:
    """Collects what the stages find. `missing` and `candidates` hold paths as in the contract."""

    intent: str
    fields: dict[str, FieldValue] = field(default_factory=dict[str, FieldValue])
    lines: list[Line] = field(default_factory=list[Line])
    missing: list[str] = field(default_factory=list[str])
    candidates: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def choose(self, name: str, codes: Sequence[str]) -> None:
        """One code is the value, several are a question."""
        if len(codes) == 1:
            self.fields[name] = codes[0]
        elif codes:
            self.candidates[f"fields.{name}"] = tuple(codes)

    def knows(self, name: str) -> bool:
        return name in self.fields or f"fields.{name}" in self.candidates

    def lack(self, path: str) -> None:
        if path not in self.missing:
            self.missing.append(path)


def judge(draft: Draft) -> Reading:
    """Check what the intent requires and say how far the reading got."""
    for name in _REQUIRED.get(draft.intent, ()):
        if not draft.knows(name):
            draft.lack(f"fields.{name}")
    if draft.intent == "transfer.create" and not (draft.knows("to_project") or draft.knows("to_warehouse")):
        draft.lack("fields.to_project")
    if draft.intent in LINE_INTENTS:
        _judge_lines(draft)
    narrow = any(len(codes) > CANDIDATES_MAX for codes in draft.candidates.values())
    status = Status.AMBIGUOUS if draft.candidates else Status.INCOMPLETE if draft.missing else Status.OK
    return Reading(
        status=status,
        intent=draft.intent,
        fields=draft.fields,
        lines=tuple(draft.lines),
        missing=tuple(draft.missing),
        candidates={path: codes[:CANDIDATES_MAX] for path, codes in draft.candidates.items()},
        narrow=("spec",) if narrow else (),
    )


def _judge_lines(draft: Draft) -> None:
    if not draft.lines and not (draft.intent == "receipt.create" and "document" in draft.fields):
        draft.lack("lines")
    for index, line in enumerate(draft.lines):
        path = f"lines[{index}]"
        if line.material is None and f"{path}.material" not in draft.candidates:
            draft.lack(f"{path}.material")
        if line.quantity is None:
            draft.lack(f"{path}.quantity")
