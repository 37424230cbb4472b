"""Reads JSON that others sent: nothing is taken to be what it should be."""

import json
from collections.abc import Mapping
from typing import Final, cast

from aiohttp import web

from bot.sandbox.limits import JSON_BODY_MAX

Json = Mapping[str, object]
NUMBER_DIGITS_MAX: Final = 15  # fits an integer of any client
READ: Final = web.RequestKey("read", str)
"""The JSON that a call brought, as it was written."""


TOO_LONG: Final = "内容太大了。"
NOT_JSON: Final = "内容读不懂：要的是一个 JSON 对象。"
NO_UPLOAD: Final = "上传的内容不完整，请再传一次。"


class BadBody(Exception):
    """A request whose body is not a JSON object, or is too long; the sentence says which."""


async def read_bytes(request: web.Request, size_max: int) -> bytes:
    """The body, as long as it is no longer than `size_max` bytes."""
    if (request.content_length or 0) > size_max:
        raise BadBody(TOO_LONG)
    data = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        data.extend(chunk)
        if len(data) > size_max:
            raise BadBody(TOO_LONG)
    return bytes(data)


async def read_json(request: web.Request) -> dict[str, object]:
    """The body as a JSON object; an empty body is an empty object."""
    data = await read_bytes(request, JSON_BODY_MAX)
    request[READ] = data.decode("utf-8", "replace")
    if not data.strip():
        return {}
    return parse_record(data)


def parse_record(data: str | bytes) -> dict[str, object]:
    """A JSON object from its text, in whole characters."""
    try:
        value: object = json.loads(data if isinstance(data, str) else data.decode("utf-8", "replace"))
        written = compact(value)
        if (whole := whole_characters(written)) is not written:
            value = json.loads(whole)
    except (ValueError, RecursionError) as error:
        raise BadBody(NOT_JSON) from error
    found = as_record(value)
    if found is None:
        raise BadBody(NOT_JSON)
    return found


def whole_characters(written: str) -> str:
    """The same text; half a character, which JSON and headers can hold and nobody can show, becomes U+FFFD."""
    try:
        written.encode()
    except UnicodeEncodeError:
        return written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return written


def as_record(value: object) -> dict[str, object] | None:
    """The value when it is an object of JSON."""
    return cast(dict[str, object], value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object] | None:
    """The value when it is a list of JSON."""
    return cast(list[object], value) if isinstance(value, list) else None


def record(body: Json, key: str) -> dict[str, object]:
    """The object under the key; an empty one when there is none."""
    return as_record(body.get(key)) or {}


def items(body: Json, key: str) -> list[object]:
    """The list under the key; an empty one when there is none."""
    return as_list(body.get(key)) or []


def strings(body: Json, key: str) -> list[str]:
    """The texts in the list under the key."""
    return [item for item in items(body, key) if isinstance(item, str)]


def text(body: Json, key: str, default: str = "") -> str:
    """The text under the key."""
    value = body.get(key)
    return value if isinstance(value, str) else default


def whole(body: Json, key: str, default: int = 0) -> int:
    """The whole number under the key, which old-style callers also send as text."""
    value = body.get(key)
    if isinstance(value, bool):
        return default
    if isinstance(value, int):
        return value
    found = number(value) if isinstance(value, str) else None
    return default if found is None else found


def number(written: str) -> int | None:
    """A whole number in plain digits, as addresses have it; nothing for anything else, or for too many digits."""
    is_plain = written.isascii() and written.isdecimal() and len(written) <= NUMBER_DIGITS_MAX
    return int(written) if is_plain else None


def flag(body: Json, key: str, default: bool = False) -> bool:
    """The boolean under the key, which some callers send as text."""
    value = body.get(key)
    if isinstance(value, str):
        return value.lower() == "true"
    return value if isinstance(value, bool) else default


def compact(value: object) -> str:
    """JSON as DingTalk puts it into `data`: no blanks, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
