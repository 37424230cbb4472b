"""The month in the local DingTalk, and the robot that takes over its book."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.logs import Secrets
from bot.practice.month import tell
from bot.practice.month.transcript import PRIVATE, Said, Told
from bot.program import Robot
from bot.sandbox.app import CLIENT_ID, CLIENT_SECRET, LocalDingTalk
from bot.settings import read_settings
from tests.bot.practice.month.living import DEMO, P01, P02, THURSDAY, Lived, company, live
from tests.stories.chat import until

CONNECT_SECONDS_MAX = 20


@pytest.fixture
def local(fortnight: Lived) -> LocalDingTalk:
    found = LocalDingTalk(company(), now=lambda: THURSDAY)
    tell(fortnight.month, found)
    return found


def _texts(local: LocalDingTalk, person: str, chat: str) -> list[str]:
    return [str(message["text"]) for message in local.messages(person, chat)]


def test_everybody_reads_in_the_groups_what_was_said_and_answered_there(local: LocalDingTalk, fortnight: Lived) -> None:
    for group in (P01, P02):
        lines = [
            x
            for x in fortnight.month.lines
            if (x.conversation if isinstance(x, Said) else x.message.route.conversation) == group
        ]
        shown = local.messages("u-shenrong", group)
        assert len(shown) == len(lines)
        for line, message in zip(lines, shown, strict=True):
            assert datetime.fromisoformat(str(message["at"])) == line.at
            said = line.words if isinstance(line, Said) else line.message.markdown
            assert str(message["text"]).startswith(said)


def test_private_chats_hold_their_own_and_nobody_elses(local: LocalDingTalk, fortnight: Lived) -> None:
    for person in ("u-hewei", "u-xujing", "u-caobin", "u-shenrong"):
        expected = [
            x
            for x in fortnight.month.lines
            if (isinstance(x, Said) and x.conversation == PRIVATE and x.person == person)
            or (
                isinstance(x, Told)
                and not x.message.route.conversation
                and person in x.message.route.people
                and (x.message.card is None or x.message.card.opens)
            )
        ]
        assert len(local.messages(person, "private")) == len(expected) > 0


def test_cards_stand_as_they_were_last_drawn(local: LocalDingTalk, fortnight: Lived) -> None:
    last: dict[str, Any] = {}
    for line in fortnight.month.lines:
        if isinstance(line, Told) and line.message.card:
            last[line.message.card.card] = line.message.card
    assert len(last) > 20
    for track, picture in last.items():
        card = local.rooms.cards.find(track)
        assert card is not None
        assert card.calls_back
        assert card.seen_by("u-hewei")["markdown"] == picture.markdown
    open_ones = [p for p in last.values() if p.buttons]
    assert {p.subject.replace("\x1f", ":").split(":")[0] for p in open_ones} == {"approval", "low"}


def test_an_answer_by_webhook_mentions_who_asked_and_has_no_send_key(fortnight: Lived) -> None:
    """The months of the story go by send key, because the frames themselves draw on the webhook's pool."""
    answer = next(x for x in fortnight.month.lines if isinstance(x, Told) and "已领料" in x.message.markdown)
    assert answer.send_key
    local = LocalDingTalk(company(), now=lambda: THURSDAY)
    tell(replace(fortnight.month, lines=(answer, replace(answer, send_key=""))), local)
    by_key, by_webhook = local.messages("u-majun", P01)
    assert (by_key["mentions"], by_key["process_query_key"]) == ([], answer.send_key)
    assert by_webhook["mentions"] == list(answer.message.route.people)
    assert "process_query_key" not in by_webhook
    assert str(by_webhook["text"]).startswith(f"{answer.message.markdown}\n\n@")


def test_what_was_sent_by_key_is_known_by_that_key_in_the_book(local: LocalDingTalk, fortnight: Lived) -> None:
    """A reply that quotes an order of last week finds its number."""
    numbers = {r["send_key"]: r["number"] for r in fortnight.rows("SELECT send_key, number FROM outbox")}
    placed = [m for m in local.messages("u-caobin", P01) if "已下单" in str(m["text"])]
    assert placed
    for message in placed:
        assert numbers[str(message["process_query_key"])] in str(message["text"])


def test_a_quoting_reply_points_at_the_message_it_quotes(local: LocalDingTalk, fortnight: Lived) -> None:
    quoting = [x for x in fortnight.month.lines if isinstance(x, Said) and x.quote]
    shown = {m["id"]: m for chat in (P01, P02) for m in local.messages("u-shenrong", chat)}
    replies = [m for m in shown.values() if "quote" in m]
    assert len(replies) == len(quoting)
    assert all("已下单" in str(shown[m["quote"]]["text"]) for m in replies)


def test_only_those_who_have_something_new_find_unread_marks(local: LocalDingTalk) -> None:
    talk, world = local.rooms.talk, local.rooms.world
    unread = Counter[str]()
    for person in world.people.values():
        for conversation in world.conversations_of(person):
            unread[person.id] += talk.unread(person, conversation)
    assert {person for person, count in unread.items() if count} == {
        "u-hewei",
        "u-caobin",
        "u-xujing",
        "u-shenrong",
        "u-pengfang",
    }
    assert 1 <= talk.unread(world.people["u-caobin"], world.people["u-caobin"].private_chat) <= 3
    assert 1 <= talk.unread(world.people["u-hewei"], world.people["u-hewei"].private_chat) <= 12


def test_the_months_units_are_those_that_the_robot_counted(local: LocalDingTalk, fortnight: Lived) -> None:
    counted = {(r["month"], r["pool"]): r["units"] for r in fortnight.rows("SELECT * FROM usage")}
    units = local.units_json()
    for pool in ("api", "stream"):
        shown = units[pool]
        assert isinstance(shown, dict)
        assert shown["used"] == counted["2026-11", pool] > 50


@pytest.fixture
async def company_at_work(tmp_path: Path) -> AsyncIterator[LocalDingTalk]:
    """A fortnight of its own, and a robot started on its book while the clock stands on Thursday morning."""
    lived = live(tmp_path, seed=7, span=10)
    local = LocalDingTalk(company(), now=lambda: THURSDAY)
    local.clock.freeze(THURSDAY)
    tell(lived.month, local)
    url = await local.start(port=0)
    settings = {
        "DINGTALK_CLIENT_ID": CLIENT_ID,
        "DINGTALK_CLIENT_SECRET": CLIENT_SECRET,
        "DINGTALK_OPENAPI_ENDPOINT": url,
        "DINGTALK_OAPI_ENDPOINT": url,
        "DATABASE_URL": f"sqlite:///{lived.path}",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": "0",
        "COMPANY_FILE": str(DEMO),
        "SANDBOX_CLOCK_URL": f"{url}/sandbox/clock",
    }
    robot = Robot(read_settings(settings, directory=tmp_path), Secrets())
    await robot.start()
    assert await robot.wait_connected(CONNECT_SECONDS_MAX)
    yield local
    await robot.stop()
    await local.stop()


async def test_the_robot_sends_nothing_of_the_past_again_and_the_waiting_card_can_be_pressed(
    company_at_work: LocalDingTalk,
) -> None:
    local = company_at_work
    before = {chat: len(local.messages("u-hewei", chat)) for chat in (P01, "private")}
    asked = len(local.messages("u-xujing", "private"))
    waiting = [m for m in local.messages("u-hewei", "private") if "请审批" in str(m)]
    assert len(waiting) == 1
    track = str(waiting[0]["card"]["outTrackId"])  # type: ignore[index]

    assert await local.press("u-hewei", track, "approve") == {"ok": True}

    async def the_next_is_asked() -> bool:
        return len(local.messages("u-xujing", "private")) > asked

    await until(the_next_is_asked)
    assert len(local.messages("u-xujing", "private")) == asked + 1

    local.say("u-caobin", P01, "42.5水泥还有多少")

    async def it_is_answered() -> bool:
        return "120 包" in _texts(local, "u-caobin", P01)[-1]

    await until(it_is_answered)
    # The press and the question are all that has been talked about: nothing waited, and no report came again.
    after = {chat: len(local.messages("u-hewei", chat)) for chat in (P01, "private")}
    assert after == {P01: before[P01] + 2, "private": before["private"]}
    card = local.rooms.cards.find(track)
    assert card is not None
    assert "何威 已同意" in card.seen_by("u-luyi")["markdown"]
