"""Answers in JSON, good and bad ones alike."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.web.limits import SHOWN_CHARS_MAX


class Refused(Exception):
    """An answer other than the wanted one: what programs read (`code`), and a sentence for who wrote them."""

    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None):
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def answer(self) -> web.Response:
        body = {"error": {"code": self.code, "message": self.message}}
        return as_json(body, status=self.status, headers=self.headers)


def as_json(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A body as compact JSON, Chinese left readable."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")


def shown(text: str) -> str:
    """What a caller sent, fit to be repeated: short, and nothing invisible or half of a character in it."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:SHOWN_CHARS_MAX])
