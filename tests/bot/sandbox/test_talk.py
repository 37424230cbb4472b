"""What has been said: found again by its number, counted, and bounded."""

from datetime import datetime

import pytest

from bot.sandbox.clock import SHANGHAI
from bot.sandbox.limits import MESSAGES_PER_CONVERSATION_MAX, UNREAD_MAX
from bot.sandbox.talk import Kind, Message, Talk
from bot.sandbox.world import World
from tests.bot.sandbox.conftest import COMPANY, GROUP

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)


@pytest.fixture
def world() -> World:
    return World(COMPANY)


@pytest.fixture
def talk(world: World) -> Talk:
    return Talk(world)


def say(talk: Talk, text: str, *, sender: str = "u-boss", only: str = "") -> Message:
    message = Message(
        id=f"msg-{text}",
        conversation=GROUP,
        sender=sender,
        kind=Kind.TEXT,
        at=NOON,
        text=text,
        visible_to=frozenset({only}) if only else None,
    )
    return talk.add(message)


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]


def test_a_stretch_is_found_on_either_side_of_a_number(talk: Talk) -> None:
    said = [say(talk, str(n), only="u-admin" if n == 3 else "") for n in range(6)]
    assert texts(talk.shown(GROUP, "u-li", limit=2)) == ["4", "5"]
    assert texts(talk.shown(GROUP, "u-li", limit=2, before=said[4].number)) == ["1", "2"]
    assert texts(talk.shown_after(GROUP, "u-li", after=said[1].number, limit=2)) == ["2", "4"]
    assert talk.shown_before(said[4], "u-li") is said[2]
    assert talk.shown_before(said[4], "u-admin") is said[3]
    assert talk.shown_before(said[0], "u-li") is None
    assert talk.last_shown("nowhere", "u-li") is None


def test_what_others_have_read_is_told_once(talk: Talk) -> None:
    told: list[str] = []
    talk.seen_listeners.append(told.append)
    say(talk, "一", sender="u-li")
    talk.mark_seen("u-boss", GROUP)
    talk.mark_seen("u-boss", GROUP)
    assert told == [GROUP]
    assert talk.seen_by_others("u-li", GROUP) == [1, 0]


def test_unread_counts_what_others_said_up_to_a_bound(talk: Talk, world: World) -> None:
    li = world.people["u-li"]
    say(talk, "自己", sender="u-li")
    for n in range(3):
        say(talk, str(n))
    assert talk.unread(li, GROUP) == 3
    talk.mark_seen("u-li", GROUP)
    assert talk.unread(li, GROUP) == 0
    for n in range(2 * UNREAD_MAX):
        say(talk, f"m{n}")
    assert talk.unread(li, GROUP) == UNREAD_MAX


def test_the_oldest_are_forgotten_first(talk: Talk) -> None:
    first = say(talk, "最早")
    for n in range(MESSAGES_PER_CONVERSATION_MAX):
        say(talk, str(n))
    assert talk.find(first.id) is None
    assert len(talk.shown(GROUP, "u-li", limit=10**6)) <= MESSAGES_PER_CONVERSATION_MAX
    assert talk.has_spoken(GROUP, "u-boss")
    assert not talk.has_spoken(GROUP, "u-li")
