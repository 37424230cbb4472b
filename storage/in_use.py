"""What the ledger already speaks of: its unit, tracking and owner may not change any more."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.company_file import InUse
from storage import tables


async def in_use(connection: AsyncConnection) -> InUse:
    """Materials and warehouses that have a balance, be it zero by now."""
    table = tables.balance
    materials = await connection.execute(select(table.c.material).distinct())
    warehouses = await connection.execute(select(table.c.warehouse).distinct())
    return InUse(materials=frozenset(materials.scalars()), warehouses=frozenset(warehouses.scalars()))
