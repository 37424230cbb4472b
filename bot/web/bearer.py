"""Who may read the book over HTTP: only a program that knows API_TOKEN."""

import hashlib
import hmac
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.settings import Secret
from bot.web.answers import Refused

API: Final = "/api/"
DESCRIPTION: Final = "/api/v1/openapi.json"  # tells nothing of this company


def bearer(token: Secret) -> Middleware:
    """The middleware before everything under /api/, routes that do not exist included: nobody may try names out."""

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(API) and request.path != DESCRIPTION:
            _check(request, token)
        return await handler(request)

    return around


def _check(request: web.Request, token: Secret) -> None:
    if not token:
        raise Refused(503, "api_off", "接口未启用：请在服务器上设置 API_TOKEN 后重新启动。")
    shown = request.headers.getall("Authorization", [])
    scheme, _, value = (shown[0] if len(shown) == 1 else "").partition(" ")
    if scheme.lower() != "bearer" or not _same(value.strip(), token.reveal()):
        wanted = {"WWW-Authenticate": "Bearer"}
        raise Refused(401, "unauthorized", "请在请求头里写 Authorization: Bearer 和正确的 API_TOKEN。", headers=wanted)


def _same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that tells neither where they differ nor how long they are."""
    return hmac.compare_digest(_digest(one), _digest(other))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
