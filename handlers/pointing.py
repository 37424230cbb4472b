"""What somebody pointed at with a photograph, and how long the words that follow are about it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.company import Company, Tracking
from domain.documents import DocumentKind, Number
from domain.errors import DomainError
from domain.labels import Label
from domain.operation import DIALOGUE_LASTS, Asker, Dialogue, DialogueOf, Draft, Facts
from handlers.language import Line, Reading


@dataclass(eq=False)
class WhichLot(DomainError):
    """Labels of several lots of one material, and words that do not say which lot is meant."""

    material: str
    lots: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """Materials, each with the lot of its label or "", and the number of a document or ""."""

    things: tuple[tuple[str, str], ...] = ()
    document: str = ""

    @classmethod
    def of(cls, labels: Sequence[Label]) -> "Pointed":
        """What the labels of one photograph point at; of several documents none."""
        things = dict.fromkeys((code, label.lot) for label in labels for code in label.materials)
        documents = {str(label.document) for label in labels if label.document is not None}
        return cls(things=tuple(things), document=documents.pop() if len(documents) == 1 else "")

    @property
    def materials(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(code for code, _ in self.things))

    @property
    def order(self) -> str:
        """The purchase order pointed at, "" where the document is of another kind."""
        is_order = bool(self.document) and Number.read(self.document).kind is DocumentKind.PURCHASE_ORDER
        return self.document if is_order else ""

    def with_lots(self, reading: Reading, company: Company) -> Reading:
        """The lot of a label counts like one that was said. Raises WhichLot."""
        return replace(reading, lines=tuple(self._with_lot(line, company) for line in reading.lines))

    def _with_lot(self, line: Line, company: Company) -> Line:
        kept = company.materials.get(line.material or "")
        if kept is None or line.lot or kept.tracked is not Tracking.LOT:
            return line
        lots = [lot for code, lot in self.things if lot and code == kept.code]
        if not lots:
            return line
        if len(lots) > 1:
            raise WhichLot(kept.code, tuple(lots))
        return replace(line, lot=lots[0])

    def write(self) -> str:
        return json.dumps({"things": self.things, "document": self.document}, ensure_ascii=False)

    @classmethod
    def read(cls, memo: str) -> "Pointed":
        body: dict[str, Any] = json.loads(memo)
        return cls(things=tuple((code, lot) for code, lot in body["things"]), document=body["document"])


def place_of(by: Asker) -> DialogueOf:
    """Where it is remembered: beside the open question, which has a life of its own."""
    return DialogueOf(person=by.person, chat=f"pointed {by.chat}")


def remember(pointed: Pointed, by: Asker, draft: Draft) -> None:
    """For as long as an open question lives."""
    draft[place_of(by)] = Dialogue(memo=pointed.write(), until=draft.now + DIALOGUE_LASTS)


def remembered(facts: Facts, by: Asker) -> Pointed | None:
    """What this person pointed at a moment ago, with the materials that the company still keeps."""
    noted = facts[place_of(by)]
    if noted is None or facts.now > noted.until:
        return None
    pointed = Pointed.read(noted.memo)
    things = tuple((code, lot) for code, lot in pointed.things if code in facts.company.materials)
    return replace(pointed, things=things) if things or pointed.document else None
