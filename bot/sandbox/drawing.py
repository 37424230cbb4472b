"""Draws messages and the list of conversations as HTML. Templates escape whatever they are given."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bot.sandbox import markdown
from bot.sandbox.clock import SandboxClock
from bot.sandbox.talk import Message, Talk
from bot.sandbox.views import CardView, Views
from bot.sandbox.world import PRIVATE, ROBOT, ROBOT_NAME, Person, World

HUES: Final = 8
WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class Line:
    """One conversation in the list."""

    key: str
    name: str
    is_private: bool
    preview: str
    at: datetime | None
    unread: int


class Drawing:
    """Everything that becomes HTML."""

    def __init__(self, *, world: World, talk: Talk, views: Views, clock: SandboxClock) -> None:
        self._world, self._talk, self._views, self._clock = world, talk, views, clock
        self._templates = Environment(
            loader=PackageLoader("bot.sandbox", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        cast(dict[str, object], self._templates.globals)["robot_name"] = ROBOT_NAME
        cast(dict[str, object], self._templates.filters).update(
            hue=hue,
            initials=initials,
            when=self._when,
            clock=clock_text,
            name_of=world.name_of,
            markdown=self._markdown,
            web_address=markdown.web_address,
            picture_address=views.picture_address,
        )

    def page(self, person: Person, conversation: str, *, is_chosen: bool, messages: list[Message]) -> str:
        """The whole page for one person."""
        return self._templates.get_template("page.html").render(
            company=self._world.company_name,
            me=person,
            people=list(self._world.people.values()),
            lines=self.lines(person),
            open_key=self._key(conversation),
            title=self._world.title_of(conversation),
            is_group=conversation in self._world.groups,
            member_count=len(self._world.members(conversation)) + 1,
            is_chosen=is_chosen,
            messages=self.messages(messages, person),
            now=self._clock.now(),
            frozen=self._clock.frozen_at is not None,
        )

    def empty_page(self) -> str:
        """The page of a company without people."""
        return self._templates.get_template("empty.html").render()

    def messages(self, messages: list[Message], viewer: Person) -> Markup:
        """Several messages, oldest first."""
        return Markup("").join(self.message(message, viewer) for message in messages)

    def message(self, message: Message, viewer: Person) -> Markup:
        """One message through somebody's eyes."""
        quoted = self._talk.find(message.quote) if message.quote else None
        card: CardView | None = self._views.card(message, viewer.id)
        html = self._templates.get_template("message.html").render(
            it=message,
            is_mine=message.sender == viewer.id,
            is_robot=message.sender == ROBOT,
            is_group=message.conversation in self._world.groups,
            me=viewer,
            card=card,
            quoted_name=self._world.name_of(quoted.sender) if quoted else "",
            quoted_text=self._views.summary(quoted) if quoted else "",
            summary=self._views.summary(message),
        )
        return Markup(html)  # noqa: S704  # rendered by a template that escapes

    def conversation_list(self, person: Person, open_key: str) -> str:
        """The list of conversations."""
        template = self._templates.get_template("list.html")
        return template.render(lines=self.lines(person), open_key=open_key, me=person)

    def lines(self, person: Person) -> list[Line]:
        """The groups first, as they are in the company file, then the chat with the robot."""
        return [self._line(person, conversation) for conversation in self._world.conversations_of(person)]

    def _line(self, person: Person, conversation: str) -> Line:
        last = self._talk.last_shown(conversation, person.id)
        is_private = conversation not in self._world.groups
        preview = self._views.summary(last) if last else "还没有消息"
        if last and not is_private:
            preview = f"{self._world.name_of(last.sender)}: {preview}"
        return Line(
            key=self._key(conversation),
            name=self._world.title_of(conversation),
            is_private=is_private,
            preview=preview[:80],
            at=last.at if last else None,
            unread=self._talk.unread(person, conversation),
        )

    def _markdown(self, text: str) -> Markup:
        return markdown.render(text, self._views.picture_address)

    def _key(self, conversation: str) -> str:
        return conversation if conversation in self._world.groups else PRIVATE

    def _when(self, at: datetime) -> str:
        """As short as it can be: the hour today, the day before that."""
        days = (self._clock.now().date() - at.date()).days
        if days == 0:
            return at.strftime("%H:%M")
        if days == 1:
            return at.strftime("昨天 %H:%M")
        return at.strftime("%m-%d %H:%M")


def hue(seed: str) -> int:
    """The colour of an avatar: always the same for the same person."""
    return sha256(seed.encode()).digest()[0] % HUES


def initials(name: str) -> str:
    """DingTalk writes the last two characters of a name into the avatar."""
    return name[-2:]


def clock_text(now: datetime) -> str:
    """The clock as people read it."""
    return f"{now:%Y-%m-%d} {WEEKDAYS[now.weekday()]} {now:%H:%M}"
