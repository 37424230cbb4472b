"""Calls to DingTalk in their turn, with a token, and counted."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol, TypeAlias

import aiohttp
from yarl import URL

from bot.dingtalk.errors import DingTalkError, Generation, QuotaExhausted, Throttled, TokenRejected, Transient
from bot.dingtalk.token import AccessToken
from bot.dingtalk.tolerant import Json
from bot.dingtalk.transport import Transport
from bot.dingtalk.units import UnitCounter, pool_of

TOKEN_HEADER: Final = "x-acs-dingtalk-access-token"  # noqa: S105 - the header's name, no secret
WEBHOOK_PATH: Final = "/robot/sendBySession"
Once: TypeAlias = Callable[[str], Awaitable[Json]]


class Turns(Protocol):
    """Who hands out turns: waits until one is free, and hears when DingTalk finds us too fast."""

    async def take(self, *, api: str, conversation: str = "") -> None: ...
    def slow_down(self, *, api: str, seconds: float) -> None: ...


class Calls:
    """The way out to DingTalk: waits for a turn, adds the token, refreshes it once if rejected, counts the units."""

    def __init__(
        self,
        *,
        transport: Transport,
        token: AccessToken,
        openapi: URL,
        oapi: URL,
        units: UnitCounter,
        rate: Turns,
    ) -> None:
        self._transport = transport
        self._token = token
        self._openapi = openapi
        self._oapi = oapi
        self._units = units
        self._rate = rate

    async def new(self, method: str, path: str, body: Mapping[str, object], *, conversation: str = "") -> Json:
        """Call the newer API, the token in a header."""
        url = self._openapi.joinpath(path.lstrip("/"))

        async def once(token: str) -> Json:
            headers = {TOKEN_HEADER: token}
            return await self._transport.call(method, url, generation=Generation.NEW, body=body, headers=headers)

        # A card is created by POST and updated by PUT at the same path: two APIs to DingTalk.
        return await self._with_token(path, once, turn=f"{method} {path}", conversation=conversation)

    async def old(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        form: Callable[[], aiohttp.FormData] | None = None,
    ) -> Json:
        """Call the older API, the token in the query. `form` is made anew for each try: it can be sent only once."""
        url = self._oapi.joinpath(path.lstrip("/"))

        async def once(token: str) -> Json:
            return await self._transport.call(
                "POST",
                url.with_query({**(query or {}), "access_token": token}),
                generation=Generation.OLD,
                body=body,
                form=form() if form else None,
            )

        return await self._with_token(path, once, turn=path)

    async def webhook(self, url: URL, body: Mapping[str, object], *, conversation: str) -> None:
        """Answer through a conversation's webhook, which needs no token and draws on the other pool."""
        await self._rate.take(api=WEBHOOK_PATH, conversation=conversation)
        call = self._transport.call("POST", url, generation=Generation.OLD, body=body)
        await self._counted(WEBHOOK_PATH, call)

    async def _with_token(self, path: str, once: Once, *, turn: str, conversation: str = "") -> Json:
        await self._rate.take(api=turn, conversation=conversation)
        token = await self._token.get()
        try:
            return await self._counted(path, once(token), turn=turn)
        except TokenRejected:
            self._token.forget(token)
            return await self._counted(path, once(await self._token.get()), turn=turn)

    async def _counted(self, path: str, call: Awaitable[Json], *, turn: str = "") -> Json:
        try:
            answer = await call
        except Throttled as error:
            if turn:  # A conversation that is too fast must not slow down the others' webhooks.
                self._rate.slow_down(api=turn, seconds=error.retry_after)
            raise
        except DingTalkError as error:
            if _is_charged(error):
                self._count(path)
            raise
        self._count(path)
        return answer

    def _count(self, path: str) -> None:
        pool = pool_of(path)
        if pool is not None:
            self._units.count(pool)


def _is_charged(error: DingTalkError) -> bool:
    """What fails through throttling or the network costs nothing; a call whose answer was lost may have cost a unit."""
    if isinstance(error, Transient):
        return error.ambiguous
    return not isinstance(error, QuotaExhausted)
