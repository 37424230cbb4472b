"""Master data: every element of the company file kept in the file's own form, read back by the file's own reader."""

import json
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.company import Company, Flow, Grant, PlanLine, PriceNote, StockRule
from domain.company_file import read_company_file
from domain.values import MILLION, Money, decimal_text
from storage import tables
from storage.sets import among, chunks, upsert

Element = dict[str, Any]
_ONE: Final = "-"  # the code of a key that has one element only


def _set(**fields: Any) -> Element:
    """An element without the fields that say nothing."""
    return {name: value for name, value in fields.items() if value not in (None, "", (), [])}


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}" if value.denominator != 1 else str(value.numerator)


def _money(value: Money | None) -> str | None:
    return None if value is None else str(value)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _grant(grant: Grant) -> Any:
    return grant.role.value if grant.project is None else {"role": grant.role.value, "project": grant.project}


def _plan(line: PlanLine) -> Element:
    price = None if line.unit_price is None else str(line.unit_price)
    amounts = _set(quantity=line.quantity.number, unit=line.quantity.unit, unit_price=price)
    return {"stage": line.stage, "material": line.material, **amounts}


def _rule(rule: StockRule) -> Element:
    target = None if rule.reorder_to is None else rule.reorder_to.number
    return {
        "material": rule.material,
        "warehouse": rule.warehouse,
        "safety_stock": rule.safety_stock.number,
        "responsible": list(rule.responsible),
        **_set(reorder_to=target),
    }


def _price(note: PriceNote) -> Element:
    known = _set(supplier=note.supplier, unit=note.unit)
    return {"material": note.material, "unit_price": str(note.unit_price), "date": note.day.isoformat(), **known}


def _flow(flow: Flow) -> Element:
    nodes = [
        _set(
            role=node.role.value if node.role else None,
            person=node.person,
            mode=node.mode.value,
            min_amount=_money(node.min_amount),
            hours=node.hours,
            on_timeout=node.on_timeout.value,
        )
        for node in flow.nodes
    ]
    return {"document": flow.document, "projects": list(flow.projects), "nodes": nodes, "cc": list(flow.cc)}


def _decimal(value: Fraction) -> str:
    """A fraction that was read from a decimal of at most six places, as that decimal."""
    return decimal_text(int(value * MILLION), 6)


def elements(company: Company) -> dict[tuple[str, str], Element]:
    """All master data as (key of the file, code) → element, in the file's order."""
    return dict(_elements(company))


def _elements(company: Company) -> Iterable[tuple[tuple[str, str], Element]]:
    settings = company.settings
    month = settings.month_close_day
    yield ("company", _ONE), _set(name=company.name, currency=company.currency, month_close_day=month)
    yield (
        ("settings", _ONE),
        {
            "digest_time": settings.digest_time,
            "requisition_finance_from": str(settings.requisition_finance_from),
            "receipt_over_tolerance": _decimal(settings.receipt_over_tolerance),
            "undo_minutes": settings.undo_minutes,
            "sampling_rate": _decimal(settings.sampling_rate),
            "ask_on_repeat": settings.ask_on_repeat,
        },
    )
    yield from _goods(company)
    yield from _site(company)
    yield from _numbered("plans", ({"project": p.project, **_plan(p.line)} for p in company.plans))
    yield from _numbered("stock_rules", (_rule(r) for r in company.stock_rules.values()))
    yield from _numbered("prices", (_price(n) for n in company.prices))
    yield from _numbered("approval_flows", (_flow(f) for f in company.flows))
    for learned in company.learned.values():
        body = _set(name=learned.name, material=learned.material, by=learned.by, date=learned.day.isoformat())
        yield ("learned_names", learned.name), body


def _numbered(key: str, bodies: Iterable[Element]) -> Iterable[tuple[tuple[str, str], Element]]:
    for no, body in enumerate(bodies):
        yield (key, f"{no:06d}"), body


def _goods(company: Company) -> Iterable[tuple[tuple[str, str], Element]]:
    for u in company.units.values():
        yield ("units", u.name), {"name": u.name, "aliases": list(u.aliases)}
    for c in company.categories.values():
        body = {"name": c.name, "valuation": c.valuation.value, "scan_required": c.scan_required}
        yield ("categories", c.name), body
    for m in company.materials.values():
        other = _set(
            spec=m.spec,
            category=m.category,
            aliases=list(m.aliases),
            shelf_life_days=m.shelf_life_days,
            guidance=m.guidance,
            barcode=m.barcode,
        )
        units = [{"unit": unit, "per_base": _ratio(per_base)} for unit, per_base in m.units]
        fixed = {"code": m.code, "name": m.name, "base_unit": m.base_unit, "units": units, "tracked": m.tracked.value}
        yield ("materials", m.code), {**fixed, **other}
    for e in company.equipment.values():
        price = None if e.unit_price is None else str(e.unit_price)
        yield (
            ("equipment", e.code),
            _set(code=e.code, name=e.name, aliases=list(e.aliases), unit=e.unit, unit_price=price),
        )
    for s in company.suppliers.values():
        terms = _set(contact=s.contact, terms_days=s.terms_days, lead_days=s.lead_days)
        yield ("suppliers", s.code), {"code": s.code, "name": s.name, "aliases": list(s.aliases), **terms}
    for k in company.customers.values():
        yield ("customers", k.code), {"code": k.code, "name": k.name, "aliases": list(k.aliases)}


def _site(company: Company) -> Iterable[tuple[tuple[str, str], Element]]:
    for t in company.templates.values():
        body = {"code": t.code, "name": t.name, "stages": list(t.stages), "plan": [_plan(line) for line in t.plan]}
        yield ("templates", t.code), body
    for p in company.projects.values():
        other = _set(
            aliases=list(p.aliases),
            stages=list(p.stages),
            parent=p.parent,
            manager=p.manager,
            budget=_money(p.budget),
            contract_amount=_money(p.contract_amount),
            start=_day(p.start),
            end=_day(p.end),
            template=p.template,
        )
        yield ("projects", p.code), {"code": p.code, "name": p.name, **other}
    for person in company.people.values():
        other = _set(aliases=list(person.aliases), superior=person.superior, team=person.team)
        roles = [_grant(g) for g in person.grants]
        yield ("people", person.id), {"id": person.id, "name": person.name, "roles": roles, **other}
    for team in company.teams.values():
        yield ("teams", team.name), _set(name=team.name, leader=team.leader, project=team.project)
    for w in company.warehouses.values():
        other = _set(aliases=list(w.aliases), keeper=w.keeper)
        yield ("warehouses", w.code), {"code": w.code, "name": w.name, "project": w.project, **other}
    for g in company.groups.values():
        body = {"conversation_id": g.conversation, "name": g.name, "project": g.project}
        yield ("groups", g.conversation), body


async def save_company(connection: AsyncConnection, before: Company, after: Company) -> None:
    """Write what changed between two snapshots."""
    old, new = elements(before), elements(after)
    gone = [pair for pair in old if pair not in new]
    table = tables.master
    for part in chunks(gone):
        await connection.execute(delete(table).where(among([table.c.kind, table.c.code], part)))
    rows = [
        {"kind": kind, "code": code, "position": at, "body": json.dumps(body, ensure_ascii=False, sort_keys=True)}
        for at, ((kind, code), body) in enumerate(new.items())
        if old.get((kind, code)) != body
    ]
    for part in chunks(rows):
        await upsert(connection, table, part)


async def load_company(connection: AsyncConnection) -> Company:
    """Read the whole snapshot."""
    table, file = tables.master, dict[str, Any]()
    rows = await connection.execute(
        select(table.c.kind, table.c.code, table.c.body).order_by(table.c.position, table.c.code)
    )
    for kind, code, body in rows:
        element = json.loads(body)
        if code == _ONE:
            file[kind] = element
        else:
            file.setdefault(kind, []).append(element)
    return read_company_file(file, into=Company()).company
