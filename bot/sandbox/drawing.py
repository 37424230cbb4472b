"""Draws messages, the list of conversations and the page around them as HTML. Templates escape what they are given."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bot.sandbox import markdown
from bot.sandbox.clock import SandboxClock, milliseconds
from bot.sandbox.connections import CARD_TOPIC, ROBOT_TOPIC
from bot.sandbox.frame_log import Entry
from bot.sandbox.suggestions import suggestions
from bot.sandbox.talk import Delivery, Message, Talk
from bot.sandbox.times import brief, clock_text, duration_text, moment, size_text
from bot.sandbox.typed import render_typed
from bot.sandbox.views import Views
from bot.sandbox.world import PRIVATE, ROBOT, ROBOT_NAME, Person, World

HUES: Final = 8
TOGETHER: Final = timedelta(minutes=5)  # what is said within this time stands below one time
PREVIEW_CHARS: Final = 80
PICTURE_BOX: Final = (260, 320)  # pixels
EVERYBODY: Final = "所有人"
TOPICS: Final = {ROBOT_TOPIC: "群聊或私聊的消息", CARD_TOPIC: "按了卡片上的按钮"}
LAPSED: Final = "令牌过期或不对，机器人换一个再发"


@dataclass(frozen=True, slots=True)
class Line:
    """One conversation in the list."""

    key: str
    name: str
    is_private: bool
    preview: str
    at: datetime | None
    unread: int
    number: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some messages of a conversation, oldest first, and whether there are more on either side."""

    messages: list[Message]
    has_older: bool
    has_newer: bool


class Drawing:
    """Everything that becomes HTML."""

    def __init__(  # its collaborators, each by name
        self,
        *,
        world: World,
        talk: Talk,
        views: Views,
        clock: SandboxClock,
        has_practice: bool = False,
        epoch: str = "",
    ) -> None:
        self._world, self._talk, self._views, self._clock = world, talk, views, clock
        self._has_practice, self._epoch = has_practice, epoch
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
            moment=self._moment,
            brief=self._brief,
            clock=clock_text,
            milliseconds=milliseconds,
            seconds=duration_text,
            file_size=self._file_size,
            file_sort=file_sort,
            name_of=world.name_of,
            markdown=self._markdown,
            typed=self._typed,
            wire=wire_text,
            web_address=markdown.web_address,
            picture_address=views.picture_address,
            picture_box=self._picture_box,
        )

    def page(self, person: Person, conversation: str, *, is_chosen: bool, stretch: Stretch) -> str:
        """The whole page for one person."""
        is_group = conversation in self._world.groups
        lines = self.lines(person)
        return self._templates.get_template("page.html").render(
            company=self._world.company_name,
            me=person,
            people=list(self._world.people.values()),
            lines=lines,
            unread=sum(line.unread for line in lines),
            open_key=self._key(conversation),
            title=self._world.title_of(conversation),
            is_group=is_group,
            members=self._world.members(conversation) if is_group else [],
            is_chosen=is_chosen,
            stretch=stretch,
            messages=self.messages(stretch.messages, person),
            suggestions=() if self._talk.has_spoken(conversation, person.id) else suggestions(self._world, person),
            now=self._clock.now(),
            now_ms=self._clock.now_ms(),
            evening=self._clock.evening,
            frozen=self._clock.frozen_at is not None,
            has_practice=self._has_practice,
            epoch=self._epoch,
        )

    def empty_page(self) -> str:
        """The page of a company without people."""
        return self._templates.get_template("empty.html").render()

    def fragment(self, template: str, **values: object) -> str:
        """A part of the page that is asked for by itself."""
        return self._templates.get_template(template).render(**values)

    def messages(self, messages: list[Message], viewer: Person) -> Markup:
        """Several messages that stand below each other, oldest first."""
        above = self._talk.shown_before(messages[0], viewer.id) if messages else None
        drawn: list[Markup] = []
        for message in messages:
            drawn.append(self._draw(message, viewer, above))
            above = message
        return Markup("").join(drawn)

    def message(self, message: Message, viewer: Person) -> Markup:
        """One message through somebody's eyes."""
        return self._draw(message, viewer, self._talk.shown_before(message, viewer.id))

    def _draw(self, message: Message, viewer: Person, above: Message | None) -> Markup:
        quoted = self._talk.find(message.quote) if message.quote else None
        is_gone = quoted is None or not quoted.is_shown_to(viewer.id)
        is_apart = above is None or message.at - above.at >= TOGETHER or message.at.date() != above.at.date()
        is_mine = message.sender == viewer.id
        is_group = message.conversation in self._world.groups
        html = self._templates.get_template("message.html").render(
            it=message,
            is_mine=is_mine,
            is_robot=message.sender == ROBOT,
            is_group=is_group,
            is_apart=is_apart,
            follows=not is_apart and above is not None and above.sender == message.sender,
            me=viewer,
            card=self._views.card(message, viewer.id),
            quoted=None if is_gone else quoted,
            quoted_text=self._views.summary(quoted) if quoted and not is_gone else "",
            summary=self._views.summary(message),
            read_mark=self._read_mark(message, is_group=is_group) if is_mine else "",
        )
        return Markup(html)  # noqa: S704  # rendered by a template that escapes

    def _read_mark(self, message: Message, *, is_group: bool) -> str:
        """Under one's own messages: how many have yet to read it; in the private chat, whether the robot has it."""
        if message.delivery in (Delivery.PENDING, Delivery.FAILED):
            return ""
        if not is_group:
            return "已读" if message.delivery is Delivery.ACKED else "未读"
        unread = len(self._world.members(message.conversation)) - 1 - len(self._talk.readers(message))
        return f"{unread}人未读" if unread > 0 else "全部已读"

    def conversation_list(self, person: Person, open_key: str) -> str:
        """The list of conversations."""
        template = self._templates.get_template("list.html")
        return template.render(lines=self.lines(person), open_key=open_key, me=person)

    def lines(self, person: Person) -> list[Line]:
        """Where something was said last stands first; the rest as it is in the company file."""
        lines = [self._line(person, conversation) for conversation in self._world.conversations_of(person)]
        return sorted(lines, key=lambda line: -line.number)

    def _line(self, person: Person, conversation: str) -> Line:
        last = self._talk.last_shown(conversation, person.id)
        is_private = conversation not in self._world.groups
        preview = self._views.summary(last) if last else "还没有消息"
        if last and not is_private and last.sender != person.id:
            preview = f"{self._world.name_of(last.sender)}: {preview}"
        return Line(
            key=self._key(conversation),
            name=self._world.title_of(conversation),
            is_private=is_private,
            preview=preview[:PREVIEW_CHARS],
            at=last.at if last else None,
            unread=self._talk.unread(person, conversation),
            number=last.number if last else 0,
        )

    def _markdown(self, message: Message, text: str) -> Markup:
        return markdown.render(text, self._views.picture_address, self._views.picture_size, self._mentioned(message))

    def _typed(self, message: Message) -> Markup:
        return render_typed(message.text, self._mentioned(message))

    def _moment(self, at: datetime) -> str:
        return moment(at, self._clock.now())

    def _brief(self, at: datetime) -> str:
        return brief(at, self._clock.now())

    def _file_size(self, media_id: str) -> str:
        return size_text(self._views.file_size(media_id))

    def _picture_box(self, media: str) -> tuple[int, int] | None:
        """How large a picture is shown: never larger than it is, and within the bounds of a thumbnail."""
        if (size := self._views.picture_size(media)) is None:
            return None
        width, height = size
        if width * PICTURE_BOX[1] >= height * PICTURE_BOX[0]:
            shown = min(width, PICTURE_BOX[0])
            return shown, max(1, height * shown // max(1, width))
        shown = min(height, PICTURE_BOX[1])
        return max(1, width * shown // height), shown

    def _mentioned(self, message: Message) -> list[str]:
        names = [self._world.name_of(user) for user in message.mentions]
        return [*names, EVERYBODY] if message.mentions_all else names

    def _key(self, conversation: str) -> str:
        return conversation if conversation in self._world.groups else PRIVATE


def hue(seed: str) -> int:
    """The colour of an avatar: always the same for the same person."""
    return sha256(seed.encode()).digest()[0] % HUES


def initials(name: str) -> str:
    """DingTalk writes the last two characters of a name into the avatar."""
    return name[-2:]


def wire_text(entry: Entry) -> str:
    """A line of the frame log in fewer words: what came over which topic, without the long number of the push."""
    if entry.kind == "ack" and entry.what.endswith(" 200"):
        return "机器人收到了"
    for topic, words in TOPICS.items():
        if entry.what.startswith(topic):
            return words
    what = entry.what.removeprefix("POST ").removeprefix("GET ")
    if not what.endswith(" refused"):
        return what
    why = LAPSED if entry.detail.startswith("InvalidAuthentication") else entry.detail.partition(" ")[2]
    return f"{what.removesuffix(' refused')} 被拒绝：{why}"


def file_sort(name: str) -> str:
    """Which icon a file gets."""
    ending = name.rpartition(".")[2].lower()
    sorts = {"xlsx": "sheet", "xls": "sheet", "csv": "sheet", "docx": "doc", "doc": "doc", "pdf": "pdf", "zip": "zip"}
    return sorts.get(ending, "other")
