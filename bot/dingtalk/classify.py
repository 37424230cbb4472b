"""From an answer to an error class: one table per generation, and care with answers that are no JSON at all."""

from collections.abc import Mapping
from typing import Final, NamedTuple, cast

from bot.dingtalk.errors import (
    AddressRefused,
    CredentialsRefused,
    DingTalkError,
    Generation,
    NotPermitted,
    QuotaExhausted,
    Refused,
    SessionGone,
    Throttled,
    TokenRejected,
    Transient,
)
from bot.dingtalk.tolerant import Json, decode, integer, items, mapping, text

RETRY_AFTER_SECOND: Final = 1.0  # The window of the calls-per-second limits.
RETRY_AFTER_MINUTE: Final = 60.0
RETRY_AFTER_BAN: Final = 300.0  # An address that made 10,000 calls in 20 s is shut out for five minutes.
BANNED: Final = 1111  # `status` in the body of that answer.
MESSAGE_LENGTH_MAX: Final = 300  # Characters kept for the log.

# Codes of the newer API, in lower case; matched as a whole.
_NEW: Final[Mapping[str, type[DingTalkError]]] = {
    "invalidauthentication": TokenRejected,
    "authfailed": CredentialsRefused,
    "invalidclientidorsecret": CredentialsRefused,
    "forbidden.accessdenied.ipnotinwhitelist": AddressRefused,
    "forbidden.accessdenied.apicountlimitfororg": QuotaExhausted,
}
_NEW_THROTTLED: Final[Mapping[str, float]] = {
    "forbidden.accessdenied.qpslimitforappkeyandapi": RETRY_AFTER_SECOND,
    "forbidden.accessdenied.qpslimitforapi": RETRY_AFTER_SECOND,
    "forbidden.accessdenied.qpmlimitforappkeyandapi": RETRY_AFTER_MINUTE,
    "forbidden.accessdenied.qpmlimitforapi": RETRY_AFTER_MINUTE,
    "send.too.fast": RETRY_AFTER_SECOND,
    "send.bytoken.toofast": RETRY_AFTER_SECOND,
    "too.many.group": RETRY_AFTER_MINUTE,
    "too.many.people": RETRY_AFTER_MINUTE,
}
# `unknown.send.result` may have been delivered; the others are DingTalk's own trouble.
_NEW_TRANSIENT: Final = frozenset({"unknown.send.result", "system.busy", "system.error", "systemerror"})

_OLD: Final[Mapping[str, type[DingTalkError]]] = {
    "40014": TokenRejected,
    "42001": TokenRejected,
    "41001": TokenRejected,
    "40001": TokenRejected,
    "60011": NotPermitted,
    "60020": AddressRefused,
    "90020": QuotaExhausted,
    "300001": SessionGone,
}
_OLD_THROTTLED: Final[Mapping[str, float]] = {
    "90018": RETRY_AFTER_SECOND,
    "90002": RETRY_AFTER_SECOND,
    # Documented as ten minutes of silence for custom robots. Asking once a minute costs nothing, and finds out sooner.
    "130101": RETRY_AFTER_MINUTE,
}
_OLD_TRANSIENT: Final = frozenset({"-1", "15"})
WRAPPED: Final = "88"  # The true code then stands in `sub_code`.


class _Answer(NamedTuple):
    code: str
    message: str
    http_status: int
    request_id: str


def classify(
    status: int, body_text: str, headers: Mapping[str, str], api_generation: Generation
) -> DingTalkError | None:
    """The error that an answer means, None if it means success. Never raises, whatever the body held."""
    body = decode(body_text)
    if not isinstance(body, Mapping):
        return _unreadable(status, headers)
    known = mapping(cast("object", body))
    if integer(known.get("status")) == BANNED:
        wait = integer(known.get("wait"))  # Minutes.
        seconds = float(min(wait, 60) * 60) if wait and wait > 0 else RETRY_AFTER_BAN
        return Throttled("local.address_banned", "too many calls from this address", status, retry_after=seconds)
    if api_generation is Generation.OLD and "errcode" in known:
        return _old(status, known, headers)
    return None if 200 <= status < 300 else _new(status, known, headers)


def _new(status: int, body: Json, headers: Mapping[str, str]) -> DingTalkError:
    answer = _Answer(
        text(body.get("code")) or f"http.{status}",
        text(body.get("message"))[:MESSAGE_LENGTH_MAX],
        status,
        text(body.get("requestid")) or text(body.get("requestId")),
    )
    code = answer.code.lower()
    if code in _NEW_THROTTLED:
        return Throttled(*answer, retry_after=_retry_after(headers, _NEW_THROTTLED[code]))
    if code in _NEW_TRANSIENT:
        return Transient(*answer, ambiguous=True)
    if code in _NEW:
        return _NEW[code](*answer)
    if status == 403:
        scopes = items(mapping(body.get("accessdenieddetail")).get("requiredScopes"))
        return NotPermitted(*answer, scopes=tuple(text(scope) for scope in scopes))
    return _by_status(answer, headers)


def _by_status(answer: _Answer, headers: Mapping[str, str]) -> DingTalkError:
    match answer.http_status:
        case 401:
            return TokenRejected(*answer)
        case 408:
            return Transient(*answer, ambiguous=True)
        case 429:  # Not in DingTalk's pages, but proxies in between know it.
            return Throttled(*answer, retry_after=_retry_after(headers, RETRY_AFTER_SECOND))
        case status if status >= 500:
            return Transient(*answer, ambiguous=True)
        case _:
            return Refused(*answer)


def _old(status: int, body: Json, headers: Mapping[str, str]) -> DingTalkError | None:
    code, message = text(body.get("errcode")), text(body.get("errmsg"))
    if code == "0":
        return None
    if code == WRAPPED and text(body.get("sub_code")):
        code, message = text(body.get("sub_code")), text(body.get("sub_msg")) or message
    answer = _Answer(code, message[:MESSAGE_LENGTH_MAX], status, text(body.get("request_id")))
    if code in _OLD_THROTTLED:
        return Throttled(*answer, retry_after=_retry_after(headers, _OLD_THROTTLED[code]))
    if code in _OLD_TRANSIENT:
        return Transient(*answer, ambiguous=True)
    if code in _OLD:
        return _OLD[code](*answer)
    return _new(status, body, headers) if status >= 400 else Refused(*answer)


def _unreadable(status: int, headers: Mapping[str, str]) -> DingTalkError:
    """HTML from a gateway in between, or an empty answer. A 403 of that kind is the page for banned addresses."""
    answer = _Answer("local.not_json", "the answer is not a JSON object", status, "")
    if status == 403:
        return Throttled(*answer, retry_after=_retry_after(headers, RETRY_AFTER_BAN))
    if 200 <= status < 300:
        return Transient(*answer, ambiguous=True)
    return _by_status(answer, headers)


def _retry_after(headers: Mapping[str, str], otherwise: float) -> float:
    """Seconds: the header where an answer has it, between the usual wait and an hour."""
    named = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    seconds = integer(named.strip())
    return float(min(max(seconds, otherwise), 3600)) if seconds is not None else otherwise
