"""Rows as the API tells them: codes and ids as the book has them, every number as an exact text."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.web.cursor import write_cursor
from domain.company import Company
from domain.values import decimal_text
from storage.reports import DecisionRow, DocumentRow, LineRow, MoveRow, StockRow

Shape = dict[str, object]


def stock_shape(row: StockRow, company: Company) -> Shape:
    return {
        "project": row.owner or None,
        "warehouse": row.warehouse,
        "material": row.material,
        "lot": row.lot,
        "quantity": decimal_text(row.millionths, 6),
        "unit": _unit(company, row.material),
        "value": str(row.value),
    }


def document_shape(row: DocumentRow, zone: ZoneInfo) -> Shape:
    return {
        "number": row.number,
        "kind": row.kind,
        "state": row.state,
        "project": row.project,
        "requester": row.requester,
        "created_at": _moment(row.created_at, zone),
        "lines": [_line_shape(line) for line in row.lines],
        "decisions": [_decision_shape(decision, zone) for decision in row.decisions],
        "links": list(row.links),
    }


def _line_shape(line: LineRow) -> Shape:
    return {
        "no": line.no,
        "material": line.material,
        "quantity": line.entered.number,
        "unit": line.entered.unit,
        "base_quantity": line.quantity.number,
        "base_unit": line.quantity.unit,
        "price": None if line.price is None else str(line.price),
        "amount": None if line.amount is None else str(line.amount),
        "lot": line.lot,
        "expiry": None if line.expiry is None else line.expiry.isoformat(),
        "fulfilled": line.fulfilled.number,
    }


def _decision_shape(decision: DecisionRow, zone: ZoneInfo) -> Shape:
    return {
        "node": decision.node or None,
        "person": decision.person,
        "act": decision.act,
        "at": _moment(decision.at, zone),
        "reason": decision.reason,
    }


def moves_shape(rows: list[MoveRow], company: Company, zone: ZoneInfo, *, page: int) -> Shape:
    """A page of moves; one row more than a page says that there is another."""
    shown = rows[:page]
    after = write_cursor(shown[-1].at) if len(rows) > page else None
    return {"items": [_move_shape(row, company, zone) for row in shown], "next": after}


def _move_shape(row: MoveRow, company: Company, zone: ZoneInfo) -> Shape:
    return {
        "seq": row.at.seq,
        "no": row.at.no,
        "document": row.document,
        "dated": row.dated.isoformat(),
        "recorded_at": _moment(row.recorded_at, zone),
        "material": row.material,
        "lot": row.lot,
        "quantity": decimal_text(row.millionths, 6),
        "unit": _unit(company, row.material),
        "amount": str(row.amount),
        "from": _place_shape(row.source),
        "to": _place_shape(row.target),
        "stage": row.stage,
        "team": row.team,
        "recipient": row.recipient,
    }


def _place_shape(place: tuple[str, str]) -> Shape:
    kind, code = place
    return {"kind": kind, "code": code}


def _unit(company: Company, material: str) -> str:
    return company.materials[material].base_unit if material in company.materials else ""


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat()
