"""The walk stands on what stories stand on."""

from tests.stories.fixtures import chat, empty_chat

__all__ = ["chat", "empty_chat"]
