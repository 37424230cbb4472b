"""What the robot asks of DingTalk, against a small DingTalk in this process."""

import asyncio
import json
import logging
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.dingtalk.card_delivery import CardNotDelivered
from bot.dingtalk.cards import AI, MARKDOWN_BUTTON, CardPicture, CardPlace
from bot.dingtalk.credentials import Credentials
from bot.dingtalk.errors import CredentialsRefused, Refused, SessionGone, Throttled, TokenRejected, Transient
from bot.dingtalk.media import MediaKind
from bot.dingtalk.openapi import OpenApi, PrivateSend
from bot.dingtalk.units import Pool
from tests.bot.dingtalk.local_dingtalk import SECRET, HandClock, LocalDingTalk, Request, Units, saying
from tests.bot.dingtalk.unhurried import Unhurried

GROUP_SEND = "/v1.0/robot/groupMessages/send"
PRIVATE_SEND = "/v1.0/robot/oToMessages/batchSend"
CREATE = "/v1.0/card/instances/createAndDeliver"
DELIVER = "/v1.0/card/instances/deliver"
CARD = "/v1.0/card/instances"
TOKEN = "/v1.0/oauth2/accessToken"
WEBHOOK = "/robot/sendBySession"
DOWNLOAD = "/v1.0/robot/messageFiles/download"

NOT_VALID = saying({"code": "InvalidAuthentication", "message": "不合法的access_token"}, status=400)
PICTURE = CardPicture(title="申购单 SG20261124-001", markdown="水泥 20 包")


def delivered(*spaces: tuple[str, bool]) -> dict[str, Any]:
    results = [
        {"spaceId": space, "success": shown, "carrierId": f"pqk-{space}" if shown else "", "errorMsg": ""}
        for space, shown in spaces
    ]
    return {"success": True, "result": {"outTrackId": "c", "deliverResults": results}}


async def send(api: OpenApi) -> str:
    return await api.send_to_group("cid1", title="入库", markdown="水泥 20 包")


async def test_a_group_message_names_the_robot_the_group_and_its_markdown(
    api: OpenApi, dingtalk: LocalDingTalk
) -> None:
    assert await send(api) == "pqk-1"
    [request] = dingtalk.asked(GROUP_SEND)
    assert request.headers["x-acs-dingtalk-access-token"] == "token-1"
    assert request.body | {"msgParam": json.loads(request.body["msgParam"])} == {
        "robotCode": "dingrobot1",
        "openConversationId": "cid1",
        "msgKey": "sampleMarkdown",
        "msgParam": {"title": "入库", "text": "水泥 20 包"},
    }


async def test_a_private_message_tells_who_did_not_get_it(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    answer = {
        "processQueryKey": "pqk-2",
        "invalidStaffIdList": ["gone"],
        "filteredStaffIdList": ["hidden"],
        "flowControlledStaffIdList": ["busy"],
    }
    dingtalk.answer(PRIVATE_SEND, saying(answer))
    sent = await api.send_to_people(("li", "gone"), title="提醒", markdown="水泥只剩 5 包")
    assert sent == PrivateSend(send_key="pqk-2", invalid=("gone", "hidden"), throttled=("busy",))
    [request] = dingtalk.asked(PRIVATE_SEND)
    assert request.body["userIds"] == ["li", "gone"]


@pytest.mark.parametrize("people", [0, 21])
async def test_a_private_message_goes_to_twenty_people_at_most(
    api: OpenApi, dingtalk: LocalDingTalk, people: int
) -> None:
    with pytest.raises(Refused):
        await api.send_to_people([f"p{nth}" for nth in range(people)], title="提醒", markdown="水泥")
    assert dingtalk.requests == []


async def test_one_token_serves_all_who_ask_at_once(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    await asyncio.gather(*(send(api) for _ in range(5)))
    assert len(dingtalk.asked(TOKEN)) == 1
    assert dingtalk.asked(TOKEN)[0].body == {"appKey": "dingrobot1", "appSecret": SECRET}


async def test_a_token_is_renewed_five_minutes_before_it_ends(
    api: OpenApi, dingtalk: LocalDingTalk, clock: HandClock
) -> None:
    await send(api)
    clock.now += 7200 - 301
    await send(api)
    clock.now += 1
    await send(api)
    tokens = [request.headers["x-acs-dingtalk-access-token"] for request in dingtalk.asked(GROUP_SEND)]
    assert tokens == ["token-1", "token-1", "token-2"]


async def test_a_rejected_token_is_renewed_once_and_the_call_repeated(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    dingtalk.answer(GROUP_SEND, NOT_VALID, saying({"processQueryKey": "pqk-9"}))
    assert await send(api) == "pqk-9"
    assert dingtalk.tokens == 2
    dingtalk.answer(GROUP_SEND, NOT_VALID)
    with pytest.raises(TokenRejected):
        await send(api)
    assert dingtalk.tokens == 3


async def test_a_wrong_secret_is_told_as_such(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    dingtalk.answer(TOKEN, saying({"code": "invalidClientIdOrSecret"}, status=400))
    with pytest.raises(CredentialsRefused):
        await send(api)


async def test_a_call_whose_token_could_not_be_fetched_was_surely_not_made(
    api: OpenApi, dingtalk: LocalDingTalk
) -> None:
    dingtalk.answer(TOKEN, saying({"code": "system.busy"}, status=500))
    with pytest.raises(Transient) as failure:
        await send(api)
    assert not failure.value.ambiguous


async def test_an_update_that_breaks_off_is_not_repeated_behind_our_back(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    async def breaks(request: Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.json_response({})

    dingtalk.answer(CARD, breaks, dingtalk.usually)
    with pytest.raises(Transient) as failure:
        await api.update_card({"outTrackId": "c"})
    assert failure.value.ambiguous
    assert len(dingtalk.asked(CARD)) == 1


async def test_what_was_never_sent_may_be_repeated_and_what_broke_off_only_with_care(
    api: OpenApi, dingtalk: LocalDingTalk, http: aiohttp.ClientSession, credentials: Credentials, clock: HandClock,
    units: Units,
) -> None:  # fmt: skip
    async def stalls(_: Request) -> web.StreamResponse:
        await asyncio.sleep(1.5)
        return web.json_response({})

    async def breaks(_: Request) -> web.StreamResponse:
        raise ConnectionResetError

    for answer in (stalls, breaks):
        dingtalk.answer(GROUP_SEND, answer)
        with pytest.raises(Transient) as failure:
            await send(api)
        assert failure.value.ambiguous
    nowhere = OpenApi(
        credentials=credentials,
        http=http,
        openapi_endpoint="http://127.0.0.1:1",
        oapi_endpoint="http://127.0.0.1:1",
        clock=clock,
        units=units,
        rate=Unhurried(),
    )
    with pytest.raises(Transient) as failure:
        await send(nowhere)
    assert not failure.value.ambiguous


async def test_a_throttled_api_rests_before_the_next_call(
    api: OpenApi, dingtalk: LocalDingTalk, turns: Unhurried, units: Units
) -> None:
    too_fast = saying({"code": "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"}, status=403)
    dingtalk.answer(GROUP_SEND, too_fast, saying({"processQueryKey": "k"}))
    with pytest.raises(Throttled):
        await send(api)
    assert units.used[Pool.API] == 0
    assert turns.rests == [(f"POST {GROUP_SEND}", 1)]
    await send(api)


async def test_units_are_counted_for_calls_that_dingtalk_charges(
    api: OpenApi, dingtalk: LocalDingTalk, units: Units
) -> None:
    await send(api)
    await api.user("li")
    await api.reply(f"{dingtalk.url}{WEBHOOK}?session=s1", title="好", markdown="好")
    assert units.used == {Pool.API: 1, Pool.STREAM: 1}


async def test_a_long_message_goes_out_in_pieces_in_order(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    markdown = "\n".join(f"- 材料{nth:03}：100 个" for nth in range(400))
    await api.send_to_group("cid1", title="库存", markdown=markdown)
    pieces = [json.loads(request.body["msgParam"])["text"] for request in dingtalk.asked(GROUP_SEND)]
    assert len(pieces) == 2
    assert "\n".join(pieces) == markdown


async def test_a_failure_after_the_first_piece_is_ambiguous(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    dingtalk.answer(
        GROUP_SEND, saying({"processQueryKey": "k"}), saying({"code": "contain.notAllowed.text"}, status=400)
    )
    with pytest.raises(Transient) as failure:
        await api.send_to_group("cid1", title="库存", markdown="长" * 4000)
    assert failure.value.ambiguous


async def test_a_title_beyond_all_measure_is_refused_before_it_is_sent(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    with pytest.raises(Refused):
        await api.send_to_group("cid1", title="长" * 6000, markdown="好")
    assert dingtalk.requests == []


async def test_a_reply_mentions_people_in_the_list_and_in_the_text(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    await api.reply(
        f"{dingtalk.url}{WEBHOOK}?session=a%2Bb", title="已登记", markdown="领水泥 20 包", at=("li", "li", "wang")
    )
    [request] = dingtalk.asked(WEBHOOK)
    assert request.query == {"session": "a+b"}
    assert "x-acs-dingtalk-access-token" not in request.headers
    assert request.body == {
        "msgtype": "markdown",
        "markdown": {"title": "已登记", "text": "领水泥 20 包\n\n@li @wang"},
        "at": {"atUserIds": ["li", "wang"], "isAtAll": False},
    }


async def test_a_webhook_that_has_run_out_says_so(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    dingtalk.answer(WEBHOOK, saying({"errcode": 300001, "errmsg": "session 不存在"}))
    with pytest.raises(SessionGone):
        await api.reply(f"{dingtalk.url}{WEBHOOK}?session=s1", title="好", markdown="好")


@pytest.mark.parametrize(
    "webhook",
    [
        "http://169.254.169.254/latest", "file:///etc/passwd", "https://dingtalk.com.evil.example/x", "not an address",
        "https://evildingtalk.com/x", "https://oapi.dingtalk.com@evil.example/x", "", "http://[::1",
    ],
)  # fmt: skip
async def test_only_addresses_of_dingtalk_are_called(api: OpenApi, dingtalk: LocalDingTalk, webhook: str) -> None:
    with pytest.raises(Refused):
        await api.reply(webhook, title="好", markdown="好")
    dingtalk.answer(DOWNLOAD, saying({"downloadUrl": webhook}))
    with pytest.raises(Refused):
        await api.download("dl-1")


async def test_a_file_is_fetched_in_two_steps(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    signed = f"{dingtalk.url}/files/1?Expires=1&Signature=a%2Fb%3D"
    raw_queries: list[str] = []

    async def file(request: Request) -> web.StreamResponse:
        raw_queries.append(request.query["Signature"])
        return web.Response(body=b"\x89PNG")

    dingtalk.answer(DOWNLOAD, saying({"downloadUrl": signed}))
    dingtalk.answer("/files/1", file)
    assert await api.download("dl-1") == b"\x89PNG"
    assert raw_queries == ["a/b="]
    assert dingtalk.asked(DOWNLOAD)[0].body == {"downloadCode": "dl-1", "robotCode": "dingrobot1"}


async def test_a_download_follows_no_redirect_and_takes_no_giant(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    dingtalk.answer(DOWNLOAD, saying({"downloadUrl": f"{dingtalk.url}/files/1"}))
    dingtalk.answer("/files/1", saying("", status=302, Location=f"{dingtalk.url}/elsewhere"))
    with pytest.raises(Refused):
        await api.download("dl-1")
    assert dingtalk.asked("/elsewhere") == []

    async def giant(_: Request) -> web.StreamResponse:
        return web.Response(body=bytes(20 * 1024 * 1024 + 1))

    dingtalk.answer("/files/1", giant)
    with pytest.raises(Refused) as refusal:
        await api.download("dl-1")
    assert refusal.value.code == "local.too_large"


@pytest.mark.parametrize(("status", "expected"), [(403, Refused), (404, Refused), (503, Transient)])
async def test_the_file_store_is_not_taken_for_the_api(
    api: OpenApi, dingtalk: LocalDingTalk, status: int, expected: type[Exception]
) -> None:
    dingtalk.answer(DOWNLOAD, saying({"downloadUrl": f"{dingtalk.url}/files/1"}))
    dingtalk.answer("/files/1", saying("<Error><Code>AccessDenied</Code></Error>", status=status))
    with pytest.raises(expected):
        await api.download("dl-1")


async def test_an_answer_is_never_sent_to_a_file_store(api: OpenApi) -> None:
    with pytest.raises(Refused):
        await api.reply("https://anybody.oss-cn-hangzhou.aliyuncs.com/x", title="好", markdown="好")


async def test_an_expired_download_code_is_refused(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    dingtalk.answer(DOWNLOAD, saying({"code": "invalidParameter.robotCode.downloadCode"}, status=400))
    with pytest.raises(Refused):
        await api.download("dl-1")


async def test_a_file_is_uploaded_and_sent_by_its_media_id(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    expired = saying({"errcode": 42001, "errmsg": "access_token已过期"})
    dingtalk.answer("/media/upload", expired, saying({"errcode": 0, "media_id": "@lMedia1"}))
    media_id = await api.upload(MediaKind.FILE, "十一月台账.xlsx", b"PK\x03\x04")
    assert media_id == "@lMedia1"
    first, second = dingtalk.asked("/media/upload")
    assert (first.query["access_token"], second.query["access_token"]) == ("token-1", "token-2")
    assert second.query["type"] == "file"
    assert second.body["media"] == ("十一月台账.xlsx", b"PK\x03\x04")
    await api.send_file_to_group("cid1", media_id=media_id, name="十一月台账.xlsx")
    await api.send_file_to_people(["li"], media_id=media_id, name="十一月台账.xlsx")
    for path in (GROUP_SEND, PRIVATE_SEND):
        [request] = dingtalk.asked(path)
        assert request.body["msgKey"] == "sampleFile"
        param = {"mediaId": "@lMedia1", "fileName": "十一月台账.xlsx", "fileType": "xlsx"}
        assert json.loads(request.body["msgParam"]) == param


@pytest.mark.parametrize(
    ("kind", "name", "data"),
    [
        (MediaKind.FILE, "a.csv", b"1"),
        (MediaKind.FILE, "a.xlsx", b""),
        (MediaKind.FILE, "a.xlsx", bytes(20 * 1024 * 1024 + 1)),
        (MediaKind.IMAGE, "a.svg", b"<svg>"),
        (MediaKind.FILE, "a" * 200 + ".xlsx", b"1"),
    ],
)
async def test_what_dingtalk_would_not_take_is_not_uploaded(
    api: OpenApi, dingtalk: LocalDingTalk, kind: MediaKind, name: str, data: bytes
) -> None:
    with pytest.raises(Refused):
        await api.upload(kind, name, data)
    assert dingtalk.requests == []


async def test_a_colleague_is_looked_up_whatever_the_types(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    result = {
        "userid": "li", "unionid": "u1", "name": "小李", "title": "材料员", "active": "true", "admin": False,
        "dept_id_list": [11, "12"], "role_list": [{"id": 1, "name": "仓管员"}], "manager_userid": "wang",
    }  # fmt: skip
    dingtalk.answer("/topapi/v2/user/get", saying({"errcode": 0, "result": result}))
    colleague = await api.user("li")
    assert (colleague.id, colleague.name, colleague.manager) == ("li", "小李", "wang")
    assert (colleague.is_active, colleague.is_admin) == (True, False)
    assert (colleague.departments, colleague.roles) == (("11", "12"), ("仓管员",))
    dingtalk.answer("/topapi/v2/user/get", saying({"errcode": 60121, "errmsg": "找不到该用户"}))
    with pytest.raises(Refused):
        await api.user("nobody")


async def test_a_card_is_created_and_its_carriers_returned(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    dingtalk.answer(CREATE, saying(delivered(("cid1", True))))
    call = MARKDOWN_BUTTON.create(PICTURE, card="c", place=CardPlace(conversation="cid1"), robot_code="dingrobot1")
    assert await api.create_card(call) == {"cid1": "pqk-cid1"}
    assert dingtalk.asked(CREATE)[0].body == call.create
    assert dingtalk.asked(CARD) == []


async def test_the_ai_card_takes_two_calls(api: OpenApi, dingtalk: LocalDingTalk, units: Units) -> None:
    dingtalk.answer(CREATE, saying(delivered(("li", True))))
    call = AI.create(PICTURE, card="c", place=CardPlace(people=("li",)), robot_code="dingrobot1")
    await api.create_card(call)
    [fill] = dingtalk.asked(CARD)
    assert (fill.method, fill.body) == ("PUT", call.fill)
    assert units.used[Pool.API] == 2


async def test_a_card_that_exists_already_is_a_success_and_still_filled(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    dingtalk.answer(CREATE, saying({"code": "param.cardAlreadyExist"}, status=400))
    call = AI.create(PICTURE, card="c", place=CardPlace(people=("li",)), robot_code="dingrobot1")
    assert await api.create_card(call) == {}
    assert len(dingtalk.asked(CARD)) == 1


async def test_a_card_that_one_space_does_not_show_is_delivered_there_once_more(
    api: OpenApi, dingtalk: LocalDingTalk
) -> None:
    dingtalk.answer(CREATE, saying(delivered(("wang", True), ("li", False))))
    repaired = {"success": True, "result": [{"spaceId": "li", "success": True, "carrierId": "pqk-li"}]}
    dingtalk.answer(DELIVER, saying(repaired))
    call = MARKDOWN_BUTTON.create(PICTURE, card="c", place=CardPlace(people=("wang", "li")), robot_code="r")
    assert await api.create_card(call) == {"wang": "pqk-wang", "li": "pqk-li"}
    assert dingtalk.asked(DELIVER)[0].body["openSpaceId"] == "dtv1.card//IM_ROBOT.li"


@pytest.mark.parametrize(
    "again",
    [saying({"result": [{"spaceId": "li", "success": False}]}), saying({"code": "system.busy"}, status=500)],
)
async def test_a_card_that_stays_unseen_is_told_and_not_taken_for_done(
    api: OpenApi, dingtalk: LocalDingTalk, again: Any
) -> None:
    dingtalk.answer(CREATE, saying(delivered(("wang", True), ("li", False))))
    dingtalk.answer(DELIVER, again)
    call = AI.create(PICTURE, card="c", place=CardPlace(people=("wang", "li")), robot_code="r")
    with pytest.raises(CardNotDelivered) as failure:
        await api.create_card(call)
    assert failure.value.failed == ("li",)
    assert failure.value.delivered == {"wang": "pqk-wang"}
    assert len(dingtalk.asked(CARD)) == 1  # Wang's card is filled all the same.


async def test_an_update_that_did_not_happen_is_no_success(api: OpenApi, dingtalk: LocalDingTalk) -> None:
    dingtalk.answer(CARD, saying({"success": False}))
    with pytest.raises(Transient):
        await api.update_card(MARKDOWN_BUTTON.update(PICTURE, card="c"))


async def test_no_log_line_holds_a_token_a_secret_or_a_webhook(
    api: OpenApi, dingtalk: LocalDingTalk, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks(_: Request) -> web.StreamResponse:
        raise ConnectionResetError

    caplog.set_level(logging.DEBUG, logger="bot")
    for path in (GROUP_SEND, WEBHOOK, "/media/upload", "/topapi/v2/user/get"):
        dingtalk.answer(path, breaks)
    for call in (
        send(api),
        api.reply(f"{dingtalk.url}{WEBHOOK}?session=private-session", title="好", markdown="好"),
        api.upload(MediaKind.FILE, "a.xlsx", b"1"),
        api.user("li"),
    ):
        with pytest.raises(Transient) as failure:
            await call
        assert "private-session" not in f"{failure.value}{failure.value.__cause__}"
    assert caplog.records
    for secret in ("token-1", SECRET, "private-session"):
        assert secret not in caplog.text
    assert SECRET not in repr(Credentials(client_id="a", client_secret=SECRET, robot_code="a"))
