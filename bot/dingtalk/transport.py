"""One HTTP call to DingTalk: a time limit, a size limit, and every failure as one of our error classes."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
from yarl import URL

from bot.dingtalk.classify import classify
from bot.dingtalk.errors import DingTalkError, Generation, Refused, Transient
from bot.dingtalk.tolerant import Json, mapping, text

log: Final = logging.getLogger(__name__)

CALL_SECONDS: Final = 10.0
CONNECT_SECONDS: Final = 5.0
DOWNLOAD_SECONDS: Final = 30.0
ANSWER_BYTES_MAX: Final = 1024 * 1024
CHUNK_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    """Seconds; `call` covers one request from connecting to the last byte."""

    call: float = CALL_SECONDS
    connect: float = CONNECT_SECONDS
    download: float = DOWNLOAD_SECONDS


class Transport:
    """Sends requests. Logs paths and request ids; never a token, a secret or a webhook, which stand in queries."""

    def __init__(
        self, http: aiohttp.ClientSession, limits: TimeLimits | None = None, *, failure_level: int = logging.INFO
    ) -> None:
        self._http = http
        # Else aiohttp sends a PUT again by itself when its connection breaks, and we never learn that there were two.
        # There is no public switch; tests/bot/dingtalk/test_openapi.py would notice if this one went.
        http._retry_connection = False  # pyright: ignore[reportPrivateUsage]
        self._failure_level = failure_level  # Lower where the caller tells of failures itself.
        self._limits = limits or TimeLimits()

    async def call(
        self,
        method: str,
        url: URL,
        *,
        generation: Generation,
        body: Mapping[str, object] | None = None,
        form: aiohttp.FormData | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """The decoded answer. Raises a DingTalkError of the class that fits.

        A connection that never came about is Transient and not ambiguous; one that broke off after the request went
        out is ambiguous, as DingTalk may have acted on it.
        """
        sent = {"Accept": "application/json", **(headers or {})}
        data: aiohttp.FormData | bytes | None = form
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode(errors="replace")
            sent["Content-Type"] = "application/json"
        status, content, answered = await self._exchange(
            method, url, data=data, headers=sent, seconds=self._limits.call, bytes_max=ANSWER_BYTES_MAX
        )
        answer = content.decode(errors="replace")
        error = classify(status, answer, answered, generation)
        if error is not None:
            log.log(self._failure_level, "%s %s refused: %s", method, url.path, error)
            raise error
        known = mapping(answer)
        request_id = text(known.get("requestid")) or text(known.get("request_id")) or answered.get("x-acs-request-id")
        log.debug("%s %s done, request %s", method, url.path, request_id)
        return known

    async def fetch(self, url: URL, *, bytes_max: int) -> bytes:
        """The bytes at an address. Follows no redirect: the allowed host could send us anywhere.

        Raises Refused for a file that is gone or larger than `bytes_max`, otherwise as `call` does.
        """
        status, content, _ = await self._exchange(
            "GET", url, data=None, headers={}, seconds=self._limits.download, bytes_max=bytes_max
        )
        if status != 200:
            # The file store is not DingTalk's API: a 403 in XML says that the signature has run out.
            if status >= 500 or status in {408, 429}:
                raise Transient("local.file_store", "the file store is busy", status, ambiguous=False)
            raise Refused("local.file_gone", "the file is not, or no longer, where DingTalk said", status)
        return content

    async def _exchange(
        self,
        method: str,
        url: URL,
        *,
        data: aiohttp.FormData | bytes | None,
        headers: Mapping[str, str],
        seconds: float,
        bytes_max: int,
    ) -> tuple[int, bytes, Mapping[str, str]]:
        timeout = aiohttp.ClientTimeout(total=seconds, connect=self._limits.connect)
        try:
            async with self._http.request(
                method, url, data=data, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await _read(response, bytes_max), response.headers
        except DingTalkError:
            raise
        except Exception as error:
            failure = _failure(error)
            log.log(self._failure_level, "%s %s failed: %s", method, url.path, failure)
            # The chain is cut: aiohttp's errors carry the whole address, and with it the token.
            raise failure from None


async def _read(response: aiohttp.ClientResponse, bytes_max: int) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        content += chunk
        if len(content) > bytes_max:
            raise Refused("local.too_large", f"the answer exceeds {bytes_max} bytes", response.status)
    return bytes(content)


def _failure(error: Exception) -> DingTalkError:
    """What a failure of the connection means for the call; anything else is a fault of ours and goes on as it is."""
    name = type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Transient("local.unreachable", name, ambiguous=False)
    if isinstance(error, aiohttp.InvalidURL):
        return Refused("local.address_malformed", name)
    if isinstance(error, asyncio.TimeoutError):
        return Transient("local.timeout", "no answer within the time limit", ambiguous=True)
    if isinstance(error, aiohttp.ClientError | OSError):
        return Transient("local.broken_off", name, ambiguous=True)
    raise error
