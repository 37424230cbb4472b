"""Balances and cost pools."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.alerts import Alert, AlertOf
from domain.company import Company
from domain.opening import OpeningOf
from domain.pools import Layer, Pool
from domain.stock import Balance, BalancesOf, PoolsOf, StockIn
from domain.values import Money, Quantity
from storage import tables
from storage.sets import Lookup, Row, among, chunks, upsert

_BALANCES: Final = Lookup(
    select(tables.balance).order_by(tables.balance.c.lot), tables.balance.c.material, tables.balance.c.warehouse
)
_POOLS: Final = Lookup(
    select(tables.pool).order_by(tables.pool.c.lot, tables.pool.c.layer), tables.pool.c.material, tables.pool.c.owner
)
_OPENINGS: Final = Lookup(
    select(tables.opening), tables.opening.c.warehouse, tables.opening.c.material, tables.opening.c.lot
)
_OPEN_ALERTS: Final = Lookup(
    select(tables.alert).where(tables.alert.c.closed_at.is_(None)), tables.alert.c.material, tables.alert.c.warehouse
)


def _unit(company: Company, material: str) -> str:
    return company.materials[material].base_unit if material in company.materials else ""


def _balance(row: Row, company: Company) -> Balance:
    return Balance(
        material=row["material"],
        warehouse=row["warehouse"],
        lot=row["lot"],
        quantity=Quantity(row["quantity"], _unit(company, row["material"])),
        expiry=row["expiry"],
    )


async def load_balances(
    connection: AsyncConnection, needs: Sequence[BalancesOf], company: Company
) -> dict[BalancesOf, tuple[Balance, ...]]:
    found = defaultdict[BalancesOf, list[Balance]](list)
    for row in await _BALANCES.rows(connection, [(n.material, n.warehouse) for n in needs]):
        found[BalancesOf(material=row["material"], warehouse=row["warehouse"])].append(_balance(row, company))
    return {n: tuple(found[n]) for n in needs}


async def load_stock(
    connection: AsyncConnection, needs: Sequence[StockIn], company: Company
) -> dict[StockIn, tuple[Balance, ...]]:
    table, found = tables.balance, defaultdict[str, list[Balance]](list)
    query = select(table).where(table.c.warehouse.in_([n.warehouse for n in needs]), table.c.quantity > 0)
    for row in (await connection.execute(query.order_by(table.c.material, table.c.lot))).mappings():
        found[row["warehouse"]].append(_balance(dict(row), company))
    return {n: tuple(found[n.warehouse]) for n in needs}


async def save_balances(connection: AsyncConnection, changed: Mapping[BalancesOf, tuple[Balance, ...]]) -> None:
    rows = [
        {
            "material": b.material,
            "warehouse": b.warehouse,
            "lot": b.lot,
            "quantity": b.quantity.millionths,
            "expiry": b.expiry,
        }
        for balances in changed.values()
        for b in balances
    ]
    await upsert(connection, tables.balance, rows)


async def load_pools(
    connection: AsyncConnection, needs: Sequence[PoolsOf], company: Company
) -> dict[PoolsOf, tuple[Pool, ...]]:
    found = defaultdict[PoolsOf, dict[str, list[Layer]]](lambda: defaultdict(list))
    for row in await _POOLS.rows(connection, [(n.material, n.owner) for n in needs]):
        layer = Layer(no=row["layer"], quantity=Quantity(row["quantity"], row["unit"]), value=Money(row["value"]))
        found[PoolsOf(material=row["material"], owner=row["owner"])][row["lot"]].append(layer)
    return {n: tuple(_pool(n, lot, layers, company) for lot, layers in found[n].items()) for n in needs}


def _pool(need: PoolsOf, lot: str, layers: list[Layer], company: Company) -> Pool:
    unit = _unit(company, need.material)
    return Pool(material=need.material, owner=need.owner, lot=lot, unit=unit, layers=tuple(layers))


async def save_pools(connection: AsyncConnection, changed: Mapping[PoolsOf, tuple[Pool, ...]]) -> None:
    pools = [p for pools in changed.values() for p in pools]
    layered = [(p.material, p.owner, p.lot) for p in pools if any(layer.no for layer in p.layers) or not p.layers]
    table = tables.pool
    for part in chunks(layered):  # layers of a first-in-first-out pool come and go; an averaged pool has one for ever
        await connection.execute(delete(table).where(among([table.c.material, table.c.owner, table.c.lot], part)))
    rows = [
        {
            "material": p.material,
            "owner": p.owner,
            "lot": p.lot,
            "layer": layer.no,
            "unit": p.unit,
            "quantity": layer.quantity.millionths,
            "value": layer.value.fen,
        }
        for p in pools
        for layer in p.layers
    ]
    await upsert(connection, table, rows)


async def load_openings(
    connection: AsyncConnection, needs: Sequence[OpeningOf], company: Company
) -> dict[OpeningOf, Quantity | None]:
    found = dict[OpeningOf, Quantity]()
    for row in await _OPENINGS.rows(connection, [(n.warehouse, n.material, n.lot) for n in needs]):
        need = OpeningOf(warehouse=row["warehouse"], material=row["material"], lot=row["lot"])
        found[need] = Quantity(row["quantity"], row["unit"])
    return {n: found.get(n) for n in needs}


async def save_openings(connection: AsyncConnection, changed: Mapping[OpeningOf, Quantity | None]) -> None:
    rows = [
        {"warehouse": n.warehouse, "material": n.material, "lot": n.lot, "quantity": q.millionths, "unit": q.unit}
        for n, q in changed.items()
        if q is not None
    ]
    await upsert(connection, tables.opening, rows)


async def load_alerts(
    connection: AsyncConnection, needs: Sequence[AlertOf], company: Company
) -> dict[AlertOf, Alert | None]:
    found = dict[AlertOf, Alert]()
    for row in await _OPEN_ALERTS.rows(connection, [(n.material, n.warehouse) for n in needs]):
        need = AlertOf(material=row["material"], warehouse=row["warehouse"])
        found[need] = Alert(opened_at=row["opened_at"], on_hand=Quantity(row["on_hand"], row["unit"]))
    return {n: found.get(n) for n in needs}


async def save_alerts(connection: AsyncConnection, changed: Mapping[AlertOf, Alert | None], now: datetime) -> None:
    """Close what was open for these materials, then open what is open now."""
    table = tables.alert
    for part in chunks((n.material, n.warehouse) for n in changed):
        over = table.c.closed_at.is_(None) & among([table.c.material, table.c.warehouse], part)
        await connection.execute(update(table).where(over).values(closed_at=now))
    rows = [
        {
            "material": n.material,
            "warehouse": n.warehouse,
            "opened_at": a.opened_at,
            "on_hand": a.on_hand.millionths,
            "unit": a.on_hand.unit,
            "closed_at": None,
        }
        for n, a in changed.items()
        if a is not None
    ]
    await upsert(connection, table, rows)
