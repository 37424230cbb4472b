"""Stands before every OpenAPI call: token, rate and units."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.sandbox.body import BadBody
from bot.sandbox.clock import SandboxClock
from bot.sandbox.frame_log import FrameLog
from bot.sandbox.limits import CALLS_PER_SECOND_MAX
from bot.sandbox.rates import RateWindow
from bot.sandbox.refusals import ApiRefusal, OapiRefusal, bad_token, too_many_calls, too_many_old_calls
from bot.sandbox.tokens import Tokens
from bot.sandbox.units import Units

Handler = Callable[[web.Request], Awaitable[web.Response]]

TOKEN_HEADER: Final = "x-acs-dingtalk-access-token"  # noqa: S105  # a name, not a secret


class Door:
    """Lets calls in. Calls that are refused or throttled cost no units, as DingTalk has it."""

    def __init__(self, *, tokens: Tokens, units: Units, clock: SandboxClock, log: FrameLog, limits_on: bool) -> None:
        self._tokens, self._units, self._log = tokens, units, log
        self.limits_on = limits_on
        self._rates = RateWindow(CALLS_PER_SECOND_MAX, timedelta(seconds=1), clock.real)

    def new_api(self, handler: Handler, *, is_paid: bool = True) -> Handler:
        """A call of the new API: the token stands in a header, refusals have an HTTP status."""

        async def guarded(request: web.Request) -> web.Response:
            try:
                if not self._tokens.is_valid(request.headers.get(TOKEN_HEADER, "")):
                    raise bad_token()
                if not self._admits(request):
                    raise too_many_calls()
                answer = await handler(request)
            except BadBody as error:
                return self._refused(request, ApiRefusal("invalidParameter", str(error)))
            except ApiRefusal as refusal:
                return self._refused(request, refusal)
            return self._served(request, answer, is_paid=is_paid)

        return guarded

    def old_api(self, handler: Handler, *, is_paid: bool = False) -> Handler:
        """A call of the old API: the token stands in the address, refusals come in HTTP 200."""

        async def guarded(request: web.Request) -> web.Response:
            try:
                self._check_old_token(request.query.get("access_token", ""))
                if not self._admits(request):
                    raise too_many_old_calls()
                answer = await handler(request)
            except BadBody as error:
                return self._refused(request, OapiRefusal(400002, str(error)))
            except OapiRefusal as refusal:
                return self._refused(request, refusal)
            return self._served(request, answer, is_paid=is_paid)

        return guarded

    def _check_old_token(self, token: str) -> None:
        if not token:
            raise OapiRefusal(41001, "缺少access_token参数")
        if self._tokens.is_expired(token):
            raise OapiRefusal(42001, "access_token已过期")
        if not self._tokens.is_valid(token):
            raise OapiRefusal(40014, "不合法的access_token")

    def _admits(self, request: web.Request) -> bool:
        return not self.limits_on or self._rates.admits(f"{request.method} {request.path}")

    def _served(self, request: web.Request, answer: web.Response, *, is_paid: bool) -> web.Response:
        self._log.add("call", f"{request.method} {request.path} {answer.status}")
        if is_paid:
            self._units.count_call(f"{request.method} {request.path}")
        return answer

    def _refused(self, request: web.Request, refusal: ApiRefusal | OapiRefusal) -> web.Response:
        self._log.add("call", f"{request.method} {request.path} refused", str(refusal))
        return refusal.response()
