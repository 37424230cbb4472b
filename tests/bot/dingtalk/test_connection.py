"""The standing connection, against a gateway in this process that behaves as badly as the real one can."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from bot.dingtalk.acks import AckData, card_ack, plain_ack
from bot.dingtalk.backoff import Backoff
from bot.dingtalk.connection import ConnectionLimits, StreamConnection
from bot.dingtalk.frames import Received
from tests.bot.dingtalk.local_dingtalk import (
    QUICK,
    SECRET,
    TICKET,
    Connect,
    LocalDingTalk,
    Request,
    saying,
    story_frame,
    system_frame,
    until,
)

OPEN = "/v1.0/gateway/connections/open"


class Inbox:
    """Receives as the robot does: keeps what came, answers with the usual acknowledgement, as slowly as it is told."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.received: list[Received] = []
        self.finished: list[str] = []
        self.seconds = seconds
        self.at_once = 0
        self.at_once_max = 0

    async def __call__(self, received: Received) -> AckData:
        self.received.append(received)
        self.at_once += 1
        self.at_once_max = max(self.at_once_max, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.at_once -= 1
        self.finished.append(received.key)
        return plain_ack(received.kind)


def answered(ack: dict[str, Any]) -> Any:
    return json.loads(ack["data"])


async def test_a_connection_is_opened_as_dingtalk_asks(connect: Connect, dingtalk: LocalDingTalk) -> None:
    connection = connect(Inbox())
    await until(lambda: dingtalk.sockets)
    [request] = dingtalk.asked(OPEN)
    assert request.headers["Accept"] == "application/json"
    assert request.body == {
        "clientId": "dingrobot1",
        "clientSecret": SECRET,
        "subscriptions": [
            {"type": "EVENT", "topic": "*"},
            {"type": "CALLBACK", "topic": "/v1.0/im/bot/messages/get"},
            {"type": "CALLBACK", "topic": "/v1.0/card/instances/callback"},
        ],
        "ua": "dingtalk-sdk-python/v0.24.3-union",
        "localIp": "",
    }
    await until(lambda: connection.state.connected)
    assert f"used {TICKET}0" in dingtalk.tickets
    assert connection.state.reconnects == 0
    assert connection.state.last_error == ""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("text-group", {"response": None}),
        ("press-built-in", {"response": {}}),
        ("event-approval-finished", {"status": "SUCCESS", "message": "ok"}),
    ],
)
async def test_a_frame_is_received_and_acknowledged(
    connect: Connect, dingtalk: LocalDingTalk, name: str, data: dict[str, Any]
) -> None:
    inbox = Inbox()
    connect(inbox)
    await until(lambda: dingtalk.sockets)
    raw = story_frame(name, message_id="push-7")
    await dingtalk.sockets[0].push(raw)
    await until(lambda: dingtalk.sockets[0].acks)
    [received] = inbox.received
    assert received.raw == raw
    assert received.message is not None
    [ack] = dingtalk.sockets[0].acks
    assert answered(ack) == data
    assert ack["code"] == 200
    assert ack["message"] == "OK"
    assert ack["headers"] == {"contentType": "application/json", "messageId": "push-7"}


async def test_the_answer_to_a_press_may_carry_a_picture(connect: Connect, dingtalk: LocalDingTalk) -> None:
    async def receive(_: Received) -> AckData:
        return card_ack({"title": "已同意"})

    connect(receive)
    await until(lambda: dingtalk.sockets)
    await dingtalk.sockets[0].push(story_frame("press-built-in"))
    await until(lambda: dingtalk.sockets[0].acks)
    assert answered(dingtalk.sockets[0].acks[0])["response"]["cardData"] == {"cardParamMap": {"title": "已同意"}}


async def test_a_ping_is_answered_with_what_it_carried(connect: Connect, dingtalk: LocalDingTalk) -> None:
    connect(Inbox())
    await until(lambda: dingtalk.sockets)
    await dingtalk.sockets[0].push(system_frame("ping", {"opaque": "o-1"}))
    await until(lambda: dingtalk.sockets[0].acks)
    assert answered(dingtalk.sockets[0].acks[0]) == {"opaque": "o-1"}
    assert dingtalk.sockets[0].acked() == ["ping-1"]


async def test_no_garbage_kills_the_connection(connect: Connect, dingtalk: LocalDingTalk) -> None:
    inbox = Inbox()
    connection = connect(inbox)
    await until(lambda: dingtalk.sockets)
    socket = dingtalk.sockets[0]
    headers = {"topic": "/v1.0/im/bot/messages/get", "messageId": "broken", "time": "not a number"}
    for garbage in ("not JSON", "[]", "[" * 50_000, "{}", '{"type": "NEW"}', '{"type": "SYSTEM"}', '{"type": []}'):
        await socket.push(garbage)
    await socket.push(json.dumps({"type": "CALLBACK", "headers": headers, "data": "{broken"}))
    await socket.push(story_frame("text-group"))
    await until(lambda: len(socket.acks) == 2)
    assert sorted(socket.acked()) == ["broken", "push-1"]
    assert sorted(received.fault or "" for received in inbox.received) == ["", "data is not a JSON object"]
    assert connection.state.connected
    assert len(dingtalk.sockets) == 1


async def test_what_could_not_be_stored_is_not_acknowledged(
    connect: Connect, dingtalk: LocalDingTalk, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Inbox()

    async def receive(received: Received) -> AckData:
        if received.kind == "message":
            raise OSError("disk full")
        return await inbox(received)

    connect(receive)
    await until(lambda: dingtalk.sockets)
    await dingtalk.sockets[0].push(story_frame("text-group", message_id="lost"))
    await dingtalk.sockets[0].push(story_frame("press-built-in", message_id="kept"))
    await until(lambda: dingtalk.sockets[0].acks)
    assert dingtalk.sockets[0].acked() == ["kept"]
    assert "disk full" in caplog.text
    assert "Traceback" in caplog.text


async def test_a_handler_that_never_ends_is_given_up_without_an_acknowledgement(
    connect: Connect, dingtalk: LocalDingTalk
) -> None:
    inbox = Inbox(seconds=60)
    connect(inbox, limits=replace(QUICK, handler_seconds=0.05))
    await until(lambda: dingtalk.sockets)
    await dingtalk.sockets[0].push(story_frame("text-group"))
    await until(lambda: inbox.received)
    await until(lambda: not inbox.at_once)
    assert dingtalk.sockets[0].acks == []


async def test_the_new_connection_is_open_before_the_old_one_closes(connect: Connect, dingtalk: LocalDingTalk) -> None:
    inbox = Inbox(seconds=0.3)
    connection = connect(inbox)
    await until(lambda: dingtalk.sockets)
    old = dingtalk.sockets[0]
    await old.push(story_frame("text-group", message_id="slow"))
    await old.push(system_frame("disconnect", {"reason": "connection is expired"}))
    await until(lambda: len(dingtalk.sockets) == 2)
    assert not old.closed.is_set()
    await until(lambda: connection.state.connected)
    new = dingtalk.sockets[1]
    await new.push(story_frame("press-built-in", message_id="on-new"))
    await until(lambda: new.acks)
    await until(old.closed.is_set)
    assert old.acked() == ["slow"]
    assert new.acked() == ["on-new"]
    assert connection.state.reconnects == 1
    assert connection.state.last_error == ""
    assert len(dingtalk.asked(OPEN)) == 2


async def test_with_the_limits_as_they_ship_a_moved_connection_is_back_within_three_seconds(
    connect: Connect, dingtalk: LocalDingTalk
) -> None:
    connect(Inbox(), limits=ConnectionLimits())
    await until(lambda: dingtalk.sockets)
    told_at = time.monotonic()
    await dingtalk.sockets[0].push(system_frame("disconnect", {"reason": "connection is expired"}))
    await until(lambda: len(dingtalk.sockets) == 2)
    assert time.monotonic() - told_at < 3
    assert not dingtalk.sockets[0].closed.is_set()


async def test_with_the_limits_as_they_ship_a_silent_socket_is_replaced_after_ninety_seconds(
    connect: Connect, dingtalk: LocalDingTalk
) -> None:
    passed = 0.0
    dingtalk.is_mute = True
    connection = connect(Inbox(), limits=ConnectionLimits(), monotonic=lambda: time.monotonic() + passed)
    await until(lambda: connection.state.connected)
    passed = 80.0
    await asyncio.sleep(1.2)  # the watch looks every second
    assert connection.state.reconnects == 0
    passed = 90.0
    await until(lambda: len(dingtalk.sockets) == 2)


async def test_every_link_has_a_ticket_of_its_own(connect: Connect, dingtalk: LocalDingTalk) -> None:
    connect(Inbox())
    for nth in range(1, 5):
        await until(lambda nth=nth: len(dingtalk.sockets) == nth)
        dingtalk.sockets[-1].cut()
    await until(lambda: len(dingtalk.sockets) == 5)
    tickets = [socket.request.query["ticket"] for socket in dingtalk.sockets]
    assert len(set(tickets)) == 5
    assert len(dingtalk.asked(OPEN)) == 5


async def test_the_last_frames_of_an_expiring_connection_are_still_taken(
    connect: Connect, dingtalk: LocalDingTalk
) -> None:
    async def slow_open(request: Request) -> web.StreamResponse:
        await asyncio.sleep(0.2)
        return dingtalk.usual(request)

    connect(Inbox())
    await until(lambda: dingtalk.sockets)
    old = dingtalk.sockets[0]
    dingtalk.answer(OPEN, slow_open)
    await old.push(system_frame("disconnect", {"reason": "connection is expired"}))
    await old.push(story_frame("text-group", message_id="late"))
    await until(lambda: old.acks)
    assert old.acked() == ["late"]
    await until(lambda: len(dingtalk.sockets) == 2)


async def test_after_a_drop_the_running_handlers_finish(connect: Connect, dingtalk: LocalDingTalk) -> None:
    inbox = Inbox(seconds=0.2)
    connection = connect(inbox)
    await until(lambda: dingtalk.sockets)
    await dingtalk.sockets[0].push(story_frame("text-group"))
    await until(lambda: inbox.received)
    dingtalk.sockets[0].cut()
    await until(lambda: len(dingtalk.sockets) == 2)
    await until(lambda: inbox.finished)
    assert dingtalk.sockets[1].acks == []
    assert "broken off" in connection.state.last_error


async def test_a_clean_close_leads_to_a_new_connection_after_a_wait(connect: Connect, dingtalk: LocalDingTalk) -> None:
    connect(Inbox(), limits=replace(QUICK, backoff_seconds_min=0.1, stable_seconds=60))
    for nth in (1, 2):
        await until(lambda nth=nth: len(dingtalk.sockets) == nth)
        closed_at = time.monotonic()
        await dingtalk.sockets[-1].ws.close(code=1000)
        await until(lambda nth=nth: len(dingtalk.sockets) == nth + 1)
        assert time.monotonic() - closed_at >= 0.05


async def test_a_silent_socket_is_replaced(connect: Connect, dingtalk: LocalDingTalk) -> None:
    dingtalk.is_mute = True
    connection = connect(Inbox(), limits=replace(QUICK, silence_seconds=0.15))
    await until(lambda: len(dingtalk.sockets) == 2)
    await until(dingtalk.sockets[0].closed.is_set)
    assert "no frame for" in connection.state.last_error


async def test_pings_keep_a_quiet_connection_alive(connect: Connect, dingtalk: LocalDingTalk) -> None:
    connection = connect(Inbox(), limits=replace(QUICK, silence_seconds=0.3))
    await until(lambda: dingtalk.sockets)
    for _ in range(8):
        await dingtalk.sockets[0].push(system_frame("ping", {"opaque": "o"}))
        await asyncio.sleep(0.08)
    assert len(dingtalk.sockets) == 1
    age = connection.state.last_frame_age
    assert age is not None
    assert age < 0.3


async def test_a_machine_that_slept_reconnects(connect: Connect, dingtalk: LocalDingTalk) -> None:
    slept = 0.0
    connect(Inbox(), wall=lambda: time.time() + slept)
    await until(lambda: dingtalk.sockets)
    await asyncio.sleep(0.05)
    slept = 3600.0
    await until(lambda: len(dingtalk.sockets) == 2)


async def test_refused_credentials_are_told_plainly_and_tried_again_slowly(
    connect: Connect, dingtalk: LocalDingTalk, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = saying({"code": "authFailed", "message": "鉴权失败", "requestid": "R"}, status=401)
    dingtalk.answer(OPEN, refusal, refusal, dingtalk.usually)
    connection = connect(Inbox())
    await until(lambda: "DINGTALK_CLIENT_SECRET" in connection.state.last_error)
    assert not connection.state.connected
    await asyncio.sleep(0.1)
    assert len(dingtalk.asked(OPEN)) == 1
    await until(lambda: connection.state.connected)
    assert [record.levelno for record in caplog.records].count(logging.ERROR) == 1
    assert SECRET not in caplog.text


async def test_a_gateway_that_fails_is_asked_again_and_the_log_stays_short(
    connect: Connect, dingtalk: LocalDingTalk, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(nth: int) -> Any:
        return saying({"code": "system.busy", "requestid": f"R{nth}"}, status=503)

    dingtalk.answer(OPEN, *(failing(nth) for nth in range(4)), saying("<html>"), saying({}), dingtalk.usually)
    connection = connect(Inbox())
    await until(lambda: connection.state.connected)
    assert len(dingtalk.asked(OPEN)) == 7
    assert caplog.text.count("system.busy") == 1


async def test_a_stalled_gateway_does_not_stall_the_robot(connect: Connect, dingtalk: LocalDingTalk) -> None:
    async def stalls(_: Request) -> web.StreamResponse:
        await asyncio.sleep(1)
        return web.json_response({})

    dingtalk.answer(OPEN, stalls, dingtalk.usually)
    connection = connect(Inbox(), limits=replace(QUICK, open_seconds=0.1))
    await until(lambda: connection.state.connected)
    assert len(dingtalk.asked(OPEN)) == 2


async def test_a_refused_handshake_is_tried_again_with_a_fresh_ticket_and_tells_no_ticket(
    connect: Connect, dingtalk: LocalDingTalk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stale = {"endpoint": f"{dingtalk.url.replace('http', 'ws')}/connect", "ticket": "stale-ticket"}
    unreachable = {"endpoint": "ws://127.0.0.1:1/connect", "ticket": "stale-ticket"}
    malformed = {"endpoint": "ws://", "ticket": "stale-ticket"}
    dingtalk.answer(OPEN, saying(stale), saying(unreachable), saying(malformed), dingtalk.usually)
    connection = connect(Inbox())
    await until(lambda: connection.state.connected)
    await dingtalk.sockets[0].push(story_frame("text-group"))
    await until(lambda: dingtalk.sockets[0].acks)
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp"))
    assert "HTTP 401" in ours
    assert not any(secret in ours for secret in ("stale-ticket", "7724109a", SECRET))


async def test_no_more_handlers_run_at_once_than_allowed(connect: Connect, dingtalk: LocalDingTalk) -> None:
    inbox = Inbox(seconds=0.01)
    connect(inbox, limits=replace(QUICK, handlers_max=3))
    await until(lambda: dingtalk.sockets)
    for nth in range(30):
        await dingtalk.sockets[0].push(story_frame("text-group", message_id=f"push-{nth}"))
    await until(lambda: len(dingtalk.sockets[0].acks) == 30)
    assert inbox.at_once_max == 3


async def test_stopping_under_load_finishes_what_was_taken_within_seconds(
    connect: Connect, dingtalk: LocalDingTalk
) -> None:
    inbox = Inbox(seconds=0.1)
    connection = connect(inbox, limits=replace(QUICK, handlers_max=5))
    await until(lambda: dingtalk.sockets)
    socket = dingtalk.sockets[0]

    async def load() -> None:
        for nth in range(10_000):
            if socket.ws.closed:
                return
            await socket.push(story_frame("text-group", message_id=f"push-{nth}"))
            await asyncio.sleep(0)

    loading = asyncio.create_task(load())
    await until(lambda: len(socket.acks) > 5)
    began = time.monotonic()
    await connection.stop()
    assert time.monotonic() - began < 1.5
    assert not connection.state.connected
    assert len(inbox.received) == len(inbox.finished)
    await until(lambda: len(socket.acks) == len(inbox.finished))
    taken = len(inbox.received)
    await asyncio.sleep(0.05)
    assert len(inbox.received) == taken
    loading.cancel()


async def test_stopping_does_not_wait_for_ever_for_a_handler(connect: Connect, dingtalk: LocalDingTalk) -> None:
    inbox = Inbox(seconds=60)
    connection = connect(inbox, limits=replace(QUICK, drain_seconds=0.1, handler_seconds=60))
    await until(lambda: dingtalk.sockets)
    await dingtalk.sockets[0].push(story_frame("text-group"))
    await until(lambda: inbox.received)
    began = time.monotonic()
    await connection.stop()
    assert time.monotonic() - began < 1
    assert inbox.at_once == 0
    assert dingtalk.sockets[0].acks == []


@pytest.mark.parametrize("trouble", ["stalled", "refused", "failing", "none"])
async def test_it_can_be_stopped_at_any_moment(connect: Connect, dingtalk: LocalDingTalk, trouble: str) -> None:
    async def stalls(_: Request) -> web.StreamResponse:
        await asyncio.sleep(1)
        return web.json_response({})

    answers = {
        "stalled": stalls,
        "refused": saying({"code": "authFailed"}, status=401),
        "failing": saying({"code": "system.busy"}, status=503),
        "none": dingtalk.usually,
    }
    dingtalk.answer(OPEN, answers[trouble])
    connection = connect(Inbox(), limits=replace(QUICK, refused_seconds=60, backoff_seconds_min=60, open_seconds=60))
    await until(lambda: dingtalk.asked(OPEN))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(1):
        await connection.stop()
        await connection.stop()


async def test_what_never_ran_is_stopped_at_once(connect: Connect, dingtalk: LocalDingTalk) -> None:
    connection = connect(Inbox())
    async with asyncio.timeout(1):
        await connection.stop()
    await asyncio.sleep(0.05)
    assert dingtalk.sockets == []


async def test_one_cancellation_ends_it(
    dingtalk: LocalDingTalk, make_connection: Callable[..., StreamConnection]
) -> None:
    inbox = Inbox(seconds=60)
    running = asyncio.create_task(make_connection(inbox).run())
    await until(lambda: dingtalk.sockets)
    await dingtalk.sockets[0].push(story_frame("text-group"))
    await until(lambda: inbox.received)
    running.cancel()
    async with asyncio.timeout(1):
        with pytest.raises(asyncio.CancelledError):
            await running
    assert inbox.at_once == 0
    await until(dingtalk.sockets[0].closed.is_set)


def test_waits_double_up_to_the_longest_and_are_shortened_by_chance() -> None:
    longest = Backoff(1, 60, chance=lambda: 1.0)
    assert [longest.next() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    longest.reset()
    assert longest.next() == 1
    shortest = Backoff(1, 60, chance=lambda: 0.0)
    assert [shortest.next() for _ in range(3)] == [0.5, 1, 2]
    assert 0.5 <= Backoff(1, 60).next() <= 1
