"""Taking in a company file: master data replaced, opening stock 期初 booked once. All of it or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from domain.company import Company, OpeningStock
from domain.documents import Document, DocumentKind, Line, State
from domain.entries import Move, Serial, posting
from domain.errors import DomainError
from domain.operation import AnyNeed, Asker, Draft, Facts, Need, Operation, SeriesOf
from domain.places import Place, PlaceKind
from domain.places import warehouse as warehouse_place
from domain.records import DocumentOf
from domain.stock import come_in, in_base, needs_of
from domain.values import Money, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningOf(Need[Quantity | None]):
    """The opening quantity already booked for a material and lot in a warehouse, if any."""

    warehouse: str
    material: str
    lot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyLoaded:
    """What taking in a file did: whether master data changed, how much there is now, the opening documents."""

    materials: int
    people: int
    projects: int
    changed: bool
    opened: tuple[Document, ...]
    unenforced: tuple[str, ...] = ()  # kinds of documents whose flows this version keeps but does not run


@dataclass(eq=False)
class BookChanged(DomainError):
    """Somebody changed the master data after the file was read over it: read it again."""


@dataclass(eq=False)
class OpeningDiffers(DomainError):
    """A file says another opening quantity than the one on the books: a count corrects stock, not a second opening."""

    warehouse: str
    material: str
    booked: Quantity
    said: Quantity


LOADER = "load"  # who "by" is when an operator takes a file in at the command line


def take_in(company: Company, stock: Sequence[OpeningStock], *, over: Company, by: Asker) -> Operation:
    """Replace the master data `over` and book what opening stock is not on the books yet.

    Raises BookChanged, OpeningDiffers.
    """
    decide = partial(_take_in, company, stock, over, by)
    return Operation(by=by, may=None, needs=partial(_needs, company, stock), decide=decide)


def _needs(company: Company, stock: Sequence[OpeningStock], facts: Facts) -> Iterable[AnyNeed]:
    wanted: list[AnyNeed] = [SeriesOf(kind=DocumentKind.OPENING, day=facts.today)]
    for line in stock:
        wanted.append(OpeningOf(warehouse=line.warehouse, material=line.material, lot=line.lot))
        wanted += needs_of(line.material, company.warehouses[line.warehouse])
    return wanted


def _take_in(company: Company, stock: Sequence[OpeningStock], over: Company, by: Asker, draft: Draft) -> None:
    if draft.company != over:
        raise BookChanged
    changed = company != draft.company
    if changed:
        draft.company = company
    by_place: dict[OpeningOf, list[OpeningStock]] = {}
    for line in stock:
        place = OpeningOf(warehouse=line.warehouse, material=line.material, lot=line.lot)
        by_place.setdefault(place, []).append(line)
    by_warehouse: dict[str, list[OpeningStock]] = {}
    for place, lines in by_place.items():
        if not _is_booked(draft, company, place, lines):
            by_warehouse.setdefault(place.warehouse, []).extend(lines)
    opened = tuple(_open(draft, company, code, lines, by) for code, lines in by_warehouse.items())
    counts = {"materials": len(company.materials), "people": len(company.people), "projects": len(company.projects)}
    flows = dict.fromkeys(f.document for f in company.flows if f.document != DocumentKind.REQUISITION)
    draft.answer(CompanyLoaded(**counts, changed=changed, opened=opened, unenforced=tuple(flows)))


def _is_booked(draft: Draft, company: Company, place: OpeningOf, lines: Sequence[OpeningStock]) -> bool:
    """Whether the opening of a material, lot and warehouse is on the books; if not, it is noted as booked now."""
    kept = company.materials[place.material]
    said = Quantity(0, kept.base_unit)
    for line in lines:
        said += in_base(kept, line.quantity)
    booked = draft[place]
    if booked is None:
        draft[place] = said
        return False
    if said != booked:
        raise OpeningDiffers(place.warehouse, place.material, booked, said)
    return True


def _open(draft: Draft, company: Company, code: str, stock: Sequence[OpeningStock], by: Asker) -> Document:
    """One opening document per warehouse."""
    place, lines, moves = company.warehouses[code], list[Line](), list[Move]()
    for no, said in enumerate(stock, start=1):
        line = _line(company, no, said)
        kept = company.materials[said.material]
        assert line.amount is not None
        come_in(draft, kept, place, line.lot, line.quantity, line.amount, line.expiry)
        lines.append(line)
        moves.append(_move(line, code, line.amount))
    paper = Document(
        number=draft.number(DocumentKind.OPENING),
        kind=DocumentKind.OPENING,
        state=State.POSTED,
        project=place.project or "",
        requester=by.person,
        created_at=draft.now,
        dated=draft.today,
        warehouse=code,
        lines=tuple(lines),
    )
    draft[DocumentOf(paper.number)] = paper
    serials = tuple(Serial(no, serial) for no, said in enumerate(stock, start=1) for serial in sorted(said.serials))
    draft.record(posting(paper, moves=tuple(moves), serials=serials))
    return paper


def _line(company: Company, no: int, said: OpeningStock) -> Line:
    kept = company.materials[said.material]
    return Line(
        no=no,
        material=kept.code,
        entered=said.quantity,
        quantity=in_base(kept, said.quantity),
        price=said.unit_cost,
        amount=said.unit_cost.times_to_fen(said.quantity),
        lot=said.lot,
        expiry=said.expiry,
        fulfilled=Quantity(0, kept.base_unit),
    )


def _move(line: Line, code: str, amount: Money) -> Move:
    return Move(
        no=line.no,
        line=line.no,
        material=line.material,
        lot=line.lot,
        quantity=line.quantity,
        amount=amount,
        source=Place(PlaceKind.OPENING, ""),
        target=warehouse_place(code),
    )
