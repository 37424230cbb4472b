"""The way in: registers a connection with DingTalk, which answers with an address and a ticket for it."""

import logging
from typing import Final
from urllib.parse import quote_plus

import aiohttp
from yarl import URL

from bot.dingtalk.credentials import Credentials
from bot.dingtalk.errors import Generation, Refused
from bot.dingtalk.frames import CALLBACK, CARD_TOPIC, EVENT, ROBOT_TOPIC
from bot.dingtalk.sdk import USER_AGENT
from bot.dingtalk.tolerant import text
from bot.dingtalk.transport import TimeLimits, Transport

# What is not listed here is never pushed to the connection. Single events are ticked in DingTalk's console.
SUBSCRIPTIONS: Final = (
    {"type": EVENT, "topic": "*"},
    {"type": CALLBACK, "topic": ROBOT_TOPIC},
    {"type": CALLBACK, "topic": CARD_TOPIC},
)


class StreamAddress:
    """Where to connect, once and within 90 seconds. It holds the ticket, so it tells nothing of itself."""

    __slots__ = ("uri",)

    def __init__(self, endpoint: str, ticket: str) -> None:
        self.uri = f"{endpoint}?ticket={quote_plus(ticket)}"

    def __repr__(self) -> str:
        return "StreamAddress(…)"


class Gateway:
    def __init__(
        self, credentials: Credentials, endpoint: str, http: aiohttp.ClientSession, open_seconds: float
    ) -> None:
        self._credentials = credentials
        self._url = URL(endpoint) / "v1.0/gateway/connections/open"
        limits = TimeLimits(call=open_seconds, connect=open_seconds)
        self._transport = Transport(http, limits, failure_level=logging.DEBUG)

    async def register(self) -> StreamAddress:
        """Ask for a connection. Raises CredentialsRefused for a wrong id or secret, another DingTalkError otherwise."""
        body: dict[str, object] = {
            "clientId": self._credentials.client_id,
            "clientSecret": self._credentials.client_secret,
            "subscriptions": SUBSCRIPTIONS,
            "ua": USER_AGENT,
            "localIp": "",
        }
        answer = await self._transport.call("POST", self._url, generation=Generation.NEW, body=body)
        endpoint, ticket = text(answer.get("endpoint")), text(answer.get("ticket"))
        if not endpoint.startswith(("ws://", "wss://")) or not ticket:
            raise Refused("local.no_endpoint", "the answer names no websocket")
        return StreamAddress(endpoint, ticket)
