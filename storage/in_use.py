"""What the ledger already speaks of: its unit, tracking and owner may not change any more."""

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.company_file import InUse
from storage import tables


async def in_use(connection: AsyncConnection) -> InUse:
    """Materials and warehouses that a document names or that have a balance, be it zero by now."""
    balance, line, entry = tables.balance, tables.entry_line, tables.entry
    materials = union(select(balance.c.material), select(line.c.material))
    warehouses = union(select(balance.c.warehouse), select(entry.c.warehouse).where(entry.c.warehouse != ""))
    return InUse(
        materials=frozenset((await connection.execute(materials)).scalars()),
        warehouses=frozenset((await connection.execute(warehouses)).scalars()),
    )
