"""Who may use the page: only a browser that loaded it from here, and only what this page itself brings along."""

import re
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.sandbox.body import BadBody
from bot.sandbox.refusals import ApiRefusal, OapiRefusal, PageRefusal

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{socket}; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PLAIN_HOST: Final = re.compile(r"[\w.\-\[\]:]{1,255}")
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def guard(*, loopback_only: bool) -> Middleware:
    """The middleware around everything."""

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
        if loopback_only and host_name(request.host) not in LOOPBACK:
            # A page elsewhere can point its own name at 127.0.0.1; the name in Host gives it away.
            return _refused("host", request)
        if _is_ours_only(request) and not _is_same_origin(request):
            return _refused("origin", request)
        try:
            response = await handler(request)
        except (ApiRefusal, OapiRefusal, PageRefusal) as refusal:
            response = refusal.response()
        except BadBody as error:
            refused = PageRefusal(str(error)) if request.path.startswith("/sandbox") else ApiRefusal("systemError")
            response = refused.response()
        except web.HTTPNotFound:
            response = ApiRefusal("InvalidAction.NotFound", "Specified api is not found", status=404).response()
        except web.HTTPException as error:
            _dress(error, request.host)
            raise
        _dress(response, request.host)
        return response

    return around


def _dress(response: web.StreamResponse, host: str) -> None:
    """What every answer says to a browser, refusals too."""
    if response.prepared:
        return
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", page_policy(host))


def _refused(why: str, request: web.Request) -> web.Response:
    response = web.Response(status=403, text=why)
    _dress(response, request.host)
    return response


def page_policy(host: str) -> str:
    """What the page may load. Older browsers do not take 'self' for the websocket too, so it is named."""
    socket = f" ws://{host} wss://{host}" if _PLAIN_HOST.fullmatch(host) else ""
    return PAGE_POLICY.format(socket=socket)


def host_name(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_ours_only(request: web.Request) -> bool:
    return request.method != "GET" or request.path == "/sandbox/live"


def _is_same_origin(request: web.Request) -> bool:
    """Scripts and robots send no Origin; browsers do, and theirs has to be this page's."""
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:
        return False
