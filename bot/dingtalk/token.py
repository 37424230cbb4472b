"""The application's access token: fetched once, shared, renewed before it runs out."""

import asyncio
from typing import Final

from yarl import URL

from bot.dingtalk.clock import Clock
from bot.dingtalk.credentials import Credentials
from bot.dingtalk.errors import Generation, Transient
from bot.dingtalk.tolerant import integer, text
from bot.dingtalk.transport import Transport

REFRESH_BEFORE_SECONDS: Final = 300.0
VALID_SECONDS: Final = 7200  # DingTalk's usual `expireIn`.


class AccessToken:
    """Hands out the token; however many ask at once, DingTalk is asked once."""

    def __init__(self, credentials: Credentials, transport: Transport, openapi_endpoint: URL, clock: Clock) -> None:
        self._credentials = credentials
        self._transport = transport
        self._url = openapi_endpoint / "v1.0/oauth2/accessToken"
        self._clock = clock
        self._single_flight = asyncio.Lock()
        self._token = ""
        self._good_until = 0.0

    async def get(self) -> str:
        """Raises CredentialsRefused for a wrong id or secret, Transient when DingTalk cannot be reached."""
        async with self._single_flight:
            if not self._token or self._clock.monotonic() >= self._good_until:
                await self._fetch()
            return self._token

    def forget(self, rejected: str) -> None:
        """DingTalk rejected this token. A newer one, fetched in the meantime by somebody else, stays."""
        if self._token == rejected:
            self._token = ""

    async def _fetch(self) -> None:
        asked_at = self._clock.monotonic()
        body = {"appKey": self._credentials.client_id, "appSecret": self._credentials.client_secret}
        try:
            answer = await self._transport.call("POST", self._url, generation=Generation.NEW, body=body)
        except Transient as error:
            # Whatever became of this request, the call that needs the token was never made.
            raise Transient(*error.args, ambiguous=False) from None
        self._token = text(answer.get("accessToken"))
        if not self._token:
            raise Transient("local.no_token", "the answer holds no access token", ambiguous=False)
        valid = integer(answer.get("expireIn")) or VALID_SECONDS
        # A token that lives shorter than the reserve is used for half its life rather than never.
        self._good_until = asked_at + max(valid - REFRESH_BEFORE_SECONDS, valid / 2)
