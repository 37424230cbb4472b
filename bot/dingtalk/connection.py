"""The standing connection to DingTalk's Stream gateway.

DingTalk moves connections every few hours, so reconnecting is a daily normality: the new link is opened before the old
one is closed, and every frame is acknowledged on the socket that brought it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

import aiohttp
import websockets.exceptions
from websockets.asyncio.client import connect

from bot.dingtalk.backoff import Backoff
from bot.dingtalk.credentials import Credentials
from bot.dingtalk.errors import CredentialsRefused, DingTalkError
from bot.dingtalk.gateway import Gateway, StreamAddress
from bot.dingtalk.link import Ending, Link, LinkLimits
from bot.dingtalk.nursery import Nursery
from bot.dingtalk.quiet_log import QuietLog
from bot.dingtalk.sdk import Receive

log: Final = logging.getLogger(__name__)
# The library writes the handshake, and with it the ticket, at DEBUG: this logger never goes that low.
socket_log: Final = logging.getLogger(f"{__name__}.socket")
socket_log.setLevel(logging.INFO)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Every wait and every bound of the connection, in seconds unless the name says otherwise."""

    open_seconds: float = 10.0  # For the registration, and again for the handshake.
    silence_seconds: float = 90.0  # Without any frame, DingTalk's pings included.
    watch_seconds: float = 1.0  # Between two looks at the clocks.
    clock_jump_seconds: float = 30.0  # The wall clock ran ahead by so much: the machine slept, the socket is dead.
    backoff_seconds_min: float = 1.0
    backoff_seconds_max: float = 60.0
    refused_seconds: float = 60.0  # After a refused id or secret, which only a person can mend.
    stable_seconds: float = 10.0  # A link that lived so long was a good one: the back-off begins anew.
    linger_seconds: float = 1.0  # The old socket is still read so long once the new one is open.
    overlap_seconds: float = 9.0  # Then its handlers may finish so long; after ten seconds DingTalk cuts it anyway.
    drain_seconds: float = 8.0  # At the end.
    close_seconds: float = 1.0
    handler_seconds: float = 30.0
    handlers_max: int = 256  # At once on one socket; beyond that nothing is read.
    links_max: int = 4  # Old links that are finishing; beyond that no new one is opened.
    frame_bytes_max: int = 1024 * 1024
    repeat_log_seconds: float = 300.0

    @property
    def of_link(self) -> LinkLimits:
        return LinkLimits(
            handler_seconds=self.handler_seconds,
            handlers_max=self.handlers_max,
            linger_seconds=self.linger_seconds,
            close_seconds=self.close_seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionState:
    """How the connection is.

    `since` is when the present link, or the last one, was opened. `last_frame_age` is in seconds, None before the first
    link; pings count as frames.
    """

    connected: bool
    since: datetime | None
    last_frame_age: float | None
    reconnects: int
    last_error: str


class StreamConnection:
    """Keeps one good link to DingTalk, until stopped.

    `receive` is awaited for each frame and returns the data of its acknowledgement. If it raises, the frame stays
    unacknowledged, so that DingTalk may send it again.
    """

    def __init__(
        self,
        *,
        credentials: Credentials,
        endpoint: str,
        http: aiohttp.ClientSession,
        receive: Receive,
        limits: ConnectionLimits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._client_id = credentials.client_id
        self._limits = limits or ConnectionLimits()
        self._gateway = Gateway(credentials, endpoint, http, self._limits.open_seconds)
        self._use_proxy: bool = http.trust_env
        self._receive = receive
        self._monotonic = monotonic
        self._wall = wall
        self._backoff = Backoff(self._limits.backoff_seconds_min, self._limits.backoff_seconds_max)
        self._trouble = QuietLog(log, self._limits.repeat_log_seconds, monotonic)
        self._retiring = Nursery(self._limits.links_max)
        self._links: set[Link] = set()
        self._current: Link | None = None
        self._since: datetime | None = None
        self._opened = 0
        self._last_error = ""
        self._is_running = False
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def state(self) -> ConnectionState:
        link = self._current
        return ConnectionState(
            connected=link is not None and link.is_good,
            since=self._since,
            last_frame_age=None if link is None else self._monotonic() - link.last_frame_at,
            reconnects=max(0, self._opened - 1),
            last_error=self._last_error,
        )

    async def run(self) -> None:
        """Connect, and stay connected until `stop`. Cancelled, it ends at once and leaves nothing behind."""
        self._is_running = True
        try:
            while not self._stopping.is_set():
                await self._keep_one_link()
            await asyncio.gather(*(link.finish(self._limits.drain_seconds) for link in self._links))
        finally:
            # After a graceful stop there is nothing left to end here.
            await self._retiring.cancel()
            await asyncio.gather(*(link.abort() for link in self._links))
            self._links.clear()
            self._ended.set()

    async def stop(self) -> None:
        """Take no more frames, finish those taken, close. Returns when `run` has ended, within seconds."""
        self._stopping.set()
        if self._is_running:
            await self._ended.wait()

    async def _keep_one_link(self) -> None:
        link = await self._unless_stopped(self._open())
        if link is None:
            return
        previous, self._current = self._current, link
        link.start()
        self._opened += 1
        self._since = datetime.fromtimestamp(self._wall(), UTC)
        log.info("connected to DingTalk as %s", self._client_id)
        if previous is not None:
            retiring = self._retiring.start(self._retire(previous), name="dingtalk-retire")
            await self._unless_stopped(retiring)
        await self._unless_stopped(self._watch(link))
        await self._after(link)

    async def _open(self) -> Link | None:
        """A new link; or None after the wait that a failure earns."""
        try:
            return await self._connect(await self._gateway.register())
        except CredentialsRefused as error:
            self._failed(
                logging.ERROR,
                f"DingTalk refuses the client id {self._client_id} or its secret ({error.code}): "
                "check DINGTALK_CLIENT_ID and DINGTALK_CLIENT_SECRET, and that the application is enabled",
                topic=error.code,
            )
            await asyncio.sleep(self._limits.refused_seconds)
        except (DingTalkError, _HandshakeFailed) as error:
            topic = error.code if isinstance(error, DingTalkError) else str(error)
            self._failed(logging.WARNING, f"no connection to DingTalk: {error}", topic=topic)
            await asyncio.sleep(self._backoff.next())
        return None

    async def _connect(self, address: StreamAddress) -> Link:
        try:
            socket = await connect(
                address.uri,
                open_timeout=self._limits.open_seconds,
                close_timeout=self._limits.close_seconds,
                max_size=self._limits.frame_bytes_max,
                proxy=True if self._use_proxy else None,
                logger=socket_log,
            )
        except (OSError, TimeoutError, ValueError, websockets.exceptions.WebSocketException) as error:
            # Some of these tell the whole address, and with it the ticket.
            raise _HandshakeFailed(_without_ticket(error)) from None
        link = Link(socket, self._receive, self._limits.of_link, self._monotonic)
        self._links.add(link)  # From its first moment there is somebody who will close it.
        return link

    async def _watch(self, link: Link) -> None:
        """Returns when the link is over: ended by DingTalk, silent for too long, or slept through."""
        ahead = self._wall() - self._monotonic()
        over = asyncio.create_task(link.over(), name="dingtalk-over")
        try:
            while link.is_good:
                await asyncio.wait([over], timeout=self._limits.watch_seconds)
                silent = self._monotonic() - link.last_frame_at
                if self._wall() - self._monotonic() - ahead > self._limits.clock_jump_seconds:
                    link.end(Ending.SILENT, "the clock jumped ahead, the machine may have slept")
                elif silent > self._limits.silence_seconds:
                    link.end(Ending.SILENT, f"no frame for {silent:.0f} s")
        finally:
            over.cancel()

    async def _after(self, link: Link) -> None:
        """What the ended link teaches: a good one is replaced at once, the others after a wait."""
        if link.ending is None:  # We were stopped.
            return
        is_stable = self._monotonic() - link.opened_at >= self._limits.stable_seconds
        if is_stable:
            self._backoff.reset()
        if link.ending is Ending.EXPIRED:
            log.info("DingTalk moves the connection: %s", link.reason)
        else:
            line = f"the connection to DingTalk ended: {link.reason}"
            self._failed(logging.WARNING, line, topic=link.ending)
        # After an abnormal end even a good link waits a moment: a gateway that fell over meets all robots at once.
        if link.ending is Ending.CLOSED or not is_stable:
            await self._unless_stopped(asyncio.sleep(self._backoff.next()))

    async def _retire(self, link: Link) -> None:
        try:
            await link.retire(self._limits.overlap_seconds)
        finally:
            self._links.discard(link)

    async def _unless_stopped(self, work: Coroutine[object, object, Result]) -> Result | None:
        """The result of the work, or None as soon as we are stopped."""
        task = asyncio.create_task(work)
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            stopped.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait([task])

    def _failed(self, level: int, line: str, *, topic: str) -> None:
        self._last_error = line
        self._trouble.tell(level, line, topic=topic)


class _HandshakeFailed(Exception):
    """The websocket did not open; the text is safe to log."""


def _without_ticket(error: Exception) -> str:
    if isinstance(error, websockets.exceptions.InvalidStatus):
        return f"the gateway answered the handshake with HTTP {error.response.status_code}"
    return f"the handshake failed ({type(error).__name__})"
