"""What stories about the robot's own machinery stand on: people in chat, and a DingTalk that does as it is told."""

import pytest

from bot.dispatcher import Dispatcher
from tests.conftest import Clock
from tests.stories.chat import Chat
from tests.stories.fixtures import chat, empty_chat
from tests.stories.wire import Wire, dispatcher_of

__all__ = ["chat", "empty_chat"]


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def dispatcher(chat: Chat, wire: Wire, clock: Clock) -> Dispatcher:
    """Sends what the small company's robot has to say, over the wire."""
    await chat.listen()
    return dispatcher_of(chat, wire, clock)
