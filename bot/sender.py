"""One rendered message to one DingTalk call, by the route that costs least of what is scarce."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.cards import CardFace
from bot.dingtalk.calls import WEBHOOK_PATH
from bot.dingtalk.card_delivery import CardNotDelivered
from bot.dingtalk.errors import DingTalkError, NotPermitted, Refused, SessionGone, Throttled
from bot.dingtalk.openapi import CARD, CARD_CREATE, GROUP_SEND, PRIVATE_SEND, OpenApi
from bot.dingtalk.units import Pool
from bot.pace import Turn
from bot.usage import UsageMeter
from domain.messaging import Outbound, Route, RouteKind

log: Final = logging.getLogger(__name__)

UNSEEN: Final = "card not shown, in words: "  # an error so marked: the card may exist, but nobody sees it
RETRY_SECONDS: Final = 60.0  # for somebody who gets too many messages at the moment


class Sender:
    """Sends through the OpenAPI or the webhook of the conversation, whichever pool is fuller."""

    def __init__(self, api: OpenApi, face: CardFace, usage: UsageMeter):
        self._api = api
        self._face = face
        self._usage = usage

    def plan(self, message: Outbound, now: datetime) -> tuple[Turn, Pool]:
        """The turn that sending needs first, and the pool it draws on."""
        route = message.route
        if message.card is not None and not message.card.opens:
            return Turn(f"PUT {CARD}"), Pool.API
        if message.card is not None:
            return Turn(f"POST {CARD_CREATE}", route.conversation), Pool.API
        if route.kind is RouteKind.REPLY and self._by_webhook(route, now):
            return Turn(WEBHOOK_PATH, _chat(route)), Pool.STREAM
        if route.conversation:
            return Turn(f"POST {GROUP_SEND}", route.conversation), Pool.API
        return Turn(f"POST {PRIVATE_SEND}"), Pool.API

    async def send(self, message: Outbound, now: datetime, *, before: str = "") -> str:
        """Deliver; returns the send key, "" where DingTalk gives none. Raises DingTalkError.

        `before` is the error of the attempt before.
        """
        if message.card is not None:
            if UNSEEN in before:
                return await self._in_words(message, message.route.people)
            return await self._show(message)
        if message.route.kind is RouteKind.REPLY and self._by_webhook(message.route, now):
            try:
                await self._reply(message)
            except SessionGone:
                return await self._push(message)
            return ""
        return await self._push(message)

    def _by_webhook(self, route: Route, now: datetime) -> bool:
        if not route.webhook or (route.webhook_until is not None and route.webhook_until <= now):
            return False
        return self._usage.left(Pool.STREAM) >= self._usage.left(Pool.API)

    async def _reply(self, message: Outbound) -> None:
        route = message.route
        at = route.people if route.conversation else ()
        await self._api.reply(
            route.webhook, title=message.title, markdown=message.markdown, at=at, conversation=_chat(route)
        )

    async def _push(self, message: Outbound) -> str:
        route = message.route
        if route.conversation:
            return await self._api.send_to_group(route.conversation, title=message.title, markdown=message.markdown)
        return await self._to_people(route.people, message.title, message.markdown)

    async def _to_people(self, people: Sequence[str], title: str, markdown: str) -> str:
        """DingTalk takes the call and names those it passed over; when that is everybody, nothing was delivered."""
        sent = await self._api.send_to_people(people, title=title, markdown=markdown)
        passed_over = {*sent.invalid, *sent.throttled}
        if not passed_over:
            return sent.send_key
        log.warning("message passed over", extra={"unknown": sent.invalid, "throttled": sent.throttled})
        if passed_over >= set(people):
            if sent.throttled:
                raise Throttled("local.people_throttled", ", ".join(sent.throttled), retry_after=RETRY_SECONDS)
            raise Refused("local.people_unknown", ", ".join(sent.invalid))
        return sent.send_key

    async def _show(self, message: Outbound) -> str:
        assert message.card is not None
        if not message.card.opens:
            await self._api.update_card(self._face.update(message.card))
            return ""
        try:
            carriers = await self._api.create_card(self._face.create(message.card, message.route))
        except CardNotDelivered as found:
            return await self._in_words(message, found.failed)
        except (Refused, NotPermitted):
            return await self._in_words(message, message.route.people)
        return next(iter(carriers.values()), "")

    async def _in_words(self, message: Outbound, people: Sequence[str]) -> str:
        """A card that DingTalk will not show, as text: every button has a command that does the same."""
        assert message.card is not None
        commands = "　".join(f"`{button.command}`" for button in message.card.buttons)
        markdown = f"{message.markdown}\n\n{commands}" if commands else message.markdown
        try:
            if message.route.conversation:
                return await self._api.send_to_group(message.route.conversation, title=message.title, markdown=markdown)
            return await self._to_people(people, message.title, markdown)
        except DingTalkError as error:
            # Tried again as a card, it "exists already", which looks like a success; so the words are tried again.
            error.code = f"{UNSEEN}{error.code}"
            raise


def _chat(route: Route) -> str:
    """What a chat is called where its messages are counted: a group's conversation, or the person."""
    return route.conversation or f"person:{','.join(route.people)}"
