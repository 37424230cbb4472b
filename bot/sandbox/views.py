"""A message as one person sees it, for scripts and for the page alike."""

from dataclasses import dataclass

from bot.sandbox.card_templates import Picture, draw
from bot.sandbox.cards import Card, Cards
from bot.sandbox.media import MediaStore
from bot.sandbox.talk import Kind, Message, Talk
from bot.sandbox.world import World

SUMMARIES = {Kind.PICTURE: "[图片]", Kind.VOICE: "[语音]"}


@dataclass(frozen=True, slots=True)
class CardView:
    """A card in a message, as this person sees it."""

    card: Card
    picture: Picture
    variables: dict[str, str]

    @property
    def is_settled(self) -> bool:
        """Whether it asked for a press once and no longer does."""
        return self.card.had_buttons and not self.picture.buttons and not self.picture.is_blank


class Views:
    """Knows how to look at a message through somebody's eyes."""

    def __init__(self, *, world: World, talk: Talk, cards: Cards, media: MediaStore) -> None:
        self._world, self._talk, self._cards, self._media = world, talk, cards, media

    def card(self, message: Message, viewer: str) -> CardView | None:
        """The card of the message; nothing when it shows none, or one that has been forgotten."""
        card = self._cards.find(message.card) if message.card else None
        if card is None:
            return None
        variables = card.seen_by(viewer)
        return CardView(card, draw(card.template, variables), variables)

    def summary(self, message: Message) -> str:
        """One line for the list of conversations and for quotes. DingTalk shows the title of a markdown there."""
        if message.kind is Kind.FILE:
            return f"[文件] {message.file_name}"
        if message.kind in SUMMARIES:
            return f"{SUMMARIES[message.kind]} {message.text}".strip()
        return (message.title or message.text).replace("\n", " ")

    def picture_address(self, target: str) -> str:
        """What the page may load for a media id; pictures elsewhere are never fetched."""
        medium = self._media.find(target)
        return f"/sandbox/media/{medium.id}" if medium and medium.picture_type else ""

    def picture_size(self, target: str) -> tuple[int, int] | None:
        """Width and height in pixels of what the page may load for it, when they are known."""
        medium = self._media.find(target)
        return medium.size if medium else None

    def file_size(self, media_id: str) -> int | None:
        """How many bytes the file has; nothing when it has been forgotten."""
        medium = self._media.find(media_id)
        return len(medium.data) if medium else None

    def as_json(self, message: Message, viewer: str) -> dict[str, object]:
        """For scripts."""
        found: dict[str, object] = {
            "id": message.id,
            "number": message.number,
            "from": message.sender,
            "name": self._world.name_of(message.sender),
            "kind": message.kind.value,
            "at": message.at.isoformat(),
            "title": message.title,
            "text": message.text,
            "delivery": message.delivery.value,
            "mentions": list(message.mentions),
        }
        if message.kind in (Kind.MARKDOWN, Kind.ACTION_CARD):
            found["markdown"] = message.text
        if message.quote:
            found["quote"] = message.quote
        if message.media:
            found |= {"media": message.media, "file_name": message.file_name}
        if message.links:
            found["links"] = [{"text": link.text, "url": link.url} for link in message.links]
        if message.query_key:
            found["process_query_key"] = message.query_key
        if (view := self.card(message, viewer)) is not None:
            found["card"] = card_json(view)
        return found


def card_json(view: CardView) -> dict[str, object]:
    """A card for scripts: what is drawn, and the variables behind it."""
    return {
        "outTrackId": view.card.track,
        "template": view.card.template,
        "title": view.picture.title,
        "markdown": view.picture.markdown,
        "tips": view.picture.tips,
        "state": view.picture.state,
        "blank": view.picture.is_blank,
        "buttons": [
            {"id": b.id, "text": b.text, "main": b.is_main, "callback": b.calls_back, "url": b.url}
            for b in view.picture.buttons
        ],
        "variables": view.variables,
    }
