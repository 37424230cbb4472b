"""Our pictures of cards in DingTalk's words, drawn with the template that the installation chose."""

from collections.abc import Mapping

from bot.dingtalk.cards import Button, CardCall, CardPicture, CardPlace, Dialect
from domain import messaging


class CardFace:
    """Draws every card with one dialect."""

    def __init__(self, dialect: Dialect, robot_code: str):
        self._dialect = dialect
        self._robot_code = robot_code

    def create(self, picture: messaging.CardPicture, route: messaging.Route) -> CardCall:
        """The calls that show a new card to a route's people or group."""
        place = CardPlace(conversation=route.conversation, people=route.people if not route.conversation else ())
        return self._dialect.create(_drawn(picture), card=picture.card, place=place, robot_code=self._robot_code)

    def update(self, picture: messaging.CardPicture) -> dict[str, object]:
        """The body that shows everybody the new picture."""
        return self._dialect.update(_drawn(picture), card=picture.card)

    def acknowledged(self, picture: messaging.CardPicture) -> Mapping[str, str]:
        """The variables that show the presser the new picture at once."""
        return self._dialect.params(_drawn(picture))


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
