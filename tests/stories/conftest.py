"""Stories of the whole way from a thumb to the ledger and back."""

from tests.stories.fixtures import chat, empty_chat

__all__ = ["chat", "empty_chat"]
