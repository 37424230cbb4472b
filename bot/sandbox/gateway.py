"""The gateway of Stream mode: robots open a connection, get pushes on it and acknowledge them."""

import asyncio
import secrets
from contextlib import suppress
from dataclasses import replace

from aiohttp import WSMsgType, web

from bot.sandbox import ids
from bot.sandbox.body import BadBody, as_record, items, read_json, text
from bot.sandbox.clock import SandboxClock
from bot.sandbox.connections import SYSTEM, Connection, Subscriptions
from bot.sandbox.faults import PUSHES, Fault, Faults
from bot.sandbox.frame_log import FrameLog
from bot.sandbox.frames import Ack, Push, read_ack
from bot.sandbox.limits import CONNECTIONS_MAX, WEBSOCKET_FRAME_MAX
from bot.sandbox.nursery import Nursery
from bot.sandbox.refusals import ApiRefusal
from bot.sandbox.tickets import Tickets
from bot.sandbox.tokens import Credentials

SOCKET_TIMEOUT = 2.0


class NobodyListens(Exception):
    """No connection is open that subscribed to this topic."""


class Gateway:
    """All open connections. A push goes to one of them, chosen at random among those that subscribed to its topic."""

    def __init__(  # its collaborators, each by name
        self,
        *,
        credentials: Credentials,
        clock: SandboxClock,
        log: FrameLog,
        nursery: Nursery,
        faults: Faults,
        ping_every: float,
        drain_after: float,
    ) -> None:
        self._credentials, self._clock, self._log, self._nursery = credentials, clock, log, nursery
        self._faults, self._ping_every, self._drain_after = faults, ping_every, drain_after
        self._tickets = Tickets(clock)
        self._waiting: dict[str, asyncio.Future[Ack]] = {}
        self._connected, self._another = asyncio.Event(), asyncio.Event()
        self._app_id = f"{ids.fixed_hex(credentials.client_id, 8)}-0000-4000-8000-000000000001"
        self.connections: list[Connection] = []

    def routes(self) -> list[web.RouteDef]:
        """Where robots knock."""
        return [
            web.post("/v1.0/gateway/connections/open", self._open),
            web.get("/connect", self._connect),
        ]

    # Pushing.

    def somebody_listens(self, kind: str, topic: str) -> bool:
        """Whether a push of this topic has somewhere to go."""
        return any(connection.takes(kind, topic) for connection in self.connections)

    async def wait_for_listener(self, kind: str, topic: str) -> None:
        """Return as soon as a push of this topic has somewhere to go."""
        while not self.somebody_listens(kind, topic):
            self._connected.clear()
            await self._connected.wait()

    async def push(self, push: Push, deadline: float) -> Ack | None:
        """Send to one connection and wait for its ack. None: it did not come within the deadline, in seconds."""
        future = asyncio.get_running_loop().create_future()
        self._waiting[push.id] = future
        try:
            async with asyncio.timeout(deadline):
                await self._bring(push)
                ack = await future
        except TimeoutError:
            self._log.add("timeout", f"{push.topic} {push.id}", f"{deadline} s")
            return None
        finally:
            self._waiting.pop(push.id, None)
        if self._faults.meets((Fault.PUSH_AGAIN,)):
            self._nursery.start(self._send_if_somebody_listens(replace(push, id=ids.push_id())))
        return ack

    async def _bring(self, push: Push) -> None:
        """Send, or do what the plan has in store for this push."""
        fault = self._faults.meets(PUSHES)
        if fault is not None:
            self._log.add("fault", f"{push.topic} {push.id} {fault.word}")
        match fault:
            case Fault.PUSH_LOST:
                pass
            case Fault.PUSH_LATE | Fault.PUSH_OVERTAKEN:
                self._nursery.start(self._send_later(push, at_the_next=fault is Fault.PUSH_OVERTAKEN))
            case Fault.PUSH_TWICE | Fault.PUSH_TWICE_RENAMED:
                await self._send(push)
                again = push if fault is Fault.PUSH_TWICE else replace(push, id=ids.push_id())
                await self._send_if_somebody_listens(again)
            case Fault.LINK_SILENT:
                self.silence(self._one_for(push))
                await self._send(push)
            case Fault.LINK_MOVED:
                await self.disconnect(await self._send(push))
            case Fault.LINK_CUT:
                self.abort(await self._send(push))
            case _:
                await self._send(push)

    async def _send_later(self, push: Push, *, at_the_next: bool) -> None:
        """After a while, or right behind the next push if one comes sooner."""
        another = self._another
        with suppress(TimeoutError):
            async with asyncio.timeout(self._faults.wait_seconds):
                await (another.wait() if at_the_next else asyncio.Event().wait())
        await self._send_if_somebody_listens(push)

    async def _send_if_somebody_listens(self, push: Push) -> None:
        with suppress(NobodyListens):
            await self._send(push)

    def _one_for(self, push: Push) -> Connection:
        takers = [c for c in self.connections if c.takes(push.kind, push.topic)]
        if not takers:
            raise NobodyListens(push.topic)
        return secrets.choice(takers)

    async def _send(self, push: Push) -> Connection:
        """To one connection; returns which."""
        while True:
            connection = self._one_for(push)
            frame = push.frame(connection_id=connection.id, app_id=self._app_id, now_ms=self._clock.now_ms())
            self._log.add("swallowed" if connection.is_silent else "push", f"{push.topic} {push.id}", frame)
            try:
                await connection.send(frame)
            except ConnectionError:  # it died a moment ago; another one may live
                self._forget(connection)
            else:
                self._another.set()
                self._another = asyncio.Event()
                return connection

    # What goes wrong, for tests and for rehearsals.

    async def ping(self, connection: Connection) -> bool:
        """SYSTEM ping; whether the same opaque value came back in time."""
        opaque = ids.push_id()
        ack = await self._system(connection, "ping", {"opaque": opaque}, opaque)
        return ack is not None and text(ack.data, "opaque") == opaque

    async def disconnect(self, connection: Connection, reason: str = "connection is expired") -> None:
        """Ask the robot to go: no new pushes from now on, and the connection is cut a little later."""
        connection.is_draining = True
        push = Push(SYSTEM, "disconnect", {"reason": reason})
        self._log.add("system", "disconnect", reason)
        await connection.send(push.frame(connection_id="", app_id="", now_ms=self._clock.now_ms()))
        self._nursery.start(self._cut_later(connection))

    async def close(self, connection: Connection, code: int = 1000) -> None:
        """Close by the book, with a close frame and nothing before it."""
        await connection.socket.close(code=code)

    def abort(self, connection: Connection) -> None:
        """Cut the TCP connection without a close frame."""
        self._log.add("system", "abort", connection.id)
        connection.abort()

    def silence(self, connection: Connection) -> None:
        """Play a half-open socket: pushes are still routed here and get lost; nothing is ever answered."""
        self._log.add("system", "silence", connection.id)
        connection.is_silent = True

    async def garbage(self, connection: Connection) -> None:
        """Send a frame that is no JSON."""
        self._log.add("system", "garbage", connection.id)
        await connection.send('{"specVersion":"1.0","type":"CALLB')

    # Robots coming in.

    async def _open(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        if not self._credentials.match(text(body, "clientId"), text(body, "clientSecret")):
            self._log.add("call", "POST connections/open 401")
            raise ApiRefusal("authFailed", "鉴权失败", status=401)
        wanted = [found for item in items(body, "subscriptions") if (found := as_record(item)) is not None]
        subscriptions: Subscriptions = frozenset((text(item, "type"), text(item, "topic")) for item in wanted)
        self._log.add("call", "POST connections/open 200", ", ".join(sorted(topic for _, topic in subscriptions)))
        endpoint = f"ws://{request.host}/connect"
        return web.json_response({"endpoint": endpoint, "ticket": self._tickets.issue(subscriptions)})

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        subscriptions = self._tickets.redeem(request.query.get("ticket", ""))
        if subscriptions is None or len(self.connections) >= CONNECTIONS_MAX:
            raise ApiRefusal("authFailed", "ticket不存在或已失效", status=401)
        socket = web.WebSocketResponse(max_msg_size=WEBSOCKET_FRAME_MAX, compress=False, timeout=SOCKET_TIMEOUT)
        await socket.prepare(request)
        connection = Connection(subscriptions, socket, request)
        self.connections.append(connection)
        self._connected.set()
        self._log.add("system", "connected", connection.id)
        pings = self._nursery.start(self._keep_alive(connection))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(connection, str(message.data))
        finally:
            pings.cancel()
            self._forget(connection)
            self._log.add("system", "gone", connection.id)
        return socket

    def _hear(self, connection: Connection, raw: str) -> None:
        if connection.is_silent:
            return
        try:
            ack = read_ack(raw)
        except BadBody as error:
            self._log.add("bad ack", str(error), raw)
            return
        future = self._waiting.get(ack.message_id)
        is_late = future is None or future.done()
        self._log.add("late ack" if is_late else "ack", f"{ack.message_id} {ack.code}", raw)
        if future is not None and not future.done():
            future.set_result(ack)

    async def _system(self, connection: Connection, topic: str, data: dict[str, object], message_id: str) -> Ack | None:
        push = Push(SYSTEM, topic, data, id=message_id)
        future = asyncio.get_running_loop().create_future()
        self._waiting[push.id] = future
        try:
            async with asyncio.timeout(SOCKET_TIMEOUT):
                await connection.send(push.frame(connection_id="", app_id="", now_ms=self._clock.now_ms()))
                return await future
        except (TimeoutError, ConnectionError):
            return None
        finally:
            self._waiting.pop(push.id, None)

    async def _keep_alive(self, connection: Connection) -> None:
        while True:
            await asyncio.sleep(self._ping_every)
            await self.ping(connection)

    async def _cut_later(self, connection: Connection) -> None:
        await asyncio.sleep(self._drain_after)
        await connection.socket.close()

    def _forget(self, connection: Connection) -> None:
        with suppress(ValueError):
            self.connections.remove(connection)

    async def stop(self) -> None:
        """Say goodbye to every robot."""
        await asyncio.gather(*(c.socket.close(code=1001) for c in list(self.connections)), return_exceptions=True)
