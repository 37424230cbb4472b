"""Everybody's telephone: a card is pressed some minutes after it appears, unless somebody lets it lie."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from typing import Final

from bot.practice.month.deliveries import Deliveries
from bot.practice.month.habits import PRESSES_WITHIN
from bot.practice.month.life import Shown
from bot.practice.month.story import Story
from domain.purchase_order import OrderPlaced

USUALLY: Final = (10, 60)
PRESSES: Final = {"approval": "approve", "order": "confirm"}


class Desk:
    """Approves, confirms and restocks. Warnings of the last day stay unanswered: nobody has seen them yet."""

    def __init__(self, story: Story, deliveries: Deliveries, *, last: date) -> None:
        self._story, self._deliveries, self._last = story, deliveries, last
        self._is_looking = True
        story.life.watch = self.opened

    @contextmanager
    def looking_away(self) -> Generator[None]:
        """What is asked meanwhile is not pressed: it lies, or is answered in words."""
        self._is_looking = False
        try:
            yield
        finally:
            self._is_looking = True

    def opened(self, shown: Shown) -> None:
        """A card has appeared."""
        subject = shown.picture.subject.replace("\x1f", ":")
        kind = subject.partition(":")[0]
        person = next((p for p in shown.people if p in PRESSES_WITHIN), "")
        if not person or (kind == "approval" and not self._is_looking):
            return
        if kind in PRESSES:
            self._plan(person, shown.picture.card, PRESSES[kind])
        elif kind == "low" and self._story.now().date() < self._last:
            self._plan(person, shown.picture.card, "prepare")

    def _plan(self, person: str, card: str, action: str) -> None:
        low, high = PRESSES_WITHIN.get(person, USUALLY)

        async def press() -> None:
            if not any(button.action == action for button in self._story.life.cards[card].picture.buttons):
                return
            answer = await self._story.life.presses(person, card, action)
            for event in answer.events:
                if isinstance(event, OrderPlaced):
                    self._deliveries.placed(event.document)
            if action == "prepare":
                self._story.soon(1, 2, submit)

        async def submit() -> None:
            if any(button.action == "submit" for button in self._story.life.cards[card].picture.buttons):
                await self._story.life.presses(person, card, "submit")

        self._story.soon(low, high, press)
