"""Opens what a message only points at: fetches pictures and files from DingTalk and reads what is in them.

It happens after the frame is stored. What can never succeed becomes a message that says why (Unopened); what may
succeed later raises OutOfReach, and the sweeper comes back to the frame. Fetching twice does no harm.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol
from weakref import WeakValueDictionary

from bot import list_apart, picture_apart
from bot.dingtalk.errors import (
    AddressRefused,
    CredentialsRefused,
    DingTalkError,
    NotPermitted,
    QuotaExhausted,
    Refused,
    Throttled,
    Transient,
)
from handlers.messages import ChatMessage, File, Listed, Picture, Scanned, Trouble, Unopened
from storage.failpoint import failpoint

log: Final = logging.getLogger(__name__)

Opened = Scanned | Listed | Unopened

# Each may be a process with its memory; one person holds one of them at a time, so that nobody waits behind a flood.
AT_ONCE_MAX: Final = 3
# DingTalk's own limit for one message. Each costs a call.
PICTURES_MAX: Final = 9
# Seconds between tries while somebody waits; afterwards the sweeper comes back more slowly.
PAUSES: Final = (1.0, 3.0)


class OutOfReach(Exception):
    """DingTalk or its file store does not answer; the same frame may succeed later."""


class Files(Protocol):
    """Where downloads come from. Raises a DingTalkError."""

    async def download(self, code: str, *, bytes_max: int) -> bytes: ...


class Intake:
    """Opens pictures and files."""

    def __init__(self, files: Files, *, pauses: Sequence[float] = PAUSES):
        self._files = files
        self._pauses = tuple(pauses)
        self._slots = asyncio.Semaphore(AT_ONCE_MAX)
        self._people: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open(self, message: Picture | File) -> Opened:
        """The message with what was in it. Raises OutOfReach."""
        if isinstance(message, File):
            return await self._file(message)
        return await self._picture(message)

    async def _picture(self, message: Picture) -> Opened:
        if len(message.download_codes) > PICTURES_MAX:
            return unopened(message, Trouble.TOO_MANY)
        codes = list[str]()
        for code in message.download_codes:
            async with self._turn(message.sender.id):
                data = await self._fetch(code, bytes_max=picture_apart.BYTES_MAX)
                if isinstance(data, Trouble):
                    return unopened(message, data)
                seen = await picture_apart.codes_in(data)
            if seen.fault is not None:
                return unopened(message, Trouble(seen.fault.value))
            codes += seen.codes
        return Scanned(**_common(message), codes=tuple(dict.fromkeys(codes)), text=message.text)

    async def _file(self, message: File) -> Opened:
        kind = message.name.rpartition(".")[2].lower()
        if kind not in list_apart.KINDS:
            return unopened(message, Trouble.OLD_WORKBOOK if kind == "xls" else Trouble.OTHER_KIND)
        async with self._turn(message.sender.id):
            data = await self._fetch(message.download_code, bytes_max=list_apart.BYTES_MAX)
            if isinstance(data, Trouble):
                return unopened(message, data)
            read = await list_apart.rows_in(data, kind)
        if read.fault is not None:
            return unopened(message, Trouble(read.fault.value))
        return Listed(**_common(message), name=message.name, titles=read.titles, rows=read.rows)

    @asynccontextmanager
    async def _turn(self, person: str) -> AsyncGenerator[None]:
        lock = self._people.setdefault(person, asyncio.Lock())
        async with lock, self._slots:
            yield

    async def _fetch(self, code: str, *, bytes_max: int) -> bytes | Trouble:
        """The bytes, or why there will never be any. Raises OutOfReach."""
        for pause in (*self._pauses, None):
            try:
                data = await self._files.download(code, bytes_max=bytes_max)
            except DingTalkError as error:
                if (trouble := _lasting(error)) is not None:
                    log.warning("nothing fetched", extra={"trouble": trouble.value, "error": str(error)})
                    return trouble
                if pause is None:
                    raise OutOfReach(str(error)) from None
                await asyncio.sleep(error.retry_after if isinstance(error, Throttled) else pause)
            else:
                failpoint("media-fetched")
                return data
        raise AssertionError("unreachable")


def _lasting(error: DingTalkError) -> Trouble | None:
    """What the person can be told at once; None for what may pass."""
    match error:
        case Transient() | Throttled():
            return None
        case QuotaExhausted():
            return Trouble.NO_QUOTA
        case NotPermitted() | CredentialsRefused() | AddressRefused():
            return Trouble.NOT_PERMITTED
        case Refused(code="local.too_large"):
            return Trouble.TOO_LARGE
        case Refused():
            return Trouble.GONE
        case _:
            return None


def unopened(message: Picture | File, trouble: Trouble) -> Unopened:
    """The same message with the reason why nothing is in it."""
    kind = "file" if isinstance(message, File) else "picture"
    return Unopened(**_common(message), kind=kind, trouble=trouble)


def _common(message: ChatMessage) -> dict[str, Any]:
    return {
        "key": message.key,
        "message_id": message.message_id,
        "sender": message.sender,
        "chat": message.chat,
        "sent_at": message.sent_at,
    }
