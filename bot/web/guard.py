"""Around every request: bounds on what comes in, headers on what goes out, and one calm sentence when we fail."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from sqlalchemy import exc

from bot.web.answers import Refused
from bot.web.limits import ANSWER_SECONDS_MAX, BODY_BYTES_MAX, URL_CHARS_MAX

log: Final = logging.getLogger(__name__)

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
SERVER: Final = "liaozhanggui"  # the library would tell its version and Python's
# PostgreSQL: connection lost, out of resources, lock not to be had, cancelled or shutting down.
_PASSING_STATES: Final = ("08", "53", "55", "57")


async def dress(_request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on an answer that is about to leave."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = SERVER


def guard(count_fault: Callable[[], None]) -> Middleware:
    """The outermost middleware. `count_fault` is told of every fault of ours."""

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            _check_size(request)
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                return await handler(request)
        except Refused as refused:
            return refused.answer()
        except web.HTTPException as error:
            if error.status < web.HTTPBadRequest.status_code:
                raise
            return _refused(error).answer()
        except Exception as error:
            if is_unreachable(error):
                log.error("not answered", extra={"path": request.path, "error": type(error).__name__})
                return Refused(503, "unavailable", "数据库暂时没有回应，请稍后再试。").answer()
            count_fault()
            return _fault(request).answer()

    return around


def _check_size(request: web.Request) -> None:
    if len(request.raw_path) > URL_CHARS_MAX:
        raise Refused(400, "url_too_long", f"网址太长，最多 {URL_CHARS_MAX} 个字符。")
    length = request.content_length
    # A body that does not say how long it is could be of any length.
    if (length or 0) > BODY_BYTES_MAX or (length is None and request.body_exists):
        raise Refused(413, "too_large", f"请求内容太大，最多 {BODY_BYTES_MAX} 字节，且须写明长度。")


def _refused(error: web.HTTPException) -> Refused:
    match error:
        case web.HTTPNotFound():
            return Refused(404, "not_found", "没有这个地址。")
        case web.HTTPMethodNotAllowed():
            allowed = ", ".join(sorted(error.allowed_methods))
            return Refused(405, "method_not_allowed", f"这个地址只能用 {allowed}。", headers={"Allow": allowed})
        case web.HTTPRequestEntityTooLarge():
            return Refused(413, "too_large", f"请求内容太大，最多 {BODY_BYTES_MAX} 字节。")
        case _:
            return Refused(error.status, "bad_request", "这个请求读不懂。")


def _fault(request: web.Request) -> Refused:
    """A fault of ours: a reference for the caller, the trace for the log."""
    reference = secrets.token_hex(4).upper()
    log.exception("fault", extra={"reference": reference, "path": request.path})
    return Refused(500, "fault", f"程序出错了，请把编号 {reference} 告诉管理员。")


def is_unreachable(error: BaseException) -> bool:
    """Whether the database is to blame, and trying again may help."""
    if isinstance(error, exc.DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        wrong = isinstance(error, exc.OperationalError | exc.InterfaceError)
        return wrong or error.connection_invalidated or state.startswith(_PASSING_STATES)
    return isinstance(error, exc.TimeoutError | TimeoutError | OSError)


async def within(seconds: float, work: Awaitable[object]) -> bool:
    """Whether the database did something within so many seconds; a fault of ours passes through."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except Exception as error:
        if not is_unreachable(error):
            raise
        return False
    return True
