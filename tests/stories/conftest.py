"""Stories of the whole way from a thumb to the ledger and back."""

from tests.stories.fixtures import books, chat, empty_chat

__all__ = ["books", "chat", "empty_chat"]
