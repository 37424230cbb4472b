"""What is known around a message: the chat, the sender, and what was spoken of before."""

from dataclasses import dataclass
from typing import cast

from handlers.language.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything beside the text that a reading may depend on.

    `things` are materials that were pointed at, as by a label in a photograph: meant where the words name none.
    """

    project: str | None = None
    sender: str | None = None
    chat: str = "group"
    quoted_document: str | None = None
    pending: Reading | None = None
    last_document: str | None = None
    via: str = "text"
    mentioned: tuple[str, ...] = ()
    things: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: object) -> "Context":
        """Read the contract's context object. Raises ValueError."""
        if not isinstance(data, dict):
            raise ValueError("context must be an object")
        given = cast("dict[str, object]", data)
        pending = given.get("pending")
        return cls(
            project=_text(given, "project"),
            sender=_text(given, "sender"),
            chat=_text(given, "chat") or "group",
            quoted_document=_quoted(given.get("quoted")),
            pending=None if pending is None else Reading.from_json(pending),
            last_document=_text(given, "last_document"),
            via=_text(given, "via") or "text",
        )


def _text(given: dict[str, object], key: str) -> str | None:
    value = given.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"context.{key} must be a string")
    return value


def _quoted(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError("context.quoted must be an object")
    return _text(cast("dict[str, object]", value), "document")
