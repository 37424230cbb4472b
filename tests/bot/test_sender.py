"""Each message takes the route that costs least of what is scarce, and says so when it did not reach anybody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cards import CardFace
from bot.dingtalk.cards import dialect_of
from bot.dingtalk.errors import Refused, SessionGone, Throttled
from bot.dingtalk.units import Pool
from bot.sender import Sender
from domain.messaging import Outbound, Route, RouteKind, Urgency
from tests.conftest import Clock
from tests.stories.chat import Chat
from tests.stories.wire import Wire

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

ANSWER = Outbound(
    key="k",
    urgency=Urgency.ANSWER,
    order_key="group:g1",
    route=Route(kind=RouteKind.REPLY, people=("u-li",), conversation="g1", webhook="https://oapi.dingtalk.com/x"),
    title="已入库",
    markdown="**已入库**",
)


@pytest.fixture
def sender(chat: Chat, wire: Wire) -> Sender:
    return Sender(wire, CardFace(dialect_of("markdown_button"), "robot"), chat.usage)  # type: ignore[arg-type]


async def test_an_answer_goes_by_the_webhook_while_that_pool_is_as_full(
    sender: Sender, wire: Wire, clock: Clock
) -> None:
    assert await sender.send(ANSWER, clock.now()) == ""
    assert wire.calls == ["webhook"]


async def test_an_answer_goes_by_the_openapi_when_the_stream_pool_is_emptier(
    sender: Sender, wire: Wire, clock: Clock, chat: Chat
) -> None:
    chat.usage.count(Pool.STREAM, 100)
    assert await sender.send(ANSWER, clock.now()) == "key-1"
    assert wire.calls == ["group"]


async def test_the_pools_are_compared_by_what_is_left_of_each(
    sender: Sender, wire: Wire, clock: Clock, chat: Chat
) -> None:
    chat.usage.count(Pool.STREAM, 1_500)  # half is left
    chat.usage.count(Pool.API, 2_600)  # less than half is left
    await sender.send(ANSWER, clock.now())
    assert wire.calls == ["webhook"]


async def test_a_webhook_that_has_run_out_is_not_tried(sender: Sender, wire: Wire, clock: Clock) -> None:
    over = replace(ANSWER, route=replace(ANSWER.route, webhook_until=clock.now()))
    await sender.send(over, clock.now())
    good = replace(ANSWER, route=replace(ANSWER.route, webhook_until=clock.now() + timedelta(seconds=1)))
    await sender.send(good, clock.now())
    assert wire.calls == ["group", "webhook"]


async def test_a_webhook_that_dingtalk_has_forgotten_falls_back_to_the_openapi(
    sender: Sender, wire: Wire, clock: Clock
) -> None:
    wire.fail(SessionGone("300001"), door="webhook")
    assert await sender.send(ANSWER, clock.now()) == "key-2"
    assert [one.door for one in wire.arrived] == ["group"]


async def test_a_private_answer_without_a_webhook_goes_to_the_person(sender: Sender, wire: Wire, clock: Clock) -> None:
    private = replace(ANSWER, route=Route(kind=RouteKind.REPLY, people=("u-li",)))
    assert await sender.send(private, clock.now()) == "key-1"
    assert wire.arrived[0].target == "u-li"


async def test_unasked_messages_never_use_a_webhook(sender: Sender, wire: Wire, clock: Clock) -> None:
    route = Route(kind=RouteKind.GROUP, conversation="g1", webhook="https://oapi.dingtalk.com/x")
    await sender.send(replace(ANSWER, route=route), clock.now())
    assert wire.calls == ["group"]


async def test_a_private_message_that_nobody_can_get_is_refused(sender: Sender, wire: Wire, clock: Clock) -> None:
    wire.invalid = ("u-gone",)
    with pytest.raises(Refused):
        await sender.send(replace(ANSWER, route=Route(kind=RouteKind.PEOPLE, people=("u-gone",))), clock.now())


async def test_a_private_message_that_reaches_some_is_delivered(sender: Sender, wire: Wire, clock: Clock) -> None:
    wire.invalid = ("u-gone",)
    route = Route(kind=RouteKind.PEOPLE, people=("u-gone", "u-li"))
    assert await sender.send(replace(ANSWER, route=route), clock.now()) == "key-1"
    assert wire.arrived[0].target == "u-li"


async def test_a_person_who_gets_too_many_messages_gets_this_one_later(
    sender: Sender, wire: Wire, clock: Clock
) -> None:
    wire.throttled = ("u-li",)
    with pytest.raises(Throttled):
        await sender.send(replace(ANSWER, route=Route(kind=RouteKind.PEOPLE, people=("u-li",))), clock.now())
