"""Whether a card was shown. HTTP 200 and `success: true` do not prove it: every space answers for itself."""

from collections.abc import Mapping, Sequence

from bot.dingtalk.cards import SPACE_PREFIX
from bot.dingtalk.errors import Refused
from bot.dingtalk.tolerant import Json, items, mapping, text


class CardNotDelivered(Refused):
    """The card exists but some spaces do not show it. Creating it again would not help: send its text instead."""

    def __init__(self, card: str, failed: Sequence[str], delivered: Mapping[str, str]) -> None:
        super().__init__("local.card_not_delivered", f"card {card} is not shown in {', '.join(failed)}", 200)
        self.card = card
        self.failed = tuple(failed)
        self.delivered = dict(delivered)


def carriers(answer: Json) -> dict[str, str]:
    """By conversation or user id, the carrier of each space that shows the card; it serves as a send key."""
    return {text(one.get("spaceId")): text(one.get("carrierId")) for one in _results(answer) if _shown(one)}


def undelivered(answer: Json) -> tuple[str, ...]:
    """The spaces, by conversation or user id, that do not show the card."""
    return tuple(text(one.get("spaceId")) for one in _results(answer) if not _shown(one))


def deliver_body(create: Mapping[str, object], failed: Sequence[str]) -> dict[str, object]:
    """What shows an existing card in the spaces that failed, made from the body that created it."""
    spaces = text(create.get("openSpaceId")).removeprefix(SPACE_PREFIX).split(";")
    again = [space for space in spaces if space.partition(".")[2] in failed] or spaces
    kept = ("outTrackId", "userIdType", "imGroupOpenDeliverModel", "imRobotOpenDeliverModel")
    return {"openSpaceId": SPACE_PREFIX + ";".join(again)} | {name: create[name] for name in kept if name in create}


def _results(answer: Json) -> list[Json]:
    """Created and delivered in one call the list lies in `result.deliverResults`, delivered alone it is `result`."""
    result = answer.get("result")
    return [mapping(one) for one in items(result) or items(mapping(result).get("deliverResults"))]


def _shown(result: Json) -> bool:
    return result.get("success") is True
