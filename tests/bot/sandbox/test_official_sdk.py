"""The unmodified official SDK as the robot."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import dingtalk_stream
import pytest

from bot.sandbox.app import LocalDingTalk
from tests.bot.sandbox.conftest import CARD_TOPIC, GROUP, FakeRobot, until

FULL = json.dumps({"msgButtons": [{"text": "同意", "color": "blue", "id": "approve", "request": True}]})


class Chatbot(dingtalk_stream.ChatbotHandler):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[dingtalk_stream.ChatbotMessage] = []

    async def process(self, callback: Any) -> tuple[int, str]:
        self.heard.append(dingtalk_stream.ChatbotMessage.from_dict(callback.data))
        return dingtalk_stream.AckMessage.STATUS_OK, "OK"


class Presses(dingtalk_stream.CallbackHandler):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[dict[str, Any]] = []

    async def process(self, callback: Any) -> tuple[int, object]:
        self.heard.append(callback.data)
        answer = {
            "cardUpdateOptions": {"updateCardDataByKey": True},
            "cardData": {"cardParamMap": {"tips": "你已同意", "sys_full_json_obj": "{}"}},
        }
        return dingtalk_stream.AckMessage.STATUS_OK, answer


@asynccontextmanager
async def running(client: dingtalk_stream.DingTalkStreamClient) -> AsyncIterator[None]:
    """In a thread with a loop of its own, because the SDK opens its connection with a blocking call."""
    loop = asyncio.new_event_loop()
    tasks: list[asyncio.Task[None]] = []

    def run() -> None:
        asyncio.set_event_loop(loop)
        tasks.append(loop.create_task(client.start()))
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(tasks[0])
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.05))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield
    # The SDK swallows the first cancellation and sleeps; only one that comes during that sleep ends it.
    while thread.is_alive():
        loop.call_soon_threadsafe(tasks[0].cancel)
        await asyncio.to_thread(thread.join, 0.5)  # the sandbox says goodbye in this loop meanwhile


async def test_the_official_sdk_hears_acks_and_answers_presses(
    dingtalk: LocalDingTalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    open_api = f"{dingtalk.url}/v1.0/gateway/connections/open"
    monkeypatch.setattr(dingtalk_stream.DingTalkStreamClient, "OPEN_CONNECTION_API", open_api)
    client = dingtalk_stream.DingTalkStreamClient(dingtalk_stream.Credential("sandbox-robot", "sandbox-secret"))
    chatbot, presses = Chatbot(), Presses()
    client.register_callback_handler(dingtalk_stream.ChatbotMessage.TOPIC, chatbot)
    client.register_callback_handler(CARD_TOPIC, presses)
    async with running(client):
        await until(lambda: bool(dingtalk.gateway.connections))
        said = dingtalk.say("u-li", GROUP, "申购 42.5水泥 200包")
        await until(lambda: dingtalk.messages("u-li", GROUP)[0]["delivery"] == "acked")
        heard = chatbot.heard[0]
        assert heard.text.content == " 申购 42.5水泥 200包"
        assert (heard.message_id, heard.sender_staff_id, heard.sender_nick) == (said["id"], "u-li", "李工")
        assert (heard.conversation_id, heard.conversation_type, heard.is_in_at_list) == (GROUP, "2", True)

        async with aiohttp.ClientSession() as http:
            robot = FakeRobot(dingtalk.url, http)
            await robot.sign_in()
            assert (await robot.create_card())[0] == 200
            assert await dingtalk.press("u-boss", "card-1", "approve") == {"ok": True}
            press = presses.heard[0]
            assert (press["userId"], press["outTrackId"], press["spaceId"]) == ("u-boss", "card-1", GROUP)
            assert json.loads(press["content"])["cardPrivateData"]["params"] == {"id": "approve"}
            assert card_of(dingtalk, "u-boss")["tips"] == "你已同意"
            assert card_of(dingtalk, "u-boss")["buttons"] == []
            assert card_of(dingtalk, "u-li")["tips"] == ""
            assert [b["id"] for b in card_of(dingtalk, "u-li")["buttons"]] == ["approve"]

            settled = {"title": "已同意", "markdown": "周经理", "sys_full_json_obj": "{}"}
            body = {"outTrackId": "card-1", "cardData": {"cardParamMap": settled}}
            assert await robot.call("PUT", "/v1.0/card/instances", body) == (200, {"success": True, "result": True})
        for person in ("u-boss", "u-li"):
            assert card_of(dingtalk, person)["title"] == "已同意"
            assert card_of(dingtalk, person)["buttons"] == []


def card_of(dingtalk: LocalDingTalk, person: str) -> dict[str, Any]:
    card = dingtalk.messages(person, GROUP)[-1]["card"]
    assert isinstance(card, dict)
    return card
