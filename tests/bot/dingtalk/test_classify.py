"""What an answer of DingTalk's means, by table."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dingtalk.classify import classify
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

FORBIDDEN = "Forbidden.AccessDenied."
NEW: list[tuple[int, str, type[DingTalkError]]] = [
    (401, "authFailed", CredentialsRefused),
    (400, "systemError", Transient),
    (400, "invalidClientIdOrSecret", CredentialsRefused),
    (400, "InvalidAuthentication", TokenRejected),
    (403, f"{FORBIDDEN}AccessTokenPermissionDenied", NotPermitted),
    (403, f"{FORBIDDEN}QpsLimitForAppkeyAndApi", Throttled),
    (403, f"{FORBIDDEN}QpmLimitForAppkeyAndApi", Throttled),
    (403, f"{FORBIDDEN}QpsLimitForApi", Throttled),
    (403, f"{FORBIDDEN}ApiCountLimitForOrg", QuotaExhausted),
    (403, f"{FORBIDDEN}IpNotInWhiteList", AddressRefused),
    (400, "invalid.openConversationId", Refused),
    (400, "send.too.fast", Throttled),
    (400, "send.byToken.tooFast", Throttled),
    (400, "too.many.people", Throttled),
    (400, "invalidParameter.msgParam.tooLong", Refused),
    (400, "contain.notAllowed.text", Refused),
    (400, "param.templateUnpublished", Refused),
    (400, "param.cardNotExist", Refused),
    (400, "param.cardAlreadyExist", Refused),
    (400, "unknown.send.result", Transient),
    (500, "system.busy", Transient),
    (500, "something.else", Transient),
    (504, "", Transient),
    (401, "", TokenRejected),
    (429, "", Throttled),
    (404, "", Refused),
]
OLD: list[tuple[int | str, type[DingTalkError]]] = [
    (40014, TokenRejected),
    (42001, TokenRejected),
    (41001, TokenRejected),
    (40001, TokenRejected),
    ("40014", TokenRejected),
    (60011, NotPermitted),
    (60020, AddressRefused),
    (90018, Throttled),
    (90002, Throttled),
    (130101, Throttled),
    (90020, QuotaExhausted),
    (300001, SessionGone),
    (-1, Transient),
    (15, Transient),
    (60121, Refused),
    (310000, Refused),
    (40004, Refused),
]


def new(status: int, body: Any, **headers: str) -> DingTalkError | None:
    return classify(status, body if isinstance(body, str) else json.dumps(body), headers, Generation.NEW)


def old(body: Any, status: int = 200) -> DingTalkError | None:
    return classify(status, json.dumps(body), {}, Generation.OLD)


@pytest.mark.parametrize(("status", "code", "expected"), NEW)
def test_the_newer_api_is_sorted_by_code_and_status(status: int, code: str, expected: type[DingTalkError]) -> None:
    error = new(status, {"code": code, "message": "原因", "requestid": "R1"})
    assert type(error) is expected
    assert error.message == "原因"
    assert error.http_status == status
    assert error.request_id == "R1"


@pytest.mark.parametrize(("code", "expected"), OLD)
def test_the_older_api_is_sorted_by_errcode(code: int | str, expected: type[DingTalkError]) -> None:
    error = old({"errcode": code, "errmsg": "原因", "request_id": "R1"})
    assert type(error) is expected
    assert error.code == str(code)


@pytest.mark.parametrize(("code", "expected"), OLD)
def test_the_older_api_may_wrap_a_code_as_88(code: int | str, expected: type[DingTalkError]) -> None:
    error = old({"errcode": 88, "errmsg": "ding talk error", "sub_code": str(code), "sub_msg": "没有权限"})
    assert type(error) is expected
    assert error.message == "没有权限"


def test_a_missing_permission_is_named() -> None:
    detail = {"requiredScopes": ["Card.Instance.Write"]}
    error = new(403, {"code": f"{FORBIDDEN}AccessTokenPermissionDenied", "accessdenieddetail": detail})
    assert isinstance(error, NotPermitted)
    assert error.scopes == ("Card.Instance.Write",)


def test_success_is_no_error() -> None:
    assert new(200, {"processQueryKey": "k"}) is None
    assert old({"errcode": 0, "errmsg": "ok"}) is None
    assert old({"errcode": "0"}) is None


def test_a_banned_address_waits_as_long_as_it_is_told() -> None:
    error = new(200, {"status": 1111, "wait": 5, "source": "x5", "punish": "deny"})
    assert isinstance(error, Throttled)
    assert error.retry_after == 300


@pytest.mark.parametrize(
    ("status", "expected"), [(200, Transient), (502, Transient), (403, Throttled), (429, Throttled), (404, Refused)]
)
def test_an_answer_that_is_no_json_is_judged_by_its_status(status: int, expected: type[DingTalkError]) -> None:
    assert type(new(status, "<html><body>deny</body></html>")) is expected


def test_a_second_is_waited_for_calls_a_second_and_a_minute_for_calls_a_minute() -> None:
    second = new(403, {"code": f"{FORBIDDEN}QpsLimitForAppkeyAndApi"})
    minute = new(403, {"code": f"{FORBIDDEN}QpmLimitForAppkeyAndApi"})
    assert isinstance(second, Throttled)
    assert isinstance(minute, Throttled)
    assert (second.retry_after, minute.retry_after) == (1, 60)


def test_the_header_may_ask_for_a_longer_wait() -> None:
    error = new(429, {}, **{"Retry-After": "7"})
    assert isinstance(error, Throttled)
    assert error.retry_after == 7


def test_what_may_have_taken_effect_says_so() -> None:
    error = new(500, {"code": "system.busy"})
    assert isinstance(error, Transient)
    assert error.ambiguous


@given(st.integers(100, 599), st.text() | st.dictionaries(st.text(), st.integers() | st.text()).map(json.dumps))
def test_no_answer_at_all_makes_sorting_fail(status: int, body: str) -> None:
    for generation in Generation:
        classify(status, body, {"Retry-After": body}, generation)
