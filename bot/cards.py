"""Our pictures of cards in DingTalk's words, drawn with the template that the installation chose."""

import re
from collections.abc import Mapping
from typing import Final

from bot.dingtalk.cards import Button, CardCall, CardPicture, CardPlace, Dialect, dialect_of
from domain import messaging

# What a card is for, by the first word of its subject: a company may have a template of its own for each.
PURPOSES: Final = {"approval": "approval", "order": "approval", "low": "alert"}


class CardFace:
    """Draws every card with the template that stands for its purpose; the dialects' own words stay in bot.dingtalk."""

    def __init__(self, built_in: str, robot_code: str, own: Mapping[str, str] | None = None):
        self._built_in = dialect_of(built_in)
        self._own = {purpose: dialect_of(template) for purpose, template in (own or {}).items()}
        self._robot_code = robot_code

    def _dialect(self, picture: messaging.CardPicture) -> Dialect:
        kind = re.split(r"[:\x1f]", picture.subject, maxsplit=1)[0]
        return self._own.get(PURPOSES.get(kind, ""), self._built_in)

    def create(self, picture: messaging.CardPicture, route: messaging.Route) -> CardCall:
        """The calls that show a new card to a route's people or group."""
        place = CardPlace(conversation=route.conversation, people=route.people if not route.conversation else ())
        return self._dialect(picture).create(
            _drawn(picture), card=picture.card, place=place, robot_code=self._robot_code
        )

    def update(self, picture: messaging.CardPicture) -> dict[str, object]:
        """The body that shows everybody the new picture."""
        return self._dialect(picture).update(_drawn(picture), card=picture.card)

    def acknowledged(self, picture: messaging.CardPicture) -> Mapping[str, str]:
        """The variables that show the presser the new picture at once."""
        return self._dialect(picture).params(_drawn(picture))


def _drawn(picture: messaging.CardPicture) -> CardPicture:
    buttons = tuple(
        Button(text=b.text, action=b.action, nonce=picture.nonce, primary=b.primary) for b in picture.buttons
    )
    return CardPicture(
        title=picture.title,
        markdown=picture.markdown,
        tips=picture.tips,
        buttons=buttons,
        last_message=picture.summary,
    )
