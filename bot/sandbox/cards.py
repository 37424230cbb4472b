"""Cards: one set of public variables, private ones for each person, and what an ack changed for the presser alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.card_templates import draw
from bot.sandbox.limits import CARDS_MAX
from bot.sandbox.talk import Message

Variables = Mapping[str, str]


@dataclass(slots=True)
class Card:
    """One card. `calls_back` is true only when it was created with callbackType STREAM.

    `had_buttons`: it has asked for a press at some time, so without any it is settled.
    """

    track: str
    template: str
    calls_back: bool
    user_id_type: int = 1
    public: Variables = field(default_factory=dict[str, str])
    private: dict[str, Variables] = field(default_factory=dict[str, Variables])
    presser_views: dict[str, Variables] = field(default_factory=dict[str, Variables])
    shown_in: list[Message] = field(default_factory=list[Message])
    had_buttons: bool = False

    def __post_init__(self) -> None:
        self._remember_buttons()

    def seen_by(self, person: str) -> dict[str, str]:
        """The variables as this person's client has them; private ones come last."""
        public = self.presser_views.get(person, self.public)
        return dict(public) | dict(self.private.get(person, {}))

    def update(self, variables: Variables, *, by_key: bool) -> None:
        """Change the card for everybody. Without `by_key` every variable that is not sent becomes empty.

        What an earlier ack showed to its presser goes: from here on all see what is stored.
        """
        self.public = merged(self.public, variables, by_key=by_key)
        self.presser_views.clear()
        self._remember_buttons()

    def update_private(self, person: str, variables: Variables, *, by_key: bool) -> None:
        """Change what only this person sees."""
        self.private[person] = merged(self.private.get(person, {}), variables, by_key=by_key)

    def update_for_presser(self, person: str, variables: Variables, *, by_key: bool) -> None:
        """What an ack carries in `cardData` changes only the card of the person who pressed."""
        seen = self.presser_views.get(person, self.public)
        self.presser_views[person] = merged(seen, variables, by_key=by_key)

    def _remember_buttons(self) -> None:
        self.had_buttons = self.had_buttons or any(b.calls_back for b in draw(self.template, self.public).buttons)


def merged(old: Variables, new: Variables, *, by_key: bool) -> Variables:
    """Over the old variables when by key, instead of them when not."""
    return {**old, **new} if by_key else dict(new)


class Cards:
    """All cards by outTrackId; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._cards: dict[str, Card] = {}

    def find(self, track: str) -> Card | None:
        """By outTrackId."""
        return self._cards.get(track)

    def add(self, card: Card) -> None:
        """A new card."""
        while len(self._cards) >= CARDS_MAX:
            del self._cards[next(iter(self._cards))]
        self._cards[card.track] = card
