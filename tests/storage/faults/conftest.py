"""Stories about faults stand on the same company as those told in chat."""

from tests.stories.fixtures import chat, empty_chat

__all__ = ["chat", "empty_chat"]
