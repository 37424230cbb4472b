"""What stories about dying programs stand on."""

from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Databases
from tests.durability.day import begun

_TOLD: dict[str, str] = {}


@pytest.fixture
async def morning(databases: Databases, database_kind: str, zone: ZoneInfo) -> str:
    """The address of a book on the morning of a working day."""
    return await begun(databases, database_kind, zone, _TOLD)
