"""What is said back on the socket: the `data` of an acknowledgement. Chat replies never go this way."""

from collections.abc import Mapping
from typing import TypeAlias

AckData: TypeAlias = dict[str, object]


def robot_ack() -> AckData:
    """For a robot message. DingTalk ignores the content (protocol page, ack table)."""
    return {"response": None}


def event_ack() -> AckData:
    """For an event. The status is required; anything but SUCCESS asks for redelivery."""
    return {"status": "SUCCESS", "message": "ok"}


def card_ack(params: Mapping[str, str] | None = None) -> AckData:
    """For a card press: leave the card as it is, or show the presser, and only the presser, new variables.

    Without the options DingTalk would empty every variable that is not sent.
    """
    if params is None:
        return {"response": {}}
    return {
        "response": {
            "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
            "cardData": {"cardParamMap": dict(params)},
        }
    }


def plain_ack(kind: str) -> AckData:
    """The acknowledgement that changes nothing, for a frame of this kind ("message", "card", "event", "other")."""
    if kind == "event":
        return event_ack()
    return card_ack() if kind == "card" else robot_ack()
