"""One open websocket of a robot."""

import secrets
from dataclasses import dataclass, field

from aiohttp import web

EVENT = "EVENT"
CALLBACK = "CALLBACK"
SYSTEM = "SYSTEM"
ROBOT_TOPIC = "/v1.0/im/bot/messages/get"
CARD_TOPIC = "/v1.0/card/instances/callback"
EVENT_TOPIC = "*"

Subscriptions = frozenset[tuple[str, str]]


@dataclass(eq=False, slots=True)
class Connection:
    """A websocket with what it subscribed to. `is_silent` plays a half-open socket: all it is sent gets lost."""

    subscriptions: Subscriptions
    socket: web.WebSocketResponse
    request: web.Request
    id: str = field(default_factory=lambda: f"{secrets.token_hex(4)}-fe85-11f0-bee8-{secrets.token_hex(6)}")
    is_draining: bool = False
    is_silent: bool = False

    def takes(self, kind: str, topic: str) -> bool:
        """Whether a push of this topic may be routed here; a draining connection gets nothing new."""
        return not self.is_draining and not self.socket.closed and (kind, topic) in self.subscriptions

    async def send(self, text: str) -> None:
        """Write one frame. Into a silent connection it vanishes, as it does behind a broken NAT."""
        if not self.is_silent:
            await self.socket.send_str(text)

    def abort(self) -> None:
        """Cut the TCP connection without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()
