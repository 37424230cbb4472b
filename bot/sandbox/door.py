"""Stands before every OpenAPI call: token, rate and units."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.sandbox.bad_answers import afterwards, instead, new_refusal, old_refusal
from bot.sandbox.body import READ, BadBody
from bot.sandbox.clock import SandboxClock
from bot.sandbox.faults import CALLS, Fault, Faults
from bot.sandbox.frame_log import FrameLog
from bot.sandbox.limits import CALLS_PER_SECOND_MAX
from bot.sandbox.rates import RateWindow
from bot.sandbox.refusals import ApiRefusal, OapiRefusal, bad_token, too_many_calls, too_many_old_calls
from bot.sandbox.tokens import Tokens
from bot.sandbox.units import Units

Handler = Callable[[web.Request], Awaitable[web.Response]]
Guarded = Callable[[web.Request], Awaitable[web.StreamResponse]]

TOKEN_HEADER: Final = "x-acs-dingtalk-access-token"  # noqa: S105  # a name, not a secret
CARDS: Final = "/v1.0/card/"
FAULT: Final = web.RequestKey("fault", Fault)


def met_by(request: web.Request) -> Fault | None:
    """The fault that this call meets; the door has drawn it."""
    return request.get(FAULT)


class Door:
    """Lets calls in. Calls that are refused or throttled cost no units, as DingTalk has it."""

    def __init__(
        self,
        *,
        tokens: Tokens,
        units: Units,
        clock: SandboxClock,
        log: FrameLog,
        faults: Faults,
        limits_on: bool,
    ) -> None:
        self._tokens, self._units, self._log, self._faults = tokens, units, log, faults
        self.limits_on = limits_on
        self._rates = RateWindow(CALLS_PER_SECOND_MAX, timedelta(seconds=1), clock.real)

    def new_api(self, handler: Handler, *, is_paid: bool = True, besides: Sequence[Fault] = ()) -> Guarded:
        """A call of the new API: the token stands in a header, refusals have an HTTP status.

        `besides` are the faults that only this call knows.
        """

        async def guarded(request: web.Request) -> web.StreamResponse:
            fault = self._draw(request, besides)
            if (bad := instead(fault, request)) is not None:
                return bad
            try:
                if fault is not None and (refusal := new_refusal(fault, is_card=request.path.startswith(CARDS))):
                    raise refusal
                if not self._tokens.is_valid(request.headers.get(TOKEN_HEADER, "")):
                    raise bad_token()
                if not self._admits(request):
                    raise too_many_calls()
                answer = await handler(request)
            except BadBody as error:
                return self._refused(request, ApiRefusal("invalidParameter", str(error)))
            except ApiRefusal as refusal:
                return self._refused(request, refusal)
            return await afterwards(fault, request, self._served(request, answer, is_paid=is_paid), self._faults)

        return guarded

    def old_api(self, handler: Handler, *, is_paid: bool = False) -> Guarded:
        """A call of the old API: the token stands in the address, refusals come in HTTP 200."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            fault = self._draw(request, ())
            if (bad := instead(fault, request)) is not None:
                return bad
            try:
                if fault is not None and (refusal := old_refusal(fault)):
                    raise refusal
                self._check_old_token(request.query.get("access_token", ""))
                if not self._admits(request):
                    raise too_many_old_calls()
                answer = await handler(request)
            except BadBody as error:
                return self._refused(request, OapiRefusal(400002, str(error)))
            except OapiRefusal as refusal:
                return self._refused(request, refusal)
            return await afterwards(fault, request, self._served(request, answer, is_paid=is_paid), self._faults)

        return guarded

    def _draw(self, request: web.Request, besides: Sequence[Fault]) -> Fault | None:
        """The fault that this call meets, if any."""
        fault = self._faults.meets((*CALLS, Fault.TOKEN_LAPSED, *besides))
        if fault is not None:
            self._log.add("fault", f"{request.method} {request.path} {fault.word}")
            request[FAULT] = fault
        if fault is Fault.TOKEN_LAPSED:
            self._tokens.expire()
        return fault

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
        self._log.add("call", f"{request.method} {request.path} {answer.status}", exchange(request, answer))
        if is_paid:
            self._units.count_call(f"{request.method} {request.path}")
        return answer

    def _refused(self, request: web.Request, refusal: ApiRefusal | OapiRefusal) -> web.Response:
        self._log.add("call", f"{request.method} {request.path} refused", str(refusal))
        return refusal.response()


def exchange(request: web.Request, answer: web.Response) -> str:
    """What was asked and what was answered, as the curious read it. The token stands in neither."""
    asked = request.get(READ, "")
    answered = answer.text if answer.content_type == "application/json" else ""
    return "\n".join(part for part in (asked, answered) if part)
