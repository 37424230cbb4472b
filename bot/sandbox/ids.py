"""Identifiers that look like DingTalk's: opaque, with the characters that real ones have."""

import base64
import hashlib
import secrets
import uuid


def random_base64(size: int) -> str:
    """Random bytes in the standard alphabet, so that `+`, `/` and `=` do occur."""
    return base64.b64encode(secrets.token_bytes(size)).decode("ascii")


def fixed_base64(seed: str, size: int = 18) -> str:
    """The same seed gives the same text: people keep their ids from one start to the next."""
    return base64.b64encode(hashlib.sha256(seed.encode()).digest()[:size]).decode("ascii")


def fixed_hex(seed: str, length: int) -> str:
    """The same seed gives the same hexadecimal text."""
    return hashlib.sha256(seed.encode()).hexdigest()[:length]


def message_id() -> str:
    """The id of a message in a chat (`msgId`)."""
    return f"msg{random_base64(16)}"


def push_id() -> str:
    """The id of one push over the websocket (`headers.messageId`)."""
    return f"{secrets.token_hex(4)}_{secrets.token_hex(2)}_{secrets.token_hex(6)}_{secrets.token_hex(4)}"


def ticket() -> str:
    """A connection ticket. Clients that forget to encode it for the address fail here, as they should."""
    return f"{uuid.uuid4()}+/&%={random_base64(6)}"


def token() -> str:
    """An access token, a session or a download code."""
    return secrets.token_hex(16)


def media_id(kind: str) -> str:
    """A media id as `/media/upload` gives it."""
    return f"@{'lAL' if kind == 'image' else 'lBD'}{secrets.token_urlsafe(24)}"


def query_key() -> str:
    """A `processQueryKey`; the `carrierId` of a card in a chat is one too."""
    return random_base64(24)


def request_id() -> str:
    """The `requestid` in an error of the new API."""
    return str(uuid.uuid4()).upper()
