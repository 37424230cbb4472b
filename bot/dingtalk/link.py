"""One websocket to DingTalk: its frames, the handlers they start, and their acknowledgements on this same socket."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

import websockets.exceptions
from websockets.asyncio.client import ClientConnection

from bot.dingtalk import sdk
from bot.dingtalk.nursery import Nursery
from bot.dingtalk.tolerant import Json, decode, mapping, text
from storage.failpoint import failpoint

log: Final = logging.getLogger(__name__)

Frame = TypeVar("Frame")
PING: Final = "ping"
DISCONNECT: Final = sdk.SystemMessage.TOPIC_DISCONNECT


class Ending(StrEnum):
    """Why a link is no longer good for new frames."""

    EXPIRED = "expired"  # DingTalk asked us to move; the socket lives on for about ten seconds.
    CLOSED = "closed"
    STOPPED = "stopped"  # By us.
    SILENT = "silent"  # Open by all appearances, but nothing has come for too long.


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLimits:
    """Seconds and counts of one socket."""

    handler_seconds: float
    handlers_max: int
    linger_seconds: float
    close_seconds: float


class Link:
    def __init__(
        self, socket: ClientConnection, receive: sdk.Receive, limits: LinkLimits, monotonic: Callable[[], float]
    ) -> None:
        self._socket = socket
        self._limits = limits
        self._monotonic = monotonic
        self._callbacks = sdk.CallbackDoor(receive)
        self._events = sdk.EventDoor(receive)
        self._pings = sdk.PingDoor()
        self._handlers = Nursery(limits.handlers_max)
        self._reader: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self.ending: Ending | None = None
        self.reason = ""
        self.opened_at = monotonic()
        self.last_frame_at = self.opened_at

    def start(self) -> None:
        """Begin to read."""
        self._reader = asyncio.create_task(self._read(), name="dingtalk-link")

    @property
    def is_good(self) -> bool:
        return self.ending is None

    async def over(self) -> None:
        """Returns when the link is no longer good; it may still deliver the last frames until it is retired."""
        await self._over.wait()

    def end(self, ending: Ending, reason: str) -> None:
        """The first ending counts."""
        if self.ending is None:
            self.ending, self.reason = ending, reason
        self._over.set()

    async def retire(self, seconds: float) -> None:
        """Take the frames that are still under way, let handlers finish and acknowledge here for so long, then close.

        A handler that takes longer goes on to its own time limit: its effect counts, only its acknowledgement is lost.
        """
        if self._reader is not None:
            await asyncio.wait([self._reader], timeout=self._limits.linger_seconds)
        await self._stop_reading()
        await self._handlers.drain(seconds)
        await self._close()
        await self._handlers.drain(self._limits.handler_seconds)

    async def finish(self, seconds: float) -> None:
        """Take no more frames, let running handlers finish and acknowledge, then close and cancel what is left."""
        self.end(Ending.STOPPED, "stopped")
        await self._stop_reading()
        if not await self._handlers.drain(seconds):
            log.warning("%d frames were not finished in time and stay unacknowledged", len(self._handlers))
        await self._handlers.cancel()
        await self._close()

    async def abort(self) -> None:
        """End at once."""
        self.end(Ending.STOPPED, "cancelled")
        self._socket.transport.abort()
        await self._stop_reading()
        await self._handlers.cancel()

    async def _stop_reading(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(self._limits.close_seconds):
                await self._socket.close()
        except (TimeoutError, OSError, websockets.exceptions.WebSocketException):
            pass
        finally:
            self._socket.transport.abort()  # A peer that does not answer the close keeps the socket no longer.

    async def _read(self) -> None:
        try:
            async for raw in self._socket:
                self.last_frame_at = self._monotonic()
                await self._take(raw if isinstance(raw, str) else raw.decode(errors="replace"))
            self.end(Ending.CLOSED, "closed by DingTalk")
        except websockets.exceptions.ConnectionClosed as closed:
            self.end(Ending.CLOSED, f"broken off ({closed.rcvd or 'without a close frame'})")
        except Exception:
            log.exception("reading from DingTalk failed")
            self.end(Ending.CLOSED, "reading failed")

    async def _take(self, raw: str) -> None:
        frame = mapping(decode(raw))
        match frame.get("type"):
            case sdk.SystemMessage.TYPE:
                await self._system(frame)
            case sdk.CallbackMessage.TYPE:
                message = sdk.callback_message(frame, raw)
                await self._handlers.start(self._handle(self._callbacks.raw_process, message), name="dingtalk-callback")
            case sdk.EventMessage.TYPE:
                event = sdk.event_message(frame, raw)
                await self._handlers.start(self._handle(self._events.raw_process, event), name="dingtalk-event")
            case _:
                log.warning("a frame of %d characters is none of DingTalk's kinds; ignored", len(raw))

    async def _system(self, frame: Json) -> None:
        message = sdk.system_message(frame)
        topic = text(mapping(frame.get("headers")).get("topic"))
        if topic == DISCONNECT:
            self.end(Ending.EXPIRED, text(mapping(frame.get("data")).get("reason")) or "DingTalk asked for it")
        elif topic == PING:
            await self._send(await self._pings.raw_process(message))

    async def _handle(self, process: Callable[[Frame], Awaitable[sdk.AckMessage]], frame: Frame) -> None:
        """Acknowledge a frame when it is stored, never before. A failed one stays open; DingTalk may repeat it."""
        limit = asyncio.timeout(self._limits.handler_seconds)
        try:
            async with limit:
                ack = await process(frame)
        except Exception:
            why = "in time " if limit.expired() else ""
            log.exception("a frame was not handled %sand stays unacknowledged", why)
        else:
            await self._send(ack)
            failpoint("frame-acked")

    async def _send(self, ack: sdk.AckMessage) -> None:
        try:
            await self._socket.send(sdk.written(ack))
        except websockets.exceptions.ConnectionClosed:
            log.info("an acknowledgement came too late: its socket is closed")
