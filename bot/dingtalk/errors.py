"""What DingTalk refuses, sorted by what we can do about it.

Both generations of its API are sorted into the same classes: the newer one answers with an HTTP status and
`{"code", "message", "requestid"}`, the older one and the webhooks with HTTP 200 and `{"errcode", "errmsg"}`.
"""

from enum import Enum


class Generation(Enum):
    """Which of the two error shapes an address speaks."""

    NEW = "api.dingtalk.com"
    OLD = "oapi.dingtalk.com and webhooks"


class DingTalkError(Exception):
    """A call that brought no result. `code` is DingTalk's word, or one of ours with a leading `local.`."""

    def __init__(self, code: str, message: str = "", http_status: int = 0, request_id: str = "") -> None:
        super().__init__(code, message, http_status, request_id)
        self.code = code
        self.message = message
        self.http_status = http_status
        self.request_id = request_id

    def __str__(self) -> str:
        request = f", request {self.request_id}" if self.request_id else ""
        return f"{self.code}: {self.message} (HTTP {self.http_status}{request})"


class TokenRejected(DingTalkError):
    """The access token is no longer good: fetch another and repeat, once."""


class CredentialsRefused(DingTalkError):
    """The client id or secret is wrong, or the application is switched off. Only a person can help."""


class NotPermitted(DingTalkError):
    """The application lacks a permission. `scopes` are the names to tick in the console, where DingTalk gives them."""

    def __init__(
        self,
        code: str,
        message: str = "",
        http_status: int = 0,
        request_id: str = "",
        *,
        scopes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code, message, http_status, request_id)
        self.scopes = scopes


class AddressRefused(DingTalkError):
    """Our address is not on the application's list."""


class Throttled(DingTalkError):
    """Too fast; nothing was done, so the call may be repeated after `retry_after` seconds."""

    def __init__(
        self, code: str, message: str = "", http_status: int = 0, request_id: str = "", *, retry_after: float = 1.0
    ) -> None:
        super().__init__(code, message, http_status, request_id)
        self.retry_after = retry_after


class QuotaExhausted(DingTalkError):
    """The month's calls are used up; nothing more is answered until the next month."""


class Transient(DingTalkError):
    """A fault that passes. `ambiguous` says that the call may have taken effect all the same."""

    def __init__(
        self, code: str, message: str = "", http_status: int = 0, request_id: str = "", *, ambiguous: bool
    ) -> None:
        super().__init__(code, message, http_status, request_id)
        self.ambiguous = ambiguous


class Refused(DingTalkError):
    """Wrong in itself: repeating it changes nothing."""


class SessionGone(DingTalkError):
    """The webhook of a conversation has run out; send through the OpenAPI instead."""
