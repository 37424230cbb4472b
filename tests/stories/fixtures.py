"""What stories told in chat stand on, beside the database, the clock and the book."""

from collections.abc import AsyncGenerator
from zoneinfo import ZoneInfo

import pytest

from bot import corridor
from storage.database import Database
from storage.unit import Units
from tests.conftest import ZONE, Clock, Databases
from tests.stories.chat import Chat, open_chat
from tests.stories.copies import Books


@pytest.fixture(scope="session")
def books(databases: Databases) -> Books:
    """For stories that are told many times over."""
    return Books(databases, ZONE)


@pytest.fixture
async def empty_chat(
    database: Database, book: Units, clock: Clock, zone: ZoneInfo, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Chat]:
    """People around a book that knows nobody."""
    # A busy machine is no reason for a story to end differently; the story about slow units sets its own.
    monkeypatch.setattr(corridor, "ACK_WITHIN_SECONDS", 20)
    found = open_chat(database, book, clock, zone)
    yield found
    await found.nursery.drain(5)


@pytest.fixture
async def chat(empty_chat: Chat) -> Chat:
    """The small company, at work since this morning, with an empty store."""
    await empty_chat.load()
    return empty_chat
