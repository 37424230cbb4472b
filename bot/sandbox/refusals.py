"""How DingTalk says no: the new API by HTTP status, the old one by errcode in HTTP 200."""

from typing import Final

from aiohttp import web

from bot.sandbox import ids

JSON_TYPE: Final = {"Content-Type": "application/json;charset=utf-8"}


class ApiRefusal(Exception):
    """A refusal of the new API (`/v1.0/…`): a status, a code and a message."""

    def __init__(self, code: str, message: str = "", *, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.message, self.status = code, message or code, status

    def __str__(self) -> str:
        return f"{self.code} {self.message}"

    def response(self) -> web.Response:
        """The answer as DingTalk shapes it; `requestid` is in lower case."""
        body = {"code": self.code, "requestid": ids.request_id(), "message": self.message}
        return web.json_response(body, status=self.status)


class OapiRefusal(Exception):
    """A refusal of the old API (`/topapi/…`, `/media/…`, webhooks): HTTP 200 with an errcode."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errcode, errmsg)
        self.errcode, self.errmsg = errcode, errmsg

    def __str__(self) -> str:
        return f"{self.errcode} {self.errmsg}"

    def response(self) -> web.Response:
        """The answer as DingTalk shapes it."""
        return web.json_response({"errcode": self.errcode, "errmsg": self.errmsg, "request_id": ids.token()[:12]})


class PageRefusal(Exception):
    """A refusal towards the page or a script: a sentence for people."""

    def __init__(self, sentence: str, *, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence, self.status = sentence, status

    def response(self) -> web.Response:
        """The answer to the page."""
        return web.json_response({"ok": False, "error": self.sentence}, status=self.status)


def bad_token() -> ApiRefusal:
    """The access token is unknown or has expired."""
    return ApiRefusal("InvalidAuthentication", "不合法的access_token")


def too_many_calls() -> ApiRefusal:
    """More than twenty calls a second of one app to one API."""
    return ApiRefusal(
        "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
        "您的企业应用调用钉钉开放平台当前接口的所有请求都被暂时禁用了",
        status=403,
    )


def too_many_old_calls() -> OapiRefusal:
    """The same limit, as the old API words it."""
    return OapiRefusal(90018, "您的服务器调用钉钉开放平台所有接口的请求都被暂时禁用了")
