"""A label held up to the robot: what it is, what to mind about it, and what lies where."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain import stock_query
from domain.company import Material
from domain.labels import Label
from domain.operation import Asker, Draft, Operation
from domain.permissions import Action, in_project
from domain.records import material
from domain.stock_query import StockAnswer, StockQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One material that a label names, with the lot if the label says it."""

    material: Material
    lot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsRead:
    """`unknown` are the texts of codes beside them that mean nothing to us."""

    labelled: tuple[Labelled, ...]
    stock: StockAnswer
    unknown: tuple[str, ...]


def show(
    labels: Sequence[Label], *, project: str, by: Asker, remember: Callable[[Draft], None] | None = None
) -> Operation:
    """What is this? Asked by whoever may ask for stock; `remember` notes what was pointed at. Raises NoSuchMaterial."""
    things = dict.fromkeys((code, label.lot) for label in labels for code in label.materials)
    question = StockQuestion(project=project, materials=tuple(dict.fromkeys(code for code, _ in things)))
    inner = stock_query.ask(question, by=by)
    unknown = tuple(label.text for label in labels if not label.is_known)

    def decide(draft: Draft) -> None:
        labelled = tuple(Labelled(material=material(draft.company, code), lot=lot) for code, lot in things)
        stock = stock_query.what_lies(question, by, draft)
        draft.answer(LabelsRead(labelled=labelled, stock=stock, unknown=unknown))
        if remember is not None:
            remember(draft)

    return Operation(by=by, may=in_project(by.person, Action.ASK_STOCK, project), needs=inner.needs, decide=decide)
