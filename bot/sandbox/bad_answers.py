"""How a call goes wrong: refused as DingTalk refuses, answered by a gateway in between, cut off, or left hanging."""

import asyncio
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from bot.sandbox.faults import Fault, Faults
from bot.sandbox.refusals import ApiRefusal, OapiRefusal, too_many_calls, too_many_old_calls

HUNG_UP_SECONDS: Final = 0.02  # between two looks whether the caller is still there
HTML: Final = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


def new_refusal(fault: Fault, *, is_card: bool) -> ApiRefusal | None:
    """How the new API words a fault that is a refusal of its own."""
    match fault:
        case Fault.THROTTLED:
            return too_many_calls()
        case Fault.SYSTEM_ERROR:
            return ApiRefusal("system.busy" if is_card else "system.error", "系统错误", status=500)
        case Fault.ROBOT_REMOVED:  # which code a removed robot gets is not documented; this one is for bad groups
            return ApiRefusal("invalid.openConversationId", "无效的openConversationId")
        case Fault.PERSON_LEFT:
            return ApiRefusal("staffId.notExisted", "员工不存在")
        case Fault.CONTENT_REFUSED:
            return ApiRefusal("param.contentUnsafe" if is_card else "contain.notAllowed.text", "含有不合适的文本")
        case _:
            return None


OLD_REFUSALS: Final[Mapping[Fault, tuple[int, str]]] = {
    Fault.SYSTEM_ERROR: (-1, "系统繁忙"),
    # That a conversation's webhook answers so is assumed; 130101 is documented for custom robots.
    Fault.WEBHOOK_EXPIRED: (300001, "session 不存在"),
}


def old_refusal(fault: Fault) -> OapiRefusal | None:
    """How the old API words a fault that is a refusal of its own."""
    if fault is Fault.THROTTLED:
        return too_many_old_calls()
    return OapiRefusal(*OLD_REFUSALS[fault]) if fault in OLD_REFUSALS else None


def instead(fault: Fault | None, request: web.Request) -> web.Response | None:
    """What comes back instead of DingTalk's own answer, when the call never gets as far as being carried out."""
    match fault:
        case Fault.TOO_MANY_REQUESTS:  # not in DingTalk's pages, but proxies in between know it
            return web.Response(status=429, text=HTML.format("429 Too Many Requests"), content_type="text/html")
        case Fault.BAD_GATEWAY:
            return web.Response(status=502, text=HTML.format("502 Bad Gateway"), content_type="text/html")
        case Fault.UNAVAILABLE:
            return web.Response(status=503, text="", headers={"Retry-After": "1"})
        case Fault.RESET_BEFORE:
            return cut_off(request)
        case _:
            return None


async def afterwards(
    fault: Fault | None, request: web.Request, answer: web.Response, faults: Faults
) -> web.StreamResponse:
    """The call was carried out; whether its answer gets through is another matter."""
    match fault:
        case Fault.RESET_AFTER | Fault.CARD_UPDATE_LATE:
            return cut_off(request)
        case Fault.STALLED_AFTER:
            await _until_hung_up(request, faults.wait_seconds)
            return answer
        case _:
            return answer


def cut_off(request: web.Request) -> web.Response:
    """Cut the TCP connection; the answer that is handed back reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _until_hung_up(request: web.Request, seconds: float) -> None:
    """Let the caller wait, but do not go on waiting once nobody is there."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until and request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110  # a caller who hangs up tells nobody
        await asyncio.sleep(HUNG_UP_SECONDS)
